// A long conversation loses its oldest tool outputs, and nothing else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ChatMessage } from '../ports/models.ts'
import { withinReach } from './agent.ts'

const LEFT_OUT = '(left out: too long ago)'

const message: fc.Arbitrary<ChatMessage> = fc.oneof(
  fc.record({ role: fc.constant('user' as const), text: fc.string({ maxLength: 30 }) }),
  fc.record({
    role: fc.constant('assistant' as const),
    text: fc.string({ maxLength: 30 }),
    toolCalls: fc.constant([]),
    providerData: fc.constant(null),
  }),
  fc.record({
    role: fc.constant('tool' as const),
    callId: fc.constant('c'),
    tool: fc.constant('read'),
    output: fc.string({ maxLength: 300 }),
    ok: fc.boolean(),
  }),
)

test('a conversation within the limit is handed on as it is', () => {
  const messages: ChatMessage[] = [{ role: 'user', text: 'a'.repeat(100) }]
  assert.equal(withinReach(messages, 100), messages)
})

test('any conversation: only tool outputs go, the oldest first, and no more of them than needed', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 30 }), fc.integer({ min: 0, max: 3_000 }), (messages, limit) => {
      const kept = withinReach(messages, limit)
      assert.equal(kept.length, messages.length)
      const outputs = messages.flatMap((each, index) => (each.role === 'tool' ? [index] : []))
      const gone = outputs.filter((index) => kept[index] !== messages[index])
      assert.deepEqual(gone, outputs.slice(0, gone.length), 'the oldest go first')
      for (const [index, each] of kept.entries()) {
        const before = messages[index]
        if (!gone.includes(index)) assert.equal(each, before)
        else assert.deepEqual(each, { ...before, output: LEFT_OUT })
      }
      const size = messages.reduce((sum, each) => sum + lengthOf(each), 0)
      const saved = gone.reduce((sum, index) => sum + lengthOf(messages[index]), 0)
      const last = lengthOf(messages[gone.at(-1) ?? -1])
      if (gone.length > 0) assert.ok(size - saved + last > limit, 'the last one had to go')
      if (gone.length < outputs.length) assert.ok(size - saved <= limit, 'what is left fits')
    }),
  )
})

test('the brief, with the rules in it, stays word for word, however long the work has been', () => {
  const brief: ChatMessage = {
    role: 'user',
    text: `<context>\n<rules>\n- Never touch production\n</rules>\n</context>\n${'x'.repeat(5_000)}`,
  }
  const turn = (number: number): readonly ChatMessage[] => [
    { role: 'assistant', text: '', toolCalls: [{ id: `c${number}`, tool: 'read', input: {} }], providerData: null },
    { role: 'tool', callId: `c${number}`, tool: 'read', output: 'y'.repeat(10_000), ok: true },
  ]
  const messages = [brief, ...Array.from({ length: 100 }, (_, number) => turn(number)).flat()]
  for (const limit of [0, 100, 4_000, 400_000]) assert.equal(withinReach(messages, limit)[0], brief)
})

function lengthOf(message: ChatMessage | undefined): number {
  if (message === undefined) return 0
  if (message.role === 'tool') return message.output.length
  return message.text.length + (message.role === 'assistant' ? JSON.stringify(message.toolCalls).length : 0)
}
