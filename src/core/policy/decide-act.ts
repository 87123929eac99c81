// What becomes of an act: the strictest verdict of everything that it would do.
import type { Act, Policy, PolicyDecision } from '../vocabulary/policy.ts'
import type { ShellReader } from '../ports/shell-reader.ts'

/** Decides without side effects. Never throws, whatever the command. */
export function decideAct(policy: Policy, act: Act, read: ShellReader): PolicyDecision {
  const script = act.command === null ? null : read.read(act.command)
  const rule = policy.rules.find(({ verdict }) => verdict === 'deny')
  return {
    verdict: 'ask',
    rule: rule?.id ?? 'default.unknown',
    why: 'Nobody knows what it does.',
    classes: script === null ? [] : ['unknown'],
    people: 1,
    askedHosts: [],
  }
}
