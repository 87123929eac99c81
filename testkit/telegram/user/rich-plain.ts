// A rich message in plain words, for eyes and for tests that look for a text.
import type { RichBlock, RichMessageButton, RichText } from '@grammyjs/types'

/** Blocks on lines of their own, table cells apart by " | ", quotes after "> ", items after their label. */
export function richToPlain(blocks: readonly RichBlock[]): string {
  return blocks
    .map(blockToPlain)
    .filter((text) => text !== '')
    .join('\n')
}

export function richTextToPlain(text: RichText | undefined): string {
  if (text === undefined) return ''
  if (typeof text === 'string') return text
  if (Array.isArray(text)) return text.map(richTextToPlain).join('')
  switch (text.type) {
    case 'custom_emoji':
      return text.alternative_text
    case 'mathematical_expression':
      return text.expression
    case 'anchor':
      return ''
    case 'button':
      return `[${richTextToPlain(text.button.text)}]`
    default:
      return richTextToPlain(text.text)
  }
}

/** Rows of buttons in the order of reading; one inside a text is a row of its own. */
export function richButtons(blocks: readonly RichBlock[]): readonly (readonly RichMessageButton[])[] {
  return blocks.flatMap((block) => {
    if (block.type === 'buttons') return [block.buttons]
    return [...textsOf(block).flatMap(buttonsInText), ...richButtons(childrenOf(block))]
  })
}

function blockToPlain(block: RichBlock): string {
  switch (block.type) {
    case 'divider':
      return '---'
    case 'mathematical_expression':
      return block.expression
    case 'list':
      return block.items
        .map(
          (item) => `${item.has_checkbox ? (item.is_checked ? '[x]' : '[ ]') : item.label} ${richToPlain(item.blocks)}`,
        )
        .join('\n')
    case 'table':
      return [
        ...(block.caption === undefined ? [] : [richTextToPlain(block.caption)]),
        ...block.cells.map((row) => row.map((cell) => richTextToPlain(cell.text)).join(' | ')),
      ].join('\n')
    case 'details':
      return `${richTextToPlain(block.summary)}\n${richToPlain(block.blocks)}`
    case 'blockquote':
      return quoted(richToPlain(block.blocks), block.credit)
    case 'expandable_blockquote':
    case 'pullquote':
      return quoted(richTextToPlain(block.text), block.credit)
    case 'buttons':
      return block.buttons.map((button) => `[${richTextToPlain(button.text)}]`).join(' ')
    default:
      return [
        `${mediaLabel(block.type)}${textsOf(block).map(richTextToPlain).join('\n')}`,
        richToPlain(childrenOf(block)),
      ]
        .filter((text) => text !== '')
        .join('\n')
  }
}

const MEDIA = new Set<RichBlock['type']>(['map', 'animation', 'audio', 'document', 'photo', 'video', 'voice_note'])

function mediaLabel(type: RichBlock['type']): string {
  return MEDIA.has(type) ? `(${type}) ` : ''
}

function quoted(text: string, credit: RichText | undefined): string {
  const lines = text.split('\n').map((line) => `> ${line}`)
  return [...lines, ...(credit === undefined ? [] : [`> (${richTextToPlain(credit)})`])].join('\n')
}

function textsOf(block: RichBlock): readonly RichText[] {
  if (block.type === 'table') return block.cells.flatMap((row) => row.flatMap((cell) => cell.text ?? []))
  const texts: RichText[] = []
  if ('summary' in block) texts.push(block.summary)
  if ('text' in block) texts.push(block.text)
  if ('credit' in block && block.credit !== undefined) texts.push(block.credit)
  if ('caption' in block && block.caption !== undefined) texts.push(block.caption.text)
  return texts
}

function childrenOf(block: RichBlock): readonly RichBlock[] {
  if (block.type === 'list') return block.items.flatMap((item) => item.blocks)
  return 'blocks' in block ? block.blocks : []
}

function buttonsInText(text: RichText): readonly (readonly RichMessageButton[])[] {
  if (typeof text === 'string') return []
  if (Array.isArray(text)) return text.flatMap(buttonsInText)
  if (text.type === 'button') return [[text.button]]
  return 'text' in text ? buttonsInText(text.text) : []
}
