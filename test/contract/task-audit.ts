// What every TaskStore promises of the audit log: what belongs there is committed with the events it comes from, once.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { AuditLog } from '../../src/core/ports/audit-log.ts'
import type { TaskStore } from '../../src/core/ports/task-store.ts'
import type { TaskId, UserId } from '../../src/core/vocabulary/ids.ts'
import { assertUnbroken } from './audit-log.ts'
import {
  acceptSample,
  ADA,
  append,
  approvalAsked,
  change,
  QUEUED,
  ROUTED,
  said,
  sample,
  toolCalled,
} from './sample-task.ts'
import { withParts } from './with-parts.ts'

const BOB = 'bob' as UserId

export type TaskAuditUnderTest = {
  readonly store: TaskStore
  readonly audit: AuditLog
  readonly close: () => Promise<void>
}

type Told = {
  readonly actor: string
  readonly action: string
  readonly task_id: TaskId | null
  readonly subject: string
  readonly data: { readonly seq: number; readonly input?: string }
}

export function taskAuditContract(name: string, open: () => Promise<TaskAuditUnderTest>): void {
  const withStore = withParts(name, open)

  withStore('what is plain work leaves no trace in the audit log', async ({ store, audit }) => {
    const task = await acceptSample(store, { bodies: [ROUTED, QUEUED] })
    await append(store, task, [said('Hello.')])
    assert.deepEqual(await told(audit), [])
  })

  withStore('a question that a request begins with is in the audit log, once', async ({ store, audit }) => {
    const given = { chat: 'c', externalId: '1', bodies: [ROUTED, approvalAsked('npm publish')] }
    const answers = await Promise.all(Array.from({ length: 10 }, () => acceptSample(store, given)))
    const [entry, ...more] = await told(audit)
    assert.deepEqual(more, [])
    assert.equal(entry?.task_id, answers[0]?.id)
    assert.deepEqual([entry?.actor, entry?.action, entry?.subject], [ADA, 'approval.asked', 'npm publish'])
  })

  withStore('requests of known threads are recorded as well', async ({ store, audit }) => {
    await acceptSample(store, { chat: 'c' })
    const asking = await acceptSample(store, { chat: 'c', bodies: [ROUTED, approvalAsked('one')] })
    await acceptSample(store, { chat: 'c' })
    assert.deepEqual(
      (await told(audit)).map(({ task_id, data }) => [task_id, data.seq]),
      [[asking.id, 3]],
    )
  })

  withStore('a tool call names its command and the digest of what it was given', async ({ store, audit }) => {
    await append(store, await acceptSample(store), [toolCalled('npm test')])
    const [entry] = await told(audit)
    assert.deepEqual([entry?.action, entry?.subject], ['tool.called', 'shell: npm test'])
    assert.equal(entry?.data.input, createHash('sha256').update('{"command":"npm test"}').digest('hex'))
  })

  withStore('an answer names what was answered, by its words and its digest', async ({ store, audit }) => {
    const asked = approvalAsked('npm publish')
    const waiting = await acceptSample(store, { bodies: [ROUTED, asked] })
    assert.ok(asked.type === 'approval.requested')
    const { approval_id } = asked.data
    const resolved = {
      type: 'approval.resolved',
      data: { approval_id, status: 'approved', by: BOB, comment: 'hm' },
    } as const
    await append(store, waiting, [{ type: 'approval.seconded', data: { approval_id, by: BOB } }])
    await append(store, (await store.get(waiting.id)) ?? waiting, [resolved, QUEUED])
    const about = { approval_id, kind: 'shell_command', digest: 'd' }
    assert.deepEqual(
      (await told(audit))
        .slice(1)
        .map(({ actor, action, subject, data: { seq: _, ...data } }) => [actor, action, subject, data]),
      [
        [BOB, 'approval.seconded', 'npm publish', about],
        [BOB, 'approval.answered', 'npm publish', { ...about, status: 'approved' }],
      ],
    )
  })

  withStore('only what is committed is recorded', async ({ store, audit }) => {
    const task = await acceptSample(store)
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.commit(change(task, [toolCalled(`${index}`)]))),
    )
    const winner = outcomes.findIndex(({ type }) => type === 'committed')
    assert.equal((await store.commit(change(task, [toolCalled('late')], { token: 99n }))).type, 'stale_token')
    const { task: unknown } = sample()
    assert.equal((await store.commit(change(unknown, [toolCalled('never')]))).type, 'not_found')
    assert.deepEqual(
      (await told(audit)).map(({ subject }) => subject),
      [`shell: ${winner}`],
    )
  })

  withStore('of many tasks at once, each is recorded in the order of its log', async ({ store, audit }) => {
    const tasks = await Promise.all(Array.from({ length: 30 }, () => acceptSample(store)))
    await Promise.all(
      tasks.map(async (first, place) => {
        let task = first
        for (let round = 0; round < 4; round += 1) {
          const plain = place % 3 === 0
          task = await append(store, task, plain ? [said('plain')] : [toolCalled('a'), said('and'), toolCalled('b')])
        }
      }),
    )
    const entries = await told(audit)
    assertUnbroken(await Array.fromAsync(audit.read(0)))
    assert.equal(entries.length, 20 * 8)
    tasks.forEach(({ id }, place) => {
      const seqs = entries.filter(({ task_id }) => task_id === id).map(({ data }) => data.seq)
      assert.deepEqual(seqs, place % 3 === 0 ? [] : [2, 4, 5, 7, 8, 10, 11, 13])
    })
  })
}

async function told(audit: AuditLog): Promise<Told[]> {
  const chain = await Array.fromAsync(audit.read(0))
  return chain.map(({ entry }) => JSON.parse(entry) as Told)
}
