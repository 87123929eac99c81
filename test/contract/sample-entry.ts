// One outbox entry for tests, with what a test wants changed.
import type { OutboxEntry } from '../../src/core/ports/outbox.ts'
import type { BotId } from '../../src/core/vocabulary/place.ts'

export const NOON = new Date('2026-03-02T12:00:00Z')

export function sampleEntry(change: Partial<OutboxEntry> = {}): OutboxEntry {
  return {
    key: 'task:1',
    place: { interface: 'telegram', bot: '7' as BotId, chat: '42', topic: null },
    lane: 'reply',
    posting: {
      type: 'message',
      content: { markdown: 'Hello', folds: [], buttons: [] },
      replyTo: null,
      silent: false,
      wantsReply: false,
      pinned: false,
    },
    version: 1,
    state: 'waiting',
    refs: [],
    shown: 0,
    attempts: 0,
    notBefore: NOON,
    error: null,
    createdAt: NOON,
    updatedAt: NOON,
    ...change,
  }
}
