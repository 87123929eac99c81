// The policy as a person reads it: rules in the order in which they decide, conditions as words.
import type { EgressRule, RuleCondition, Verdict } from '../../../src/core/vocabulary/policy.ts'
import type { JsonObject } from '../../../src/core/vocabulary/json.ts'
import type { RuleOrigin, WireRule } from './control.ts'

/** Never colour alone: a sign and a word as well. */
export const VERDICT_LOOKS = {
  allow: { word: 'allow', icon: 'check', tone: 'good' },
  ask: { word: 'ask', icon: 'question', tone: 'ask' },
  deny: { word: 'deny', icon: 'cross', tone: 'bad' },
} as const satisfies Readonly<Record<Verdict, unknown>>

export type RuleGroup = {
  readonly origin: RuleOrigin
  readonly title: string
  readonly about: string
  readonly rules: readonly WireRule[]
}

const ABOUT: Readonly<Record<RuleOrigin, { readonly title: string; readonly about: string }>> = {
  hard: { title: 'Never', about: 'Refused everywhere, before anything else is looked at. No approval lifts these.' },
  file: { title: 'Your rules', about: 'From the policy file. The first one that matches decides.' },
  default: { title: 'Built in', about: 'What holds where none of your rules says otherwise.' },
}
const ORDER: readonly RuleOrigin[] = ['hard', 'file', 'default']

/** In the order in which they decide; what the operator did not write is left out. */
export function groupRules(rules: readonly WireRule[]): readonly RuleGroup[] {
  return ORDER.flatMap((origin) => {
    const own = rules.filter((rule) => rule.origin === origin)
    return own.length === 0 ? [] : [{ origin, ...ABOUT[origin], rules: own }]
  })
}

export type Condition = { readonly label: string; readonly values: readonly string[] }

const LABELS: Readonly<Record<string, string>> = {
  role: 'role',
  user: 'person',
  tool: 'tool',
  class: 'class',
  command: 'command',
  path: 'path',
  host: 'host',
  bot: 'bot',
  where: 'where',
}

/** Each must hold; of the values of one, any. */
export function conditionsOf(when: RuleCondition): readonly Condition[] {
  return Object.entries(when).flatMap(([key, value]): readonly Condition[] => {
    if (key === 'tokens_over') return [{ label: 'cost', values: [`over ${Number(value).toLocaleString('en')} tokens`] }]
    if (key === 'time') return [{ label: 'time (UTC)', values: [sayHours(value)] }]
    const values = Array.isArray(value)
      ? value.map(String)
      : [typeof value === 'string' ? value : JSON.stringify(value)]
    return values.length === 0 ? [] : [{ label: LABELS[key] ?? key, values }]
  })
}

function sayHours(value: unknown): string {
  if (typeof value !== 'object' || value === null || !('from' in value) || !('to' in value))
    return JSON.stringify(value)
  const days = 'days' in value && Array.isArray(value.days) ? ` on ${value.days.join(', ')}` : ''
  return `${String(value.from)} to ${String(value.to)}${days}`
}

export function sayEgress({ host, ports, private: own }: EgressRule): string {
  const where = ports === undefined || ports.length === 0 ? host : `${host}:${ports.join(',')}`
  return own === true ? `${where} (in your own network)` : where
}

const AT_MAX: Readonly<Record<string, string>> = {
  refuse: 'then no longer used',
  ask: 'then asked about at each use',
  warn: 'then used with a warning',
}

/** How old secrets may become, in one sentence; null where the server does not say. */
export function saySecretAges(secrets: JsonObject): string | null {
  const warn = secrets['warnDays'] ?? secrets['warn_days']
  const most = secrets['maxDays'] ?? secrets['max_days']
  const atMax = secrets['atMax'] ?? secrets['at_max']
  if (typeof warn !== 'number' || typeof most !== 'number') return null
  const then = typeof atMax === 'string' ? AT_MAX[atMax] : undefined
  return `A warning comes after ${warn} days. At ${most} days a secret is too old${then === undefined ? '' : `: ${then}`}.`
}
