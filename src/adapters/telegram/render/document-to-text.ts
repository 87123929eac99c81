// The older of Telegram's forms: a text, and entities that say by UTF-16 offsets how stretches of it look.
import type { MessageEntity } from 'grammy/types'
import { isVisible } from './clean-text.ts'
import type { Block, Document, ListItem, Run } from './document.ts'
import { tableText } from './table-text.ts'

export type FormattedText = {
  readonly text: string
  /** In order of their beginnings, those that hold others first; never in half of each other. */
  readonly entities: readonly MessageEntity[]
  /** Offsets at which a block begins, ascending: the best places to cut. */
  readonly starts: readonly number[]
}

type Look =
  | { readonly type: 'bold' | 'italic' | 'strikethrough' | 'code' | 'blockquote' | 'expandable_blockquote' }
  | { readonly type: 'text_link'; readonly url: string }
  | { readonly type: 'pre'; readonly language: string | null }

const BULLETS = ['•', '◦', '▪']
const RULE = '———'
const LANGUAGE = /^[\w+#.-]{1,40}$/

/** Text of any length; what is only marked up differently in Markdown, e.g. a rule, is drawn with characters. */
export function documentToText(document: Document): FormattedText {
  const writer = createWriter()
  for (const block of document) {
    writer.gap('\n\n')
    writer.start()
    writeBlock(writer, block, { list: 0, quoted: false })
  }
  return writer.done()
}

type Writer = ReturnType<typeof createWriter>
type Inside = { readonly list: number; readonly quoted: boolean }

function createWriter() {
  let text = ''
  const entities: { readonly entity: MessageEntity; readonly order: number }[] = []
  const starts: number[] = []
  return {
    write: (more: string) => void (text += more),
    /** A separation, unless nothing stands before it. */
    gap: (separation: string) => {
      if (text !== '') text += separation
    },
    start: () => void starts.push(text.length),
    look: (look: Look, write: () => void) => {
      const offset = text.length
      const order = entities.length
      write()
      const length = text.length - offset
      if (!isVisible(text.slice(offset))) return
      entities.splice(order, 0, { entity: lookToEntity(look, offset, length), order })
    },
    done: (): FormattedText => ({ text, entities: entities.map(({ entity }) => entity), starts }),
  }
}

function lookToEntity(look: Look, offset: number, length: number): MessageEntity {
  if (look.type === 'text_link') return { type: 'text_link', offset, length, url: look.url }
  if (look.type !== 'pre') return { type: look.type, offset, length }
  const known = look.language !== null && LANGUAGE.test(look.language)
  return { type: 'pre', offset, length, ...(known ? { language: look.language } : {}) }
}

function writeBlock(writer: Writer, block: Block, inside: Inside): void {
  switch (block.type) {
    case 'paragraph':
      return writeRuns(writer, block.runs)
    case 'heading':
      return writer.look({ type: 'bold' }, () => writeRuns(writer, block.runs.map(withoutBold)))
    case 'code':
      return writer.look({ type: 'pre', language: block.language }, () => writer.write(block.text))
    case 'table':
      return writer.look({ type: 'pre', language: null }, () => writer.write(tableText(block.rows, block.align)))
    case 'rule':
      return writer.write(RULE)
    case 'list':
      return block.items.forEach((item, index) => {
        if (index > 0) {
          writer.gap(block.loose ? '\n\n' : '\n')
          if (inside.list === 0 && !inside.quoted) writer.start()
        }
        const bullet = BULLETS[Math.min(inside.list, BULLETS.length - 1)] ?? ''
        writeItem(writer, item, block.start === null ? bullet : `${block.start + index}.`, inside)
      })
    case 'quote': {
      const write = () => writeBlocks(writer, block.blocks, { ...inside, quoted: true })
      // Telegram knows no quotes in quotes.
      return inside.quoted ? write() : writer.look({ type: 'blockquote' }, write)
    }
    case 'fold':
      writer.look({ type: 'bold' }, () => writer.write(block.title))
      writer.gap('\n')
      return writer.look({ type: 'expandable_blockquote' }, () => writer.write(block.text))
  }
}

function writeBlocks(writer: Writer, blocks: readonly Block[], inside: Inside): void {
  blocks.forEach((block, index) => {
    if (index > 0) writer.gap(block.type === 'list' ? '\n' : '\n\n')
    writeBlock(writer, block, inside)
  })
}

function writeItem(writer: Writer, item: ListItem, sign: string, inside: Inside): void {
  const indent = '  '.repeat(inside.list)
  const box = item.checked === null ? '' : item.checked ? '☑ ' : '☐ '
  writer.write(`${indent}${item.checked === null ? `${sign} ` : box}`)
  item.blocks.forEach((block, index) => {
    if (index > 0 || block.type === 'list') writer.gap('\n')
    if (index > 0 && block.type !== 'list') writer.write(`${indent}  `)
    writeBlock(writer, block, { ...inside, list: inside.list + 1 })
  })
}

function writeRuns(writer: Writer, runs: readonly Run[]): void {
  for (const run of runs) {
    const looks: Look[] = run.link === null ? [] : [{ type: 'text_link', url: run.link }]
    // Nothing else may stand on code.
    if (run.marks.includes('code')) looks.splice(0, looks.length, { type: 'code' })
    else for (const mark of run.marks) looks.push({ type: mark })
    const write = looks.reduceRight<() => void>(
      (inner, look) => () => writer.look(look, inner),
      () => writer.write(run.text),
    )
    write()
    if (run.link !== null && run.marks.includes('code') && run.link !== run.text) writer.write(` (${run.link})`)
  }
}

function withoutBold(run: Run): Run {
  return { ...run, marks: run.marks.filter((mark) => mark !== 'bold') }
}
