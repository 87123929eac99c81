// Credentials as the console speaks of them: which still open something, and what a new one may carry.
import { SCOPES } from '../../../src/core/vocabulary/principal.ts'
import type { Scope } from '../../../src/core/vocabulary/principal.ts'
import type { NewCredential, Role, WireCredential, WireSession } from './control.ts'

/** What each scope lets somebody do. */
export const SCOPE_WORDS: Readonly<Record<Scope, string>> = {
  'tasks:read': 'see tasks',
  'tasks:write': 'give tasks and stop them',
  'tasks:approve': 'answer questions',
  worker: 'work as a worker',
  admin: 'run the platform',
}

/** `see tasks, answer questions`; `do everything` where nothing is left out. */
export function sayScopes(scopes: readonly Scope[]): string {
  if (SCOPES.every((scope) => scopes.includes(scope))) return 'do everything'
  return scopes.length === 0 ? 'do nothing' : scopes.map((scope) => SCOPE_WORDS[scope] ?? scope).join(', ')
}

export type TokenForm = {
  /** Empty for oneself. */
  readonly user: string
  /** Empty for the role that they have. */
  readonly role: Role | ''
  readonly scopes: readonly Scope[]
  readonly hours: string
  readonly label: string
}
/** As little as is of use; more is a tick away. */
export const EMPTY_TOKEN: TokenForm = {
  user: '',
  role: '',
  scopes: ['tasks:read', 'tasks:write'],
  hours: '24',
  label: '',
}

const MOST_HOURS = 24 * 365

export function tokenProblem({ hours, scopes }: TokenForm): string | null {
  const count = Number(hours)
  if (!Number.isFinite(count) || count <= 0 || count > MOST_HOURS) return 'Say for how many hours it should hold.'
  return scopes.length === 0 ? 'It should be able to do something: tick at least one.' : null
}

export function tokenToSend({ user, role, scopes, hours, label }: TokenForm): NewCredential {
  return {
    ...(user.trim() === '' ? {} : { user_id: user.trim() }),
    ...(role === '' ? {} : { role }),
    scopes: SCOPES.filter((scope) => scopes.includes(scope)),
    ttl_seconds: Math.round(Number(hours) * 3_600),
    ...(label.trim() === '' ? {} : { label: label.trim() }),
  }
}

export function toggled(scopes: readonly Scope[], scope: Scope): readonly Scope[] {
  return scopes.includes(scope) ? scopes.filter((each) => each !== scope) : [...scopes, scope]
}

export function isLiveCredential({ revoked_at, expires_at }: WireCredential, now: number): boolean {
  return revoked_at === null && Date.parse(expires_at) > now
}

/** This one first, then what still opens something, the newest first. */
export function inOrder(credentials: readonly WireCredential[], now: number): readonly WireCredential[] {
  const rank = (each: WireCredential) => (each.current ? 0 : isLiveCredential(each, now) ? 1 : 2)
  return [...credentials].sort((a, b) => rank(a) - rank(b) || b.issued_at.localeCompare(a.issued_at))
}

export function isAdmin(session: WireSession | null): boolean {
  return session !== null && session.role === 'owner' && session.scopes.includes('admin')
}

const BROWSERS = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:HeadlessChrome|Chrome|CriOS)\//],
  ['Safari', /\bSafari\//],
] as const
const SYSTEMS = [
  ['iOS', /\b(?:iPhone|iPad)\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
] as const

/** A session is labelled with what its browser calls itself; of that, what a person would say. */
export function sayLabel({ kind, label }: Pick<WireCredential, 'kind' | 'label'>): string {
  if (label === '') return `a ${kind}`
  if (kind !== 'session' || !label.startsWith('Mozilla/')) return label
  const nameIn = (names: readonly (readonly [string, RegExp])[]) => names.find(([, sign]) => sign.test(label))?.[0]
  return `${nameIn(BROWSERS) ?? 'a browser'} on ${nameIn(SYSTEMS) ?? 'an unknown system'}`
}
