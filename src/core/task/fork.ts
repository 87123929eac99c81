// Goes on from the middle of another task: a new task whose log begins with what the other had recorded up to there.
import { isMidWork } from '../vocabulary/approval.ts'
import type { TaskEvent, TaskEventBody } from '../vocabulary/event.ts'
import type { CommitId, TaskId, ThreadId } from '../vocabulary/ids.ts'
import type { IncomingMessage } from '../vocabulary/message.ts'
import type { Refusal } from '../vocabulary/refusal.ts'
import type { Task, WorkspaceSource } from '../vocabulary/task.ts'
import type { AcceptDeps } from './accept-request.ts'
import { acceptRequest } from './accept-request.ts'
import { evolve, extend } from './evolve.ts'
import { readLog } from './read-log.ts'
import { toStorable } from './storable.ts'

export type ForkRequest = Omit<IncomingMessage, 'text'> & { readonly taskId: TaskId; readonly seq: number }

/** Left out of a fork: what belongs to the other task's end, its people and its open doors. */
const LEFT_BEHIND: ReadonlySet<TaskEventBody['type']> = new Set([
  'task.created',
  'task.completed',
  'task.failed',
  'task.aborting',
  'task.aborted',
  'preview.ready',
  'preview.closed',
  'artifact.added',
])

const MERGE_STEP = 'merge/'
const NO_TOKENS = { input_tokens: 0, output_tokens: 0, cached_input_tokens: 0 }

/** A forked shell command is asked for anew: an approval holds for one run. */
export async function forkTask(
  deps: AcceptDeps,
  given: ForkRequest,
): Promise<{ readonly task: Task; readonly created: boolean } | Refusal> {
  const request = toStorable(given)
  const original = await deps.store.get(request.taskId)
  if (original === null) return { type: 'not_found' }
  if (request.seq < 1 || request.seq > original.lastSeq) {
    return { type: 'invalid', problem: `The task has events 1 to ${original.lastSeq}; ${request.seq} is none of them.` }
  }
  const kept = (await readLog(deps.store, original.id)).filter((event) => event.seq <= request.seq)
  const message = { ...request, text: original.inputText }
  const source: WorkspaceSource = { type: 'task', task_id: original.id, commit: lastCommit(kept) }
  if (original.taskType === 'shell_command') {
    return acceptRequest(deps, {
      ...message,
      taskType: 'shell_command',
      text: original.routing?.command ?? original.inputText,
      source,
    })
  }
  const at = deps.clock.now()
  const open = openBranches(kept)
  const created = {
    type: 'task.created',
    data: {
      user_id: request.author,
      thread_id: deps.ids.next<ThreadId>(),
      input_text: original.inputText,
      task_type: original.taskType,
      interface: request.interface,
      source: hasWorkspace(kept) ? source : original.source,
      forked_from: { task_id: original.id, seq: request.seq },
    },
    task_id: deps.ids.next<TaskId>(),
    seq: 1,
    at,
  } as const
  const bodies = kept
    .filter((event) => !LEFT_BEHIND.has(event.type) && !isCopying(event) && !isUnanswered(event, kept))
    .filter((event) => !isOfOpenBranch(event, open))
    .filter((event) => !isOfMidWork(event, kept))
    .map(({ task_id: _, seq: __, at: ___, ...body }) => withoutSource(alreadyPaid(body), hasWorkspace(kept)))
  const { events, next } = extend(evolve(null, created), bodies, at)
  const accepted = await deps.store.accept(message, next, [created, ...events])
  deps.signals.publish({ type: 'task', taskId: accepted.task.id, seq: accepted.task.lastSeq })
  deps.signals.publish({ type: 'work' })
  return accepted
}

/** Runs the request again from where it began, with the models' turns read from its log instead of asked for. */
export async function replayTask(
  deps: AcceptDeps,
  request: Omit<IncomingMessage, 'text'> & { readonly taskId: TaskId },
): Promise<{ readonly task: Task; readonly created: boolean } | Refusal> {
  const original = await deps.store.get(request.taskId)
  if (original === null) return { type: 'not_found' }
  const log = await readLog(deps.store, original.id)
  const created = log[0]
  const baseline = log.find((event) => event.type === 'step.completed' && event.data.step === 'workspace')
  const commit = baseline?.type === 'step.completed' ? baseline.data.commit : null
  const source: WorkspaceSource = commit === null ? original.source : { type: 'task', task_id: original.id, commit }
  const taskType = created?.type === 'task.created' ? created.data.task_type : null
  return acceptRequest(deps, { ...request, text: original.inputText, taskType, source, replayOf: original.id })
}

function lastCommit(log: readonly TaskEvent[]): CommitId | null {
  let commit: CommitId | null = null
  for (const event of log)
    if (event.type === 'step.completed' && event.data.branch === undefined) commit = event.data.commit ?? commit
  return commit
}

function hasWorkspace(log: readonly TaskEvent[]): boolean {
  return log.some((event) => event.type === 'step.completed' && event.data.step === 'workspace')
}

/** The branches that had not become part of the files yet: of them the fork has no files, and does their work anew. */
function openBranches(log: readonly TaskEvent[]): ReadonlySet<string> {
  const done = log.flatMap((event) => (event.type === 'step.completed' ? [event.data] : []))
  const open = new Set(done.flatMap(({ branch }) => branch ?? []))
  for (const { step } of done) if (step.startsWith(MERGE_STEP)) open.delete(step.slice(MERGE_STEP.length))
  return open
}

function isOfOpenBranch({ data }: TaskEvent, open: ReadonlySet<string>): boolean {
  const [kind, id] = 'step' in data ? data.step.split('/') : []
  return id !== undefined && open.has(id) && (kind === 'branch' || kind === 'subtask' || kind === 'merge')
}

/** The fork copies its own files, from where it forked. */
function isCopying(event: TaskEvent): boolean {
  return 'step' in event.data && event.data.step === 'workspace/copy'
}

/** A fork is an order: whoever makes it waits for no answer that was still to come, and a half-given one binds nobody. */
function isUnanswered(event: TaskEvent, kept: readonly TaskEvent[]): boolean {
  return event.type.startsWith('approval.') && !kept.some(({ type }) => type === 'task.queued')
}

/**
 * Whether it belongs to a question in the middle of work: rights that were given to one task are no other's. With the question goes
 * what followed the answer: being queued and taken up again.
 */
function isOfMidWork(event: TaskEvent, kept: readonly TaskEvent[]): boolean {
  if (event.type === 'task.queued' || event.type === 'task.started')
    return kept.some(({ type, seq }) => type === event.type && seq < event.seq)
  if (event.type === 'approval.requested') return isMidWork(event.data.kind)
  if (event.type !== 'approval.resolved' && event.type !== 'approval.seconded') return false
  const { approval_id } = event.data
  return kept.some(
    (one) => one.type === 'approval.requested' && one.data.approval_id === approval_id && isMidWork(one.data.kind),
  )
}

/** What the original went on from is part of the files already. */
function withoutSource(body: TaskEventBody, hasFiles: boolean): TaskEventBody {
  return body.type === 'task.routed' && hasFiles ? { ...body, data: { ...body.data, source: null } } : body
}

/** The original paid for its turns; the ledger must not count them twice. */
function alreadyPaid(body: TaskEventBody): TaskEventBody {
  if (body.type !== 'usage.recorded') return body
  return { ...body, data: { ...body.data, ...NO_TOKENS } }
}
