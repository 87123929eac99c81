// The question whether something may be done, as a message of its own: exactly what, why, until when; and afterwards who answered.
import { mayStand } from '../vocabulary/approval.ts'
import type { Approval, ApprovalBinding, ApprovalKind } from '../vocabulary/approval.ts'
import type { ApprovalId, TaskId, UserId } from '../vocabulary/ids.ts'
import type { Place } from '../vocabulary/place.ts'
import type { Button, Post } from '../vocabulary/post.ts'
import type { Task } from '../vocabulary/task.ts'
import type { Card } from '../ports/card-store.ts'
import type { OutboxEntry } from '../ports/outbox.ts'
import { proposalMarkdown, settledProposal } from './acknowledgement.ts'
import { REPLACED } from '../task/decide.ts'
import { placeOfTap, placesAsked, placesToAsk } from './asked-places.ts'
import type { AskedPlace } from './asked-places.ts'
import type { AskedApproval } from './card-view.ts'
import type { ConversationDeps } from './deps.ts'
import { code, codeBlock, escapeMarkdown } from './markdown.ts'
import { namesOf } from './names.ts'
import type { NameOf } from './names.ts'
import { offerButtons } from './notes.ts'
import type { Offer } from './notes.ts'
import { requestHeard } from './read-artifacts.ts'
import { clockTime, shortId } from './status-words.ts'
import { exact, oneLine } from './visible.ts'

const SUBJECT_CHARACTERS = 80
const REQUEST_CHARACTERS = 200

/** What is asked, and of which task. */
export type Question = {
  readonly taskId: TaskId
  /** What the person wrote. */
  readonly request: string
  readonly approval: Approval
  readonly card: Card
}

/** The actions that answer a question, wherever they are offered: the first answer uses all of them up. */
function approvalGroup(id: ApprovalId): string {
  return `approval:${id}`
}

/**
 * What is to be put so that the question stands wherever it is asked; with `again` also where something of it stands already.
 * Putting it again changes nothing as long as nobody tapped.
 */
export async function questionPosts(
  deps: ConversationDeps,
  question: Question,
  again: boolean,
): Promise<readonly Post[]> {
  const places = await placesToAsk(deps, question.approval, question.card)
  const posts: Post[] = []
  for (const at of places) {
    const stands = isStanding(await deps.outbox.find(at.place.bot, at.key))
    // What stands there may be the rule that somebody is about to confirm: the question is put over it on purpose only.
    if (stands && !again) continue
    // Elsewhere is asked, and the card says so.
    const isTold = places.length > 1 && !deps.settings.onlyAgentOutput
    if (!at.answerable && !stands && isTold) continue
    posts.push(await questionPost(deps, question, at))
  }
  return posts
}

/** Who answered what, and when, in one line, wherever it was asked. */
export async function answeredPosts(
  deps: ConversationDeps,
  approval: AskedApproval,
  card: Card,
  /** By a newer message, where it was not answered. */
  replaced: boolean,
): Promise<readonly Post[]> {
  const posts: Post[] = []
  for (const at of await placesAsked(deps, approval, card)) {
    const entry = await deps.outbox.find(at.place.bot, at.key)
    // Answered before it was ever asked there: there is nothing to take back.
    if (entry !== null && isStanding(entry))
      posts.push(await answeredPost(deps, { approval, card, at, entry, replaced }))
  }
  return posts
}

/** Every button of the question is dead then. */
export async function withdrawQuestion(deps: ConversationDeps, approval: Approval, card: Card): Promise<void> {
  const { bot } = card.place
  await deps.actions.withdraw(bot, approvalGroup(approval.id))
  for (const at of await placesAsked(deps, approval, card)) await deps.actions.withdraw(bot, turnGroup(approval.id, at))
}

/**
 * In the place of the question, where it was tapped, the rule that "always" would make. Nothing is approved by it. Where the
 * question was answered meanwhile it shows that instead. `by` is who would make the rule.
 */
