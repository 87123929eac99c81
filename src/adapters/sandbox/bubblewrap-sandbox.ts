// One sandbox that runs: the Sandbox port over a runner inside bubblewrap.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { SandboxGone } from '../../core/ports/sandbox.ts'
import type {
  CommandResult,
  DirectoryEntry,
  FileRefusal,
  Sandbox,
  SandboxEnd,
  SandboxLimits,
  ServedProcess,
} from '../../core/ports/sandbox.ts'
import type { Cgroup } from './cgroup.ts'
import { createCommandOutput } from './command-output.ts'
import { EGRESS_PORT } from './egress.ts'
import type { SandboxGate } from './egress.ts'
import type { Launched } from './launch.ts'
import type { PortSockets } from './port-sockets.ts'
import type { NoteOfSandbox } from './running.ts'
import { createRunnerClient } from './runner-client.ts'
import type { Asked } from './runner-client.ts'

type Parts = {
  readonly launched: Launched
  readonly cgroup: Cgroup | null
  readonly sockets: PortSockets
  readonly limits: SandboxLimits
  /** Where others find it to end it; null where they need not. */
  readonly note: NoteOfSandbox | null
  /** Null where nothing leaves the sandbox. */
  readonly gate: SandboxGate | null
}

const READY_MS = 10_000
const FILE_MS = 60_000
// What a runner may take longer than the command itself before it counts as dead.
const GRACE_MS = 3_000
// Whoever stops a task is promised that nothing of it runs a second later; a command can have put the runner to sleep.
const STOP_MS = 500
const WRITE_BYTES = 384 * 1024
const LATE_MS = 200
const GONE_MS = 900
// 128 + SIGSYS: how a shell reports a child that the seccomp filter killed.
const SIGSYS_EXIT = 159
const ESCAPED: SandboxEnd = {
  reason: 'escape',
  detail: 'a command made a system call that only an escape needs, and was killed for it',
}

const TAKEN = `port ${EGRESS_PORT} is where the sandbox reaches the network: take another one`

const NEVER_RUN: CommandResult = {
  exitCode: null,
  signal: 'SIGKILL',
  timedOut: false,
  stdout: '',
  stderr: '',
  truncatedBytes: 0,
  durationMs: 0,
}

