// The questions that every connection has to pass before one byte of it leaves the machine.
import type net from 'node:net'
import type { SandboxEgress } from '../../core/ports/sandbox.ts'
import { targetText } from '../../core/vocabulary/egress.ts'
import type { EgressTarget, EgressVerdict } from '../../core/vocabulary/egress.ts'
import { openAccount } from './account.ts'
import type { Account } from './account.ts'
import type { Authority } from './authority.ts'
import type { Reach } from './reach.ts'
import type { Refusal } from './refusal.ts'

export type Limits = {
  /** At once, for one sandbox. */
  readonly connections: number
  readonly headerBytes: number
  /** Until the head of a request, or the first message of TLS, is whole. */
  readonly headMs: number
  /** Until there is a connection, for each address. */
  readonly connectMs: number
  /** Without a byte in either direction. */
  readonly idleMs: number
}

/** What the connections of one sandbox share. */
export type Gate = {
  readonly egress: SandboxEgress
  readonly reach: Reach
  readonly limits: Limits
  /** Null where the sandbox has no secrets. */
  readonly authority: Authority | null
  /** The placeholders of the values that were put in so far, by value: a placeholder may have had several, one after the other. */
  readonly values: Map<string, string>
  /** Certificates that servers are checked against. */
  readonly upstreamCa: () => readonly string[]
  /** Remembered until it is closed, to be destroyed when the sandbox ends. */
  readonly keep: (socket: net.Socket) => void
  readonly accounts: Set<Account>
}

export type Admission =
  | { readonly type: 'admitted'; readonly addresses: readonly string[] }
  | { readonly type: 'refused'; readonly refusal: Refusal }

/** Whoever gets an account closes it, whatever happens. */
export function accountFor(gate: Gate, target: EgressTarget): Account {
  const account = openAccount(gate.egress.report, target, () => gate.accounts.delete(account))
  gate.accounts.add(account)
  return account
}

/** Asks in this order: whether there are too many, whether it is allowed, where its name leads. */
export async function admit(gate: Gate, target: EgressTarget, account: Account): Promise<Admission> {
  const { connections } = gate.limits
  if (gate.accounts.size > connections) {
    const why = `at most ${connections} connections are open at once`
    account.refused('deny', 'hard.connections', why)
    return { type: 'refused', refusal: { status: 503, sentence: `${targetText(target)} has to wait: ${why}.` } }
  }
  const verdict = gate.egress.decide(target)
  if (verdict.type !== 'allow') {
    account.refused(verdict.type, verdict.rule, verdict.why)
    return { type: 'refused', refusal: { status: 403, sentence: refusalText(target, verdict) } }
  }
  account.allowed(verdict.rule)
  const checked = await gate.reach.check(target, verdict.private)
  if (checked.type === 'refused') return forbid(account, target, 'hard.address', checked.why)
  if (checked.type === 'unknown') return { type: 'refused', refusal: unreachable(account, target, checked.why) }
  return checked.type === 'checked' ? { type: 'admitted', addresses: checked.addresses } : checked
}

/** A no that no person lifts. */
export function forbid(
  account: Account,
  target: EgressTarget,
  rule: string,
  why: string,
): Admission & { type: 'refused' } {
  account.refused('deny', rule, why)
  return { type: 'refused', refusal: { status: 403, sentence: refusalText(target, { type: 'deny', rule, why }) } }
}

export function unreachable(account: Account, target: EgressTarget, why: string): Refusal {
  account.failed(why)
  return { status: 502, sentence: `${targetText(target)} is allowed, but ${why}.` }
}

function refusalText(target: EgressTarget, { type, rule, why }: Exclude<EgressVerdict, { type: 'allow' }>): string {
  const said = `${targetText(target)} can't be reached from this sandbox (rule ${rule}): ${why}`
  const whole = /[.!?]$/.test(said) ? said : `${said}.`
  return type === 'ask' ? `${whole} A person may allow it for this task.` : whole
}
