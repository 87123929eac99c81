// What models write is taken as far as it can mean one thing, and refused beyond that.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { NO_ANALYSIS } from '../vocabulary/healing.ts'
import { ANALYSIS_SCHEMA } from './analysis-schema.ts'

const FIX = { file: 'a.js', line_number: 3, current_code: 'a', fixed_code: 'b', explanation: 'why' }
const GOOD = {
  root_causes: ['it is off by one'],
  fix_suggestions: [FIX],
  confidence_score: 0.9,
  estimated_complexity: 'low',
} as const

test('the shape is taken as it is', () => {
  assert.deepEqual(ANALYSIS_SCHEMA.parse(GOOD), GOOD)
  assert.deepEqual(ANALYSIS_SCHEMA.parse(NO_ANALYSIS), NO_ANALYSIS)
})

test('numbers as words, confidence in per cent and missing words are forgiven', () => {
  const said = {
    root_causes: 'it is off by one',
    fix_suggestions: [{ file: ' a.js ', line_number: 'line 3', current_code: 'a', fixed_code: 'b', severity: 'high' }],
    confidence_score: '85%',
    estimated_complexity: 'Low',
    thoughts: 'many',
  }
  const wanted = { ...GOOD, fix_suggestions: [{ ...FIX, explanation: '' }], confidence_score: 0.85 }
  assert.deepEqual(ANALYSIS_SCHEMA.parse(said), wanted)
  assert.equal(ANALYSIS_SCHEMA.parse({ ...GOOD, confidence_score: 85 }).confidence_score, 0.85)
  assert.equal(ANALYSIS_SCHEMA.parse({ ...GOOD, confidence_score: '0.4' }).confidence_score, 0.4)
  assert.equal(ANALYSIS_SCHEMA.parse({ ...GOOD, confidence_score: null }).confidence_score, 0.5)
  assert.equal(ANALYSIS_SCHEMA.parse({ ...GOOD, estimated_complexity: undefined }).estimated_complexity, 'medium')
})

test('what lacks a file, a line or a code, or is of another kind, fits nothing', () => {
  const bad: unknown[] = [
    null,
    'broken',
    [],
    {},
    { ...GOOD, fix_suggestions: 'none' },
    { ...GOOD, fix_suggestions: undefined },
    { ...GOOD, fix_suggestions: [{ ...FIX, file: undefined }] },
    { ...GOOD, fix_suggestions: [{ ...FIX, line_number: 0 }] },
    { ...GOOD, fix_suggestions: [{ ...FIX, line_number: 'about five' }] },
    { ...GOOD, fix_suggestions: [{ ...FIX, current_code: null }] },
    { ...GOOD, fix_suggestions: [{ ...FIX, fixed_code: 7 }] },
    { ...GOOD, fix_suggestions: Array.from({ length: 21 }, () => FIX) },
    { ...GOOD, confidence_score: 'very' },
    { ...GOOD, confidence_score: -1 },
    { ...GOOD, confidence_score: 900 },
    { ...GOOD, estimated_complexity: 'gigantic' },
    { ...GOOD, root_causes: [5] },
    { summary: 'a plan', subtasks: [] },
  ]
  for (const given of bad) assert.equal(ANALYSIS_SCHEMA.safeParse(given).success, false, JSON.stringify(given))
})

test('anything at all is answered, and what is taken has the shape', () => {
  fc.assert(
    fc.property(fc.anything(), (given) => {
      const { success, data } = ANALYSIS_SCHEMA.safeParse(given)
      if (success) assert.ok(data.confidence_score >= 0 && data.confidence_score <= 1)
    }),
  )
})

test('a provider can be told the shape', () => {
  const shape = z.toJSONSchema(ANALYSIS_SCHEMA, { io: 'input', unrepresentable: 'any' })
  const text = JSON.stringify(shape)
  for (const key of ['root_causes', 'fix_suggestions', 'line_number', 'current_code', 'fixed_code', 'confidence_score'])
    assert.ok(text.includes(`"${key}"`), key)
})
