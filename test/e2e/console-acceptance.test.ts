// What a person does in the console from the first word to what they wanted, with nothing in between played: a real browser, the real
// process, its own database and the offline model.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { openBrowser } from '../support/browser.ts'
import { newPlace } from '../support/factotum.ts'

const PATIENT = { timeout: 90_000 } as const

async function say(page: Page, words: string): Promise<void> {
  await page.getByLabel('Your request').fill(words)
  await page.getByLabel('Your request').press('Enter')
}

/** Says it, agrees to what was understood, waits until it is done, and gives where the result is to be seen. */
async function agreeTo(page: Page, words: string): Promise<string> {
  await say(page, words)
  const card = page.getByRole('article', { name: words, exact: true })
  const panel = card.getByRole('region', { name: 'Approval' })
  await panel.getByText(/Understood: .+/).waitFor(PATIENT)
  const proposal = (await panel.textContent()) ?? ''
  assert.match(proposal, /Understood: [\s\S]+Will: /)
  assert.match((await card.locator('.status').textContent()) ?? '', /Waiting|approval|OK/i)
  await panel.getByRole('button', { name: 'OK' }).click()
  await card.locator('.status').getByText('Completed').waitFor(PATIENT)
  const href = await card
    .getByRole('link', { name: /preview|open/i })
    .first()
    .getAttribute('href')
  assert.ok(href !== null)
  return href
}

/** The colour that the page's own style gives to what stands out. */
async function accentOf(page: Page, url: string): Promise<string> {
  const preview = await page.context().newPage()
  const answer = await preview.goto(url)
  assert.equal(answer?.status(), 200)
  const accent = await preview.evaluate<string>(
    `getComputedStyle(document.documentElement).getPropertyValue('--accent').trim()`,
  )
  await preview.close()
  return accent
}

test('said, understood, agreed to, made; and made blue', async (t) => {
  const context = await openBrowser(t)
  if (context === null) return
  const place = await newPlace({ CONFIRM_WORK: 'always', PREVIEW_MINUTES: '5' })
  t.after(() => place.leave())
  const [, login = ''] = await place.start('up').line(/Factotum is up: (http:\/\/\S+)/)
  const page = context.pages()[0] ?? (await context.newPage())
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(login)
  await page.getByLabel('Your request').waitFor(PATIENT)

  await say(page, 'what can you do?')
  await page
    .getByText(/I am Factotum/)
    .first()
    .waitFor(PATIENT)
  assert.equal(await page.getByRole('region', { name: 'Approval' }).count(), 0)

  const first = await accentOf(page, await agreeTo(page, 'create a hello world web app in green'))
  const second = await accentOf(page, await agreeTo(page, 'now make it blue'))
  assert.notEqual(first, second)
  assert.ok(['#1d4ed8', '#93c5fd'].includes(second), second)
  assert.deepEqual(complaints, [])
})
