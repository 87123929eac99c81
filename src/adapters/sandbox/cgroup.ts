// Control groups, version 1 or 2, where we may make them: a bound on memory and processes of a whole sandbox together,
// and the surest way to kill all of it.
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { SandboxLimits } from '../../core/ports/sandbox.ts'

export type Cgroup = {
  /** Writing `0` to each of these moves the writer in. */
  readonly entrances: readonly string[]
  /** How often the kernel killed a process in it for want of memory. */
  readonly memoryKills: () => number
  readonly killAll: () => void
  /** Call when nothing is left in it; tries again at the next `create` otherwise. */
  readonly remove: () => void
}

export type Cgroups = {
  /** e.g. `version 2`, or null where there are none for us. */
  readonly version: 1 | 2 | null
  /** Why there are none, or what is used, one sentence. */
  readonly detail: string
  readonly create: (name: string, limits: SandboxLimits) => Cgroup | null
}

const ROOT = '/sys/fs/cgroup'
const FAMILY = 'factotum'
type Parents = { readonly memory: string; readonly pids: string }

/** Looks for a place where both memory and processes can be limited, and clears what dead processes left there. */
export function findCgroups(): Cgroups {
  const two = existsSync(join(ROOT, 'cgroup.controllers')) ? versionTwoParent() : null
  if (two !== null) return over(2, { memory: two, pids: two })
  const one = versionOneParents()
  if (one !== null) return over(1, one)
  return {
    version: null,
    detail:
      'no control group may be made here, so memory is limited per process and watched; a systemd unit with Delegate=yes gives one',
    create: () => null,
  }
}

function over(version: 1 | 2, parents: Parents): Cgroups {
  const folders = (name: string): readonly string[] => [
    ...new Set([join(parents.memory, name), join(parents.pids, name)]),
  ]
  sweep(parents)
  return {
    version,
    detail: `memory and processes are limited by control groups (version ${version}) under ${parents.memory}`,
    create: (name, limits) => {
      const [memory, pids] = [join(parents.memory, name), join(parents.pids, name)]
      try {
        folders(name).forEach((folder) => mkdirSync(folder))
        if (version === 2) limitTwo(memory, limits)
        else limitOne(memory, pids, limits)
      } catch {
        folders(name).forEach(removeFolder)
        return null
      }
      return {
        entrances: folders(name).map((folder) => join(folder, 'cgroup.procs')),
        memoryKills: () => memoryKills(memory, version),
        killAll: () => {
          if (version === 2 && writes(join(memory, 'cgroup.kill'), '1')) return
          members(pids).forEach(kill)
        },
        remove: () => folders(name).forEach(removeFolder),
      }
    },
  }
}

function limitTwo(folder: string, limits: SandboxLimits): void {
  writeFileSync(join(folder, 'memory.max'), String(limits.memoryBytes))
  writeFileSync(join(folder, 'pids.max'), String(limits.processes))
  // Swap would only make a memory bomb slower.
  writes(join(folder, 'memory.swap.max'), '0')
}

function limitOne(memory: string, pids: string, limits: SandboxLimits): void {
  writeFileSync(join(memory, 'memory.limit_in_bytes'), String(limits.memoryBytes))
  writeFileSync(join(pids, 'pids.max'), String(limits.processes))
  writes(join(memory, 'memory.memsw.limit_in_bytes'), String(limits.memoryBytes))
}

function memoryKills(folder: string, version: 1 | 2): number {
  const file = version === 2 ? 'memory.events' : 'memory.oom_control'
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync(join(folder, file), 'latin1'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

function versionTwoParent(): string | null {
  const own = join(ROOT, ownPath(/^0::(.*)$/m) ?? '/')
  // A service with a delegated group runs in a child of it; root may also use the top.
  const candidates = [...(own === ROOT ? [] : [dirname(own)]), own, ...(process.getuid?.() === 0 ? [ROOT] : [])]
  return candidates.map(usableTwo).find((folder) => folder !== null) ?? null
}

function usableTwo(parent: string): string | null {
  const folder = join(parent, FAMILY)
  try {
    accessSync(parent, constants.W_OK)
    writes(join(parent, 'cgroup.subtree_control'), '+memory +pids')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'cgroup.subtree_control'), '+memory +pids')
    return folder
  } catch {
    removeFolder(folder)
    return null
  }
}

function versionOneParents(): Parents | null {
  const memory = join(ROOT, 'memory', ownPath(/^\d+:(?:\w+,)*memory(?:,\w+)*:(.*)$/m) ?? '/', FAMILY)
  const pids = join(ROOT, 'pids', ownPath(/^\d+:(?:\w+,)*pids(?:,\w+)*:(.*)$/m) ?? '/', FAMILY)
  if (!existsSync(join(dirname(memory), 'memory.limit_in_bytes')) || !existsSync(dirname(pids))) return null
  try {
    mkdirSync(memory, { recursive: true })
    mkdirSync(pids, { recursive: true })
    // Another user of this machine may have made them.
    accessSync(memory, constants.W_OK)
    accessSync(pids, constants.W_OK)
    return { memory, pids }
  } catch {
    return null
  }
}

function ownPath(line: RegExp): string | null {
  return line.exec(readFileSync('/proc/self/cgroup', 'latin1'))?.[1] ?? null
}

/** Groups are named after the process that made them. */
function sweep(parents: Parents): void {
  for (const parent of new Set([parents.memory, parents.pids])) {
    for (const name of readdirSync(parent)) {
      const owner = /^(\d+)-/.exec(name)?.[1]
      if (owner !== undefined && !existsSync(`/proc/${owner}`)) removeFolder(join(parent, name))
    }
  }
}

function members(folder: string): number[] {
  try {
    return readFileSync(join(folder, 'cgroup.procs'), 'latin1').split('\n').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}

function writes(file: string, text: string): boolean {
  try {
    writeFileSync(file, text)
    return true
  } catch {
    return false
  }
}

function removeFolder(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Not there, or not empty yet: the next process to start sweeps it.
  }
}
