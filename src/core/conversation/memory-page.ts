// What is remembered, a page at a time in one message, with buttons that keep and forget.
import type { Fact } from '../vocabulary/memory.ts'
import type { Place } from '../vocabulary/place.ts'
import type { Button, Posting } from '../vocabulary/post.ts'
import { decideFact, memoryOf } from '../memory/remember.ts'
import type { RememberedFact } from '../memory/remember.ts'
import type { Standing } from '../memory/scopes.ts'
import type { ActionDoes } from './action.ts'
import type { ConversationDeps } from './deps.ts'
import { factNote, factText, isFactNote } from './fact-notes.ts'
import { code, escapeMarkdown } from './markdown.ts'
import { offerButtons, saying } from './notes.ts'
import type { Offer } from './notes.ts'
import { oneLine } from './visible.ts'
import type { Visitor } from './visit.ts'
import { threadChat } from './visit.ts'

const SHOWN = 5
const OFFERED_MS = 7 * 86_400_000
const FILES_SHOWN = 8
const QUOTE_CHARACTERS = 80
/** Stands in the key of a page that shows what was forgotten. */
const FORGOTTEN = 'forgotten'

export type MemoryTap = Extract<ActionDoes, { readonly type: 'keep_fact' | 'drop_fact' | 'memory_page' }>

type Page = { readonly key: string; readonly place: Place; readonly number: number }

export function memoryPart(forgotten: boolean): string {
  return forgotten ? FORGOTTEN : 'memory'
}

/** Who somebody is where they stand, for core/memory. */
export async function standingAt(
  deps: Pick<ConversationDeps, 'chats' | 'conversations'>,
  { userId, role }: Visitor,
  place: Place,
): Promise<Standing> {
  const chat = await deps.chats.get(place)
  const find = (context: number) =>
    deps.conversations.findThread(place.interface, threadChat({ ...chat, context: Math.max(0, context) }))
  // Nothing was said yet in a context that has just begun: without a conversation a group would look like a person alone with us.
  const thread = (await find(chat.context)) ?? (await find(chat.context - 1))
  return { author: userId, isOwner: role === 'owner', thread }
}

export async function memoryPage(deps: ConversationDeps, standing: Standing, page: Page): Promise<Posting> {
  const forgotten = page.key.endsWith(`/${FORGOTTEN}`)
  const { facts, files } = await memoryOf(deps, standing, forgotten ? ['dropped'] : ['kept', 'proposed'])
  const last = Math.max(0, Math.ceil(facts.length / SHOWN) - 1)
  const number = Math.min(Math.max(0, page.number), last)
  const shown = facts.slice(number * SHOWN, (number + 1) * SHOWN)
  const first = number * SHOWN + 1
  const title = forgotten ? 'What I was told to forget' : 'What I remember'
  const pages = last === 0 ? '' : ` · ${number + 1}/${last + 1}`
  const lines = shown.map((fact, index) => `${first + index}. ${factLine(fact)}`).join('\n')
  const names = files.slice(0, FILES_SHOWN).map((file) => code(file.name))
  const markdown = [
    `**${title}${pages}**`,
    lines === '' ? 'Nothing yet.' : lines,
    ...(forgotten || names.length === 0 ? [] : [`Files: ${[...new Set(names)].join(', ')}`]),
    ...(forgotten || !standing.isOwner || standing.thread?.direct === false
      ? []
      : [`The files can be edited in ${code(deps.settings.memoryFolder)}`]),
    ...(forgotten ? [] : ['/remember adds something, /forget takes it away.']),
  ].join('\n\n')
  const buttons = await pageButtons(deps, { ...page, number }, shown, first, last)
  return saying(markdown, { buttons })
}

/** After a tap: what was decided, in a few words. What stands under the key is written again. */
export async function onMemoryTap(
  deps: ConversationDeps,
  { visitor, place, does }: { readonly visitor: Visitor; readonly place: Place; readonly does: MemoryTap },
): Promise<string | null> {
  const standing = await standingAt(deps, visitor, place)
  const decided =
    does.type === 'memory_page'
      ? null
      : await decideFact(deps, standing, does.fact_id, does.type === 'keep_fact' ? 'kept' : 'dropped')
  const entry = await deps.outbox.find(place.bot, does.key)
  if (entry?.posting.type === 'message') {
    const { key, place: stands, posting } = entry
    if (!isFactNote(key)) {
      const page = await memoryPage(deps, standing, { key, place: stands, number: does.page })
      const again: Posting = page.type === 'message' ? { ...page, replyTo: posting.replyTo } : page
      await deps.outbox.put([{ key, place: stands, lane: 'reply', posting: again }])
    } else if (decided?.type === 'decided')
      await deps.outbox.put([await factNote(deps, decided.fact, stands, posting.replyTo)])
  }
  switch (decided?.type) {
    case undefined:
      return null
    case 'decided':
      return decided.fact.status === 'kept' ? 'Kept.' : 'Forgotten.'
    case 'not_yours':
      return 'Only an owner changes what is shared.'
    default:
      return 'That is not remembered any more.'
  }
}

function factLine(fact: RememberedFact): string {
  const about = [
    ...(fact.kind === 'constraint' ? ['a rule, always told'] : []),
    ...(fact.scopeName === 'shared' ? ['for everybody'] : []),
    ...(fact.status === 'proposed' ? [proposedFrom(fact)] : []),
    code(fact.shortId),
  ]
  return `${factText(fact)} _(${about.join(' · ')})_`
}

function proposedFrom({ quote }: Fact): string {
  return quote === null
    ? 'shall I keep it?'
    : `from “${escapeMarkdown(oneLine(quote, QUOTE_CHARACTERS))}”: shall I keep it?`
}

/** A row for each fact that this person may decide on, and one to turn pages. */
async function pageButtons(
  deps: ConversationDeps,
  { key, place, number }: Page,
  shown: readonly RememberedFact[],
  first: number,
  last: number,
): Promise<readonly (readonly Button[])[]> {
  const expiresAt = new Date(deps.clock.now().getTime() + OFFERED_MS)
  const to = (group: string) => ({ group, place, onlyFor: null, expiresAt })
  const rows: (readonly Button[])[] = []
  for (const [index, fact] of shown.entries()) {
    if (!fact.mayDecide) continue
    const about = { fact_id: fact.id, key, page: number } as const
    const at = first + index
    const keep: Offer = { name: 'keep', label: `Keep ${at}`, style: 'good', does: { type: 'keep_fact', ...about } }
    const drop: Offer = { name: 'drop', label: `Forget ${at}`, style: 'plain', does: { type: 'drop_fact', ...about } }
    const offers = [...(fact.status === 'kept' ? [] : [keep]), ...(fact.status === 'dropped' ? [] : [drop])]
    rows.push(...(await offerButtons(deps, to(`${key}/${fact.id}`), offers)))
  }
  const turn = (name: string, label: string, page: number): Offer => ({
    name,
    label,
    style: 'plain',
    does: { type: 'memory_page', key, page },
  })
  const turns = [
    ...(number === 0 ? [] : [turn('back', '‹ Back', number - 1)]),
    ...(number === last ? [] : [turn('more', 'More ›', number + 1)]),
  ]
  if (turns.length > 0) rows.push(...(await offerButtons(deps, to(`${key}/turn`), turns)))
  return rows
}
