// Why a task ends: what is its own fault or its model's, in words for a person, with the limit that it met.
import { ModelError } from '../ports/models.ts'
import { SandboxGone } from '../ports/sandbox.ts'
import type { CrewLimits } from '../crew/run.ts'
import { TaskFailure } from '../task/task-failure.ts'
import { limitSentence } from '../vocabulary/limit.ts'
import type { MetLimit } from '../vocabulary/limit.ts'
import type { Task } from '../vocabulary/task.ts'

/** Null for what is ours. */
export function honestReason(
  task: Task,
  attempt: number,
  error: unknown,
  limits: Pick<CrewLimits, 'sandbox' | 'modelDeadlineMs'>,
): TaskFailure | null {
  if (error instanceof TaskFailure) return error
  if (error instanceof ModelError) {
    if (error.kind !== 'timeout') return new TaskFailure(error.message)
    const met = { limit: 'a generation', used: limits.modelDeadlineMs, allowed: limits.modelDeadlineMs }
    return new TaskFailure(`${limitSentence(met)} ${error.message}`, {}, met)
  }
  if (!(error instanceof SandboxGone)) return null
  const { reason, detail } = error.end
  switch (reason) {
    case 'memory': {
      const allowed = limits.sandbox.memoryBytes
      return failed({ limit: 'memory an agent', used: allowed, allowed })
    }
    case 'disk': {
      const allowed = limits.sandbox.diskBytes
      const used = Number(/holds (\d+) bytes/.exec(detail)?.[1] ?? allowed)
      return failed({ limit: 'disk a project', used, allowed })
    }
    case 'escape':
      return new TaskFailure(`The work tried to get out of its sandbox and was stopped at once: ${detail}`)
    case 'crashed':
      // Once may be the machine's fault. A command, though, was approved for one run.
      if (attempt === 1 && task.taskType !== 'shell_command') return null
      return new TaskFailure(
        `The sandbox ended while the work ran in it, as it does when a command kills every process: ${detail}`,
      )
    case 'closed':
      return null
  }
}

function failed(met: MetLimit): TaskFailure {
  return new TaskFailure(limitSentence(met), {}, met)
}
