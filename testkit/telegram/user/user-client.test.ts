import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createClock } from '../world/clock.ts'
import { createWorld } from '../world/world.ts'
import { createUserClient } from './user-client.ts'

function world(t: TestContext) {
  const clock = createClock()
  const world = createWorld({ clock })
  const bot = world.addBot({ name: 'Echo', username: 'echo_bot' })
  const account = world.addUser({ firstName: 'Ada' })
  const ada = createUserClient(world, account)
  t.after(() => {
    ada.close()
    clock.close()
  })
  return { world, clock, bot, account, ada, chat: () => world.privateChat(bot, account) }
}

test('what a person writes has the entities that an app finds', async (t) => {
  const { bot, ada } = world(t)
  const message = await ada.send('  /start@echo_bot see https://example.com/a, @grace_h #now ', { to: bot })
  assert.equal(message.text, '/start@echo_bot see https://example.com/a, @grace_h #now')
  assert.deepEqual(
    message.entities.map(({ type, offset, length }) => [type, message.text.slice(offset, offset + length)]),
    [
      ['bot_command', '/start@echo_bot'],
      ['url', 'https://example.com/a'],
      ['mention', '@grace_h'],
      ['hashtag', '#now'],
    ],
  )
})

test('a long paste goes out in parts that lose nothing and break no character', async (t) => {
  const { bot, ada } = world(t)
  const text = `${'word '.repeat(1500)}${'😀'.repeat(3000)}`
  const parts = await ada.sendAll(text, { to: bot })
  assert.ok(parts.length > 2)
  for (const part of parts) {
    assert.ok(part.text.length <= 4096)
    assert.ok(part.text.isWellFormed())
  }
  assert.equal(
    parts
      .map((part) => part.text)
      .join('')
      .replaceAll(' ', ''),
    text.replaceAll(' ', ''),
  )
})

test('replies are given once each, the oldest first, and what is left is one too many', async (t) => {
  const { world: here, bot, ada, chat } = world(t)
  await ada.send('hello', { to: bot })
  const waiting = ada.expectReply({ where: /second/ })
  here.sendAsBot(bot, chat(), { text: 'first' })
  here.sendAsBot(bot, chat(), { text: 'second' })
  here.sendAsBot(bot, chat(), { text: 'third' })
  assert.equal((await waiting).text, 'second')
  assert.equal((await ada.expectReply()).text, 'first')
  await assert.rejects(ada.expectNoMore({ for: 10 }), /one message too many: #\d+ "third"/)
  await ada.expectReply({ where: (message) => message.text === 'third' })
  await ada.expectNoMore({ for: 10 })
})

test('a failed expectation says what happened instead', async (t) => {
  const { world: here, bot, ada, chat } = world(t)
  await ada.send('hello', { to: bot })
  const said = here.sendAsBot(
    bot,
    chat(),
    { text: 'no\nway' },
    {
      replyMarkup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }]] },
    },
  )
  here.edit(said, bot.id, { content: { text: 'well' } })
  here.react(said, bot.id, [{ type: 'emoji', emoji: '👀' }])
  here.remove(said, bot.id)
  await assert.rejects(ada.expectReply({ where: /fine/, within: 20 }), (error: Error) => {
    assert.match(error.message, /Ada saw no new message with \/fine\/ in Echo within 20 ms/)
    const id = `#${said.id}`
    for (const line of [
      'Ada #1: "hello"',
      `Echo ${id}: "no⏎way" [Yes]`,
      `Echo edited ${id} (version 2): "well"`,
      `Echo reacted 👀 to ${id}`,
      `${id} was deleted`,
    ])
      assert.ok(error.message.includes(`Echo | ${line}`), `${line} in ${error.message}`)
    return true
  })
})

