import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UnfinishedItem } from '../../core/ports/inbox.ts'
import type { BotId } from '../../core/vocabulary/place.ts'
import { assemble } from './assemble.ts'

const t0 = new Date('2026-03-02T09:00:00Z')
const after = (ms: number) => new Date(t0.getTime() + ms)
const long = 'x'.repeat(4_050)

function item(updateId: number, message: object, receivedAt = t0): UnfinishedItem {
  const chat = { id: 7, type: 'private', first_name: 'Ada' }
  const raw = { update_id: updateId, message: { message_id: updateId, date: 100, chat, from: { id: 7 }, ...message } }
  return { bot: '99' as BotId, updateId, lane: '7/', raw, receivedAt, attempts: 0 }
}

function decide(now: Date, first: UnfinishedItem, ...rest: UnfinishedItem[]): readonly number[] | number {
  const step = assemble([first, ...rest], now)
  return step.type === 'wait' ? step.until.getTime() - t0.getTime() : step.items.map(({ updateId }) => updateId)
}

const album = (id: number, fields: object = {}, at = t0) => item(id, { media_group_id: 'G', photo: [], ...fields }, at)

test('short messages and everything that is no message go at once, one by one', () => {
  assert.deepEqual(decide(t0, item(1, { text: 'hi' }), item(2, { text: 'there' })), [1])
  const tap = { ...item(1, {}), raw: { update_id: 1, callback_query: { id: 'q' } } }
  assert.deepEqual(decide(t0, tap, item(2, { text: long })), [1])
})

test('an album waits until it has been quiet for a while, counted from its latest part', () => {
  assert.equal(decide(after(100), album(1), album(2, {}, after(90))), 590)
  assert.deepEqual(decide(after(590), album(1), album(2, {}, after(90))), [1, 2])
})

test('an album is whole when its author has gone on, or when it has ten parts', () => {
  assert.deepEqual(decide(t0, album(1), album(2), item(3, { text: 'so?' })), [1, 2])
  assert.equal(decide(t0, album(1), album(2), item(3, { text: 'so?', from: { id: 8 } })), 500)
  const ten = Array.from({ length: 9 }, (_, index) => album(index + 2))
  assert.equal(decide(t0, album(1), ...ten).toString(), '1,2,3,4,5,6,7,8,9,10')
})

test('others may write in between; two albums stay two', () => {
  assert.deepEqual(decide(after(600), album(1), item(2, { text: 'wow', from: { id: 8 } }), album(3)), [1, 3])
  assert.deepEqual(decide(t0, album(1), album(2, { media_group_id: 'H' })), [1])
})

test('a paste waits for what may follow, and takes what does', () => {
  assert.equal(decide(t0, item(1, { text: long })), 1_000)
  assert.deepEqual(decide(after(1_000), item(1, { text: long })), [1])
  assert.deepEqual(decide(t0, item(1, { text: long }), item(2, { text: 'the end', date: 101 })), [1, 2])
  assert.equal(decide(t0, item(1, { text: long }), item(2, { text: long }, after(50))), 1_050)
  assert.deepEqual(
    decide(t0, item(1, { text: long }), item(2, { text: long }), item(3, { text: 'end' }), item(4, { text: 'next' })),
    [1, 2, 3],
  )
})

test('what comes later, or is a command, a file, a reply or forwarded, is no part of a paste', () => {
  const others = [
    { text: 'later', date: 102 },
    { text: '/abort', entities: [{ type: 'bot_command', offset: 0, length: 6 }] },
    { caption: 'a file', document: {} },
    { text: 'yes', reply_to_message: { message_id: 50 } },
    { text: 'see', forward_origin: { type: 'hidden_user' } },
  ]
  for (const other of others) assert.deepEqual(decide(t0, item(1, { text: long }), item(2, other)), [1])
})

test('a clock that runs ahead elsewhere holds nothing up', () => {
  assert.deepEqual(decide(t0, album(1, {}, after(60_000))), [1])
})
