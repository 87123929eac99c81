// What arrives from Telegram with something broken, forged or monstrous in it: read for what it is, or refused as a whole.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import fc from 'fast-check'
import { assemble } from '../../src/adapters/telegram/assemble.ts'
import { attachmentsOf } from '../../src/adapters/telegram/attachments.ts'
import { normalize } from '../../src/adapters/telegram/normalize.ts'
import { isUpdate, updateToItem } from '../../src/adapters/telegram/update.ts'
import type { UnfinishedItem } from '../../src/core/ports/inbox.ts'
import type { ChatEvent } from '../../src/core/vocabulary/chat-message.ts'
import type { BotId } from '../../src/core/vocabulary/place.ts'
import { startTelegram } from '../../testkit/telegram/server.ts'

const NOW = new Date('2026-03-02T09:00:00Z')
const RUNS = 3_000

test('of an update that is broken anywhere, nothing half-read comes out', async (t) => {
  const { bot, updates } = await realUpdates(t)
  const read = new Set<string>()
  for (const update of updates) {
    const event = normalize([toItem(bot.id, update)], bot)
    if (event !== null) read.add(event.type)
  }
  assert.deepEqual([...read].toSorted(), [
    'closed',
    'draft_stopped',
    'edited',
    'message',
    'opened',
    'tap',
    'topic_opened',
  ])
  const spots = updates.flatMap((update) => pathsOf(update).map((path) => ({ update, path })))
  let whole = 0
  fc.assert(
    fc.property(fc.constantFrom(...spots), hostileValue(), ({ update, path }, value) => {
      const broken: unknown = structuredClone(update)
      put(broken, path, value)
      if (!isUpdate(broken)) return
      const item = toItem(bot.id, broken)
      assert.equal(typeof item.lane, 'string')
      const event = orRefused(() => normalize([item], bot))
      if (event === null) return
      assertWellFormed(event)
      whole += 1
    }),
    { numRuns: RUNS },
  )
  assert.ok(whole > 100, 'most of what is broken somewhere can still be read')
})

test('a queue of broken things still has a next one, or a time to look again', async (t) => {
  const { bot, updates } = await realUpdates(t)
  const spot = fc
    .constantFrom(...updates)
    .chain((update) => fc.tuple(fc.constant(update), fc.constantFrom(...pathsOf(update))))
  const items = fc.array(fc.tuple(spot, hostileValue()), { minLength: 1, maxLength: 12 }).map((spots) =>
    spots.flatMap(([[update, path], value]) => {
      const broken: unknown = structuredClone(update)
      put(broken, path, value)
      return isUpdate(broken) ? [toItem(bot.id, broken)] : []
    }),
  )
  fc.assert(
    fc.property(items, ([first, ...rest]) => {
      if (first === undefined) return
      const step = orRefused(() => assemble([first, ...rest], NOW))
      if (step === null) return
      if (step.type === 'wait') return assert.ok(step.until.getTime() > NOW.getTime())
      assert.equal(step.items[0], first)
      assert.equal(new Set(step.items).size, step.items.length)
    }),
    { numRuns: 1_000 },
  )
})

test('only numbers that can be kept in order are numbers of updates', () => {
  for (const id of [-1, 1.5, '1', null, undefined, Number.NaN, Infinity, 2 ** 53, {}, [1]]) {
    assert.equal(isUpdate({ update_id: id }), false, String(id))
  }
  for (const value of [null, 7, 'update', [], {}, [{ update_id: 1 }]]) assert.equal(isUpdate(value), false)
  assert.equal(isUpdate({ update_id: 2 ** 53 - 1 }), true)
})

test('what is nested too deep to be stored is known by its number alone', () => {
  const nested = (levels: number): unknown =>
    JSON.parse(`{"update_id":9,"poll":${'['.repeat(levels)}${']'.repeat(levels)}}`)
  const [odd, usual] = [nested(400_000), nested(100)]
  assert.ok(isUpdate(odd) && isUpdate(usual))
  assert.deepEqual(updateToItem('1' as BotId, odd, NOW).raw, { update_id: 9 })
  assert.deepEqual(updateToItem('1' as BotId, usual, NOW).raw, usual)
})

