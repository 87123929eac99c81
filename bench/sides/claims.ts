// How long a claim takes with few and with many tasks pending, on one table, the two measured in turns.
import { z } from 'zod'
import { inParallel } from '../harness/rounds.ts'
import { median } from '../harness/figures.ts'
import { accept, finish, LEASE_MS, openStore, WORKER } from './store.ts'

const GIVEN = z.object({
  server: z.object({ host: z.string(), port: z.number(), user: z.string(), database: z.string() }),
  few: z.number(),
  many: z.number(),
  claims: z.number(),
})

const { server, few, many, claims } = GIVEN.parse(JSON.parse(process.argv[2] ?? ''))
const deps = await openStore(server)

async function fillUpTo(target: number, present: number): Promise<void> {
  await inParallel(target - present, 20, async () => void (await accept(deps)))
}

/** Claims one task after the other; each is finished and replaced, so that the number pending stays. */
async function measure(pending: number): Promise<number> {
  const took: number[] = []
  for (let number = 0; number < claims; number += 1) {
    const began = performance.now()
    const [claim] = await deps.queue.claim({ worker: WORKER, limit: 1, leaseMs: LEASE_MS, only: null })
    took.push(performance.now() - began)
    if (claim === undefined) throw new Error(`Nothing to claim although ${pending} are pending`)
    await finish(deps, claim)
    await accept(deps)
  }
  return median(took)
}

await fillUpTo(few, 0)
await measure(few)
const withFew = await measure(few)
await fillUpTo(many, few)
const withMany = await measure(many)
await deps.close()
process.stdout.write(`${JSON.stringify({ few: withFew, many: withMany })}\n`)
