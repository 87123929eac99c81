// The console's pages of control before whatever a server may send: hostile text, long text, refusals, and Telegram's way in.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import type { ApprovalId, CommitId, UserId } from '../../src/core/vocabulary/ids.ts'
import { OWNER } from '../integration/http-world.ts'
import { PHONE } from '../support/browser.ts'
import { answerWith, beginWork, openStage, pageHolds, started } from './console-stage.ts'

const MARKUP = `<img src=x onerror="harmed=1">`
const EVIL = `\u202E\u001b[2Jp\u0430y"'>${MARKUP}<style>*{}`
const LONG = 'antidisestablishmentarianism'.repeat(8)
const SPELT = ['\\u{202E}', '\\u{0430}']
const AT = '2026-03-02T09:00:00.000Z'
const LATER = '2126-03-02T09:00:00.000Z'
const PAGES = ['audit', 'policy', 'secrets', 'access'] as const

/** Every answer of the control pages with this text wherever a text may stand. */
async function sayEverywhere(page: Page, text: string): Promise<void> {
  const entry = { at: AT, actor: text, action: 'tool.called', task_id: text, subject: text, hash: text }
  await answerWith(page, 'GET', '/v1/audit', {
    items: [{ ...entry, seq: 2, data: { [text]: [text] } }],
    next_cursor: '2',
  })
  await answerWith(page, 'GET', '/v1/audit/verify', {
    ok: false,
    entries: 2,
    head: { seq: 2, hash: text },
    problems: [{ seq: 1, problem: text }],
    more_problems: 3,
    warnings: [text],
    anchored: null,
  })
  const when = {
    command: [text],
    path: [text],
    host: [text],
    user: [text],
    time: { from: text, to: text, days: [text] },
  }
  const rule = { id: text, verdict: 'ask', why: text, when, people: 2, origin: 'file' }
  await answerWith(page, 'GET', '/v1/policy', {
    digest: text,
    file: text,
    rules: [rule, { ...rule, origin: 'hard', verdict: 'deny' }, { ...rule, origin: 'default', verdict: 'allow' }],
    egress: [{ host: text, ports: [443], private: true }],
    secrets: { warnDays: 80, maxDays: 90, atMax: text },
  })
  const explained = { classes: [text], verdict: 'ask', rule: text, why: text, hosts: [text], paths: [text] }
  await answerWith(page, 'POST', '/v1/policy/explain', explained)
  const secret = { owner: text, version: 1, created_by: text, created_at: AT, rotated_at: AT, last_used_at: AT }
  await answerWith(page, 'GET', '/v1/secrets', {
    items: [
      { ...secret, name: text, hosts: [text], age_days: 84, state: 'due', source: 'vault' },
      { ...secret, name: `${text}2`, hosts: [text], age_days: 1, state: 'fresh', source: 'environment' },
    ],
    next_cursor: null,
  })
  const credential = { kind: 'token', user_id: text, role: 'member', scopes: ['admin'], label: text, issued_by: text }
  await answerWith(page, 'GET', '/v1/credentials', {
    items: [{ ...credential, id: 'c', issued_at: AT, expires_at: LATER, revoked_at: null, current: false }],
    next_cursor: null,
  })
}

/** Opens the page with everything on it that can be asked for or folded out. */
async function openWhole(page: Page, url: string, name: (typeof PAGES)[number]): Promise<void> {
  await page.goto(`${url}/#/control/${name}`)
  await page.locator('.control-body').waitFor()
  if (name === 'audit') {
    await page.locator('.audit summary').click()
    await page.getByRole('button', { name: 'Check the chain' }).click()
    await page.locator('.breaks li').first().waitFor()
  }
  if (name === 'policy') {
    await page.locator('.rules').first().waitFor()
    await page.getByLabel('What would happen to this command?').fill(EVIL)
    await page.getByRole('button', { name: 'Explain' }).click()
    await page.locator('.explained').waitFor()
  }
  if (name === 'secrets' || name === 'access') await page.locator('.things li').first().waitFor()
  if (name === 'access') await page.locator('.fold > summary').first().click()
}

async function expectFits(page: Page, where: string): Promise<void> {
  const wide = `[document.documentElement, ...document.querySelectorAll('.screen, .task-body')]
    .some((each) => each.scrollWidth > each.clientWidth)`
  assert.equal(await page.evaluate(wide), false, `${where} scrolls sideways`)
}

test('hostile text on every page of control is shown, spelt out, and does nothing', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { page, world } = stage
  await sayEverywhere(page, EVIL)
  for (const name of PAGES) {
    await openWhole(page, world.url, name)
    const text = (await page.locator('.control-body').textContent()) ?? ''
    assert.ok(text.includes(MARKUP), `${name} shows the markup as text`)
    for (const spelt of SPELT) assert.ok(text.includes(spelt), `${name} spells out ${spelt}`)
    assert.doesNotMatch(text, /[\u202e\u001b]/)
    assert.equal(await page.locator('.control-body img, .control-body script, .control-body style').count(), 0)
  }
  assert.equal(await page.evaluate('window.harmed'), undefined)
  assert.deepEqual(stage.complaints, [])
})

