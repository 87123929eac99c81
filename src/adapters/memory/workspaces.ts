// Workspaces and their branches in memory: for unit tests and for the simulation, which replays the same commits from the same steps.
import { createHash } from 'node:crypto'
import type { FileChange, WorkspaceDiff, Workspaces } from '../../core/ports/workspaces.ts'
import type { RecordedCommit, TooLarge, Worktrees } from '../../core/ports/worktrees.ts'
import type { CommitId, WorktreeId } from '../../core/vocabulary/ids.ts'
import type { WorkspaceSource } from '../../core/vocabulary/task.ts'
import { branchWorktree, taskOfWorktree } from '../../core/vocabulary/worktree.ts'
import { isSameFile, mergeFiles } from './merge-files.ts'

/** The files of each worktree by their path. Shared with the memory sandbox, so that what is written there is recorded here. */
export type MemoryFiles = Map<WorktreeId, Map<string, Uint8Array>>

type Commit = {
  /** First the one that it goes on from, then what was merged into it. */
  readonly parents: readonly CommitId[]
  readonly message: string
  readonly files: ReadonlyMap<string, Uint8Array>
}
type Options = {
  readonly files: MemoryFiles
  /** What stands at the paths of the host that a task may start from. */
  readonly directories?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Called with what `exportTo` writes. */
  readonly onExport?: (directory: string, files: ReadonlyMap<string, Uint8Array>) => void
  /** Of what a branch or a merge may come to. */
  readonly diskBytes?: number
}

const DEPENDENCIES = new Set(['node_modules', '.venv', 'venv'])
const MANIFESTS = /^(package.*\.json|requirements.*\.txt|pyproject\.toml|.*\.lock)$/
const LEFT_ALONE = new Set(['.git', 'node_modules', '.venv', 'venv', '__pycache__', '.cache', '.pytest_cache'])

/** See Workspaces.prepare. */
const SECRETS = /(^|\/)(\.env|\.netrc|\.env\.(?!.*(example|sample|template)$).*)$/