export async function proposeAlways(
  deps: ConversationDeps,
  task: Task,
  approval: Approval,
  tapped: { readonly place: Place; readonly by: UserId },
): Promise<void> {
  const card = await deps.cards.get(task.id)
  if (card === null) return
  const at = placeOfTap(approval.id, card, tapped.place)
  const about = { task_id: task.id, approval_id: approval.id } as const
  const buttons = await buttonsFor(deps, approval, at, [
    { name: 'confirm', label: 'Confirm', style: 'good', does: { type: 'approve_always', ...about } },
    { name: 'back', label: 'Back', style: 'plain', does: { type: 'ask_again', ...about } },
  ])
  const nameOf = await namesOf(deps.members, [task.userId, tapped.by])
  await deps.outbox.put([approvalPost(card, at, ruleMarkdown(approval, task.userId, tapped.by, nameOf), buttons)])
  await collapseIfAnswered(deps, task.id, approval, card, at)
}

/** Back from the proposal to the question. */
export async function askAgain(deps: ConversationDeps, task: Task, approval: Approval, place: Place): Promise<void> {
  const card = await deps.cards.get(task.id)
  if (card === null) return
  const at = placeOfTap(approval.id, card, place)
  const question = { taskId: task.id, request: task.inputText, approval, card }
  await deps.outbox.put([await questionPost(deps, question, at)])
  await collapseIfAnswered(deps, task.id, approval, card, at)
}

function isStanding(entry: OutboxEntry | null): boolean {
  return entry !== null && entry.posting.type !== 'nothing'
}

async function questionPost(deps: ConversationDeps, question: Question, at: AskedPlace): Promise<Post> {
  const { taskId, approval, card, request } = question
  const about = { task_id: taskId, approval_id: approval.id } as const
  const isPlan = approval.kind === 'plan'
  const offers: readonly Offer[] = [
    { name: 'once', label: yesLabel(approval.kind), style: 'good', does: { type: 'approve_once', ...about } },
    // Some have no exact text that could come again, and no rule speaks for two people.
    ...(!mayStand(approval.kind) || approval.policy?.people === 2
      ? []
      : [{ name: 'always', label: 'Always…', style: 'plain', does: { type: 'propose_always', ...about } } as const]),
    { name: 'deny', label: isPlan ? 'Cancel' : 'Deny', style: 'danger', does: { type: 'deny', ...about } },
  ]
  const buttons = at.answerable ? await buttonsFor(deps, approval, at, offers) : []
  if (isPlan) {
    const heard = requestHeard(await deps.artifacts.ofTask(taskId), request)
    return approvalPost(card, at, proposalMarkdown(approval, heard), buttons)
  }
  const asker = at.home ? null : (await namesOf(deps.members, [card.by]))(card.by)
  return approvalPost(card, at, questionMarkdown(question, asker, deps.clock.now()), buttons)
}

type Answered = {
  readonly approval: AskedApproval
  readonly card: Card
  readonly at: AskedPlace
  readonly entry: OutboxEntry
  readonly replaced: boolean
}

async function answeredPost(deps: ConversationDeps, { approval, card, at, entry, replaced }: Answered): Promise<Post> {
  // Nobody there has seen the question: a chat that opens later need not hear of it.
  if (entry.state === 'held' && entry.shown === 0)
    return { key: at.key, place: at.place, lane: 'approval', posting: { type: 'nothing' } }
  const nameOf = await namesOf(deps.members, approval.resolvedBy === null ? [] : [approval.resolvedBy])
  const markdown =
    approval.kind === 'plan' ? settledProposal(approval, nameOf, replaced) : answeredMarkdown(approval, nameOf)
  return approvalPost(card, at, markdown, [])
}

