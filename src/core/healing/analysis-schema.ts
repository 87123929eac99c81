// The shape in which a model must say what a failure comes from: strict in what it means, patient with how weak models write it.
import { z } from 'zod'
import { COMPLEXITIES } from '../vocabulary/healing.ts'
import type { FailureAnalysis } from '../vocabulary/healing.ts'

const CAUSES = 10
const CAUSE_CHARACTERS = 1_000
/** Beyond these a fix is no targeted one. */
export const MOST_FIXES = 20
export const MOST_CODE_CHARACTERS = 16_000

const fix = z.strictObject({
  file: z.string().min(1).max(500),
  line_number: z.int().min(1),
  current_code: z.string().max(MOST_CODE_CHARACTERS),
  fixed_code: z.string().max(MOST_CODE_CHARACTERS),
  explanation: z.string().max(CAUSE_CHARACTERS),
})

const analysis = z.strictObject({
  root_causes: z.array(z.string().max(CAUSE_CHARACTERS)).max(CAUSES),
  fix_suggestions: z.array(fix).max(MOST_FIXES),
  confidence_score: z.number().min(0).max(1),
  estimated_complexity: z.enum(COMPLEXITIES),
})

/**
 * Takes numbers that are written as words, confidence in per cent, missing explanations and causes, a single cause that is no list,
 * and keys beyond these, which are left out. Fixes without a file, a line or either code fit nothing, and neither does anything else.
 */
export const ANALYSIS_SCHEMA: z.ZodType<FailureAnalysis> = z.preprocess(forgiving, analysis)

function forgiving(given: unknown): unknown {
  if (!isRecord(given)) return given
  const fixes = given['fix_suggestions']
  return {
    root_causes: causesOf(given['root_causes']),
    fix_suggestions: Array.isArray(fixes) ? fixes.map(forgivingFix) : (fixes ?? undefined),
    confidence_score: shareOf(given['confidence_score']),
    estimated_complexity: complexityOf(given['estimated_complexity']),
  }
}

function forgivingFix(given: unknown): unknown {
  if (!isRecord(given)) return given
  const explanation = given['explanation']
  return {
    file: typeof given['file'] === 'string' ? given['file'].trim() : given['file'],
    line_number: numberOf(given['line_number']),
    current_code: given['current_code'],
    fixed_code: given['fixed_code'],
    explanation: typeof explanation === 'string' ? clipped(explanation) : '',
  }
}

function causesOf(given: unknown): unknown {
  if (given === undefined || given === null) return []
  if (typeof given === 'string') return given.trim() === '' ? [] : [clipped(given)]
  if (!Array.isArray(given)) return given
  return given
    .filter((cause) => typeof cause !== 'string' || cause.trim() !== '')
    .slice(0, CAUSES)
    .map((cause: unknown) => (typeof cause === 'string' ? clipped(cause) : cause))
}

function clipped(text: string): string {
  return text.trim().slice(0, CAUSE_CHARACTERS).toWellFormed()
}

/** `"12"`, `12.0` and `"line 12"` are lines; everything else stays what it is. */
function numberOf(given: unknown): unknown {
  if (typeof given !== 'string') return given
  const [, digits] = /^\s*(?:lines?\s*)?(\d{1,9})(?:\.0+)?\s*$/i.exec(given) ?? []
  return digits === undefined ? given : Number(digits)
}

/** A model that does not say how sure it is is not sure enough to be followed blindly, nor to be passed over. */
function shareOf(given: unknown): unknown {
  if (given === undefined || given === null) return 0.5
  const [, digits, percent] =
    typeof given === 'string' ? (/^\s*(\d+(?:\.\d+)?)\s*(%?)\s*$/.exec(given) ?? []) : [null, given, '']
  const number = typeof digits === 'string' ? Number(digits) : digits
  if (typeof number !== 'number' || !Number.isFinite(number) || number < 0 || number > 100) return given
  return percent === '%' || number > 1 ? number / 100 : number
}

function complexityOf(given: unknown): unknown {
  if (given === undefined || given === null) return 'medium'
  return typeof given === 'string' ? given.trim().toLowerCase() : given
}

function isRecord(given: unknown): given is Record<string, unknown> {
  return typeof given === 'object' && given !== null && !Array.isArray(given)
}
