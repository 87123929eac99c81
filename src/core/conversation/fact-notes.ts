// What was taken from a person's own words and is kept from now on is said, with a way to take it back: nobody is surprised by it later.
import type { Card } from '../ports/card-store.ts'
import type { Fact } from '../vocabulary/memory.ts'
import type { Place } from '../vocabulary/place.ts'
import type { Post } from '../vocabulary/post.ts'
import type { MessageRef } from '../vocabulary/place.ts'
import { ruleWords } from '../context/context-pack.ts'
import { visibleScopes } from '../memory/scopes.ts'
import type { CardView } from './card-view.ts'
import type { ConversationDeps } from './deps.ts'
import { escapeMarkdown } from './markdown.ts'
import { offerButtons, saying } from './notes.ts'
import { oneLine } from './visible.ts'

const LISTED = 200
const TEXT_CHARACTERS = 300
/** Of an answer that says that something is noted. */
const BESIDE = 200
const OFFERED_MS = 30 * 86_400_000

export function isFactNote(key: string): boolean {
  return key.startsWith('noted:')
}

/** A short note for each fact that the task's request made, once. Safe to repeat; what was said of it since stays. */
export async function putFactNotes(deps: ConversationDeps, view: CardView, card: Card): Promise<void> {
  const thread = await deps.conversations.thread(view.threadId)
  if (thread === null) return
  const { shown } = await visibleScopes(deps, { author: card.by, thread })
  const facts = await deps.facts.list({ scopes: shown, statuses: ['kept'], limit: LISTED })
  for (const fact of facts) {
    if (fact.taskId !== view.taskId || isSaid(fact, view)) continue
    if ((await deps.outbox.find(card.place.bot, noteKeyOf(fact))) === null)
      await deps.outbox.put([await factNote(deps, fact, card.place, card.request)])
  }
}

/** The answer says it in the same words already, and little else: what sums up a pasted text may have them by the way. */
function isSaid({ text }: Fact, { result }: CardView): boolean {
  const words = text.replace(/[.!\s]+$/, '').toLowerCase()
  const answer = result?.answer?.toLowerCase() ?? ''
  return answer.length <= words.length + BESIDE && answer.includes(words)
}

/** As the fact stands now. */
export async function factNote(
  deps: ConversationDeps,
  fact: Fact,
  place: Place,
  replyTo: MessageRef | null,
): Promise<Post> {
  const key = noteKeyOf(fact)
  const isKept = fact.status === 'kept'
  const to = { group: key, place, onlyFor: null, expiresAt: new Date(deps.clock.now().getTime() + OFFERED_MS) }
  const about = { fact_id: fact.id, key, page: 0 } as const
  const buttons = await offerButtons(deps, to, [
    isKept
      ? { name: 'drop', label: 'Undo', style: 'plain', does: { type: 'drop_fact', ...about } }
      : { name: 'keep', label: 'Keep it', style: 'plain', does: { type: 'keep_fact', ...about } },
  ])
  const text = factText(fact)
  const markdown = isKept ? `Noted: ${text} /memory to review.` : `Not kept: ${text}`
  return { key, place, lane: 'reply', posting: saying(markdown, { buttons, replyTo, silent: true }) }
}

/** Markdown, a whole sentence. */
export function factText(fact: Fact): string {
  const words = fact.kind === 'constraint' ? ruleWords(fact) : fact.text
  return escapeMarkdown(oneLine(/[.!?…]$/.test(words.trim()) ? words : `${words}.`, TEXT_CHARACTERS))
}

function noteKeyOf({ id }: Fact): string {
  return `noted:${id}`
}
