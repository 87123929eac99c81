// What a model is told beside the request: rules, memory, knowledge and the conversation, within a budget of tokens. Pure: the same
// material always gives the same pack.
import type { MessageWithArtifacts } from '../ports/conversation-store.ts'
import type { MemoryFile } from '../ports/memory-files.ts'
import type { KnowledgeHit } from '../vocabulary/knowledge.ts'
import type { Fact } from '../vocabulary/memory.ts'
import { onOneLine } from '../vocabulary/short-text.ts'
import type { Task } from '../vocabulary/task.ts'
import { enclose, mention, quote, withoutTags } from './quote.ts'
import { clipToTokens, countTokens } from './tokens.ts'

/** How many messages are told at most. */
export const CONTEXT_MESSAGES = 30

export type ContextMaterial = {
  /** Oldest first; at most the newest 30 are told. */
  readonly messages: readonly MessageWithArtifacts[]
  /** What was asked for in this conversation, newest first. */
  readonly work: readonly Task[]
  /** Kept ones: constraints are always told whole, the others as far as there is room. */
  readonly facts: readonly Fact[]
  readonly files: readonly MemoryFile[]
  /** Best first. */
  readonly knowledge: readonly KnowledgeHit[]
}

export const SECTIONS = ['rules', 'soul', 'memory', 'facts', 'knowledge', 'work', 'conversation'] as const
export type SectionName = (typeof SECTIONS)[number]

export type ContextSection = {
  readonly name: SectionName
  readonly tokens: number
  readonly items: number
  /** Items for which there was no room. */
  readonly left_out: number
}

export type ContextPack = {
  readonly tokens: number
  readonly budget: number
  readonly sections: readonly ContextSection[]
  /** The chunks of knowledge that are told: an answer names them by their place here, from 1. */
  readonly sources: readonly { readonly mark: number; readonly title: string; readonly uri: string }[]
  /** The rules alone: what every agent is told, whatever else it gets. Empty where there are none. */
  readonly rules: string
  readonly text: string
}

/** Of the budget, what a section may take before the others have had theirs. */
const SHARES: Readonly<Record<SectionName, number>> = {
  rules: 1,
  soul: 0.12,
  memory: 0.13,
  facts: 0.1,
  knowledge: 0.2,
  work: 0.1,
  conversation: 0.35,
}
/** What is left over goes to these, in this order. */
const HUNGRY: readonly SectionName[] = ['conversation', 'knowledge', 'facts', 'memory', 'work', 'soul']
/** No single item may take more of the budget: a long paste would push out everything else. */
const ITEM_SHARE = 0.25
const ITEM_OVERHEAD = 2
/** The newest messages may be told at length; of older ones the gist is enough. */
const RECENT = 4
const ARTIFACTS = 8
const LINE_BREAK = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g
const SECTION_OVERHEAD = 12

type Item = { readonly text: string; readonly tokens: number }
const NO_ROOM: Item = { text: '', tokens: Number.POSITIVE_INFINITY }
/** Items in the order in which they are given up last to first, and how they stand in the text. */
type Wanted = {
  readonly name: SectionName
  readonly items: readonly Item[]
  readonly shown: (items: readonly Item[]) => readonly Item[]
}

/** Within the budget (tokens), unless the rules alone are more: those are never left out and never cut. */
export function buildContextPack(material: ContextMaterial, budget: number): ContextPack {
  const wanted = wantedSections(material, budget)
  const taken = new Map(wanted.map(({ name }) => [name, 0]))
  let left = budget
  const take = (section: Wanted, limit: number): void => {
    let [count, room] = [taken.get(section.name) ?? 0, limit]
    for (; count < section.items.length; count += 1) {
      const cost = (section.items[count]?.tokens ?? 0) + (count === 0 ? SECTION_OVERHEAD : 0)
      if (section.name !== 'rules' && (cost > room || cost > left)) break
      room -= cost
      left -= cost
    }
    taken.set(section.name, count)
  }
  for (const section of wanted) take(section, budget * SHARES[section.name])
  for (const name of HUNGRY) {
    const section = wanted.find((one) => one.name === name)
    if (section !== undefined) take(section, left)
  }
  const sections: ContextSection[] = []
  const texts: string[] = []
  let rules = ''
  for (const { name, items, shown } of wanted) {
    const kept = items.slice(0, taken.get(name) ?? 0)
    if (items.length === 0) continue
    const text =
      kept.length === 0
        ? ''
        : enclose(
            name,
            shown(kept).map((item) => item.text),
          )
    sections.push({ name, tokens: countTokens(text), items: kept.length, left_out: items.length - kept.length })
    if (text !== '') texts.push(text)
    if (name === 'rules') rules = text
  }
  const text = texts.length === 0 ? '' : texts.join('\n\n')
  const told = material.knowledge.slice(0, taken.get('knowledge') ?? 0)
  const sources = told.map((hit, index) => ({ mark: index + 1, title: placeOf(hit), uri: hit.uri }))
  return { tokens: countTokens(text), budget, sections, sources, rules, text }
}

