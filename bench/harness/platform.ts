// A whole Factotum, started the way a person starts it, on a data directory of the benchmark's own, asked over HTTP.
import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { WebSocket } from 'ws'
import { z } from 'zod'
import type { BenchmarkContext } from './benchmark.ts'

/** As bin/factotum.js and npm start set it. */
const MEMORY = '--max-semi-space-size=16'
export const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const SECRET = 'only-for-benchmarks-on-this-machine'
const READY_TIMEOUT_MS = 60_000

const RUNNING = z.object({ pid: z.number(), url: z.string() })
const EVENT = z.object({
  task_id: z.string(),
  seq: z.number(),
  at: z.string(),
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
})
const TASK = z.object({ id: z.string(), status: z.string(), error: z.string().nullable() })
export type WireEvent = z.infer<typeof EVENT>
export type WireTask = z.infer<typeof TASK>

export type Up = {
  readonly url: string
  readonly token: string
  readonly dataDir: string
  readonly child: ChildProcess
  /** From the spawn to the first 200 of /readyz. */
  readonly readyMs: number
  readonly post: (path: string, body: unknown) => Promise<WireTask>
  readonly get: (path: string) => Promise<WireTask>
  /** Sees the task's events as they arrive, until `seen` answers true; rejects when the stream ends before. */
  readonly follow: (taskId: string, seen: (event: WireEvent) => boolean) => Promise<void>
  /** SIGTERM, and waits. */
  readonly stop: () => Promise<void>
}

type Roles = 'gateway,worker' | 'gateway' | 'gateway,telegram' | 'gateway,worker,telegram'
export type Environment = Readonly<Record<string, string>>

export function environment(dataDir: string, settings: Environment): NodeJS.ProcessEnv {
  const { PATH, HOME, USER, LANG } = process.env
  return {
    PATH,
    HOME,
    USER,
    LANG,
    DATA_DIR: dataDir,
    HTTP_PORT: '0',
    JWT_SECRET: SECRET,
    LOG_LEVEL: 'warn',
    // How fast it is, and not how fast people may be.
    PROMPT_CACHE_MINUTES: '0',
    REQUESTS_PER_MINUTE: '0',
    REQUESTS_PER_MINUTE_ALL: '0',
    TASKS_AT_ONCE: '0',
    ...settings,
  }
}

/** Starts `factotum up` and waits until it is ready (alive, where there is no worker to be ready). It and its database end with the benchmark. */
export async function startPlatform(
  context: BenchmarkContext,
  name: string,
  settings: Environment = {},
  roles: Roles = 'gateway,worker',
): Promise<Up> {
  const dataDir = join(context.directory, name)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const began = performance.now()
  const child = spawn(process.execPath, [MEMORY, MAIN, 'up', '--roles', roles], {
    cwd: context.directory,
    env: environment(dataDir, settings),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async () => {
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
    await exited
    clearTimeout(late)
  }
  context.cleanUp(stop)
  const url = await untilReady(dataDir, child, () => said, began, roles.includes('worker') ? '/readyz' : '/healthz')
  const readyMs = performance.now() - began
  const issuing = { cwd: context.directory, env: environment(dataDir, settings) }
  const token = (await promisify(execFile)(process.execPath, [MAIN, 'token', 'issue'], issuing)).stdout.trim()
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const ask = async (path: string, init: RequestInit) => {
    const answer = await fetch(url + path, { ...init, headers })
    const body: unknown = await answer.json()
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(body)}`)
    return TASK.parse(body)
  }
  return {
    url,
    token,
    dataDir,
    child,
    readyMs,
    post: (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body) }),
    get: (path) => ask(path, {}),
    follow: (taskId, seen) =>
      follow(`${url.replace('http', 'ws')}/v1/tasks/${taskId}/stream`, headers.authorization, seen),
    stop,
  }
}

export function isOver(event: WireEvent): boolean {
  return ['task.completed', 'task.failed', 'task.aborted'].includes(event.type)
}

/** Asks for a task and follows it to its end. Returns how long that took, in ms; throws when it did not complete. */
export async function runToEnd(up: Up, input: string): Promise<number> {
  const began = performance.now()
  const task = await up.post('/v1/tasks', { input_text: input })
  let last: WireEvent | null = null
  await up.follow(task.id, (event) => {
    last = event
    return isOver(event)
  })
  const took = performance.now() - began
  const { status, error } = await up.get(`/v1/tasks/${task.id}`)
  if (status !== 'completed') throw new Error(`"${input}" ended ${status}: ${error ?? JSON.stringify(last)}`)
  return took
}

function follow(url: string, authorization: string, seen: (event: WireEvent) => boolean): Promise<void> {
  const socket = new WebSocket(url, { headers: { authorization }, perMessageDeflate: false })
  return new Promise((resolve, reject) => {
    let found = false
    socket.on('message', (frame: Buffer) => {
      if (found || !seen(EVENT.parse(JSON.parse(frame.toString())))) return
      found = true
      socket.terminate()
      resolve()
    })
    socket.on('error', reject)
    socket.on('close', (code) => reject(new Error(`The stream ended with ${code}`)))
  })
}

async function untilReady(
  dataDir: string,
  child: ChildProcess,
  said: () => string,
  began: number,
  health: string,
): Promise<string> {
  while (performance.now() - began < READY_TIMEOUT_MS) {
    if (child.exitCode !== null) throw new Error(`factotum up ended with ${child.exitCode}: ${said().slice(-2_000)}`)
    const running = await readRunning(dataDir)
    if (running !== null && running.pid === child.pid) {
      const answer = await fetch(running.url + health).catch(() => null)
      await answer?.body?.cancel()
      if (answer?.status === 200) return running.url
    }
    await sleep(10)
  }
  throw new Error(`factotum up was not ready in time: ${said().slice(-2_000)}`)
}

async function readRunning(dataDir: string): Promise<z.infer<typeof RUNNING> | null> {
  try {
    return RUNNING.parse(JSON.parse(await readFile(join(dataDir, 'up.json'), 'utf8')))
  } catch {
    return null
  }
}
