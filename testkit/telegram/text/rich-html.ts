// The block half of rich HTML: from tags to the blocks that a bot could also have given as objects.
import type {
  InputRichBlock,
  InputRichBlockListItem,
  RichBlockCaption,
  RichBlockTableCell,
  RichText,
} from '@grammyjs/types'
import { elementToButton, nodesToRichText, plainText, rawText, RichProblem } from './rich-inline.ts'
import type { InlineContext } from './rich-inline.ts'
import { isInlineRichTag } from './rich-tree.ts'
import type { RichElement, RichNode } from './rich-tree.ts'

/** Media in it are still addresses: of the web, or `tg://photo?id=…` of the media that came along. */
export type InputBlock = InputRichBlock<never>

const MEDIA_TAGS = ['img', 'video', 'audio', 'tg-document', 'tg-map']

/** Text between blocks becomes paragraphs. Throws RichProblem. */
export function nodesToBlocks(nodes: readonly RichNode[], context: InlineContext): InputBlock[] {
  const blocks: InputBlock[] = []
  let run: RichNode[] = []
  const endRun = () => {
    const anchor = run.length === 1 ? loneAnchor(run[0]) : undefined
    const text = anchor === undefined ? nodesToRichText(run, context) : ''
    if (anchor !== undefined) blocks.push({ type: 'anchor', name: anchor })
    else if (text !== '') blocks.push({ type: 'paragraph', text })
    run = []
  }
  for (const node of nodes) {
    if (isInline(node)) {
      // White space between blocks is nothing, and must not keep an anchor from being alone.
      if (typeof node !== 'string' || run.length > 0 || node.trim() !== '') run.push(node)
      continue
    }
    endRun()
    blocks.push(elementToBlock(node, context))
  }
  while (typeof run.at(-1) === 'string' && String(run.at(-1)).trim() === '') run.pop()
  endRun()
  return blocks
}

function isInline(node: RichNode): node is string | RichElement {
  if (typeof node === 'string' || isInlineRichTag(node.tag)) return true
  return node.tag === 'img' && /^tg:(?:\/\/)?(?:emoji|time)\b/i.test(node.attributes['src'] ?? '')
}

function loneAnchor(node: RichNode | undefined): string | undefined {
  if (typeof node !== 'object' || node.tag !== 'a' || node.attributes['href'] !== undefined) return undefined
  return rawText(node) === '' ? node.attributes['name'] : undefined
}

function elementToBlock(node: RichElement | string, context: InlineContext): InputBlock {
  if (typeof node === 'string') throw new RichProblem('Text is no block')
  const { tag, attributes, children } = node
  const text = (): RichText => nodesToRichText(children, context)
  switch (tag) {
    case 'p':
      return loneMedia(node, context) ?? { type: 'paragraph', text: text() }
    case 'h1':
    case 'h2':
    case 'h3':
    case 'h4':
    case 'h5':
    case 'h6':
      return { type: 'heading', text: text(), size: Number(tag[1]) as 1 | 2 | 3 | 4 | 5 | 6 }
    case 'pre':
      return preformatted(node)
    case 'footer':
      return { type: 'footer', text: text() }
    case 'hr':
      return { type: 'divider' }
    case 'tg-math-block':
      return { type: 'mathematical_expression', expression: rawText(node).trim() }
    case 'ul':
    case 'ol':
      return { type: 'list', items: listItems(node, context) }
    case 'blockquote':
      return quote(node, context)
    case 'aside':
      return {
        type: 'pullquote',
        text: nodesToRichText(without(children, 'cite'), context),
        ...credit(children, context),
      }
    case 'tg-collage':
    case 'tg-slideshow': {
      const blocks = nodesToBlocks(without(children, 'figcaption'), context)
      const type = tag === 'tg-collage' ? 'collage' : 'slideshow'
      return { type, blocks, ...caption(children, context) }
    }
    case 'figure': {
      const media = children.find((child) => typeof child === 'object' && MEDIA_TAGS.includes(child.tag))
      if (media === undefined || typeof media === 'string') throw new RichProblem('Tag "figure" must contain media')
      return mediaBlock(media, caption(children, context))
    }
    case 'table':
      return table(node, context)
    case 'details': {
      const summary = find(children, 'summary')
      if (summary === undefined) throw new RichProblem('Tag "details" must contain tag "summary"')
      const blocks = nodesToBlocks(without(children, 'summary'), context)
      const open = 'open' in attributes ? ({ is_open: true } as const) : {}
      return { type: 'details', summary: nodesToRichText(summary.children, context), blocks, ...open }
    }
    case 'tg-button-row': {
      const buttons = elements(children).map((child) => elementToButton(child, context))
      const align = attributes['align'] as 'left' | 'center' | 'right' | undefined
      return { type: 'buttons', buttons, ...(align === undefined ? {} : { align }) }
    }
    case 'tg-thinking':
      return { type: 'thinking', text: text() }
    default:
      if (MEDIA_TAGS.includes(tag)) return mediaBlock(node, {})
      throw new RichProblem(`Tag "${tag}" can't be used here`)
  }
}

