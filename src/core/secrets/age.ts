// How old a secret may become: from when it is due to be replaced, and what becomes of its use when it is overdue.
import type { SecretPolicy } from '../vocabulary/policy.ts'

const DAY_MS = 86_400_000

export const SECRET_STATES = ['fresh', 'due', 'overdue'] as const
export type SecretState = (typeof SECRET_STATES)[number]

export type SecretAge = { readonly days: number; readonly state: SecretState }

/** Whole days since the value was last changed; a clock that went back makes nothing younger than new. */
export function ageOf(since: Date, policy: SecretPolicy, now: Date): SecretAge {
  const days = Math.max(0, Math.floor((now.getTime() - since.getTime()) / DAY_MS))
  return { days, state: days >= policy.maxDays ? 'overdue' : days >= policy.warnDays ? 'due' : 'fresh' }
}

export type SecretUse =
  | { readonly type: 'allow' }
  /** Used all the same, and said. */
  | { readonly type: 'warn'; readonly why: string }
  /** A person has to say yes to it first. */
  | { readonly type: 'ask'; readonly why: string }
  | { readonly type: 'refuse'; readonly why: string }

/** Whether the policy lets a value of this age be used. */
export function mayUse(
  secret: { readonly name: string; readonly rotatedAt: Date },
  policy: SecretPolicy,
  now: Date,
): SecretUse {
  const { days, state } = ageOf(secret.rotatedAt, policy, now)
  if (state !== 'overdue') return { type: 'allow' }
  const why = `The secret ${secret.name} is ${days} days old, and the policy wants a new one after ${policy.maxDays}: \`factotum secret rotate ${secret.name}\`.`
  return { type: policy.atMax, why }
}
