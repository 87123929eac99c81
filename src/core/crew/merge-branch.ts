// A branch's way into the task's own files. Where both sides changed the same, a coder decides, with both sides before them; what they
// leave undecided goes back to them, and at last fails the task.
import { quote } from '../context/quote.ts'
import { TaskFailure } from '../task/task-failure.ts'
import type { CommitId } from '../vocabulary/ids.ts'
import type { Subtask } from '../vocabulary/plan.ts'
import { shorten } from '../vocabulary/short-text.ts'
import { runAgent } from './agent.ts'
import type { AgentReport } from './agent.ts'
import { tooLargeFailure } from './branch-workshop.ts'
import { briefOf } from './brief.ts'
import type { Run } from './run.ts'
import type { Workshop } from './workshop.ts'

export type BranchToMerge = {
  readonly subtask: Subtask
  readonly tip: CommitId
  readonly report: AgentReport
  /** What was merged before it, from the same beginning. */
  readonly others: readonly Subtask[]
  readonly reports: ReadonlyMap<string, AgentReport>
}

type Merged = {
  readonly commit: CommitId
  readonly ours: CommitId
  readonly theirs: CommitId
  readonly conflicts: readonly string[]
}

const ROUNDS = 3
/** Of the files in conflict, how many are shown with both sides, and how much of each. */
const SHOWN_FILES = 10
const SHOWN_CHARACTERS = 8_000
const READ_BYTES = 8_000_000
/** As Worktrees.merge writes them. */
const MARKER = /^(?:<{7} ours|>{7} theirs)\r?$/m

/** The task's own files once the branch is part of them, without anything undecided. */
export async function mergeBranch(run: Run, workshop: Workshop, branch: BranchToMerge): Promise<CommitId> {
  const { subtask, tip } = branch
  const key = `merge/${subtask.id}`
  const title = `Merge "${subtask.title}"`
  const merged = await run.journal.step(key, { agent: 'platform', title }, async () => {
    const ours = await workshop.snapshot('before the merge')
    const message = `${subtask.role}: ${subtask.title} (merge)`
    const outcome = await run.worktrees.merge(run.task.id, { ours, theirs: tip, branch: subtask.id, message })
    if (outcome.type === 'too_large') throw tooLargeFailure(outcome)
    const taken = await run.worktrees.takeDependencies(run.task.id, subtask.id)
    if ('type' in taken) throw tooLargeFailure(taken)
    const { commit } = outcome
    workshop.standsAt(commit)
    const conflicts = outcome.type === 'conflicts' ? outcome.files : []
    const output: Merged = { commit, ours, theirs: tip, conflicts }
    const data = { step: key, agent: 'platform', branch: subtask.id, commit, conflicts } as const
    return { output, commit, events: [{ type: 'branch.merged', data }] }
  })
  if (merged.conflicts.length === 0) return merged.commit
  return decideConflicts(run, workshop, branch, merged)
}

async function decideConflicts(run: Run, workshop: Workshop, branch: BranchToMerge, merged: Merged): Promise<CommitId> {
  const { subtask } = branch
  let open = merged.conflicts
  for (let round = 1; round <= ROUNDS; round += 1) {
    await decide(run, workshop, branch, merged, open, round)
    const looked = await look(run, workshop, subtask, merged, round)
    if (looked.undecided.length === 0) return looked.commit
    open = looked.undecided
  }
  throw new TaskFailure(
    `Two parts of the work changed the same, and it was not decided in ${ROUNDS} rounds what holds: ${open.join(', ')}.`,
  )
}

async function decide(
  run: Run,
  workshop: Workshop,
  branch: BranchToMerge,
  merged: Merged,
  open: readonly string[],
  round: number,
): Promise<void> {
  const key = `merge/${branch.subtask.id}/decide/${round}`
  const title = `Bring "${branch.subtask.title}" together with what was done beside it`
  await run.journal.step(key, { agent: 'coder', title }, async () => {
    const wanted = await conflictWords(run, branch, merged, open, round)
    const brief = await briefOf(run, workshop, key, 'coder', wanted)
    return { output: await runAgent(run, workshop, { key, subject: 'merge', title, role: 'coder', brief }) }
  })
}

/** Whether lines of a conflict are left, in the files that were in conflict and in those that were changed since. */
async function look(
  run: Run,
  workshop: Workshop,
  { id }: Subtask,
  { commit, conflicts }: Merged,
  round: number,
): Promise<{ readonly commit: CommitId; readonly undecided: readonly string[] }> {
  const key = `merge/${id}/look/${round}`
  return run.journal.step(key, { agent: 'platform', title: 'Look whether all is decided' }, async () => {
    const now = await workshop.snapshot('after the merge')
    const changed = await run.workspaces.diff(run.task.id, commit, now, 0)
    const undecided: string[] = []
    for (const path of new Set([...conflicts, ...changed.files.map((file) => file.path)])) {
      const bytes = await workshop.sandbox.readFile(path, READ_BYTES)
      if (bytes instanceof Uint8Array && MARKER.test(new TextDecoder().decode(bytes))) undecided.push(path)
    }
    const output = { commit: now, undecided }
    if (undecided.length > 0) return { output, commit: now }
    const data = { step: key, agent: 'platform', branch: id, commit: now, conflicts: [] } as const
    return { output, commit: now, events: [{ type: 'branch.merged', data }] }
  })
}

async function conflictWords(
  run: Run,
  { subtask, report, others, reports }: BranchToMerge,
  { ours, theirs }: Merged,
  open: readonly string[],
  round: number,
): Promise<string> {
  const beside = others.map(({ id, title }) => `- ${title}: ${reports.get(id)?.summary ?? ''}`)
  const sides: string[] = []
  for (const file of open.slice(0, SHOWN_FILES)) {
    for (const [of, commit] of [
      ['ours', ours],
      ['theirs', theirs],
    ] as const) {
      const bytes = await run.worktrees.readAt(run.task.id, commit, file, READ_BYTES)
      sides.push(quote('side', sideWords(bytes), { of, file }))
    }
  }
  const again = `Lines of the conflict are still in these files: ${open.join(', ')}. Decide them all.`
  return [
    round === 1 ? 'Two parts of the work were done side by side and changed the same files.' : again,
    'Bring them together so that both do what they were for. Where both sides stand in a file, ours is between `<<<<<<< ours` and `=======`, theirs between that and `>>>>>>> theirs`: put what holds in their place and leave none of these lines. A file that only one side has, or that is no text, stands as it could be kept: keep, change or remove it.',
    quote('files', open.join('\n')),
    quote('done', [`ours:`, ...beside, `theirs:`, `- ${subtask.title}: ${report.summary}`].join('\n')),
    ...sides,
  ].join('\n\n')
}

function sideWords(bytes: Uint8Array | null): string {
  if (bytes === null) return '(not there, or too large to show)'
  if (bytes.includes(0)) return `(no text: ${bytes.length} bytes)`
  return shorten(new TextDecoder().decode(bytes), SHOWN_CHARACTERS)
}
