import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message, MessageEntity } from 'grammy/types'
import type { BotId } from '../../core/vocabulary/place.ts'
import { isAddressed } from './addressed.ts'
import { readableText } from './readable-text.ts'

const bot = { id: '99' as BotId, username: 'crew_bot' }
const ada = { id: 7, is_bot: false, first_name: 'Ada' }

function inGroup(text: string, ...entities: MessageEntity[]): Message {
  const chat = { id: -5, type: 'group', title: 'Crew' } as const
  return { message_id: 1, date: 1, chat, from: ada, text, entities }
}

/** The entity of `type` that covers the first occurrence of `what`. */
function mark(
  text: string,
  what: string,
  type: 'code' | 'mention' | 'bot_command' | 'blockquote' | 'bold',
): MessageEntity {
  return { type, offset: text.indexOf(what), length: what.length }
}

test('links keep their address and code its marks', () => {
  const text = 'See docs, run ls -l now'
  const link: MessageEntity = { type: 'text_link', offset: 4, length: 4, url: 'https://example.org/x' }
  assert.equal(
    readableText(inGroup(text, link, mark(text, 'ls -l', 'code'), mark(text, 'now', 'bold')), bot),
    'See docs (https://example.org/x), run `ls -l` now',
  )
  const pre: MessageEntity = { type: 'pre', offset: 6, length: 12, language: 'js' }
  assert.equal(readableText(inGroup('Fix:  a()\nb(`x`) please', pre), bot), 'Fix:  \n```js\na()\nb(`x`) p\n```\nlease')
  const same: MessageEntity = { type: 'text_link', offset: 0, length: 19, url: 'https://example.org/' }
  assert.equal(readableText(inGroup('https://example.org', same), bot), 'https://example.org')
})

test('code that holds backticks gets longer marks; a quote is marked line by line', () => {
  const text = 'a `b` c'
  assert.equal(readableText(inGroup(text, { type: 'code', offset: 0, length: 7 }), bot), '``a `b` c``')
  const quoted = 'one\ntwo\nrest'
  assert.equal(readableText(inGroup(quoted, mark(quoted, 'one\ntwo', 'blockquote')), bot), '> one\n> two\nrest')
})

test('a command whose argument is all code is exactly that code; within an argument backticks stay', () => {
  const whole = '/run ls -l'
  const command: MessageEntity = { type: 'bot_command', offset: 0, length: 4 }
  assert.equal(readableText(inGroup(whole, command, mark(whole, 'ls -l', 'code')), bot), '/run ls -l')
  const part = '/run echo date'
  assert.equal(readableText(inGroup(part, command, mark(part, 'date', 'code')), bot), '/run echo `date`')
})

test('offsets count UTF-16 units', () => {
  const text = '👩‍👩‍👧 run ls'
  assert.equal(readableText(inGroup(text, mark(text, 'ls', 'code')), bot), '👩‍👩‍👧 run `ls`')
})

test('the own mention goes, wherever it stands; others stay', () => {
  const cases = [
    ['@crew_bot do it', 'do it'],
    ['@crew_bot: do it', 'do it'],
    ['@Crew_Bot, do it', 'do it'],
    ['hey @crew_bot, do it', 'hey, do it'],
    ['do it @crew_bot', 'do it'],
    ['@crew_bot', ''],
  ] as const
  for (const [text, expected] of cases) {
    const mention = mark(text, /@\w+/.exec(text)?.[0] ?? '', 'mention')
    assert.equal(readableText(inGroup(text, mention), bot), expected, text)
    assert.equal(isAddressed(inGroup(text, mention), bot), true, text)
  }
  const other = 'ask @another_bot'
  assert.equal(readableText(inGroup(other, mark(other, '@another_bot', 'mention')), bot), other)
  assert.equal(isAddressed(inGroup(other, mark(other, '@another_bot', 'mention')), bot), false)
  const named: MessageEntity = { type: 'text_mention', offset: 0, length: 4, user: { ...ada, id: 99 } }
  assert.equal(readableText(inGroup('Crew do it', named), bot), 'do it')
})

test('a command is meant for the bot that it names, and for all when it names none', () => {
  const command = (text: string) => inGroup(text, mark(text, text.split(' ')[0] ?? '', 'bot_command'))
  assert.deepEqual(
    ['/status', '/status@crew_bot now', '/status@CREW_BOT', '/status@another_bot'].map((text) => [
      isAddressed(command(text), bot),
      readableText(command(text), bot),
    ]),
    [
      [true, '/status'],
      [true, '/status now'],
      [true, '/status'],
      [false, '/status@another_bot'],
    ],
  )
})

test('what was forwarded is not meant for the bot, whoever is named in it', () => {
  const text = '@crew_bot do it'
  const message = inGroup(text, mark(text, '@crew_bot', 'mention'))
  const forwarded: Message = { ...message, forward_origin: { type: 'hidden_user', date: 1, sender_user_name: 'Eve' } }
  assert.equal(isAddressed(forwarded, bot), false)
})
