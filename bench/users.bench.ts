// A hundred users at once: how soon each is told "accepted", and whether everything that was accepted is in the database.
import { Client } from 'pg'
import type { Benchmark } from './harness/benchmark.ts'
import { within } from './harness/benchmark.ts'
import { percentile } from './harness/figures.ts'
import { startPlatform } from './harness/platform.ts'
import { startPostgres } from './harness/postgres.ts'

const USERS = 100

export const benchmark: Benchmark = {
  name: 'users',
  run: async (context) => {
    const postgres = await startPostgres(context)
    const server = await postgres.freshDatabase()
    const address = `postgres://${server.user}@localhost:${server.port}/${server.database}?host=${encodeURIComponent(server.host)}`
    const up = await startPlatform(context, 'data', { DATABASE_URL: address })
    const each = context.quick ? 5 : 20
    const p95: number[] = []
    const lost: number[] = []
    const bare: number[] = []
    for (let round = 0; round < context.rounds; round += 1) {
      const mark = `round ${round} of many`
      const accepted = new Set<string>()
      const asking = await crowd(each, async () => void (await (await fetch(`${up.url}/healthz`)).text()))
      const took = await crowd(each, async () => {
        accepted.add((await up.post('/v1/tasks', { input_text: `Who are you? ${mark}` })).id)
      })
      const kept = await count(server, mark, [...accepted])
      bare.push(percentile(asking, 95))
      p95.push(percentile(took, 95))
      lost.push(USERS * each - kept)
    }
    const baseline = { name: 'GET /healthz by the same crowd', values: bare }
    return [
      { name: `${USERS} users at once, acknowledged, p95`, unit: 'ms', ours: p95, baseline, goal: within(1_000) },
      {
        name: `${USERS} users at once, accepted but not in the database`,
        unit: 'tasks',
        ours: lost,
        baseline: null,
        goal: within(0),
      },
    ]
  },
}

/** Every user asks, waits, and asks again. Returns how long each ask took, in ms. */
async function crowd(each: number, ask: () => Promise<void>): Promise<readonly number[]> {
  const took: number[] = []
  const user = async () => {
    for (let number = 0; number < each; number += 1) {
      const began = performance.now()
      await ask()
      took.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: USERS }, user))
  return took
}

async function count(
  server: { host: string; port: number; user: string; database: string },
  mark: string,
  ids: readonly string[],
): Promise<number> {
  const client = new Client(server)
  await client.connect()
  const text = 'select count(*) as kept from tasks where id = any ($1::uuid[]) and input_text like $2'
  const { rows } = await client.query<{ kept: string }>(text, [ids, `%${mark}`])
  await client.end()
  return Number(rows[0]?.kept ?? 0)
}
