// Makes a task of what a person asks for in a chat, with the files it goes on from and a card that shows it.
import type { MessageRef, Place } from '../vocabulary/place.ts'
import { isTerminal } from '../vocabulary/task.ts'
import type { Task, TaskType, WorkspaceSource } from '../vocabulary/task.ts'
import type { TaskId } from '../vocabulary/ids.ts'
import { applyStandingApproval } from '../approval/standing.ts'
import { acceptRequest } from '../task/accept-request.ts'
import { attachFiles, recordTask } from './attachments.ts'
import { UNNAMED } from './chat-settings.ts'
import { settleKept } from './files-alone.ts'
import { escapeMarkdown } from './markdown.ts'
import { answer, seen } from './notes.ts'
import { oneLine } from './visible.ts'
import { mayActOn, threadChat } from './visit.ts'
import type { ReceiveDeps, Visit, Visitor } from './visit.ts'

/** How far back in a topic the files to go on from are looked for. */
const RECENT = 20
const TITLE = 60

export type Wanted = {
  readonly text: string
  readonly taskType: TaskType | null
  /** The same twice is the same request. */
  readonly externalId: string
  /** Null: what the place and the message say. */
  readonly source: WorkspaceSource | null
  /** The message that the card answers. */
  readonly request: MessageRef
}

/** A request in the person's own words. */
export function ownWords({ message }: Visit, text: string): Wanted {
  return { text, taskType: null, externalId: message.externalId, source: null, request: message.ref }
}

/** Durable and shown when it resolves; null where it was refused, which the person was told. Safe to repeat. */
export async function startTask(deps: ReceiveDeps, visit: Visit, wanted: Wanted): Promise<Task | null> {
  const { message, visitor, chat, files } = visit
  const accepted = await acceptRequest(deps, {
    interface: message.place.interface,
    chat: threadChat(chat),
    externalId: wanted.externalId,
    author: visitor.userId,
    text: wanted.text,
    raw: message.raw,
    taskType: wanted.taskType,
    source: wanted.source ?? (await sourceFor(deps, visit)),
  })
  if ('type' in accepted) {
    const problem = accepted.type === 'invalid' ? accepted.problem : "I can't take this request."
    await answer(deps, message, escapeMarkdown(problem))
    return null
  }
  await attachFiles(deps, accepted.task, files)
  const task = await applyStandingApproval(deps, accepted.task)
  if (message.attachments.length > 0) {
    await recordTask(deps, message, task.id)
    await settleKept(deps, visit)
  }
  await Promise.all([
    deps.outbox.put([seen(message)]),
    deps.follower.open({
      taskId: task.id,
      place: message.place,
      request: wanted.request,
      by: visitor.userId,
      direct: message.direct,
      openedAt: deps.clock.now(),
      finished: false,
    }),
  ])
  if (chat.title === UNNAMED) await nameTopic(deps, message.place, wanted.text)
  return task
}

/** A topic that its person's client named gets a name from the first request in it. */
async function nameTopic(deps: ReceiveDeps, place: Place, text: string): Promise<void> {
  const title = oneLine(text, TITLE)
  // Where we may not rename it stays as it is; it is not tried at every message.
  await deps.messenger.renameTopic(place, title)
  await deps.chats.set(place, { title })
}

async function sourceFor(deps: ReceiveDeps, visit: Visit): Promise<WorkspaceSource> {
  const { place } = visit.message
  const replied = await repliedTask(deps, visit)
  const fromReply = replied === null ? null : sourceOf(visit.visitor, replied)
  if (fromReply !== null) return fromReply
  // A topic is a project: work in it goes on from the work before it.
  if (place.topic !== null)
    for (const card of await deps.cards.ofPlace(place, RECENT)) {
      const task = await deps.store.get(card.taskId)
      if (task?.status !== 'completed' || task.taskType !== 'dev_pipeline') continue
      const source = sourceOf(visit.visitor, task)
      if (source !== null) return source
    }
  return { type: 'empty' }
}

/** The task of which the person replies to a message of ours, or to their own that asked for it. */
export async function repliedTask(deps: ReceiveDeps, { message, repliedTo }: Visit): Promise<Task | null> {
  if (message.replyTo === null) return null
  const taskId =
    repliedTo === null ? (await deps.cards.ofRequest(message.place, message.replyTo))?.taskId : taskOfKey(repliedTo.key)
  return taskId === undefined ? null : deps.store.get(taskId)
}

/** The task that a post of ours is about, as its key says. */
export function taskOfKey(key: string): TaskId | undefined {
  return /^(?:task|files|details|fix|heard):([0-9a-f-]{36})/.exec(key)?.[1] as TaskId | undefined
}

function sourceOf(visitor: Visitor, task: Task): WorkspaceSource | null {
  if (!isTerminal(task.status) || !mayActOn(visitor, task)) return null
  const commit = task.result?.commit ?? null
  return commit === null ? null : { type: 'task', task_id: task.id, commit }
}
