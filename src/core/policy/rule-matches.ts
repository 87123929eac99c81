// Whether an operator's rule speaks of what is about to happen.
import type { Act, CommandClass, Rule, RuleCondition } from '../vocabulary/policy.ts'
import { WEEKDAYS } from '../vocabulary/policy.ts'
import { matchesGlob, matchesHost, targetOf } from './match.ts'

/** One part of an act, of one class: what rules are asked about. */
export type Matter = {
  readonly act: Act
  /** Null for what is no command. */
  readonly class: CommandClass | null
  /** The command that it is, in plain words; null where some of it is not known, and then no rule allows it by its text. */
  readonly command: string | null
  /** Other ways in which the command was written: they count for what refuses or asks, never for what allows. */
  readonly written: readonly string[]
  readonly paths: readonly string[]
  readonly hosts: readonly string[]
  /** Whether `paths` and `hosts` are all there are. */
  readonly whole: boolean
}

/** Every condition must hold. A rule that allows must hold for all paths and hosts, one that asks or refuses for any. */
export function ruleMatches(rule: Rule, matter: Matter): boolean {
  const { when, verdict } = rule
  const { act } = matter
  return (
    isOneOf(when.role, act.by.role) &&
    isOneOf(when.where, act.where) &&
    isLikeOneOf(when.user, act.by.userId) &&
    isLikeOneOf(when.tool, act.tool) &&
    isLikeOneOf(when.bot, act.bot) &&
    (when.class === undefined || (matter.class !== null && when.class.includes(matter.class))) &&
    (when.tokens_over === undefined || (act.tokens !== null && act.tokens > when.tokens_over)) &&
    (when.time === undefined || isWithin(when.time, act.at)) &&
    commandMatches(rule, matter) &&
    everyOrAny(when.path, matter.paths, verdict === 'allow', matter.whole, matchesGlob) &&
    everyOrAny(when.host, matter.hosts, verdict === 'allow', matter.whole, hostMatches)
  )
}

function isOneOf<T>(wanted: readonly T[] | undefined, is: T): boolean {
  return wanted === undefined || wanted.includes(is)
}

function isLikeOneOf(globs: readonly string[] | undefined, is: string | null): boolean {
  return globs === undefined || (is !== null && globs.some((glob) => matchesGlob(glob, is)))
}

function commandMatches({ when, verdict }: Rule, { command, written }: Matter): boolean {
  if (when.command === undefined) return true
  const texts = [...(command === null ? [] : [command]), ...(verdict === 'allow' ? [] : written)]
  return texts.some((text) => when.command?.some((glob) => matchesGlob(glob, text)))
}

function everyOrAny(
  globs: readonly string[] | undefined,
  texts: readonly string[],
  every: boolean,
  whole: boolean,
  matches: (glob: string, text: string) => boolean,
): boolean {
  if (globs === undefined) return true
  const isMeant = (text: string) => globs.some((glob) => matches(glob, text))
  return every ? whole && texts.length > 0 && texts.every(isMeant) : texts.some(isMeant)
}

function hostMatches(pattern: string, host: string): boolean {
  return matchesHost(pattern, host) || matchesHost(pattern, targetOf(host).host)
}

function isWithin({ from, to, days }: NonNullable<RuleCondition['time']>, at: Date): boolean {
  const now = at.getUTCHours() * 60 + at.getUTCMinutes()
  const [start, end] = [minutesOf(from), minutesOf(to)]
  const overnight = start > end
  const inside = overnight ? now >= start || now < end : now >= start && now < end
  // What began yesterday evening is still yesterday's.
  const day = (at.getUTCDay() + (overnight && now < end ? 6 : 0)) % 7
  return inside && (days === undefined || days.some((name) => WEEKDAYS[day] === name))
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}
