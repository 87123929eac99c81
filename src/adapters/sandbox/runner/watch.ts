// Limits that the kernel does not hold by itself: the size of the workspace, and memory where there is no cgroup.
import { execFile } from 'node:child_process'
import { killOne, memoryOfProcesses, WORKSPACE } from './processes.ts'
import type { Wire } from './wire.ts'

const DISK_EVERY_MS = 1_000
const MEMORY_EVERY_MS = 200

export type Watch = {
  /** Something ran: measure the workspace soon. */
  readonly touched: () => void
}

/** Measures while something runs and once after it; a workspace that takes long to measure is measured less often. */
export function createWatch(wire: Wire, isBusy: () => boolean, memoryBytes: number | null): Watch {
  let timer: NodeJS.Timeout | null = null
  let pauseMs = 0

  function touched(): void {
    timer ??= setTimeout(() => void look(), pauseMs)
  }

  async function look(): Promise<void> {
    const began = performance.now()
    wire.send({ type: 'disk', bytes: await workspaceBytes() })
    pauseMs = Math.max(DISK_EVERY_MS, 10 * (performance.now() - began))
    timer = null
    if (isBusy()) touched()
  }

  if (memoryBytes !== null) setInterval(() => isBusy() && killLargestAbove(memoryBytes), MEMORY_EVERY_MS).unref()
  return { touched }
}

async function workspaceBytes(): Promise<number> {
  const first = await diskUsage()
  if (first.complete) return first.bytes
  // A folder nobody may read is no place to hide bytes in.
  await run('find', [WORKSPACE, '-xdev', '-type', 'd', '!', '-perm', '-u=rx', '-exec', 'chmod', 'u+rx', '{}', '+'])
  return (await diskUsage()).bytes
}

async function diskUsage(): Promise<{ readonly bytes: number; readonly complete: boolean }> {
  const { output, ok } = await run('du', ['-sx', '--block-size=1', WORKSPACE])
  return { bytes: Number.parseInt(output, 10) || 0, complete: ok }
}

function run(program: string, args: readonly string[]): Promise<{ readonly output: string; readonly ok: boolean }> {
  return new Promise((resolve) => {
    execFile(program, args, { env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } }, (error, output) =>
      resolve({ output, ok: error === null }),
    )
  })
}

function killLargestAbove(limit: number): void {
  const held = [...memoryOfProcesses()].toSorted(([, a], [, b]) => b - a)
  const sum = held.reduce((total, [, bytes]) => total + bytes, 0)
  const largest = held[0]
  if (sum > limit && largest !== undefined) killOne(largest[0])
}
