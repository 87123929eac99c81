// What a model is told of a thread of 100,000 messages, gathered and packed, beside one of thirty.
import type { Benchmark } from './harness/benchmark.ts'
import { within } from './harness/benchmark.ts'
import { startPostgres } from './harness/postgres.ts'
import { runSide } from './harness/side.ts'

export const benchmark: Benchmark = {
  name: 'context',
  run: async (context) => {
    const postgres = await startPostgres(context)
    const work = { few: 30, many: context.quick ? 10_000 : 100_000, packs: context.quick ? 50 : 200 }
    const figures: Readonly<Record<string, number>>[] = []
    for (let round = 0; round < Math.min(3, context.rounds); round += 1)
      figures.push(await runSide('context.ts', { ...work, server: await postgres.freshDatabase() }))
    const values = (name: string) => figures.map((one) => one[name] ?? Number.NaN)
    const row = (rank: string) => ({
      name: `context pack, thread of ${work.many.toLocaleString('en')} messages, ${rank}`,
      unit: 'ms',
      ours: values(`many_${rank}`),
      baseline: { name: '30 messages', values: values(`few_${rank}`) },
      goal: within(20),
    })
    return [row('p50'), row('p95')]
  },
}
