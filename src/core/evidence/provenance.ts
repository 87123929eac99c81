// Where every file that changed is from: which step of the log made each of its changes, and who was at work in it.
import type { TaskEvent } from '../vocabulary/event.ts'
import type { CommitId } from '../vocabulary/ids.ts'
import { modelName } from '../vocabulary/usage.ts'
import type { FileChange } from '../ports/workspaces.ts'
import type { RecordedCommit } from '../ports/worktrees.ts'
import type { FileAuthor, FileProvenance } from './report.ts'
import { pieceOf } from './work-done.ts'

const FILES = 2_000
const AUTHORS = 20

type Changed = {
  /** Between the state before any work and the last one. */
  readonly files: readonly FileChange[]
  /** In the order in which they came to be part of the task's files. */
  readonly commits: readonly RecordedCommit[]
  readonly baseline: CommitId
  readonly events: readonly TaskEvent[]
}

/** At most 2,000 files, by path, each with its last 20 authors. A file that no commit tells of has no author. */
export function provenanceOf({ files, commits, baseline, events }: Changed): readonly FileProvenance[] {
  const authorOf = authors(events)
  const changes = new Map<string, FileAuthor[]>()
  for (const { commit, message, files: paths } of commits) {
    const author = authorOf(commit) ?? platformAuthor(commit, message)
    for (const path of paths) {
      const known = changes.get(path) ?? []
      const last = known.at(-1)
      // The turns of one piece of work are one change.
      if (last !== undefined && last.step === author.step && last.model === author.model) known.pop()
      known.push(author)
      changes.set(path, known)
    }
  }
  const source: FileAuthor = { type: 'source', step: 'workspace', role: null, model: null, commit: baseline }
  return files
    .toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
    .slice(0, FILES)
    .map((file) => {
      const made = changes.get(file.path) ?? []
      return { ...file, authors: [...(file.change === 'added' ? [] : [source]), ...made].slice(-AUTHORS) }
    })
}

function platformAuthor(commit: CommitId, message: string): FileAuthor {
  return { type: 'platform', step: message, role: null, model: null, commit }
}

/** Who made a commit: the first step that ended with it. */
function authors(events: readonly TaskEvent[]): (commit: CommitId) => FileAuthor | null {
  const models = new Map<string, string>()
  const healers = new Map<string, string>()
  for (const { type, data } of events) {
    if (type === 'usage.recorded') models.set(data.step, data.offline ? 'offline' : modelName(data))
    if (type === 'heal.finished') healers.set(data.step, data.by)
  }
  const known = new Map<CommitId, FileAuthor>()
  for (const { type, data } of events) {
    if (type === 'branch.merged' && !known.has(data.commit))
      known.set(data.commit, { ...NOBODY, type: 'platform', step: `the merge of ${data.branch}`, commit: data.commit })
    if (type !== 'step.completed' || data.commit === null || known.has(data.commit)) continue
    const { step, agent, commit } = data
    const piece = pieceOf(step)
    const model = models.get(step.replace(/\/tools(?:\/\d+)?$/, '')) ?? models.get(piece) ?? null
    known.set(commit, { type: authorType(step, agent, healers.get(piece)), role: agent, step: piece, model, commit })
  }
  return (commit) => known.get(commit) ?? null
}

const NOBODY = { role: null, model: null } as const

function authorType(step: string, agent: string, healer: string | undefined): FileAuthor['type'] {
  if (step.startsWith('template')) return 'template'
  if (step.startsWith('workspace')) return 'source'
  if (step.startsWith('gate/')) return 'checks'
  if (healer === 'rule') return 'rule'
  return agent === 'platform' && healer === undefined ? 'platform' : 'agent'
}
