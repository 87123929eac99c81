// Stopping tasks by typing: one by its id, the newest here, or all that are open here.
import type { TaskId } from '../vocabulary/ids.ts'
import type { JsonValue } from '../vocabulary/json.ts'
import { isTerminal } from '../vocabulary/task.ts'
import type { Task } from '../vocabulary/task.ts'
import type { ChatEvent } from '../vocabulary/chat-message.ts'
import { applyCommand } from '../task/apply-command.ts'
import { decideOnce } from './decide-once.ts'
import { draftOf } from './draft-name.ts'
import { findTask, openHere } from './find-task.ts'
import { answer } from './notes.ts'
import { visitorOf } from './people.ts'
import { taskLines } from './status.ts'
import { mayActOn } from './visit.ts'
import type { ReceiveDeps, Visit, Visitor } from './visit.ts'

/** What the command was about when it came. */
type Decision = { readonly ids: readonly TaskId[]; readonly problem: string }

export const STOPPED_BY_OWNERS = 'Only owners stop tasks here. Ask one of them.'

/** Whether somebody stops what is theirs to act on. */
export function mayStop({ settings }: ReceiveDeps, { role }: Visitor): boolean {
  return role === 'owner' || settings.requesterAbort !== false
}

export async function abort(deps: ReceiveDeps, visit: Visit, given: string): Promise<void> {
  const { message, visitor } = visit
  if (!mayStop(deps, visitor)) return answer(deps, message, STOPPED_BY_OWNERS)
  const { ids, problem } = await decideOnce(deps, message, 'abort', () => decide(deps, visit, given))
  if (ids.length === 0) return answer(deps, message, problem)
  const stopped: Task[] = []
  for (const id of ids) {
    await applyCommand(deps, id, { type: 'abort', by: visitor.userId, reason: 'Stopped from the chat.' })
    const task = await deps.store.get(id)
    if (task !== null) stopped.push(task)
  }
  await answer(deps, message, taskLines(stopped, deps.clock.now()))
  await Promise.all(ids.map((id) => deps.follower.refresh(id)))
}

async function decide(deps: ReceiveDeps, visit: Visit, given: string): Promise<Decision & JsonValue> {
  const word = given.toLowerCase()
  if (word === '' || word === 'all') {
    const open = await openHere(deps, visit.message.place)
    const mine = open.filter((task) => mayActOn(visit.visitor, task))
    const ids = (word === 'all' ? mine : mine.slice(0, 1)).map((task) => task.id)
    return { ids, problem: 'Nothing is open here.' }
  }
  const found = await findTask(deps, visit, word)
  if (found.type === 'several') return { ids: [], problem: 'More than one task fits: write more of its id.' }
  if (found.type === 'none') return { ids: [], problem: 'I know no task with that id. /status lists what is open.' }
  if (isTerminal(found.task.status)) return { ids: [], problem: 'That task is over.' }
  return { ids: [found.task.id], problem: '' }
}

/** The Stop of a draft: of its task, or where it tells none, of the newest here that is at work. */
export async function onDraftStopped(
  deps: ReceiveDeps,
  { place, author, draft }: Extract<ChatEvent, { type: 'draft_stopped' }>,
): Promise<void> {
  const visitor = await visitorOf(deps, author.userId)
  if (visitor === null || !mayStop(deps, visitor)) return
  // One that is being stopped already is what an earlier telling of the same stop left.
  const working = (await openHere(deps, place)).filter(
    (task) => (task.status === 'running' || task.status === 'aborting') && mayActOn(visitor, task),
  )
  const task = working.find(({ id }) => draftOf(id) === draft) ?? working[0]
  if (task === undefined) return
  await applyCommand(deps, task.id, { type: 'abort', by: author.userId, reason: 'Stopped from the chat.' })
  await deps.follower.refresh(task.id)
}
