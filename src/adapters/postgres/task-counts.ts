// How many tasks there are in each status, asked for every second or so: what is open is counted each time, what is
// over only grows and is many, so past a size its count may be a little old.
import { isTerminal, TASK_STATUSES } from '../../core/vocabulary/task.ts'
import type { TaskStatus } from '../../core/vocabulary/task.ts'
import type { Database, Statement } from './pool.ts'

type Counts = Partial<Record<TaskStatus, number>>

// Counting these takes about a millisecond.
const FEW = 10_000
const KEEP_MS = 30_000

// The statuses are written out, so that the planner knows which part of the index it needs.
const countWhere = (name: string, over: boolean): Statement => ({
  name,
  text: `select status, count(*)::text as tasks from tasks where status in (${TASK_STATUSES.filter(
    (status) => isTerminal(status) === over,
  )
    .map((status) => `'${status}'`)
    .join(', ')}) group by status`,
})
const OPEN = countWhere('count_open', false)
const OVER = countWhere('count_over', true)

export function createTaskCounts({ database }: { readonly database: Database }): () => Promise<Counts> {
  let over: Counts = {}
  let keptUntil = Number.NEGATIVE_INFINITY

  async function count(statement: Statement): Promise<Counts> {
    const rows = await database.run<{ status: TaskStatus; tasks: string }>(statement, [])
    return Object.fromEntries(rows.map((row) => [row.status, Number(row.tasks)]))
  }

  async function countOver(): Promise<Counts> {
    if (performance.now() < keptUntil) return over
    over = await count(OVER)
    const many = Object.values(over).reduce((sum, tasks) => sum + tasks, 0) > FEW
    keptUntil = many ? performance.now() + KEEP_MS : Number.NEGATIVE_INFINITY
    return over
  }

  return async () => {
    const [open, done] = await Promise.all([count(OPEN), countOver()])
    return { ...open, ...done }
  }
}
