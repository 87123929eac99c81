// A start on existing data until ready, and what an idle platform holds in memory.
import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Benchmark } from './harness/benchmark.ts'
import { within } from './harness/benchmark.ts'
import { runToEnd, startPlatform } from './harness/platform.ts'
import { memoryMb, processesWith, processTree, residentMb } from './harness/processes.ts'

export const benchmark: Benchmark = {
  name: 'start',
  run: async (context) => {
    const first = await startPlatform(context, 'data')
    await runToEnd(first, 'Who are you?')
    await first.stop()
    const ready: number[] = []
    const bare: number[] = []
    const node: number[] = []
    const postgres: number[] = []
    for (let round = 0; round < context.rounds; round += 1) {
      const began = performance.now()
      spawnSync(process.execPath, ['-e', ''])
      bare.push((performance.now() - began) / 1_000)
      const up = await startPlatform(context, 'data')
      ready.push(up.readyMs / 1_000)
      await sleep(context.quick ? 1_000 : 5_000)
      node.push(residentMb(up.child.pid ?? 0))
      postgres.push(postgresMemory(up.dataDir))
      await up.stop()
    }
    const baseline = { name: 'bare node start', values: bare }
    return [
      { name: 'start on existing data to ready', unit: 's', ours: ready, baseline, goal: within(1.5) },
      { name: 'idle memory, the platform (RSS)', unit: 'MB', ours: node, baseline: null, goal: within(150) },
      {
        name: 'idle memory, its PostgreSQL (PSS, all processes)',
        unit: 'MB',
        ours: postgres,
        baseline: null,
        goal: within(100),
      },
    ]
  },
}

/** The postmaster names its folder on its command line; what it started names nothing, so its whole family is summed. */
function postgresMemory(dataDir: string): number {
  const family = new Set(processesWith(`${dataDir}/postgres`).flatMap((pid) => [...processTree(pid)]))
  return [...family].reduce((sum, pid) => sum + memoryMb(pid), 0)
}
