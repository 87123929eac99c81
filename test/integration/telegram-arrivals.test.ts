// What people do in Telegram, as the conversation gets to hear of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BotId } from '../../src/core/vocabulary/place.ts'
import { inboundWorld, until } from './telegram-inbound-world.ts'

test('a paste that the client cut up arrives as one message with every line', async (t) => {
  const { telegram, bot, process, texts, messages } = await inboundWorld(t)
  process()
  const ada = telegram.newUser({ firstName: 'Ada' })
  const paste = Array.from({ length: 230 }, (_, line) => `line ${line} of a log that is somewhat long`).join('\n')
  const parts = await ada.sendAll(paste, { to: bot })
  assert.equal(parts.length, 3)
  await ada.send('and now a question', { to: bot })
  await until(() => texts().length === 2, texts)
  assert.deepEqual(texts(), [paste, 'and now a question'])
  assert.deepEqual(
    messages()[0]?.parts,
    parts.map((part) => String(part.id)),
  )
})

test('a text without any space, cut anywhere, is whole again', async (t) => {
  const { telegram, bot, process, texts } = await inboundWorld(t)
  process()
  const blob = 'abcdefghij'.repeat(1_000)
  await telegram.newUser({ firstName: 'Ada' }).send(blob, { to: bot })
  await until(() => texts().length === 1, texts)
  assert.equal(texts()[0], blob)
})

test('an album arrives as one message with all its files and its caption', async (t) => {
  const { telegram, bot, process, messages } = await inboundWorld(t)
  process()
  const ada = telegram.newUser({ firstName: 'Ada' })
  const bytes = new Uint8Array([1, 2, 3])
  await ada.sendAlbum(
    [
      { type: 'document', bytes, name: 'one.txt', caption: 'Compare these' },
      { type: 'document', bytes, name: 'two.txt' },
      { type: 'document', bytes, name: 'three.txt' },
    ],
    { to: bot },
  )
  await until(() => messages().length === 1, messages)
  const [message] = messages()
  assert.equal(message?.text, 'Compare these')
  assert.deepEqual(
    message?.attachments.map(({ name }) => name),
    ['one.txt', 'two.txt', 'three.txt'],
  )
  assert.match(message?.externalId ?? '', /^album:/)
})

test('files can be fetched, whole; one that is too big is not even asked for', async (t) => {
  const { telegram, bot, process, messages } = await inboundWorld(t)
  const bots = process()
  const ada = telegram.newUser({ firstName: 'Ada' })
  const bytes = crypto.getRandomValues(new Uint8Array(50_000))
  await ada.sendVoice({ bytes, seconds: 3 }, { to: bot })
  await ada.sendFile({ bytes: new Uint8Array(21 * 1024 * 1024), name: 'film.mkv' }, { to: bot })
  await until(
    () => messages().length === 2,
    () => messages().length,
  )
  const [voice, film] = messages().flatMap((message) => message.attachments)
  assert.equal(voice?.kind, 'voice')
  const id = String(bot.id) as BotId
  const fetched = await bots.files.fetch(id, voice.fileRef)
  assert.ok(fetched.type === 'fetched')
  assert.deepEqual(new Uint8Array(fetched.bytes), bytes)
  const asked = telegram.faults.add({ kind: 'server_error', method: 'getFile' })
  assert.equal((await bots.files.fetch(id, film?.fileRef ?? '')).type, 'too_big')
  assert.equal(asked.count, 0)
  await assert.rejects(bots.files.fetch(id, voice.fileRef), /did not say/)
  asked.remove()
  assert.deepEqual(await bots.files.fetch(id, ':AgADunknown'), { type: 'gone' })
})

test('topics are places of their own, in forums and in direct chats', async (t) => {
  const { telegram, bot, process, events, messages } = await inboundWorld(t, {
    hasTopicsEnabled: true,
    allowsUsersToCreateTopics: true,
  })
  process()
  const ada = telegram.newUser({ firstName: 'Ada' })
  const topic = await ada.createTopic('Website', { to: bot })
  await ada.send('in the topic', { to: bot, topic })
  const forum = telegram.newGroup({ title: 'Crew', members: [ada, bot], admins: [bot], isForum: true })
  const other = await ada.createTopic('Shop', { to: forum })
  await ada.send('@crew_bot please look', { to: forum, topic: other })
  await until(
    () => messages().length === 2,
    () => events,
  )
  assert.deepEqual(
    messages().map(({ place, replyTo, addressed, text }) => [place.topic, replyTo, addressed, text]),
    [
      [String(topic), null, true, 'in the topic'],
      [String(other), null, true, 'please look'],
    ],
  )
  const opened = events.flatMap((event) => (event.type === 'topic_opened' ? [[event.name, event.place.topic]] : []))
  assert.deepEqual(opened, [
    ['Website', String(topic)],
    ['Shop', String(other)],
  ])
})

