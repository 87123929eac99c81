// What every AuditLog promises: one chain, in order, without gaps, that anybody can check with a hash function.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { AuditFilter, AuditLog } from '../../src/core/ports/audit-log.ts'
import { NO_HASH } from '../../src/core/vocabulary/audit.ts'
import type { AuditEntry, SealedEntry } from '../../src/core/vocabulary/audit.ts'
import type { TaskId, UserId } from '../../src/core/vocabulary/ids.ts'
import { ADA, newId } from './sample-task.ts'
import { withParts } from './with-parts.ts'

export type AuditLogUnderTest = {
  readonly audit: AuditLog
  /** As another process has it. */
  readonly elsewhere: AuditLog
  readonly close: () => Promise<void>
}

const BEN = 'telegram:4711' as UserId
const EVERYTHING: AuditFilter = { actor: null, taskId: null, action: null, before: null, limit: 1_000 }

export function auditLogContract(name: string, open: () => Promise<AuditLogUnderTest>): void {
  const withLog = withParts(name, open)

  withLog('an empty log has a head and nothing in it', async ({ audit }) => {
    assert.deepEqual(await audit.head(), { seq: 0, hash: NO_HASH })
    assert.deepEqual(await audit.append([]), { seq: 0, hash: NO_HASH })
    assert.deepEqual(await audit.list(EVERYTHING), [])
    assert.deepEqual(await all(audit), [])
  })

  withLog('entries stand in the order given, each sealed by the one before', async ({ audit }) => {
    const heads = [await audit.append([entry('a'), entry('b')]), await audit.append([entry('c')])]
    const chain = await all(audit)
    assert.deepEqual(chain.map(subjectOf), ['a', 'b', 'c'])
    assertUnbroken(chain)
    assert.deepEqual(heads, [chain[1], chain[2]].map(headOf))
    assert.deepEqual(await audit.head(), headOf(chain[2]))
    assert.deepEqual(await audit.append([]), headOf(chain[2]))
  })

  withLog('racing appenders, here and elsewhere, make one chain and keep theirs together', async (parts) => {
    const logs = [parts.audit, parts.elsewhere]
    const heads = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        (logs[index % 2] ?? parts.audit).append([entry(`${index}/0`), entry(`${index}/1`), entry(`${index}/2`)]),
      ),
    )
    const chain = await all(parts.audit)
    assert.equal(chain.length, 180)
    assertUnbroken(chain)
    heads.forEach(({ seq, hash }, index) => {
      assert.deepEqual(chain.slice(seq - 3, seq).map(subjectOf), [`${index}/0`, `${index}/1`, `${index}/2`])
      assert.equal(chain[seq - 1]?.hash, hash)
    })
  })

  withLog('an entry is one line of JSON whose members have one order', async ({ audit }) => {
    const taskId = newId<TaskId>()
    const at = new Date('2026-03-01T10:00:00.123Z')
    const data = { z: [{ b: 1, a: null }], a: true }
    await audit.append([{ at, actor: ADA, action: 'setting.changed', taskId, subject: 'a "setting"\n', data }])
    const [sealed] = await all(audit)
    assert.equal(
      sealed?.entry,
      `{"at":"2026-03-01T10:00:00.123Z","actor":"ada","action":"setting.changed","task_id":"${taskId}",` +
        `"subject":"a \\"setting\\"\\n","data":{"a":true,"z":[{"a":null,"b":1}]}}`,
    )
  })

  withLog('whatever is in a text breaks nothing; long ones are clipped between characters', async ({ audit }) => {
    const hostile = 'a\0b\ud800c\udc00d\\u0000e\u001b[31m\r\n\u202e\u2028'
    await audit.append([
      { ...entry(hostile), data: { [hostile]: hostile }, actor: hostile as UserId },
      entry(`${'x'.repeat(499)}🚀 and more`),
    ])
    const chain = await all(audit)
    assertUnbroken(chain)
    const kept = 'a\ufffdb\ufffdc\ufffdd\\u0000e\u001b[31m\r\n\u202e\u2028'
    assert.equal(subjectOf(chain[0]), kept)
    assert.deepEqual(Object.entries(parsed(chain[0])['data'] ?? {}), [[kept, kept]])
    assert.equal(subjectOf(chain[1]), 'x'.repeat(499))
    assert.equal((await audit.list({ ...EVERYTHING, actor: kept as UserId })).length, 1)
  })

  withLog('lists hold what was asked for, newest first, page by page', async ({ audit }) => {
    const task = newId<TaskId>()
    await audit.append([
      entry('1', { actor: ADA, action: 'login' }),
      entry('2', { actor: BEN, action: 'login' }),
      entry('3', { actor: BEN, action: 'tool.called', taskId: task }),
      entry('4', { actor: ADA, action: 'tool.called', taskId: task }),
    ])
    const subjects = async (filter: Partial<AuditFilter>) =>
      (await audit.list({ ...EVERYTHING, ...filter })).map(subjectOf)
    assert.deepEqual(await subjects({}), ['4', '3', '2', '1'])
    assert.deepEqual(await subjects({ actor: BEN }), ['3', '2'])
    assert.deepEqual(await subjects({ action: 'login' }), ['2', '1'])
    assert.deepEqual(await subjects({ taskId: task }), ['4', '3'])
    assert.deepEqual(await subjects({ taskId: task, actor: ADA, action: 'tool.called' }), ['4'])
    assert.deepEqual(await subjects({ limit: 2 }), ['4', '3'])
    assert.deepEqual(await subjects({ limit: 2, before: 3 }), ['2', '1'])
    assert.deepEqual(await subjects({ before: 1 }), [])
    assert.deepEqual(await subjects({ actor: "nobody\0' or 1=1 --" as UserId }), [])
    assert.deepEqual(await subjects({ taskId: 'x' as TaskId }), [])
  })

  withLog('a reader has all after a number, as it stood when they began', async ({ audit, elsewhere }) => {
    await audit.append(Array.from({ length: 450 }, (_, index) => entry(`${index + 1}`)))
    const seen: number[] = []
    for await (const { seq } of audit.read(40)) {
      if (seen.length === 0) await elsewhere.append([entry('late')])
      seen.push(seq)
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 410 }, (_, index) => index + 41),
    )
    assert.equal((await audit.head()).seq, 451)
    for await (const _ of audit.read(0)) break
    assert.deepEqual(await all(audit, 451), [])
  })
}

