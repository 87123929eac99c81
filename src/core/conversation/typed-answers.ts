// Approvals answered by typing: as a reply to the question, or as /approve and /deny.
import type { ApprovalId, TaskId } from '../vocabulary/ids.ts'
import { isMidWork } from '../vocabulary/approval.ts'
import type { JsonValue } from '../vocabulary/json.ts'
import type { Task } from '../vocabulary/task.ts'
import { answerApproval, mayAnswer } from './answer-approval.ts'
import { wasAskedBefore } from './asked-before.ts'
import { isAskedAt } from './asked-places.ts'
import { approvalOf, askedTask } from './asked-task.ts'
import { decideOnce } from './decide-once.ts'
import { findTask, isIdLike, openHere, waitingAnywhere } from './find-task.ts'
import { answer } from './notes.ts'
import { shortId } from './status-words.ts'
import { taskLines } from './status.ts'
import { taskOfKey } from './task-of-key.ts'
import { tellAnswered } from './tell-answered.ts'
import type { ReceiveDeps, Visit } from './visit.ts'
import { typedAnswer } from './yes-or-no.ts'
import type { TypedAnswer } from './yes-or-no.ts'

const NOTHING_WAITS = 'Nothing here waits for your approval.'
export const ASKED_SINCE = 'That was said before I asked what waits now. Say it again, or use the buttons.'

type Meant = { readonly task_id: TaskId; readonly approval_id: ApprovalId }
/** What a command was about when it came. */
type Decision = { readonly meant: Meant | null; readonly problem: string }

/** Answers if the message is a reply to a question; false where it is something else. */
export async function answerByReply(deps: ReceiveDeps, visit: Visit): Promise<boolean> {
  const { message, repliedTo } = visit
  if (repliedTo === null) return false
  const said = typedAnswer(message.text)
  const approvalId = approvalOf(repliedTo.key)
  if (approvalId !== null) {
    const task = await askedTask(deps, message.place, approvalId)
    if (task === null || (said === null && task.approval?.status !== 'pending')) return false
    if (isCorrection(task, said)) return false
    if (said === null && task.approval !== null && isMidWork(task.approval.kind)) {
      // The work goes on and is told: "use the other host" is a no to this one.
      await say(
        deps,
        visit,
        { task_id: task.id, approval_id: approvalId },
        { yes: false, comment: message.text.trim() },
      )
      return true
    }
    if (said === null) {
      await answer(deps, message, 'Is that a yes or a no? Reply yes or no, or use the buttons.')
      return true
    }
    await say(deps, visit, { task_id: task.id, approval_id: approvalId }, said)
    return true
  }
  const taskId = taskOfKey(repliedTo.key)
  if (taskId === undefined || said === null) return false
  // A yes to a card is an answer only while the card asks; delivered again it is the same answer still.
  const meant = await decideOnce(deps, message, 'reply', async (): Promise<Meant | null> => {
    const task = await deps.store.get(taskId)
    return task?.status === 'needs_approval' && task.approval !== null && !isCorrection(task, said)
      ? { task_id: taskId, approval_id: task.approval.id }
      : null
  })
  if (meant === null) return false
  await say(deps, visit, meant, said)
  return true
}

/** What is said of a plan instead of a plain yes or no: it takes the plan's place. */
function isCorrection({ approval }: Task, said: TypedAnswer | null): boolean {
  return approval?.kind === 'plan' && (said === null || said.comment !== null)
}

/** For `/approve` and `/deny`: what is left behind the id is the reason. */
export async function answerByCommand(deps: ReceiveDeps, visit: Visit, yes: boolean, rest: string): Promise<void> {
  const decision = await decideOnce(deps, visit.message, yes ? 'approve' : 'deny', () => decide(deps, visit, rest))
  if (decision.meant === null) return answer(deps, visit.message, decision.problem)
  const [first = '', ...others] = rest.split(/\s+/)
  const comment = isIdLike(first) ? others.join(' ') : rest
  await say(deps, visit, decision.meant, { yes, comment: comment === '' ? null : comment })
}

async function decide(deps: ReceiveDeps, visit: Visit, rest: string): Promise<Decision & JsonValue> {
  const [piece = ''] = rest.split(/\s+/)
  if (piece !== '' && isIdLike(piece)) {
    const found = await findTask(deps, visit, piece)
    if (found.type === 'several') return { meant: null, problem: 'More than one task fits: write more of its id.' }
    if (found.type === 'one') return waiting(found.task) ?? { meant: null, problem: 'That task waits for no approval.' }
    if (!/\s/.test(rest)) return { meant: null, problem: 'I know no task with that id.' }
  }
  const asked = await askedOf(deps, visit)
  const [first, second] = asked
  if (first === undefined) return { meant: null, problem: NOTHING_WAITS }
  // Which of several was meant is not guessed.
  if (second === undefined) return (await waitingSince(deps, visit, first)) ?? { meant: null, problem: NOTHING_WAITS }
  const problem = `More than one waits. Say which, e.g. /approve ${shortId(first.id)}\n\n${taskLines(asked, deps.clock.now())}`
  return { meant: null, problem }
}

/** What waits for this person here; for an owner among their own four walls, where nothing does, what waits anywhere. */
async function askedOf(deps: ReceiveDeps, { message, visitor }: Visit): Promise<readonly Task[]> {
  const open = await openHere(deps, message.place)
  const here = open.filter((task) => task.status === 'needs_approval' && mayAnswer(visitor, task))
  if (visitor.role !== 'owner' || !message.direct) return here
  const anywhere = await waitingAnywhere(deps)
  const others = anywhere.filter((task) => !here.some(({ id }) => id === task.id))
  const asked = await Promise.all(
    others.map(async ({ approval }) => approval !== null && (await isAskedAt(deps, approval.id, message.place))),
  )
  const mine = [...here, ...others.filter((_, index) => asked[index])]
  return mine.length > 0 ? mine : anywhere
}

/** What was asked after the words were said was not meant by them. */
async function waitingSince(deps: ReceiveDeps, { heard }: Visit, task: Task): Promise<(Decision & JsonValue) | null> {
  const { approval } = task
  if (approval === null || heard === null) return waiting(task)
  const asked = await wasAskedBefore(deps, { taskId: task.id, approvalId: approval.id }, heard.createdAt)
  return asked ? waiting(task) : { meant: null, problem: ASKED_SINCE }
}

function waiting(task: Task): (Decision & JsonValue) | null {
  if (task.status !== 'needs_approval' || task.approval === null) return null
  return { meant: { task_id: task.id, approval_id: task.approval.id }, problem: '' }
}

async function say(
  deps: ReceiveDeps,
  visit: Visit,
  { task_id, approval_id }: Meant,
  { yes, comment }: { readonly yes: boolean; readonly comment: string | null },
): Promise<void> {
  const task = await deps.store.get(task_id)
  if (task === null) return
  const given = { task, approvalId: approval_id, yes, comment }
  const sentence = await answerApproval(deps, visit.visitor, given)
  await tellAnswered(deps, visit, { taskId: task_id, approvalId: approval_id, yes }, sentence)
}
