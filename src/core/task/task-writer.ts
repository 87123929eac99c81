// The worker's pen: appends to one task's log under one claim, in order, many small events in few commits.
import type { TaskEventBody } from '../vocabulary/event.ts'
import type { Task, TaskStatus } from '../vocabulary/task.ts'
import type { Claim } from '../ports/task-queue.ts'
import { announce, changeOf, refusalUnderClaim } from './apply-command.ts'
import type { LogDeps } from './apply-command.ts'

/** The claim is no longer ours, or the task was stopped by somebody else: whoever works on it must drop everything. */
export class WriterStopped extends Error {
  readonly why: 'lost_lease' | TaskStatus
  constructor(why: 'lost_lease' | TaskStatus) {
    super(`The task's log takes no more entries from this worker (${why})`)
    this.name = 'WriterStopped'
    this.why = why
  }
}

export type TaskWriter = {
  /** As of the last commit. */
  readonly task: () => Task
  /** Durable when it resolves, after everything noted before. Throws WriterStopped, or what the store throws. */
  readonly append: (...bodies: readonly TaskEventBody[]) => Promise<void>
  /** Recorded soon, in order, with whatever is appended next; for progress that may be lost in a crash. */
  readonly note: (...bodies: readonly TaskEventBody[]) => void
}

/** How long a note may wait for company: what follows a note at once goes into the same commit. */
const NOTE_MS = 4

export function createTaskWriter(deps: LogDeps, claim: Claim): TaskWriter {
  let resting = false
  let task = claim.task
  let waiting: TaskEventBody[] = []
  let writing: Promise<void> | null = null

  async function writeAll(): Promise<void> {
    try {
      while (waiting.length > 0) {
        const bodies = waiting
        waiting = []
        await write(bodies)
      }
    } catch (error) {
      // Whoever waits for these is told that they were not written; they must not turn up later.
      waiting = []
      throw error
    } finally {
      // In the very step that saw nothing waiting: one tick later an entry could be added that nobody writes.
      writing = null
    }
  }

  async function write(bodies: readonly TaskEventBody[]): Promise<void> {
    for (;;) {
      if (refusalUnderClaim(task, bodies) !== null) throw new WriterStopped(task.status)
      const change = changeOf(task, bodies, claim.token, deps.clock.now())
      const outcome = await deps.store.commit(change)
      if (outcome.type === 'committed') {
        const before = task
        task = change.next
        announce(deps.signals, before, task)
        return
      }
      if (outcome.type !== 'conflict') throw new WriterStopped('lost_lease')
      task = outcome.task
    }
  }

  function flush(): Promise<void> {
    if (waiting.length === 0) return writing ?? Promise.resolve()
    writing ??= writeAll()
    return writing
  }

  return {
    task: () => task,
    append: (...bodies) => {
      waiting.push(...bodies)
      return flush()
    },
    note: (...bodies) => {
      waiting.push(...bodies)
      if (resting) return
      resting = true
      void deps.clock.sleep(NOTE_MS).then(() => {
        resting = false
        // A note that can't be written shows again at the next append, which throws to somebody who listens.
        flush().catch(() => undefined)
      })
    },
  }
}