export function entry(subject: string, wishes: Partial<AuditEntry> = {}): AuditEntry {
  return { at: new Date(), actor: ADA, action: 'panic', taskId: null, subject, data: {}, ...wishes }
}

async function all(audit: AuditLog, after = 0): Promise<SealedEntry[]> {
  return Array.fromAsync(audit.read(after))
}

/** Says in its own words what a chain is, so that the program can't agree with itself about something else. */
export function assertUnbroken(chain: readonly SealedEntry[]): void {
  let previous = '0'.repeat(64)
  chain.forEach((sealed, index) => {
    assert.equal(sealed.seq, index + 1)
    assert.equal(sealed.previous, previous)
    const hash = createHash('sha256').update(Buffer.from(`${previous}\n${index + 1}\n${sealed.entry}`, 'utf8'))
    assert.equal(sealed.hash, hash.digest('hex'))
    previous = sealed.hash
  })
}

function headOf(sealed: SealedEntry | undefined) {
  return { seq: sealed?.seq, hash: sealed?.hash }
}

function parsed(sealed: SealedEntry | undefined): Record<string, object> {
  return JSON.parse(sealed?.entry ?? '{}') as Record<string, object>
}

function subjectOf(sealed: SealedEntry | undefined): unknown {
  return parsed(sealed)['subject']
}
