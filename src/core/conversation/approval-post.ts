// The question whether something may be done, as a message of its own: exactly what, why, until when; and afterwards who answered.
import type { Approval } from '../vocabulary/approval.ts'
import type { ApprovalId, TaskId, UserId } from '../vocabulary/ids.ts'
import type { Place } from '../vocabulary/place.ts'
import type { Button, Post } from '../vocabulary/post.ts'
import type { Task } from '../vocabulary/task.ts'
import type { Card } from '../ports/card-store.ts'
import type { AskedApproval } from './card-view.ts'
import type { ConversationDeps } from './deps.ts'
import { code, codeBlock, escapeMarkdown } from './markdown.ts'
import { namesOf } from './names.ts'
import type { NameOf } from './names.ts'
import { offerButtons } from './notes.ts'
import type { Offer } from './notes.ts'
import { clockTime, shortId } from './status-words.ts'
import { exact, oneLine } from './visible.ts'

const SUBJECT_CHARACTERS = 80

export function approvalKey(id: ApprovalId): string {
  return `approval:${id}`
}

/** The actions under a question: answering in any way uses all of them up. */
export function approvalGroup(id: ApprovalId): string {
  return `approval:${id}`
}

/** Asks. Putting it again changes nothing as long as nobody tapped. */
export async function questionPost(
  deps: ConversationDeps,
  taskId: TaskId,
  approval: Approval,
  card: Card,
): Promise<Post> {
  const about = { task_id: taskId, approval_id: approval.id } as const
  const buttons = await buttonsFor(deps, approval, card.place, [
    { name: 'once', label: 'Approve once', style: 'good', does: { type: 'approve_once', ...about } },
    // A plan has no exact text that could come again.
    ...(approval.kind === 'plan'
      ? []
      : [{ name: 'always', label: 'Always…', style: 'plain', does: { type: 'propose_always', ...about } } as const]),
    { name: 'deny', label: 'Deny', style: 'danger', does: { type: 'deny', ...about } },
  ])
  return approvalPost(approval, card, questionMarkdown(taskId, approval, deps.clock.now()), buttons)
}

/**
 * In the place of the question, the rule that "always" would make. Nothing is approved by it. Where the question was answered
 * meanwhile it shows that instead. `by` is who would make the rule.
 */
export async function proposeAlways(deps: ConversationDeps, task: Task, approval: Approval, by: UserId): Promise<void> {
  const card = await deps.cards.get(task.id)
  if (card === null) return
  const about = { task_id: task.id, approval_id: approval.id } as const
  const buttons = await buttonsFor(deps, approval, card.place, [
    { name: 'confirm', label: 'Confirm', style: 'good', does: { type: 'approve_always', ...about } },
    { name: 'back', label: 'Back', style: 'plain', does: { type: 'ask_again', ...about } },
  ])
  const nameOf = await namesOf(deps.members, [task.userId, by])
  await deps.outbox.put([approvalPost(approval, card, ruleMarkdown(approval, task.userId, by, nameOf), buttons)])
  await collapseIfAnswered(deps, task.id, approval.id, card)
}

/** Back from the proposal to the question. */
export async function askAgain(deps: ConversationDeps, task: Task, approval: Approval): Promise<void> {
  const card = await deps.cards.get(task.id)
  if (card === null) return
  await deps.outbox.put([await questionPost(deps, task.id, approval, card)])
  await collapseIfAnswered(deps, task.id, approval.id, card)
}

/** Who answered what, and when, in one line. */
export async function answeredPost(deps: ConversationDeps, approval: AskedApproval, card: Card): Promise<Post> {
  const nameOf = await namesOf(deps.members, approval.resolvedBy === null ? [] : [approval.resolvedBy])
  return approvalPost(approval, card, answeredMarkdown(approval, nameOf), [])
}