/** An answer that came while a view of the question was being written must not be covered by it. */
async function collapseIfAnswered(
  deps: ConversationDeps,
  taskId: TaskId,
  { id }: Approval,
  card: Card,
  at: AskedPlace,
): Promise<void> {
  const task = await deps.store.get(taskId)
  const now = task?.approval
  if (now === null || now === undefined || now.id !== id || now.status === 'pending') return
  const entry = await deps.outbox.find(at.place.bot, at.key)
  const answered = { ...now, askedAt: deps.clock.now(), resolvedAt: deps.clock.now() }
  await withdrawQuestion(deps, now, card)
  const replaced = task?.error === REPLACED
  if (entry !== null)
    await deps.outbox.put([await answeredPost(deps, { approval: answered, card, at, entry, replaced })])
}

/** Turning from the question to the rule and back answers nothing: it uses nothing up but itself. */
function turnGroup(id: ApprovalId, at: AskedPlace): string {
  return `${approvalGroup(id)}/${at.place.chat}`
}

function buttonsFor(
  deps: ConversationDeps,
  approval: Approval,
  at: AskedPlace,
  offers: readonly Offer[],
): Promise<readonly (readonly Button[])[]> {
  const group = approvalGroup(approval.id)
  const to = { group, place: at.place, onlyFor: null, expiresAt: approval.expiresAt }
  const named = offers.map((offer) => ({
    ...offer,
    name: at.home ? offer.name : `${offer.name}@${at.place.chat}`,
    ...(isTurn(offer) ? { group: turnGroup(approval.id, at) } : {}),
  }))
  return offerButtons(deps, to, named)
}

function isTurn({ does }: Offer): boolean {
  return does.type === 'propose_always' || does.type === 'ask_again'
}

function approvalPost(
  card: Card,
  { key, place, home }: AskedPlace,
  markdown: string,
  buttons: readonly (readonly Button[])[],
): Post {
  return {
    key,
    place,
    lane: 'approval',
    posting: {
      type: 'message',
      content: { markdown, folds: [], buttons },
      replyTo: home ? card.request : null,
      // Only a question has to be heard.
      silent: buttons.length === 0,
      wantsReply: false,
      pinned: false,
    },
  }
}

function yesLabel(kind: ApprovalKind): string {
  if (kind === 'plan') return 'OK'
  if (kind === 'tests') return 'Accept'
  return kind === 'egress' || kind === 'secret' ? 'Allow for this task' : 'Approve once'
}

const QUESTIONS: Readonly<Record<Exclude<ApprovalKind, 'plan'>, string>> = {
  shell_command: 'May this command run?',
  tool: 'May the agents do this?',
  egress: 'May this task reach this host?',
  secret: 'May this task use this secret?',
  tests: 'May these tests go, or become milder?',
  delivery: 'May this be sent?',
}

function questionTitle(kind: ApprovalKind): string {
  return kind === 'plan' ? 'May this be done?' : QUESTIONS[kind]
}

/** By which rule it is asked, why, and what a yes holds for: only that. */
function termsLines({ policy, binding, kind, secondedBy }: Approval): readonly string[] {
  const classes = policy === null || policy.classes.length === 0 ? '' : ` · ${policy.classes.join(', ')}`
  const bound = binding === null ? [] : boundTo(kind, binding)
  return [
    ...(policy === null
      ? []
      : [`${escapeMarkdown(oneLine(policy.why, 300))} _(rule ${code(oneLine(policy.rule, 100))}${classes})_`]),
    ...(bound.length === 0 ? [] : [`_A yes holds for exactly this: ${bound.join(', ')}._`]),
    ...(policy?.people === 2 ? [`_Two people have to say yes: ${secondedBy.length} of 2 so far._`] : []),
  ]
}

const TREE_CHARACTERS = 10

function boundTo(kind: ApprovalKind, { tree, tokens, where }: ApprovalBinding): readonly string[] {
  if (kind === 'tests') return ['these changes to these tests']
  const files = tree === null ? '' : `the files as of ${code(tree.replace(/^files:/, '').slice(0, TREE_CHARACTERS))}`
  return [
    where === 'host' ? 'on the machine itself' : 'in its sandbox',
    ...(kind === 'egress' || kind === 'secret' ? ['for this task'] : files === '' ? [] : [files]),
    // Neither a command nor a delivery asks a model.
    ...(kind === 'shell_command' || kind === 'delivery'
      ? []
      : [`at most ${tokens.toLocaleString('en-US')} tokens in all`]),
  ]
}

