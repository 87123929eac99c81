// The console on a phone: every screen fits, every control is large enough for a finger.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { OWNER } from '../integration/http-world.ts'
import { PHONE } from '../support/browser.ts'
import {
  beginWork,
  checked,
  completed,
  openStage,
  resultWith,
  said,
  started,
  toolRan,
  unfold,
} from './console-stage.ts'

const LONG = 'averyveryverylongwordwithoutanyplacetobreak'.repeat(8)

async function expectFits(page: Page, screen: string): Promise<void> {
  const wide: number = await page.evaluate('document.documentElement.scrollWidth')
  assert.equal(wide, PHONE.width, `${screen} is wider than the screen`)
  // What sticks out of the screen must be inside something that scrolls by itself, or is meant not to be seen.
  const outside: readonly string[] = await page.evaluate(`(() => {
    const scrolls = (element) => element.closest('.picture, .task-tabs, pre, .patch, .unseen, .skip') !== null
    return [...document.querySelectorAll('#app *')]
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !scrolls(element))
      .map((element) => element.className || element.tagName)
  })()`)
  assert.deepEqual(outside, [], screen)
}

test('no screen scrolls sideways, whatever stands on it', async (t) => {
  const stage = await openStage(t, PHONE, false)
  if (stage === null) return
  const { page, world } = stage
  await page.goto(world.url)
  await page.getByText('factotum token login').waitFor()
  await expectFits(page, 'sign in')
  await page.goto(await stage.loginUrl())
  await page.getByText('What shall we make?').waitFor()
  await expectFits(page, 'empty')

  const taskId = await world.createTask(OWNER, `${LONG} ${LONG}`)
  const actor = await beginWork(world, taskId, LONG)
  const subtask = (id: string, ...needs: string[]) => ({
    id,
    title: LONG,
    role: 'coder',
    instructions: LONG,
    acceptance: [LONG],
    depends_on: needs,
  })
  await actor.append(
    completed('plan', 'planner', { summary: LONG, subtasks: [subtask('a'), subtask('b', 'a'), subtask('c', 'b')] }),
    started('subtask/a', 'coder', LONG),
    said('subtask/a', 'coder', `${LONG}\n\n\`\`\`\n${LONG}\n\`\`\``),
    ...toolRan('subtask/a', LONG, { command: LONG }, LONG),
  )
  await world.call(OWNER, 'POST', '/v1/tasks', { input_text: `echo ${LONG}`, task_type: 'shell_command' })
  await page.getByRole('button', { name: 'Approve' }).waitFor()
  await expectFits(page, 'chat')
  for (const tab of ['log', 'plan']) {
    await page.goto(`${world.url}/#/task/${taskId}/${tab}`)
    await page.locator(`#tab-${tab}[aria-selected="true"]`).waitFor()
    await expectFits(page, tab)
  }
  const patch = `diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n+${LONG}\n`
  await actor.append(
    checked('gate/1', LONG, false, LONG),
    completed('diff', 'platform', {
      files: [{ path: 'a', change: 'modified', additions: 1, deletions: 0 }],
      patch,
      truncated: false,
    }),
    {
      type: 'task.failed',
      data: { error: LONG, result: resultWith({ summary: LONG, output: LONG, changed_files: [LONG] }) },
    },
  )
  for (const tab of ['log', 'checks', 'changes', 'result']) {
    await page.goto(`${world.url}/#/task/${taskId}/${tab}`)
    await page.locator(`#tab-${tab}[aria-selected="true"]`).waitFor()
    await unfold(page)
    await expectFits(page, tab)
  }
  for (const place of ['tasks', 'system']) {
    await page.goto(`${world.url}/#/${place}`)
    await page.locator('.screen-title').waitFor()
    await expectFits(page, place)
  }
})

test('the three screens are a tap away, and a task leads back', async (t) => {
  const stage = await openStage(t, PHONE)
  if (stage === null) return
  const { page, world } = stage
  await world.createTask(OWNER, 'tap me')
  const bar = page.getByRole('navigation', { name: 'Screens' })
  await bar.getByRole('link', { name: 'Tasks' }).tap()
  await page.getByRole('main').getByRole('link', { name: 'tap me' }).tap()
  await page.getByRole('heading', { name: 'tap me' }).waitFor()
  const abort = await page.getByRole('button', { name: 'Abort', exact: true }).boundingBox()
  assert.ok(abort !== null && abort.height >= 36)
  await page.getByRole('link', { name: 'Back to the conversation' }).tap()
  await page.getByRole('article', { name: 'tap me' }).waitFor()
  await bar.getByRole('link', { name: 'System' }).tap()
  await page.getByRole('heading', { name: 'System' }).waitFor()
})
