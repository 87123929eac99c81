// Whether a sandbox reaches a host by itself, after a question, or never.
import type { EgressTarget, EgressVerdict } from '../vocabulary/egress.ts'
import type { Act, Policy, Rule, Verdict } from '../vocabulary/policy.ts'
import { isMetadataHost, isPrivateHost } from './metadata-hosts.ts'
import { egressRuleFor } from './match.ts'
import { ruleMatches } from './rule-matches.ts'

/** What is said of hosts that nobody listed. */
export const UNLISTED_HOSTS = {
  // No yes would lead there: whoever connects refuses it.
  'default.private': [
    'deny',
    'This lies in a private network: an owner can list it in the policy file with "private": true.',
  ],
  'default.egress': ['ask', 'This host is not on the list of hosts that are reached freely.'],
} as const satisfies Readonly<Record<string, readonly [Verdict, string]>>

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
  const unlisted = isPrivateHost(target.host) ? 'default.private' : 'default.egress'
  const [type, why] = UNLISTED_HOSTS[unlisted]
  return { type, rule: unlisted, why }
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