test('names and types of files are what a client says, and lead nowhere', () => {
  const file = (file_name: string, mime_type?: string) => {
    const document = { file_id: 'BQACAgIAAxkBAAI', file_unique_id: 'u', file_name, ...(mime_type && { mime_type }) }
    const chat = { id: 7, type: 'private', first_name: 'Ada' } as const
    const [attachment] = attachmentsOf({ message_id: 5, date: 0, chat, document } as never)
    assert.ok(attachment !== undefined)
    return attachment
  }
  const names = {
    '../../etc/passwd': 'passwd',
    'C:\\Windows\\system32\\cmd.exe': 'cmd.exe',
    'a\r\nSet-Cookie: x\u0000.txt': 'aSet-Cookie: x.txt',
    'invoice\u202Efdp.exe': 'invoicefdp.exe',
    'a\u061C\u200Bb\u2028c\u2029d\u0085e\u{E0041}.txt': 'abcde.txt',
    '..': 'document-AAxkBAAI',
    '   ': 'document-AAxkBAAI',
    'half \uD83D of a pair': 'half \uFFFD of a pair',
  }
  for (const [given, clean] of Object.entries(names)) assert.equal(file(given).name, clean)
  const long = file(`${'\u{1F469}'.repeat(500)}.tar.gz`).name
  assert.ok(long.isWellFormed() && long.endsWith('.gz') && Array.from(long).length === 120)
  assert.equal(file('a', 'text/plain').mediaType, 'text/plain')
  for (const type of ['text/html\r\nx: y', 'текст/plain', '', 'text', `a/${'b'.repeat(500)}`]) {
    assert.equal(file('a', type).mediaType, 'application/octet-stream', type)
  }
})

test('a paste without an end holds nobody up for ever', () => {
  const item = (id: number): UnfinishedItem => {
    const message = { message_id: id, date: 1, chat: { id: 7 }, from: { id: 7 }, text: 'x'.repeat(4_096) }
    return toItem('1' as BotId, { update_id: id, message } as never)
  }
  const step = assemble([item(0), ...Array.from({ length: 60 }, (_, index) => item(index + 1))], NOW)
  assert.ok(step.type === 'ready')
  assert.equal(step.items.length, 20)
})

