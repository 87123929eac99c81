// Reads a task's log: whole, or as it grows.
import type { TaskEvent } from '../vocabulary/event.ts'
import type { TaskId } from '../vocabulary/ids.ts'
import { isTerminal } from '../vocabulary/task.ts'
import type { LogDeps } from './apply-command.ts'
import type { TaskStore } from '../ports/task-store.ts'

const PAGE = 500

export async function readLog(
  store: Pick<TaskStore, 'events'>,
  taskId: TaskId,
  after = 0,
): Promise<readonly TaskEvent[]> {
  const log: TaskEvent[] = []
  for (let seq = after; ;) {
    const page = await store.events(taskId, seq, PAGE)
    log.push(...page)
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return log
    seq = last.seq
  }
}

/**
 * Every event after `after`, in order, without gaps or repeats, as they are recorded; ends once the task is over and
 * everything was given out, when the task is unknown, or when `signal` aborts. Looks by itself every `pollMs`, because
 * signals are only hints.
 */
export async function* followLog(
  deps: LogDeps,
  taskId: TaskId,
  after: number,
  signal: AbortSignal,
  pollMs = 1_000,
): AsyncGenerator<TaskEvent, void, void> {
  let seq = after
  let wake: () => void = () => undefined
  let hinted = false
  const unsubscribe = deps.signals.subscribe((hint) => {
    if (hint.type !== 'task' || hint.taskId !== taskId) return
    hinted = true
    wake()
  })
  try {
    while (!signal.aborted) {
      hinted = false
      // The status is read before the events: what ended the task is then surely among them.
      const task = await deps.store.get(taskId)
      if (task === null) return
      for (const event of await readLog(deps.store, taskId, seq)) {
        yield event
        seq = event.seq
      }
      if (isTerminal(task.status) && seq >= task.lastSeq) return
      if (hinted) continue
      const pause = new AbortController()
      wake = () => pause.abort()
      await deps.clock.sleep(pollMs, AbortSignal.any([pause.signal, signal]))
    }
  } finally {
    unsubscribe()
  }
}
