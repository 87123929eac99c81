import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { Api, GrammyError } from 'grammy'
import { startTelegram } from '../server.ts'
import type { World } from '../world/world.ts'
import type { BotAccount, Chat, UserAccount } from '../world/model.ts'
import { administrator } from '../world/members.ts'
import { commandsFor } from './commands.ts'

type Scene = {
  readonly api: Api
  readonly world: World
  readonly bot: BotAccount
  readonly user: UserAccount
  readonly chat: Chat
  readonly group: Chat
}

async function scene(t: TestContext): Promise<Scene> {
  const telegram = await startTelegram({ checkAnswers: true })
  t.after(async () => {
    await telegram.close()
    assert.deepEqual(telegram.wrongAnswers, [])
  })
  const { world } = telegram
  const bot = world.addBot({ username: 'helper_bot' })
  const user = world.addUser({ firstName: 'Ada', username: 'ada' })
  const chat = world.privateChat(bot, user)
  const group = world.addGroup({ title: 'Crew', members: [user, bot] })
  return { api: new Api(bot.token, { apiRoot: telegram.url }), world, bot, user, chat, group }
}

async function refuses(call: Promise<unknown>, description: string): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof GrammyError, String(error))
    assert.equal(error.description, description)
    return true
  })
}

test('menus are kept by scope and language, and a user sees the most particular one', async (t) => {
  const { api, bot, user, chat, group } = await scene(t)
  const menu = (command: string) => [{ command, description: `does ${command}` }]
  await api.setMyCommands(menu('everywhere'))
  await api.setMyCommands(menu('ueberall'), { language_code: 'de' })
  await api.setMyCommands(menu('groups'), { scope: { type: 'all_group_chats' } })
  await api.setMyCommands(menu('here'), { scope: { type: 'chat', chat_id: chat.id } })
  await api.setMyCommands(menu('ada'), { scope: { type: 'chat_member', chat_id: group.id, user_id: user.id } })
  assert.deepEqual(await api.getMyCommands(), menu('everywhere'))
  assert.deepEqual(await api.getMyCommands({ language_code: 'de' }), menu('ueberall'))
  const seen = (place: Chat, userId: number, language = '') =>
    commandsFor(bot, { chatId: place.id, userId, isPrivate: place.userId !== undefined, isAdmin: false }, language).map(
      ({ command }) => command,
    )
  assert.deepEqual(seen(chat, user.id), ['here'])
  assert.deepEqual(seen(group, user.id), ['ada'])
  assert.deepEqual(seen(group, 1), ['groups'])
  await api.deleteMyCommands({ scope: { type: 'chat', chat_id: chat.id } })
  assert.deepEqual(seen(chat, user.id, 'de'), ['ueberall'])
  await refuses(api.setMyCommands(menu('Loud')), 'Bad Request: BOT_COMMAND_INVALID')
  const many = Array.from({ length: 101 }, (_, index) => ({ command: `c${index}`, description: 'x' }))
  await refuses(api.setMyCommands(many), 'Bad Request: BOT_COMMANDS_TOO_MUCH')
})

test('the bot says who it is, by language', async (t) => {
  const { api, user } = await scene(t)
  assert.equal((await api.getMe()).username, 'helper_bot')
  await api.setMyName('Helper')
  await api.setMyName('Helfer', { language_code: 'de' })
  await api.setMyDescription('Helps.')
  await api.setMyShortDescription('Help')
  assert.deepEqual(await api.getMyName({ language_code: 'de' }), { name: 'Helfer' })
  assert.deepEqual(await api.getMyDescription({ language_code: 'fr' }), { description: 'Helps.' })
  assert.deepEqual(await api.getMyShortDescription(), { short_description: 'Help' })
  assert.equal((await api.getMe()).first_name, 'Helper')
  await api.setChatMenuButton({ chat_id: user.id, menu_button: { type: 'default' } })
  assert.deepEqual(await api.getChatMenuButton({ chat_id: user.id }), { type: 'default' })
  assert.deepEqual(await api.getChatMenuButton({}), { type: 'commands' })
})

