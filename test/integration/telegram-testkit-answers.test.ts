import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createRegistry } from '../../testkit/telegram/api/registry.ts'
import { checkUpdate, createAnswerCheck } from '../../testkit/telegram/schema/answer-check.ts'
import { startTelegram } from '../../testkit/telegram/server.ts'
import { createClock } from '../../testkit/telegram/world/clock.ts'
import { createWebhooks } from '../../testkit/telegram/world/deliver.ts'
import { createFaults } from '../../testkit/telegram/world/faults.ts'
import { createPolls } from '../../testkit/telegram/world/polls.ts'
import { createWorld } from '../../testkit/telegram/world/world.ts'
import { PIXEL } from './telegram-testkit-world.ts'

type Params = Readonly<Record<string, unknown>>

test('every method that is there answers in the shape of the Bot API, and so do all updates', async (t) => {
  const telegram = await startTelegram({ checkAnswers: false })
  t.after(() => telegram.close())
  const bot = telegram.newBot({
    username: 'all_bot',
    canManageBots: true,
    hasTopicsEnabled: true,
    allowsUsersToCreateTopics: true,
  })
  const ada = telegram.newUser({ firstName: 'Ada', username: 'ada_l' })
  const grace = telegram.newUser({ firstName: 'Grace' })
  const group = telegram.newGroup({ title: 'Team', isForum: true, members: [ada, grace, bot], admins: [bot] })
  const check = createAnswerCheck()
  const called = new Set<string>()
  const wrong: string[] = []

  async function call<T = unknown>(method: string, params: Params = {}): Promise<T> {
    called.add(method.toLowerCase())
    const response = await fetch(`${telegram.url}/bot${bot.token}/${method}`, { method: 'POST', body: formOf(params) })
    const answer = (await response.json()) as { ok: boolean; result?: unknown; description?: string }
    if (!answer.ok) wrong.push(`${method} was refused: ${answer.description}`)
    const problem = answer.ok ? check(method, answer.result) : null
    if (problem !== null) wrong.push(`${method}: ${problem}`)
    return answer.result as T
  }
  type Sent = { readonly message_id: number }
  const chat_id = ada.id
  const file = (name: string, type = 'application/octet-stream') => new File([PIXEL], name, { type })

  await ada.send('/start', { to: bot })
  await call('getMe')
  await call('getWebhookInfo')

  // Texts, and what is done with them.
  const text = await call<Sent>('sendMessage', { chat_id, text: '*bold* /cmd', parse_mode: 'MarkdownV2' })
  const about = { chat_id, message_id: text.message_id }
  const keyboard = { inline_keyboard: [[{ text: 'Go', callback_data: 'go' }]] }
  await call('editMessageText', { ...about, text: 'edited', reply_markup: keyboard })
  const tapped = ada.tap(await ada.expectReply(), 'Go')
  const [query] = telegram.world
    .queueOf(botOf(telegram.world, bot.id))
    .peek(100)
    .flatMap((update) => update.callback_query ?? [])
  await call('answerCallbackQuery', { callback_query_id: query?.id, text: 'ok' })
  assert.deepEqual(await tapped, { type: 'answered', text: 'ok', alert: false })
  await call('editMessageReplyMarkup', { ...about })
  await call('setMessageReaction', { ...about, reaction: [{ type: 'emoji', emoji: '👍' }] })
  await call('forwardMessage', { chat_id, from_chat_id: chat_id, message_id: text.message_id })
  await call('forwardMessages', { chat_id, from_chat_id: chat_id, message_ids: [text.message_id] })
  await call('copyMessage', { chat_id, from_chat_id: chat_id, message_id: text.message_id })
  await call('copyMessages', { chat_id, from_chat_id: chat_id, message_ids: [text.message_id] })
  await call('pinChatMessage', about)
  await call('unpinChatMessage', about)
  await call('unpinAllChatMessages', { chat_id })
  await call('sendChatAction', { chat_id, action: 'typing' })
  await call('sendMessageDraft', { chat_id, draft_id: 1, text: 'thinking', can_stop: true })
  await ada.stopDraft()
  await call('sendRichMessageDraft', { chat_id, draft_id: 2, rich_message: { markdown: '# Soon' } })
  const rich = await call<Sent>('sendRichMessage', { chat_id, rich_message: { markdown: RICH } })
  await call('editMessageText', { chat_id, message_id: rich.message_id, rich_message: { html: '<h1>Now</h1>' } })

  // Media.
  const photo = await call<Sent>('sendPhoto', { chat_id, photo: file('a.png', 'image/png'), caption: 'one' })
  await call('editMessageCaption', { chat_id, message_id: photo.message_id, caption: 'two' })
  await call('editMessageMedia', {
    chat_id,
    message_id: photo.message_id,
    media: { type: 'photo', media: 'attach://other' },
    other: file('b.png', 'image/png'),
  })
  const kinds = { Document: 'a.txt', Voice: 'a.oga', Audio: 'a.mp3', Video: 'a.mp4', Animation: 'a.mp4' }
  for (const [kind, name] of Object.entries(kinds))
    await call(`send${kind}`, { chat_id, [kind.toLowerCase()]: file(name) })
  await call('sendVideoNote', { chat_id, video_note: file('note.mp4') })
  await call('sendSticker', { chat_id, sticker: file('sticker.webp', 'image/webp') })
  await call('sendMediaGroup', {
    chat_id,
    media: [
      { type: 'document', media: 'attach://one' },
      { type: 'document', media: 'attach://two' },
    ],
    one: file('1.txt'),
    two: file('2.txt'),
  })
  const received = await ada.sendFile({ bytes: PIXEL, name: 'mine.png' })
  await call('getFile', { file_id: received.media?.fileId })
  await call('deleteMessage', { chat_id, message_id: photo.message_id })
  await call('deleteMessages', { chat_id, message_ids: [text.message_id] })

  // What the bot says about itself.
  await call('setMyCommands', { commands: [{ command: 'start', description: 'Begin' }] })
  await call('getMyCommands')
  await call('deleteMyCommands')
  for (const what of ['Name', 'Description', 'ShortDescription']) {
    const field = { Name: 'name', Description: 'description', ShortDescription: 'short_description' }[what] ?? ''
    await call(`setMy${what}`, { [field]: 'All' })
    await call(`getMy${what}`)
  }
  await call('setChatMenuButton', { chat_id, menu_button: { type: 'commands' } })
  await call('getChatMenuButton', { chat_id })

  // Groups and topics.
  const place = { chat_id: group.id }
  await call('getChat', place)
  await call('getChat', { chat_id })
  await call('getChatAdministrators', place)
  await call('getChatMemberCount', place)
  await call('getChatMember', { ...place, user_id: grace.id })
  await call('getForumTopicIconStickers')
  const topic = await call<{ message_thread_id: number }>('createForumTopic', { ...place, name: 'Builds' })
  const thread = { ...place, message_thread_id: topic.message_thread_id }
  await call('sendMessage', { ...thread, text: 'in the topic' })
  await grace.send('hello', { to: group, topic: topic.message_thread_id })
  await call('editForumTopic', { ...thread, name: 'Releases' })
  await call('closeForumTopic', thread)
  await call('reopenForumTopic', thread)
  await call('unpinAllForumTopicMessages', thread)
  await call('deleteForumTopic', thread)
  await call('editGeneralForumTopic', { ...place, name: 'All' })
  await call('closeGeneralForumTopic', place)
  await call('reopenGeneralForumTopic', place)
  await call('hideGeneralForumTopic', place)
  await call('unhideGeneralForumTopic', place)
  await call('unpinAllGeneralForumTopicMessages', place)
  await call('createForumTopic', { chat_id, name: 'Of ours' })

  // Managed bots.
  const made = await ada.createManagedBot({ manager: bot, name: 'Made', username: 'made_by_bot' })
  await call('getManagedBotToken', { user_id: made.id })
  await call('replaceManagedBotToken', { user_id: made.id })
  await call('setManagedBotAccessSettings', { user_id: made.id, is_access_restricted: true, added_user_ids: [ada.id] })
  await call('getManagedBotAccessSettings', { user_id: made.id })

  // Updates of every kind that happened here.
  await ada.react(await ada.send('last'), '🔥')
  await ada.edit(await ada.send('teh'), 'the')
  await ada.blockBot(bot)
  await ada.unblockBot(bot)
  const updates = await call<readonly unknown[]>('getUpdates', { limit: 100 })
  assert.ok(updates.length > 8)
  wrong.push(...updates.flatMap((update) => checkUpdate(update) ?? []))
  await call('setWebhook', { url: 'https://127.0.0.1:9/hook' })
  await call('deleteWebhook')
  await call('leaveChat', place)
  await call('close')
  await call('logOut')

  assert.deepEqual(wrong, [])
  const missed = methodNames(t).filter((name) => !called.has(name.toLowerCase()))
  assert.deepEqual(missed, [])
})

const RICH = '# Report\n\n- [x] one\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> quoted\n\n```ts\ncode()\n```\n'

function methodNames(t: TestContext): readonly string[] {
  const clock = createClock()
  t.after(() => clock.close())
  const world = createWorld({ clock })
  const faults = createFaults(() => undefined)
  const webhooks = createWebhooks(world, faults, async () => undefined)
  return [...createRegistry(createPolls(world, faults), webhooks).values()].map(({ name }) => name)
}

function botOf<T>(world: { readonly bots: ReadonlyMap<number, T> }, id: number): T {
  const bot = world.bots.get(id)
  assert.ok(bot)
  return bot
}

function formOf(params: Params): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(params)) {
    if (value instanceof File) form.set(name, value)
    else if (value !== undefined) form.set(name, typeof value === 'string' ? value : JSON.stringify(value))
  }
  return form
}
