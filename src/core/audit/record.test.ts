import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryAuditLog } from '../../adapters/memory/audit-log.ts'
import { AUDIT_ACTIONS } from '../vocabulary/audit.ts'
import type { TaskId, UserId } from '../vocabulary/ids.ts'
import type { AuditLog } from '../ports/audit-log.ts'
import { createRecorder } from './record.ts'
import { readEntry } from './read-entry.ts'

const OWNER = 'owner' as UserId
const TASK = '01890a5d-ac96-774b-bcce-b302099a8057' as TaskId
const now = new Date('2026-03-01T10:00:00Z')

function recording(audit: Pick<AuditLog, 'append'>) {
  const logged: object[] = []
  const recorder = createRecorder({
    audit,
    clock: { now: () => now, sleep: async () => undefined },
    telemetry: { log: (level, message, fields) => void logged.push({ level, message, ...fields }) },
  })
  return { recorder, logged }
}

test('an act is recorded with who, what and when', async () => {
  const audit = createMemoryAuditLog()
  const { recorder } = recording(audit)
  await recorder.record(OWNER, 'panic', 'on')
  await recorder.record(OWNER, 'secret.used', 'KEY', { host: 'example.org' }, TASK)
  const [second, first] = await audit.list({ actor: null, taskId: null, action: null, before: null, limit: 9 })
  const at = now.toISOString()
  assert.ok(first !== undefined && second !== undefined)
  const told = { at, actor: 'owner', action: 'panic', task_id: null, subject: 'on', data: {} }
  assert.deepEqual(readEntry(first), told)
  const used = { action: 'secret.used', task_id: TASK, subject: 'KEY', data: { host: 'example.org' } }
  assert.deepEqual(readEntry(second), { ...told, ...used })
})

test('what can not be recorded does not happen, unless it stops, refuses or alerts; either way it is logged', async () => {
  const { recorder, logged } = recording({ append: () => Promise.reject(new Error('away')) })
  const refused: string[] = []
  for (const action of AUDIT_ACTIONS) {
    await recorder.record(OWNER, action, 'nobody else’s business').catch((error: unknown) => {
      assert.ok(error instanceof Error && error.cause instanceof Error)
      refused.push(action)
    })
  }
  assert.equal(logged.length, AUDIT_ACTIONS.length)
  assert.ok(!JSON.stringify(logged).includes('business'))
  for (const action of [
    'secret.used',
    'secret.changed',
    'setting.changed',
    'credential.issued',
    'person.changed',
    'login',
  ])
    assert.ok(refused.includes(action), action)
  for (const action of [
    'panic',
    'task.stopped',
    'login.refused',
    'credential.revoked',
    'sandbox.escape',
    'secret.found',
  ])
    assert.ok(!refused.includes(action), action)
})

test('an entry that somebody made unreadable is shown as it is', () => {
  const sealed = { seq: 1, previous: '', hash: '' }
  const nothing = { at: '', actor: '', action: '', task_id: null, data: {} }
  assert.deepEqual(readEntry({ ...sealed, entry: 'not JSON' }), { ...nothing, subject: 'not JSON' })
  assert.deepEqual(readEntry({ ...sealed, entry: '[1]' }), { ...nothing, subject: '' })
  assert.deepEqual(readEntry({ ...sealed, entry: '{"data":[],"actor":5}' }), { ...nothing, subject: '' })
})
