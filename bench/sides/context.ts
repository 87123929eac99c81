// Packs the context of a short and of a long thread, with facts, files and the tasks that the last messages asked for.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { z } from 'zod'
import { createDirectoryMemoryFiles } from '../../src/adapters/memory-files/directory.ts'
import { buildContextPack } from '../../src/core/context/context-pack.ts'
import { gatherContext } from '../../src/core/context/gather.ts'
import type { GatherDeps } from '../../src/core/context/gather.ts'
import type { MemoryFileName } from '../../src/core/ports/memory-files.ts'
import { SHARED } from '../../src/core/vocabulary/memory.ts'
import type { Thread } from '../../src/core/vocabulary/message.ts'
import { OWNER } from '../../src/core/vocabulary/principal.ts'
import { percentile } from '../harness/figures.ts'
import { accept, openStore } from './store.ts'

const GIVEN = z.object({
  server: z.object({ host: z.string(), port: z.number(), user: z.string(), database: z.string() }),
  few: z.number(),
  many: z.number(),
  packs: z.number(),
})

const BUDGET = 6_000
const work = GIVEN.parse(JSON.parse(process.argv[2] ?? ''))
const store = await openStore(work.server)
const folder = await mkdtemp(join(tmpdir(), 'bench-context-'))
const memoryFiles = createDirectoryMemoryFiles(folder)
await memoryFiles.write({ scope: SHARED, name: 'SOUL.md' as MemoryFileName, text: 'Calm, brief and exact.' })
await memoryFiles.write({
  scope: SHARED,
  name: 'MEMORY.md' as MemoryFileName,
  text: 'The servers are named after trees.',
})
const deps: GatherDeps = { ...store, memoryFiles, lookUp: async () => [] }

const figures: Record<string, number> = {}
for (const size of ['few', 'many'] as const) {
  const thread = await threadOf(size, work[size])
  const took: number[] = []
  for (let number = 0; number < work.packs; number += 1) {
    const began = performance.now()
    const query = { thread, author: OWNER, words: 'now make it blue', before: null, now: new Date() }
    const pack = buildContextPack(await gatherContext(deps, query), BUDGET)
    took.push(performance.now() - began)
    if (pack.tokens > BUDGET || !pack.text.includes(`the last of ${work[size]}`))
      throw new Error('The pack is not right')
  }
  figures[`${size}_p50`] = percentile(took, 50)
  figures[`${size}_p95`] = percentile(took, 95)
}
await store.close()
await rm(folder, { recursive: true, force: true })
process.stdout.write(`${JSON.stringify(figures)}\n`)

/** A thread that somebody has talked in for years, with a task behind some of its last messages. */
async function threadOf(name: string, messages: number): Promise<Thread> {
  const heard = await store.conversations.hear(
    {
      interface: 'telegram',
      chat: `7/${name}/#0`,
      externalId: 'first',
      author: OWNER,
      text: 'the first of them',
      raw: {},
    },
    new Date(0),
  )
  const { host, port, user, database } = work.server
  const client = new Client({ host, port, user, database })
  await client.connect()
  const task = await accept(store)
  await client.query(
    `insert into messages (id, thread_id, role, author, body, task_id, created_at)
     select gen_random_uuid(), $1, case when n % 2 = 0 then 'user' else 'assistant' end, $2,
       repeat('Words that somebody said. ', 8) || n || case when n = $3::integer then ' the last of ' || $3 else '' end,
       case when n > $3 - 6 then $4::uuid end, timestamptz '2026-01-01' + n * interval '1 minute'
     from generate_series(1, $3::integer) n`,
    [heard.threadId, OWNER, messages, task.id],
  )
  await client.query('analyze messages')
  await client.end()
  const thread = await store.conversations.thread(heard.threadId)
  if (thread === null) throw new Error('The thread is not there')
  return thread
}
