// The audit log in a real PostgreSQL: nobody changes it unseen, and neither crashes nor crowds break the chain.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { connectPostgres } from '../../src/adapters/postgres/connect.ts'
import { verifyAudit } from '../../src/core/audit/verify.ts'
import type { AuditLog } from '../../src/core/ports/audit-log.ts'
import type { AuditReport } from '../../src/core/audit/verify.ts'
import type { TaskEventBody } from '../../src/core/vocabulary/event.ts'
import type { UserId } from '../../src/core/vocabulary/ids.ts'
import type { Task } from '../../src/core/vocabulary/task.ts'
import { entry } from '../contract/audit-log.ts'
import { acceptSample, append, approvalAsked, change, ROUTED, said, toolCalled } from '../contract/sample-task.ts'
import { createTestDatabase, databaseUrl, withoutPostgres } from '../support/postgres.ts'
import type { TestDatabase } from '../support/postgres.ts'
import { log } from './postgres-stores.ts'

const APPENDER = fileURLToPath(new URL('audit-appender.ts', import.meta.url))

test('the table refuses to be changed', { skip: withoutPostgres }, async (t) => {
  const { audit, sql } = await open(t)
  await audit.append([entry('1'), entry('2')])
  for (const text of [
    `update audit set entry = '{}' where seq = 1`,
    'delete from audit where seq = 2',
    'delete from audit where false',
    'truncate audit',
    `insert into audit values (1, '{}', '', '') on conflict (seq) do update set entry = excluded.entry`,
  ]) {
    await assert.rejects(sql(text), /append-only/)
  }
  await assert.rejects(sql(`insert into audit (seq, entry, previous, hash, actor) values (3, '{}', '', '', 'x')`))
  const report = await verified(audit)
  assert.deepEqual([report.ok, report.entries], [true, 2])
})

test('what somebody with every right does to it all the same is found', { skip: withoutPostgres }, async (t) => {
  const { audit, sql } = await open(t)
  await audit.append(Array.from({ length: 20 }, (_, index) => entry(`${index + 1}`)))
  await sql('alter table audit disable trigger all')
  await sql(`update audit set entry = replace(entry, '"subject":"7"', '"subject":"8"') where seq = 7`)
  await sql('delete from audit where seq in (11, 12)')
  await sql('update audit a set entry = b.entry from audit b where a.seq = 15 and b.seq = 16')
  const { problems } = await verified(audit)
  assert.deepEqual(
    problems.map(({ seq }) => seq),
    [7, 11, 15],
  )
})

test('killed in the middle of appending, again and again, it stays one chain', { skip: withoutPostgres }, async (t) => {
  const { audit, database } = await open(t)
  for (let round = 0; round < 4; round += 1) {
    const processes = [1, 2].map(() =>
      spawn(process.execPath, [APPENDER, databaseUrl(database)], { stdio: ['ignore', 'pipe', 'inherit'] }),
    )
    const told = await Promise.all(
      processes.map(async (child) => {
        let text = ''
        for await (const chunk of child.stdout) {
          text += String(chunk)
          if (text.length > 400) child.kill('SIGKILL')
        }
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
        return text.split('\n').slice(0, -1).map(Number)
      }),
    )
    const seqs = new Set((await Array.fromAsync(audit.read(0))).map(({ seq }) => seq))
    for (const seq of told.flat()) assert.ok(seqs.has(seq), `entry ${seq} was said to be durable`)
  }
  const report = await verified(audit)
  assert.deepEqual(report.problems, [])
  assert.ok(report.entries > 100)
  assert.equal(report.entries % 2, 0)
})

test(
  'a crowd of processes commits what is audited and what is not, and nothing waits forever',
  { skip: withoutPostgres },
  async (t) => {
    const { database, audit, sql } = await open(t)
    const ends = await Promise.all(
      [1, 2, 3].map(() => connectPostgres({ connection: database.connection, log, poolSize: 4 })),
    )
    let expected = 0
    const lives = ends.flatMap(({ store, audit: own }, end) =>
      Array.from({ length: 25 }, async (_, life) => {
        // Few chats: the threads of all of them are wanted by everybody.
        const chat = `chat ${life % 3}`
        const asks = life % 2 === 0
        expected += asks ? 1 : 0
        let task: Task = await acceptSample(store, { chat, ...(asks ? { bodies: [ROUTED, approvalAsked('ls')] } : {}) })
        for (let round = 0; round < 8; round += 1) {
          const bodies: readonly TaskEventBody[] =
            (round + end) % 3 === 0 ? [said('plain')] : [toolCalled('a'), said('and'), toolCalled('b')]
          expected += bodies.length === 3 ? 2 : 0
          task = await append(store, task, bodies, { said: round % 2 === 0 ? 'An answer.' : null })
          if (round % 4 === 0) {
            expected += 1
            await own.append([entry('besides')])
          }
          const late = await store.commit(change({ ...task, lastSeq: task.lastSeq - 1 }, [toolCalled('late')]))
          assert.equal(late.type, 'conflict')
        }
      }),
    )
    await Promise.all(lives)
    await Promise.all(ends.map((end) => end.close()))
    // A deadlock would be mended by writing one by one, and go unnoticed.
    assert.deepEqual(await sql('select deadlocks::integer from pg_stat_database where datname = current_database()'), [
      { deadlocks: 0 },
    ])
    const report = await verified(audit)
    assert.deepEqual(report.problems, [])
    assert.equal(report.entries, expected)
  },
)

test('an entry that can not be kept takes no other down with it', { skip: withoutPostgres }, async (t) => {
  const { audit } = await open(t)
  const at = new Date(Number.NaN)
  const outcomes = await Promise.allSettled([
    audit.append([entry('1')]),
    audit.append([entry('bad', { at })]),
    audit.append([entry('2', { actor: '\0' as UserId })]),
  ])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  assert.deepEqual((await verified(audit)).entries, 2)
})

async function open(t: { after: (run: () => Promise<void>) => void }) {
  const database: TestDatabase = await createTestDatabase()
  const stores = await connectPostgres({ connection: database.connection, log })
  const { connection } = database
  const client = new Client({
    host: connection.directory,
    port: connection.port,
    user: connection.user,
    database: connection.database,
    password: '',
  })
  client.on('error', () => undefined)
  await client.connect()
  t.after(async () => {
    await client.end()
    await stores.close()
    await database.drop()
  })
  return { ...stores, database, sql: async (text: string): Promise<object[]> => (await client.query(text)).rows }
}

function verified(audit: AuditLog): Promise<AuditReport> {
  const digest = (text: string) => createHash('sha256').update(text).digest('hex')
  return verifyAudit({ digest, now: new Date() }, audit.read(0), (async function* () {})())
}
