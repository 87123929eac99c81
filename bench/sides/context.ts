// Packs the context of a short and of a long thread, with facts, files and the tasks that the last messages asked for.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { v7 } from 'uuid'
import { z } from 'zod'
import { createDirectoryMemoryFiles } from '../../src/adapters/memory-files/directory.ts'
import { buildContextPack } from '../../src/core/context/context-pack.ts'
import { gatherContext } from '../../src/core/context/gather.ts'
import type { GatherDeps } from '../../src/core/context/gather.ts'
import type { MemoryFileName } from '../../src/core/ports/memory-files.ts'
import type { FactId } from '../../src/core/vocabulary/ids.ts'
import { SHARED } from '../../src/core/vocabulary/memory.ts'
import type { Fact, FactKind, Rule } from '../../src/core/vocabulary/memory.ts'
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
const WARM = 20
const TASKS = 6
const FACTS = 30
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
await remember()
const deps: GatherDeps = { ...store, memoryFiles, lookUp: async () => [] }

const sizes = ['few', 'many'] as const
const threads = { few: await threadOf('few', work.few), many: await threadOf('many', work.many) }
const took: Record<(typeof sizes)[number], number[]> = { few: [], many: [] }
// The first ones are warm-up. In turns, so that what the machine does meanwhile hits both.
for (let number = -WARM; number < work.packs; number += 1) {
  for (const size of number % 2 === 0 ? sizes : sizes.toReversed()) {
    const began = performance.now()
    const query = { thread: threads[size], author: OWNER, words: 'now make it blue', before: null, now: new Date() }
    const pack = buildContextPack(await gatherContext(deps, query), BUDGET)
    if (number >= 0) took[size].push(performance.now() - began)
    const whole = [
      `the last of ${work[size]}`,
      'Never touch production',
      'likes fact 29',
      'named after trees',
      'What is the answer?',
    ]
    const missing = whole.find((text) => !pack.text.includes(text))
    if (pack.tokens > BUDGET || missing !== undefined) throw new Error(`The pack is not right: no "${missing}"`)
  }
}
const figures = Object.fromEntries(
  sizes.flatMap((size) => [50, 95].map((rank) => [`${size}_p${rank}`, percentile(took[size], rank)])),
)
await store.close()
await rm(folder, { recursive: true, force: true })
process.stdout.write(`${JSON.stringify(figures)}\n`)

/** Rules, and things to know, as many as are told. */
async function remember(): Promise<void> {
  const shared = { scope: SHARED, confidence: 1, quote: null, from: OWNER, messageId: null, taskId: null } as const
  const kept = { proposedBy: 'person', status: 'kept', decidedBy: OWNER } as const
  const fact = (kind: FactKind, text: string, rule: Rule | null, at: Date): Fact => {
    return { ...shared, ...kept, id: v7() as FactId, kind, text, rule, createdAt: at, decidedAt: at }
  }
  await store.facts.add(fact('constraint', 'Never touch production.', 'never', new Date(0)))
  for (let number = 0; number < FACTS; number += 1)
    await store.facts.add(fact('preference', `Somebody likes fact ${number} best.`, null, new Date(number)))
}

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
  const tasks = await Promise.all(Array.from({ length: TASKS }, async () => (await accept(store, 'dev_pipeline')).id))
  await client.query(
    `insert into messages (id, thread_id, role, author, body, task_id, created_at)
     select gen_random_uuid(), $1, case when n % 2 = 0 then 'user' else 'assistant' end, $2,
       repeat('Words that somebody said. ', 8) || n || case when n = $3::integer then ' the last of ' || $3 else '' end,
       ($4::uuid[])[n - $3 + 6], timestamptz '2026-01-01' + n * interval '1 minute'
     from generate_series(1, $3::integer) n`,
    [heard.threadId, OWNER, messages, tasks],
  )
  await client.query('analyze messages')
  await client.end()
  const thread = await store.conversations.thread(heard.threadId)
  if (thread === null) throw new Error('The thread is not there')
  return thread
}
