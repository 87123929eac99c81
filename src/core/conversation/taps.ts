// What a tap on a button does. Every tap is answered; what it causes can be caused again by the same tap and comes to the same.
import { keepRule, KEPT_COMMENT, standingKey } from '../approval/standing.ts'
import type { Approval } from '../vocabulary/approval.ts'
import type { TaskId, UserId } from '../vocabulary/ids.ts'
import type { Place } from '../vocabulary/place.ts'
import { isTerminal } from '../vocabulary/task.ts'
import type { Task } from '../vocabulary/task.ts'
import type { Action, TakenAction } from '../ports/action-store.ts'
import { afterSentAgain } from '../delivery/entry-after.ts'
import { applyCommand } from '../task/apply-command.ts'
import { jsonToAction, labelOf } from './action.ts'
import type { ActionDoes } from './action.ts'
import { mayStop, STOPPED_BY_OWNERS } from './abort.ts'
import { acceptCard } from './accepted.ts'
import { answerPairing } from './admission.ts'
import { answerApproval, howItStands, mayAnswer, NOT_YOURS_TO_ANSWER } from './answer-approval.ts'
import { askAgain, proposeAlways } from './approval-post.ts'
import { deliverTapped } from './deliver-tapped.ts'
import { detailsPosts } from './details.ts'
import { doubtKey } from './doubt.ts'
import { noteWhereItStands } from './found-standing.ts'
import { hearTap } from './hear-message.ts'
import { onMemoryTap } from './memory-page.ts'
import { saying } from './notes.ts'
import { nameOf, visitorOf } from './people.ts'
import { startAgain } from './edits.ts'
import { offerHeldAgain, settleHeld } from './held-messages.ts'
import type { Replay } from './held-messages.ts'
import { stateOf } from './status.ts'
import { duration } from './status-words.ts'
import { approvalOf, askedTask } from './asked-task.ts'
import { oneLine } from './visible.ts'
import { mayActOn, wholeChat } from './visit.ts'
import type { ReceiveDeps, Tap, Visitor } from './visit.ts'

/** `loud`: the person has to read it. */
type Answer = { readonly text: string | null; readonly loud?: boolean }
type Taken = { readonly tap: Tap; readonly visitor: Visitor; readonly action: Action }
type OfTask = Extract<ActionDoes, { readonly task_id: TaskId }>
type Asking = Extract<ActionDoes, { readonly approval_id: unknown }>

const NO_MORE: Answer = { text: 'This is not open any more.' }
const NOT_YOURS: Answer = { text: 'This is not yours to decide.', loud: true }

export async function onTap(deps: ReceiveDeps, tap: Tap, replay: Replay): Promise<void> {
  const { answer, label } = await actOn(deps, tap, replay)
  const posting = { type: 'tap_answer', tap: tap.tap, text: answer.text, loud: answer.loud ?? false } as const
  await deps.outbox.put([{ key: `tap:${tap.tap}`, place: tap.place, lane: 'tap_answer', posting }])
  await hearTap(deps, tap, label)
}

type Done = {
  readonly answer: Answer
  /** What the button said; null where it is not known any more. */
  readonly label: string | null
}

async function actOn(deps: ReceiveDeps, tap: Tap, replay: Replay): Promise<Done> {
  const { place, author } = tap
  const [visitor, whole] = await Promise.all([visitorOf(deps, author.userId), deps.chats.get(wholeChat(place))])
  // Looked at first: a tap of somebody who may do nothing must not use the button up.
  if (visitor === null || (visitor.role === 'member' && !tap.direct && !whole.open))
    return { answer: NOT_YOURS, label: null }
  const taken = await deps.actions.take(tap.action, tap.tap, place, author.userId, deps.clock.now())
  if (taken.type !== 'taken') return { answer: await notTaken(deps, tap, taken), label: null }
  const { action } = taken
  const by = { tap: { ...tap, place: action.place }, visitor, action }
  return { answer: await onTaken(deps, by, replay), label: labelOf(action) }
}

