// Workspaces in memory: for unit tests and for the simulation, which replays the same commits from the same steps.
import { createHash } from 'node:crypto'
import type { FileChange, WorkspaceDiff, Workspaces } from '../../core/ports/workspaces.ts'
import type { CommitId, TaskId } from '../../core/vocabulary/ids.ts'
import type { WorkspaceSource } from '../../core/vocabulary/task.ts'

/** A task's files by their path. Shared with the memory sandbox, so that what is written there is recorded here. */
export type MemoryFiles = Map<TaskId, Map<string, Uint8Array>>

type Commit = {
  readonly parent: CommitId | null
  readonly message: string
  readonly files: ReadonlyMap<string, Uint8Array>
}
type Options = {
  readonly files: MemoryFiles
  /** What stands at the paths of the host that a task may start from. */
  readonly directories?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Called with what `exportTo` writes. */
  readonly onExport?: (directory: string, files: ReadonlyMap<string, Uint8Array>) => void
}

const LEFT_ALONE = new Set(['.git', 'node_modules', '.venv', 'venv', '__pycache__', '.cache', '.pytest_cache'])

/** See Workspaces.prepare. */
const SECRETS = /(^|\/)(\.env|\.netrc|\.env\.(?!.*(example|sample|template)$).*)$/

export function createMemoryWorkspaces({ files, directories = {}, onExport = () => undefined }: Options): Workspaces {
  const commits = new Map<CommitId, Commit>()
  const last = new Map<TaskId, CommitId>()

  function filesOf(taskId: TaskId): Map<string, Uint8Array> {
    const found = files.get(taskId)
    if (found === undefined || !last.has(taskId)) throw new Error(`there is no workspace for task ${taskId}`)
    return found
  }

  function commitOf(id: CommitId): Commit {
    const commit = commits.get(id)
    if (commit === undefined) throw new Error(`there is no such commit: ${id}`)
    return commit
  }

  function given(path: string): Map<string, Uint8Array> {
    const found = directories[path]
    if (found === undefined) throw new Error('there is no such folder to start from')
    const shown = Object.entries(found).filter(([name]) => !SECRETS.test(name))
    return new Map(shown.map(([name, text]) => [name, new TextEncoder().encode(text)]))
  }

  function newestOf(source: Extract<WorkspaceSource, { type: 'task' }>): CommitId {
    const commit = source.commit ?? last.get(source.task_id)
    if (commit === undefined) throw new Error(`there is no workspace for task ${source.task_id} to start from`)
    return commit
  }

  function record(taskId: TaskId, message: string): CommitId {
    const recorded = new Map([...(files.get(taskId) ?? [])].filter(([path]) => !isLeftAlone(path)).toSorted(byPath))
    const parent = last.get(taskId) ?? null
    if (parent !== null && areSame(commitOf(parent).files, recorded)) return parent
    const id = nameOf({ parent, message, files: recorded }, taskId)
    commits.set(id, { parent, message, files: recorded })
    last.set(taskId, id)
    return id
  }

  return {
    prepare: async (taskId, source) => {
      last.delete(taskId)
      if (source.type === 'task') {
        const commit = newestOf(source)
        files.set(taskId, new Map(commitOf(commit).files))
        last.set(taskId, commit)
        return commit
      }
      files.set(taskId, source.type === 'directory' ? given(source.path) : new Map())
      return record(taskId, 'The workspace as it was given')
    },
    snapshot: async (taskId, message) => {
      filesOf(taskId)
      return record(taskId, message)
    },
    reset: async (taskId, commit) => {
      const current = filesOf(taskId)
      const wanted = commitOf(commit).files
      for (const path of current.keys()) if (!isLeftAlone(path) && !wanted.has(path)) current.delete(path)
      for (const [path, bytes] of wanted) current.set(path, bytes)
      last.set(taskId, commit)
    },
    diff: async (taskId, from, to, maxBytes) => {
      filesOf(taskId)
      return diffOf(commitOf(from).files, commitOf(to).files, maxBytes)
    },
    exportTo: async (taskId, directory) => onExport(directory, new Map(filesOf(taskId))),
    fingerprint: async (source) => {
      if (source.type === 'empty') return null
      if (source.type === 'task') return newestOf(source)
      if (source.type === 'directory') return digestOf(given(source.path))
      throw new Error(`files from ${source.type} have no name before they are fetched`)
    },
    filesDigest: async (taskId) => digestOf(filesOf(taskId)),
    remove: async (taskId) => {
      files.delete(taskId)
      last.delete(taskId)
    },
  }
}

function digestOf(files: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash('sha256')
  for (const [path, bytes] of [...files].toSorted(byPath))
    hash.update(JSON.stringify([path, bytes.length])).update(bytes)
  return `files:${hash.digest('hex')}`
}

function isLeftAlone(path: string): boolean {
  return path.split('/').some((part) => LEFT_ALONE.has(part))
}

function byPath([a]: readonly [string, Uint8Array], [b]: readonly [string, Uint8Array]): number {
  return a < b ? -1 : 1
}

function areSame(a: ReadonlyMap<string, Uint8Array>, b: ReadonlyMap<string, Uint8Array>): boolean {
  return a.size === b.size && [...a].every(([path, bytes]) => isSameFile(bytes, b.get(path)))
}

function isSameFile(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && Buffer.compare(a, b) === 0
}

function nameOf({ parent, message, files }: Commit, taskId: TaskId): CommitId {
  const hash = createHash('sha1').update(JSON.stringify([taskId, parent, message]))
  for (const [path, bytes] of files) hash.update(JSON.stringify([path, bytes.length])).update(bytes)
  const name: string = hash.digest('hex')
  return name as CommitId
}

/** Whole files as hunks: enough to see what changed, without looking for what stayed. */
function diffOf(
  from: ReadonlyMap<string, Uint8Array>,
  to: ReadonlyMap<string, Uint8Array>,
  maxBytes: number,
): WorkspaceDiff {
  const paths = [...new Set([...from.keys(), ...to.keys()])].toSorted()
  const files: FileChange[] = []
  let patch = ''
  for (const path of paths) {
    const [before, after] = [from.get(path), to.get(path)]
    if (isSameFile(before, after)) continue
    const [gone, come] = [linesOf(before), linesOf(after)]
    const change = before === undefined ? 'added' : after === undefined ? 'deleted' : 'modified'
    files.push({ path, change, additions: come.length, deletions: gone.length })
    patch += `diff --git a/${path} b/${path}\n${gone.map((line) => `-${line}\n`).join('')}${come.map((line) => `+${line}\n`).join('')}`
  }
  const bytes = Buffer.from(patch)
  return { files, patch: bytes.subarray(0, maxBytes).toString('utf8'), truncated: bytes.length > maxBytes }
}

function linesOf(bytes: Uint8Array | undefined): readonly string[] {
  if (bytes === undefined || bytes.length === 0) return []
  return new TextDecoder().decode(bytes).replace(/\n$/, '').split('\n')
}
