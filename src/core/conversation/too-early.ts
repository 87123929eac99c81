// A reply to work that is still under way has no files to go on from yet: it is said so, instead of starting from nothing beside it.
import { isTerminal } from '../vocabulary/task.ts'
import type { Task } from '../vocabulary/task.ts'
import { decideOnce } from './decide-once.ts'
import { answer } from './notes.ts'
import { repliedTask } from './requests.ts'
import { stateOf } from './status.ts'
import { mayActOn } from './visit.ts'
import type { ReceiveDeps, Visit } from './visit.ts'

/** True where it answered. Safe to repeat: what came too early stays so, also when the work has ended by then. */
export async function answerTooEarly(deps: ReceiveDeps, visit: Visit): Promise<boolean> {
  const task = await repliedTask(deps, visit)
  if (task === null || task.taskType === 'question' || !mayActOn(visit.visitor, task)) return false
  const early = await decideOnce(deps, visit.message, 'too_early', async () => isUnderWay(task))
  if (!early) return false
  const how = 'Reply to its result with this, and I go on from there; without a reply I start it on its own.'
  const state = isTerminal(task.status) ? 'was still at work' : stateOf(task, deps.clock.now())
  await answer(deps, visit.message, `That ${state}. ${how}`)
  return true
}

/** What waits for an OK is corrected by a reply, and not too early for it. */
function isUnderWay(task: Task): boolean {
  const waits = task.status === 'needs_approval' && task.confirm && task.approval?.kind === 'plan'
  return !isTerminal(task.status) && !waits
}
