// Places, posts and texts for the contracts of the stores of chats.
import assert from 'node:assert/strict'
import type { MessageRef, BotId, Place } from '../../src/core/vocabulary/place.ts'
import type { Post } from '../../src/core/vocabulary/post.ts'

export const BOT = '4711' as BotId
export const OTHER_BOT = '4712' as BotId
export const CHAT: Place = { interface: 'telegram', bot: BOT, chat: '-100200', topic: null }
export const TOPIC: Place = { ...CHAT, topic: '7' }

export function ref(text: string | number): MessageRef {
  return String(text) as MessageRef
}

export type MessagePosting = Extract<Post['posting'], { type: 'message' }>

export function saying(markdown: string): MessagePosting {
  return {
    type: 'message',
    content: { markdown, folds: [], buttons: [] },
    replyTo: null,
    silent: false,
    wantsReply: false,
    pinned: false,
  }
}

export function post(key: string, markdown = 'Hello.', wishes: Partial<Post> = {}): Post {
  return { key, place: CHAT, lane: 'reply', posting: saying(markdown), ...wishes }
}

/** What people can send and databases dislike: NUL, halves of surrogate pairs, and much of it. */
export const HOSTILE = `'"\\ \0 \ud83d \udc00 {"$1": 'x'} ${'ü'.repeat(500_000)}`

/** The same text, with U+FFFD in place of what a store may not be able to keep. */
export function assertSameText(actual: string | undefined, expected: string): void {
  const plain = (text: string) => text.toWellFormed().replaceAll('\0', '\u{FFFD}')
  assert.equal(actual === undefined ? undefined : plain(actual), plain(expected))
}

export function times<Value>(count: number, make: (index: number) => Value): Value[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

export function soon(ms = 60_000): Date {
  return new Date(Date.now() + ms)
}
