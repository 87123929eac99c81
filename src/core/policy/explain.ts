// What becomes of an act, and why: rule by rule, command by command. Everything that decides does it through here.
import type { ShellReader } from '../ports/shell-reader.ts'
import type { Act, CommandClass, Policy, Rule, Verdict } from '../vocabulary/policy.ts'
import { VERDICTS } from '../vocabulary/policy.ts'
import { classifyCommand } from './classify.ts'
import type { CommandPart } from './classify.ts'
import { defaultFor } from './default-verdicts.ts'
import { HARD_DENIALS } from './effect.ts'
import { hardDenialOf } from './hard-denials.ts'
import { ruleMatches } from './rule-matches.ts'
import type { Matter } from './rule-matches.ts'

export type Finding = {
  /** A command of the line, as far as it is known; what is not stands there as `?`. */
  readonly text: string
  readonly classes: readonly CommandClass[]
  /** Why it is of these classes. */
  readonly does: string
  readonly verdict: Verdict
  readonly rule: string
  readonly why: string
}

export type Explanation = {
  readonly classes: readonly CommandClass[]
  readonly verdict: Verdict
  readonly rule: string
  readonly why: string
  readonly people: 1 | 2
  readonly askedHosts: readonly string[]
  readonly hosts: readonly string[]
  readonly paths: readonly string[]
  readonly commands: readonly Finding[]
}

type Ruling = {
  readonly verdict: Verdict
  readonly rule: string
  readonly why: string
  readonly people: 1 | 2
  /** Because of which alone it is asked. */
  readonly hosts: readonly string[]
}

const NOTHING: Ruling = { verdict: 'allow', rule: 'default.nothing', why: 'Nothing would run.', people: 1, hosts: [] }

/** Pure. Never throws, whatever the command. The strictest of all that was found decides; of several alike, the first. */
export function explainAct(policy: Policy, act: Act, read: ShellReader): Explanation {
  const { classes, parts } = act.command === null ? { classes: [], parts: [] } : classifyCommand(act.command, read)
  const judged = parts.map((part) => ({ part, ruling: strictest(rulingsOf(policy, act, part)) }))
  const whole = wholeRulings(policy, act)
  const rulings = [...whole, ...judged.map(({ ruling }) => ruling)]
  const decided = rulings.length === 0 ? NOTHING : strictest(rulings)
  const asking = rulings.filter(({ verdict }) => verdict === 'ask')
  const hostsAlone = decided.verdict === 'ask' && asking.every(({ hosts }) => hosts.length > 0)
  return {
    classes,
    verdict: decided.verdict,
    rule: decided.rule,
    why: decided.why,
    people: asking.some(({ people }) => people === 2) ? 2 : 1,
    askedHosts: hostsAlone ? [...new Set(asking.flatMap(({ hosts }) => hosts))] : [],
    hosts: [...new Set([...act.hosts, ...parts.flatMap(({ hosts }) => hosts.filter((host) => host !== null))])],
    paths: [...new Set([...act.paths, ...parts.flatMap(({ paths }) => paths.flatMap(({ path }) => path ?? []))])],
    commands: judged.map(({ part, ruling }) => ({
      text: part.text,
      classes: part.classes,
      does: part.why,
      verdict: ruling.verdict,
      rule: ruling.rule,
      why: ruling.why,
    })),
  }
}

function strictest(rulings: readonly Ruling[]): Ruling {
  const worst = Math.max(0, ...rulings.map(({ verdict }) => VERDICTS.indexOf(verdict)))
  const worstOnes = rulings.filter(({ verdict }) => VERDICTS.indexOf(verdict) === worst)
  // What is asked because of more than a host comes first: a host that is allowed would not answer it.
  if (worst === 0) return worstOnes.at(-1) ?? NOTHING
  const never = worstOnes.find(({ rule }) => rule in HARD_DENIALS)
  return never ?? worstOnes.find(({ hosts }) => hosts.length === 0) ?? worstOnes[0] ?? NOTHING
}

/** The act as a whole: what is no command, and a line that a person typed. */
function wholeRulings(policy: Policy, act: Act): readonly Ruling[] {
  const hard = hardDenialOf(policy, act, null)
  if (hard !== null) return [hard]
  const matter: Matter = {
    act,
    class: act.tool === 'egress' ? 'network' : null,
    command: null,
    written: act.command === null ? [] : [act.command],
    paths: act.paths,
    hosts: act.hosts,
    whole: true,
  }
  if (act.command === null) return [ruled(policy, matter, () => defaultFor(policy, act, null, null))]
  // Of a command, its parts are decided on; here only what speaks of the line as a whole and makes it stricter.
  const rule = policy.rules.find((one) => one.when.class === undefined && ruleMatches(one, matter))
  const strict = rule !== undefined && rule.verdict !== 'allow' ? [ofRule(rule)] : []
  const typed = act.tool === 'run' && rule?.verdict !== 'allow' && !allowsRun(policy, act)
  return typed ? [...strict, defaultFor(policy, act, null, null)] : strict
}

/** Whether an operator says that lines which people type run without a question. */
function allowsRun(policy: Policy, act: Act): boolean {
  const matter: Matter = { act, class: null, command: act.command, written: [], paths: [], hosts: [], whole: true }
  const rule = policy.rules.find((one) => one.when.tool !== undefined && ruleMatches(one, matter))
  return rule?.verdict === 'allow'
}

function rulingsOf(policy: Policy, act: Act, part: CommandPart): readonly Ruling[] {
  const hard = hardDenialOf(policy, act, part)
  if (hard !== null) return [hard]
  const known = part.words.length > 0 && part.words.every((word) => word !== null)
  return part.classes.map((name) => {
    const unclear = part.paths.some(({ path }) => path === null) || part.hosts.includes(null)
    const matter: Matter = {
      act,
      class: name,
      command: known ? part.text : null,
      written: [act.command ?? '', part.text],
      paths: part.paths.flatMap(({ path }) => path ?? []),
      hosts: part.hosts.filter((host) => host !== null),
      whole: !unclear,
    }
    return ruled(policy, matter, () => defaultFor(policy, act, part, name))
  })
}

function ruled(policy: Policy, matter: Matter, otherwise: () => Ruling): Ruling {
  const rule = policy.rules.find((one) => ruleMatches(one, matter))
  return rule === undefined ? otherwise() : ofRule(rule)
}

function ofRule({ id, verdict, why, people }: Rule): Ruling {
  return { verdict, rule: id, why, people: people ?? 1, hosts: [] }
}