/** What somebody looks it up by: in a folder, the file; in a document, the section. */
function placeOf({ title, heading }: KnowledgeHit): string {
  if (heading === '' || heading === title) return title
  return heading.startsWith(title) ? heading : `${title} › ${heading}`
}

function wantedSections(material: ContextMaterial, budget: number): readonly Wanted[] {
  const most = Math.max(40, Math.floor(budget * ITEM_SHARE))
  const half = Math.floor(most / 2)
  const item = (text: string): Item => ({ text, tokens: countTokens(text) + ITEM_OVERHEAD })
  const asIs = (items: readonly Item[]) => items
  const rules = material.facts.filter(({ kind }) => kind === 'constraint')
  const others = material.facts.filter(({ kind }) => kind !== 'constraint')
  const soul = material.files.filter(({ name }) => name === 'SOUL.md')
  const notes = material.files.filter(({ name }) => name !== 'SOUL.md')
  const told = material.messages.filter((message) => message.inContext).slice(-CONTEXT_MESSAGES)
  return [
    { name: 'rules', items: rules.map((fact) => item(`- ${ruleWords(fact)}`)), shown: asIs },
    { name: 'soul', items: soul.map(({ text }) => item(withoutTags(clipToTokens(text, half)))), shown: asIs },
    {
      name: 'memory',
      items: notes.map(({ name, text }) => item(quote('material', clipToTokens(text, half), { from: name }))),
      shown: asIs,
    },
    {
      name: 'facts',
      items: others.map(({ kind, text }) => item(`- ${kind}: ${withoutTags(onOneLine(text))}`)),
      shown: asIs,
    },
    {
      name: 'knowledge',
      items: material.knowledge.map(({ text, title, heading }, index) =>
        item(quote('material', clipToTokens(text, most), { mark: `[${index + 1}]`, from: title, part: heading })),
      ),
      shown: asIs,
    },
    {
      name: 'work',
      items: material.work.map((task) => item(workLine(task, Math.floor(most / 4)))),
      shown: (items) => items.toReversed(),
    },
    {
      name: 'conversation',
      items: asFarAs(budget, told.toReversed(), (message, age) =>
        item(messageLines(message, age < RECENT ? most : Math.floor(most / 3))),
      ),
      shown: (items) => items.toReversed(),
    },
  ]
}

/** What can't find room any more is counted, and not put into words: thirty long pastes would take their time. */
function asFarAs<T>(budget: number, all: readonly T[], toItem: (one: T, place: number) => Item): readonly Item[] {
  let spent = 0
  return all.map((one, place) => {
    if (spent > budget) return NO_ROOM
    const made = toItem(one, place)
    spent += made.tokens
    return made
  })
}

/** A rule as it is told: what a person stated, in their words. */
export function ruleWords({ rule, text }: Pick<Fact, 'rule' | 'text'>): string {
  const words = withoutTags(onOneLine(text))
  if (rule === null || new RegExp(`^${rule === 'ask_first' ? 'ask' : rule}\\b`, 'i').test(words)) return words
  return `${rule === 'ask_first' ? 'ask first' : rule}: ${words}`
}

/** What follows the first line is set in: no message can look like two. */
function messageLines(message: MessageWithArtifacts, most: number): string {
  const who = message.role === 'assistant' ? 'you' : nameOf(message.authorName ?? message.author ?? '')
  const said = withoutTags(clipToTokens(message.text, most)).replaceAll(LINE_BREAK, '\n  ')
  const files = message.artifacts.slice(0, ARTIFACTS)
  const left = message.artifacts.length - files.length
  const share = Math.floor(most / Math.max(1, files.filter(({ content }) => content !== null).length))
  return [
    `[${minute(message.createdAt)}] ${who}: ${said}`,
    ...files.map(({ name, kind, mediaType, bytes, content }) =>
      content === null
        ? mention('file', { name, type: mediaType, bytes: String(bytes) })
        : quote('material', clipToTokens(content.text, share), { from: name, kind, read_by: content.by }),
    ),
    ...(left > 0 ? [`  (and ${left} more files)`] : []),
  ].join('\n')
}

/** Nobody can call themself what only the platform is called, or look like more than a name. */
function nameOf(author: string): string {
  const name = onOneLine(withoutTags(author).replaceAll(/[[\]:<>\p{Cc}\p{Cf}]+/gu, ' ')).slice(0, 60)
  return name === '' || /^you$/i.test(name) ? 'somebody' : name
}

function workLine(task: Task, most: number): string {
  const short = (text: string): string => onOneLine(clipToTokens(text, most))
  const outcome = task.result?.summary ?? task.error ?? ''
  const files = (task.result?.changed_files ?? []).slice(0, 20).join(', ')
  const parts = [
    `${task.id} (${task.taskType ?? 'not routed'}, ${task.status}): ${short(task.inputText)}`,
    ...(task.routing === null ? [] : [`  understood: ${short(`${task.routing.summary} ${task.routing.plan}`)}`]),
    ...(outcome === '' ? [] : [`  came of it: ${short(outcome)}`]),
    ...(files === '' ? [] : [`  files: ${short(files)}`]),
  ]
  return withoutTags(parts.join('\n'))
}

function minute(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