/** With a warning below it where characters are not what they look like. */
function subjectBlock(approval: Approval): string {
  const { shown, lookAlikes } = exact(approval.subject)
  const hidden = shown !== approval.subject
  return [
    codeBlock(shown, approval.kind === 'shell_command' || approval.kind === 'tool' ? 'sh' : ''),
    ...(hidden ? [`⚠️ It has hidden or disguised characters; they are written as ${code('\\u…')} here.`] : []),
    ...(lookAlikes.length > 0
      ? [`⚠️ Not the plain characters that they look like: ${lookAlikes.map((one) => code(named(one))).join(', ')}`]
      : []),
  ].join('\n\n')
}

function named(character: string): string {
  return `${character} U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

/** `asker` where it is asked elsewhere than they asked; plain text. */
function questionMarkdown({ taskId, request, approval }: Question, asker: string | null, now: Date): string {
  const reason = oneLine(approval.reason, 300)
  const isSubject = request.trim() === approval.subject.trim()
  const asks = isSubject ? 'asks.' : `asks: ${escapeMarkdown(oneLine(request, REQUEST_CHARACTERS))}`
  return [
    `**✋ ${questionTitle(approval.kind)}**`,
    ...(asker === null ? [] : [`${escapeMarkdown(asker)} ${asks}`]),
    subjectBlock(approval),
    // The rule says it better.
    ...(reason === '' || approval.policy !== null ? [] : [escapeMarkdown(reason)]),
    ...termsLines(approval),
    `_An owner answers, until ${clockTime(approval.expiresAt, now)} · ${code(shortId(taskId))}_`,
  ].join('\n\n')
}

/** The rule as it would hold, in all its narrowness. */
function ruleMarkdown(approval: Approval, requester: UserId, by: UserId, nameOf: NameOf): string {
  const isMine = requester === by
  const whose = isMine ? 'you ask' : `${escapeMarkdown(nameOf(requester))} asks`
  const tasks = isMine ? 'your tasks' : `the tasks of ${escapeMarkdown(nameOf(requester))}`
  if (!mayStand(approval.kind)) return ''
  const [title, rule] = {
    shell_command: [
      'Always run exactly this?',
      `From now on this very command runs without a question whenever ${whose} for it. Anything else, if only by one character, is still asked about.`,
    ],
    tool: [
      'Always let the agents do exactly this?',
      `From now on agents do this very thing without a question in ${tasks} in this conversation, whatever the files are then. Anything else, if only by one character, is still asked about.`,
    ],
    egress: [
      'Always let this host be reached?',
      `From now on ${tasks} in this conversation reach this host, and no other, without a question.`,
    ],
    secret: [
      'Always let this secret be used?',
      `From now on ${tasks} in this conversation use this secret at this host, and at no other, without a question.`,
    ],
  }[approval.kind]
  return [`**✋ ${title}**`, subjectBlock(approval), rule].join('\n\n')
}

function answeredMarkdown(approval: AskedApproval, nameOf: NameOf): string {
  const subject = code(oneLine(exact(approval.subject).shown, SUBJECT_CHARACTERS))
  const at = approval.resolvedAt
  const when = at === null ? '' : `, ${clockTime(at, approval.askedAt)}`
  const by = approval.resolvedBy === null ? '' : ` by ${escapeMarkdown(nameOf(approval.resolvedBy))}`
  const comment = approval.comment === null ? '' : ` · ${escapeMarkdown(oneLine(approval.comment, 200))}`
  switch (approval.status) {
    case 'approved':
      return `✅ ${approval.kind === 'egress' || approval.kind === 'secret' ? 'Allowed' : 'Approved'}${by}${when}: ${subject}${comment}`
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
