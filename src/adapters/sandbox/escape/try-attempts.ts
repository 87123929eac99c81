// Tries to get out of real sandboxes of this machine, every way that is known, and says of each whether it was stopped.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SandboxGone } from '../../../core/ports/sandbox.ts'
import type { Sandbox, SandboxEgress, SandboxLimits, SandboxProvider } from '../../../core/ports/sandbox.ts'
import type { TaskId } from '../../../core/vocabulary/ids.ts'
import { messageOf } from '../../../core/vocabulary/thrown.ts'
import { PYTHON_PRELUDE } from './attempt.ts'
import type { Attempt, Came, Layer, Prey } from './attempt.ts'
import { FILE_ATTEMPTS } from './file-attempts.ts'
import { KERNEL_ATTEMPTS } from './kernel-attempts.ts'
import { NETWORK_ATTEMPTS } from './network-attempts.ts'
import { PROCESS_ATTEMPTS } from './process-attempts.ts'

export const ATTEMPTS: readonly Attempt[] = [
  ...FILE_ATTEMPTS,
  ...NETWORK_ATTEMPTS,
  ...PROCESS_ATTEMPTS,
  ...KERNEL_ATTEMPTS,
]

export type Outcome = {
  readonly id: string
  readonly what: string
  readonly layer: Layer
  readonly verdict: 'stopped' | 'NOT stopped' | 'not tried'
  /** What was seen, or why it was not tried; empty where it was stopped. */
  readonly detail: string
}

type Deps = {
  readonly sandboxes: SandboxProvider
  /** A task that nobody works on; its workspace is the caller's to take away. */
  readonly newTask: () => TaskId
  /** Told of each as it is known. */
  readonly onOutcome?: (outcome: Outcome) => void
}

const LIMITS: SandboxLimits = { memoryBytes: 512 * 1024 ** 2, processes: 128, diskBytes: 512 * 1024 ** 2 }
const TIMEOUT_MS = 20_000
const OUTPUT_BYTES = 64_000
const DETAIL_CHARACTERS = 200
const AT_ONCE = 2
const LETS_ALL_THROUGH: SandboxEgress = {
  decide: () => ({ type: 'allow', rule: 'escape', private: false }),
  report: () => undefined,
  secrets: [],
}

/** In the order of the table. Leaves nothing running. Throws where no sandbox can be opened at all. */
export async function tryAttempts(
  { sandboxes, newTask, onOutcome }: Deps,
  attempts: readonly Attempt[] = ATTEMPTS,
): Promise<readonly Outcome[]> {
  const { prey, release } = await makePrey()
  const opened = new Set<Sandbox>()
  const open = async (attempt: Attempt | null): Promise<Sandbox> => {
    const limits = { ...LIMITS, ...attempt?.limits }
    const sandbox = await sandboxes.open(newTask(), limits, ...(attempt?.wayOut === true ? [LETS_ALL_THROUGH] : []))
    opened.add(sandbox)
    return sandbox
  }
  try {
    let shared = await open(null)
    let isOver = false
    const lacks = await missingLanguages(shared)
    /** One that an attempt brought down all the same must not make the next look stopped. */
    const sharedNow = async (): Promise<Sandbox> => {
      if (isOver) shared = await open(null)
      isOver = false
      return shared
    }
    const outcomes = new Map<string, Outcome>()
    const one = async (attempt: Attempt): Promise<void> => {
      const outcome = await tryOne(attempt, prey, lacks, {
        open: () => (attempt.alone === true ? open(attempt) : sharedNow()),
        ended: () => {
          isOver ||= attempt.alone !== true
        },
      })
      outcomes.set(attempt.id, outcome)
      onOutcome?.(outcome)
    }
    // Those that share a sandbox go one after the other, so that none is judged by what another does; the others beside them.
    const alone = attempts.filter((attempt) => attempt.alone === true)
    const lanes = Array.from({ length: AT_ONCE }, async () => {
      for (let next = alone.shift(); next !== undefined; next = alone.shift()) await one(next)
    })
    for (const attempt of attempts) if (attempt.alone !== true) await one(attempt)
    await Promise.all(lanes)
    return attempts.flatMap(({ id }) => outcomes.get(id) ?? [])
  } finally {
    await Promise.all([...opened].map((sandbox) => sandbox.close()))
    await release()
  }
}

