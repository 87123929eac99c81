// Conversations in a real browser: what is said is proposed, agreed to, replaced; what is known and remembered can be seen and changed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import type { ApprovalId, TaskId } from '../../src/core/vocabulary/ids.ts'
import type { Task } from '../../src/core/vocabulary/task.ts'
import type { World } from '../integration/http-world.ts'
import { openStage, pageHolds } from './console-stage.ts'

const ALL = { userId: null, statuses: null, limit: 20, cursor: null } as const

async function newest(world: World): Promise<Task> {
  const { items } = await world.deps.store.list(ALL)
  assert.ok(items[0] !== undefined)
  return items[0]
}

/** What a worker does with plain words that ask for work. */
async function propose(world: World, taskId: TaskId, summary: string): Promise<void> {
  await world.deps.appendFromOutside(taskId, [
    {
      type: 'task.routed',
      data: {
        intent: 'command',
        task_type: 'dev_pipeline',
        confidence: 0.9,
        summary,
        plan: 'Build it and serve it.',
        needs_confirmation: true,
        command: null,
        ask: null,
        source: null,
      },
    },
    {
      type: 'approval.requested',
      data: {
        approval_id: world.deps.ids.next<ApprovalId>(),
        kind: 'plan',
        subject: `Understood: ${summary}\nWill: Build it and serve it.`,
        digest: 'of-the-subject',
        reason: 'Work starts only after an OK to what was understood.',
        expires_at: new Date(Date.now() + 3_600_000).toISOString(),
        estimate: { seconds: 42, tokens: 12_034, tasks: 5 },
      },
    },
  ])
}

async function say(page: Page, words: string): Promise<void> {
  await page.getByLabel('Your request').fill(words)
  await page.getByLabel('Your request').press('Enter')
  await pageHolds(page, `document.querySelector('#composer').value === ''`)
}

test('what was understood is shown with what it usually takes, and OK starts it', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { page, world } = stage
  await say(page, 'a page that greets, in blue')
  const task = await newest(world)
  assert.equal(task.confirm, true)
  await propose(world, task.id, 'You want a blue page.')
  const panel = page.getByRole('region', { name: 'Approval' })
  await panel.getByText('Understood: You want a blue page.').waitFor()
  await panel.getByText('Usually about 42 s and 12,034 tokens.').waitFor()
  await panel.getByRole('button', { name: 'OK' }).click()
  await page.locator('.card .status').getByText('Queued').waitFor()
  assert.equal((await world.deps.store.get(task.id))?.approval?.status, 'approved')
  assert.deepEqual(stage.complaints, [])
})

test('another word takes the place of what waits; a typed yes agrees to the rest', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { page, world } = stage
  await say(page, 'a page that greets, in blue')
  const first = await newest(world)
  await propose(world, first.id, 'You want a blue page.')
  await page.getByRole('button', { name: 'OK' }).waitFor()
  await say(page, 'no, in red please')
  const replaced = await world.deps.store.get(first.id)
  assert.deepEqual([replaced?.status, replaced?.approval?.status], ['aborted', 'superseded'])
  await page.getByText('A newer message took its place.').waitFor()
  const second = await newest(world)
  assert.equal(second.threadId, first.threadId)
  await propose(world, second.id, 'You want a red page.')
  await page.getByRole('button', { name: 'OK' }).waitFor()
  await say(page, 'yes')
  await page.getByText('OK: it starts.').waitFor()
  assert.equal((await world.deps.store.get(second.id))?.status, 'queued')
})

test('a conversation shows its messages with their files; a new one knows nothing of it', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { page, world } = stage
  const notes = { name: 'notes.md', mimeType: 'text/markdown', buffer: Buffer.from('# Notes\nBe blue.') }
  await page.getByLabel('Attach files').setInputFiles([notes])
  await page.getByRole('list', { name: 'Files of the next message' }).getByText('notes.md').waitFor()
  await say(page, 'what do my notes say about larkspur?')
  assert.equal(await page.getByRole('list', { name: 'Files of the next message' }).count(), 0)
  await page.getByRole('button', { name: 'What it knows' }).click()
  await page.getByText('Word for word').click()
  await page.locator('.context-text').getByText('larkspur').waitFor()
  await page.getByRole('button', { name: 'Conversations' }).click()
  await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link').first().click()
  await page.getByRole('link', { name: 'notes.md' }).waitFor()
  const asked = page.getByRole('article', { name: 'what do my notes say about larkspur?' })
  await asked.getByText('Read by').waitFor()

  const before = (await newest(world)).threadId
  await page.getByRole('button', { name: 'New', exact: true }).click()
  await say(page, 'and what did I ask before?')
  const after = (await newest(world)).threadId
  assert.notEqual(after, before)
  await page.getByRole('button', { name: 'What it knows' }).click()
  await page.getByText('Word for word').click()
  const told = await page.locator('.context-text').textContent()
  assert.match(told ?? '', /and what did I ask before/)
  assert.doesNotMatch(told ?? '', /larkspur/)
  assert.deepEqual(stage.complaints, [])
})

test('rules and facts are added, dropped and kept again; files of the memory are edited', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { page, world } = stage
  await page.getByRole('link', { name: 'Memory' }).first().click()
  await page.getByLabel('Remember').first().fill('Never touch production')
  await page.keyboard.press('Enter')
  const kept = page.getByRole('region', { name: 'Kept' })
  await kept.getByText('Never touch production').waitFor()
  await kept.getByText('Rule', { exact: true }).waitFor()
  await kept.getByRole('button', { name: 'Drop' }).click()
  const dropped = page.getByRole('region', { name: 'Dropped' })
  await dropped.getByText('Never touch production').waitFor()
  await dropped.getByRole('button', { name: 'Keep' }).click()
  await kept.getByText('Never touch production').waitFor()

  await page.getByRole('link', { name: 'Factotum' }).click()
  await say(page, 'deploy it')
  await page.getByRole('button', { name: 'What it knows' }).click()
  await page.getByText('Word for word').click()
  await page.locator('.context-text').getByText('Never touch production').waitFor()
  assert.ok((await newest(world)).inputText === 'deploy it')
  assert.deepEqual(stage.complaints, [])
})

test('a text is added to the knowledge, found, and gone once it is removed', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { page } = stage
  await page.getByRole('link', { name: 'Knowledge' }).first().click()
  await page.getByText('Add a text').click()
  await page.getByLabel('Title').fill('Runbook')
  await page.getByLabel('Text', { exact: true }).fill('The backup of the orchard server runs at four in the morning.')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('button', { name: 'Remove Runbook' }).waitFor()
  const find = async () => {
    await page.getByLabel('Find').fill('when does the orchard backup run?')
    await page.getByLabel('Find').press('Enter')
  }
  await find()
  await page.getByRole('list', { name: 'What was found' }).getByText('four in the morning').waitFor()
  await page.getByRole('button', { name: 'Remove Runbook' }).click()
  await page.getByText('None yet.').waitFor()
  await find()
  await page.getByText('Nothing fits.').waitFor()
  assert.deepEqual(stage.complaints, [])
})
