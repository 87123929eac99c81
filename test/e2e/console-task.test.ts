// One task in the console: its log as it grows, over a broken line, however long; and every tab of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PreviewId } from '../../src/core/vocabulary/ids.ts'
import { OWNER } from '../integration/http-world.ts'
import type { TaskEventBody } from '../../src/core/vocabulary/event.ts'
import { beginWork, checked, completed, openStage, resultWith, said, started, toolRan, used } from './console-stage.ts'

test('the live log goes on after the line broke: nothing twice, nothing missing', async (t) => {
  const stage = await openStage(t, undefined, false)
  if (stage === null) return
  const { page, world } = stage
  const after: number[] = []
  const cuts: (() => void)[] = []
  await page.routeWebSocket(/\/v1\/tasks\/[^/]+\/stream/, (socket) => {
    after.push(Number(new URL(socket.url()).searchParams.get('after')))
    const server = socket.connectToServer()
    const seen: (string | Buffer)[] = []
    server.onMessage((message) => {
      seen.push(message)
      socket.send(message)
    })
    cuts.push(() => {
      // A frame that comes again must not show twice either.
      for (const message of seen.slice(-3)) socket.send(message)
      void server.close()
      void socket.close({ code: 1012, reason: 'restart' })
    })
  })
  await page.goto(await stage.loginUrl())
  await page.locator('.composer').waitFor()
  const taskId = await world.createTask(OWNER, 'a long piece of work')
  const actor = await beginWork(world, taskId)
  await page.goto(`${world.url}/#/task/${taskId}`)
  await actor.append(started('subtask/a', 'coder', 'Count'))
  const wanted: string[] = []
  for (let number = 1; number <= 40; number += 1) {
    wanted.push(`message ${number}.`)
    await actor.append(said('subtask/a/turn/1', 'coder', `message ${number}.`))
    if (number % 15 === 0) {
      await page.getByText(`message ${number}.`, { exact: true }).waitFor()
      cuts.at(-1)?.()
    }
  }
  await page.getByText('message 40.', { exact: true }).waitFor()
  assert.deepEqual(await page.locator('.said .prose').allTextContents(), wanted)
  assert.ok(after.length >= 3, `reconnected: ${after.join(', ')}`)
  assert.ok(after.every((seq, index) => index === 0 || seq >= after[index - 1]!))
  assert.ok(after.at(-1)! > 0)
})

test('a lost server is said to be lost, and found again', async (t) => {
  const stage = await openStage(t, undefined, false)
  if (stage === null) return
  const { page, world } = stage
  let refuse = false
  const close: (() => void)[] = []
  await page.routeWebSocket(/\/v1\//, (socket) => {
    if (refuse) return void socket.close({ code: 1013 })
    const server = socket.connectToServer()
    close.push(() => {
      void server.close()
      void socket.close({ code: 1012 })
    })
  })
  await page.goto(await stage.loginUrl())
  await page.locator('.composer').waitFor()
  await page.waitForTimeout(100)
  refuse = true
  for (const each of close) each()
  await page.getByText('Reconnecting to the server').waitFor()
  refuse = false
  await page.getByText('Reconnecting to the server').waitFor({ state: 'hidden' })
  await world.createTask(OWNER, 'made meanwhile')
  await page.getByRole('article', { name: 'made meanwhile' }).waitFor()
})