function loneMedia(node: RichElement, context: InlineContext): InputBlock | undefined {
  const [only, ...more] = node.children.filter((child) => typeof child === 'object' || child.trim() !== '')
  if (only === undefined || more.length > 0 || isInline(only)) return undefined
  return elementToBlock(only, context)
}

function preformatted(node: RichElement): InputBlock {
  const [only, ...more] = node.children
  const code = typeof only === 'object' && only.tag === 'code' && more.length === 0 ? only : undefined
  const language = /^language-(.+)$/.exec(code?.attributes['class'] ?? '')?.[1]
  const text = rawText(node)
    .replace(/^\r?\n/, '')
    .replace(/\n$/, '')
  return { type: 'pre', text, ...(language === undefined ? {} : { language }) }
}

function quote(node: RichElement, context: InlineContext): InputBlock {
  const content = without(node.children, 'cite')
  const by = credit(node.children, context)
  if (!('expandable' in node.attributes) && !('collapsed' in node.attributes)) {
    return { type: 'blockquote', blocks: nodesToBlocks(content, context), ...by }
  }
  const paragraphs = nodesToBlocks(content, context).map((block) => {
    if (block.type !== 'paragraph') throw new RichProblem('An expandable block quotation can contain only text')
    return block.text
  })
  const text = paragraphs.flatMap((one, index) => (index === 0 ? [one] : ['\n', one]))
  return { type: 'expandable_blockquote', text: text.length > 1 ? text : (text[0] ?? ''), ...by }
}

type ItemType = NonNullable<InputRichBlockListItem<never>['type']>

function listItems(node: RichElement, context: InlineContext): InputRichBlockListItem<never>[] {
  const items = elements(node.children).filter((child) => child.tag === 'li')
  if (items.length === 0) throw new RichProblem('A list must contain items')
  const step = 'reversed' in node.attributes ? -1 : 1
  let value = Number(node.attributes['start'] ?? (step === 1 ? 1 : items.length))
  return items.map((item) => {
    const box = find(item.children, 'input')
    const isChecked = box !== undefined && 'checked' in box.attributes
    const checkbox = box === undefined ? {} : { has_checkbox: true as const }
    const checked = isChecked ? { is_checked: true as const } : {}
    const blocks = nodesToBlocks(without(item.children, 'input'), context)
    if (node.tag === 'ul') return { blocks, ...checkbox, ...checked }
    value = Number(item.attributes['value'] ?? value)
    const type = (item.attributes['type'] ?? node.attributes['type'] ?? '1') as ItemType
    const ordered = { blocks, ...checkbox, ...checked, value, type }
    value += step
    return ordered
  })
}