async function tryOne(
  attempt: Attempt,
  prey: Prey,
  lacks: ReadonlySet<Attempt['language']>,
  place: { readonly open: () => Promise<Sandbox>; readonly ended: () => void },
): Promise<Outcome> {
  const { id, what, layer } = attempt
  const outcome = (verdict: Outcome['verdict'], detail = ''): Outcome => ({ id, what, layer, verdict, detail })
  if (lacks.has(attempt.language))
    return outcome('not tried', `there is no ${attempt.language} in the sandbox to try it with`)
  if (attempt.processor !== undefined && attempt.processor !== process.arch)
    return outcome('not tried', `it is for ${attempt.processor} processors`)
  try {
    const sandbox = await place.open()
    const came = await run(sandbox, attempt, prey)
    if (came.end !== null) place.ended()
    if (attempt.alone === true) await sandbox.close()
    return attempt.stopped(came, prey) ? outcome('stopped') : outcome('NOT stopped', seen(came))
  } catch (error) {
    return outcome('not tried', messageOf(error))
  }
}

async function run(sandbox: Sandbox, attempt: Attempt, prey: Prey): Promise<Came> {
  const program = attempt.program(prey)
  const file = `attempt-${attempt.id}`
  try {
    if (attempt.language === 'python') await sandbox.writeFile(file, Buffer.from(PYTHON_PRELUDE + program))
    if (attempt.language === 'node') await sandbox.writeFile(`${file}.cjs`, Buffer.from(program))
    const commands = { shell: program, python: `python3 ${file}`, node: `node ${file}.cjs` }
    const result = await sandbox.exec(
      {
        command: commands[attempt.language],
        cwd: '.',
        env: {},
        timeoutMs: attempt.timeoutMs ?? TIMEOUT_MS,
        maxOutputBytes: OUTPUT_BYTES,
      },
      new AbortController().signal,
    )
    return { result, end: null }
  } catch (error) {
    if (error instanceof SandboxGone) return { result: null, end: error.end }
    throw error
  }
}

/** What is printed in there may be anything: only plain characters of it are shown. */
function seen({ result, end }: Came): string {
  const text =
    end === null
      ? `exit ${result?.exitCode ?? result?.signal}: ${result?.stdout} ${result?.stderr}`
      : `it ended: ${end.reason}, ${end.detail}`
  return text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, DETAIL_CHARACTERS)
}

async function missingLanguages(sandbox: Sandbox): Promise<ReadonlySet<Attempt['language']>> {
  const command = { command: 'command -v python3', cwd: '.', env: {}, timeoutMs: TIMEOUT_MS, maxOutputBytes: 1_000 }
  const { exitCode } = await sandbox.exec(command, new AbortController().signal)
  return new Set(exitCode === 0 ? [] : ['python' as const])
}

async function makePrey(): Promise<{ readonly prey: Prey; readonly release: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'factotum-prey-'))
  const file = join(folder, 'secret')
  await writeFile(file, 'the secret')
  const abstractName = `factotum-prey-${process.pid}-${Math.trunc(performance.now())}`
  const servers = await Promise.all([
    listen({ host: '127.0.0.1', port: 0 }),
    listen({ path: join(folder, 'socket') }),
    listen({ path: `\0${abstractName}` }),
  ])
  const address = servers[0].address()
  if (typeof address !== 'object' || address === null) throw new Error('A server to be attacked has no port')
  return {
    prey: { file, port: address.port, socket: join(folder, 'socket'), abstractName, pid: process.pid },
    release: async () => {
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function listen(options: net.ListenOptions): Promise<net.Server> {
  const server = net.createServer((socket) => socket.on('error', () => undefined).end('reached'))
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(options, () => resolve(server))
  })
}
