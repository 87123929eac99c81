// A sandbox in memory: files in a map and commands answered by a script, for unit tests and for the simulation.
import { SandboxGone } from '../../core/ports/sandbox.ts'
import type {
  CommandResult,
  DirectoryEntry,
  FileRefusal,
  Sandbox,
  SandboxCommand,
  SandboxEgress,
  SandboxEnd,
  SandboxLevel,
  SandboxLimits,
  SandboxProvider,
  ServeCommand,
  ServedProcess,
} from '../../core/ports/sandbox.ts'
import type { TaskId, WorktreeId } from '../../core/vocabulary/ids.ts'
import { taskOfWorktree } from '../../core/vocabulary/worktree.ts'
import type { MemoryFiles } from './workspaces.ts'

type Workspace = Map<string, Uint8Array>

export type MemorySandboxScript = {
  /**
   * What a command comes to; it may change the files, and make connections by asking its egress to decide and telling it of what
   * became of them. Anything left out is as of a command that succeeds silently.
   */
  readonly exec: (
    command: SandboxCommand,
    files: Workspace,
    taskId: TaskId,
    egress: SandboxEgress | null,
  ) => Promise<Partial<CommandResult>>
  readonly serve: (
    command: ServeCommand,
    files: Workspace,
    taskId: TaskId,
    egress: SandboxEgress | null,
  ) => Promise<ServedProcess>
}

export type MemorySandboxProvider = SandboxProvider & {
  /** Ends the sandboxes of the task as the machine would; nothing happens when it has none. */
  readonly end: (taskId: TaskId, how: SandboxEnd) => void
}

type Options = {
  /** Shared with the memory workspaces. */
  readonly files: MemoryFiles
  readonly script?: Partial<MemorySandboxScript>
  readonly level?: SandboxLevel
}

const SILENT_SUCCESS: CommandResult = {
  exitCode: 0,
  signal: null,
  timedOut: false,
  stdout: '',
  stderr: '',
  truncatedBytes: 0,
  durationMs: 0,
}
const KILLED: CommandResult = { ...SILENT_SUCCESS, exitCode: null, signal: 'SIGKILL' }
const SKIPPED = ['.git', 'node_modules']

/** No timers and no randomness: the same calls in the same order give the same results. */
export function createMemorySandboxProvider({ files, script = {}, level = 'L1' }: Options): MemorySandboxProvider {
  const open = new Map<TaskId, Set<(how: SandboxEnd) => void>>()
  return {
    probe: async () => ({ level, backend: 'memory', findings: [] }),
    open: async (worktree, limits, egress) => {
      if (level === 'L0') throw new Error('Untrusted commands are refused on this machine: there is no sandbox.')
      if (!files.has(worktree)) files.set(worktree, new Map())
      const taskId = taskOfWorktree(worktree)
      const { sandbox, end } = createSandbox({ worktree, limits, all: files, script, level, egress: egress ?? null })
      const ends = open.get(taskId) ?? new Set()
      open.set(taskId, ends.add(end))
      void sandbox.ended.then(() => ends.delete(end))
      return sandbox
    },
    kill: async (taskIds) => {
      const killed = [...open.keys()].filter((id) => (taskIds === 'all' || taskIds.includes(id)) && open.get(id)?.size)
      for (const id of killed) open.get(id)?.forEach((end) => end({ reason: 'closed', detail: 'it was killed' }))
      return killed
    },
    end: (taskId, how) => open.get(taskId)?.forEach((end) => end(how)),
  }
}

type Made = {
  readonly worktree: WorktreeId
  readonly limits: SandboxLimits
  readonly all: MemoryFiles
  readonly script: Partial<MemorySandboxScript>
  readonly level: SandboxLevel
  readonly egress: SandboxEgress | null
}

