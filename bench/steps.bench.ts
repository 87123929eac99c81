// Tasks of three journaled steps beside DBOS workflows of three steps, on one PostgreSQL server.
import type { Benchmark } from './harness/benchmark.ts'
import { atLeast } from './harness/benchmark.ts'
import { startPostgres } from './harness/postgres.ts'
import { alternate } from './harness/rounds.ts'
import { missingPeer, runSide } from './harness/side.ts'

const NAME = 'three journaled steps, accepted to completed, 10 at once'

export const benchmark: Benchmark = {
  name: 'steps',
  run: async (context) => {
    const missing = missingPeer('@dbos-inc/dbos-sdk')
    if (missing !== null) return [{ name: NAME, skipped: missing }]
    const postgres = await startPostgres(context)
    const work = { workflows: context.quick ? 300 : 1_000, concurrency: 10 }
    const side = (file: string) => async () => runSide(file, { ...work, server: await postgres.freshDatabase() })
    const rounds = await alternate(context.rounds, { ours: side('steps.ts'), dbos: side('dbos.mjs') })
    const perSecond = (name: 'ours' | 'dbos') => rounds(name).map((figures) => figures['perSecond'] ?? Number.NaN)
    const baseline = { name: 'DBOS', values: perSecond('dbos') }
    return [{ name: NAME, unit: '/s', ours: perSecond('ours'), baseline, goal: atLeast(3) }]
  },
}
