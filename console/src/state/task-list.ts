// The tasks the console knows of: pages, fresh copies and hints folded into one list, newest first.
import type { TaskStatus } from '../../../src/core/vocabulary/task.ts'
import type { WireHint, WirePage, WireTask } from './wire.ts'
import { isOver } from './wire.ts'

export type TaskList = {
  readonly byId: ReadonlyMap<string, WireTask>
  /** Newest first. */
  readonly order: readonly string[]
  /** Where the next older page begins; null at the end. */
  readonly cursor: string | null
  readonly loaded: boolean
}

export const EMPTY_LIST: TaskList = { byId: new Map(), order: [], cursor: null, loaded: false }

export type ListAction =
  /** The newest page, at the start and on every poll. */
  | { readonly type: 'newest'; readonly page: WirePage<WireTask> }
  | { readonly type: 'older'; readonly page: WirePage<WireTask> }
  | { readonly type: 'task'; readonly task: WireTask }

/** Never goes back: an answer that is older than what is known (by `last_seq`) changes nothing. */
export function changeList(list: TaskList, action: ListAction): TaskList {
  switch (action.type) {
    case 'newest':
      return {
        ...add(list, action.page.items),
        cursor: list.loaded ? list.cursor : action.page.next_cursor,
        loaded: true,
      }
    case 'older':
      return { ...add(list, action.page.items), cursor: action.page.next_cursor }
    case 'task':
      return add(list, [action.task])
  }
}

function add(list: TaskList, tasks: readonly WireTask[]): TaskList {
  const byId = new Map(list.byId)
  let grew = false
  let changed = false
  for (const task of tasks) {
    const known = byId.get(task.id)
    if (known !== undefined && known.last_seq >= task.last_seq) continue
    grew ||= known === undefined
    changed = true
    byId.set(task.id, task)
  }
  if (!changed) return list
  return { ...list, byId, order: grew ? [...byId.values()].sort(newestFirst).map((task) => task.id) : list.order }
}

function newestFirst(a: WireTask, b: WireTask): number {
  return b.created_at.localeCompare(a.created_at) || b.id.localeCompare(a.id)
}

/** True when a hint tells of something that the list does not have yet and would show. */
export function isNews(list: TaskList, hint: WireHint): boolean {
  const known = list.byId.get(hint.task_id)
  return (
    known === undefined || (known.last_seq < hint.last_seq && (known.status !== hint.status || isOver(hint.status)))
  )
}

export const FILTERS = ['all', 'waiting', 'active', 'completed', 'failed'] as const
export type Filter = (typeof FILTERS)[number]

const FILTER_STATUSES: Readonly<Record<Exclude<Filter, 'all'>, readonly TaskStatus[]>> = {
  waiting: ['needs_approval'],
  active: ['pending', 'routing', 'queued', 'running', 'aborting'],
  completed: ['completed'],
  failed: ['failed', 'aborted'],
}

export function isShown(task: WireTask, filter: Filter, text: string): boolean {
  if (filter !== 'all' && !FILTER_STATUSES[filter].includes(task.status)) return false
  return text === '' || task.input_text.toLowerCase().includes(text.toLowerCase())
}
