// The newer of Telegram's forms: blocks, which need no escaping and so leave untrusted text no way to become anything else.
import type { RawApi } from 'grammy'
import type { RichBlockTableCell, RichText } from 'grammy/types'
import { isVisible, safeCut } from './clean-text.ts'
import { runsText } from './document.ts'
import type { Block, Document, ListItem, Run } from './document.ts'
import { tableText } from './table-text.ts'

/** A block without files: what drafts and messages take alike. */
export type RichBlock = NonNullable<Parameters<RawApi['sendRichMessageDraft']>[0]['rich_message']['blocks']>[number]

/** Telegram's limits, with room for what it may count otherwise. */
export const RICH_LIMITS = { text: 32_000, blocks: 480 } as const
const MOST_COLUMNS = 20
const MORE = '… (more in the file)'

/** As many blocks of the document as one rich message holds; a block that only fits in part is cut if it is mere text. */
export function documentToRich(
  document: Document,
  limits: { readonly text: number; readonly blocks: number } = RICH_LIMITS,
): { readonly blocks: readonly RichBlock[]; readonly whole: boolean } {
  const blocks: RichBlock[] = []
  let text = limits.text
  let room = limits.blocks
  for (const block of document) {
    const rich = blockToRich(block)
    const size = measure(rich)
    if (size.text <= text && size.blocks <= room) {
      blocks.push(...rich)
      text -= size.text
      room -= size.blocks
      continue
    }
    const cut = room > 1 ? cutBlock(block, text - MORE.length) : null
    if (cut !== null) blocks.push(...blockToRich(cut))
    return { blocks, whole: false }
  }
  return { blocks, whole: true }
}

function cutBlock(block: Block, room: number): Block | null {
  if (room < 200) return null
  const cut = (text: string) => `${text.slice(0, safeCut(text, 0, room))}\n${MORE}`
  if (block.type === 'code') return { ...block, text: cut(block.text) }
  if (block.type === 'fold') return { ...block, text: cut(block.text.slice(0, room - block.title.length)) }
  if (block.type === 'paragraph')
    return { type: 'paragraph', runs: [{ text: cut(runsText(block.runs)), marks: [], link: null }] }
  return null
}

function blocksToRich(blocks: readonly Block[]): RichBlock[] {
  return blocks.flatMap((block) => blockToRich(block))
}

function blockToRich(block: Block): readonly RichBlock[] {
  switch (block.type) {
    case 'paragraph':
      return shown(block.runs, (text) => ({ type: 'paragraph', text }))
    case 'heading':
      return shown(block.runs, (text) => ({ type: 'heading', text, size: block.level }))
    case 'code':
      return pre(block.text, block.language)
    case 'quote': {
      const blocks = blocksToRich(block.blocks)
      return blocks.length === 0 ? [] : [{ type: 'blockquote', blocks }]
    }
    case 'list': {
      const items = block.items.map((item, index) => itemToRich(item, block.start, index))
      return items.length === 0 ? [] : [{ type: 'list', items }]
    }
    case 'table':
      return tableToRich(block)
    case 'rule':
      return [{ type: 'divider' }]
    case 'fold': {
      const blocks = pre(block.text, null)
      return blocks.length === 0 ? [] : [{ type: 'details', summary: block.title, blocks: [...blocks] }]
    }
  }
}

function pre(text: string, language: string | null): readonly RichBlock[] {
  if (!isVisible(text)) return []
  return [{ type: 'pre', text, ...(language === null || language === '' ? {} : { language }) }]
}

function shown(runs: readonly Run[], block: (text: RichText) => RichBlock): readonly RichBlock[] {
  return isVisible(runsText(runs)) ? [block(runsToRich(runs))] : []
}

function itemToRich(item: ListItem, start: number | null, index: number) {
  const blocks = blocksToRich(item.blocks)
  return {
    // An item must hold something.
    blocks: blocks.length === 0 ? [{ type: 'paragraph' as const, text: '–' }] : blocks,
    ...(item.checked === null ? {} : { has_checkbox: true as const }),
    ...(item.checked === true ? { is_checked: true as const } : {}),
    ...(start === null ? {} : { value: start + index, type: '1' as const }),
  }
}

function tableToRich(block: Extract<Block, { type: 'table' }>): readonly RichBlock[] {
  const columns = Math.max(...block.rows.map((row) => row.length))
  if (columns > MOST_COLUMNS) return pre(tableText(block.rows, block.align), null)
  const cells = block.rows.map((row, line) =>
    Array.from({ length: columns }, (_, column): RichBlockTableCell => {
      const runs = row[column] ?? []
      return {
        ...(isVisible(runsText(runs)) ? { text: runsToRich(runs) } : {}),
        ...(line === 0 ? { is_header: true } : {}),
        align: block.align[column] ?? 'left',
        valign: 'top',
      }
    }),
  )
  return [{ type: 'table', cells, is_bordered: true }]
}

function runsToRich(runs: readonly Run[]): RichText {
  const texts = runs.map((run) => {
    const marked = run.marks.reduceRight<RichText>((text, mark) => ({ type: mark, text }), run.text)
    return run.link === null ? marked : ({ type: 'url', text: marked, url: run.link } as const)
  })
  return texts.length === 1 && texts[0] !== undefined ? texts[0] : texts
}

/** Text in UTF-16 units, which are never fewer than characters; blocks with items, rows and all that is nested. */
function measure(blocks: readonly RichBlock[]): { readonly text: number; readonly blocks: number } {
  const sizes = blocks.map((block) => {
    if ('blocks' in block) {
      const inner = measure(block.blocks)
      const title = 'summary' in block ? textLength(block.summary) : 0
      return { text: inner.text + title, blocks: inner.blocks + 1 }
    }
    if (block.type === 'list') {
      const items = block.items.map((item) => measure(item.blocks))
      return { text: sum(items, 'text') + items.length * 4, blocks: 1 + items.length + sum(items, 'blocks') }
    }
    if (block.type === 'table') {
      const text = block.cells.flat().reduce((total, cell) => total + textLength(cell.text ?? ''), 0)
      return { text, blocks: 1 + block.cells.length }
    }
    return { text: 'text' in block ? textLength(block.text) : 0, blocks: 1 }
  })
  return { text: sum(sizes, 'text'), blocks: sum(sizes, 'blocks') }
}

function sum<Key extends string>(sizes: readonly Readonly<Record<Key, number>>[], key: Key): number {
  return sizes.reduce((total, size) => total + size[key], 0)
}

export function textLength(text: RichText): number {
  if (typeof text === 'string') return text.length
  if (Array.isArray(text)) return text.reduce((total: number, part) => total + textLength(part), 0)
  return 'text' in text ? textLength(text.text) : 0
}
