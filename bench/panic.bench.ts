// From the panic to the moment at which no process of twenty busy sandboxes is left, beside a bare SIGKILL of twenty process groups.
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createSandboxProvider } from '../src/adapters/sandbox/bubblewrap-provider.ts'
import type { TaskId } from '../src/core/vocabulary/ids.ts'
import type { Benchmark } from './harness/benchmark.ts'
import { within } from './harness/benchmark.ts'
import { processesWith } from './harness/processes.ts'

const MANY = 20
const LIMITS = { memoryBytes: 256 * 1024 ** 2, processes: 64, diskBytes: 256 * 1024 ** 2 }
const BUSY = [
  'while :; do :; done',
  'while :; do sleep 0.05; done',
  'sleep 1000 & sleep 1000',
  `trap '' TERM INT HUP; sleep 1000`,
  'kill -STOP $$',
]

export const benchmark: Benchmark = {
  name: 'panic',
  run: async (context) => {
    const dataDir = join(context.directory, 'data')
    mkdirSync(dataDir, { recursive: true })
    const silent = (): void => undefined
    const provider = createSandboxProvider({ dataDir, log: silent, say: silent })
    context.cleanUp(async () => void (await provider.kill('all')))
    const { level } = await provider.probe()
    if (level !== 'L1') return [{ name: 'panic to no process left', skipped: 'this machine has no sandbox' }]
    const ours: number[] = []
    const bare: number[] = []
    for (let round = 0; round < context.rounds; round += 1) {
      ours.push(await sandboxesGone())
      bare.push(await groupsGone())
    }
    const baseline = { name: 'SIGKILL of 20 process groups', values: bare }
    return [{ name: 'panic to no process left', unit: 'ms', ours, baseline, goal: within(1_000) }]

    async function sandboxesGone(): Promise<number> {
      const mark = markOf()
      const sandboxes = await Promise.all(
        scripts(mark).map(async (command, index) => {
          const sandbox = await provider.open(`panic-${index}` as TaskId, LIMITS)
          const busy = { command, cwd: '.', env: {}, timeoutMs: 600_000, maxOutputBytes: 1_000 }
          sandbox.exec(busy, new AbortController().signal).catch(silent)
          return sandbox
        }),
      )
      await until(() => processesWith(mark).length >= MANY)
      const began = performance.now()
      await provider.kill('all')
      await until(() => processesWith(mark).length === 0)
      const took = performance.now() - began
      await Promise.all(sandboxes.map(({ ended }) => ended))
      return took
    }

    async function groupsGone(): Promise<number> {
      const mark = markOf()
      const children = scripts(mark).map((script) =>
        spawn('/bin/sh', ['-c', script], { detached: true, stdio: 'ignore' }),
      )
      await until(() => processesWith(mark).length >= MANY)
      const began = performance.now()
      for (const { pid } of children) if (pid !== undefined) process.kill(-pid, 'SIGKILL')
      await until(() => processesWith(mark).length === 0)
      return performance.now() - began
    }
  },
}

/** A number that no other process on the machine has in its command line. */
function markOf(): string {
  return `${1_000_000_000 + Math.trunc(Math.random() * 1e9)}`
}

function scripts(mark: string): readonly string[] {
  return Array.from({ length: MANY }, (_, index) => `: ${mark}; ${BUSY[index % BUSY.length]}`)
}

async function until(holds: () => boolean): Promise<void> {
  const began = performance.now()
  while (!holds()) {
    if (performance.now() - began > 30_000) throw new Error('waited 30 s in vain')
    await sleep(2)
  }
}
