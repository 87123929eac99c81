import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { Bot, GrammyError, HttpError } from 'grammy'
import type { Message, Update } from '@grammyjs/types'
import { startTelegram } from './server.ts'
import type { Telegram, TelegramOptions } from './server.ts'
import type { BotAccount, UserAccount } from './world/model.ts'

type Scene = {
  readonly telegram: Telegram
  readonly account: BotAccount
  readonly bot: Bot
  readonly user: UserAccount
  /** A message of the user in the private chat. */
  readonly says: (text: string) => Message
  readonly call: (method: string, params?: object) => Promise<{ status: number; answer: Record<string, unknown> }>
}

async function scene(t: TestContext, options: TelegramOptions = {}): Promise<Scene> {
  const telegram = await startTelegram({ checkAnswers: true, ...options })
  t.after(async () => {
    await telegram.close()
    assert.deepEqual(telegram.wrongAnswers, [])
  })
  const { world } = telegram
  const account = world.addBot({ username: 'helper_bot' })
  const user = world.addUser({ firstName: 'Ada', username: 'ada' })
  const chat = world.privateChat(account, user)
  const bot = new Bot(account.token, { client: { apiRoot: telegram.url } })
  return {
    telegram,
    account,
    bot,
    user,
    says: (text) => world.toWire(world.sendAsUser(user, chat, { text })),
    call: async (method, params = {}) => {
      const response = await fetch(`${telegram.url}/bot${account.token}/${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(params),
      })
      return { status: response.status, answer: (await response.json()) as Record<string, unknown> }
    },
  }
}

function refusal(code: number, description: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof GrammyError, String(error))
    assert.deepEqual([error.error_code, error.description], [code, description])
    return true
  }
}

test('an unmodified grammY bot answers by long polling', async (t) => {
  const { telegram, bot, user, account, says } = await scene(t)
  bot.on('message:text', (ctx) => ctx.reply(`You said ${ctx.message.text}`))
  const { promise: isAnswered, resolve } = Promise.withResolvers<string>()
  telegram.world.subscribe((event) => {
    if (event.type === 'message' && event.message.fromId === account.id) resolve(event.message.content.text ?? '')
  })
  const running = bot.start()
  says('hello')
  assert.equal(await isAnswered, 'You said hello')
  await bot.stop()
  await running
  assert.equal(telegram.world.privateChat(account, user).messages.size, 2)
})

test('updates come back until an offset confirms them, and a negative offset keeps the last ones', async (t) => {
  const { says, bot } = await scene(t)
  for (const text of ['one', 'two', 'three', 'four']) says(text)
  const first = await bot.api.getUpdates()
  assert.deepEqual(textsOf(first), ['one', 'two', 'three', 'four'])
  assert.deepEqual(textsOf(await bot.api.getUpdates({ limit: 2 })), ['one', 'two'])
  const second = first[1]?.update_id ?? 0
  assert.deepEqual(textsOf(await bot.api.getUpdates({ offset: second })), ['two', 'three', 'four'])
  assert.deepEqual(textsOf(await bot.api.getUpdates({ offset: -1 })), ['four'])
  assert.deepEqual(await bot.api.getUpdates({ offset: second + 3 }), [])
})

test('of two pollers the older one is ended with a 409, and a webhook ends polling', async (t) => {
  const { bot, call, says } = await scene(t)
  const older = bot.api.getUpdates({ timeout: 20 })
  const olderEnds = assert.rejects(
    older,
    refusal(409, 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running'),
  )
  await new Promise((resolve) => setTimeout(resolve, 50))
  const newer = bot.api.getUpdates({ timeout: 20 })
  await olderEnds
  says('still here')
  assert.deepEqual(textsOf(await newer), ['still here'])
  await call('setWebhook', { url: 'http://127.0.0.1:9/nobody' })
  await assert.rejects(
    bot.api.getUpdates(),
    refusal(
      409,
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    ),
  )
})

test('kinds that were not asked for are not queued, and the default leaves out reactions', async (t) => {
  const { bot, says, telegram, user, account } = await scene(t)
  const chat = telegram.world.privateChat(account, user)
  const message = telegram.world.sendAsBot(account, chat, { text: 'hi' })
  telegram.world.react(message, user.id, [{ type: 'emoji', emoji: '👍' }])
  assert.deepEqual(await bot.api.getUpdates(), [])
  await bot.api.getUpdates({ allowed_updates: ['message_reaction'] })
  says('unseen')
  telegram.world.react(message, user.id, [{ type: 'emoji', emoji: '🔥' }])
  const [update] = await bot.api.getUpdates()
  assert.deepEqual(update?.message_reaction?.old_reaction, [{ type: 'emoji', emoji: '👍' }])
  assert.deepEqual(update?.message_reaction?.new_reaction, [{ type: 'emoji', emoji: '🔥' }])
})

test('a webhook gets the secret, is tried again after a failure, and answers with a method', async (t) => {
  const { telegram, call, says, account, user } = await scene(t)
  telegram.clock.freeze()
  const seen: { secret: unknown; update: Update }[] = []
  let failures = 2
  const hook = createServer((incoming, outgoing) => {
    void (async () => {
      const body = (await incoming.toArray()).join('')
      seen.push({ secret: incoming.headers['x-telegram-bot-api-secret-token'], update: JSON.parse(body) as Update })
      if (failures > 0) {
        failures -= 1
        outgoing.writeHead(500).end()
        return
      }
      outgoing.writeHead(200, { 'content-type': 'application/json' })
      outgoing.end(JSON.stringify({ method: 'sendMessage', chat_id: user.id, text: 'in the answer' }))
    })()
  })
  hook.listen(0, '127.0.0.1')
  await once(hook, 'listening')
  t.after(() => hook.close())
  const address = hook.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await call('setWebhook', { url: `http://127.0.0.1:${port}/`, secret_token: 's3cret' })
  says('first')
  says('second')
  const { promise: isDone, resolve } = Promise.withResolvers<void>()
  let answers = 0
  telegram.world.subscribe((event) => {
    if (event.type === 'message' && event.message.fromId === account.id && (answers += 1) === 2) resolve()
  })
  for (let round = 0; round < 200 && failures > 0; round += 1) {
    await new Promise((next) => setTimeout(next, 5))
    await telegram.clock.advance(1000)
  }
  const info = await call('getWebhookInfo')
  await telegram.clock.advance(5000)
  await isDone
  assert.match(JSON.stringify(info.answer), /Wrong response from the webhook: 500 Internal Server Error/)
  assert.deepEqual([...new Set(seen.map(({ secret }) => secret))], ['s3cret'])
  assert.deepEqual(textsOf(seen.map(({ update }) => update)), ['first', 'first', 'first', 'second'])
})

test('edits that change nothing, find nothing or are not allowed are refused in Telegram’s words', async (t) => {
  const { bot, user, says } = await scene(t)
  const sent = await bot.api.sendMessage(user.id, 'now')
  const edited = await bot.api.editMessageText(user.id, sent.message_id, 'then')
  assert.ok(edited !== true && edited.edit_date > 0)
  await assert.rejects(
    bot.api.editMessageText(user.id, sent.message_id, 'then'),
    refusal(
      400,
      'Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    ),
  )
  await assert.rejects(
    bot.api.editMessageText(user.id, 4711, 'x'),
    refusal(400, 'Bad Request: message to edit not found'),
  )
  const { message_id: theirs } = says('mine')
  await assert.rejects(
    bot.api.editMessageText(user.id, theirs, 'x'),
    refusal(400, "Bad Request: message can't be edited"),
  )
  await bot.api.deleteMessage(user.id, sent.message_id)
  await assert.rejects(
    bot.api.deleteMessage(user.id, sent.message_id),
    refusal(400, 'Bad Request: message to delete not found'),
  )
})

test('limits of text, buttons and replies', async (t) => {
  const { bot, user } = await scene(t)
  assert.equal((await bot.api.sendMessage(user.id, 'x'.repeat(4096))).text.length, 4096)
  await assert.rejects(bot.api.sendMessage(user.id, 'x'.repeat(4097)), refusal(400, 'Bad Request: message is too long'))
  await assert.rejects(bot.api.sendMessage(user.id, ' \n'), refusal(400, 'Bad Request: message text is empty'))
  await assert.rejects(
    bot.api.sendMessage(user.id, 'x', {
      reply_markup: { inline_keyboard: [[{ text: 'b', callback_data: 'é'.repeat(33) }]] },
    }),
    refusal(400, 'Bad Request: BUTTON_DATA_INVALID'),
  )
  await assert.rejects(
    bot.api.sendMessage(user.id, 'x', { reply_parameters: { message_id: 999 } }),
    refusal(400, 'Bad Request: message to be replied not found'),
  )
  await assert.rejects(bot.api.sendMessage(1234567, 'x'), refusal(400, 'Bad Request: chat not found'))
  await assert.rejects(
    bot.api.sendMessage(user.id, 'x', { message_thread_id: 5 }),
    refusal(400, 'Bad Request: message thread not found'),
  )
})

test('a pressed button is answered once, and not after a quarter of an hour', async (t) => {
  const { telegram, bot, user, account } = await scene(t)
  const { world } = telegram
  const keyboard = { inline_keyboard: [[{ text: 'Yes', callback_data: 'yes' }]] }
  const { message_id } = await bot.api.sendMessage(user.id, 'Sure?', { reply_markup: keyboard })
  const message = world.message(world.privateChat(account, user), message_id)
  assert.ok(message)
  const pressed = world.pressButton(user, message, 'yes')
  const [update] = await bot.api.getUpdates()
  assert.equal(update?.callback_query?.data, 'yes')
  await bot.api.answerCallbackQuery(pressed.id, { text: 'done' })
  assert.deepEqual(await pressed.answered, { text: 'done', showAlert: false })
  const tooLate = 'Bad Request: query is too old and response timeout expired or query ID is invalid'
  await assert.rejects(bot.api.answerCallbackQuery(pressed.id), refusal(400, tooLate))
  const late = world.pressButton(user, message, 'yes')
  await telegram.clock.advance(16 * 60 * 1000)
  assert.equal(await late.answered, 'expired')
  await assert.rejects(bot.api.answerCallbackQuery(late.id), refusal(400, tooLate))
})

test('faults strike the calls they are meant for, as often as they are meant to', async (t) => {
  const { telegram, bot, user, account } = await scene(t)
  const { faults, world } = telegram
  faults.add({ kind: 'rate_limit', method: 'sendMessage', retryAfter: 7, times: 1 })
  await assert.rejects(bot.api.sendMessage(user.id, 'a'), (error) => {
    assert.ok(error instanceof GrammyError)
    assert.equal(error.description, 'Too Many Requests: retry after 7')
    assert.deepEqual(error.parameters, { retry_after: 7 })
    return true
  })
  const reset = faults.add({ kind: 'accept_then_reset', method: 'sendmessage', chat: user.id, times: 1 })
  await assert.rejects(bot.api.sendMessage(user.id, 'b'), HttpError)
  assert.equal(reset.count, 1)
  faults.add({ kind: 'reset_before', method: 'sendMessage', times: 1 })
  await assert.rejects(bot.api.sendMessage(user.id, 'c'), HttpError)
  for (const kind of ['bad_gateway_html', 'invalid_json'] as const) {
    faults.add({ kind, times: 1 })
    await assert.rejects(bot.api.sendMessage(user.id, kind))
  }
  await bot.api.sendMessage(user.id, 'd')
  const texts = [...world.privateChat(account, user).messages.values()].map(({ content }) => content.text)
  assert.deepEqual(texts, ['b', 'd'])
})

test('blocked, deactivated, kicked and migrated are told apart', async (t) => {
  const { telegram, bot, user, account } = await scene(t)
  const { world } = telegram
  world.setBlocked(account, user, true)
  await assert.rejects(bot.api.sendMessage(user.id, 'x'), refusal(403, 'Forbidden: bot was blocked by the user'))
  const [blocked] = await bot.api.getUpdates()
  assert.equal(blocked?.my_chat_member?.new_chat_member.status, 'kicked')
  world.setBlocked(account, user, false)
  user.deactivated = true
  await assert.rejects(bot.api.sendMessage(user.id, 'x'), refusal(403, 'Forbidden: user is deactivated'))

  const group = world.addGroup({ title: 'G', type: 'group', members: [user, account] })
  const upgraded = world.migrateGroup(group)
  await assert.rejects(bot.api.sendMessage(group.id, 'x'), (error) => {
    assert.ok(error instanceof GrammyError)
    assert.deepEqual(error.parameters, { migrate_to_chat_id: upgraded.id })
    return true
  })
  await bot.api.sendMessage(upgraded.id, 'x')
  world.setMember(upgraded, { status: 'kicked', user: account.user, until_date: 0 }, user.id)
  await assert.rejects(
    bot.api.sendMessage(upgraded.id, 'x'),
    refusal(403, 'Forbidden: bot was kicked from the supergroup chat'),
  )
})

test('with privacy mode a bot in a group sees what is addressed to it', async (t) => {
  const { telegram, bot, user, account } = await scene(t)
  const { world } = telegram
  const group = world.addGroup({ title: 'G', members: [user, account] })
  const other = world.addBot({ username: 'other_bot' })
  world.setMember(group, { status: 'member', user: other.user }, user.id)
  await bot.api.getUpdates({ offset: -1 })
  const mine = world.sendAsBot(account, group, { text: 'I am here' })
  world.sendAsUser(user, group, { text: 'just chatting' })
  world.sendAsUser(user, group, { text: 'an answer' }, { replyToId: mine.id })
  world.sendAsUser(user, group, {
    text: '@helper_bot please',
    entities: [{ type: 'mention', offset: 0, length: 11 }],
  })
  world.sendAsUser(user, group, { text: '/go', entities: [{ type: 'bot_command', offset: 0, length: 3 }] })
  world.sendAsUser(user, group, {
    text: '/go@other_bot',
    entities: [{ type: 'bot_command', offset: 0, length: 13 }],
  })
  const texts = textsOf(await bot.api.getUpdates())
  assert.deepEqual(texts.slice(-3), ['an answer', '@helper_bot please', '/go'])
  assert.equal(texts.includes('just chatting'), false)
  assert.deepEqual(textsOf(world.queueOf(other).peek(10)).at(-1), '/go@other_bot')
})

test('tokens and methods that do not exist', async (t) => {
  const { telegram, call, account } = await scene(t)
  assert.equal((await call('GETME')).status, 200)
  assert.deepEqual(await call('makeCoffee'), {
    status: 404,
    answer: { ok: false, error_code: 404, description: 'Not Found: method not found' },
  })
  const wrong = await fetch(`${telegram.url}/bot${account.token.slice(0, -1)}-/getMe`)
  assert.deepEqual(await wrong.json(), { ok: false, error_code: 401, description: 'Unauthorized' })
})

function textsOf(updates: readonly Update[]): (string | undefined)[] {
  return updates.map((update) => update.message?.text)
}

test('a replaced token ends polls and webhooks of the old one; a bot that logged out has to wait', async (t) => {
  const { telegram, bot, account, call } = await scene(t)
  const poll = bot.api.getUpdates({ timeout: 20 })
  const pollEnds = assert.rejects(poll, refusal(401, 'Unauthorized'))
  await new Promise((resolve) => setTimeout(resolve, 50))
  telegram.world.replaceToken(account)
  await pollEnds
  await assert.rejects(bot.api.getMe(), refusal(401, 'Unauthorized'))
  assert.equal((await call('logOut')).status, 200)
  assert.deepEqual((await call('getMe')).answer, { ok: false, error_code: 400, description: 'Logged out' })
  await telegram.clock.advance(10 * 60 * 1000)
  assert.equal((await call('getMe')).status, 200)
})

test('polls on request repeat and turn around what waits, and lose their connections', async (t) => {
  const { telegram, bot, says } = await scene(t)
  const { faults } = telegram
  says('one')
  says('two')
  faults.reorderUpdates = true
  const first = await bot.api.getUpdates()
  assert.deepEqual(textsOf(first), ['two', 'one'])
  faults.reorderUpdates = false
  faults.duplicateUpdates = true
  const offset = Math.max(...first.map((update) => update.update_id)) + 1
  assert.deepEqual(textsOf(await bot.api.getUpdates({ offset })), ['one', 'two'])
  assert.deepEqual(textsOf(await bot.api.getUpdates({ offset })), [])
  const poll = bot.api.getUpdates({ offset, timeout: 20 })
  const pollBreaks = assert.rejects(poll, HttpError)
  await new Promise((resolve) => setTimeout(resolve, 50))
  faults.dropConnections()
  await pollBreaks
})

test('with rate limits on, what comes too fast is refused until the time is over', async (t) => {
  const { telegram, bot, user } = await scene(t, { rateLimits: true })
  telegram.clock.freeze()
  for (const text of ['a', 'b', 'c']) await bot.api.sendMessage(user.id, text)
  await assert.rejects(bot.api.sendMessage(user.id, 'd'), refusal(429, 'Too Many Requests: retry after 1'))
  await telegram.clock.advance(1000)
  await bot.api.sendMessage(user.id, 'd')
})

test('a slow answer comes when its time has passed, a hanging one never', async (t) => {
  const { telegram, bot, user, account } = await scene(t)
  telegram.clock.freeze()
  const slow = telegram.faults.add({ kind: 'slow', method: 'sendMessage', ms: 30_000, times: 1 })
  const sending = bot.api.sendMessage(user.id, 'late')
  for (let round = 0; round < 400 && slow.count === 0; round += 1) await new Promise((next) => setTimeout(next, 5))
  await telegram.clock.advance(30_000)
  assert.equal((await sending).text, 'late')
  telegram.faults.add({ kind: 'hang', method: 'sendMessage', accepted: true, times: 1 })
  const hanging = fetch(`${telegram.url}/bot${account.token}/sendMessage?chat_id=${user.id}&text=gone`, {
    signal: AbortSignal.timeout(100),
  })
  await assert.rejects(hanging)
  const messages = [...telegram.world.privateChat(account, user).messages.values()]
  assert.deepEqual(
    messages.map((message) => message.content.text),
    ['late', 'gone'],
  )
})