function createSandbox({ worktree, limits, all, script, level, egress }: Made): {
  readonly sandbox: Sandbox
  readonly end: (how: SandboxEnd) => void
} {
  const ended = Promise.withResolvers<SandboxEnd>()
  const gone = Promise.withResolvers<never>()
  gone.promise.catch(() => undefined)
  let over: SandboxEnd | null = null
  let served = 0

  // Looked up each time: a reset or a fresh start may have put another map there.
  const files = (): Workspace => all.get(worktree) ?? new Map()

  function end(how: SandboxEnd): void {
    if (over !== null) return
    over = how
    gone.reject(new SandboxGone(how))
    ended.resolve(how)
  }

  /** Every call fails once the sandbox is over, also while it waits. */
  async function alive<T>(work: () => Promise<T> | T): Promise<T> {
    if (over !== null) throw new SandboxGone(over)
    return Promise.race([Promise.resolve(work()), gone.promise])
  }

  const sandbox: Sandbox = {
    level,
    ended: ended.promise,
    exec: (command, signal, onOutput) =>
      alive(async () => {
        if (signal.aborted) return KILLED
        const answer = script.exec?.(command, files(), taskOfWorktree(worktree), egress) ?? Promise.resolve({})
        const result = await Promise.race([answer, aborted(signal)])
        if (result === 'aborted') return KILLED
        const whole = { ...SILENT_SUCCESS, ...result }
        const printed = whole.stdout + whole.stderr
        if (printed !== '') onOutput?.(printed)
        return whole
      }),
    serve: (command, signal) =>
      alive(async (): Promise<ServedProcess> => {
        const reason = 'it was stopped before it listened'
        if (signal.aborted) return { type: 'failed', exitCode: null, output: '', reason }
        served += 1
        if (script.serve !== undefined) return script.serve(command, files(), taskOfWorktree(worktree), egress)
        return { type: 'listening', processId: String(served), port: command.port, output: '' }
      }),
    readFile: (path, maxBytes) =>
      alive(() => {
        const name = normalized(path)
        if (name === null) return refused('outside_workspace')
        const bytes = files().get(name)
        if (bytes === undefined) return refused(isFolder(name, files()) ? 'not_a_file' : 'not_found')
        return bytes.length > maxBytes ? refused('too_large') : new Uint8Array(bytes)
      }),
    writeFile: (path, bytes) =>
      alive(() => {
        const name = normalized(path)
        if (name === null) return refused('outside_workspace')
        if (name === '' || isFolder(name, files())) return refused('not_a_file')
        files().set(name, new Uint8Array(bytes))
        const held = [...files().values()].reduce((sum, file) => sum + file.length, 0)
        if (held > limits.diskBytes) end({ reason: 'disk', detail: `the workspace holds ${held} bytes` })
        return { type: 'written' } as const
      }),
    list: (path, limit) =>
      alive(() => {
        const name = normalized(path)
        if (name === null) return refused('outside_workspace')
        if (name !== '' && !isFolder(name, files())) return refused(files().has(name) ? 'not_a_file' : 'not_found')
        return entriesOf(name, files()).slice(0, limit)
      }),
    openPort: (port) => alive(() => `memory:${worktree}:${port}`),
    close: async () => end({ reason: 'closed', detail: 'it was closed' }),
  }
  return { sandbox, end }
}

function refused(reason: FileRefusal['reason']): FileRefusal {
  return { type: 'refused', reason }
}

function aborted(signal: AbortSignal): Promise<'aborted'> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve('aborted'), { once: true }))
}

/** Without `.` and `..`, the workspace itself being the empty path; null when it leads out. */
function normalized(path: string): string | null {
  if (path.startsWith('/') || path.includes('\0')) return null
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return null
  }
  return parts.join('/')
}

function isFolder(name: string, files: Workspace): boolean {
  return [...files.keys()].some((path) => path.startsWith(`${name}/`))
}

function entriesOf(folder: string, files: Workspace): readonly DirectoryEntry[] {
  const within = folder === '' ? '' : `${folder}/`
  const entries = new Map<string, DirectoryEntry>()
  for (const [path, bytes] of files) {
    if (!path.startsWith(within)) continue
    const parts = path.slice(within.length).split('/')
    if (parts.some((part) => SKIPPED.includes(part))) continue
    parts.slice(0, -1).forEach((_, index) => {
      const parent = within + parts.slice(0, index + 1).join('/')
      entries.set(parent, { path: parent, type: 'directory', bytes: 0 })
    })
    entries.set(path, { path, type: 'file', bytes: bytes.length })
  }
  const inOrder = (a: string, b: string): number => (a.replaceAll('/', '\0') < b.replaceAll('/', '\0') ? -1 : 1)
  return [...entries.values()].toSorted((a, b) => inOrder(a.path, b.path))
}