test('chats and members are described, and a bot that left is told so', async (t) => {
  const { api, world, bot, user, chat, group } = await scene(t)
  assert.equal((await api.getChat(chat.id)).first_name, 'Ada')
  assert.equal((await api.getChat(group.id)).title, 'Crew')
  assert.equal((await api.getChatMember(group.id, user.id)).status, 'creator')
  assert.equal((await api.getChatMember(group.id, bot.id)).status, 'member')
  const stranger = world.addUser({ firstName: 'Bob' })
  assert.equal((await api.getChatMember(group.id, stranger.id)).status, 'left')
  assert.deepEqual(
    (await api.getChatAdministrators(group.id)).map((member) => member.user.id),
    [user.id],
  )
  assert.equal(await api.getChatMemberCount(group.id), 2)
  await api.getUpdates({ allowed_updates: ['my_chat_member', 'chat_member'] })
  world.setMember(group, administrator(bot.user), user.id)
  world.setMember(group, { status: 'member', user: stranger.user }, user.id)
  await api.leaveChat(group.id)
  const updates = await api.getUpdates()
  assert.deepEqual(
    updates.map((update) => (update.my_chat_member ?? update.chat_member)?.new_chat_member.status),
    ['administrator', 'member', 'left'],
  )
  await refuses(api.sendMessage(group.id, 'bye'), 'Forbidden: bot is not a member of the supergroup chat')
})

test('copies lose the origin, forwards keep it, and both need a message', async (t) => {
  const { api, world, user, chat, group } = await scene(t)
  const said = world.sendAsUser(user, chat, { text: 'quote me' })
  const forward = await api.forwardMessage(group.id, chat.id, said.id)
  assert.equal(forward.text, 'quote me')
  assert.deepEqual(forward.forward_origin, { type: 'user', date: said.date, sender_user: user.user })
  const copy = await api.copyMessage(group.id, chat.id, said.id)
  const copied = group.messages.get(copy.message_id)
  assert.equal(copied?.content.text, 'quote me')
  assert.equal(copied?.content.forward_origin, undefined)
  const ids = await api.forwardMessages(group.id, chat.id, [said.id, 4711])
  assert.equal(ids.length, 1)
  await refuses(api.forwardMessage(group.id, chat.id, 4711), 'Bad Request: message to forward not found')
  const kept = await api.sendMessage(chat.id, 'secret', { protect_content: true })
  await refuses(api.copyMessage(group.id, chat.id, kept.message_id), "Bad Request: message can't be copied")
})

test('pins need the right to pin, tell the chat, and show in getChat', async (t) => {
  const { api, world, bot, user, group } = await scene(t)
  const first = await api.sendMessage(group.id, 'status')
  await refuses(
    api.pinChatMessage(group.id, first.message_id),
    'Bad Request: not enough rights to manage pinned messages in the chat',
  )
  world.setMember(group, administrator(bot.user), user.id)
  await api.pinChatMessage(group.id, first.message_id)
  assert.equal((await api.getChat(group.id)).pinned_message?.message_id, first.message_id)
  const updates = await api.getUpdates()
  assert.equal(updates.at(-1)?.message?.pinned_message?.message_id, first.message_id)
  await api.unpinChatMessage(group.id)
  assert.equal((await api.getChat(group.id)).pinned_message, undefined)
  await refuses(api.unpinChatMessage(group.id), 'Bad Request: message to unpin not found')
})

