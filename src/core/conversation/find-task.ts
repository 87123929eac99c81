// Which task a person means: the newest here, or one named by a piece of its id.
import { isTerminal, TASK_STATUSES } from '../vocabulary/task.ts'
import type { Task } from '../vocabulary/task.ts'
import type { TaskId, UserId } from '../vocabulary/ids.ts'
import type { Place } from '../vocabulary/place.ts'
import { placeKey } from '../vocabulary/place.ts'
import type { CardStore } from '../ports/card-store.ts'
import type { TaskStore } from '../ports/task-store.ts'
import { idsOf, mayActOn, wholeChat } from './visit.ts'
import type { ReceiveDeps, Visit } from './visit.ts'

/** How far back a piece of an id is looked for. */
const RECENT = 100
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i
const PIECE = /^[0-9a-f-]{4,36}$/i

type TaskDeps = { readonly cards: CardStore; readonly store: TaskStore }

export type Found =
  | { readonly type: 'one'; readonly task: Task }
  | { readonly type: 'none' }
  | { readonly type: 'several' }

/** Could be (a piece of) an id; a word such as `feed` could as well. */
export function isIdLike(text: string): boolean {
  return PIECE.test(text)
}

/** The unfinished tasks of a place, newest first. */
export async function openHere(deps: TaskDeps, place: Place): Promise<readonly Task[]> {
  const key = placeKey(place)
  const cards = await deps.cards.unfinished(place.bot)
  const here = cards.filter((card) => placeKey(card.place) === key)
  const tasks = await tasksOf(
    deps,
    here.map((card) => card.taskId),
  )
  return tasks.filter((task) => !isTerminal(task.status)).toReversed()
}

/** What waits for an owner's answer, wherever it was asked for, newest first: members' chats are not theirs to look into. */
export async function waitingAnywhere(deps: ReceiveDeps): Promise<readonly Task[]> {
  const { items } = await deps.store.list({ userId: null, statuses: ['needs_approval'], limit: RECENT, cursor: null })
  return items
}

/** What a person asked for under any of their ids and is not over, newest first. */
export async function ownAnywhere(deps: ReceiveDeps, ids: readonly UserId[]): Promise<readonly Task[]> {
  const statuses = TASK_STATUSES.filter((status) => !isTerminal(status))
  return (await deps.store.list({ userId: ids, statuses, limit: RECENT, cursor: null })).items
}

/** Tasks that were asked for here, newest first, finished ones too. */
export async function recentHere(deps: ReceiveDeps, place: Place): Promise<readonly Task[]> {
  const cards = await deps.cards.ofPlace(place, RECENT)
  return tasksOf(
    deps,
    cards.map((card) => card.taskId),
  )
}

/** The newest that the person may see; null where there is none. */
export async function newestHere(deps: ReceiveDeps, visit: Visit): Promise<Task | null> {
  const cards = await deps.cards.ofPlace(visit.message.place, RECENT)
  for (const card of cards) {
    const task = await deps.store.get(card.taskId)
    if (task !== null && mayActOn(visit.visitor, task)) return task
  }
  return null
}

/** By a whole id, or a piece from its beginning or end, among the tasks that the person may see. */
export async function findTask(deps: ReceiveDeps, { visitor, message }: Visit, piece: string): Promise<Found> {
  if (UUID.test(piece)) {
    const task = await deps.store.get(piece.toLowerCase() as TaskId)
    const isThere = task !== null && mayActOn(visitor, task) && (await maySpeakOf(deps, { visitor, message }, task))
    return isThere ? { type: 'one', task } : { type: 'none' }
  }
  const [cards, page] = await Promise.all([
    deps.cards.ofPlace(message.place, RECENT),
    // What somebody asked for in their own chat is not for a group to read, even where they name it there.
    deps.store.list({
      userId: visitor.role === 'owner' ? null : message.direct ? idsOf(visitor) : [],
      statuses: null,
      limit: RECENT,
      cursor: null,
    }),
  ])
  const ids = new Set([...cards.map((card) => card.taskId), ...page.items.map((task) => task.id)])
  const tasks = await tasksOf(
    deps,
    [...ids].filter((id) => fits(id, piece)),
  )
  const [first, second] = tasks.filter((task) => mayActOn(visitor, task))
  if (first === undefined) return { type: 'none' }
  return second === undefined ? { type: 'one', task: first } : { type: 'several' }
}

/** In a group, members hear of what was asked for there. */
async function maySpeakOf(
  { cards }: TaskDeps,
  { visitor, message }: Pick<Visit, 'visitor' | 'message'>,
  task: Task,
): Promise<boolean> {
  if (message.direct || visitor.role === 'owner') return true
  const card = await cards.get(task.id)
  return card !== null && placeKey(wholeChat(card.place)) === placeKey(wholeChat(message.place))
}

function fits(id: TaskId, piece: string): boolean {
  const [whole, part] = [id, piece].map((text) => text.toLowerCase().replaceAll('-', '')) as [string, string]
  return part !== '' && (whole.startsWith(part) || whole.endsWith(part))
}

async function tasksOf(deps: Pick<TaskDeps, 'store'>, ids: readonly TaskId[]): Promise<readonly Task[]> {
  const tasks = await Promise.all(ids.map((id) => deps.store.get(id)))
  return tasks.filter((task) => task !== null)
}
