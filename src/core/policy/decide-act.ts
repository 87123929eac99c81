// What becomes of an act: the strictest verdict of everything that it would do.
import type { ShellReader } from '../ports/shell-reader.ts'
import type { Act, Policy, PolicyDecision } from '../vocabulary/policy.ts'
import { explainAct } from './explain.ts'

/** Decides without side effects: hard denials, then the operator's rules, then the defaults. Never throws, whatever the command. */
export function decideAct(policy: Policy, act: Act, read: ShellReader): PolicyDecision {
  const { verdict, rule, why, classes, people, askedHosts } = explainAct(policy, act, read)
  return { verdict, rule, why, classes, people, askedHosts }
}