function table(node: RichElement, context: InlineContext): InputBlock {
  const flag = (name: string) => (name in node.attributes ? { [`is_${name}`]: true } : {})
  const title = find(node.children, 'caption')
  const cells = elements(node.children)
    .filter((child) => child.tag === 'tr')
    .map((row) => elements(row.children).map((cell) => tableCell(cell, context)))
  const captioned = title === undefined ? {} : { caption: nodesToRichText(title.children, context) }
  return { type: 'table', cells, ...flag('bordered'), ...flag('striped'), ...flag('compact'), ...captioned }
}

function tableCell(node: RichElement, context: InlineContext): RichBlockTableCell {
  const text = nodesToRichText(node.children, context)
  const span = (name: 'colspan' | 'rowspan') => {
    const count = Number(node.attributes[name] ?? 1)
    return count > 1 ? { [name]: count } : {}
  }
  return {
    ...(text === '' ? {} : { text }),
    ...(node.tag === 'th' ? { is_header: true as const } : {}),
    ...span('colspan'),
    ...span('rowspan'),
    align: (node.attributes['align'] ?? 'left') as RichBlockTableCell['align'],
    valign: (node.attributes['valign'] ?? 'top') as RichBlockTableCell['valign'],
  }
}

function mediaBlock(node: RichElement, captioned: { caption?: RichBlockCaption }): InputBlock {
  const { src = '' } = node.attributes
  const path = src.replace(/[?#].*$/s, '')
  const spoiler = 'tg-spoiler' in node.attributes ? { has_spoiler: true } : {}
  switch (node.tag) {
    case 'img':
      return { type: 'photo', photo: { type: 'photo', media: src, ...spoiler }, ...captioned }
    case 'video':
      if (/\.gif$/i.test(path)) {
        return { type: 'animation', animation: { type: 'animation', media: src, ...spoiler }, ...captioned }
      }
      return { type: 'video', video: { type: 'video', media: src, ...spoiler }, ...captioned }
    case 'audio':
      if (/\.(?:ogg|oga|opus)$/i.test(path)) {
        return { type: 'voice_note', voice_note: { type: 'voice_note', media: src }, ...captioned }
      }
      return { type: 'audio', audio: { type: 'audio', media: src }, ...captioned }
    case 'tg-document':
      return { type: 'document', document: { type: 'document', media: src }, ...captioned }
    default: {
      const number = (name: string, otherwise: number) => Number(node.attributes[name] ?? otherwise)
      const location = { latitude: number('lat', NaN), longitude: number('long', NaN) }
      const size = { width: number('width', 600), height: number('height', 300) }
      return { type: 'map', location, zoom: number('zoom', 15), ...size, ...captioned }
    }
  }
}

function caption(children: readonly RichNode[], context: InlineContext): { caption?: RichBlockCaption } {
  const node = find(children, 'figcaption')
  if (node === undefined) return {}
  const text = nodesToRichText(without(node.children, 'cite'), context)
  return { caption: { text, ...credit(node.children, context) } }
}

function credit(children: readonly RichNode[], context: InlineContext): { credit?: RichText } {
  const cite = find(children, 'cite')
  const text = cite === undefined ? '' : nodesToRichText(cite.children, context)
  return plainText(text) === '' ? {} : { credit: text }
}

function elements(children: readonly RichNode[]): RichElement[] {
  return children.filter((child) => typeof child === 'object')
}

function find(children: readonly RichNode[], tag: string): RichElement | undefined {
  return elements(children).find((child) => child.tag === tag)
}

function without(children: readonly RichNode[], tag: string): RichNode[] {
  return children.filter((child) => typeof child === 'string' || child.tag !== tag)
}

/** The names that tg-reference tags define. */
export function referenceNames(nodes: readonly RichNode[]): string[] {
  return elements(nodes).flatMap((node) => [
    ...(node.tag === 'tg-reference' ? [node.attributes['name'] ?? ''] : []),
    ...referenceNames(node.children),
  ])
}
