// Our side of the queue benchmark: accepted requests, claims with leases and fencing tokens, a whole log for each task.
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { inParallel } from '../harness/rounds.ts'
import { percentile } from '../harness/figures.ts'
import { accept, consume, finish, openStore } from './store.ts'

const GIVEN = z.object({
  server: z.object({ host: z.string(), port: z.number(), user: z.string(), database: z.string() }),
  jobs: z.number(),
  concurrency: z.number(),
  prefetch: z.number(),
  slot: z.enum(['ended', 'worked']),
  paced: z.number(),
  paceMs: z.number(),
})

const { server, jobs, concurrency, prefetch, slot, paced, paceMs } = GIVEN.parse(JSON.parse(process.argv[2] ?? ''))
const deps = await openStore(server)

// Warm: connections, prepared statements, compiled code.
await inParallel(200, concurrency, async () => void (await accept(deps)))
let began = performance.now()
await inParallel(jobs, concurrency, async () => void (await accept(deps)))
const enqueuePerSecond = (jobs * 1_000) / (performance.now() - began)

let done = 0
const finished = new Map<string, () => void>()
const drained = Promise.withResolvers<void>()
began = performance.now()
const work = async () => undefined
const stop = consume(deps, { concurrency, prefetch, slot }, work, async (claim) => {
  await finish(deps, claim)
  done += 1
  finished.get(claim.task.id)?.()
  if (done === jobs + 200) drained.resolve()
})
await drained.promise
const jobsPerSecond = ((jobs + 200) * 1_000) / (performance.now() - began)

// Open loop: one job at a time comes, from before its acceptance until its end is durable.
const latencies: number[] = []
const pending: Promise<void>[] = []
await sleep(200)
for (let number = 0; number < paced; number += 1) {
  const start = performance.now()
  const ended = Promise.withResolvers<void>()
  pending.push(ended.promise)
  const note = () => {
    latencies.push(performance.now() - start)
    ended.resolve()
  }
  const early = done
  const task = await accept(deps)
  const known = done > early ? await deps.store.get(task.id) : null
  if (known?.status === 'completed') note()
  else finished.set(task.id, note)
  await sleep(paceMs)
}
await Promise.all(pending)
await stop()
await deps.close()
const p50 = percentile(latencies, 50)
const p99 = percentile(latencies, 99)
process.stdout.write(`${JSON.stringify({ enqueuePerSecond, jobsPerSecond, p50, p99 })}\n`)
