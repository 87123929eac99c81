// The sound at the end of long work: a card's last word is an edit, for which no phone rings.
import type { Card } from '../ports/card-store.ts'
import type { TaskId } from '../vocabulary/ids.ts'
import type { Post } from '../vocabulary/post.ts'
import { titleOf } from './card-content.ts'
import { workedMs } from './card-view.ts'
import type { CardView } from './card-view.ts'
import type { ConversationDeps } from './deps.ts'
import { escapeMarkdown } from './markdown.ts'
import { saying } from './notes.ts'
import { statusWords } from './status-words.ts'

/** Who waited less is still looking. */
const LONG_MS = 20_000

function heardKey(taskId: TaskId): string {
  return `heard:${taskId}`
}

/**
 * A short message where long work ended and nothing else is heard of it; 'nothing' where the card itself comes now for the first
 * time, with a sound of its own; null where no sound is due. The same whenever it is asked: what was decided once stays.
 */
export async function heardPost(
  deps: ConversationDeps,
  view: CardView,
  card: Card,
  /** Something of the card was shown before its end. */
  shown: boolean,
): Promise<Post | null> {
  if (deps.settings.onlyAgentOutput || !isLong(view)) return null
  const key = heardKey(view.taskId)
  const decided = await deps.outbox.find(card.place.bot, key)
  const said = decided === null ? shown : decided.posting.type === 'message'
  const text = `${statusWords(view.status)}, see above: ${escapeMarkdown(titleOf(view))}`
  const posting = said ? saying(text, { replyTo: card.request }) : ({ type: 'nothing' } as const)
  return { key, place: card.place, lane: 'final', posting }
}

/** Whoever stopped it knows that it ended. */
function isLong(view: CardView): boolean {
  if (view.status === 'aborted' || view.endedAt === null) return false
  return workedMs(view, view.endedAt) >= LONG_MS
}
