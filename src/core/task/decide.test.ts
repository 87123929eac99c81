// What people may do to a task, case by case.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Approval } from '../vocabulary/approval.ts'
import type { ApprovalId, TaskId, ThreadId, UserId } from '../vocabulary/ids.ts'
import type { Task, TaskStatus } from '../vocabulary/task.ts'
import { isTerminal, TASK_STATUSES } from '../vocabulary/task.ts'
import { isRefusal } from './apply-command.ts'
import { decide, PLATFORM, REPLACED } from './decide.ts'

const ada = 'ada' as UserId
const now = new Date('2026-03-02T09:00:00Z')
const after = (ms: number) => new Date(now.getTime() + ms)
const pending: Approval = {
  id: 'a1' as ApprovalId,
  status: 'pending',
  kind: 'shell_command',
  subject: 'ls',
  digest: 'd',
  reason: '',
  estimate: null,
  binding: null,
  policy: null,
  secondedBy: [],
  expiresAt: after(1),
  resolvedBy: null,
  comment: null,
}

function taskIn(status: TaskStatus, approval: Approval | null = null): Task {
  return {
    id: 't1' as TaskId,
    userId: ada,
    threadId: 'th' as ThreadId,
    inputText: 'ls',
    taskType: 'shell_command',
    status,
    confirm: false,
    source: { type: 'empty' },
    routing: null,
    approval,
    result: null,
    error: null,
    lastSeq: 3,
    createdAt: now,
    updatedAt: now,
  }
}

const approve = { type: 'approve', approvalId: null, by: ada, comment: null } as const
const reject = { type: 'reject', approvalId: null, by: ada, comment: 'too risky' } as const
const abort = { type: 'abort', by: ada, reason: 'enough' } as const

test('approving queues the task, rejecting ends it with the comment', () => {
  assert.deepEqual(decide(taskIn('needs_approval', pending), { ...approve, approvalId: pending.id }, now), [
    { type: 'approval.resolved', data: { approval_id: 'a1', status: 'approved', by: ada, comment: null } },
    { type: 'task.queued', data: { reason: 'approved' } },
  ])
  assert.deepEqual(decide(taskIn('needs_approval', pending), reject, now), [
    { type: 'approval.resolved', data: { approval_id: 'a1', status: 'rejected', by: ada, comment: 'too risky' } },
    { type: 'task.aborted', data: { by: ada, reason: 'The approval was rejected: too risky' } },
  ])
})

test('an approval holds for the one thing that was shown, and only in time', () => {
  const task = taskIn('needs_approval', pending)
  assert.deepEqual(decide(task, { ...approve, approvalId: 'a2' as ApprovalId }, now), { type: 'wrong_approval' })
  assert.deepEqual(decide(task, approve, after(1)), { type: 'approval_expired' })
  assert.ok(!isRefusal(decide(task, reject, after(1))), 'a no is never too late')
  const resolved = taskIn('needs_approval', { ...pending, status: 'approved' })
  assert.deepEqual(decide(resolved, approve, now), { type: 'wrong_approval' })
})

test('answers where nothing is asked are refused with the status', () => {
  for (const status of TASK_STATUSES) {
    if (status === 'needs_approval') continue
    const over = status === 'completed' || status === 'failed' || status === 'aborted'
    for (const command of [approve, reject, { type: 'expire' } as const]) {
      assert.deepEqual(
        decide(taskIn(status), command, now),
        over ? { type: 'already_over', status } : { type: 'wrong_status', status, wanted: 'needs_approval' },
      )
    }
  }
})

test('an abort stops at once what no worker runs, and asks the worker otherwise', () => {
  const end = { type: 'task.aborted', data: { by: ada, reason: 'enough' } }
  for (const status of ['pending', 'routing', 'queued'] as const)
    assert.deepEqual(decide(taskIn(status), abort, now), [end])
  assert.deepEqual(decide(taskIn('needs_approval', pending), abort, now), [
    { type: 'approval.resolved', data: { approval_id: 'a1', status: 'superseded', by: ada, comment: null } },
    end,
  ])
  assert.deepEqual(decide(taskIn('running'), abort, now), [
    { type: 'task.aborting', data: { by: ada, reason: 'enough' } },
  ])
  assert.deepEqual(decide(taskIn('aborting'), abort, now), [])
})

test('a newer word replaces what still waits, and nothing else', () => {
  const supersede = { type: 'supersede', by: ada } as const
  assert.deepEqual(decide(taskIn('needs_approval', pending), supersede, now), [
    { type: 'approval.resolved', data: { approval_id: 'a1', status: 'superseded', by: ada, comment: null } },
    { type: 'task.aborted', data: { by: ada, reason: REPLACED } },
  ])
  for (const status of TASK_STATUSES) {
    if (status === 'needs_approval') continue
    assert.deepEqual(
      decide(taskIn(status, pending), supersede, now),
      isTerminal(status)
        ? { type: 'already_over', status }
        : { type: 'wrong_status', status, wanted: 'needs_approval' },
    )
  }
})

test('nobody answered: the platform says so when the time is up, not before', () => {
  const task = taskIn('needs_approval', pending)
  assert.deepEqual(decide(task, { type: 'expire' }, now), { type: 'wrong_approval' })
  assert.deepEqual(decide(task, { type: 'expire' }, after(1)), [
    { type: 'approval.resolved', data: { approval_id: 'a1', status: 'expired', by: PLATFORM, comment: null } },
    { type: 'task.aborted', data: { by: PLATFORM, reason: 'Nobody approved it in time.' } },
  ])
})
