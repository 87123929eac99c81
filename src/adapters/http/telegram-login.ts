// Who Telegram says a person is: what its Mini Apps and its login page hand to a browser, signed with the token of one of our bots.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { UserId } from '../../core/vocabulary/ids.ts'

export type TelegramLogin = {
  readonly userId: UserId
  /** Different for each time that Telegram signs: whoever uses it a second time is somebody else. */
  readonly proof: string
  /** Until when it would still be believed. */
  readonly expiresAt: Date
}

export const LOGIN_MS = 5 * 60_000
/** Clocks differ a little. */
const AHEAD_MS = 30_000
const MAX_FIELDS = 50
const HASH = /^[0-9a-f]{64}$/

/** `initData` of a Mini App as Telegram gave it; null where no bot of ours vouches for it, or it is not of the last five minutes. */
export function readInitData(initData: string, tokens: readonly string[], now: Date): TelegramLogin | null {
  const fields = [...new URLSearchParams(initData)]
  const token = signer(fields, tokens, (it) => createHmac('sha256', 'WebAppData').update(it).digest())
  return token === null ? null : loginOf(fields, userOf(valueOf(fields, 'user')), now)
}

/** The fields of the login widget, or of the page that Telegram sends people back from. */
export function readWidget(
  widget: Readonly<Record<string, string | number>>,
  tokens: readonly string[],
  now: Date,
): TelegramLogin | null {
  const fields = Object.entries(widget).map(([name, value]) => [name, String(value)] as const)
  const token = signer(fields, tokens, (it) => createHash('sha256').update(it).digest())
  return token === null ? null : loginOf(fields, idOf(valueOf(fields, 'id')), now)
}

type Fields = readonly (readonly [name: string, value: string])[]

/** The token with which the fields are signed; all of them are tried, so that time tells nothing of which it is. */
function signer(fields: Fields, tokens: readonly string[], keyOf: (token: string) => Buffer): string | null {
  const names = new Set(fields.map(([name]) => name))
  const hash = valueOf(fields, 'hash')
  // A name that comes twice could be signed as the one and read as the other, and so could a line break in a value.
  if (fields.length > MAX_FIELDS || names.size !== fields.length || hash === null || !HASH.test(hash)) return null
  if (fields.some(([name, value]) => /[\n=]/.test(name) || value.includes('\n'))) return null
  const signed = fields
    .filter(([name]) => name !== 'hash')
    .map(([name, value]) => `${name}=${value}`)
    .toSorted()
    .join('\n')
  const given = Buffer.from(hash, 'hex')
  const good = tokens.filter((token) =>
    timingSafeEqual(createHmac('sha256', keyOf(token)).update(signed).digest(), given),
  )
  return good[0] ?? null
}

function loginOf(fields: Fields, id: string | null, now: Date): TelegramLogin | null {
  const signedAt = Number(valueOf(fields, 'auth_date') ?? Number.NaN) * 1_000
  const age = now.getTime() - signedAt
  if (id === null || !Number.isSafeInteger(signedAt) || age > LOGIN_MS || age < -AHEAD_MS) return null
  const proof = valueOf(fields, 'hash') ?? ''
  return { userId: `telegram:${id}` as UserId, proof, expiresAt: new Date(signedAt + LOGIN_MS) }
}

function userOf(json: string | null): string | null {
  try {
    const user: unknown = JSON.parse(json ?? '')
    if (typeof user !== 'object' || user === null || !('id' in user) || typeof user.id !== 'number') return null
    if ('is_bot' in user && user.is_bot === true) return null
    return idOf(String(user.id))
  } catch {
    return null
  }
}

function idOf(id: string | null): string | null {
  return id !== null && /^[1-9]\d{0,15}$/.test(id) ? id : null
}

function valueOf(fields: Fields, name: string): string | null {
  return fields.find(([its]) => its === name)?.[1] ?? null
}