for (const dark of [false, true]) {
  test(`on a narrow phone no page of control scrolls sideways, ${dark ? 'dark' : 'light'}`, async (t) => {
    const stage = await openStage(t, { ...PHONE, width: 360, dark })
    if (stage === null) return
    const { page, world } = stage
    await sayEverywhere(page, LONG)
    for (const name of PAGES) {
      await openWhole(page, world.url, name)
      await expectFits(page, name)
    }
    const bar = page.getByRole('navigation', { name: 'Screens' })
    await bar.getByRole('link', { name: 'Chat' }).tap()
    await page.locator('.composer').waitFor()
    await bar.getByRole('link', { name: 'Control' }).tap()
    await page.getByRole('heading', { name: 'Audit log' }).waitFor()
    await page.getByRole('navigation', { name: 'Control' }).getByRole('link', { name: 'Secrets' }).tap()
    await page.getByRole('heading', { name: 'Secrets' }).waitFor()
    const stop = await page.getByRole('button', { name: 'Stop everything' }).boundingBox()
    assert.ok(stop !== null && stop.height >= 30 && stop.x + stop.width <= 360)
  })
}

test('a question in the middle of work: the exact text, why, what it is bound to, and who said yes', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { page, world } = stage
  const taskId = await world.createTask(OWNER, 'publish it')
  const actor = await beginWork(world, taskId)
  const approvalId = world.deps.ids.next() as ApprovalId
  await actor.append(started('subtask/a', 'coder', 'Publish it'), {
    type: 'approval.requested',
    data: {
      approval_id: approvalId,
      kind: 'tool',
      subject: 'npm publish --registry https://p\u0430ypal.example',
      digest: 'd'.repeat(64),
      reason: 'It can not be taken back.',
      expires_at: LATER,
      binding: { where: 'sandbox', person: 'ada' as UserId, tree: '4f2a90c1d3b7e8a6' as CommitId, tokens: 200_000 },
      policy: { rule: 'sends', why: 'It leaves this machine.', classes: ['network', 'unknown'], people: 2 },
    },
  })
  await page.goto(`${world.url}/#/task/${taskId}`)
  const panel = page.getByRole('region', { name: 'Approval' })
  await panel.getByText('0 of 2 said yes.').waitFor()
  const text = (await panel.textContent()) ?? ''
  for (const part of ['p\\u{0430}ypal', 'pose as others', 'network', 'unknown', 'It leaves this machine.', 'sends'])
    assert.ok(text.includes(part), `${part} in ${text}`)
  for (const part of ['in its sandbox', 'ada', '4f2a90c1d3b7', '200,000 tokens'])
    assert.ok(text.includes(part), `${part} in ${text}`)
  // The question is what is looked at, not the end of the log under it.
  await pageHolds(page, `document.querySelector('.task-body').scrollTop === 0`)
  await world.deps.appendFromOutside(taskId, [
    { type: 'approval.seconded', data: { approval_id: approvalId, by: OWNER.userId } },
  ])
  await panel.getByText('1 of 2 said yes: owner. Somebody else has to as well.').waitFor()
  assert.equal(await panel.getByRole('button', { name: 'Approve once' }).isDisabled(), true)
  await panel.getByRole('button', { name: 'Deny' }).click()
  await panel.getByText('The work goes on without it.').waitFor()
})

test('whoever does not run the platform sees no button that stops it, and only the pages that are theirs', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { page, world } = stage
  const me = { user_id: 'ada', role: 'member', scopes: ['tasks:read', 'tasks:write'], expires_at: LATER }
  await answerWith(page, 'GET', '/v1/session', me)
  await sayEverywhere(page, 'x')
  await page.reload()
  await page.goto(`${world.url}/#/control/audit`)
  await page.getByRole('heading', { name: 'Policy' }).waitFor()
  const links = await page.getByRole('navigation', { name: 'Control' }).getByRole('link').allTextContents()
  assert.deepEqual(links, ['Policy', 'Access'])
  assert.equal(await page.getByRole('button', { name: 'Stop everything' }).count(), 0)
})

async function atTheDoor(context: BrowserContext, url: string, hash: string): Promise<Page> {
  const page = await context.newPage()
  await answerWith(page, 'GET', '/v1/session/ways', { telegram: { bot_id: '4711', bot_username: 'factotum_bot' } })
  await page.route('**/v1/session/telegram', (route) =>
    route.fulfill({
      status: 403,
      json: { title: 'Not let in', detail: `Nobody let you in: ${route.request().postData() ?? ''}` },
    }),
  )
  await page.goto(`${url}/${hash}`)
  return page
}

test('with Telegram: a link there, what it signed passed on and out of the address, a no said in one sentence', async (t) => {
  const stage = await openStage(t, undefined, false)
  if (stage === null) return
  const { context, world } = stage
  const door = await atTheDoor(context, world.url, '')
  const href = await door.getByRole('link', { name: 'Sign in with Telegram' }).getAttribute('href')
  const way = new URL(href ?? '')
  assert.equal(`${way.origin}${way.pathname}`, 'https://oauth.telegram.org/auth')
  assert.equal(way.searchParams.get('bot_id'), '4711')
  assert.equal(way.searchParams.get('origin'), new URL(world.url).origin)

  const initData = 'user=%7B%22id%22%3A1%7D&hash=ab'
  const app = await atTheDoor(context, world.url, `#tgWebAppData=${encodeURIComponent(initData)}&tgWebAppVersion=8.0`)
  await app.getByText(`Nobody let you in: ${JSON.stringify({ init_data: initData })}`).waitFor()
  assert.equal(new URL(app.url()).hash, '')

  const widget = { id: 1, first_name: 'Žofie', auth_date: 1, hash: 'ab' }
  const result = Buffer.from(JSON.stringify(widget)).toString('base64url')
  const back = await atTheDoor(context, world.url, `#tgAuthResult=${result}`)
  await back.getByText(`Nobody let you in: ${JSON.stringify({ widget })}`).waitFor()

  const declined = await atTheDoor(context, world.url, `#tgAuthResult=${Buffer.from('false').toString('base64url')}`)
  await declined.getByText('Telegram did not say who you are.').waitFor()
  await declined.getByLabel('Login address or token').waitFor()
})
