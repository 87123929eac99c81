// A claim with a thousand tasks pending beside a claim with ten.
import type { Benchmark } from './harness/benchmark.ts'
import { atMost } from './harness/benchmark.ts'
import { startPostgres } from './harness/postgres.ts'
import { runSide } from './harness/side.ts'

export const benchmark: Benchmark = {
  name: 'claims',
  run: async (context) => {
    const postgres = await startPostgres(context)
    const work = { few: 10, many: 1_000, claims: context.quick ? 60 : 300 }
    const ours: number[] = []
    const few: number[] = []
    for (let round = 0; round < context.rounds; round += 1) {
      const figures = await runSide('claims.ts', { ...work, server: await postgres.freshDatabase() })
      ours.push(figures['many'] ?? Number.NaN)
      few.push(figures['few'] ?? Number.NaN)
    }
    const baseline = { name: '10 pending', values: few }
    return [{ name: 'claim with 1,000 pending', unit: 'ms', ours, baseline, goal: atMost(1.3) }]
  },
}