async function onTaken(deps: ReceiveDeps, taken: Taken, replay: Replay): Promise<Answer> {
  const { tap, visitor, action } = taken
  const { place } = tap
  const does = jsonToAction(action.does)
  if ('task_id' in does) return onTask(deps, taken, does)
  switch (does.type) {
    case 'run_held':
    case 'drop_held':
      if (visitor.role !== 'owner' && action.onlyFor === null) {
        await offerHeldAgain(deps, action)
        return NOT_YOURS
      }
      return { text: await settleHeld(deps, tap, action, replay) }
    case 'keep_fact':
    case 'drop_fact':
    case 'memory_page':
      return { text: await onMemoryTap(deps, { visitor, place, does }) }
    case 'show_again':
      return showAgain(deps, tap, does.key)
    case 'let_in':
    case 'refuse_pairing': {
      if (visitor.role !== 'owner') return NOT_YOURS
      const by = { by: visitor.userId, bot: place.bot, letIn: does.type === 'let_in' }
      const text = await answerPairing(deps, does.code, by)
      return text === null ? { text: 'That request has expired. They can ask again.', loud: true } : { text }
    }
  }
}

/** A dead button of a question says how the question stands; null where it is none, or still waits. */
async function standing(deps: ReceiveDeps, { author, place, on }: Tap): Promise<Answer | null> {
  const under = on === null ? null : await deps.outbox.findByRef(place.bot, place.chat, on)
  const approvalId = under === null ? null : approvalOf(under.key)
  const task = approvalId === null || under === null ? null : await askedTask(deps, under.place, approvalId)
  if (task === null || approvalId === null || task.approval?.status === 'pending') return null
  return { text: await howItStands(deps, author.userId, task, approvalId) }
}

async function notTaken(deps: ReceiveDeps, tap: Tap, taken: Exclude<TakenAction, { type: 'taken' }>): Promise<Answer> {
  switch (taken.type) {
    case 'used': {
      const who = taken.by === tap.author.userId ? 'by you' : `by ${await nameOf(deps, taken.by)}`
      return { text: `Already taken care of ${who}, ${duration(deps.clock.now().getTime() - taken.at.getTime())} ago.` }
    }
    case 'expired':
      return (await standing(deps, tap)) ?? { text: 'This button has expired.' }
    case 'not_yours':
      return NOT_YOURS
    case 'unknown':
      return (await standing(deps, tap)) ?? { text: 'This button does nothing any more.' }
  }
}

async function onTask(deps: ReceiveDeps, taken: Taken, does: OfTask): Promise<Answer> {
  const { visitor } = taken
  const task = await deps.store.get(does.task_id)
  if (task === null) return NO_MORE
  const answer = !mayActOn(visitor, task)
    ? NOT_YOURS
    : 'approval_id' in does
      ? await onApproval(deps, taken, does, task)
      : await onCard(deps, taken, does, task)
  // The proposal of a rule stands where the question stood: showing the question again would take it away.
  if (does.type !== 'propose_always' || answer.loud === true) await deps.follower.refresh(task.id)
  return answer
}

async function onApproval(deps: ReceiveDeps, { tap, visitor }: Taken, does: Asking, task: Task): Promise<Answer> {
  if (does.type === 'ask_again') {
    if (task.approval?.id === does.approval_id) await askAgain(deps, task, task.approval, tap.place)
    return { text: null }
  }
  if (!mayAnswer(visitor, task)) return { text: NOT_YOURS_TO_ANSWER, loud: true }
  await noteWhereItStands(deps, tap, task, does.approval_id)
  const given = { task, approvalId: does.approval_id, comment: null }
  switch (does.type) {
    case 'approve_once':
      return { text: await answerApproval(deps, visitor, { ...given, yes: true }) }
    case 'deny':
      return { text: await answerApproval(deps, visitor, { ...given, yes: false }) }
    case 'propose_always':
      return proposeRule(deps, { place: tap.place, by: visitor.userId }, does, task)
    case 'approve_always': {
      if (visitor.role !== 'owner') return { text: NOT_YOURS_TO_ANSWER, loud: true }
      if (task.approval?.id !== does.approval_id) return NO_MORE
      if ((await keepRule(deps, task, does.approval_id, visitor.userId)) === 'no_rule') return NO_MORE
      return { text: await answerApproval(deps, visitor, { ...given, yes: true, comment: KEPT_COMMENT }) }
    }
  }
}

