// Starts one sandbox: the control group, the descriptors, bubblewrap and, in it, the runner.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { dirname } from 'node:path'
import type { Duplex, Readable } from 'node:stream'
import type { SandboxLimits } from '../../core/ports/sandbox.ts'
import { sandboxArguments, words } from './bubblewrap-arguments.ts'
import type { Cgroup } from './cgroup.ts'
import { EGRESS_SOCKET } from './egress.ts'
import type { EgressFiles } from './egress.ts'
import type { Bubblewrap } from './obtain-programs.ts'
import type { RunnerConfig } from './runner/protocol.ts'
import type { SandboxUser } from './sandbox-user.ts'
import { noStaging, rootStaging } from './staging.ts'
import type { Toolbox } from './toolbox.ts'

export type Launch = {
  readonly bubblewrap: Bubblewrap
  readonly tools: Toolbox
  readonly user: SandboxUser
  readonly workspace: string
  readonly limits: SandboxLimits
  readonly cgroup: Cgroup | null
  readonly seccomp: Buffer
  readonly portDescriptors: readonly number[]
  readonly egress: EgressFiles | null
}

export type Launched = {
  readonly child: ChildProcess
  readonly control: Duplex
  /** The host's number of the sandbox's first process: when it is dead, so is everything in there. Null until known. */
  readonly initPid: () => number | null
  /** The same, once it is known. */
  readonly started: Promise<number>
  /** The end of what bubblewrap and the runner complained about. */
  readonly complaints: () => string
}

const CONTROL_FD = 3
const ARGUMENTS_FD = 4
const SECCOMP_FD = 5
const INFO_FD = 6
const FIRST_PORT_FD = 7
const FILE_BYTES = 1024 ** 3
const OPEN_FILES = 4096
const RESERVED_BYTES = 1024 ** 3
const COMPLAINT_CHARACTERS = 4_000
// Moves itself into the control groups, then becomes the rest of its arguments. PATH is not exported and programs are
// named without their folder, because a command line and an environment can be read from inside.
const ENTER = 'PATH=$1; shift; while [ "$1" != -- ]; do echo 0 >"$1" || exit 97; shift; done; shift; exec "$@"'

/** Throws when not even a process could be started; everything else shows as the child's end. */
export function launch(options: Launch): Launched {
  const { bubblewrap, tools, user, workspace, limits, cgroup, seccomp, portDescriptors, egress } = options
  const staging = user.dedicated ? rootStaging(bubblewrap.path, user, [workspace]) : noStaging()
  const config: RunnerConfig = {
    portSockets: portDescriptors.map((_, index) => FIRST_PORT_FD + index),
    watchMemoryBytes: cgroup === null ? limits.memoryBytes : null,
    egressSocket: egress === null ? null : EGRESS_SOCKET,
  }
  const inside = sandboxArguments({
    version: bubblewrap.version,
    workspace,
    tools,
    egress,
    staged: staging.staged,
    seccompFd: SECCOMP_FD,
    infoFd: INFO_FD,
  })
  const command = staging.wrap([
    'bwrap',
    '--args',
    String(ARGUMENTS_FD),
    '--',
    '/usr/bin/prlimit',
    ...resourceLimits(limits, cgroup === null),
    '--',
    ...words('/opt/factotum/node --disable-sigusr1 --max-old-space-size=256 --no-warnings'),
    '/opt/factotum/runner/main.js',
    JSON.stringify(config),
  ])
  const enter = ['-c', ENTER, 'enter', dirname(bubblewrap.path), ...(cgroup?.entrances ?? []), '--']
  const child = spawn('/bin/sh', [...enter, ...command], {
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', ...portDescriptors],
  })
  const control = pipe(child, CONTROL_FD)
  feed(pipe(child, ARGUMENTS_FD), inside.map((argument) => `${argument}\0`).join(''))
  feed(pipe(child, SECCOMP_FD), seccomp)
  const info = collect(pipe(child, INFO_FD))
  const complaints = child.stderr === null ? (): string => '' : collect(child.stderr)
  const initPid = (): number | null => numberIn(info())
  return { child, control, complaints, initPid, started: whenKnown(pipe(child, INFO_FD), initPid) }
}

/** What one process may do, whatever the control group says. */
function resourceLimits(limits: SandboxLimits, alone: boolean): string[] {
  const files = Math.min(OPEN_FILES, hardLimit('Max open files'))
  const processes = Math.min(limits.processes, hardLimit('Max processes'))
  // A quick stop for a single greedy process; V8 reserves the rest without using it.
  const data = limits.memoryBytes + RESERVED_BYTES
  return [
    `--nofile=${files}:${files}`,
    `--nproc=${processes}:${processes}`,
    `--fsize=${FILE_BYTES}:${FILE_BYTES}`,
    '--core=0:0',
    ...(alone ? [`--data=${data}:${data}`] : []),
  ]
}

function hardLimit(name: string): number {
  const line = readFileSync('/proc/self/limits', 'latin1')
    .split('\n')
    .find((text) => text.startsWith(name))
  const hard = line?.slice(name.length).trim().split(/\s+/)[1]
  return hard === undefined || hard === 'unlimited' ? Infinity : Number(hard)
}

function pipe(child: ChildProcess, fd: number): Duplex {
  const stream = child.stdio[fd]
  if (!(stream instanceof Socket)) throw new Error(`the sandbox could not be started: descriptor ${fd} is missing`)
  // Either end may go first; the child's end tells the story.
  stream.on('error', () => stream.destroy())
  return stream
}

function feed(stream: Duplex, bytes: string | Buffer): void {
  stream.end(bytes)
  stream.resume()
}

function collect(stream: Readable): () => string {
  let text = ''
  stream.setEncoding('utf8')
  stream.on('data', (more: string) => {
    text = (text + more).slice(-COMPLAINT_CHARACTERS)
  })
  return () => text
}

function whenKnown(stream: Readable, value: () => number | null): Promise<number> {
  return new Promise((resolve) => {
    stream.on('data', () => {
      const known = value()
      if (known !== null) resolve(known)
    })
  })
}

function numberIn(info: string): number | null {
  const pid = /"child-pid":\s*(\d+)/.exec(info)?.[1]
  return pid === undefined ? null : Number(pid)
}
