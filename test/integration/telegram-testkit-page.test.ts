import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Bot } from 'grammy'
import { PHONE, openBrowser } from '../support/browser.ts'

const MAIN = fileURLToPath(new URL('../../testkit/telegram/main.ts', import.meta.url))
const HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>'

type Started = {
  readonly api_root: string
  readonly page: string
  readonly bots: readonly { readonly token: string }[]
}

async function standAlone(t: TestContext): Promise<{ readonly started: Started; readonly bot: Bot }> {
  const child = spawn(process.execPath, [MAIN, '--port', '0', '--json', '--check-answers'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const started = JSON.parse(line) as Started
  const bot = new Bot(started.bots[0]?.token ?? '', { client: { apiRoot: started.api_root } })
  bot.command('ask', (ctx) =>
    ctx.reply('<b>Sure?</b>', {
      parse_mode: 'HTML',
      reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'yes' }]] },
    }),
  )
  bot.command('why', (ctx) => ctx.reply('What is it about?', { reply_markup: { force_reply: true } }))
  bot.on('message:text', async (ctx, next) => {
    if (ctx.msg.reply_to_message?.text !== 'What is it about?') return next()
    await ctx.reply(`About ${ctx.msg.text}, then`)
  })
  bot.on('callback_query:data', async (ctx) => {
    await ctx.answerCallbackQuery('Noted')
    await ctx.editMessageText(`${ctx.from.first_name} said ${ctx.callbackQuery.data}`)
  })
  bot.command('draft', (ctx) =>
    ctx.api.raw.sendMessageDraft({ chat_id: ctx.chat.id, draft_id: 1, text: 'Half a tho', can_stop: true }),
  )
  bot.on('stopped_message_generation', (ctx) =>
    ctx.api.sendMessage(ctx.update.stopped_message_generation.chat.id, 'Stopped'),
  )
  bot.command('hostile', (ctx) =>
    ctx.reply(HOSTILE, { reply_markup: { inline_keyboard: [[{ text: HOSTILE, callback_data: 'x' }]] } }),
  )
  bot.on('message:document', (ctx) => ctx.reply(`Got ${ctx.msg.document.file_name}`))
  const running = bot.start()
  t.after(async () => {
    await bot.stop()
    await running
    child.kill()
    const [code] = (await exited) as [number | null]
    assert.equal(code, 0)
  })
  return { started, bot }
}

test('the page plays the user: talking, tapping, stopping a draft, sending a file; hostile text stays text', async (t) => {
  const browser = await openBrowser(t)
  if (browser === null) return
  const { started } = await standAlone(t)
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (entry) => entry.type() === 'error' && complaints.push(entry.text()))
  await page.goto(started.page)
  await page.getByRole('button', { name: 'demo bot' }).click()
  const say = async (text: string): Promise<void> => {
    await page.getByLabel('Message', { exact: true }).fill(text)
    await page.keyboard.press('Enter')
  }
  await say('/ask')
  await page.locator('.bubble strong', { hasText: 'Sure?' }).waitFor()
  await page.getByRole('button', { name: 'Yes' }).click()
  await page.getByText('Ada said yes').first().waitFor()
  await page.getByText('Noted').waitFor()

  await say('/why')
  await page.getByText('Reply to demo bot').waitFor()
  await say('tea')
  await page.getByText('About tea, then').first().waitFor()

  await say('/draft')
  await page.getByText('Half a tho').waitFor()
  await page.getByRole('button', { name: 'Stop', exact: false }).last().click()
  await page.locator('.bubble', { hasText: 'Stopped' }).waitFor()
  assert.equal(await page.locator('.bubble.draft').count(), 0)

  await page.locator('#file').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hi') })
  await page.getByText('Got notes.txt').first().waitFor()

  await say('/hostile')
  await page.locator('.bubble', { hasText: '<script>' }).waitFor()
  assert.equal(await page.locator('.log script, .log img').count(), 0)
  assert.equal(await page.title(), 'Telegram testkit')
  assert.deepEqual(complaints, [])
})

test('the page on a phone: one thing at a time, nothing wider than the screen', async (t) => {
  const browser = await openBrowser(t, PHONE)
  if (browser === null) return
  const { started } = await standAlone(t)
  const page = await browser.newPage()
  await page.goto(started.page)
  await page.getByRole('button', { name: 'demo bot' }).tap()
  assert.equal(await page.locator('.side').isVisible(), false)
  await page.getByLabel('Message', { exact: true }).fill(`/ask ${'wide'.repeat(60)}`)
  await page.keyboard.press('Enter')
  await page.locator('.bubble', { hasText: 'Sure?' }).waitFor()
  assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true)
  await page.getByLabel('Back to the chats').tap()
  assert.equal(await page.locator('.side').isVisible(), true)
})

test('the page answers its own origin only', async (t) => {
  const { started } = await standAlone(t)
  const people = `${started.page}api/people`
  assert.equal((await fetch(people)).status, 200)
  assert.equal((await fetch(people, { headers: { origin: 'https://elsewhere.example' } })).status, 403)
  const deed = { method: 'POST', body: JSON.stringify({ what: 'person', name: 'Eve' }) }
  assert.equal((await fetch(`${started.page}api/do`, deed)).status, 403)
  assert.equal((await fetch(`${started.page}api/do`, { ...deed, headers: { 'x-page': '1' } })).status, 200)
  const policy = (await fetch(started.page)).headers.get('content-security-policy') ?? ''
  assert.match(policy, /default-src 'none'/)
  assert.doesNotMatch(policy, /unsafe/)
})
