// Steps that happen once: each named unit of work is recorded in the task's log, and a resumed task reads what it
// recorded instead of doing it again (durable execution over the event log, as in event-sourced workflow engines).
import type { AgentName, EventOf, TaskEvent, TaskEventBody } from '../vocabulary/event.ts'
import type { CommitId } from '../vocabulary/ids.ts'
import type { JsonValue } from '../vocabulary/json.ts'
import type { Clock } from '../ports/clock.ts'
import { Paused } from './paused.ts'
import { toStorable } from './storable.ts'
import { messageOf } from '../vocabulary/thrown.ts'
import type { TaskWriter } from './task-writer.ts'

export type StepInfo = { readonly agent: AgentName; readonly title: string }

/** What a step leaves behind: its output, the snapshot after it, and the events that belong to it, all recorded at once. */
export type StepWork<T> = { readonly output: T; readonly commit?: CommitId; readonly events?: readonly TaskEventBody[] }

export type Journal = {
  /**
   * The recorded output of `key` if the log has it; else runs `work` and records what it gives, durably, before it
   * returns. `work` may therefore run again after a crash: its effects must be undone (workspace reset) or repeatable.
   * Keys are unique in a task. `T` must survive JSON.
   */
  readonly step: <T extends JsonValue>(key: string, info: StepInfo, work: () => Promise<StepWork<T>>) => Promise<T>
  readonly has: (key: string) => boolean
  /** The snapshot of the last step that has one, of the journal's own worktree: the task's own files, or those of a branch. */
  readonly lastCommit: () => CommitId | null
  readonly completed: () => readonly EventOf<'step.completed'>[]
  /** The same journal for work on a branch, or on the task's own files for null: its snapshots are of those, and its work stops with `signal`. */
  readonly on: (branch: string | null, signal: AbortSignal) => Journal
}

/** Nothing is recorded once `signal` has aborted: what a killed command gave is no output of its step. */
export function createJournal(
  log: readonly TaskEvent[],
  writer: TaskWriter,
  clock: Clock,
  signal: AbortSignal,
): Journal {
  const completed = new Map<string, EventOf<'step.completed'>>()
  /** By branch; the task's own files are `null`. */
  const lastCommits = new Map<string | null, CommitId>()
  for (const event of log) if (event.type === 'step.completed') remember(event)

  function remember(event: EventOf<'step.completed'>): void {
    completed.set(event.data.step, event)
    if (event.data.commit !== null) lastCommits.set(event.data.branch ?? null, event.data.commit)
  }

  function journalOf(branch: string | null, stop: AbortSignal): Journal {
    return {
      has: (key) => completed.has(key),
      lastCommit: () => lastCommits.get(branch) ?? null,
      completed: () => [...completed.values()],
      on: (name, its) => journalOf(name, its),
      step: async <T extends JsonValue>(key: string, info: StepInfo, work: () => Promise<StepWork<T>>): Promise<T> => {
        const recorded = completed.get(key)
        // The log is our own and versioned with the program: what was recorded under a key has the type of that key.
        if (recorded !== undefined) return recorded.data.output as T
        stop.throwIfAborted()
        const began = clock.now().getTime()
        writer.note({ type: 'step.started', data: { step: key, agent: info.agent, title: info.title } })
        let done: StepWork<T>
        try {
          done = await work()
          stop.throwIfAborted()
        } catch (error) {
          if (!stop.aborted && !(error instanceof Paused))
            writer.note({ type: 'step.failed', data: { step: key, agent: info.agent, error: messageOf(error) } })
          throw error
        }
        // What this run goes on with is what a resumed one will read.
        const output = toStorable(done.output)
        const event: EventOf<'step.completed'> = {
          type: 'step.completed',
          data: {
            step: key,
            agent: info.agent,
            output,
            commit: done.commit ?? null,
            duration_ms: Math.max(0, Math.round(clock.now().getTime() - began)),
            ...(branch === null ? {} : { branch }),
          },
        }
        await writer.append(...(done.events ?? []), event)
        remember(event)
        return output
      },
    }
  }

  return journalOf(null, signal)
}
