import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message, Update } from 'grammy/types'
import type { BotId } from '../../core/vocabulary/place.ts'
import { updateToItem } from './update.ts'

const CHAT = { id: 7, type: 'private', first_name: 'Ada' } as const

function laneOf(text: string, kind: 'message' | 'edited_message' = 'message'): string {
  const message = { message_id: 1, date: 1, chat: CHAT, from: { id: 7, is_bot: false, first_name: 'Ada' }, text }
  const update = { update_id: 1, [kind]: message satisfies Partial<Message> } as Update
  return updateToItem('99' as BotId, update, new Date(0)).lane
}

test('a panic waits for nothing that was said before it', () => {
  for (const text of ['/panic on', '/panic', '/panic@our_bot on', '/PANIC off']) assert.equal(laneOf(text), 'panic:7/')
  for (const text of ['panic on', '/panicking', 'say /panic on', '/abort']) assert.equal(laneOf(text), '7/')
  assert.equal(laneOf('/panic on', 'edited_message'), '7/')
})
