// Which sandboxes run over one data directory, noted so that any process can end them by itself: the worker that opened one may be
// stopped, lost or busy. A note is made in the very tick in which its sandbox is spawned, so none runs without.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { TaskId, WorktreeId } from '../../core/vocabulary/ids.ts'
import { taskOfWorktree } from '../../core/vocabulary/worktree.ts'

const PROCESS = z.object({ pid: z.number().int().min(2), started: z.string() })
const SCHEMA = z.object({
  /** The worktree. Notes of older versions, which other processes may still hold, know tasks alone. */
  task: z.string().transform((name) => name as WorktreeId),
  kind: z.enum(['sandbox', 'operation']),
  boot: z.string(),
  /** The one that was spawned: everything that leads into the sandbox ends with it. */
  outer: PROCESS,
  /** The first one inside: everything in the sandbox ends with it. Null while it starts. */
  init: PROCESS.nullable(),
})
type Note = z.infer<typeof SCHEMA>
type NotedProcess = z.infer<typeof PROCESS>

export type NoteOfSandbox = {
  /** Adds its first process, once that is known. */
  readonly hasInit: (pid: number) => void
  /** Whether somebody ended it by way of its note. */
  readonly wasKilled: () => boolean
  /** Call when nothing of it is left. */
  readonly remove: () => void
}

export type RunningSandboxes = {
  /** Call in the tick of the spawn, with the number of the process that was spawned. */
  readonly note: (worktree: string, kind: Note['kind'], outer: number) => NoteOfSandbox
  /**
   * Ends the sandboxes over these worktrees, with a task's own those over its branches, or everything; resolves when no process of them is
   * left. Returns the tasks that had one.
   */
  readonly end: (worktrees: readonly WorktreeId[] | 'all') => Promise<readonly TaskId[]>
}

const FOLDER = 'running'
const PATIENCE_MS = 3_000
const LATE_MS = 200
const LOOK_MS = 5
let numbered = 0

export function runningSandboxes(dataDir: string): RunningSandboxes {
  const folder = join(resolve(dataDir), FOLDER)
  return {
    note: (worktree, kind, outer) => makeNote(folder, worktree, kind, outer),
    end: async (worktrees) => {
      const noted = notesIn(folder).filter(({ note }) => isMeant(note, worktrees))
      const ended = await Promise.all(
        noted.map(async ({ path, note }) =>
          (await endNoted(path, note)) && note.kind === 'sandbox' ? taskOfWorktree(note.task) : null,
        ),
      )
      return [...new Set(ended.filter((task) => task !== null))]
    },
  }
}

/** What the platform itself does to files is over by itself, and harms nobody but in a panic. */
function isMeant({ task: worktree, kind }: Note, meant: readonly WorktreeId[] | 'all'): boolean {
  if (meant === 'all') return true
  return kind === 'sandbox' && (meant.includes(worktree) || meant.includes(taskOfWorktree(worktree)))
}

function makeNote(folder: string, worktree: string, kind: Note['kind'], outer: number): NoteOfSandbox {
  numbered += 1
  const path = join(folder, `${worktree}.${process.pid}-${numbered}-${Math.trunc(performance.now())}.json`)
  const started = startOf(outer)
  let note: Note | null =
    started === null
      ? null
      : { task: worktree as WorktreeId, kind, boot: bootOf(), outer: { pid: outer, started }, init: null }
  const write = (): void => {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(`${path}.new`, JSON.stringify(note), { mode: 0o600 })
    renameSync(`${path}.new`, path)
  }
  const wasKilled = (): boolean => existsSync(killedName(path))
  try {
    if (note !== null) write()
  } catch (error) {
    // Better none than one that nobody would find.
    if (note !== null) killGroup(note.outer)
    throw new Error('A sandbox could not be noted, so it was not started', { cause: error })
  }
  return {
    hasInit: (pid) => {
      const begun = startOf(pid)
      if (note === null || begun === null) return
      const init = { pid, started: begun }
      note = { ...note, init }
      // Whoever ended it knew of its outer process alone.
      if (wasKilled()) return killOne(init)
      write()
      if (wasKilled()) killOne(init)
    },
    wasKilled,
    remove: () => {
      rmSync(path, { force: true })
      rmSync(killedName(path), { force: true })
    },
  }
}

function killedName(path: string): string {
  return `${path}.killed`
}

/** Those of processes that live. What others left behind is swept. */
function notesIn(folder: string): readonly { readonly path: string; readonly note: Note }[] {
  const boot = bootOf()
  let names: readonly string[]
  try {
    names = readdirSync(folder)
  } catch {
    return []
  }
  return names.flatMap((name) => {
    const path = join(folder, name)
    if (name.endsWith('.killed') || name.endsWith('.new')) {
      const owner = /\.(\d+)-\d+-\d+\.json\.(?:killed|new)$/.exec(name)?.[1]
      if (owner !== undefined && !existsSync(`/proc/${owner}`)) rmSync(path, { force: true })
      return []
    }
    const note = read(path)
    if (note !== null && note.boot === boot && (isThere(note.outer) || (note.init !== null && isThere(note.init))))
      return [{ path, note }]
    // A number alone says nothing: the process may have ended, and another have got its number.
    rmSync(path, { force: true })
    return []
  })
}

function read(path: string): Note | null {
  try {
    const parsed = SCHEMA.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** True where this ended it; false where it ended by itself just before. Throws when it can't be ended. */
async function endNoted(path: string, note: Note): Promise<boolean> {
  // Said before it is done, so that whoever watches the sandbox knows why it ended; a full disk keeps nothing alive.
  try {
    writeFileSync(killedName(path), '', { mode: 0o600 })
  } catch {
    // Then it looks like a crash.
  }
  const all = note.init === null ? [note.outer] : [note.init, note.outer]
  const hit = all.some(isThere)
  // Its first process takes everything in the sandbox along, and what leads into it ends by itself then. Killing that first would
  // leave the first process to a stranger, who may be slow to bury it.
  if (note.init === null) killGroup(note.outer)
  else killOne(note.init)
  for (let waited = 0; all.some(isThere); waited += LOOK_MS) {
    if (waited >= LATE_MS && waited % LATE_MS === 0) {
      killGroup(note.outer)
      // It may have become known meanwhile.
      const init = note.init ?? read(path)?.init ?? null
      if (init !== null) killOne(init)
    }
    if (waited > PATIENCE_MS) throw new Error(`A sandbox of ${note.task} (process ${note.outer.pid}) does not end`)
    await sleep(LOOK_MS)
  }
  rmSync(path, { force: true })
  return hit
}

function isThere({ pid, started }: NotedProcess): boolean {
  return startOf(pid) === started
}

/** When the process was started, in the kernel's ticks (proc_pid_stat(5), field 22); null when it is gone or a zombie. */
function startOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, in parentheses, may hold anything; what follows is plain.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}

function bootOf(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}

function killOne(one: NotedProcess): void {
  if (isThere(one)) send(one.pid)
}

/** With the group that it leads, where it leads one. */
function killGroup(leader: NotedProcess): void {
  if (!isThere(leader)) return
  send(-leader.pid)
  send(leader.pid)
}

function send(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
