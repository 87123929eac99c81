// A message in a conversation, whichever interface it came through: kept first, then understood as an answer to what waits, as a
// newer word that replaces what waits, or as a request of its own.
import type { ApprovalId, TaskId, UserId } from '../vocabulary/ids.ts'
import type { IncomingMessage, Message } from '../vocabulary/message.ts'
import type { Refusal } from '../vocabulary/refusal.ts'
import type { Task, TaskType, WorkspaceSource } from '../vocabulary/task.ts'
import type { ConversationStore } from '../ports/conversation-store.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import { acceptRequest } from '../task/accept-request.ts'
import type { AcceptDeps } from '../task/accept-request.ts'
import { applyCommand } from '../task/apply-command.ts'
import { decideOnceFor } from './decide-once.ts'
import { typedAnswer } from './yes-or-no.ts'

export type WordsDeps = AcceptDeps & { readonly conversations: ConversationStore; readonly objects: ObjectStore }

export type Words = IncomingMessage & {
  /** What the task is to do, where it is not the whole text. */
  readonly request?: string
  readonly taskType: TaskType | null
  readonly source: WorkspaceSource
  /** Plain words: work waits for an OK, and they may answer or replace what waits for one. */
  readonly confirm: boolean
  /** Whether the author may say yes or no to a task. */
  readonly mayAnswer: (task: Task) => boolean
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
  /** A yes or no, and more than one thing waits. */
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

const WAITING = 50

/**
 * Durable when it resolves, and safe to repeat: the same words again come to the same task or the same answer. Calls for one message
 * must not overlap. An OK that races with a comment: the log of what waits lets one of them win, and the other finds it out.
 */
export async function takeWords(deps: WordsDeps, words: Words): Promise<Taken | Refusal> {
  const message = await deps.conversations.hear(words, deps.clock.now())
  const decision = words.confirm
    ? await decideOnceFor(deps, `${words.interface}/${words.chat}/${words.externalId}/words`, () => decide(deps, words, message))
    : ({ type: 'request', replaces: [] } as const)
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
      const accepted = await acceptRequest(deps, { ...words, text })
      return 'type' in accepted ? accepted : { type: 'task', message, task: accepted.task, replaced }
    }
  }
}

async function decide(deps: WordsDeps, words: Words, message: Message): Promise<Decision> {
  const waiting = await waitingHere(deps, words.author, message)
  const said = typedAnswer(words.text)
  if (said === null || waiting.length === 0) return { type: 'request', replaces: waiting.map(({ id }) => id) }
  const [only] = waiting
  if (waiting.length > 1 || only === undefined || only.approval === null)
    return { type: 'unclear', waiting: waiting.map(({ id }) => id) }
  return { type: 'answer', task_id: only.id, approval_id: only.approval.id, ...said }
}

/** What this person asked for in plain words here and has not said OK to, nor anything else since. */
async function waitingHere(deps: WordsDeps, author: UserId, message: Message): Promise<readonly Task[]> {
  const { items } = await deps.store.list({ userId: author, statuses: ['needs_approval'], limit: WAITING, cursor: null })
  return items.filter((task) => task.confirm && task.threadId === message.threadId && task.approval?.status === 'pending')
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
