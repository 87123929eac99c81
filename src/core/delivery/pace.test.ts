import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { NOON, sampleEntry } from '../../../test/contract/sample-entry.ts'
import type { OutboxEntry } from '../ports/outbox.ts'
import { LANES } from '../vocabulary/post.ts'
import { chooseNext } from './pace.ts'
import type { ChatTraffic, Pace } from './pace.ts'

const PACE: Pace = { gapMs: 1_000, groupGapMs: 3_000, groupMinute: 15, parallel: 8 }
const NOW = NOON.getTime()
const at = (ms: number) => new Date(NOW + ms)
const QUIET = { chats: new Map<string, ChatTraffic>(), underWay: 0, restUntil: 0 }
const chat = (change: Partial<ChatTraffic>): ChatTraffic => ({
  busy: false,
  group: false,
  recent: [],
  restUntil: 0,
  ...change,
})
const inChat = (it: ChatTraffic) => ({ ...QUIET, chats: new Map([['42', it]]) })
const entry = (key: string, change: Partial<OutboxEntry> = {}) => sampleEntry({ key, ...change })
const tap = { type: 'tap_answer', tap: 't', text: null, loud: false } as const
const keys = (entries: readonly OutboxEntry[]) => entries.map(({ key }) => key)

test('answers to taps go first and need not wait for their chat; then lane by lane, one request a chat', () => {
  const waiting = [
    entry('progress', { lane: 'progress' }),
    entry('final', { lane: 'final' }),
    entry('tap', { lane: 'tap_answer', posting: tap }),
    entry('approval', { lane: 'approval' }),
  ]
  assert.deepEqual(keys(chooseNext(waiting, QUIET, PACE, NOW).go), ['tap', 'approval'])
  assert.deepEqual(keys(chooseNext(waiting, inChat(chat({ busy: true })), PACE, NOW).go), ['tap'])
})

test('progress waits a second after the last change, three in a group; an end does not', () => {
  const progress = entry('progress', { lane: 'progress' })
  const direct = chooseNext([progress], inChat(chat({ recent: [NOW - 400] })), PACE, NOW)
  assert.deepEqual([direct.go, direct.wakeAt], [[], NOW + 600])
  const group = chooseNext([progress], inChat(chat({ group: true, recent: [NOW - 400] })), PACE, NOW)
  assert.equal(group.wakeAt, NOW + 2_600)
  const end = entry('end', { lane: 'final' })
  assert.deepEqual(keys(chooseNext([progress, end], inChat(chat({ recent: [NOW - 400] })), PACE, NOW).go), ['end'])
})

test('in a group progress rests once a minute is full, and goes on when the oldest request is a minute old', () => {
  const recent = Array.from({ length: 15 }, (_, index) => NOW - 50_000 + index)
  const { go, wakeAt } = chooseNext(
    [entry('progress', { lane: 'progress' })],
    inChat(chat({ group: true, recent })),
    PACE,
    NOW,
  )
  assert.deepEqual([go, wakeAt], [[], NOW + 10_000])
})

test('what people read in order stays in order: a later reply waits behind one that has to be tried again', () => {
  const first = entry('first', { notBefore: at(500) })
  const second = entry('second', { createdAt: at(1) })
  const { go, wakeAt } = chooseNext([second, first], QUIET, PACE, NOW)
  assert.deepEqual([go, wakeAt], [[], NOW + 500])
  const elsewhere = entry('elsewhere', { place: { ...first.place, chat: '43' } })
  assert.deepEqual(keys(chooseNext([second, first, elsewhere], QUIET, PACE, NOW).go), ['elsewhere'])
})

test('a bot that rests sends nothing, and says until when', () => {
  assert.deepEqual(chooseNext([entry('a')], { ...QUIET, restUntil: NOW + 5 }, PACE, NOW), { go: [], wakeAt: NOW + 5 })
})

const anyEntry = fc
  .record({
    key: fc.string({ minLength: 1 }),
    lane: fc.constantFrom(...LANES),
    chat: fc.constantFrom('1', '-2', '3'),
    delay: fc.integer({ min: -5, max: 5 }),
  })
  .map(({ key, lane, chat: to, delay }) =>
    entry(key, {
      lane,
      notBefore: at(delay),
      place: { ...sampleEntry().place, chat: to },
      ...(lane === 'tap_answer' ? { posting: tap } : {}),
    }),
  )

test('never two requests in one chat, never one before its time, never more than there is room for; and never asleep with work', () => {
  fc.assert(
    fc.property(fc.uniqueArray(anyEntry, { selector: ({ key }) => key }), fc.nat(10), (waiting, underWay) => {
      const { go, wakeAt } = chooseNext(waiting, { ...QUIET, underWay }, PACE, NOW)
      const sent = go.filter(({ lane }) => lane !== 'tap_answer').map(({ place }) => place.chat)
      assert.equal(new Set(sent).size, sent.length)
      assert.ok(go.every(({ notBefore }) => notBefore.getTime() <= NOW))
      assert.ok(go.length <= Math.max(0, PACE.parallel - underWay))
      if (waiting.length > 0 && underWay < PACE.parallel) assert.ok(go.length > 0 || wakeAt !== null)
    }),
  )
})
