// Our side of the journaled-steps benchmark: tasks of three steps, from acceptance to completion.
import { z } from 'zod'
import type { Claim } from '../../src/core/ports/task-queue.ts'
import type { StepInfo } from '../../src/core/task/journal.ts'
import { createJournal } from '../../src/core/task/journal.ts'
import { readLog } from '../../src/core/task/read-log.ts'
import { createTaskWriter } from '../../src/core/task/task-writer.ts'
import { inParallel } from '../harness/rounds.ts'
import { accept, consume, openStore, RESULT, WORKER } from './store.ts'

const GIVEN = z.object({
  server: z.object({ host: z.string(), port: z.number(), user: z.string(), database: z.string() }),
  workflows: z.number(),
  concurrency: z.number(),
})

const { server, workflows, concurrency } = GIVEN.parse(JSON.parse(process.argv[2] ?? ''))
const deps = await openStore(server)
const ended = new Map<string, () => void>()
const early = new Set<string>()

async function work(claim: Claim): Promise<void> {
  const log = await readLog(deps.store, claim.task.id)
  const writer = createTaskWriter(deps, claim)
  const journal = createJournal(log, writer, deps.clock, new AbortController().signal)
  const about = (title: string): StepInfo => ({ agent: 'platform', title })
  await writer.append({ type: 'task.started', data: { worker: WORKER, sandbox_level: 'L1' } })
  const one = await journal.step('one', about('One'), async () => ({ output: { text: claim.task.inputText } }))
  const two = await journal.step('two', about('Two'), async () => ({ output: { text: one.text } }))
  await journal.step('three', about('Three'), async () => ({ output: { text: two.text } }))
  await writer.append({ type: 'task.completed', data: { result: RESULT } })
  const waiting = ended.get(claim.task.id)
  if (waiting === undefined) early.add(claim.task.id)
  else waiting()
}

/** One caller: asks for a task, and for the next when that one is over. */
async function oneTask(): Promise<void> {
  const task = await accept(deps)
  if (early.delete(task.id)) return
  await new Promise<void>((resolve) => ended.set(task.id, resolve))
  ended.delete(task.id)
}

const stop = consume(deps, { concurrency, prefetch: concurrency, slot: 'ended' }, work, async () => undefined)
await inParallel(50, concurrency, oneTask)
const began = performance.now()
await inParallel(workflows, concurrency, oneTask)
const perSecond = (workflows * 1_000) / (performance.now() - began)
await stop()
await deps.close()
process.stdout.write(`${JSON.stringify({ perSecond })}\n`)
