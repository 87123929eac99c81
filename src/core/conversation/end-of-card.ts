// What is said last of a task: on its card, and beside it.
import type { Card } from '../ports/card-store.ts'
import type { OutboxEntry } from '../ports/outbox.ts'
import type { Content, Lane, Post } from '../vocabulary/post.ts'
import { readLog } from '../task/read-log.ts'
import { cardKey, closingOf } from './accepted.ts'
import { cardButtons, offerCardButtons } from './card-buttons.ts'
import { foldLog, isOver } from './card-view.ts'
import type { CardView } from './card-view.ts'
import type { ConversationDeps } from './deps.ts'
import { agentOnlyContent, finalContent } from './final-content.ts'
import { finalFilePosts } from './final-files.ts'
import { heardPost } from './heard-post.ts'
import { namesOf } from './names.ts'
import { requestHeard } from './read-artifacts.ts'

/** The card's last word, what goes with it, and a sound where none of that makes one. */
export async function endPosts(deps: ConversationDeps, card: Card, view: CardView): Promise<readonly Post[]> {
  const entry = await deps.outbox.find(card.place.bot, cardKey(view.taskId))
  // What was never begun, and of which no card was shown, has had its last word where it was proposed.
  if (entry === null && deps.settings.proposes && view.confirm && view.status === 'aborted') return []
  const [content, files] = await Promise.all([endContent(deps, card, view, entry), finalFilePosts(deps, view, card)])
  // It is the first that is said of the task, so it is heard.
  if (deps.settings.onlyAgentOutput) return [cardPost(card, content, 'final', false), ...files]
  const heard = files.length > 0 ? null : await heardPost(deps, view, card, isShown(entry))
  const silent = heard?.posting.type !== 'nothing'
  const final = cardPost(card, content, isShown(entry) ? 'final' : 'reply', silent)
  return [final, ...files, ...(heard === null ? [] : [heard])]
}

async function endContent(
  deps: ConversationDeps,
  card: Card,
  view: CardView,
  entry: OutboxEntry | null,
): Promise<Content> {
  if (deps.settings.onlyAgentOutput) return agentOnlyContent(view)
  const [record, nameOf, artifacts] = await Promise.all([
    deps.chats.get(card.place),
    namesOf(deps.members, view.abort === null ? [] : [view.abort.by]),
    typeof view.result?.answer === 'string' ? deps.artifacts.ofTask(view.taskId) : [],
  ])
  const heard = requestHeard(artifacts, view.inputText)
  const closing = closingOf(entry)
  const buttons = await offerCardButtons(deps, card.place, view.taskId, cardButtons(view, closing !== null))
  const verbosity = record.verbosity ?? deps.settings.verbosity
  return finalContent(view, { verbosity, nameOf, closing, heard }, buttons)
}

/**
 * Writes a finished card again as its task now is, where it stands; nothing where it does not. It is never said a second time.
 * `later`: its end is still on its way, come again.
 */
export async function repaintFinished(deps: ConversationDeps, card: Card): Promise<'done' | 'later'> {
  const entry = await deps.outbox.find(card.place.bot, cardKey(card.taskId))
  if (entry?.state === 'waiting' || entry?.state === 'sending') return 'later'
  if (entry?.state !== 'settled' || entry.refs.length === 0 || entry.posting.type !== 'message') return 'done'
  const view = foldLog(await readLog(deps.store, card.taskId))
  if (view === null || !isOver(view)) return 'done'
  const content = await endContent(deps, card, view, entry)
  await deps.outbox.put([cardPost(card, content, 'progress', entry.posting.silent)])
  return 'done'
}

/** Something of it stands in the chat, or may. */
export function isShown(entry: OutboxEntry | null): boolean {
  return entry !== null && (entry.shown !== 0 || entry.refs.length > 0)
}

/** The post that is a task's card. */
export function cardPost(card: Card, content: Content, lane: Lane, silent: boolean): Post {
  return {
    key: cardKey(card.taskId),
    place: card.place,
    lane,
    posting: { type: 'message', content, replyTo: card.request, silent, wantsReply: false, pinned: false },
  }
}
