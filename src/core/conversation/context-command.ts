// What models are told beside a person's words, shown to that person: what it is, what it takes, and what there was no room for.
import { buildContextPack, ruleWords } from '../context/context-pack.ts'
import type { ContextPack, ContextSection, SectionName } from '../context/context-pack.ts'
import { gatherContext } from '../context/gather.ts'
import { visibleScopes } from '../memory/scopes.ts'
import { placeKey } from '../vocabulary/place.ts'
import { escapeMarkdown } from './markdown.ts'
import { answer } from './notes.ts'
import { plural, quantity } from './status-words.ts'
import { oneLine } from './visible.ts'
import type { ReceiveDeps, Visit } from './visit.ts'

const RULES_SHOWN = 20
const RULE_CHARACTERS = 300
const NAMES: Readonly<Record<SectionName, readonly [one: string, many: string]>> = {
  rules: ['rule, always told', 'rules, always told'],
  soul: ['file on how I shall be (SOUL.md)', 'files on how I shall be (SOUL.md)'],
  memory: ['file of notes', 'files of notes'],
  facts: ['fact', 'facts'],
  knowledge: ['piece of knowledge', 'pieces of knowledge'],
  work: ['piece of earlier work', 'pieces of earlier work'],
  conversation: ['message of this conversation', 'messages of this conversation'],
}

/** `words`: as if that had been asked; knowledge is looked up for it. */
export async function showContext(deps: ReceiveDeps, { message, heard, visitor }: Visit, words: string): Promise<void> {
  const thread = heard === null ? null : await deps.conversations.thread(heard.threadId)
  if (thread === null) return answer(deps, message, 'There is no conversation here yet.')
  const now = deps.clock.now()
  const told = await gatherContext(deps, { thread, author: visitor.userId, words, before: null, now })
  const { shown } = await visibleScopes(deps, { author: visitor.userId, thread })
  // Everybody in a group reads the answer: the person's own rules are told to models there, and shown to nobody.
  const facts = told.facts.filter(({ scope }) => shown.includes(scope))
  const hidden = told.facts.length - facts.length
  const pack = buildContextPack({ ...told, facts }, deps.settings.contextTokens)
  const rules = facts.filter(({ kind }) => kind === 'constraint').map(ruleWords)
  await answer(deps, message, contextMarkdown(pack, rules, hidden))
  if (pack.text === '') return
  const { place, ref } = message
  const bytes = new TextEncoder().encode(pack.text)
  const key = `context:${placeKey(place)}/${ref}`
  const objectKey = `context/${deps.ids.digest(key)}`
  await deps.objects.put(objectKey, bytes)
  const file = { objectKey, name: 'context.txt', mediaType: 'text/plain', bytes: bytes.byteLength }
  const posting = { type: 'file', file, caption: 'Word for word', replyTo: ref, silent: true } as const
  await deps.outbox.put([{ key, place, lane: 'reply', posting }])
}

function contextMarkdown(
  { tokens, budget, sections }: ContextPack,
  rules: readonly string[],
  /** Rules that are not for everybody who reads this. */
  hidden: number,
): string {
  const own = hidden === 0 ? [] : ['Your own rules hold here too: /context in our own chat shows them.']
  if (sections.length === 0) return ['Nothing yet: I am told your words and nothing else.', ...own].join('\n\n')
  const shown = rules.slice(0, RULES_SHOWN).map((rule) => `- ${escapeMarkdown(oneLine(rule, RULE_CHARACTERS))}`)
  const more = rules.length - shown.length
  return [
    `**Beside your words I am told ${quantity(tokens)} of at most ${quantity(budget)} tokens**`,
    ...(shown.length === 0 ? [] : [['Rules:', '', ...shown, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n')]),
    sections.map(sectionLine).join('\n'),
    ...own,
    '/new starts afresh, /memory shows what stays.',
  ].join('\n\n')
}

function sectionLine({ name, items, tokens, left_out: left }: ContextSection): string {
  const room = left === 0 ? '' : `; no room for ${left} more`
  return `- ${escapeMarkdown(plural(items, ...NAMES[name]))}: ${quantity(tokens)} tokens${room}`
}
