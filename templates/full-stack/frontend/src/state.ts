// What the page knows, and how that changes: pure functions, so that they can be tested without a browser.
import type { Task } from '../../backend/src/task.ts'

export type State = {
  /** Null until they were loaded. */
  readonly tasks: readonly Task[] | null
  /** One sentence for people. */
  readonly problem: string | null
}

export type Change =
  | { readonly type: 'loaded'; readonly tasks: readonly Task[] }
  | { readonly type: 'added'; readonly task: Task }
  | { readonly type: 'changed'; readonly task: Task }
  | { readonly type: 'removed'; readonly id: number }
  | { readonly type: 'failed'; readonly problem: string }

export const NOTHING: State = { tasks: null, problem: null }

export function apply(state: State, change: Change): State {
  const tasks = state.tasks ?? []
  switch (change.type) {
    case 'loaded':
      return { tasks: change.tasks, problem: null }
    case 'added':
      return { tasks: [change.task, ...tasks], problem: null }
    case 'changed':
      return { tasks: tasks.map((task) => (task.id === change.task.id ? change.task : task)), problem: null }
    case 'removed':
      return { tasks: tasks.filter(({ id }) => id !== change.id), problem: null }
    case 'failed':
      return { ...state, problem: change.problem }
  }
}

export function summary({ tasks }: State): string {
  if (tasks === null) return 'Loading'
  const open = tasks.filter(({ done }) => !done).length
  if (tasks.length === 0) return 'There is nothing to do yet.'
  if (open === 0) return 'Everything is done.'
  return open === 1 ? 'One thing to do.' : `${open} things to do.`
}
