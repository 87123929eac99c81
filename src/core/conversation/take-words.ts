// A message in a conversation, whichever interface it came through: kept first, then understood as an answer to what waits, as a
// newer word that replaces what waits, or as a request of its own.
import { isMidWork } from '../vocabulary/approval.ts'
import type { ApprovalId, TaskId, UserId } from '../vocabulary/ids.ts'
import type { IncomingMessage, Message } from '../vocabulary/message.ts'
import type { Refusal } from '../vocabulary/refusal.ts'
import type { Task, TaskType, WorkspaceSource } from '../vocabulary/task.ts'
import { isAttachedFile } from '../task/attached-files.ts'
import type { Artifact } from '../ports/artifact-store.ts'
import type { ConversationStore } from '../ports/conversation-store.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import { acceptRequest } from '../task/accept-request.ts'
import type { AcceptDeps } from '../task/accept-request.ts'
import { applyCommand } from '../task/apply-command.ts'
import { wasAskedBefore } from './asked-before.ts'
import { decidedFor, decideOnceFor } from './decide-once.ts'
import { typedAnswer } from './yes-or-no.ts'

export type WordsDeps = AcceptDeps & { readonly conversations: ConversationStore; readonly objects: ObjectStore }

export type Words = IncomingMessage & {
  /** What came with them. None unless said otherwise. */
  readonly artifacts?: readonly Artifact[]
  /** What the task is to do, where it is not the whole text. */
  readonly request?: string
  readonly taskType: TaskType | null
  readonly source: WorkspaceSource
  /** Plain words: work waits for an OK, and they may answer or replace what waits for one. */
  readonly confirm: boolean
  /** Whether the author may say yes or no to a task. */
  readonly mayAnswer: (task: Task) => boolean
  /** Understood from speech: what was perhaps misheard is never an answer. False unless said otherwise. */
  readonly spoken?: boolean
}

export type Taken =
  /** `replaced`: what waited for an OK and is not wanted any more as it was. */
  | { readonly type: 'task'; readonly message: Message; readonly task: Task; readonly replaced: readonly TaskId[] }
  | {
      readonly type: 'answered'
      readonly message: Message
      readonly taskId: TaskId
      readonly approvalId: ApprovalId
      readonly yes: boolean
      /** The log's word: null where the answer counts; why not, where somebody was faster or it may not be theirs to give. */
      readonly refused: Refusal | { readonly type: 'not_yours' } | null
    }
  /** A yes or no, and more than one thing waits; or it was spoken, or said before what waits was asked. Nothing came of it. */
  | { readonly type: 'unclear'; readonly message: Message; readonly waiting: readonly TaskId[] }

type Decision =
  | { readonly type: 'request'; readonly replaces: readonly TaskId[] }
  | {
      readonly type: 'answer'
      readonly task_id: TaskId
      readonly approval_id: ApprovalId
      readonly yes: boolean
      readonly comment: string | null
    }
  | { readonly type: 'unclear'; readonly waiting: readonly TaskId[] }

const NEW_REQUEST: Decision = { type: 'request', replaces: [] }
const WAITING = 50

/**
 * Durable when it resolves, and safe to repeat: the same words again come to the same task or the same answer. Calls for one message
 * must not overlap. An OK that races with a comment: the log of what waits lets one of them win, and the other finds it out.
 */
export async function takeWords(
  deps: WordsDeps,
  words: Words,
  /** The words as they were heard, where the caller has done that already. */
  heard: Message | null = null,
): Promise<Taken | Refusal> {
  const message = heard ?? (await deps.conversations.hear(words, deps.clock.now()))
  const decision = words.confirm ? await decideOnceHere(deps, words, message) : NEW_REQUEST
  switch (decision.type) {
    case 'unclear':
      return { type: 'unclear', message, waiting: decision.waiting }
    case 'answer':
      return giveAnswer(deps, words, message, decision)
    case 'request': {
      const replaced: TaskId[] = []
      for (const id of decision.replaces) {
        await applyCommand(deps, id, { type: 'supersede', by: words.author })
        const now = await deps.store.get(id)
        if (now?.approval?.status === 'superseded') replaced.push(id)
      }
      const text = words.request ?? words.text
      const source = await sourceOf(deps, words, decision.replaces)
      const { artifacts = [], ...request } = words
      const files = artifacts.filter(isAttachedFile)
      const accepted = await acceptRequest(deps, { ...request, files, text, source, heard: true })
      return 'type' in accepted ? accepted : { type: 'task', message, task: accepted.task, replaced }
    }
  }
}

