// The shapes in which models must answer; everything a model says is checked against them before it is believed.
import { z } from 'zod'
import { FACT_KINDS, RULES } from '../vocabulary/memory.ts'
import { INTENTS, ASKED_TYPES } from '../vocabulary/task.ts'

const SENTENCE = 1_000
const sentence = z.string().max(SENTENCE)

export const REVIEW_SCHEMA = z.object({
  approved: z.boolean(),
  summary: sentence,
  findings: z
    .array(
      z.object({ file: z.string().max(500).nullable(), problem: z.string().min(1).max(2_000), blocking: z.boolean() }),
    )
    .max(50),
})

const QUOTE = 4_000
const OTHERS = 4
const FACTS = 3

const factSchema = z.object({
  kind: z.enum(FACT_KINDS),
  text: z.string(),
  rule: z.enum(RULES).nullable(),
  quote: z.string(),
  confidence: z.number(),
})

// Small, because it goes along with every message; prompts/router.md says what the fields mean. Every key is required and nothing has a default: some endpoints take no
// schema that is looser. Weak models route too, so `forgiving` stands in front of it.
const routeObject = z.object({
  intent: z.enum(INTENTS),
  task_type: z.enum(ASKED_TYPES),
  confidence: z.number().min(0).max(1),
  summary: z.string(),
  plan: z.string(),
  needs_confirmation: z.boolean(),
  command: z.string().nullable(),
  ask: z.string().nullable(),
  continues: z.boolean(),
  others: z.array(z.string()).describe(`At most ${OTHERS}`),
  facts: z.array(factSchema).describe(`At most ${FACTS}`),
  refusal: z.string().nullable(),
})

export type Route = z.output<typeof routeObject>
export type CandidateFact = z.output<typeof factSchema>

/** Takes what lacks optional fields or says too much; nothing is believed that is not of its kind. */
export const ROUTE_SCHEMA = z.preprocess(forgiving, routeObject)

function forgiving(given: unknown): unknown {
  if (!isRecord(given)) return given
  const { intent } = given
  const type = given['task_type'] ?? (intent === 'question' || intent === 'other' ? 'question' : undefined)
  return {
    ...given,
    task_type: type,
    intent: isOneOf(INTENTS, intent) ? intent : type === 'question' ? 'question' : 'command',
    confidence: shareOf(given['confidence']),
    summary: clipped(given['summary'], SENTENCE) ?? '',
    plan: clipped(given['plan'], SENTENCE) ?? '',
    needs_confirmation: given['needs_confirmation'] === true,
    command: clipped(given['command'], Number.POSITIVE_INFINITY),
    ask: clipped(given['ask'], SENTENCE),
    continues: given['continues'] === true,
    others: listOf(given['others'])
      .flatMap((other) => clipped(other, Number.POSITIVE_INFINITY) ?? [])
      .slice(0, OTHERS),
    facts: listOf(given['facts'])
      .flatMap(factFrom)
      .toSorted((one, other) => Number(other.kind === 'constraint') - Number(one.kind === 'constraint'))
      .slice(0, FACTS),
    refusal: clipped(given['refusal'], SENTENCE),
  }
}

/** A fact without words, or without the words that it was made from, is none. */
function factFrom(given: unknown): readonly CandidateFact[] {
  if (!isRecord(given)) return []
  const [text, quote, kind, rule] = [
    clipped(given['text'], SENTENCE),
    clipped(given['quote'], QUOTE),
    given['kind'],
    given['rule'],
  ]
  if (text === null || quote === null || !isOneOf(FACT_KINDS, kind)) return []
  const known = isOneOf(RULES, rule) && kind === 'constraint'
  return [{ kind, text, rule: known ? rule : null, quote, confidence: shareOf(given['confidence']) }]
}

/** Some models write null as a word. */
const NO_WORDS = /^(?:null|none|n\/a|undefined|-)?\.?$/i

/** Null for what is no text, and for one that says that there is none. */
function clipped(given: unknown, limit: number): string | null {
  if (typeof given !== 'string' || NO_WORDS.test(given.trim())) return null
  return given.trim().slice(0, limit)
}

/** A model that does not say how sure it is counts as half sure; some say it in per cent. */
function shareOf(given: unknown): number {
  const number = typeof given === 'string' ? Number.parseFloat(given) : given
  if (typeof number !== 'number' || Number.isNaN(number)) return 0.5
  return Math.min(1, Math.max(0, number > 1 ? number / 100 : number))
}

function listOf(given: unknown): readonly unknown[] {
  return Array.isArray(given) ? given : []
}

function isRecord(given: unknown): given is Record<string, unknown> {
  return typeof given === 'object' && given !== null && !Array.isArray(given)
}

function isOneOf<T extends string>(known: readonly T[], given: unknown): given is T {
  return known.some((one) => one === given)
}
