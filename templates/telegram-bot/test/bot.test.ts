// The bot as people meet it, over a Telegram of its own and notes in memory.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { Bot } from 'grammy'
import { createBot } from '../src/bot.ts'
import { openNotes } from '../src/notes.ts'
import type { Notes } from '../src/notes.ts'
import { startFakeTelegram, TOKEN } from './fake-telegram.ts'

const ADA = 7
const BOB = 8

let telegram: Awaited<ReturnType<typeof startFakeTelegram>>
let notes: Notes
let bot: Bot
const errors: unknown[] = []

before(async () => {
  telegram = await startFakeTelegram()
  notes = openNotes(':memory:')
  bot = createBot({ token: TOKEN, notes, apiRoot: telegram.apiRoot, log: (error) => void errors.push(error) })
  await new Promise<void>((resolve) => void bot.start({ onStart: () => resolve() }))
})
after(async () => {
  await bot.stop()
  telegram.close()
  notes.close()
})
beforeEach(() => {
  for (const chat of [ADA, BOB]) for (const { id } of notes.list(chat)) notes.finish(chat, id)
  errors.length = 0
})

async function say(chat: number, text: string): Promise<Record<string, unknown>> {
  const reply = telegram.next('sendMessage')
  telegram.write(chat, text)
  return reply
}

test('it says what it can do', async () => {
  for (const text of ['/start', '/help']) assert.match(String((await say(ADA, text))['text']), /\/add[^]*\/list/)
  assert.match(String((await say(ADA, 'hello?'))['text']), /\/add/)
})

test('a note that was added is listed with a button, and a tap finishes it', async () => {
  assert.equal((await say(ADA, '/add Buy milk'))['text'], 'Kept: Buy milk')
  const list = await say(ADA, '/list')
  assert.equal(list['text'], '1. Buy milk')
  const [note] = notes.list(ADA)
  assert.ok(note)
  assert.deepEqual(list['reply_markup'], {
    inline_keyboard: [[{ text: '✓ Buy milk', callback_data: `finish:${note.id}` }], []],
  })
  const edited = telegram.next('editMessageText')
  telegram.tap(ADA, `finish:${note.id}`)
  assert.equal((await edited)['text'], 'All notes are finished.')
  assert.deepEqual(notes.list(ADA), [])
})

test('a second tap changes nothing', async () => {
  notes.add(ADA, 'once')
  const answered = telegram.next('answerCallbackQuery')
  telegram.tap(ADA, 'finish:999999')
  assert.equal((await answered)['text'], 'It was finished before.')
  assert.equal(notes.list(ADA).length, 1)
})

test('nobody sees or finishes the notes of another chat', async () => {
  notes.add(BOB, 'secret plan')
  assert.doesNotMatch(String((await say(ADA, '/list'))['text']), /secret/)
  const answered = telegram.next('answerCallbackQuery')
  telegram.tap(ADA, `finish:${notes.list(BOB)[0]?.id}`)
  await answered
  assert.equal(notes.list(BOB).length, 1)
})

test('a note that is empty or too long is not kept, and why is said', async () => {
  assert.match(String((await say(ADA, '/add'))['text']), /behind the command/)
  assert.match(String((await say(ADA, `/add ${'x'.repeat(501)}`))['text']), /at most 500/)
  assert.deepEqual(notes.list(ADA), [])
})

test('what goes wrong with one message does not stop the next', async () => {
  const working = notes.add
  notes.add = () => {
    throw new Error('disk on fire')
  }
  telegram.write(ADA, '/add lost')
  notes.list(ADA)
  while (errors.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  notes.add = working
  assert.equal((await say(ADA, '/add found'))['text'], 'Kept: found')
})
