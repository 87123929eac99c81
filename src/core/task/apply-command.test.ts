// What the holder of a claim may record, and what stays a person's to cause.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { TaskEventBody } from '../vocabulary/event.ts'
import type { ApprovalId, CommitId, TaskId, ThreadId, UserId } from '../vocabulary/ids.ts'
import type { Task, TaskStatus } from '../vocabulary/task.ts'
import { TASK_STATUSES } from '../vocabulary/task.ts'
import { refusalUnderClaim } from './apply-command.ts'
import { statusAfter } from './evolve.ts'

const ada = 'ada' as UserId
const now = new Date('2026-03-02T09:00:00Z')

function taskIn(status: TaskStatus): Task {
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
    approval: null,
    result: null,
    error: null,
    lastSeq: 3,
    createdAt: now,
    updatedAt: now,
  }
}

const asks: TaskEventBody = {
  type: 'approval.requested',
  data: {
    approval_id: 'a1' as ApprovalId,
    kind: 'shell_command',
    subject: 'ls',
    digest: 'd',
    reason: '',
    expires_at: now.toISOString(),
  },
}
const answers: TaskEventBody = {
  type: 'approval.resolved',
  data: { approval_id: 'a1' as ApprovalId, status: 'approved', by: ada, comment: null },
}
const queues: TaskEventBody = { type: 'task.queued', data: { reason: 'I say so' } }
const stops: TaskEventBody = { type: 'task.aborting', data: { by: ada, reason: 'enough' } }
const stopped: TaskEventBody = { type: 'task.aborted', data: { by: ada, reason: 'enough' } }
const started: TaskEventBody = { type: 'task.started', data: { worker: 'w', sandbox_level: 'L1' } }
const fails: TaskEventBody = { type: 'task.failed', data: { error: 'no', result: null } }
const notes: TaskEventBody = { type: 'step.progress', data: { step: 's', agent: 'coder', message: 'm' } }
const snapshot: TaskEventBody = {
  type: 'step.completed',
  data: { step: 's', agent: 'coder', output: null, commit: 'c' as CommitId, duration_ms: 1 },
}

test('a worker never answers for a person, and never asks for a stop', () => {
  for (const status of TASK_STATUSES) {
    assert.deepEqual(refusalUnderClaim(taskIn(status), [answers]), { type: 'not_a_workers', event: answers.type })
    assert.deepEqual(refusalUnderClaim(taskIn(status), [stops]), { type: 'not_a_workers', event: stops.type })
  }
})

test('a worker never passes over a question, be it old or its own', () => {
  const refused = { type: 'wrong_status', status: 'needs_approval', wanted: "a person's answer" }
  assert.deepEqual(refusalUnderClaim(taskIn('needs_approval'), [queues]), refused)
  assert.deepEqual(refusalUnderClaim(taskIn('running'), [asks, notes, queues]), refused)
  assert.equal(refusalUnderClaim(taskIn('running'), [asks, notes]), null)
})

test('a worker ends a task as stopped only where somebody asked for the stop', () => {
  for (const status of TASK_STATUSES) {
    assert.equal(refusalUnderClaim(taskIn(status), [stopped]) === null, status === 'aborting', status)
  }
})

test('one entry that is refused refuses all', () => {
  assert.deepEqual(refusalUnderClaim(taskIn('queued'), [started, notes, answers]), {
    type: 'not_a_workers',
    event: answers.type,
  })
  assert.deepEqual(refusalUnderClaim(taskIn('queued'), [started, fails, notes]), {
    type: 'already_over',
    status: 'failed',
  })
})

test('whatever a worker appends, a task that needs approval goes on needing it', () => {
  const bodies = fc.array(fc.constantFrom(asks, answers, queues, stops, stopped, started, fails, notes, snapshot), {
    minLength: 1,
    maxLength: 6,
  })
  fc.assert(
    fc.property(fc.constantFrom(...TASK_STATUSES), bodies, (from, chosen) => {
      if (refusalUnderClaim(taskIn(from), chosen) !== null) return
      let status = from
      for (const body of chosen) {
        const next = statusAfter(status, body)
        assert.ok(next !== null, `${body.type} was let through in ${status}`)
        if (status === 'needs_approval') assert.equal(next, 'needs_approval')
        status = next
      }
    }),
  )
})
