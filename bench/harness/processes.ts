// What runs on this machine, read from /proc: whose children, how much memory. Linux alone.
import { readdirSync, readFileSync } from 'node:fs'

/** The process and everything below it; empty when it is gone. Zombies don't count. */
export function processTree(root: number): readonly number[] {
  const children = new Map<number, number[]>()
  const alive = new Set<number>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    const status = Number.isInteger(pid) ? statusOf(pid) : null
    if (status === null || status.state === 'Z') continue
    alive.add(pid)
    children.set(status.parent, [...(children.get(status.parent) ?? []), pid])
  }
  const below = (pid: number): number[] => [pid, ...(children.get(pid) ?? []).flatMap(below)]
  return below(root).filter((pid) => alive.has(pid))
}

/** Pids whose command line contains the text. */
export function processesWith(text: string): readonly number[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name)
    if (!Number.isInteger(pid) || pid === process.pid) return []
    try {
      const { state } = statusOf(pid) ?? { state: 'Z' }
      return state !== 'Z' && readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').includes(text)
        ? [pid]
        : []
    } catch {
      return []
    }
  })
}

/** Resident memory that is this process's own share (PSS), in MB: pages shared by several processes are counted once. */
export function memoryMb(pid: number): number {
  try {
    const match = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))
    return Number(match?.[1] ?? 0) / 1_024
  } catch {
    return 0
  }
}

/** Resident memory, in MB. */
export function residentMb(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024
  } catch {
    return 0
  }
}

function statusOf(pid: number): { readonly state: string; readonly parent: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state = 'Z', parent = '0'] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state, parent: Number(parent) }
  } catch {
    return null
  }
}
