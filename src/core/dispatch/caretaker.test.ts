import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryStandingApprovals } from '../../adapters/memory/standing-approvals.ts'
import { createMemoryPreviewStore } from '../../adapters/memory/preview-store.ts'
import { createMemoryTaskQueue } from '../../adapters/memory/task-queue.ts'
import { createTaskRecords } from '../../adapters/memory/task-records.ts'
import { createMemoryTaskSignals } from '../../adapters/memory/task-signals.ts'
import { createMemoryTaskStore } from '../../adapters/memory/task-store.ts'
import { acceptRequest } from '../task/accept-request.ts'
import { readLog } from '../task/read-log.ts'
import type { PreviewId, TaskId, UserId, WorkerId } from '../vocabulary/ids.ts'
import { buryTheDead, closeOrphans, settleApprovals } from './caretaker.ts'
import { plainIntake } from '../../../test/simulation/terms.ts'

const HOUR_MS = 3_600_000
const gone = 'gone' as WorkerId
const alive = 'alive' as WorkerId

function openOffice() {
  let now = 0
  let ids = 0
  const clock = { now: () => new Date(now), sleep: async () => undefined }
  const records = createTaskRecords()
  const signals = createMemoryTaskSignals()
  const heard: string[] = []
  signals.subscribe((signal) => void heard.push(signal.type))
  const deps = {
    store: createMemoryTaskStore(records, clock),
    queue: createMemoryTaskQueue(records, clock),
    previewStore: createMemoryPreviewStore(),
    standing: createMemoryStandingApprovals(),
    signals,
    clock,
    ids: {
      next: <Id extends string>() => `id-${(ids += 1)}` as Id,
      unguessable: <Id extends string>() => 'preview' as Id,
      digest: (text: string) => text,
    },
    telemetry: { log: () => undefined, count: () => undefined, time: () => undefined },
    ...plainIntake(),
    limits: { inputCharacters: 1_000, approvalMs: HOUR_MS },
    isDead: (worker: WorkerId) => worker === gone,
    keepStopped: async () => undefined,
  }
  const accept = async (taskType: 'shell_command' | 'question'): Promise<TaskId> => {
    const message = { interface: 'http', chat: 'c', author: 'ada' as UserId, text: 'ls', raw: {} } as const
    const source = { type: 'empty' } as const
    const accepted = await acceptRequest(deps, { ...message, externalId: `m-${(ids += 1)}`, taskType, source })
    assert.ok('task' in accepted)
    return accepted.task.id
  }
  return { deps, accept, heard, pass: (ms: number) => void (now += ms) }
}

test('what somebody approved for good runs without another question, also where its worker could not say so', async () => {
  const { deps, accept } = openOffice()
  const rule = { subject: 'ls', userId: 'ada' as UserId, approvedBy: 'owner' as UserId, since: new Date(0) }
  const [ruled, other] = [await accept('shell_command'), await accept('shell_command')]
  const digest = deps.ids.digest('shell_command\nls')
  await deps.standing.add({ ...rule, digest, userId: 'bob' as UserId })
  await settleApprovals(deps)
  assert.equal((await deps.store.get(other))?.status, 'needs_approval', "another person's rule is nobody else's")
  await deps.standing.add({ ...rule, digest })
  await settleApprovals(deps)
  const task = await deps.store.get(ruled)
  assert.equal(task?.status, 'queued')
  assert.equal(task.approval?.resolvedBy, 'owner')
})

test('an approval that nobody answers expires with its task, and not before its time', async () => {
  const { deps, accept, pass } = openOffice()
  const id = await accept('shell_command')
  pass(HOUR_MS - 1)
  await settleApprovals(deps)
  assert.equal((await deps.store.get(id))?.status, 'needs_approval')
  pass(1)
  await settleApprovals(deps)
  const task = await deps.store.get(id)
  assert.equal(task?.status, 'aborted')
  assert.equal(task.approval?.status, 'expired')
})

test('the task of a dead worker can be claimed at once, and the others are told; that of a living one is left alone', async () => {
  const { deps, accept, heard } = openOffice()
  const [first, second] = [await accept('question'), await accept('question')]
  await deps.queue.claim({ worker: gone, limit: 1, leaseMs: HOUR_MS, only: first })
  await deps.queue.claim({ worker: alive, limit: 1, leaseMs: HOUR_MS, only: second })
  heard.length = 0
  await buryTheDead(deps)
  assert.deepEqual(heard, ['work'])
  const claims = await deps.queue.claim({ worker: alive, limit: 10, leaseMs: HOUR_MS, only: null })
  assert.deepEqual(
    claims.map(({ task }) => task.id),
    [first],
  )
})

test('a preview whose worker is gone is closed, with an entry in the log; one that is served stays', async () => {
  const { deps, accept } = openOffice()
  const [orphaned, served] = [await accept('question'), await accept('question')]
  await deps.queue.renew(alive, [], HOUR_MS)
  const record = (taskId: TaskId, worker: WorkerId, id: string) => ({
    id: id as PreviewId,
    taskId,
    port: 8000,
    url: 'http://127.0.0.1:1/',
    expiresAt: new Date(HOUR_MS),
    socketPath: 's',
    worker,
  })
  await deps.previewStore.save(record(orphaned, gone, 'a'))
  await deps.previewStore.save(record(served, alive, 'b'))
  await closeOrphans(deps)
  assert.deepEqual(
    (await deps.previewStore.all()).map(({ id }) => id),
    ['b'],
  )
  const last = (await readLog(deps.store, orphaned)).at(-1)
  assert.equal(last?.type, 'preview.closed')
})
