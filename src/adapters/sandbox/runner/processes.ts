// Starting and stopping processes inside the sandbox. A process that hides from its group is found by the mark in its
// environment, and one that holds a port by the socket.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { StartRequest } from './protocol.ts'

export const WORKSPACE = '/workspace'
const MARK = 'FACTOTUM_COMMAND'
const BASE_ENV = {
  HOME: '/home/user',
  USER: 'user',
  LOGNAME: 'user',
  SHELL: '/bin/sh',
  LANG: 'C.UTF-8',
  TMPDIR: '/tmp',
  PATH: '/opt/node/bin:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin',
}

/** Why a command can't be started there, or null. */
export function startProblem(cwd: string): string | null {
  const folder = resolve(WORKSPACE, cwd)
  if (folder !== WORKSPACE && !folder.startsWith(`${WORKSPACE}/`)) return `${cwd} lies outside of the workspace`
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? null : `there is no folder ${cwd}`
}

/** Starts `/bin/sh -c` in a session of its own, marked with `id`. */
export function start(request: StartRequest, id: number): ChildProcess {
  // When memory runs out the kernel should take a command rather than the runner.
  const script = `echo 800 >/proc/self/oom_score_adj; ${request.command}`
  return spawn('/bin/sh', ['-c', script], {
    cwd: resolve(WORKSPACE, request.cwd),
    env: { ...BASE_ENV, ...request.env, [MARK]: String(id) },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Kills the group that `child` leads. Nothing happens when none is left. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Nobody is left in it.
  }
}

/** Kills every process that carries the mark of command `id`, sessions of their own included. */
export function killMarked(id: number): void {
  const mark = Buffer.from(`${MARK}=${id}\0`)
  // A process may fork while the list is read, so look again until a round finds none.
  for (let round = 0; round < 10; round += 1) {
    const found = processIds().filter((pid) => carries(pid, mark))
    if (found.length === 0) return
    found.forEach(killOne)
  }
}

/** Kills whoever listens on `port`. */
export function killListener(port: number): void {
  const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeners(table, port)))
  if (inodes.size === 0) return
  for (const pid of processIds()) {
    if (descriptors(pid).some((target) => inodes.has(target))) killOne(pid)
  }
}

/** Bytes of memory that each process has for itself. */
export function memoryOfProcesses(): ReadonlyMap<number, number> {
  const held = new Map<number, number>()
  for (const pid of processIds()) {
    const [, resident, shared] = readOr(`/proc/${pid}/statm`, '').split(' ')
    if (resident !== undefined && shared !== undefined) held.set(pid, (Number(resident) - Number(shared)) * 4096)
  }
  return held
}

export function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It was faster.
  }
}

/** Everything but the reaper and the runner itself. */
function processIds(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== 1 && pid !== process.pid)
}

function carries(pid: number, mark: Buffer): boolean {
  try {
    if (readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ')) return false
    return readFileSync(`/proc/${pid}/environ`).includes(mark)
  } catch {
    return false
  }
}

function listeners(table: string, port: number): string[] {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return readOr(table, '')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(local) && fields[3] === '0A')
    .map((fields) => `socket:[${fields[9]}]`)
}

function descriptors(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
  } catch {
    return []
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return otherwise
  }
}