test('in a group it is told what is meant for the bot and what is not', async (t) => {
  const { telegram, bot, process, messages, texts } = await inboundWorld(t, { canReadAllGroupMessages: true })
  const bots = process()
  const [ada, bob] = [telegram.newUser({ firstName: 'Ada' }), telegram.newUser({ firstName: 'Bob' })]
  const group = telegram.newGroup({ title: 'Crew', members: [ada, bob, bot] })
  const id = String(bot.id) as BotId
  await until(
    () => bots.username(id) !== null,
    () => null,
  )
  await bots.api(id)?.raw.sendMessage({ chat_id: group.id, text: 'I am here' })
  const own = await ada.expectReply({ to: group, where: 'I am here' })
  await ada.send('the build is red', { to: bot })
  const said = await bob.send('the login page is broken', { to: group })
  await ada.send('/status', { to: group })
  await ada.send('/status@crew_bot', { to: group })
  await ada.send('/status@another_bot', { to: group })
  await ada.send('hey @Crew_Bot, build it', { to: group })
  await ada.send('yes', { to: group, replyTo: own })
  await ada.send('@crew_bot: fix this', { to: group, replyTo: said })
  await until(() => messages().length === 8, texts)
  assert.deepEqual(
    messages()
      .filter(({ direct }) => !direct)
      .map(({ text, addressed }) => [text, addressed]),
    [
      ['the login page is broken', false],
      ['/status', true],
      ['/status', true],
      ['/status@another_bot', false],
      ['hey, build it', true],
      ['yes', true],
      ['> the login page is broken\n\nfix this', true],
    ],
  )
})

test('edits, taps, stops, blocking and moving are told', async (t) => {
  const { telegram, bot, process, events } = await inboundWorld(t)
  const bots = process()
  const ada = telegram.newUser({ firstName: 'Ada' })
  const id = String(bot.id) as BotId
  const sent = await ada.send('frist', { to: bot })
  await ada.edit(sent, 'first')
  await until(
    () => bots.username(id) !== null && events.length === 2,
    () => events,
  )
  const api = bots.api(id) ?? assert.fail()
  await api.raw.sendMessage({
    chat_id: ada.id,
    text: 'Shall I?',
    reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'abc' }]] },
  })
  const question = await ada.expectReply({ where: 'Shall I?' })
  const tapped = ada.tap(question, 'Yes')
  await until(
    () => events.length === 3,
    () => events,
  )
  const tap = events[2]
  assert.ok(tap?.type === 'tap')
  assert.deepEqual([tap.action, tap.on, tap.direct], ['abc', String(question.id), true])
  await api.raw.answerCallbackQuery({ callback_query_id: tap.tap })
  assert.equal((await tapped).type, 'answered')
  await api.raw.sendMessageDraft({ chat_id: ada.id, draft_id: 7, text: 'thinking', can_stop: true })
  await ada.stopDraft()
  await ada.blockBot(bot)
  await ada.unblockBot(bot)
  const group = telegram.newGroup({ title: 'Crew', members: [ada, bot], type: 'group' })
  const moved = await ada.migrateGroup(group)
  const direct = () =>
    events.flatMap((event) => {
      const place = 'place' in event ? event.place : 'message' in event ? event.message.place : null
      return place?.chat === String(ada.id) ? [event.type] : []
    })
  await until(
    () => events.some((event) => event.type === 'migrated') && direct().length === 6,
    () => events,
  )
  assert.deepEqual(direct(), ['message', 'edited', 'tap', 'draft_stopped', 'closed', 'opened'])
  const edited = events[1]
  assert.ok(edited?.type === 'edited')
  assert.deepEqual([edited.message.ref, edited.message.text], [String(sent.id), 'first'])
  const stop = events[3]
  assert.ok(stop?.type === 'draft_stopped' && stop.draft === '7' && stop.author.userId === `telegram:${ada.id}`)
  for (const event of events) {
    if (event.type === 'migrated') assert.deepEqual([event.from, event.to], [String(group.id), String(moved)])
  }
})
