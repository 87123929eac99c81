// What a task says to its person, and what it keeps to itself.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TaskEvent, TaskEventBody } from '../vocabulary/event.ts'
import type { ApprovalId, TaskId, UserId } from '../vocabulary/ids.ts'
import { NO_RESULT } from '../vocabulary/task.ts'
import type { Task, TaskResult } from '../vocabulary/task.ts'
import { changeOf } from './apply-command.ts'
import { REPLACED } from './decide.ts'
import { evolve, extend } from './evolve.ts'
import { outcomeText } from './outcome.ts'

const ada = 'ada' as UserId
const now = new Date('2026-03-02T09:00:00Z')

function task(confirm: boolean | undefined, ...bodies: readonly TaskEventBody[]): Task {
  const created: TaskEvent = {
    type: 'task.created',
    task_id: 't' as TaskId,
    seq: 1,
    at: now,
    data: {
      user_id: ada,
      thread_id: 'th',
      input_text: 'a page',
      task_type: null,
      interface: 'http',
      source: { type: 'empty' },
      ...(confirm === undefined ? {} : { confirm }),
    },
  }
  return extend(evolve(null, created), bodies, now).next
}

const routed: TaskEventBody = {
  type: 'task.routed',
  data: {
    intent: 'command',
    task_type: 'dev_pipeline',
    confidence: 1,
    summary: '',
    plan: '',
    needs_confirmation: true,
    command: null,
    ask: null,
    source: null,
  },
}
const asks = (kind: 'plan' | 'shell_command', subject: string): TaskEventBody => ({
  type: 'approval.requested',
  data: { approval_id: 'a' as ApprovalId, kind, subject, digest: 'd', reason: '', expires_at: now.toISOString() },
})
const resolved = (status: 'approved' | 'superseded'): TaskEventBody => ({
  type: 'approval.resolved',
  data: { approval_id: 'a' as ApprovalId, status, by: ada, comment: null },
})
const aborted = (reason: string): TaskEventBody => ({ type: 'task.aborted', data: { by: ada, reason } })
const running: readonly TaskEventBody[] = [
  routed,
  { type: 'task.queued', data: { reason: '' } },
  { type: 'task.started', data: { worker: 'w', sandbox_level: 'L1' } },
]
const result = (change: Partial<TaskResult>): TaskResult => ({
  ...NO_RESULT,
  summary: 'A page.',
  ...change,
})
const completed = (change: Partial<TaskResult> = {}): TaskEventBody => ({
  type: 'task.completed',
  data: { result: result(change) },
})

const said = (before: Task, ...bodies: readonly TaskEventBody[]) => changeOf(before, bodies, null, now).said

test('a task was asked for in plain words only where its log says so', () => {
  assert.deepEqual([task(true).confirm, task(false).confirm, task(undefined).confirm], [true, false, false])
  assert.equal(task(true, ...running).confirm, true)
})

test('who asked in plain words is told what was understood; who gave an order is not', () => {
  const plan = asks('plan', 'Understood: a page.\nWill: write it.')
  assert.equal(said(task(true, routed), plan), 'Understood: a page.\nWill: write it.')
  assert.equal(said(task(true, routed), asks('shell_command', 'ls')), 'May this command run?\n\nls')
  assert.equal(said(task(false, routed), plan), null)
})

test('the end is said once, with what came of it', () => {
  const run = task(false, ...running)
  assert.equal(said(run, completed()), 'A page.')
  assert.equal(said(run, completed({ answer: '42', output: 'x' })), '42')
  assert.equal(said(run, completed({ output: 'hello', preview_url: 'http://p/' })), 'A page.\n\nhello\n\nhttp://p/')
  assert.equal(said(run, { type: 'task.failed', data: { error: 'No disk.', result: null } }), 'It failed: No disk.')
  const long = said(run, completed({ summary: '', output: `${'x'.repeat(9_000)}end` }))
  assert.ok(long !== null && long.length === 4_000 && long.endsWith('end'))
  const over = task(false, ...running, completed())
  assert.equal(said(over, { type: 'preview.closed', data: { preview_id: 'p' as never, reason: '' } }), null)
})

test('nothing is said on the way, nor of an answer that only starts the work', () => {
  assert.equal(said(task(true), routed), null)
  const waits = task(true, routed, asks('plan', 'x'))
  assert.equal(said(waits, resolved('approved'), { type: 'task.queued', data: { reason: 'approved' } }), null)
  assert.equal(outcomeText(waits), null)
})

test('what a newer message replaced is passed over in silence; what a person stopped is not', () => {
  const waits = task(true, routed, asks('plan', 'x'))
  assert.equal(said(waits, resolved('superseded'), aborted(REPLACED)), null)
  assert.equal(said(waits, resolved('superseded'), aborted('enough')), 'It was stopped: enough')
})

test('logs of before sources were asked for have none', () => {
  const { sources: _, ...old } = result({})
  const end = { type: 'task.completed', data: { result: old as TaskResult } } as const
  assert.deepEqual(task(false, ...running, end).result?.sources, [])
})
