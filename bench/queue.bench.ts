// Our queue with leases, fencing and a whole log beside BullMQ: throughput, enqueueing, latency.
import type { Benchmark } from './harness/benchmark.ts'
import { atLeast, atMost } from './harness/benchmark.ts'
import { startPostgres } from './harness/postgres.ts'
import { startRedis } from './harness/redis.ts'
import { alternate } from './harness/rounds.ts'
import { missingPeer, runSide } from './harness/side.ts'

const CONCURRENCY = 10
const PREFETCH = 100

export const benchmark: Benchmark = {
  name: 'queue',
  run: async (context) => {
    const missing = missingPeer('bullmq') ?? missingPeer('ioredis')
    if (missing !== null) return [{ name: 'queue beside BullMQ', skipped: missing }]
    const socket = await startRedis(context)
    if (socket === null) return [{ name: 'queue beside BullMQ', skipped: 'there is no redis-server on this machine' }]
    const postgres = await startPostgres(context)
    const jobs = context.quick ? 2_000 : 10_000
    const work = { jobs, concurrency: CONCURRENCY, paced: context.quick ? 150 : 500, paceMs: 5 }
    const side = (prefetch: number, slot: 'ended' | 'worked') => async () => {
      const server = await postgres.freshDatabase()
      return runSide('queue.ts', { ...work, server, prefetch, slot })
    }
    const rounds = await alternate(context.rounds, {
      batched: side(PREFETCH, 'worked'),
      strict: side(CONCURRENCY, 'ended'),
      bullmq: () => runSide('bullmq.mjs', { ...work, socket }),
    })
    const row = (name: string, figure: string, unit: string, ours: 'batched' | 'strict' = 'batched') => ({
      name,
      unit,
      ours: rounds(ours).map((figures) => figures[figure] ?? Number.NaN),
      baseline: { name: 'BullMQ', values: rounds('bullmq').map((figures) => figures[figure] ?? Number.NaN) },
    })
    const batched = `queue: jobs, concurrency ${CONCURRENCY}, up to ${PREFETCH} claimed ahead or waiting for the disk`
    const strict = `queue: jobs, concurrency ${CONCURRENCY}, none claimed ahead, each slot held to the disk`
    return [
      { ...row(batched, 'jobsPerSecond', '/s'), goal: atLeast(2) },
      { ...row(strict, 'jobsPerSecond', '/s', 'strict'), goal: null },
      { ...row('queue: single enqueue, 10 callers', 'enqueuePerSecond', '/s'), goal: atLeast(1) },
      { ...row('queue: enqueue to done, p50', 'p50', 'ms'), goal: atMost(1.5) },
      { ...row('queue: enqueue to done, p99', 'p99', 'ms'), goal: atMost(2) },
    ]
  },
}
