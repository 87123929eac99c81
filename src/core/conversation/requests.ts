// Makes a task of what a person asks for in a chat, with the files it goes on from and a card that shows it.
import type { MessageRef, Place } from '../vocabulary/place.ts'
import { isTerminal } from '../vocabulary/task.ts'
import type { Task, TaskType, WorkspaceSource } from '../vocabulary/task.ts'
import type { TaskId } from '../vocabulary/ids.ts'
import { archiveKind } from '../vocabulary/archive-kind.ts'
import { isAttachedFile } from '../task/attached-files.ts'
import { applyStandingApproval } from '../approval/standing.ts'
import type { Message } from '../vocabulary/message.ts'
import { howItStands, mayAnswer, NOT_YOURS_TO_ANSWER } from './answer-approval.ts'
import { recordTask } from './attachments.ts'
import { UNNAMED } from './chat-settings.ts'
import { settleKept } from './files-alone.ts'
import { code, escapeMarkdown } from './markdown.ts'
import { answer, seen } from './notes.ts'
import { taskLines } from './status.ts'
import { taskOfKey } from './task-of-key.ts'
import { takeWords } from './take-words.ts'
import type { Taken } from './take-words.ts'
import { tellAnswered } from './tell-answered.ts'
import { ASKED_SINCE } from './typed-answers.ts'
import { oneLine } from './visible.ts'
import { giveToTask } from './read-artifacts.ts'
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
  /** As it is kept; null where nothing is yet. */
  readonly heard: Message | null
  /** Plain words: work waits for an OK, and they may answer or replace what waits for one. */
  readonly confirm: boolean
  /** Understood from speech. */
  readonly spoken?: boolean
}

/** A request in the person's own words. */
export function plainWords({ message, heard }: Visit, text: string, spoken = false): Wanted {
  const { externalId, ref } = message
  return { text, taskType: null, externalId, source: null, request: ref, heard, confirm: true, spoken }
}

/** The words behind a command that asks for work: nothing about them is in doubt. */
export function orderedWords(visit: Visit, text: string, taskType: TaskType | null = null): Wanted {
  return { ...plainWords(visit, text), taskType, confirm: false }
}

/**
 * Durable and shown when it resolves; null where no task came of it, which the person was told: it was refused, or it was an answer
 * to what waits. Safe to repeat.
 */
export async function startTask(deps: ReceiveDeps, visit: Visit, wanted: Wanted): Promise<Task | null> {
  const { message, visitor, chat } = visit
  const words = {
    interface: message.place.interface,
    chat: threadChat(chat),
    externalId: wanted.externalId,
    author: visitor.userId,
    authorName: message.author.name,
    text: wanted.text,
    raw: message.raw,
    artifacts: visit.artifacts,
    direct: message.direct,
    taskType: wanted.taskType,
    source: wanted.source ?? archiveOf(visit) ?? (await sourceFor(deps, visit)),
    confirm: wanted.confirm,
    spoken: wanted.spoken ?? false,
    mayAnswer: (task: Task) => mayAnswer(visitor, task),
  }
  const taken = await takeWords(deps, words, wanted.heard)
  switch (taken.type) {
    case 'task':
      return begin(deps, visit, wanted, taken)
    case 'answered': {
      const { taskId, approvalId, yes, refused } = taken
      const sentence =
        refused?.type === 'not_yours'
          ? NOT_YOURS_TO_ANSWER
          : await howItStands(deps, visitor.userId, await deps.store.get(taskId), approvalId)
      await tellAnswered(deps, visit, { taskId, approvalId, yes }, sentence)
      return null
    }
    case 'unclear':
      await answer(deps, message, await unclearWords(deps, wanted, taken.waiting))
      return null
    case 'invalid':
      await answer(deps, message, escapeMarkdown(taken.problem))
      return null
    case 'denied':
      await answer(
        deps,
        message,
        `That is not done here: ${escapeMarkdown(oneLine(taken.why, 300))} _(rule ${code(oneLine(taken.rule, 100))})_`,
      )
      return null
    default:
      await answer(deps, message, "I can't take this request.")
      return null
  }
}

async function begin(
  deps: ReceiveDeps,
  visit: Visit,
  wanted: Wanted,
  accepted: Extract<Taken, { type: 'task' }>,
): Promise<Task> {
  const { message, visitor, chat, artifacts } = visit
  const { replaced } = accepted
  // A correction is still about the files that came with what it corrects.
  const kept = (await Promise.all(replaced.map((id) => deps.artifacts.ofTask(id)))).flat()
  await giveToTask(deps, accepted.task, [...artifacts, ...kept])
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
  await Promise.all(replaced.map((id) => deps.follower.refresh(id)))
  if (chat.title === UNNAMED) await nameTopic(deps, message.place, wanted.text)
  return task
}

async function unclearWords(deps: ReceiveDeps, wanted: Wanted, waiting: readonly TaskId[]): Promise<string> {
  if (wanted.spoken === true)
    return `I heard “${escapeMarkdown(oneLine(wanted.text, TITLE))}”. So that nothing starts because I misheard, type it or use the buttons.`
  if (waiting.length === 1) return ASKED_SINCE
  const tasks = (await Promise.all(waiting.map((id) => deps.store.get(id)))).filter((task) => task !== null)
  const listed = taskLines(tasks, deps.clock.now())
  return `More than one thing waits for you. Use the buttons under it, or reply to the one you mean.\n\n${listed}`
}

/** A topic that its person's client named gets a name from the first request in it. */
async function nameTopic(deps: ReceiveDeps, place: Place, text: string): Promise<void> {
  const title = oneLine(text, TITLE)
  // Where we may not rename it stays as it is; it is not tried at every message.
  await deps.messenger.renameTopic(place, title)
  await deps.chats.set(place, { title })
}

/** Words that come with exactly one archive are about what is in it. */
function archiveOf({ artifacts, message }: Visit): WorkspaceSource | null {
  const archives = artifacts.filter((artifact) => isAttachedFile(artifact) && archiveKind(artifact.name) !== null)
  const [only] = archives
  return only === undefined || archives.length > 1 || message.replyTo !== null
    ? null
    : { type: 'archive', artifact_id: only.id }
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

function sourceOf(visitor: Visitor, task: Task): WorkspaceSource | null {
  if (!isTerminal(task.status) || !mayActOn(visitor, task)) return null
  const commit = task.result?.commit ?? null
  return commit === null ? null : { type: 'task', task_id: task.id, commit }
}
