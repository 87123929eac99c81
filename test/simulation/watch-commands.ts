// Looks at every command of a simulated installation as it begins to run: whether somebody said yes to exactly this, and how often.
import type { TaskRecords } from '../../src/adapters/memory/task-records.ts'
import type { Ids } from '../../src/core/ports/ids.ts'
import { approvalDigest } from '../../src/core/task/accept-request.ts'
import type { TaskEvent } from '../../src/core/vocabulary/event.ts'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'
import type { Task } from '../../src/core/vocabulary/task.ts'

/** What agents want that a person is asked about first. */
export const ASKED = 'git push'

export function watchCommands(records: TaskRecords, ids: Ids, violations: string[]) {
  const runs = new Map<string, number>()
  return (taskId: TaskId, command: string): void => {
    const record = records.tasks.get(taskId)
    if (record === undefined) return
    const { task, events } = record
    if (command.startsWith(ASKED)) {
      const key = `${taskId} ${command}`
      const run = (runs.get(key) ?? 0) + 1
      runs.set(key, run)
      const problem = askedProblem(events, command, run)
      if (problem !== null) violations.push(`${taskId} ran \`${command}\` ${problem}`)
    } else if (task.taskType === 'shell_command' && !isApproved(ids, task, command))
      violations.push(`${taskId} ran a command that nobody approved: ${command}`)
  }
}

function askedProblem(events: readonly TaskEvent[], command: string, run: number): string | null {
  const asked = new Set(
    events.flatMap((event) =>
      event.type === 'approval.requested' && event.data.kind === 'tool' && event.data.subject === command
        ? [event.data.approval_id]
        : [],
    ),
  )
  const approved = events.flatMap((event) =>
    event.type === 'approval.resolved' && event.data.status === 'approved' && asked.has(event.data.approval_id)
      ? [event.data.approval_id]
      : [],
  )
  const begun = events.flatMap((event) => (event.type === 'tool.started' ? (event.data.approval_id ?? []) : []))
  if (approved.length === 0) return 'that nobody approved'
  if (run > approved.length) return `${run} times, and it was approved ${approved.length} times`
  return approved.some((id) => begun.includes(id)) ? null : 'before the log had it that its yes is used'
}

function isApproved(ids: Ids, { approval }: Task, command: string): boolean {
  if (approval?.status !== 'approved') return false
  return approval.digest === approvalDigest(ids, 'shell_command', command, approval.binding)
}
