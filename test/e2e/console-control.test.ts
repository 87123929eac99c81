// Control in the console through the real platform: a real browser, the real process, its own database, nothing in between played.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { WebSocket } from 'ws'
import { openBrowser } from '../support/browser.ts'
import { newPlace } from '../support/factotum.ts'

const PATIENT = { timeout: 60_000 } as const
type House = { readonly context: BrowserContext; readonly page: Page; readonly url: string }

/** Null where there is no browser. */
async function openHouse(t: TestContext): Promise<House | null> {
  const context = await openBrowser(t)
  if (context === null) return null
  const place = await newPlace()
  t.after(() => place.leave())
  const [, login = ''] = await place.start('up').line(/Factotum is up: (http:\/\/\S+)/)
  const page = context.pages()[0] ?? (await context.newPage())
  await page.goto(login)
  await page.getByLabel('Your request').waitFor(PATIENT)
  return { context, page, url: new URL(login).origin }
}

async function open(page: Page, url: string, name: 'audit' | 'policy' | 'secrets' | 'access'): Promise<void> {
  await page.goto(`${url}/#/control/${name}`)
  await page.locator('.control-body').waitFor(PATIENT)
}

/** Until the condition holds. */
async function until(condition: () => boolean, what: string): Promise<void> {
  for (let looks = 0; looks < 300; looks += 1) {
    if (condition()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`It never came about: ${what}`)
}

/** Everything that a page keeps or shows, as one text. */
async function everythingOf(page: Page): Promise<string> {
  const kept = await page.evaluate<string>(`JSON.stringify([
    location.href, document.cookie, history.state, document.documentElement.outerHTML,
    [...document.querySelectorAll('input, textarea')].map((each) => each.value),
    Object.entries(localStorage), Object.entries(sessionStorage),
  ])`)
  return kept
}

test('control in the console', async (t) => {
  const house = await openHouse(t)
  if (house === null) return
  const { context, page, url } = house
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))

  await t.test('a token is shown once, works, and is worthless at once when it is revoked', async () => {
    await open(page, url, 'access')
    await page.getByText('this one').waitFor()
    await page.getByText('Issue a token').click()
    const form = page.getByRole('form', { name: 'Issue a token' })
    await form.getByLabel('What it is for').fill('deploy \u202Escript')
    await form.getByLabel('Hours it holds').fill('1')
    await form.getByRole('button', { name: 'Issue' }).click()
    const shown = page.getByLabel('The token')
    await shown.waitFor(PATIENT)
    const token = (await shown.textContent()) ?? ''
    const headers = { authorization: `Bearer ${token}` }
    assert.equal((await fetch(`${url}/v1/tasks`, { headers })).status, 200)
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/stream`, { headers })
    t.after(() => socket.terminate())
    let opened = false
    let closed: number | null = null
    socket.on('open', () => (opened = true))
    socket.on('close', (code) => (closed = code))
    await until(() => opened, 'the connection opens')

    await page.getByRole('button', { name: 'I have it' }).click()
    assert.equal((await everythingOf(page)).includes(token), false)
    const row = page.getByRole('listitem').filter({ hasText: 'deploy script' })
    await row.getByRole('button', { name: /^Revoke/ }).click()
    await page.getByRole('button', { name: 'Revoke it' }).locator('visible=true').click()
    await until(() => closed !== null, 'the connection closes')
    assert.equal((await fetch(`${url}/v1/tasks`, { headers })).status, 401)
    await page.getByText('Over, 1').waitFor(PATIENT)
  })

  await t.test('the audit log tells of it, its chain is intact, and it can be taken along', async () => {
    await open(page, url, 'audit')
    const entries = page.locator('.audit > li')
    await entries.first().waitFor(PATIENT)
    const lines = await page.locator('.audit summary').allTextContents()
    for (const wanted of ['signed in', 'issued a credential', 'revoked a credential'])
      assert.ok(
        lines.some((line) => line.includes(wanted)),
        `${wanted} in ${lines.join(' | ')}`,
      )
    const whole = (await page.locator('.audit').textContent()) ?? ''
    assert.doesNotMatch(whole, /\u202e/)

    await page
      .getByRole('form', { name: 'Filter' })
      .getByRole('combobox')
      .selectOption({ label: 'revoked a credential' })
    await page.locator('.audit > li:only-child').waitFor(PATIENT)
    await entries.locator('summary').click()
    await entries.getByText('credential.revoked').waitFor()

    await page.getByRole('button', { name: 'Check the chain' }).click()
    await page.getByText(/^Intact: \d+ entries/).waitFor(PATIENT)

    const [download] = await Promise.all([page.waitForEvent('download'), page.getByText('Export').click()])
    const exported = await readFile(await download.path(), 'utf8')
    const sealed = exported.trimEnd().split('\n')
    assert.ok(sealed.length >= 3)
    for (const line of sealed) assert.deepEqual(Object.keys(JSON.parse(line)), ['seq', 'entry', 'previous', 'hash'])
  })

  await t.test('a secret goes in, is replaced and goes; its value is nowhere afterwards', async () => {
    await open(page, url, 'secrets')
    const form = page.getByRole('form', { name: 'Add or replace a secret' })
    const value = form.getByLabel('Value')
    assert.equal(await value.getAttribute('type'), 'password')
    const first = 'first-value-of-this-secret-4711'
    await value.fill(first)
    await form.getByLabel('Name').fill('DEPLOY_KEY')
    await form.getByRole('button', { name: 'Keep it' }).click()
    await page.getByText('Say at least one host').waitFor()
    await form.getByLabel('Hosts it is for').fill('deploy.example.org, *.example.net')
    await form.getByRole('button', { name: 'Keep it' }).click()
    await page.getByText('DEPLOY_KEY is kept, version 1.').waitFor(PATIENT)
    const row = page.getByRole('listitem').filter({ hasText: 'DEPLOY_KEY' })
    await row.getByText('*.example.net').waitFor()

    const second = 'second-value-of-this-secret-4712'
    await row.getByRole('button', { name: 'Replace DEPLOY_KEY' }).click()
    assert.equal(await value.evaluate('document.activeElement.type'), 'password')
    await page.keyboard.type(second)
    await page.keyboard.press('Enter')
    await page.getByText('DEPLOY_KEY is kept, version 2.').waitFor(PATIENT)
    const kept = await everythingOf(page)
    for (const each of [first, second]) {
      assert.equal(kept.includes(each), false)
      assert.equal(asked.join('\n').includes(each), false)
    }

    await row.getByRole('button', { name: 'Remove DEPLOY_KEY' }).click()
    await page.getByRole('button', { name: 'Remove it' }).locator('visible=true').click()
    await row.waitFor({ state: 'detached' })
  })

  await t.test('stop everything ends what runs and starts nothing, until somebody says go on', async () => {
    await page.goto(`${url}/#/`)
    const say = async (command: string) => {
      await page.getByLabel('Your request').fill(`/run ${command}`)
      await page.getByLabel('Your request').press('Enter')
      const card = page.getByRole('article').filter({ hasText: command }).last()
      await card.getByRole('button', { name: 'Approve' }).click(PATIENT)
      return card
    }
    const endless = await say('echo under way; sleep 300')
    await endless.locator('.now-message').getByText('under way', { exact: true }).waitFor(PATIENT)
    await page.getByRole('button', { name: 'Stop everything' }).locator('visible=true').click()
    const dialog = page.getByRole('dialog', { name: 'Stop everything?' })
    await dialog.getByRole('button', { name: 'Stop everything now' }).click()
    await page.locator('.stopped').getByText('What was stopped').waitFor(PATIENT)
    assert.match((await page.locator('.stopped').textContent()) ?? '', /1 task stopped, 1 sandbox ended in /)
    await endless.locator('.status').getByText('Aborted').waitFor(PATIENT)

    const held = await say('echo held back')
    await held.locator('.status').getByText('Queued').waitFor(PATIENT)
    for (const name of ['audit', 'access'] as const) {
      await open(page, url, name)
      await page.locator('.stopped').getByText('Nothing new is started').waitFor()
    }
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.locator('.stopped').waitFor({ state: 'hidden' })
    await page.goto(`${url}/#/`)
    await held.locator('.status').getByText('Completed').waitFor(PATIENT)
  })

  await t.test('the policy in force, and what it says of a command in either place', async () => {
    await open(page, url, 'policy')
    await page.getByRole('region', { name: 'Never' }).getByText('deny').first().waitFor(PATIENT)
    const titles = await page.locator('.control-body section > h2').allTextContents()
    assert.deepEqual(titles, ['Never', 'Built in'])
    const explain = page.getByRole('form', { name: 'Explain a command' })
    const verdictOf = async (command: string, where: string) => {
      await explain.getByLabel('What would happen to this command?').fill(command)
      await explain.getByLabel(where).check()
      await explain.getByRole('button', { name: 'Explain' }).click()
      await explain.locator('.explained').waitFor(PATIENT)
      return (await explain.locator('.verdict').first().textContent()) ?? ''
    }
    assert.equal(await verdictOf('ls -la', 'on the host'), 'allow')
    assert.equal(await verdictOf('rm -rf build', 'on the host'), 'ask')
    assert.equal(await verdictOf('rm -rf build', 'in a sandbox'), 'allow')
    assert.equal(await verdictOf('cat list | sh -c "rm -rf /"', 'in a sandbox'), 'deny')
    await explain.getByText('destructive').first().waitFor()
  })

  await t.test('leaving by revoking what one is in with leads to the door', async () => {
    const second = await context.newPage()
    await open(second, url, 'access')
    const mine = second.getByRole('listitem').filter({ hasText: 'this one' })
    await mine.getByRole('button', { name: /^Revoke/ }).click()
    await second.getByRole('button', { name: 'Revoke it' }).locator('visible=true').click()
    await second.getByRole('heading', { name: 'Sign in' }).waitFor(PATIENT)
    // The other window is of the same session.
    await page.getByRole('heading', { name: 'Sign in' }).waitFor(PATIENT)
  })

  assert.equal(asked.filter((address) => !address.startsWith(url)).length, 0)
  assert.deepEqual(complaints, [])
})
