// Hints of the caller's tasks over a WebSocket, so that a list stays current without asking again and again.
import type { WebSocket } from 'ws'
import type { TaskId } from '../../core/vocabulary/ids.ts'
import type { Task } from '../../core/vocabulary/task.ts'
import { maySee, ownIds } from './authenticate.ts'
import type { Person } from './credential-check.ts'
import type { HttpConfig, HttpDeps } from './deps.ts'
import { send } from './task-stream.ts'
import { hintToWire } from './wire.ts'

const NEWEST = 50
const REMEMBERED = 1_000
/** The list is read less often than a log: hints bring nearly everything. */
const LIST_POLLS = 5

/**
 * Sends a hint for each of the newest tasks, then one whenever a visible task has grown. Several changes in a row may
 * become one hint; the same state is not sent twice in a row. Resolves when `signal` aborts.
 */
export async function sendHints(
  deps: Pick<HttpDeps, 'store' | 'signals' | 'clock'>,
  config: Pick<HttpConfig, 'limits'>,
  principal: Person,
  socket: WebSocket,
  signal: AbortSignal,
): Promise<void> {
  const changed = new Set<TaskId>()
  const sent = new Map<TaskId, number>()
  let wake: () => void = () => undefined
  const unsubscribe = deps.signals.subscribe((hint) => {
    if (hint.type !== 'task') return
    changed.add(hint.taskId)
    wake()
  })
  const userId = ownIds(principal)

  async function tell(task: Task): Promise<void> {
    if (signal.aborted || sent.get(task.id) === task.lastSeq) return
    sent.delete(task.id)
    sent.set(task.id, task.lastSeq)
    const oldest = sent.keys().next()
    if (sent.size > REMEMBERED && !oldest.done) sent.delete(oldest.value)
    await send(socket, hintToWire(task))
  }

  try {
    let looked = Number.NEGATIVE_INFINITY
    while (!signal.aborted) {
      const now = deps.clock.now().getTime()
      if (now - looked >= config.limits.pollMs * LIST_POLLS) {
        looked = now
        const { items } = await deps.store.list({ userId, statuses: null, limit: NEWEST, cursor: null })
        // Oldest first, so that the newest end up on top for a reader who puts each on top.
        for (const task of items.toReversed()) await tell(task)
      }
      for (const taskId of changed) {
        changed.delete(taskId)
        const task = await deps.store.get(taskId)
        if (task !== null && maySee(principal, task)) await tell(task)
      }
      if (changed.size > 0) continue
      const pause = new AbortController()
      wake = () => pause.abort()
      await deps.clock.sleep(config.limits.pollMs, AbortSignal.any([pause.signal, signal]))
    }
  } finally {
    unsubscribe()
  }
}