export function createMemoryWorkspaces(options: Options): Workspaces & Worktrees {
  const { files, directories = {}, onExport = () => undefined, diskBytes = Infinity } = options
  const commits = new Map<CommitId, Commit>()
  const last = new Map<WorktreeId, CommitId>()
  /** What each branch began with. */
  const begun = new Map<WorktreeId, CommitId>()

  function filesOf(worktree: WorktreeId): Map<string, Uint8Array> {
    const found = files.get(worktree)
    if (found === undefined || !last.has(worktree)) throw new Error(`there is no workspace ${worktree}`)
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

  function record(worktree: WorktreeId, message: string): CommitId {
    const recorded = recordable(files.get(worktree) ?? new Map())
    const parent = last.get(worktree) ?? null
    if (parent !== null && areSame(commitOf(parent).files, recorded)) return parent
    return add(worktree, { parents: parent === null ? [] : [parent], message, files: recorded })
  }

  function add(worktree: WorktreeId, commit: Commit): CommitId {
    const id = nameOf(commit, worktree)
    commits.set(id, commit)
    last.set(worktree, id)
    return id
  }

  function layIn(worktree: WorktreeId, wanted: ReadonlyMap<string, Uint8Array>): void {
    const current = filesOf(worktree)
    for (const path of current.keys()) if (!isLeftAlone(path) && !wanted.has(path)) current.delete(path)
    for (const [path, bytes] of wanted) current.set(path, bytes)
  }

  function tooLarge(held: ReadonlyMap<string, Uint8Array>): TooLarge | null {
    const bytes = [...held.values()].reduce((sum, file) => sum + file.length, 0)
    return bytes > diskBytes ? { type: 'too_large', bytes, limit: diskBytes } : null
  }

  /** With itself, the nearest first. */
  function ancestorsOf(id: CommitId): readonly CommitId[] {
    const found = new Set([id])
    for (const one of found) for (const parent of commitOf(one).parents) found.add(parent)
    return [...found]
  }

  function removeBranch(worktree: WorktreeId): void {
    for (const kept of [files, last, begun]) kept.delete(worktree)
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
    snapshot: async (worktree, message) => {
      filesOf(worktree)
      return record(worktree, message)
    },
    reset: async (worktree, commit) => {
      layIn(worktree, commitOf(commit).files)
      last.set(worktree, commit)
    },
    changed: async (worktree, from, to, { fileBytes, totalBytes }) => {
      filesOf(worktree)
      const [was, is] = [commitOf(from).files, commitOf(to).files]
      let left = totalBytes
      const side = (bytes: Uint8Array | undefined) => {
        if (bytes === undefined) return null
        if (bytes.length > fileBytes || bytes.length > left) return 'too_large'
        left -= bytes.length
        return bytes
      }
      return [...new Set([...was.keys(), ...is.keys()])]
        .toSorted()
        .filter((path) => !isSameFile(was.get(path), is.get(path)))
        .map((path) => ({ path, before: side(was.get(path)), after: side(is.get(path)) }))
    },
    diff: async (worktree, from, to, maxBytes) => {
      filesOf(worktree)
      return diffOf(commitOf(from).files, commitOf(to).files, maxBytes)
    },
    patch: async (taskId, from, to, maxBytes) => {
      filesOf(taskId)
      const { patch, truncated } = diffOf(commitOf(from).files, commitOf(to).files, maxBytes)
      return truncated ? null : new TextEncoder().encode(patch)
    },
    exportTo: async (worktree, directory) => onExport(directory, new Map(filesOf(worktree))),
    fingerprint: async (source) => {
      if (source.type === 'empty') return null
      if (source.type === 'task') return newestOf(source)
      if (source.type === 'directory') return digestOf(given(source.path))
      throw new Error(`files from ${source.type} have no name before they are fetched`)
    },
    filesDigest: async (worktree) => digestOf(filesOf(worktree)),
    remove: async (taskId) => {
      for (const worktree of files.keys()) if (taskOfWorktree(worktree) === taskId) removeBranch(worktree)
    },

    problem: async () => null,
    branch: async (taskId, branch, from) => {
      filesOf(taskId)
      const worktree = branchWorktree(taskId, branch)
      removeBranch(worktree)
      const origin = [...last].find(([one, tip]) => taskOfWorktree(one) === taskId && tip === from)?.[0] ?? taskId
      const along = [...filesOf(origin)].filter(([path]) => dependencyFolder(path) !== null)
      const its = new Map([...commitOf(from).files, ...along])
      const refusal = tooLarge(its)
      if (refusal !== null) return refusal
      files.set(worktree, its)
      last.set(worktree, from)
      begun.set(worktree, from)
      return worktree
    },
    merge: async (taskId, { ours, theirs, message }) => {
      filesOf(taskId)
      const mine = new Set(ancestorsOf(ours))
      const base = ancestorsOf(theirs).find((one) => mine.has(one))
      if (base === undefined) throw new Error(`${ours} and ${theirs} have nothing in common`)
      const merged = mergeFiles(commitOf(base).files, commitOf(ours).files, commitOf(theirs).files)
      layIn(taskId, merged.files)
      const refusal = tooLarge(filesOf(taskId))
      if (refusal !== null) return refusal
      const parents = theirs === base ? [ours] : [ours, theirs]
      const commit = base === theirs ? ours : add(taskId, { parents, message, files: merged.files })
      last.set(taskId, commit)
      return merged.conflicts.length === 0
        ? { type: 'merged', commit }
        : { type: 'conflicts', commit, files: merged.conflicts }
    },
    takeDependencies: async (taskId, branch) => {
      const worktree = branchWorktree(taskId, branch)
      const [own, its] = [filesOf(taskId), filesOf(worktree)]
      const [before, after] = [begun.get(worktree), last.get(worktree)].map((id) =>
        id === undefined ? new Map<string, Uint8Array>() : commitOf(id).files,
      )
      const taken = new Set<string>()
      const had = new Set([...own.keys()].map(dependencyFolder))
      for (const [path, bytes] of its) {
        const folder = dependencyFolder(path)
        if (folder === null || (had.has(folder) && !isListChanged(folder, before, after))) continue
        own.set(path, bytes)
        taken.add(folder)
      }
      return tooLarge(own) ?? [...taken].toSorted()
    },
    commits: async (_taskId, from, to) => {
      const known = new Set(ancestorsOf(from))
      const listed: RecordedCommit[] = []
      const list = (id: CommitId): void => {
        if (known.has(id)) return
        known.add(id)
        const { parents, message, files: held } = commitOf(id)
        parents.forEach(list)
        const changed = [...new Set([...held.keys(), ...parents.flatMap((one) => [...commitOf(one).files.keys()])])]
        const isNew = (path: string): boolean =>
          parents.every((one) => !isSameFile(commitOf(one).files.get(path), held.get(path)))
        listed.push({ commit: id, message, files: changed.filter(isNew).toSorted() })
      }
      list(to)
      return listed
    },
    readAt: async (_taskId, commit, path, maxBytes) => {
      const bytes = commitOf(commit).files.get(path)
      return bytes === undefined || bytes.length > maxBytes ? null : bytes
    },
  }
}

/** The path of the dependency folder that a file lies in; null where it lies in none. */
function dependencyFolder(path: string): string | null {
  const parts = path.split('/')
  const at = parts.findIndex((part) => DEPENDENCIES.has(part))
  return at === -1 || at === parts.length - 1 ? null : parts.slice(0, at + 1).join('/')
}

/** Whether what lists the dependencies of this folder differs. */
function isListChanged(
  folder: string,
  before: ReadonlyMap<string, Uint8Array> = new Map(),
  after: ReadonlyMap<string, Uint8Array> = new Map(),
): boolean {
  const beside = folder.slice(0, folder.lastIndexOf('/') + 1)
  const isList = (path: string): boolean => path.startsWith(beside) && MANIFESTS.test(path.slice(beside.length))
  return [...before.keys(), ...after.keys()].some(
    (path) => isList(path) && !isSameFile(before.get(path), after.get(path)),
  )
}

function recordable(held: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, Uint8Array> {
  return new Map([...held].filter(([path]) => !isLeftAlone(path)).toSorted(byPath))
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

function nameOf({ parents, message, files }: Commit, worktree: WorktreeId): CommitId {
  const hash = createHash('sha1').update(JSON.stringify([worktree, ...parents, message]))
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
