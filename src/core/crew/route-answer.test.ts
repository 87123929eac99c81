// The router's answer: what weak models leave out is filled in, what is of no use is dropped, and when a question comes first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { questionBefore } from './clarify.ts'
import { ROUTE_SCHEMA } from './schemas.ts'
import type { Route } from './schemas.ts'

test('an answer with only the kind of task is enough', () => {
  const route = ROUTE_SCHEMA.parse({ task_type: 'dev_pipeline' })
  const empty = { command: null, ask: null, continues: false, others: [], facts: [], refusal: null }
  const rest = { summary: '', plan: '', needs_confirmation: false, confidence: 0.5 }
  assert.deepEqual(route, { ...empty, ...rest, intent: 'command', task_type: 'dev_pipeline' })
  assert.equal(ROUTE_SCHEMA.parse({ intent: 'other' }).task_type, 'question')
  assert.equal(ROUTE_SCHEMA.parse({ task_type: 'question' }).intent, 'question')
})

test('null as a word is null', () => {
  const { ask, refusal, command } = ROUTE_SCHEMA.parse({
    task_type: 'question',
    ask: 'None.',
    refusal: 'null',
    command: ' ',
  })
  assert.deepEqual([ask, refusal, command], [null, null, null])
})

test('per cent, words and nonsense for how sure it is', () => {
  const sure = (confidence: unknown) => ROUTE_SCHEMA.parse({ task_type: 'question', confidence }).confidence
  assert.deepEqual([0.4, 80, '0.9', '95%', 'very', null, -1].map(sure), [0.4, 0.8, 0.9, 0.95, 0.5, 0.5, 0])
})

test('facts without words or quotation are none, constraints come first, and there are at most three', () => {
  const fact = { kind: 'fact', text: 'a', quote: 'a', rule: 'never' }
  const rule = { kind: 'constraint', text: 'b', quote: 'b', rule: 'never', confidence: 2 }
  const { facts } = ROUTE_SCHEMA.parse({
    task_type: 'question',
    facts: [fact, fact, fact, { ...fact, quote: ' ' }, 'x', { ...fact, kind: 'secret' }, rule],
  })
  assert.deepEqual(
    facts.map(({ kind, rule: what }) => [kind, what]),
    [
      ['constraint', 'never'],
      ['fact', null],
      ['fact', null],
    ],
  )
})

test('an unknown kind of task, and what is no object, is no answer', () => {
  for (const answer of [{ task_type: 'delete_everything' }, {}, null, [], 'dev_pipeline'])
    assert.equal(ROUTE_SCHEMA.safeParse(answer).success, false)
})

test('whatever a model says around it, what is believed has its shape and its bounds', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom('intent', 'confidence', 'summary', 'others', 'facts', 'command', 'ask'),
        fc.anything(),
      ),
      (given) => {
        const route = ROUTE_SCHEMA.parse({ ...given, task_type: 'question' })
        assert.ok(route.others.length <= 4 && route.facts.length <= 3 && route.summary.length <= 1_000)
        assert.ok(route.confidence >= 0 && route.confidence <= 1)
        assert.ok(route.others.every((other) => other.trim() !== ''))
      },
    ),
  )
})

test('endpoints that want every key required get such a schema, without defaults', () => {
  const text = JSON.stringify(z.toJSONSchema(ROUTE_SCHEMA, { io: 'input' }))
  const { properties, required } = JSON.parse(text) as { properties: object; required: string[] }
  assert.deepEqual(required, Object.keys(properties))
  assert.doesNotMatch(text, /"default"/)
})

const route = (more: Partial<Route>): Route => ({
  ...ROUTE_SCHEMA.parse({ task_type: 'dev_pipeline', confidence: 0.9, summary: 'A page.' }),
  ...more,
})
const here = { conversation: true, asked: false }

test('a question comes first where the router has one or is unsure of work, in a conversation, and not twice', () => {
  assert.equal(questionBefore(route({}), here), null)
  assert.equal(questionBefore(route({ ask: 'Which?' }), here), 'Which?')
  assert.equal(questionBefore(route({ confidence: 0.3 }), here), 'Is this what you want: A page?')
  assert.match(questionBefore(route({ confidence: 0.3, summary: ' ' }), here) ?? '', /What would you like/)
  assert.equal(questionBefore(route({ confidence: 0.3, intent: 'question', task_type: 'question' }), here), null)
  for (const there of [
    { ...here, asked: true },
    { ...here, conversation: false },
  ])
    assert.equal(questionBefore(route({ ask: 'Which?', confidence: 0.1 }), there), null)
})