/** Under which it is written down what the words of a message were about: their comment to a proposal may stand there. */
export function wordsName(words: Pick<IncomingMessage, 'interface' | 'chat' | 'externalId'>): string {
  return `${words.interface}/${words.chat}/${words.externalId}/words`
}

/** What waits may be another thing when the same words come again: what they were about is written down, unless nothing waited. */
async function decideOnceHere(deps: WordsDeps, words: Words, message: Message): Promise<Decision> {
  const name = wordsName(words)
  const [known, waiting] = await Promise.all([
    decidedFor<Decision>(deps, name),
    waitingHere(deps, words.author, message),
  ])
  if (known !== null) return known.decision
  // A message that has its task already had nothing to decide: what waits now may be that very task.
  if (waiting.length === 0 || message.taskId !== null) return NEW_REQUEST
  return decideOnceFor(deps, name, async () => {
    const decision = decide(words, waiting)
    if (decision.type !== 'answer') return decision
    const meant = { taskId: decision.task_id, approvalId: decision.approval_id }
    if (await wasAskedBefore(deps, meant, message.createdAt)) return decision
    return { type: 'unclear', waiting: [decision.task_id] }
  })
}

function decide(words: Words, waiting: readonly Task[]): Decision {
  const said = typedAnswer(words.text)
  // "No, in red" is a comment and not the end of it. An explicit order waits for its answer whatever else is said.
  // Work that has begun is told the comment, and goes on.
  const [only] = waiting
  const isTold = waiting.length === 1 && only?.approval != null && isMidWork(only.approval.kind)
  if (said === null || (said.comment !== null && !isTold))
    return { type: 'request', replaces: waiting.filter(isReplaceable).map(({ id }) => id) }
  if (words.spoken === true || waiting.length > 1 || only === undefined || only.approval === null)
    return { type: 'unclear', waiting: waiting.map(({ id }) => id) }
  return { type: 'answer', task_id: only.id, approval_id: only.approval.id, ...said }
}

/** What is said beside a question of work that goes on is no answer to it. */
function isReplaceable({ confirm, approval }: Task): boolean {
  return confirm && approval !== null && !isMidWork(approval.kind)
}

/** What this person asked for here and has not said OK to, newest first. */
async function waitingHere(deps: WordsDeps, author: UserId, message: Message): Promise<readonly Task[]> {
  const query = { userId: author, statuses: ['needs_approval'], limit: WAITING, cursor: null } as const
  const { items } = await deps.store.list(query)
  return items.filter((task) => task.threadId === message.threadId && task.approval?.status === 'pending')
}

/** A correction goes on from what the proposal that it replaces would have gone on from. */
async function sourceOf(deps: WordsDeps, words: Words, replaces: readonly TaskId[]): Promise<WorkspaceSource> {
  const [newest] = replaces
  if (words.source.type !== 'empty' || newest === undefined) return words.source
  return (await deps.store.get(newest))?.source ?? words.source
}

async function giveAnswer(
  deps: WordsDeps,
  { author, mayAnswer }: Words,
  message: Message,
  { task_id, approval_id, yes, comment }: Extract<Decision, { type: 'answer' }>,
): Promise<Taken> {
  const given = { type: 'answered', message, taskId: task_id, approvalId: approval_id, yes } as const
  const task = await deps.store.get(task_id)
  if (task === null) return { ...given, refused: { type: 'not_found' } }
  if (!mayAnswer(task)) return { ...given, refused: { type: 'not_yours' } }
  await applyCommand(deps, task_id, { type: yes ? 'approve' : 'reject', approvalId: approval_id, by: author, comment })
  const approval = (await deps.store.get(task_id))?.approval
  const stands = approval?.id === approval_id && approval.status === (yes ? 'approved' : 'rejected')
  return { ...given, refused: stands && approval.resolvedBy === author ? null : { type: 'wrong_approval' } }
}
