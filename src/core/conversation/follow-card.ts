// One card, looked at again and again: what its task's log says is put where people read it, as often as they bear and not more.
import type { Card } from '../ports/card-store.ts'
import type { Button, Lane, Post } from '../vocabulary/post.ts'
import { applyStandingApproval } from '../approval/standing.ts'
import { readLog } from '../task/read-log.ts'
import { cardKey } from './accepted.ts'
import { approvalPosts } from './card-approvals.ts'
import type { PutApprovals } from './card-approvals.ts'
import { cardButtons, offerCardButtons, withdrawStop } from './card-buttons.ts'
import { cardContent, showsTime } from './card-content.ts'
import { foldLog, isOver, pendingApproval, workedMs } from './card-view.ts'
import type { CardView } from './card-view.ts'
import type { ConversationDeps } from './deps.ts'
import { cardPost, endPosts, isShown } from './end-of-card.ts'
import { putFactNotes } from './fact-notes.ts'
import { elapsedGrain } from './status-words.ts'

/** What is remembered of a card between two looks. All of it can be found out again. */
export type FollowedCard = {
  card: Card
  view: CardView | null
  /** Both are as the stores had them a moment ago: the next look need not ask. */
  isFresh: boolean
  /** When its log last grew, by our clock. */
  newsAt: number
  /** What was put last. */
  put: { readonly at: number; readonly state: string; readonly json: string } | null
  /** Something of it stands in the chat, or may. */
  shown: boolean
  buttons: { readonly names: string; readonly row: readonly Button[] } | null
  readonly approvals: PutApprovals
  /** How many of the tasks that its message was split into have a card. */
  opened: number
  /** Rules that were taken from the person's words were looked for. */
  noted: boolean
}

export type LookAs = {
  /** Somebody just did something: put it now, with buttons that work, and the question that waits. */
  readonly forced: boolean
  /** No task is started at the moment. */
  readonly paused: boolean
  /** Done before the card is finished: what fails here is tried again, and nobody comes back after that. */
  readonly beforeFinish: () => Promise<void>
}

export type Looked = {
  readonly over: boolean
  /** When there will be something to put even if nothing happens; null for never. Milliseconds. */
  readonly nextAt: number | null
  /** Cards of what its message asked for besides. */
  readonly others: readonly FollowedCard[]
}

/** What is proposed sooner than that is not preceded by a card. */
const QUIET_MS = 5_000
const PACE_MS = 1_000
const GROUP_PACE_MS = 3_000

export function followCard(card: Card): FollowedCard {
  return {
    card,
    view: null,
    isFresh: false,
    newsAt: 0,
    put: null,
    shown: false,
    buttons: null,
    approvals: new Map(),
    opened: 0,
    noted: false,
  }
}

/** Opens it and reads its log meanwhile; null when it is finished. */
export async function openCard(deps: ConversationDeps, given: Card): Promise<FollowedCard | null> {
  const [card, events] = await Promise.all([deps.cards.open(given), readLog(deps.store, given.taskId)])
  if (card.finished) return null
  return { ...followCard(card), view: foldLog(events), isFresh: true, newsAt: deps.clock.now().getTime() }
}

/**
 * Reads on in the log and puts what is to be put; the end is put before the card is finished. Calls for one card must not overlap.
 * May break anywhere and be repeated, also by another process: it comes to the same posts.
 */
export async function lookAtCard(deps: ConversationDeps, followed: FollowedCard, as: LookAs): Promise<Looked> {
  const { isFresh } = followed
  followed.isFresh = false
  const [read, card] = isFresh
    ? [followed.view, followed.card]
    : // The chat may have moved since.
      await Promise.all([readOn(deps, followed), deps.cards.get(followed.card.taskId)])
  followed.card = card ?? followed.card
  const view = await answeredByRule(deps, followed, read)
  if (view === null) return { over: false, nextAt: null, others: [] }
  const others = await openOthers(deps, followed, view)
  if (isOver(view)) {
    await finishCard(deps, followed, view, as)
    return { over: true, nextAt: null, others }
  }
  const approvals = await approvalPosts(deps, followed, view, as.forced)
  const { post, nextAt, remember } = await progressPost(deps, followed, view, as)
  await putAll(deps, followed, [...approvals.posts, ...post])
  remember()
  await approvals.settle()
  // What an answer says itself needs no note; it comes in a moment.
  if (!followed.noted && view.understood !== null && view.taskType !== 'question') {
    followed.noted = true
    await putFactNotes(deps, view, followed.card)
  }
  return { over: false, nextAt, others }
}

/** Each of the other things that the message asked for has a card of its own, in answer to the same message. */
async function openOthers(
  deps: ConversationDeps,
  followed: FollowedCard,
  { split }: CardView,
): Promise<readonly FollowedCard[]> {
  const others: FollowedCard[] = []
  for (const taskId of split.slice(followed.opened)) {
    const card = await openCard(deps, { ...followed.card, taskId, openedAt: deps.clock.now(), finished: false })
    if (card !== null) others.push(card)
  }
  followed.opened = split.length
  return others
}

async function readOn(deps: ConversationDeps, followed: FollowedCard): Promise<CardView | null> {
  const events = await readLog(deps.store, followed.card.taskId, followed.view?.lastSeq ?? 0)
  if (events.length === 0) return followed.view
  followed.newsAt = deps.clock.now().getTime()
  followed.view = foldLog(events, followed.view)
  return followed.view
}