/** One of each kind, as the test kit's Telegram tells them. */
async function realUpdates(t: TestContext) {
  const telegram = await startTelegram()
  t.after(() => telegram.close())
  const { id, token, username } = telegram.newBot({ username: 'crew_bot' })
  const ada = telegram.newUser({ firstName: 'Ada', username: 'ada' })
  const call = async (method: string, body: object): Promise<unknown> => {
    const answer = await fetch(`${telegram.url}/bot${token}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const { ok, result }: { ok?: unknown; result?: unknown } = Object(await answer.json())
    assert.equal(ok, true, method)
    return result
  }
  const bytes = new TextEncoder().encode('hello')
  const to = { id }
  const sent = await ada.send('/run `ls` see https://a.example/ @crew_bot', { to })
  await ada.edit(sent, 'other words')
  await ada.send('an answer', { to, replyTo: sent })
  await ada.forward(sent, { to })
  await ada.sendFile({ bytes, name: 'a.txt', caption: 'a file' }, { to })
  await ada.sendVoice({ bytes }, { to })
  await ada.sendAll('many words '.repeat(800), { to })
  const keyboard = { inline_keyboard: [[{ text: 'Stop', callback_data: 'abc' }]] }
  await call('sendMessage', { chat_id: ada.id, text: 'a question', reply_markup: keyboard })
  const question = await ada.expectReply({ where: 'a question' })
  await ada.tap(question, 'Stop', { within: 1 })
  await call('sendMessageDraft', { chat_id: ada.id, draft_id: 5, text: 'so far', can_stop: true })
  await ada.stopDraft({ to })
  await ada.blockBot(to)
  await ada.unblockBot(to)
  const group = telegram.newGroup({ title: 'Crew', members: [ada, { id }], isForum: true })
  await ada.createTopic('A project', { to: group })
  const allowed_updates = [
    'message',
    'edited_message',
    'callback_query',
    'my_chat_member',
    'stopped_message_generation',
  ]
  const found = await call('getUpdates', { allowed_updates })
  assert.ok(Array.isArray(found))
  return { bot: { id: String(id) as BotId, username }, updates: found.filter(isUpdate) }
}

function toItem(bot: BotId, update: Parameters<typeof updateToItem>[1]): UnfinishedItem {
  return { ...updateToItem(bot, update, NOW), attempts: 0 }
}

type Path = readonly (string | number)[]

function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const inner = Object.entries(value).flatMap(([key, part]) => pathsOf(part, [...path, key]))
  return path.length === 0 ? inner : [path, ...inner]
}

/** Undefined takes it away. */
function put(target: unknown, path: Path, value: unknown): void {
  const [key, ...rest] = path
  if (typeof target !== 'object' || target === null || key === undefined) return
  if (rest.length > 0) return put(Reflect.get(target, key), rest, value)
  if (value === undefined) Reflect.deleteProperty(target, key)
  else Reflect.set(target, key, value)
}

function hostileValue(): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.constantFrom(
      undefined,
      null,
      -1,
      0,
      1.5,
      2 ** 53,
      -(2 ** 60),
      1e300,
      '',
      '0',
      true,
      [],
      {},
      [null],
      '\0',
      '\uD800',
    ),
    fc.constantFrom('\u202E', '../../x', '*_`[](){}', '/start', '<b>', 'x'.repeat(100_000)),
    fc.string({ unit: 'binary' }),
    fc.jsonValue(),
  )
}

/** Null where it was refused, as a mistake of what is read and not of the reader. */
function orRefused<Value>(read: () => Value): Value | null {
  try {
    return read()
  } catch (error) {
    assert.ok(error instanceof TypeError, String(error))
    return null
  }
}

function assertWellFormed(event: ChatEvent): void {
  const said = JSON.stringify(event)
  if ('place' in event) assertPlace(event.place)
  if (event.type === 'migrated') for (const chat of [event.from, event.to]) assert.match(chat, /^-?\d+$/, said)
  const author = 'author' in event ? event.author : 'by' in event ? event.by : null
  if (author !== null) {
    assert.match(author.userId, /^telegram:-?\d+$/, said)
    assert.ok(author.name.length > 0, said)
  }
  if (event.type === 'tap') {
    assert.equal(typeof event.action, 'string')
    assert.equal(typeof event.tap, 'string')
    if (event.on !== null) assert.match(event.on, /^\d+$/, said)
  }
  if (event.type !== 'message' && event.type !== 'edited') return
  const { message } = event
  assertPlace(message.place)
  assert.match(message.author.userId, /^telegram:-?\d+$/, said)
  assert.ok(!Number.isNaN(message.sentAt.getTime()), said)
  assert.equal(typeof message.text, 'string', said)
  for (const ref of [message.ref, ...message.parts]) assert.match(ref, /^\d+$/, said)
  if (message.replyTo !== null) assert.match(message.replyTo, /^-?\d+$/, said)
  for (const { name, mediaType, bytes } of message.attachments) {
    assert.match(name, /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}/\\]+$/u, said)
    assert.match(mediaType, /^[\w.+-]+\/[\w.+-]+$/, said)
    assert.ok(bytes === null || (Number.isSafeInteger(bytes) && bytes >= 0), said)
  }
}

function assertPlace({ chat, topic }: { readonly chat: string; readonly topic: string | null }): void {
  assert.match(chat, /^-?\d+$/)
  if (topic !== null) assert.match(topic, /^-?\d+$/)
}
