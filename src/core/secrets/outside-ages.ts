// Since when secrets that others keep for us have been what they are: from a fingerprint of each, never from the value.
import type { Clock } from '../ports/clock.ts'
import type { MemoStore } from '../ports/memo-store.ts'

export type OutsideSecret = { readonly name: string; readonly value: string }

export type OutsideAgesDeps = {
  readonly memos: MemoStore
  readonly clock: Clock
  /** Worth nothing without a key that is not in the store; one for each key, the newest first. */
  readonly fingerprints: (text: string) => Promise<readonly string[]>
}

type Seen = { readonly fingerprint: string; readonly since: string }

const MEMO = 'secrets of the environment'

/** By name, when its present value was seen first. What was never seen before begins now. */
export async function sinceWhen(
  { memos, clock, fingerprints }: OutsideAgesDeps,
  secrets: readonly OutsideSecret[],
): Promise<ReadonlyMap<string, Date>> {
  const before = parse(await memos.get(MEMO))
  const now: Record<string, Seen> = {}
  for (const { name, value } of secrets) {
    const [newest = '', ...older] = await fingerprints(`${name}\n${value}`)
    const known = before[name]
    const isSame = known !== undefined && [newest, ...older].includes(known.fingerprint)
    now[name] = { fingerprint: newest, since: isSame ? known.since : clock.now().toISOString() }
  }
  // Processes that are given fewer secrets than others forget nothing for them.
  const all = { ...before, ...now }
  if (JSON.stringify(all) !== JSON.stringify(before)) await memos.set(MEMO, JSON.stringify(all))
  return new Map(Object.entries(now).map(([name, { since }]) => [name, new Date(since)]))
}

function parse(text: string | null): Readonly<Record<string, Seen>> {
  if (text === null) return {}
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null) return {}
    return Object.fromEntries(Object.entries(parsed).filter((entry): entry is [string, Seen] => isSeen(entry[1])))
  } catch {
    return {}
  }
}

function isSeen(value: unknown): value is Seen {
  if (typeof value !== 'object' || value === null) return false
  return 'fingerprint' in value && typeof value.fingerprint === 'string' && 'since' in value && isDate(value.since)
}

function isDate(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(new Date(value).getTime())
}
