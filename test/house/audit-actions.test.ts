// Every action of the audit log is written by something: a word that nothing says would be a promise that nobody keeps.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AUDIT_ACTIONS } from '../../src/core/vocabulary/audit.ts'
import type { AuditAction } from '../../src/core/vocabulary/audit.ts'
import type { TaskEventType } from '../../src/core/vocabulary/event.ts'
import { filesIn, readText } from './repository.ts'

/** What gets there with a task's log, and the event that brings it. */
const BY_EVENT: Partial<Record<AuditAction, TaskEventType>> = {
  'task.stopped': 'task.aborting',
  'approval.asked': 'approval.requested',
  'approval.seconded': 'approval.seconded',
  'approval.answered': 'approval.resolved',
  'tool.called': 'tool.started',
  'policy.decided': 'policy.decided',
  'egress.decided': 'egress.decided',
  'secret.used': 'secret.used',
  'secret.found': 'secret.found',
  'sandbox.escape': 'sandbox.escape',
}
/** Where events are described and understood, not made. */
const NO_MAKERS = /^src\/core\/vocabulary\/|\.test\.ts$|^src\/core\/task\/evolve\.ts$|event-schemas\.ts$/

test('every action of the audit log is written somewhere', () => {
  const sources = filesIn(['src'], ['.ts'])
    .filter((file) => !NO_MAKERS.test(file))
    .map(readText)
  const isMade = (pattern: RegExp) => sources.some((source) => pattern.test(source))
  const unsaid = AUDIT_ACTIONS.filter((action) => {
    const event = BY_EVENT[action]
    if (event !== undefined && isMade(new RegExp(`type: '${RegExp.escape(event)}'`))) return false
    return !isMade(new RegExp(`\\brecord\\([^;]{0,300}'${RegExp.escape(action)}'`))
  })
  assert.deepEqual(unsaid, [])
})
