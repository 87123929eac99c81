// Whether a sandbox reaches a host by itself, after a question, or never.
import type { EgressTarget, EgressVerdict } from '../vocabulary/egress.ts'
import type { Act, Policy, Rule } from '../vocabulary/policy.ts'
import { isMetadataHost } from './metadata-hosts.ts'
import { egressRuleFor } from './match.ts'
import { ruleMatches } from './rule-matches.ts'

/** For whom the sandbox works, and when: what rules may ask for. */
export type EgressAsker = Pick<Act, 'by' | 'bot' | 'at'>

/** Addresses are not looked at here: whoever connects checks them (private ones need `private`, metadata services are never reached). */
export function egressVerdict(policy: Policy, target: EgressTarget, asker: EgressAsker): EgressVerdict {
  if (isMetadataHost(target.host)) {
    const why = 'Metadata services hand out the machine’s own credentials.'
    return { type: 'deny', rule: 'hard.metadata', why }
  }
  const listed = egressRuleFor(policy.egress, target)
  const rule = policy.rules.find((one) => speaksOfEgress(one) && meansTarget(one, target, asker))
  if (rule !== undefined) {
    if (rule.verdict === 'allow') return { type: 'allow', rule: rule.id, private: listed?.private ?? false }
    return { type: rule.verdict, rule: rule.id, why: rule.why }
  }
  if (listed !== null) return { type: 'allow', rule: 'default.egress-listed', private: listed.private ?? false }
  return { type: 'ask', rule: 'default.egress', why: 'This host is not on the list of hosts that are reached freely.' }
}

function meansTarget(rule: Rule, { host, port }: EgressTarget, asker: EgressAsker): boolean {
  const act: Act = {
    ...asker,
    tool: 'egress',
    where: 'sandbox',
    command: null,
    paths: [],
    hosts: [`${host}:${port}`],
    tokens: null,
  }
  return ruleMatches(rule, {
    act,
    class: 'network',
    command: null,
    written: [],
    paths: [],
    hosts: act.hosts,
    whole: true,
  })
}

/** What allows must say that it means the network; what refuses or asks may mean everything. */
function speaksOfEgress({ verdict, when }: Rule): boolean {
  return verdict !== 'allow' || when.tool !== undefined || when.host !== undefined || when.class !== undefined
}
