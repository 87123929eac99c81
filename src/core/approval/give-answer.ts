// A command to a task by somebody who may be known by several names: where two people have to say yes, they are one of them.
import type { IdentityStore } from '../ports/identity-store.ts'
import { applyCommand } from '../task/apply-command.ts'
import type { LogDeps } from '../task/apply-command.ts'
import type { TaskCommand } from '../task/decide.ts'
import type { TaskId } from '../vocabulary/ids.ts'
import type { Refusal } from '../vocabulary/refusal.ts'
import type { Task } from '../vocabulary/task.ts'

export type AnswerDeps = LogDeps & { readonly identities: Pick<IdentityStore, 'idsOf'> }

/** As applyCommand. */
export async function giveAnswer(deps: AnswerDeps, taskId: TaskId, command: TaskCommand): Promise<Task | Refusal> {
  if (command.type !== 'approve') return applyCommand(deps, taskId, command)
  return applyCommand(deps, taskId, { ...command, also: await deps.identities.idsOf(command.by) })
}
