// The sandbox beside a bare process: until ready, a command inside, a connection to a port inside.
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import type { AddressInfo, NetConnectOpts } from 'node:net'
import { join } from 'node:path'
import { createSandboxProvider } from '../src/adapters/sandbox/bubblewrap-provider.ts'
import { createWorkspaces } from '../src/adapters/sandbox/workspaces.ts'
import { createSystemIds } from '../src/adapters/system/ids.ts'
import type { Sandbox, SandboxLimits } from '../src/core/ports/sandbox.ts'
import type { TaskId } from '../src/core/vocabulary/ids.ts'
import type { Benchmark, BenchmarkContext } from './harness/benchmark.ts'
import { atMost } from './harness/benchmark.ts'
import { median } from './harness/figures.ts'
import { alternate } from './harness/rounds.ts'

const MB = 1024 * 1024
const LIMITS: SandboxLimits = { memoryBytes: 512 * MB, processes: 256, diskBytes: 256 * MB }
const PORT = 8_080
// Answers each connection at once and hangs up: what is measured is the way there and back.
const SERVER = `require('net').createServer((socket) => { socket.on('error', () => {}); socket.end('hello') })`

export const benchmark: Benchmark = {
  name: 'sandbox',
  run: async (context) => {
    const dataDir = join(context.directory, 'data')
    mkdirSync(dataDir, { mode: 0o700 })
    const sandboxes = createSandboxProvider({ dataDir, log: () => undefined, say: context.say })
    const report = await sandboxes.probe()
    if (report.level !== 'L1') return [{ name: 'sandbox', skipped: `the level of this machine is ${report.level}` }]
    const workspaces = createWorkspaces({ dataDir, limits: LIMITS, say: context.say })
    const ids = createSystemIds()
    const open = async (): Promise<Sandbox> => {
      const task = ids.next<TaskId>()
      await workspaces.prepare(task, { type: 'empty' })
      const sandbox = await sandboxes.open(task, LIMITS)
      context.cleanUp(() => sandbox.close())
      return sandbox
    }
    const times = context.quick ? 5 : 15
    const sandbox = await open()
    const inside = await openPortInside(sandbox)
    const direct = await listenHere(context)

    const ready = await alternate(context.rounds, {
      ours: () =>
        timed(times, async () => {
          const task = ids.next<TaskId>()
          await workspaces.prepare(task, { type: 'empty' })
          const began = performance.now()
          const fresh = await sandboxes.open(task, LIMITS)
          const took = performance.now() - began
          await fresh.close()
          return took
        }),
      bare: () => timed(times, () => clocked(bareTrue)),
    })
    const exec = await alternate(context.rounds, {
      ours: () => timed(times * 4, () => clocked(() => insideTrue(sandbox))),
      bare: () => timed(times * 4, () => clocked(bareTrue)),
    })
    const preview = await alternate(context.rounds, {
      ours: () => timed(times * 10, () => clocked(() => visit({ path: inside }))),
      bare: () => timed(times * 10, () => clocked(() => visit(direct))),
    })
    const row = (name: string, figures: typeof ready, baseline: string) => ({
      name,
      unit: 'ms',
      ours: figures('ours'),
      baseline: { name: baseline, values: figures('bare') },
    })
    return [
      { ...row('sandbox until ready', ready, 'bare sh -c true'), goal: atMost(35) },
      { ...row('`true` inside a sandbox', exec, 'bare sh -c true'), goal: atMost(1.5) },
      { ...row('new connection to a port inside', preview, 'direct'), goal: atMost(3) },
    ]
  },
}

async function timed(times: number, one: () => Promise<number>): Promise<number> {
  await one()
  const took: number[] = []
  for (let number = 0; number < times; number += 1) took.push(await one())
  return median(took)
}

async function clocked(work: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

function bareTrue(): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', 'true'], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.once('error', reject)
    child.once('close', () => resolve())
  })
}

async function insideTrue(sandbox: Sandbox): Promise<void> {
  const command = { command: 'true', cwd: '.', env: {}, timeoutMs: 10_000, maxOutputBytes: 1_000 }
  const { exitCode } = await sandbox.exec(command, new AbortController().signal)
  if (exitCode !== 0) throw new Error(`true gave ${exitCode}`)
}

async function openPortInside(sandbox: Sandbox): Promise<string> {
  const command = `node -e "${SERVER}.listen(${PORT}, '127.0.0.1')"`
  const served = await sandbox.serve(
    { command, cwd: '.', env: {}, port: PORT, readyTimeoutMs: 10_000 },
    new AbortController().signal,
  )
  if (served.type !== 'listening') throw new Error(`nothing listens inside: ${served.reason} ${served.output}`)
  return sandbox.openPort(PORT)
}

/** The same server as a bare process on this machine. */
async function listenHere({ cleanUp }: BenchmarkContext): Promise<NetConnectOpts> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  const child = spawn(process.execPath, ['-e', `${SERVER}.listen(${port}, '127.0.0.1', () => console.log('up'))`])
  cleanUp(() => void child.kill('SIGKILL'))
  await new Promise((resolve) => child.stdout.once('data', resolve))
  return { port, host: '127.0.0.1' }
}

function visit(to: NetConnectOpts): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    const socket = connect(to)
    socket.on('data', (chunk: Buffer) => (said += chunk.toString()))
    socket.once('error', reject)
    socket.once('close', () => (said === 'hello' ? resolve() : reject(new Error(`heard "${said}"`))))
  })
}