test('edits are awaited from the version that was seen', async (t) => {
  const { world: here, bot, ada, chat } = world(t)
  await ada.send('go', { to: bot })
  const said = here.sendAsBot(bot, chat(), { text: '1' })
  const first = await ada.expectReply()
  here.edit(said, bot.id, { content: { text: '2' } })
  const second = await ada.expectEdit(first)
  assert.deepEqual([second.version, second.text, first.text], [2, '2', '1'])
  await assert.rejects(ada.expectEdit(second, { within: 10 }), /no edit of #\d+ after version 2/)
  const later = ada.expectEdit(second, { where: '4' })
  here.edit(said, bot.id, { content: { text: '3' } })
  here.edit(said, bot.id, { content: { text: '4' } })
  assert.equal((await later).version, 4)
})

test('a tap gives the bot a query and the person its answer, or expires with the world’s time', async (t) => {
  const { world: here, clock, bot, ada, chat } = world(t)
  await ada.send('go', { to: bot })
  here.sendAsBot(
    bot,
    chat(),
    { text: 'Sure?' },
    {
      replyMarkup: {
        inline_keyboard: [
          [
            { text: 'Yes', callback_data: 'y' },
            { text: 'Site', url: 'https://example.com' },
          ],
        ],
      },
    },
  )
  const question = await ada.expectReply()
  const tapped = ada.tap(question, 'Yes')
  const update = here
    .queueOf(bot)
    .peek(10)
    .find((one) => one.callback_query !== undefined)
  assert.equal(update?.callback_query?.data, 'y')
  assert.equal(here.answerButton(bot, update?.callback_query?.id ?? '', { text: 'done', showAlert: true }), true)
  assert.deepEqual(await tapped, { type: 'answered', text: 'done', alert: true })
  assert.deepEqual(await ada.tap(question, 'Site'), { type: 'opened', url: 'https://example.com' })
  await assert.rejects(ada.tap(question, 'Maybe'), /no button "Maybe", but \[Yes\] \[Site\]/)
  const slow = ada.tap(question, 'y')
  await clock.advance(60 * 60 * 1000)
  assert.deepEqual(await slow, { type: 'expired' })
})

test('media, albums, edits, deletions and reactions reach the bot', async (t) => {
  const { world: here, bot, ada } = world(t)
  const bytes = new TextEncoder().encode('data')
  await ada.sendVoice({ bytes, seconds: 5 }, { to: bot })
  const file = await ada.sendFile({ bytes, name: 'a.txt', mimeType: 'text/plain', caption: 'look /here' })
  assert.deepEqual(await ada.download(file), bytes)
  const album = await ada.sendAlbum([
    { type: 'photo', bytes, caption: 'two' },
    { type: 'photo', bytes },
  ])
  assert.equal(new Set(album.map((message) => message.album)).size, 1)
  const text = await ada.send('teh')
  const fixed = await ada.edit(text, 'the')
  assert.deepEqual([fixed.text, fixed.version], ['the', 2])
  here.queueOf(bot).allow(['message', 'edited_message', 'message_reaction'])
  await ada.react(text, '👍')
  await ada.deleteMessage(text)
  assert.equal(ada.look(text)?.deleted, true)
  const kinds = here
    .queueOf(bot)
    .peek(100)
    .map((update) => Object.keys(update).find((key) => key !== 'update_id'))
  assert.deepEqual(kinds, [...Array<string>(5).fill('message'), 'edited_message', 'message_reaction'])
  assert.deepEqual(
    ada.chat().messages.map((message) => message.media?.type),
    ['voice', 'document', 'photo', 'photo'],
  )
})

test('looking at a bot opens no conversation: only writing does', async (t) => {
  const { world: here, bot, account, ada } = world(t)
  assert.deepEqual(ada.chat(bot).messages, [])
  await ada.expectNoMore({ for: 5, to: bot })
  assert.throws(() => here.chatOf(bot, account.id), /chat not found/)
  await ada.send('hello', { to: bot })
  assert.equal(here.chatOf(bot, account.id).id, ada.id)
})

test('a group’s topics, and leaving it', async (t) => {
  const { world: here, bot, account, ada } = world(t)
  const grace = here.addUser({ firstName: 'Grace' })
  const forum = here.addGroup({ title: 'Team', isForum: true, members: [account, grace, bot], admins: [bot] })
  const topic = await ada.createTopic('Builds', { to: forum })
  const said = await ada.send('in here', { topic })
  assert.equal(said.topic, topic)
  assert.deepEqual(ada.chat(forum).topics, [{ id: topic, name: 'Builds', closed: false }])
  here.sendAsBot(bot, forum, { text: 'elsewhere' })
  here.sendAsBot(bot, forum, { text: 'answer' }, { threadId: topic })
  assert.equal((await ada.expectReply({ topic })).text, 'answer')
  await ada.closeTopic(topic)
  await assert.rejects(ada.send('late', { topic }), /closed/)
  await ada.deleteChat(forum)
  assert.throws(() => here.assertWritable(bot, forum), /not a member/)
  await assert.rejects(ada.send('alone', { to: forum }), /not a member/)
})
