// A message that its author changed afterwards: what has not begun starts with the new text, what runs is asked about.
import { isTerminal } from '../vocabulary/task.ts'
import type { Task } from '../vocabulary/task.ts'
import type { UserId } from '../vocabulary/ids.ts'
import { isLiteralCommand } from '../task/accept-request.ts'
import { applyCommand } from '../task/apply-command.ts'
import { decideOnce } from './decide-once.ts'
import { editId } from './hear-message.ts'
import { parseCommand } from './parse-command.ts'
import { answer, offerButtons } from './notes.ts'
import { turnAway } from './request-limit.ts'
import { orderedWords, plainWords, startTask } from './requests.ts'
import type { ReceiveDeps, Tap, Visit, Visitor } from './visit.ts'
import { typedAnswer } from './yes-or-no.ts'

const OFFERED_MS = 86_400_000
const OFFER = 'edited'
const CHANGED = 'The message that asked for it was changed.'

/** `visit` is of the message as it is now. Edits of commands, of what is over, and to a mere yes or no change nothing. */
export async function onEdited(deps: ReceiveDeps, visit: Visit, editedAt: Date): Promise<void> {
  const { message, visitor } = visit
  const text = message.text.trim()
  if (text === '' || parseCommand(text) !== null) return
  // It stands above what is asked now, and was sent before it: nothing that waits is answered by it.
  if (typedAnswer(text)?.comment === null) return
  // Where a request was changed before, the newest of its tasks is meant; repeated, it must be the same one still.
  const purpose = `edit@${editedAt.getTime()}`
  const decided = await decideOnce(deps, message, purpose, async () => {
    const card = await deps.cards.ofRequest(message.place, message.ref)
    const task = card === null ? null : await deps.store.get(card.taskId)
    if (task === null || task.userId !== visitor.userId || isTerminal(task.status)) return null
    if (task.inputText.trim() === text || parseCommand(task.inputText) !== null || isLiteralCommand(task)) return null
    const began = task.status === 'running' || task.status === 'aborting'
    return { task_id: task.id, began }
  })
  const task = decided === null ? null : await deps.store.get(decided.task_id)
  if (decided === null || task === null) return
  if (decided.began) return offerNewStart(deps, visit, task, text)
  if (await turnAway(deps, visit)) return
  const stopped = await stop(deps, task, visitor.userId)
  // Between the look and the stop it may have begun; a stop counts all the same.
  await startTask(deps, visit, {
    ...plainWords(visit, text),
    externalId: editId(message, editedAt),
    source: stopped.source,
    confirm: stopped.confirm,
  })
  await deps.follower.refresh(task.id)
}

async function offerNewStart(deps: ReceiveDeps, { message }: Visit, task: Task, text: string): Promise<void> {
  const to = {
    group: `edited:${task.id}`,
    place: message.place,
    onlyFor: null,
    expiresAt: new Date(deps.clock.now().getTime() + OFFERED_MS),
  }
  const does = { type: 'start_again', task_id: task.id, text } as const
  const buttons = await offerButtons(deps, to, [{ name: 'start_again', label: 'Start again', style: 'plain', does }])
  const markdown = 'I am working on what this message said before. Shall I stop and start again with what it says now?'
  await answer(deps, message, markdown, { part: OFFER, buttons })
}

/** After a tap: stops the task and asks for the new text in its stead. */
export async function startAgain(
  deps: ReceiveDeps,
  { tap, visitor, text }: { readonly tap: Tap; readonly visitor: Visitor; readonly text: string },
  task: Task,
): Promise<string> {
  const card = await deps.cards.get(task.id)
  if (card === null || card.request === null) return 'This is not open any more.'
  if (!isTerminal(task.status)) await stop(deps, task, visitor.userId)
  const { place, tap: cause, author, direct } = tap
  const ref = card.request
  const visit: Visit = {
    message: {
      place,
      ref,
      parts: [ref],
      externalId: ref,
      author: { ...author, userId: task.userId },
      direct,
      addressed: true,
      text,
      attachments: [],
      forwardedFrom: null,
      replyTo: null,
      sentAt: deps.clock.now(),
      raw: {},
    },
    // It stays the work of whoever asked for it.
    visitor: { ...visitor, userId: task.userId },
    chat: await deps.chats.get(place),
    repliedTo: null,
    heard: null,
    artifacts: [],
  }
  // The button was the OK.
  const wanted = { ...orderedWords(visit, text), externalId: `${ref}@${cause}`, source: task.source }
  if ((await startTask(deps, visit, wanted)) === null) return 'I could not take the new text.'
  // In place of the offer, whose button is used up.
  await answer(deps, visit.message, 'Stopped, and started again with what this message says now.', { part: OFFER })
  return 'Started again.'
}

async function stop(deps: ReceiveDeps, task: Task, by: UserId): Promise<Task> {
  // What waits for an OK is replaced and not stopped: the new words say what is wanted.
  if (task.confirm) await applyCommand(deps, task.id, { type: 'supersede', by })
  await applyCommand(deps, task.id, { type: 'abort', by, reason: CHANGED })
  return task
}
