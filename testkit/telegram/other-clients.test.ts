import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bot } from 'node-telegram-bot-api'
import { Telegraf } from 'telegraf'
import { startTelegram } from './server.ts'

test('an unmodified telegraf bot: commands, buttons, edits', { timeout: 20_000 }, async (t) => {
  const telegram = await startTelegram({ checkAnswers: true })
  t.after(() => telegram.close())
  const account = telegram.newBot()
  const ada = telegram.newUser({ firstName: 'Ada' })
  const bot = new Telegraf(account.token, { telegram: { apiRoot: telegram.url } })
  bot.command('start', (ctx) =>
    ctx.reply('Go on?', { reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'yes' }]] } }),
  )
  bot.action('yes', async (ctx) => {
    await ctx.answerCbQuery('noted')
    await ctx.editMessageText('<b>Going on</b>', { parse_mode: 'HTML' })
  })
  const { promise: isUp, resolve } = Promise.withResolvers<void>()
  const running = bot.launch(resolve)
  await isUp
  await ada.send('/start', { to: account })
  const question = await ada.expectReply({ where: (message) => message.text === 'Go on?' })
  const outcome = await ada.tap(question, 'Yes')
  assert.deepEqual(outcome, { type: 'answered', text: 'noted', alert: false })
  const edited = await ada.expectEdit(question)
  assert.equal(edited.text, 'Going on')
  bot.stop()
  await running
  assert.deepEqual(telegram.wrongAnswers, [])
})

test('an unmodified node-telegram-bot-api bot: polling, replies', { timeout: 20_000 }, async (t) => {
  const telegram = await startTelegram({ checkAnswers: true })
  t.after(() => telegram.close())
  const account = telegram.newBot()
  const ada = telegram.newUser({ firstName: 'Ada' })
  const bot = new Bot(account.token, { apiRoot: telegram.url })
  bot.on('message', async (ctx) => {
    await ctx.reply(`You said ${ctx.message?.text}`)
  })
  const running = bot.startPolling()
  await ada.send('hello', { to: account })
  const reply = await ada.expectReply()
  assert.equal(reply.text, 'You said hello')
  bot.stop()
  await running
  assert.deepEqual(telegram.wrongAnswers, [])
})
