// "Accepted": the last word under a finished card, which stays there whenever the card is written again.
import type { CardStore } from '../ports/card-store.ts'
import type { MemberStore } from '../ports/member-store.ts'
import type { Outbox, OutboxEntry } from '../ports/outbox.ts'
import type { Clock } from '../ports/clock.ts'
import type { TaskId, UserId } from '../vocabulary/ids.ts'
import { escapeMarkdown } from './markdown.ts'
import { namesOf } from './names.ts'
import { clockTime } from './status-words.ts'

type AcceptedDeps = {
  readonly outbox: Outbox
  readonly cards: CardStore
  readonly members: MemberStore
  readonly clock: Clock
}

/** Always the last line, below the footer: nothing that an agent wrote can stand there. */
const CLOSING = /(?:^|\n)(👍 Accepted by [^\n]+)$/u

export function cardKey(taskId: TaskId): string {
  return `task:${taskId}`
}

/** Writes down who accepted it, once: whoever comes later changes nothing. Nothing where no card stands. */
export async function acceptCard(deps: AcceptedDeps, taskId: TaskId, by: UserId): Promise<void> {
  const card = await deps.cards.get(taskId)
  const entry = card === null ? null : await deps.outbox.find(card.place.bot, cardKey(taskId))
  if (card === null || entry?.posting.type !== 'message' || closingOf(entry) !== null) return
  const { content } = entry.posting
  const nameOf = await namesOf(deps.members, [by])
  const now = deps.clock.now()
  const closing = `👍 Accepted by ${escapeMarkdown(nameOf(by))}, ${clockTime(now, entry.createdAt)}`
  const buttons = content.buttons
    .map((row) => row.filter((button) => button.style !== 'good' || button.does.type === 'open'))
    .filter((row) => row.length > 0)
  const posting = { ...entry.posting, content: { ...content, buttons, markdown: `${content.markdown}\n\n${closing}` } }
  await deps.outbox.put([{ key: entry.key, place: entry.place, lane: 'reply', posting }])
}

/** Markdown; null where nobody accepted it. */
export function closingOf(entry: OutboxEntry | null): string | null {
  if (entry?.posting.type !== 'message') return null
  return CLOSING.exec(entry.posting.content.markdown)?.[1] ?? null
}
