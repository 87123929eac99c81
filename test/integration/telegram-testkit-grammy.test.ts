import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { Bot, GrammyError, InlineKeyboard, InputFile, InputMediaBuilder, Keyboard, webhookCallback } from 'grammy'
import { COMMANDS, PIXEL, REPORT, holdConversation, telegramWorld } from './telegram-testkit-world.ts'
import type { World } from './telegram-testkit-world.ts'

test('an unmodified grammY bot holds the conversation by long polling', async (t) => {
  const world = await telegramWorld(t)
  const bot = grammyBot(world)
  await bot.api.setMyCommands(COMMANDS)
  const running = bot.start({ allowed_updates: ['message', 'edited_message', 'callback_query'] })
  world.beforeClosing(() => bot.stop())
  await holdConversation(world)
  await bot.stop()
  await running
})

test('an unmodified grammY bot holds the conversation by webhook, with a secret', async (t) => {
  const world = await telegramWorld(t)
  const bot = grammyBot(world)
  await bot.api.setMyCommands(COMMANDS)
  const secretToken = 'only-telegram-knows'
  const handle = webhookCallback(bot, 'http', { secretToken })
  let refused = 0
  const server = createServer((request, response) => {
    if (request.headers['x-telegram-bot-api-secret-token'] !== secretToken) refused += 1
    void handle(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  await bot.api.setWebhook(`http://127.0.0.1:${port}/hook`, { secret_token: secretToken })
  await assert.rejects(bot.api.getUpdates(), (error) => error instanceof GrammyError && error.error_code === 409)
  await holdConversation(world)
  assert.equal((await bot.api.getWebhookInfo()).pending_update_count, 0)
  assert.equal(refused, 0)
  await bot.api.deleteWebhook()
})

function grammyBot({ telegram, bot: { token } }: World): Bot {
  const bot = new Bot(token, { client: { apiRoot: telegram.url } })
  bot.command('start', (ctx) =>
    ctx.reply(`Welcome, ${ctx.from?.first_name}`, {
      reply_markup: new InlineKeyboard().text('Yes', 'yes').text('No', 'no'),
    }),
  )
  bot.on('callback_query:data', async (ctx) => {
    await ctx.answerCallbackQuery(`Chosen: ${ctx.callbackQuery.data}`)
    await ctx.editMessageText(`You chose ${ctx.callbackQuery.data}`)
  })
  bot.on('message:document', async (ctx) => {
    const file = await ctx.getFile()
    const response = await fetch(`${telegram.url}/file/bot${token}/${file.file_path}`)
    await ctx.reply(`${(await response.arrayBuffer()).byteLength} bytes of ${ctx.msg.document.file_name}`)
  })
  bot.hears('keys', (ctx) => ctx.reply('Here they are', { reply_markup: new Keyboard().text('Status').resized() }))
  bot.hears('Status', (ctx) => ctx.reply(`You pressed ${ctx.msg.text}`))
  bot.hears('files', async (ctx) => {
    await ctx.replyWithDocument(new InputFile(REPORT, 'report.txt'), {
      caption: 'The *report*',
      parse_mode: 'MarkdownV2',
    })
    await ctx.replyWithPhoto(new InputFile(PIXEL, 'pixel.png'))
    await ctx.replyWithMediaGroup([
      InputMediaBuilder.document(new InputFile(REPORT, 'report.txt')),
      InputMediaBuilder.document(new InputFile(PIXEL, 'pixel.png')),
    ])
  })
  bot.hears('gone', async (ctx) => {
    const sent = await ctx.reply('Soon gone')
    await ctx.api.deleteMessage(ctx.chat.id, sent.message_id)
    await ctx.reply('Deleted')
  })
  bot.on('edited_message:text', (ctx) => ctx.reply(`Now: ${ctx.editedMessage.text}`))
  return bot
}
