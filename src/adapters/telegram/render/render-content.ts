// A post's content as the messages that Telegram shall take, in the best form that it is known to take.
import type { InlineKeyboardButton, MessageEntity } from 'grammy/types'
import type { Content } from '../../../core/vocabulary/post.ts'
import { cleanText, isVisible } from './clean-text.ts'
import { plainRun } from './document.ts'
import type { Block, Document } from './document.ts'
import { documentToRich, RICH_LIMITS } from './document-to-rich.ts'
import type { RichBlock } from './document-to-rich.ts'
import { documentToText } from './document-to-text.ts'
import { buttonsToKeyboard } from './keyboard.ts'
import { markdownToDocument } from './markdown-to-document.ts'
import { LONGEST_TEXT, splitText } from './split-text.ts'
import { writeWhole } from './whole-text.ts'
import type { WholeText } from './whole-text.ts'

/** From best to last: each shows the same words with less around them. */
export type Form = 'rich' | 'entities' | 'plain'

export type RenderedMessage =
  | { readonly type: 'rich'; readonly blocks: readonly RichBlock[] }
  | { readonly type: 'text'; readonly text: string; readonly entities: readonly MessageEntity[] }

export type Rendered = {
  /** At least one. */
  readonly messages: readonly RenderedMessage[]
  /** Belongs to the last message; no rows: none. */
  readonly keyboard: InlineKeyboardButton[][]
  /** All of it, where the messages hold only its beginning. */
  readonly whole: WholeText | null
}

/** More than these are a wall: the beginning of it is shown, and all of it comes as a file. */
const MOST_MESSAGES = 3
/** Reading more would take long and change nothing: what is longer becomes a file anyway. */
const LONGEST_READ = 40_000
/** A link that stands within so much of the text need not be said again; however long the text is, this much of it is shown. */
const SURELY_SHOWN = 2_000
const ROOM_BESIDE_NOTE = { text: RICH_LIMITS.text - 200, blocks: RICH_LIMITS.blocks - 2 } as const
const NOTHING = '…'
const IN_THE_FILE = 'The rest is in the file.'

/** Pure; takes any text. `urlButtons` false: links become lines of text. */
export function renderContent(content: Content, form: Form, urlButtons = true): Rendered {
  const { rows, lines } = buttonsToKeyboard(content.buttons, urlButtons)
  const read = content.markdown.slice(0, LONGEST_READ)
  const body = markdownToDocument(read)
  const links: Block[] = lines
    .filter(({ url }) => !read.slice(0, SURELY_SHOWN).includes(`<${url}>`))
    .map(({ label, url }) => ({
      type: 'paragraph',
      runs: [plainRun(label === url ? url : `${label}: ${url}`)],
    }))
  const folds = content.folds.map(foldToBlock).filter((fold) => fold !== null)
  const long = read.length < content.markdown.length || isLong(body)
  const rendered = form === 'rich' ? asRich(body, folds, links, long) : asTexts(body, folds, links, long)
  const messages = form === 'plain' ? rendered.messages.map(withoutEntities) : rendered.messages
  return { messages, keyboard: rows, whole: rendered.complete ? null : writeWhole(content) }
}

type Shown = { readonly messages: readonly RenderedMessage[]; readonly complete: boolean }

function asRich(body: Document, folds: Document, links: Document, long: boolean): Shown {
  if (!long) {
    const all = [...body, ...links, ...folds]
    const { blocks, whole } = documentToRich(all)
    if (whole) return { messages: [{ type: 'rich', blocks: orNothing(blocks) }], complete: true }
    const part = documentToRich(all, ROOM_BESIDE_NOTE).blocks
    if (part.length > 0)
      return {
        messages: [{ type: 'rich', blocks: [...part, ...documentToRich([note(IN_THE_FILE)]).blocks] }],
        complete: false,
      }
  }
  const head = documentToRich(body, { text: LONGEST_TEXT, blocks: 100 })
  // What the first block can't be cut to, only plain text can show.
  if (head.blocks.length === 0) return asTexts(body, folds, links, long)
  const { blocks } = documentToRich([note(IN_THE_FILE), ...links])
  return { messages: [{ type: 'rich', blocks: [...head.blocks, ...blocks] }], complete: false }
}

function asTexts(body: Document, folds: Document, links: Document, long: boolean): Shown {
  const all = splitText(documentToText([...body, ...links, ...folds]), LONGEST_TEXT, MOST_MESSAGES + 1)
  if (!long && all.parts.length <= MOST_MESSAGES) {
    const parts = all.parts.length > 0 ? all.parts : [{ text: NOTHING, entities: [] }]
    return { messages: parts.map((part) => ({ type: 'text', ...part })), complete: true }
  }
  const tail = documentToText([note(IN_THE_FILE), ...links])
  const rest = splitText(tail, LONGEST_TEXT / 2, 1).parts
  const room = LONGEST_TEXT - (rest[0]?.text.length ?? 0) - 2
  // Folds are long and last: without them there may be no need to cut.
  const source = documentToText(long ? body : [...body, ...folds])
  const head = splitText({ ...source, entities: source.entities.slice(0, 80) }, room, 1).parts
  const text = [...head, ...rest].map((part) => part.text).join('\n\n')
  const shift = (head[0]?.text.length ?? -2) + 2
  const entities = [
    ...(head[0]?.entities ?? []),
    ...(rest[0]?.entities ?? []).map((entity) => ({ ...entity, offset: entity.offset + shift })),
  ]
  return { messages: [{ type: 'text', text, entities }], complete: false }
}

function isLong(body: Document): boolean {
  const text = documentToText(body)
  return (
    text.text.length > LONGEST_TEXT && splitText(text, LONGEST_TEXT, MOST_MESSAGES + 1).parts.length > MOST_MESSAGES
  )
}

function foldToBlock(fold: Content['folds'][number]): Block | null {
  const text = cleanText(fold.text).trimEnd()
  const title = cleanText(fold.title).replaceAll('\n', ' ').trim()
  if (!isVisible(text)) return null
  return { type: 'fold', title: isVisible(title) ? title.slice(0, 200).toWellFormed() : NOTHING, text }
}

function note(text: string): Block {
  return { type: 'paragraph', runs: [{ text, marks: ['italic'], link: null }] }
}

function orNothing(blocks: readonly RichBlock[]): readonly RichBlock[] {
  return blocks.length > 0 ? blocks : [{ type: 'paragraph', text: NOTHING }]
}

function withoutEntities(message: RenderedMessage): RenderedMessage {
  return message.type === 'text' ? { ...message, entities: [] } : message
}
