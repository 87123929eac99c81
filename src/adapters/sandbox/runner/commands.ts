// Commands that end (exec) and processes that stay and listen (serve).
import type { ChildProcess } from 'node:child_process'
import { canConnect } from './ports.ts'
import { createTail, relay } from './output.ts'
import { killGroup, killListener, killMarked, start, startProblem } from './processes.ts'
import type { RunnerRequest } from './protocol.ts'
import type { Wire } from './wire.ts'

type Exec = Extract<RunnerRequest, { op: 'exec' }>
type Serve = Extract<RunnerRequest, { op: 'serve' }>
type Ending = { readonly exitCode: number | null; readonly signal: string | null }

const POLL_MS = 15
const SERVED_OUTPUT_CHARACTERS = 16_000

export type Commands = {
  readonly exec: (request: Exec) => Promise<void>
  readonly serve: (request: Serve) => Promise<void>
  /** Kills what runs under this id. Nothing happens when it is over. */
  readonly cancel: (id: number) => void
  readonly running: () => number
}

export function createCommands(wire: Wire): Commands {
  const stops = new Map<number, () => void>()
  const served = new Map<number, { readonly stop: () => Promise<void> }>()

  async function exec(request: Exec): Promise<void> {
    const { id } = request
    const began = performance.now()
    const problem = startProblem(request.cwd)
    if (problem !== null) {
      const bytes = Buffer.from(`${problem}\n`)
      wire.send({ type: 'output', id, stream: 'stderr', data: bytes.toString('base64') })
      wire.send({ ...exitReply(id, { exitCode: 126, signal: null }, began), stderrBytes: bytes.length })
      return
    }
    const child = start(request, id)
    const stdout = child.stdout && relay(child.stdout, 'stdout', id, request.maxOutputBytes, wire)
    const stderr = child.stderr && relay(child.stderr, 'stderr', id, request.maxOutputBytes, wire)
    let timedOut = false
    let killed = false
    const kill = (): void => {
      killed = true
      killGroup(child)
      killMarked(id)
      // Whatever still holds the pipes is not waited for.
      child.stdout?.destroy()
      child.stderr?.destroy()
    }
    stops.set(id, kill)
    const timer = setTimeout(() => {
      timedOut = true
      kill()
    }, request.timeoutMs)
    const ending = await ended(child)
    clearTimeout(timer)
    stops.delete(id)
    stdout?.sendTail()
    stderr?.sendTail()
    wire.send({
      ...exitReply(id, killed ? { exitCode: null, signal: 'SIGKILL' } : ending, began),
      timedOut,
      stdoutBytes: stdout?.total() ?? 0,
      stderrBytes: stderr?.total() ?? 0,
    })
  }

  async function serve(request: Serve): Promise<void> {
    const { id, port } = request
    const fail = (reason: string, ending: Ending, output: string): void => {
      wire.send({ type: 'not-listening', id, ...ending, output, reason })
    }
    const problem = startProblem(request.cwd)
    if (problem !== null) return fail(problem, { exitCode: null, signal: null }, '')
    await served.get(port)?.stop()
    if (await canConnect(port)) killListener(port)

    const child = start(request, id)
    const tail = createTail(4 * SERVED_OUTPUT_CHARACTERS)
    child.stdout?.on('data', tail.push).on('error', () => child.stdout?.destroy())
    child.stderr?.on('data', tail.push).on('error', () => child.stderr?.destroy())
    const output = (): string => tail.bytes().toString('utf8').slice(-SERVED_OUTPUT_CHARACTERS)
    let over: Ending | null = null
    let cancelled = false
    const ending = ended(child).then((how) => {
      over = how
      if (served.get(port) === entry) served.delete(port)
    })
    const kill = (): void => {
      killGroup(child)
      killMarked(id)
    }
    const entry = {
      stop: async (): Promise<void> => {
        kill()
        await ending
      },
    }
    served.set(port, entry)
    stops.set(id, () => {
      cancelled = true
      kill()
    })
    const outcome = await untilListening(port, request.readyTimeoutMs, () => over !== null || cancelled)
    stops.delete(id)
    if (outcome === 'listening') {
      // How it ends later nobody waits for, but what it tried must not pass unnoticed.
      void ending.then(() => {
        if (over !== null && wasFiltered(over)) wire.send({ type: 'filtered' })
      })
      wire.send({ type: 'listening', id, processId: `${id}`, output: output() })
      return
    }
    if (over === null) kill()
    await ending
    const reason = cancelled
      ? 'it was stopped before it listened'
      : outcome === 'late'
        ? `nothing listened on port ${port} within ${Math.round(request.readyTimeoutMs / 100) / 10} s`
        : `it ended before it listened on port ${port}`
    const unfinished: Ending = { exitCode: null, signal: 'SIGKILL' }
    fail(reason, outcome === 'over' && !cancelled ? (over ?? unfinished) : unfinished, output())
  }

  return {
    exec,
    serve,
    cancel: (id) => stops.get(id)?.(),
    running: () => stops.size + served.size,
  }
}

/** Killed by the system call filter, itself or, as a shell reports it (128 + SIGSYS), the last that it waited for. */
function wasFiltered({ exitCode, signal }: Ending): boolean {
  return signal === 'SIGSYS' || exitCode === 159
}

/** Resolves when the leader is gone and the pipes are closed; its background processes don't outlive it. */
function ended(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.once('exit', () => killGroup(child))
    child.once('error', () => resolve({ exitCode: 127, signal: null }))
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal }))
    // A process in a session of its own may hold the pipes open for ever: what it prints later is nobody's output.
    child.once('exit', (exitCode, signal) =>
      setTimeout(() => {
        child.stdout?.destroy()
        child.stderr?.destroy()
        resolve({ exitCode, signal })
      }, 250).unref(),
    )
  })
}

async function untilListening(
  port: number,
  forMs: number,
  isOver: () => boolean,
): Promise<'listening' | 'over' | 'late'> {
  const until = performance.now() + forMs
  while (performance.now() < until) {
    if (isOver()) return 'over'
    if (await canConnect(port)) return isOver() ? 'over' : 'listening'
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  return isOver() ? 'over' : 'late'
}

function exitReply(id: number, ending: Ending, began: number) {
  return {
    type: 'exit',
    id,
    ...ending,
    timedOut: false,
    stdoutBytes: 0,
    stderrBytes: 0,
    durationMs: Math.round(performance.now() - began),
  } as const
}
