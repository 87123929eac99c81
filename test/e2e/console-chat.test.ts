// The console's conversation in a real browser: getting in, asking, watching, deciding.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PreviewId, TaskId } from '../../src/core/vocabulary/ids.ts'
import { OWNER } from '../integration/http-world.ts'
import {
  beginWork,
  completed,
  focusOf,
  openStage,
  pageHolds,
  resultWith,
  said,
  started,
  tabTo,
  used,
} from './console-stage.ts'

test('without a session the page says how to get one; a login address works once and leaves no trace', async (t) => {
  const stage = await openStage(t, undefined, false)
  if (stage === null) return
  const { page, world } = stage
  await page.goto(world.url)
  await page.getByText('factotum token login').waitFor()
  const address = await stage.loginUrl()
  await page.goto(address)
  await page.getByLabel('Your request').waitFor()
  assert.equal(new URL(page.url()).search, '')
  await page.reload()
  await page.getByLabel('Your request').waitFor()
  await stage.context.clearCookies()
  await page.goto(address)
  await page.getByRole('alert').filter({ hasText: 'unknown, used or expired' }).waitFor()
  await page.getByLabel('Login address or token').fill(await stage.loginUrl())
  await page.keyboard.press('Enter')
  await page.getByLabel('Your request').waitFor()
})

test('a request is sent with Enter, its draft survives a reload, and its card follows the work to its outcome', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { page, world } = stage
  const composer = page.getByLabel('Your request')
  await composer.fill('Create a page')
  await composer.press('Shift+Enter')
  await composer.pressSequentially('with a greeting')
  await page.reload()
  assert.equal(await composer.inputValue(), 'Create a page\nwith a greeting')
  await composer.press('Enter')
  const card = page.getByRole('article', { name: 'Create a page with a greeting' })
  await card.locator('.status').getByText('Received').waitFor()
  assert.equal(await composer.inputValue(), '')
  const { items } = await world.deps.store.list({ userId: null, statuses: null, limit: 10, cursor: null })
  assert.equal(items.length, 1)
  const task = items[0]!
  const [thread] = world.records.threads.values()
  assert.equal(thread?.interface, 'console')

  const actor = await beginWork(world, task.id)
  await actor.append(started('subtask/page', 'coder', 'Write the page'), used('subtask/page', 'coder', true))
  await actor.append(said('subtask/page', 'coder', 'Looking for a good colour', true))
  await card.locator('.now-title').getByText('Write the page').waitFor()
  await card.getByText('Looking for a good colour').waitFor()
  const result = resultWith({ summary: 'The page greets.', preview_url: `${world.url}/p/x/`, offline: true })
  await actor.append(completed('subtask/page', 'coder', {}), { type: 'task.completed', data: { result } })
  await card.locator('.status').getByText('Completed').waitFor()
  await card.getByText('The page greets.').waitFor()
  await card.getByText('offline model').waitFor()
  const preview = card.getByRole('link', { name: 'Open the preview' })
  assert.equal(await preview.getAttribute('href'), `${world.url}/p/x/`)
  assert.match((await preview.getAttribute('rel')) ?? '', /noopener/)
  assert.deepEqual(stage.complaints, [])
})

test('sending again after the answer was lost makes one task', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { page, world } = stage
  let cut = 0
  await page.route('**/v1/threads/*/messages', async (route) => {
    if (route.request().method() !== 'POST' || cut > 0) return route.continue()
    cut += 1
    // The server hears it, the page never hears back.
    await route.fetch()
    return route.abort('connectionreset')
  })
  await page.getByLabel('Your request').fill('Only once, please')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').filter({ hasText: 'reached' }).waitFor()
  await page.reload()
  await pageHolds(page, `document.querySelector('#composer')?.value === 'Only once, please'`)
  await page.getByLabel('Your request').press('Enter')
  await pageHolds(page, `document.querySelector('#composer').value === ''`)
  const { items } = await world.deps.store.list({ userId: null, statuses: null, limit: 10, cursor: null })
  assert.equal(items.length, 1)
  assert.equal(cut, 1)
})

test('a literal command waits for a yes to exactly that text', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { page, world } = stage
  await page.getByLabel('Your request').fill('/run cat pa\u0455\u0455wd\u200b.txt')
  await page.getByText('This exact command will wait for your approval').waitFor()
  await page.keyboard.press('Enter')
  const approval = page.getByRole('region', { name: 'Approval' })
  await approval.getByRole('button', { name: 'Approve' }).waitFor()
  assert.equal(await approval.locator('.subject').textContent(), 'cat pa\\u{0455}\\u{0455}wd\\u{200B}.txt')
  await approval.getByText('characters that hide or pose').waitFor()
  const [task] = (await world.deps.store.list({ userId: null, statuses: null, limit: 1, cursor: null })).items
  const asked = page.waitForRequest((request) => request.url().endsWith('/approve'))
  await approval.getByRole('button', { name: 'Approve' }).click()
  assert.deepEqual((await asked).postDataJSON(), { approval_id: task!.approval!.id })
  await page.locator('.card .status').getByText('Queued').waitFor()
  assert.equal((await world.deps.store.get(task!.id))?.approval?.status, 'approved')
})

