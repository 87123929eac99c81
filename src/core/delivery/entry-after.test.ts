import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NOON, sampleEntry } from '../../../test/contract/sample-entry.ts'
import type { DeliveryOutcome } from '../ports/messenger.ts'
import type { MessageRef } from '../vocabulary/place.ts'
import {
  afterFound,
  afterInterruption,
  afterMoot,
  afterSentAgain,
  beforeSending,
  entryAfter,
  isMoot,
  isRepeatable,
} from './entry-after.ts'

const REF = '5' as MessageRef
const outcome = (it: DeliveryOutcome) => it
const ambiguous = outcome({ type: 'ambiguous', refs: [], reason: 'reset' })

test('what stands as asked is settled, under its version', () => {
  const after = entryAfter(sampleEntry({ version: 3, attempts: 2 }), { type: 'delivered', refs: [REF] }, NOON)
  assert.deepEqual([after.state, after.shown, after.refs, after.attempts], ['settled', 3, [REF], 0])
})

test('what may stand already is never sent again by itself, be it a whole message or a further part of one', () => {
  const fresh = entryAfter(sampleEntry({ version: 2 }), ambiguous, NOON)
  assert.deepEqual([fresh.state, fresh.shown, fresh.error], ['ambiguous', -2, 'reset'])
  const standing = sampleEntry({ version: 2, refs: [REF], shown: 1 })
  const part = entryAfter(standing, { ...ambiguous, refs: [REF] }, NOON)
  assert.deepEqual([part.state, part.shown, part.refs], ['ambiguous', -2, [REF]])
  // A change whose answer was lost is unsent to the messenger: doing it again comes to the same.
  const edit = entryAfter(standing, { type: 'unsent', refs: [REF], reason: 'reset' }, NOON)
  assert.deepEqual([edit.state, edit.shown, edit.attempts], ['waiting', 1, 1])
})

test('the mark before a request names the version, so that an interruption harms only that one', () => {
  const entry = sampleEntry({ version: 4 })
  const marked = { ...entry, ...beforeSending(entry) }
  assert.equal(afterInterruption(marked, NOON).state, 'ambiguous')
  const newer = { ...marked, version: 5 }
  assert.equal(afterInterruption(newer, NOON).state, 'waiting')
  assert.equal(isMoot({ ...newer, state: 'waiting' }), false)
  assert.equal(isMoot({ ...newer, state: 'waiting', lane: 'progress' }), true)
  assert.equal(afterMoot({ ...newer, lane: 'progress' }).state, 'ambiguous')
})

test('what was sent again on request is in doubt no more, and is left alone from then on', () => {
  const doubted = { ...sampleEntry({ version: 3 }), ...entryAfter(sampleEntry({ version: 3 }), ambiguous, NOON) }
  const after = afterSentAgain(doubted)
  assert.deepEqual([after.state, after.shown, after.error], ['settled', 3, null])
  assert.equal(isMoot({ ...doubted, ...after, lane: 'progress', version: 4 }), true)
})

test('what somebody used stands there, and what comes next changes it', () => {
  const doubted = { ...sampleEntry({ version: 3 }), ...entryAfter(sampleEntry({ version: 3 }), ambiguous, NOON) }
  const found = afterFound(doubted, REF)
  assert.deepEqual([found?.state, found?.refs, found?.shown, found?.error], ['settled', [REF], 3, null])
  assert.equal(afterFound(sampleEntry({ state: 'settled', refs: [] }), REF), null)
  assert.equal(afterFound({ ...doubted, refs: [REF] }, REF), null)
})

test('progress does not bring back what a person deleted; an end does', () => {
  const standing = { refs: [REF], shown: 2, version: 3 }
  const progress = entryAfter(sampleEntry({ ...standing, lane: 'progress' }), { type: 'missing', refs: [] }, NOON)
  assert.deepEqual([progress.state, progress.refs], ['settled', []])
  const gone = sampleEntry({ lane: 'progress', refs: progress.refs, shown: progress.shown, version: 4 })
  assert.equal(isMoot(gone), true)
  const end = entryAfter(sampleEntry({ ...standing, lane: 'final' }), { type: 'missing', refs: [] }, NOON)
  assert.deepEqual([end.state, end.refs], ['waiting', []])
  assert.equal(isMoot(sampleEntry({ lane: 'final', shown: end.shown })), false)
})

test('what people wait for moves to the chat when its topic is gone; progress does not', () => {
  const place = { ...sampleEntry().place, topic: '9' }
  const gone = outcome({ type: 'topic_missing', refs: [] })
  const end = entryAfter(sampleEntry({ place, lane: 'final' }), gone, NOON)
  assert.deepEqual([end.state, end.place.topic], ['waiting', null])
  assert.equal(entryAfter(sampleEntry({ place, lane: 'progress' }), gone, NOON).state, 'failed')
  assert.equal(entryAfter(sampleEntry({ lane: 'final' }), gone, NOON).state, 'failed')
})

test('pauses grow and end growing; what the interface asks for is obeyed and counts as no try', () => {
  const pauses = [0, 1, 2, 20].map((attempts) => {
    const after = entryAfter(sampleEntry({ attempts }), { type: 'unsent', refs: [], reason: 'refused' }, NOON)
    return after.notBefore.getTime() - NOON.getTime()
  })
  assert.deepEqual(pauses, [500, 1_000, 2_000, 60_000])
  const slow = entryAfter(sampleEntry({ attempts: 3 }), { type: 'slow_down', refs: [], retryAfterMs: 7_000 }, NOON)
  assert.deepEqual([slow.state, slow.attempts, slow.notBefore.getTime() - NOON.getTime()], ['waiting', 3, 7_000])
})

test('reactions and answers to taps are given up after some tries, messages never', () => {
  const reaction = sampleEntry({ posting: { type: 'reaction', to: REF, emoji: '👀' }, attempts: 3 })
  const unsent = outcome({ type: 'unsent', refs: [], reason: 'refused' })
  assert.equal(entryAfter(reaction, unsent, NOON).state, 'failed')
  assert.equal(entryAfter(sampleEntry({ attempts: 1_000 }), unsent, NOON).state, 'waiting')
  assert.equal(isRepeatable(reaction), true)
})

test('a token that is refused once rests shortly, one that is refused again and again longer and longer', () => {
  const broken = outcome({ type: 'broken_bot', refs: [], reason: 'unauthorized' })
  const pauses = [0, 1, 2, 9].map((attempts) => {
    const after = entryAfter(sampleEntry({ attempts }), broken, NOON)
    return [after.notBefore.getTime() - NOON.getTime(), after.attempts]
  })
  assert.deepEqual(pauses, [
    [2_000, 1],
    [8_000, 2],
    [32_000, 3],
    [60_000, 10],
  ])
})

test('a closed chat holds what is for it, a moved one takes it along, a refusal ends it with the reason', () => {
  assert.equal(entryAfter(sampleEntry(), { type: 'closed', refs: [], reason: 'blocked' }, NOON).state, 'held')
  assert.equal(entryAfter(sampleEntry(), { type: 'moved', refs: [], to: '-100' }, NOON).place.chat, '-100')
  const refused = entryAfter(sampleEntry(), { type: 'refused', refs: [], reason: 'too big' }, NOON)
  assert.deepEqual([refused.state, refused.error], ['failed', 'too big'])
})