/** A question that somebody answered for good is not asked. */
async function answeredByRule(
  deps: ConversationDeps,
  followed: FollowedCard,
  view: CardView | null,
): Promise<CardView | null> {
  const asked = view === null ? null : pendingApproval(view)
  if (asked === null || followed.approvals.has(asked.id)) return view
  const task = await deps.store.get(followed.card.taskId)
  if (task === null) return view
  await applyStandingApproval(deps, task)
  return readOn(deps, followed)
}

type Progress = {
  readonly post: readonly Post[]
  readonly nextAt: number | null
  /** To be called once it is put. */
  readonly remember: () => void
}

async function progressPost(
  deps: ConversationDeps,
  followed: FollowedCard,
  view: CardView,
  { forced, paused }: LookAs,
): Promise<Progress> {
  const nothing = { post: [], nextAt: null, remember: () => undefined }
  if (deps.settings.onlyAgentOutput) return nothing
  const { card, put } = followed
  const now = deps.clock.now()
  const at = now.getTime()
  const quiet = await quietUntil(deps, followed, view, paused, at)
  if (quiet !== 'card') return { ...nothing, nextAt: quiet }
  const state = stateOf(view, paused)
  const free = put === null ? at : put.at + (card.direct ? PACE_MS : GROUP_PACE_MS)
  // What changes little waits until the chat bears another edit; what a person waits for does not.
  if (!forced && put !== null && put.state === state && at < free) return { ...nothing, nextAt: free }
  const [chat, buttons, lane] = await Promise.all([
    deps.chats.get(card.place),
    buttonsOf(deps, followed, view, forced),
    laneOf(deps, followed),
  ])
  const verbosity = chat.verbosity ?? deps.settings.verbosity
  const content = cardContent(view, { verbosity, direct: card.direct, paused, now }, buttons)
  const nextAt = verbosity > 0 && showsTime(view) ? nextTick(view, at, card.direct) : null
  const json = JSON.stringify(content)
  const same = put?.json === json
  return {
    post: same ? [] : [cardPost(card, content, lane, true)],
    nextAt,
    remember: () => void (followed.put = { at: same && put !== null ? put.at : at, state, json }),
  }
}

/**
 * What was understood is the first word of a task that waits for an OK: until then no card is shown, unless it takes long to find out, or
 * there is something else to know. Returns until when; null: until there is news.
 */
async function quietUntil(
  deps: ConversationDeps,
  { card, put }: FollowedCard,
  view: CardView,
  paused: boolean,
  at: number,
): Promise<'card' | number | null> {
  if (!deps.settings.proposes || !view.confirm || put !== null || paused) return 'card'
  const proposed = pendingApproval(view)?.kind === 'plan'
  const until = view.createdAt.getTime() + QUIET_MS
  const early = (view.status === 'pending' || view.status === 'routing') && at < until
  if (!proposed && !early) return 'card'
  if ((await deps.outbox.find(card.place.bot, cardKey(card.taskId))) !== null) return 'card'
  return proposed ? null : until
}

/**
 * The first word of a task goes before the progress of others, for as long as it waits. Once it was sent, even if it is not known
 * whether it arrived, what follows is progress: nothing that is worth a second message.
 */
async function laneOf(deps: ConversationDeps, followed: FollowedCard): Promise<Lane> {
  if (!followed.shown) {
    const entry = await deps.outbox.find(followed.card.place.bot, cardKey(followed.card.taskId))
    followed.shown = isShown(entry)
  }
  return followed.shown ? 'progress' : 'reply'
}

/** What people wait for: a change of it is shown at once. */
function stateOf(view: CardView, paused: boolean): string {
  return [view.status, pendingApproval(view)?.id ?? '', view.preview?.id ?? '', view.resumes, paused].join(' ')
}

function nextTick(view: CardView, at: number, direct: boolean): number {
  const since = at - workedMs(view, new Date(at))
  const grain = elapsedGrain(at - since, direct)
  return since + (Math.floor(Math.max(0, at - since) / grain) + 1) * grain
}

async function buttonsOf(
  deps: ConversationDeps,
  followed: FollowedCard,
  view: CardView,
  fresh: boolean,
): Promise<readonly Button[]> {
  const wanted = cardButtons(view, false)
  const names = wanted.join(' ')
  if (!fresh && followed.buttons?.names === names) return followed.buttons.row
  const row = await offerCardButtons(deps, followed.card.place, view.taskId, wanted)
  followed.buttons = { names, row }
  return row
}

async function finishCard(deps: ConversationDeps, followed: FollowedCard, view: CardView, as: LookAs): Promise<void> {
  const { card } = followed
  const approvals = await approvalPosts(deps, followed, view, false)
  await putAll(deps, followed, [...approvals.posts, ...(await endPosts(deps, card, view))])
  await approvals.settle()
  await putFactNotes(deps, view, card)
  await withdrawStop(deps, card.place, view.taskId)
  await as.beforeFinish()
  await deps.cards.finish(view.taskId)
}

async function putAll(deps: ConversationDeps, followed: FollowedCard, posts: readonly Post[]): Promise<void> {
  if (posts.length === 0) return
  const key = cardKey(followed.card.taskId)
  for (const entry of await deps.outbox.put(posts)) if (entry.key === key) followed.shown ||= isShown(entry)
}
