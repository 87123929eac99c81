import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Input, Markup, Telegraf, TelegramError } from 'telegraf'
import { message } from 'telegraf/filters'
import { COMMANDS, PIXEL, REPORT, holdConversation, telegramWorld } from './telegram-testkit-world.ts'
import type { World } from './telegram-testkit-world.ts'

test('an unmodified telegraf 4 bot holds the conversation by long polling', async (t) => {
  const world = await telegramWorld(t)
  const bot = telegrafBot(world)
  await bot.telegram.setMyCommands(COMMANDS)
  const running = bot.launch()
  let isRunning = true
  const stop = (): void => {
    if (isRunning) bot.stop()
    isRunning = false
  }
  world.beforeClosing(stop)
  await holdConversation(world)
  stop()
  await running
})

test('telegraf reads refusals as Telegram gives them', async (t) => {
  const world = await telegramWorld(t)
  const { telegram } = telegrafBot(world)
  await assert.rejects(
    telegram.sendMessage(12_345, 'nobody'),
    (error) =>
      error instanceof TelegramError && error.code === 400 && error.description === 'Bad Request: chat not found',
  )
  await world.ada.send('hello', { to: world.bot })
  const fault = world.telegram.faults.add({ method: 'sendMessage', kind: 'rate_limit', retryAfter: 7, times: 1 })
  await assert.rejects(
    telegram.sendMessage(world.ada.id, 'too fast'),
    (error) => error instanceof TelegramError && error.code === 429 && error.parameters?.retry_after === 7,
  )
  assert.equal(fault.count, 1)
})

function telegrafBot({ telegram, bot: { token } }: World): Telegraf {
  const bot = new Telegraf(token, { telegram: { apiRoot: telegram.url } })
  bot.start((ctx) =>
    ctx.reply(
      `Welcome, ${ctx.from.first_name}`,
      Markup.inlineKeyboard([Markup.button.callback('Yes', 'yes'), Markup.button.callback('No', 'no')]),
    ),
  )
  bot.action(/^(yes|no)$/, async (ctx) => {
    await ctx.answerCbQuery(`Chosen: ${ctx.match[0]}`)
    await ctx.editMessageText(`You chose ${ctx.match[0]}`)
  })
  bot.on(message('document'), async (ctx) => {
    const link = await ctx.telegram.getFileLink(ctx.message.document.file_id)
    const response = await fetch(link)
    await ctx.reply(`${(await response.arrayBuffer()).byteLength} bytes of ${ctx.message.document.file_name}`)
  })
  bot.hears('keys', (ctx) => ctx.reply('Here they are', Markup.keyboard([['Status']]).resize()))
  bot.hears('Status', (ctx) => ctx.reply(`You pressed ${ctx.message.text}`))
  bot.hears('files', async (ctx) => {
    const report = () => Input.fromBuffer(Buffer.from(REPORT), 'report.txt')
    const pixel = () => Input.fromBuffer(PIXEL, 'pixel.png')
    await ctx.replyWithDocument(report(), { caption: 'The *report*', parse_mode: 'MarkdownV2' })
    await ctx.replyWithPhoto(pixel())
    await ctx.replyWithMediaGroup([
      { type: 'document', media: report() },
      { type: 'document', media: pixel() },
    ])
  })
  bot.hears('gone', async (ctx) => {
    const sent = await ctx.reply('Soon gone')
    await ctx.deleteMessage(sent.message_id)
    await ctx.reply('Deleted')
  })
  bot.on('edited_message', (ctx) => ctx.reply(`Now: ${'text' in ctx.editedMessage ? ctx.editedMessage.text : ''}`))
  return bot
}
