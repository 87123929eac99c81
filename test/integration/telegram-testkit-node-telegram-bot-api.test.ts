import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { Bot, InlineKeyboardBuilder, InputFile, ReplyKeyboardBuilder, TelegramApiError } from 'node-telegram-bot-api'
import { createWebhookServer } from 'node-telegram-bot-api/node'
import { COMMANDS, PIXEL, REPORT, holdConversation, telegramWorld } from './telegram-testkit-world.ts'
import type { World } from './telegram-testkit-world.ts'

test('an unmodified node-telegram-bot-api 2 bot holds the conversation by long polling', async (t) => {
  const world = await telegramWorld(t)
  const bot = libraryBot(world)
  await bot.api.setMyCommands({ commands: COMMANDS })
  const running = bot.startPolling()
  world.beforeClosing(() => bot.stop())
  await holdConversation(world)
  bot.stop()
  await running
})

test('an unmodified node-telegram-bot-api 2 bot holds the conversation by webhook', async (t) => {
  const world = await telegramWorld(t)
  const bot = libraryBot(world)
  await bot.api.setMyCommands({ commands: COMMANDS })
  const server = createWebhookServer(bot, { path: '/telegram', secretToken: 'only-telegram-knows' })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/telegram`
  await bot.api.setWebhook({ url, secret_token: 'only-telegram-knows' })
  await holdConversation(world)
  await bot.api.deleteWebhook()
})

test('node-telegram-bot-api retries a server error by itself, and the message arrives once', async (t) => {
  const world = await telegramWorld(t)
  const { api } = libraryBot(world)
  await world.ada.send('hello', { to: world.bot })
  const fault = world.telegram.faults.add({ method: 'sendMessage', kind: 'server_error', times: 1 })
  await api.sendMessage({ chat_id: world.ada.id, text: 'at last' })
  assert.equal(fault.count, 1)
  await world.ada.expectReply({ where: 'at last' })
  await world.ada.expectNoMore({ for: 50 })
  await assert.rejects(
    api.sendMessage({ chat_id: world.ada.id, text: 'x'.repeat(4097) }),
    (error) => error instanceof TelegramApiError && error.errorCode === 400 && /too long/.test(error.message),
  )
})

function libraryBot({ telegram, bot: { token } }: World): Bot {
  const bot = new Bot(token, { apiRoot: telegram.url, retryBackoffMs: 1 })
  const chatOf = (ctx: { readonly chat?: { readonly id: number } | undefined }): number => ctx.chat?.id ?? 0
  bot.command('start', (ctx) =>
    ctx.reply(`Welcome, ${ctx.from?.first_name}`, {
      reply_markup: new InlineKeyboardBuilder().text('Yes', 'yes').text('No', 'no').build(),
    }),
  )
  bot.on('callback_query', async (ctx) => {
    const data = ctx.callbackQuery?.data
    await ctx.answerCallbackQuery({ text: `Chosen: ${data}` })
    const message_id = ctx.callbackQuery?.message?.message_id ?? 0
    await ctx.api.editMessageText({ chat_id: chatOf(ctx), message_id, text: `You chose ${data}` })
  })
  bot.on('edited_message', (ctx) => ctx.reply(`Now: ${ctx.editedMessage?.text}`))
  bot.hears(/^keys$/, (ctx) =>
    ctx.reply('Here they are', {
      reply_markup: new ReplyKeyboardBuilder().text('Status').build({ resize_keyboard: true }),
    }),
  )
  bot.hears(/^Status$/, (ctx) => ctx.reply(`You pressed ${ctx.message?.text}`))
  bot.hears(/^files$/, async (ctx) => {
    const chat_id = chatOf(ctx)
    const report = () => new InputFile(REPORT, { filename: 'report.txt' })
    const pixel = () => new InputFile(PIXEL, { filename: 'pixel.png' })
    await ctx.api.sendDocument({ chat_id, document: report(), caption: 'The *report*', parse_mode: 'MarkdownV2' })
    await ctx.api.sendPhoto({ chat_id, photo: pixel() })
    await ctx.api.sendMediaGroup({
      chat_id,
      media: [
        { type: 'document', media: report() },
        { type: 'document', media: pixel() },
      ],
    })
  })
  bot.hears(/^gone$/, async (ctx) => {
    const sent = await ctx.reply('Soon gone')
    await ctx.api.deleteMessage({ chat_id: chatOf(ctx), message_id: sent.message_id })
    await ctx.reply('Deleted')
  })
  bot.on('message', async (ctx) => {
    const document = ctx.message?.document
    if (document === undefined) return
    const { file_path } = await ctx.api.getFile({ file_id: document.file_id })
    const response = await fetch(`${telegram.url}/file/bot${token}/${file_path}`)
    await ctx.reply(`${(await response.arrayBuffer()).byteLength} bytes of ${document.file_name}`)
  })
  return bot
}