test('plan, checks, changes, preview and result show what the log holds', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { page, world } = stage
  const taskId = await world.createTask(OWNER, 'make it whole')
  const actor = await beginWork(world, taskId)
  const subtask = (id: string, ...needs: string[]) => ({
    id,
    title: `Title of ${id}`,
    role: 'coder',
    instructions: 'do it',
    acceptance: [`${id} holds`],
    depends_on: needs,
  })
  const patch =
    'diff --git a/new.js b/new.js\n--- /dev/null\n+++ b/new.js\n@@ -0,0 +1,2 @@\n+const greeting = 1\n+done()\n'
  await actor.append(
    started('plan', 'planner', 'Plan the work'),
    used('plan', 'planner', true),
    completed('plan', 'planner', {
      summary: 'In two steps.',
      subtasks: [subtask('first'), subtask('second', 'first')],
    }),
    started('subtask/first', 'coder', 'Title of first'),
    ...toolRan('subtask/first/turn/1/tools', 'shell', { command: 'ls -la' }, 'total 0'),
    completed('subtask/first', 'coder', {}),
    started('gate/1', 'platform', 'Run the checks'),
    checked('gate/1', 'node --test', false, 'not ok 1'),
    completed('gate/1', 'platform', {}),
    started('gate/2', 'platform', 'Run the checks'),
    checked('gate/2', 'node --test', true, 'ok 1 - all of it'),
    completed('gate/2', 'platform', {}),
    completed('review/1', 'reviewer', {
      approved: true,
      summary: 'Well made.',
      findings: [{ file: 'new.js', problem: 'A longer name would help.', blocking: false }],
    }),
    completed('diff', 'platform', {
      files: [{ path: 'new.js', change: 'added', additions: 2, deletions: 0 }],
      patch,
      truncated: false,
    }),
    {
      type: 'preview.ready',
      data: {
        preview_id: 'preview-1' as PreviewId,
        url: `${world.url}/p/preview-1/`,
        port: 3000,
        expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      },
    },
  )
  await page.goto(`${world.url}/#/task/${taskId}`)
  await page.getByRole('button', { name: 'Title of first' }).click()
  await page.locator('summary').filter({ hasText: 'ls -la' }).click()
  await page.getByText('total 0').waitFor()

  await page.getByRole('tab', { name: 'Plan' }).click()
  await page.locator('.node-done').getByText('Title of first').waitFor()
  await page.locator('.node-waiting').getByText('Title of second').waitFor()
  await page.getByText('After “Title of first”').waitFor()
  await page.getByText('second holds').waitFor()

  await page.getByRole('tab', { name: 'Checks' }).click()
  await page.locator('.check-passed summary').first().click()
  await page.getByText('ok 1 - all of it').waitFor()
  await page.getByText('The reviewer approved the work').waitFor()
  await page.getByText('A longer name would help.').waitFor()
  await page.getByText('Round 1: 1 failed').waitFor()

  await page.getByRole('tab', { name: 'Changes' }).click()
  assert.deepEqual(await page.locator('.line-add .line-text').allTextContents(), ['const greeting = 1', 'done()'])

  await page.getByRole('tab', { name: 'Preview' }).click()
  await page.getByRole('button', { name: 'Show it here' }).click()
  assert.equal(await page.locator('iframe').getAttribute('sandbox'), 'allow-scripts allow-forms')

  const result = resultWith({ summary: 'All of it works.', changed_files: ['new.js'], offline: true })
  await actor.append({ type: 'task.completed', data: { result } })
  await page.getByRole('tab', { name: 'Result' }).click()
  await page.getByText('All of it works.').waitFor()
  await page.locator('.facts').getByText('offline/offline').waitFor()
  await page.locator('.task-about').getByText('offline model').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Abort' }).count(), 0)
})

test('abort asks first, then stops the task', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { page, world } = stage
  const taskId = await world.createTask(OWNER, 'run forever')
  const actor = await beginWork(world, taskId)
  await page.goto(`${world.url}/#/task/${taskId}`)
  await page.getByRole('button', { name: 'Abort', exact: true }).click()
  await page.getByRole('button', { name: 'Keep going' }).click()
  assert.equal((await world.deps.store.get(taskId))?.status, 'running')
  await page.getByRole('button', { name: 'Abort', exact: true }).click()
  await page.getByRole('button', { name: 'Abort it' }).click()
  await page.locator('.task-head .status').getByText('Stopping').waitFor()
  await actor.append({ type: 'task.aborted', data: { by: OWNER.userId, reason: 'Stopped by hand.' } })
  await page.locator('.task-head .status').getByText('Aborted').waitFor()
})

test('a log of ten thousand events stays small on the page, and nothing of it is out of reach', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { page, world } = stage
  const taskId = await world.createTask(OWNER, 'talk a lot')
  const actor = await beginWork(world, taskId)
  await actor.append(started('subtask/a', 'coder', 'Talk'))
  const many = (from: number): readonly TaskEventBody[] =>
    Array.from({ length: 1_000 }, (_, index) => said('subtask/a/turn/1', 'coder', `message ${from + index}.`))
  for (let from = 1; from <= 10_000; from += 1_000) await actor.append(...many(from))
  await page.goto(`${world.url}/#/task/${taskId}`)
  await page.getByText('message 10000.', { exact: true }).waitFor()
  assert.ok((await page.locator('.said').count()) <= 100)
  assert.ok((await page.locator('*').count()) < 3_000)
  const earlier = page.getByRole('button', { name: /Show 500 of 9900 earlier/ })
  const oldest = page.getByText('message 9401.', { exact: true })
  await earlier.click()
  // A connection that was lost in between draws the log anew, with its end first: then once more.
  await oldest.or(earlier).first().waitFor()
  if (!(await oldest.isVisible())) await earlier.click()
  await oldest.waitFor()
})

test('an unknown task is said to be unknown', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  await stage.page.goto(`${stage.world.url}/#/task/0198c0de-0000-7000-8000-000000000000`)
  await stage.page.getByText('No such task').waitFor()
})

test('work is paused and resumed from the system page', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { page, world } = stage
  await page.getByRole('link', { name: 'System' }).first().click()
  await page.getByRole('heading', { name: 'Limits' }).waitFor()
  await page.getByText('32,000 characters').waitFor()
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByRole('heading', { name: 'Paused' }).waitFor()
  assert.equal((await world.deps.queue.state()).paused, true)
  await page.getByRole('button', { name: 'Resume' }).click()
  await page.getByRole('heading', { name: 'Taking work' }).waitFor()
  assert.equal((await world.deps.queue.state()).paused, false)
})