test('a command approved for good: the rule is shown first, can be left again, and holds once confirmed', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { page, world } = stage
  await page.getByLabel('Your request').fill('/run npm run lint')
  await page.keyboard.press('Enter')
  const approval = page.getByRole('region', { name: 'Approval' })
  await approval.getByRole('button', { name: 'Always…' }).click()
  await approval.getByText('From now on this very command runs without a question whenever you ask for it.').waitFor()
  await approval.getByRole('button', { name: 'Back' }).click()
  await approval.getByRole('button', { name: 'Always…' }).click()
  assert.deepEqual(await world.standing.list(), [])
  await approval.getByRole('button', { name: 'Confirm' }).click()
  await page.locator('.card .status').getByText('Queued').waitFor()
  assert.deepEqual(
    (await world.standing.list()).map(({ subject, userId }) => [subject, userId]),
    [['npm run lint', 'owner']],
  )
})

test('a rejected command is never run', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { page, world } = stage
  await page.getByLabel('Your request').fill('/run rm -rf .')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Reject' }).click()
  await page.getByLabel('Why not?').fill('not today')
  await page.getByRole('button', { name: 'Reject it' }).click()
  await page.locator('.card .status').getByText('Aborted').waitFor()
  const [task] = (await world.deps.store.list({ userId: null, statuses: null, limit: 1, cursor: null })).items
  assert.equal(task?.approval?.status, 'rejected')
  assert.equal(task?.approval?.comment, 'not today')
})

test('the newest stays in view while cards grow and shrink, until the reader scrolls away', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { page, world } = stage
  for (let number = 1; number <= 8; number += 1) await world.createTask(OWNER, `earlier request ${number}`)
  await page.getByRole('article', { name: 'earlier request 8' }).waitFor()
  const atEnd = `(() => {
    const box = document.querySelector('.talk')
    return box.scrollHeight - box.scrollTop - box.clientHeight < 2
  })()`
  await page.getByLabel('Your request').fill('/run make the last one')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Approve' }).click()
  await page.locator('.card .status').getByText('Queued').waitFor()
  await pageHolds(page, atEnd)
  const newest = await world.createTask(OWNER, 'then another')
  await page.getByRole('article', { name: 'then another' }).waitFor()
  await pageHolds(page, atEnd)
  await page.locator('.talk').hover()
  await page.mouse.wheel(0, -400)
  await page.getByRole('button', { name: 'Newest' }).waitFor()
  const actor = await beginWork(world, newest)
  await actor.append(started('subtask/a', 'coder', 'Growing'))
  await page.locator('.now-title').getByText('Growing').waitFor()
  assert.equal(await page.evaluate(atEnd), false)
  await page.getByRole('button', { name: 'Newest' }).click()
  await pageHolds(page, atEnd)
})

test('a preview that closes after the end is no longer offered', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { page, world } = stage
  const taskId = await world.createTask(OWNER, 'serve it for a while')
  const actor = await beginWork(world, taskId)
  await page.locator('.card .status').getByText('Working').waitFor()
  const preview_id = 'p1' as PreviewId
  const url = `${world.url}/p1/`
  const expires_at = new Date(Date.now() + 60_000).toISOString()
  await actor.append(
    { type: 'preview.ready', data: { preview_id, url, port: 3000, expires_at } },
    { type: 'task.completed', data: { result: resultWith({ summary: 'Served.', preview_url: url }) } },
  )
  await page.getByRole('link', { name: 'Open the preview' }).waitFor()
  await world.deps.appendFromOutside(taskId, [{ type: 'preview.closed', data: { preview_id, reason: 'Time is up.' } }])
  await page.getByRole('link', { name: 'Open the preview' }).waitFor({ state: 'hidden' })
})

test('everything can be done from the keyboard alone', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { page, world } = stage
  await page.keyboard.type('Make me a thing')
  await page.keyboard.press('Enter')
  const card = page.getByRole('article', { name: 'Make me a thing' })
  await card.waitFor()
  await tabTo(page, 'Watch the work')
  await page.keyboard.press('Enter')
  const tab = page.getByRole('tab', { selected: true })
  await tab.waitFor()
  assert.match((await tab.textContent()) ?? '', /log/i)
  await tabTo(page, 'Live log')
  await page.keyboard.press('ArrowRight')
  await page.getByRole('tab', { name: 'Plan', selected: true }).waitFor()
  assert.equal((await focusOf(page)).id, 'tab-plan')
  await tabTo(page, 'Abort')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  assert.equal((await focusOf(page)).name, 'Keep going')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await page.locator('.task-head .status').getByText('Aborted').waitFor()
  const [task] = (await world.deps.store.list({ userId: null, statuses: null, limit: 1, cursor: null })).items
  assert.equal(task?.status, 'aborted')
})

test('the task list holds what others started, page after page, and what just changed', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { page, world } = stage
  const ids: TaskId[] = []
  for (let number = 1; number <= 35; number += 1) ids.push(await world.createTask(OWNER, `task number ${number}`))
  await page.reload()
  const tasks = page.getByRole('navigation', { name: 'Tasks' })
  await tasks.getByText('task number 35').waitFor()
  assert.equal(await tasks.getByRole('link').count(), 30)
  await tasks.getByRole('button', { name: 'Load more' }).click()
  await tasks.getByText('task number 1', { exact: true }).waitFor()
  assert.equal(await tasks.getByRole('link').count(), 35)
  await world.createTask(OWNER, 'come lately')
  await tasks.getByText('come lately').waitFor()
  await world.deps.applyCommand(ids[20]!, { type: 'abort', by: OWNER.userId, reason: 'enough' })
  await tasks.getByRole('link', { name: 'task number 21' }).getByText('Aborted').waitFor()
  await page.getByLabel('Show').selectOption('failed')
  assert.equal(await tasks.getByRole('link').count(), 1)
})