test('what may be deleted: own messages, a person’s in private, others in groups only with the right', async (t) => {
  const { api, world, bot, user, chat, group } = await scene(t)
  const inPrivate = world.sendAsUser(user, chat, { text: 'oops' })
  await api.deleteMessage(chat.id, inPrivate.id)
  const theirs = world.sendAsUser(user, group, { text: 'spam' })
  await refuses(api.deleteMessage(group.id, theirs.id), "Bad Request: message can't be deleted")
  world.setMember(group, administrator(bot.user), user.id)
  await api.deleteMessages(group.id, [theirs.id, 4711])
  assert.equal(world.message(group, theirs.id), undefined)
  const old = await api.sendMessage(chat.id, 'old')
  await world.clock.advance(49 * 60 * 60 * 1000)
  await refuses(api.deleteMessage(chat.id, old.message_id), "Bad Request: message can't be deleted for everyone")
})

test('a reaction replaces the one before; what is no reaction is refused', async (t) => {
  const { api, world, bot, user, chat } = await scene(t)
  const said = world.sendAsUser(user, chat, { text: 'do it' })
  await api.setMessageReaction(chat.id, said.id, [{ type: 'emoji', emoji: '👀' }])
  await api.setMessageReaction(chat.id, said.id, [{ type: 'emoji', emoji: '👍' }])
  assert.deepEqual(said.reactions.get(bot.id), [{ type: 'emoji', emoji: '👍' }])
  await api.setMessageReaction(chat.id, said.id, [])
  assert.equal(said.reactions.size, 0)
  const strange = JSON.parse('[{ "type": "emoji", "emoji": "✅" }]')
  await refuses(api.setMessageReaction(chat.id, said.id, strange), 'Bad Request: REACTION_INVALID')
})

test('a reply carries what it answers, quotes a part, and may do without', async (t) => {
  const { api, world, user, chat, group } = await scene(t)
  const said = world.sendAsUser(user, chat, { text: 'one two three' })
  const reply = await api.sendMessage(chat.id, 'yes', { reply_parameters: { message_id: said.id, quote: 'two' } })
  assert.equal(reply.reply_to_message?.text, 'one two three')
  assert.deepEqual(reply.quote, { text: 'two', position: 4, is_manual: true })
  const invalid = { message_id: said.id, quote: 'four' }
  await refuses(api.sendMessage(chat.id, 'x', { reply_parameters: invalid }), 'Bad Request: QUOTE_TEXT_INVALID')
  const without = await api.sendMessage(chat.id, 'x', {
    reply_parameters: { message_id: 4711, allow_sending_without_reply: true },
  })
  assert.equal(without.reply_to_message, undefined)
  const there = world.sendAsUser(user, group, { text: 'elsewhere' })
  const across = await api.sendMessage(chat.id, 'x', {
    reply_parameters: { chat_id: group.id, message_id: there.id },
  })
  assert.equal(across.external_reply?.message_id, there.id)
})

test('a keyboard is shown until it is removed; an inline one is lost by an edit without it', async (t) => {
  const { api, world, chat } = await scene(t)
  await api.sendMessage(chat.id, 'choose', { reply_markup: { keyboard: [['a', 'b']], resize_keyboard: true } })
  assert.deepEqual(world.keyboardOf(chat), { keyboard: [[{ text: 'a' }, { text: 'b' }]], resize_keyboard: true })
  await api.sendMessage(chat.id, 'done', { reply_markup: { remove_keyboard: true } })
  assert.equal(world.keyboardOf(chat), undefined)
  const inline = {
    inline_keyboard: [
      [
        { text: 'Stop', callback_data: 's', style: 'danger' as const },
        { text: 'Copy', copy_text: { text: 'x' } },
      ],
    ],
  }
  const sent = await api.sendMessage(chat.id, 'busy', { reply_markup: inline })
  assert.deepEqual(sent.reply_markup, inline)
  const edited = await api.editMessageReplyMarkup(chat.id, sent.message_id)
  assert.ok(edited !== true)
  assert.equal(edited.reply_markup, undefined)
  await refuses(
    api.sendMessage(chat.id, 'x', {
      reply_markup: { inline_keyboard: [[{ text: 'Open', url: 'http://localhost:3000/' }]] },
    }),
    "Bad Request: inline keyboard button URL 'http://localhost:3000/' is invalid: Wrong HTTP URL",
  )
})
