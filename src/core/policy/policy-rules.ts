// The whole policy as people and programs look at it: every rule with where it comes from, in the order in which they are asked.
import type { EgressRule, Policy, Rule } from '../vocabulary/policy.ts'
import { DEFAULT_RULES } from './default-verdicts.ts'
import { HARD_DENIALS } from './effect.ts'

export type ShownRule = Pick<Rule, 'id' | 'verdict' | 'why' | 'when'> & {
  readonly people: 1 | 2
  readonly origin: 'hard' | 'file' | 'default'
}

export type ShownPolicy = {
  readonly digest: string
  readonly rules: readonly ShownRule[]
  readonly egress: readonly EgressRule[]
  readonly secrets: { readonly warn_days: number; readonly max_days: number; readonly at_max: string }
}

/** Hard denials, then the operator's rules, then the defaults, whose conditions are in their words alone. */
export function policyRules({ digest, rules, egress, secrets }: Policy): ShownPolicy {
  const hard = Object.entries(HARD_DENIALS).map(([id, why]): ShownRule => ({
    id,
    verdict: 'deny',
    why,
    when: {},
    people: 1,
    origin: 'hard',
  }))
  const file = rules.map((rule): ShownRule => ({ ...rule, people: rule.people ?? 1, origin: 'file' }))
  const defaults = Object.entries(DEFAULT_RULES).map(([id, [verdict, why]]): ShownRule => ({
    id,
    verdict,
    why,
    when: {},
    people: 1,
    origin: 'default',
  }))
  return {
    digest,
    rules: [...hard, ...file, ...defaults],
    egress,
    secrets: { warn_days: secrets.warnDays, max_days: secrets.maxDays, at_max: secrets.atMax },
  }
}