const NOT_FOR_GOOD = 'This can not be approved for good: it is asked about every time.'

/** Null where no rule can answer: it would speak for two people, or for what has no exact text. */
function ruleKey({ ids }: ReceiveDeps, task: Task, approval: Approval): string | null {
  return approval.policy?.people === 2 ? null : standingKey(ids, task, approval)
}

/** Shows what would hold from now on, in place of the question. */
async function proposeRule(
  deps: ReceiveDeps,
  tapped: { readonly place: Place; readonly by: UserId },
  does: Asking,
  task: Task,
): Promise<Answer> {
  const { approval } = task
  if (approval === null || approval.id !== does.approval_id || approval.status !== 'pending')
    return { ...NO_MORE, loud: true }
  if (ruleKey(deps, task, approval) === null) return { text: NOT_FOR_GOOD, loud: true }
  await proposeAlways(deps, task, approval, tapped)
  return { text: null }
}

type OnCard = Exclude<OfTask, Asking>

async function onCard(deps: ReceiveDeps, taken: Taken, does: OnCard, task: Task): Promise<Answer> {
  const { tap, visitor } = taken
  switch (does.type) {
    case 'abort': {
      if (!mayStop(deps, visitor)) return { text: STOPPED_BY_OWNERS, loud: true }
      await applyCommand(deps, task.id, { type: 'abort', by: visitor.userId, reason: 'Stopped with the button.' })
      const now = (await deps.store.get(task.id)) ?? task
      return { text: `It ${stateOf(now, deps.clock.now())}.` }
    }
    case 'status': {
      const text = `${oneLine(task.inputText, 60)}: ${stateOf(task, deps.clock.now())}.`
      return { text }
    }
    case 'details':
      await deps.outbox.put(await detailsPosts(deps, task, tap.place, tap.on))
      return { text: null }
    case 'accept':
      if (!isTerminal(task.status)) return { text: 'It is not done yet.' }
      // Written down before the preview goes: the card is written again when it does.
      await acceptCard(deps, task.id, visitor.userId)
      await deps.closePreviews(task.id)
      return { text: 'Accepted.' }
    case 'deliver':
      return deliverTapped(deps, taken, task)
    case 'fix': {
      const markdown = 'What should be different? Reply to this message, and I go on from these files.'
      const posting = saying(markdown, { replyTo: tap.on, wantsReply: true })
      await deps.outbox.put([{ key: `fix:${task.id}/${tap.tap}`, place: tap.place, lane: 'reply', posting }])
      return { text: null }
    }
    case 'start_again':
      return { text: await startAgain(deps, { tap, visitor, text: does.text }, task) }
  }
}

/** Under a new key it is sent anew; what may stand there already stays. */
async function showAgain(deps: ReceiveDeps, { place, tap }: Tap, key: string): Promise<Answer> {
  const entry = await deps.outbox.find(place.bot, key)
  if (entry === null || entry.place.chat !== place.chat) return NO_MORE
  const { lane, posting } = entry
  await deps.outbox.put([
    { key: `${key}/again/${tap}`, place: entry.place, lane, posting },
    { key: doubtKey(key), place, lane: 'reply', posting: { type: 'nothing' } },
  ])
  if (entry.state === 'ambiguous') await deps.outbox.record([afterSentAgain(entry)])
  return { text: 'Sent again.' }
}