/** An answer that came while a view of the question was being written must not be covered by it. */
async function collapseIfAnswered(deps: ConversationDeps, taskId: TaskId, id: ApprovalId, card: Card): Promise<void> {
  const now = (await deps.store.get(taskId))?.approval
  if (now === null || now === undefined || now.id !== id || now.status === 'pending') return
  const at = deps.clock.now()
  await deps.actions.withdraw(card.place.bot, approvalGroup(id))
  await deps.outbox.put([await answeredPost(deps, { ...now, askedAt: at, resolvedAt: at }, card)])
}

function buttonsFor(
  deps: ConversationDeps,
  approval: Approval,
  place: Place,
  offers: readonly Offer[],
): Promise<readonly (readonly Button[])[]> {
  const to = { group: approvalGroup(approval.id), place, onlyFor: null, expiresAt: approval.expiresAt }
  return offerButtons(deps, to, offers)
}

function approvalPost(approval: Approval, card: Card, markdown: string, buttons: readonly (readonly Button[])[]): Post {
  return {
    key: approvalKey(approval.id),
    place: card.place,
    lane: 'approval',
    posting: {
      type: 'message',
      content: { markdown, folds: [], buttons },
      replyTo: card.request,
      // Only a question has to be heard.
      silent: buttons.length === 0,
      wantsReply: false,
      pinned: false,
    },
  }
}

/** With a warning below it where characters are not what they look like. */
function subjectBlock(approval: Approval): string {
  const { shown, lookAlikes } = exact(approval.subject)
  const hidden = shown !== approval.subject
  return [
    codeBlock(shown, approval.kind === 'shell_command' ? 'sh' : ''),
    ...(hidden ? [`⚠️ It has hidden or disguised characters; they are written as ${code('\\u…')} here.`] : []),
    ...(lookAlikes.length > 0
      ? [`⚠️ Not the plain characters that they look like: ${lookAlikes.map((one) => code(named(one))).join(', ')}`]
      : []),
  ].join('\n\n')
}

function named(character: string): string {
  return `${character} U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

function questionMarkdown(taskId: TaskId, approval: Approval, now: Date): string {
  const reason = oneLine(approval.reason, 300)
  return [
    approval.kind === 'shell_command' ? '**✋ May this command run?**' : '**✋ Is this plan right?**',
    subjectBlock(approval),
    ...(reason === '' ? [] : [escapeMarkdown(reason)]),
    `_${approval.kind === 'plan' ? 'An owner answers, or whoever asked' : 'An owner answers'}, until ${clockTime(approval.expiresAt, now)} · ${code(shortId(taskId))}_`,
  ].join('\n\n')
}

function ruleMarkdown(approval: Approval, requester: UserId, by: UserId, nameOf: NameOf): string {
  const whose = requester === by ? 'you ask' : `${escapeMarkdown(nameOf(requester))} asks`
  return [
    '**✋ Always run exactly this?**',
    subjectBlock(approval),
    `From now on this very command runs without a question whenever ${whose} for it. Anything else, if only by one character, is still asked about.`,
  ].join('\n\n')
}

function answeredMarkdown(approval: AskedApproval, nameOf: NameOf): string {
  const subject = code(oneLine(exact(approval.subject).shown, SUBJECT_CHARACTERS))
  const at = approval.resolvedAt
  const when = at === null ? '' : `, ${clockTime(at, approval.askedAt)}`
  const by = approval.resolvedBy === null ? '' : ` by ${escapeMarkdown(nameOf(approval.resolvedBy))}`
  const comment = approval.comment === null ? '' : ` · ${escapeMarkdown(oneLine(approval.comment, 200))}`
  switch (approval.status) {
    case 'approved':
      return `✅ Approved${by}${when}: ${subject}${comment}`
    case 'rejected':
      return `❌ Denied${by}${when}: ${subject}${comment}`
    case 'superseded':
      return `➖ No longer asked, stopped${by}${when}: ${subject}`
    case 'expired':
      return `⌛ Nobody answered in time${when}: ${subject}`
    case 'pending':
      return `✋ Waits for an answer: ${subject}`
  }
}