/** Resolves when commands can be run. Throws an Error that carries bubblewrap's complaint when it can't be started. */
export async function startSandbox(parts: Parts): Promise<Sandbox> {
  const { launched, cgroup, sockets, limits, note, gate } = parts
  const { child } = launched
  const ended = Promise.withResolvers<SandboxEnd>()
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  let ending: Promise<SandboxEnd> | null = null
  const slots = new Map<number, { readonly path: string; readonly opened: Promise<void> }>()

  const runner = createRunnerClient(
    launched.control,
    (problem) => void end({ reason: 'crashed', detail: problem }),
    (bytes) => {
      if (bytes <= limits.diskBytes) return
      void end({ reason: 'disk', detail: `the workspace holds ${bytes} bytes, ${limits.diskBytes} are allowed` })
    },
    () => void end(ESCAPED),
  )

  function end(seen: SandboxEnd): Promise<SandboxEnd> {
    ending ??= (async () => {
      // Whoever ended it from outside left word of it; without that it looks like a crash.
      const how: SandboxEnd =
        seen.reason === 'crashed' && note?.wasKilled() === true
          ? { reason: 'closed', detail: 'it was stopped from outside' }
          : seen
      runner.fail(new SandboxGone(how))
      await Promise.all([killAll(), gate?.close()])
      launched.control.destroy()
      await sockets.remove()
      cgroup?.remove()
      note?.remove()
      ended.resolve(how)
      return how
    })()
    return ending
  }

  async function killAll(): Promise<void> {
    const init = launched.initPid()
    // Its first process takes everything in the sandbox along, and what is outside of it ends by itself then. Killing
    // those outside first would leave that process to a stranger, who may be slow to bury it.
    if (init === null) child.kill('SIGKILL')
    else kill(init)
    const late = setTimeout(() => {
      cgroup?.killAll()
      child.kill('SIGKILL')
    }, LATE_MS)
    await Promise.race([exited, sleep(GONE_MS)])
    clearTimeout(late)
    const until = performance.now() + GONE_MS
    while (init !== null && isAlive(init) && performance.now() < until) {
      cgroup?.killAll()
      await sleep(5)
    }
  }

  void exited.then(() => {
    const complaint = firstLine(launched.complaints())
    const starved = (cgroup?.memoryKills() ?? 0) > 0
    return end(
      starved && child.exitCode !== 0
        ? { reason: 'memory', detail: `more than ${limits.memoryBytes} bytes of memory were used` }
        : { reason: 'crashed', detail: complaint ?? 'its processes ended' },
    )
  })

  /** A runner that does not answer in time is no runner any more. */
  async function within<T>(ms: number, work: Promise<T>): Promise<T> {
    const timer = setTimeout(() => void end({ reason: 'crashed', detail: 'the runner does not answer' }), ms)
    try {
      return await work
    } finally {
      clearTimeout(timer)
    }
  }

  function stopOn(signal: AbortSignal): { asked: Asked; forget: () => void } {
    let stop = (): void => undefined
    let overdue: NodeJS.Timeout | undefined
    const listener = (): void => {
      stop()
      overdue = setTimeout(() => void end({ reason: 'crashed', detail: 'the runner does not stop a command' }), STOP_MS)
    }
    return {
      asked: (more) => {
        stop = () => more({ op: 'cancel' })
        if (signal.aborted) listener()
        else signal.addEventListener('abort', listener, { once: true })
      },
      forget: () => {
        signal.removeEventListener('abort', listener)
        clearTimeout(overdue)
      },
    }
  }

  async function noticeEscape(exitCode: number | null, signal: string | null): Promise<void> {
    if (signal !== 'SIGSYS' && exitCode !== SIGSYS_EXIT) return
    throw new SandboxGone(await end(ESCAPED))
  }

  /** Nobody outside is to come in by the way out. */
  const isTaken = (port: number): boolean => gate !== null && ending === null && port === EGRESS_PORT

  const sandbox: Sandbox = {
    level: 'L1',
    ended: ended.promise,

    exec: async (command, signal, onOutput) => {
      // The runner would be told to stop it only after it began.
      if (signal.aborted && ending === null) return NEVER_RUN
      const output = createCommandOutput(command.maxOutputBytes, onOutput ?? (() => undefined))
      const { asked, forget } = stopOn(signal)
      const killsBefore = cgroup?.memoryKills() ?? 0
      try {
        const exit = await within(
          command.timeoutMs + GRACE_MS,
          runner.ask(
            { op: 'exec', ...command, env: { ...gate?.env, ...command.env } },
            (reply) => {
              if (reply.type === 'output') return void output.live(reply.stream, reply.data)
              if (reply.type === 'tail') return void output.tail(reply.stream, reply.data)
              if (reply.type === 'exit') return reply
              throw new TypeError(reply.type)
            },
            asked,
          ),
        )
        await noticeEscape(exit.exitCode, exit.signal)
        const stdout = output.finish('stdout', exit.stdoutBytes)
        const stderr = output.finish('stderr', exit.stderrBytes)
        const result: CommandResult = {
          exitCode: exit.exitCode,
          signal: exit.signal,
          timedOut: exit.timedOut,
          stdout: stdout.text,
          stderr: stderr.text,
          truncatedBytes: stdout.missing + stderr.missing,
          durationMs: exit.durationMs,
          ...(exit.exitCode !== 0 && (cgroup?.memoryKills() ?? 0) > killsBefore ? { outOfMemory: true } : {}),
        }
        return result
      } finally {
        forget()
      }
    },

    serve: async (command, signal) => {
      if (isTaken(command.port)) return { type: 'failed', exitCode: null, output: '', reason: TAKEN }
      const { asked, forget } = stopOn(signal)
      try {
        const served = await within(
          command.readyTimeoutMs + GRACE_MS,
          runner.ask(
            { op: 'serve', ...command, env: { ...gate?.env, ...command.env } },
            (reply) => {
              if (reply.type === 'listening' || reply.type === 'not-listening') return reply
              throw new TypeError(reply.type)
            },
            asked,
          ),
        )
        if (served.type === 'listening') {
          const { processId, output } = served
          return { type: 'listening', processId, port: command.port, output } satisfies ServedProcess
        }
        await noticeEscape(served.exitCode, served.signal)
        const { exitCode, output, reason } = served
        return { type: 'failed', exitCode, output, reason } satisfies ServedProcess
      } finally {
        forget()
      }
    },

    readFile: (path, maxBytes) => {
      const pieces: Buffer[] = []
      let bytes = 0
      return within(
        FILE_MS,
        runner.ask<Uint8Array | FileRefusal>({ op: 'read', path, maxBytes }, (reply) => {
          if (reply.type === 'data') {
            const piece = Buffer.from(reply.data, 'base64')
            bytes += piece.length
            if (bytes > maxBytes) throw new RangeError('more than was asked for')
            pieces.push(piece)
            return undefined
          }
          if (reply.type === 'done') return Buffer.concat(pieces)
          if (reply.type === 'refused') return { type: 'refused', reason: reply.reason }
          if (reply.type === 'broken') throw new Error(reply.message)
          throw new TypeError(reply.type)
        }),
      )
    },

    writeFile: (path, bytes) => {
      const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      const piece = (at: number) =>
        ({
          op: 'write',
          path,
          data: data.subarray(at, at + WRITE_BYTES).toString('base64'),
          last: at + WRITE_BYTES >= data.length,
        }) as const
      return within(
        FILE_MS,
        runner.ask<{ type: 'written' } | FileRefusal>(
          piece(0),
          (reply) => {
            if (reply.type === 'done') return { type: 'written' }
            if (reply.type === 'refused') return { type: 'refused', reason: reply.reason }
            throw new TypeError(reply.type)
          },
          (more) => {
            for (let at = WRITE_BYTES; at < data.length; at += WRITE_BYTES) more(piece(at))
          },
        ),
      )
    },

    list: (path, limit) => {
      const entries: DirectoryEntry[] = []
      return within(
        FILE_MS,
        runner.ask<readonly DirectoryEntry[] | FileRefusal>({ op: 'list', path, limit }, (reply) => {
          if (reply.type === 'entries') {
            entries.push(...reply.entries)
            if (entries.length > limit) throw new RangeError('more than was asked for')
            return undefined
          }
          if (reply.type === 'done') return entries
          if (reply.type === 'refused') return { type: 'refused', reason: reply.reason }
          throw new TypeError(reply.type)
        }),
      )
    },

    openPort: async (port) => {
      if (isTaken(port)) throw new Error(TAKEN)
      const known = slots.get(port)
      if (known !== undefined) {
        await known.opened
        return known.path
      }
      const path = sockets.paths[slots.size]
      if (path === undefined) throw new Error(`a sandbox has at most ${sockets.paths.length} ports open`)
      const opened = within(
        FILE_MS,
        runner.ask({ op: 'open', slot: slots.size, port }, (reply) => {
          if (reply.type === 'done') return true
          throw new TypeError(reply.type)
        }),
      ).then(() => undefined)
      slots.set(port, { path, opened })
      await opened
      return path
    },

    close: async () => {
      await end({ reason: 'closed', detail: 'it was closed' })
    },
  }

  const late = setTimeout(() => void end({ reason: 'crashed', detail: 'it did not start in time' }), READY_MS)
  try {
    await runner.ready
  } catch (error) {
    // Its complaint may still be on the way, and nothing may be left of it.
    const how = await ended.promise
    if (how.reason === 'closed') throw new SandboxGone(how)
    throw new Error(`the sandbox did not start: ${firstLine(launched.complaints()) ?? String(error)}`, { cause: error })
  } finally {
    clearTimeout(late)
  }
  await sockets.handOver()
  return sandbox
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}

/** Of a program's last words the first that says something. */
function firstLine(text: string): string | null {
  const line = text.split('\n').find((candidate) => /[a-z]/i.test(candidate))
  return line === undefined ? null : line.trim().slice(0, 500)
}

/** A process that waits to be buried counts as dead: by then nothing is left of the namespace that it was the first of. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}
