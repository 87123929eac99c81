// What Telegram shows of a rich message: its blocks checked, labelled and with their media, or why it refuses them.
import type {
  InputRichBlockListItem,
  RichBlock,
  RichBlockCaption,
  RichBlockListItem,
  RichBlockTableCell,
  RichMessageButton,
  RichText,
} from '@grammyjs/types'
import type { InputBlock } from './rich-html.ts'
import { detectIn, plainText, RichProblem } from './rich-inline.ts'

const LIMITS = { characters: 32_768, blocks: 500, depth: 16, media: 50, columns: 20, buttons: 8 }
const MEDIA_TYPES = ['photo', 'video', 'audio', 'document', 'animation', 'voice_note'] as const

const TEXT_TYPES = [
  'bold italic underline strikethrough spoiler date_time text_mention subscript superscript marked code custom_emoji',
  'mathematical_expression url email_address phone_number bank_card_number mention hashtag cashtag bot_command button',
  'anchor anchor_link reference reference_link',
].flatMap((line) => line.split(' '))

export type InputMediaBlock = Extract<InputBlock, { type: (typeof MEDIA_TYPES)[number] }>
export type MediaBlock = Extract<RichBlock, { type: (typeof MEDIA_TYPES)[number] }>

export type BlockRules = {
  /** Drafts may show a "Thinking…" block. */
  readonly isDraft: boolean
  readonly skipDetection: boolean
  /** Makes a block's media real, caption aside; may throw what it likes. */
  readonly resolveMedia: (block: InputMediaBlock) => MediaBlock
}

type Count = { characters: number; blocks: number; media: number }

/** Throws RichProblem. Blocks come from outside: their types are what they should be, not what they are. */
export function checkBlocks(input: readonly InputBlock[], rules: BlockRules): RichBlock[] {
  const count: Count = { characters: 0, blocks: 0, media: 0 }
  const blocks = createBlockChecker(rules, count).blocks(input, 1)
  if (blocks.length === 0) throw new RichProblem('Rich message must be non-empty')
  if (count.characters > LIMITS.characters) throw new RichProblem('RICH_MESSAGE_TEXT_TOO_LONG')
  if (count.blocks > LIMITS.blocks) throw new RichProblem('RICH_MESSAGE_BLOCKS_TOO_MANY')
  if (count.media > LIMITS.media) throw new RichProblem('RICH_MESSAGE_MEDIA_TOO_MANY')
  return blocks
}

function createBlockChecker(rules: BlockRules, count: Count) {
  const text = (value: RichText | undefined, depth: number): RichText => {
    const checked = checkText(value, depth)
    count.characters += Array.from(plainText(checked)).length
    return rules.skipDetection ? checked : detectIn(checked)
  }
  const withText = <K extends string>(key: K, value: RichText | undefined, depth: number) =>
    value === undefined ? {} : { [key]: text(value, depth) }
  const caption = (block: { caption?: RichBlockCaption }, depth: number): { caption?: RichBlockCaption } => {
    if (block.caption === undefined) return {}
    assertObject(block.caption, 'caption')
    return { caption: { text: text(block.caption.text, depth), ...withText('credit', block.caption.credit, depth) } }
  }
  const blocks = (input: readonly InputBlock[], depth: number): RichBlock[] => {
    if (!Array.isArray(input)) throw new RichProblem('Can\'t find field "blocks"')
    if (depth > LIMITS.depth) throw new RichProblem('Rich message is nested too deeply')
    return input.map((one: InputBlock) => block(one, depth))
  }
  const item = (one: InputRichBlockListItem<never>, label: string, depth: number): RichBlockListItem => {
    assertObject(one, 'items')
    count.blocks += 1
    const { has_checkbox, is_checked, value, type } = one
    return {
      label,
      blocks: blocks(one.blocks, depth + 1),
      ...(has_checkbox ? { has_checkbox } : {}),
      ...(has_checkbox && is_checked ? { is_checked } : {}),
      ...(value === undefined ? {} : { value }),
      ...(type === undefined ? {} : { type }),
    }
  }
  const row = (cells: readonly RichBlockTableCell[], depth: number): RichBlockTableCell[] => {
    if (!Array.isArray(cells)) throw new RichProblem('Can\'t find field "cells"')
    count.blocks += 1
    for (const cell of cells as readonly RichBlockTableCell[]) assertObject(cell, 'cells')
    const columns = cells.reduce((sum, cell: RichBlockTableCell) => sum + (cell.colspan ?? 1), 0)
    if (columns > LIMITS.columns) throw new RichProblem('Table has too many columns')
    return cells.map((cell: RichBlockTableCell) => {
      // Bots may leave both out, whatever the type says; what is shown always has them.
      const { align = 'left', valign = 'top' } = cell as Partial<RichBlockTableCell>
      const isKnown = ['left', 'center', 'right'].includes(align) && ['top', 'middle', 'bottom'].includes(valign)
      if (!isKnown) throw new RichProblem('Invalid cell alignment specified')
      return { ...cell, align, valign, ...withText('text', cell.text, depth) }
    })
  }
  const block = (one: InputBlock, depth: number): RichBlock => {
    assertObject(one, 'blocks')
    count.blocks += 1
    switch (one.type) {
      case 'paragraph':
      case 'footer':
        return { type: one.type, text: text(one.text, depth) }
      case 'thinking':
        if (!rules.isDraft) throw new RichProblem('Thinking blocks can be used only in drafts')
        return { type: 'thinking', text: text(one.text, depth) }
      case 'heading':
        if (![1, 2, 3, 4, 5, 6].includes(one.size)) throw new RichProblem('Invalid heading size specified')
        return { type: 'heading', text: text(one.text, depth), size: one.size }
      case 'pre': {
        const checked = checkText(one.text, depth)
        count.characters += Array.from(plainText(checked)).length
        return { type: 'pre', text: checked, ...(one.language ? { language: one.language } : {}) }
      }
      case 'divider':
        return { type: 'divider' }
      case 'mathematical_expression':
        assertString(one.expression, 'expression')
        count.characters += Array.from(one.expression).length
        return { type: one.type, expression: one.expression }
      case 'anchor':
        assertString(one.name, 'name')
        return { type: 'anchor', name: one.name }
      case 'list': {
        if (!Array.isArray(one.items)) throw new RichProblem('Can\'t find field "items"')
        for (const each of one.items) assertObject(each, 'items')
        const labels = itemLabels(one.items)
        return { type: 'list', items: one.items.map((each, index) => item(each, labels[index] ?? '', depth)) }
      }
      case 'blockquote':
        return { type: one.type, blocks: blocks(one.blocks, depth + 1), ...withText('credit', one.credit, depth) }
      case 'expandable_blockquote':
      case 'pullquote':
        return { type: one.type, text: text(one.text, depth), ...withText('credit', one.credit, depth) }
      case 'collage':
      case 'slideshow':
        return { type: one.type, blocks: blocks(one.blocks, depth + 1), ...caption(one, depth) }
      case 'table': {
        if (!Array.isArray(one.cells)) throw new RichProblem('Can\'t find field "cells"')
        const { is_bordered, is_striped, is_compact } = one
        return {
          type: 'table',
          cells: one.cells.map((cells) => row(cells, depth)),
          ...(is_bordered ? { is_bordered } : {}),
          ...(is_striped ? { is_striped } : {}),
          ...(is_compact ? { is_compact } : {}),
          ...withText('caption', one.caption, depth),
        }
      }
      case 'details': {
        const summary = text(one.summary, depth)
        const open = one.is_open ? ({ is_open: true } as const) : {}
        return { type: 'details', summary, blocks: blocks(one.blocks, depth + 1), ...open }
      }
      case 'map': {
        const { location, zoom, width, height } = one
        assertObject(location, 'location')
        if (!Number.isFinite(location.latitude) || !Number.isFinite(location.longitude)) {
          throw new RichProblem('Invalid location specified')
        }
        const shown = Math.min(20, Math.max(13, zoom)) as 13 | 14 | 15 | 16 | 17 | 18 | 19 | 20
        return { type: 'map', location, zoom: shown, width, height, ...caption(one, depth) }
      }
      case 'buttons': {
        if (!Array.isArray(one.buttons)) throw new RichProblem('Can\'t find field "buttons"')
        if (one.buttons.length < 1 || one.buttons.length > LIMITS.buttons) {
          throw new RichProblem('A row must contain 1-8 buttons')
        }
        const align = one.align === undefined ? {} : { align: one.align }
        const buttons = one.buttons.map(checkButton)
        for (const button of buttons) count.characters += Array.from(plainText(button.text)).length
        return { type: 'buttons', buttons, ...align }
      }
      default: {
        if (!MEDIA_TYPES.includes(one.type)) throw new RichProblem(`Type "${String(one.type)}" is unsupported`)
        count.media += 1
        return { ...rules.resolveMedia(one), ...caption(one, depth) }
      }
    }
  }
  return { blocks }
}

function checkText(text: RichText | undefined, depth: number): RichText {
  if (depth > LIMITS.depth) throw new RichProblem('Rich message is nested too deeply')
  if (typeof text === 'string') return text.replace(/[\r\u202a-\u202e]/g, '')
  if (Array.isArray(text)) return text.map((part) => checkText(part, depth + 1))
  if (typeof text !== 'object' || text === null) throw new RichProblem('Can\'t find field "text"')
  if (!TEXT_TYPES.includes(text.type)) throw new RichProblem('Unsupported rich text type')
  if (text.type === 'button') return { type: 'button', button: checkButton(text.button) }
  if (text.type === 'custom_emoji' || text.type === 'mathematical_expression' || text.type === 'anchor') return text
  return { ...text, text: checkText(text.text, depth + 1) }
}

/** What comes from outside may be anything, whatever its type says. */
function assertObject(value: unknown, field: string): void {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isObject) throw new RichProblem(`Can't find field "${field}"`)
}

function assertString(value: unknown, field: string): void {
  if (typeof value !== 'string') throw new RichProblem(`Can't find field "${field}"`)
}

/** As with inline keyboards: exactly one thing a button does, and callback data of 1 to 64 bytes. */
function checkButton(button: RichMessageButton): RichMessageButton {
  assertObject(button, 'button')
  const { text, style, ...action } = button
  if (plainText(checkText(text, 1)) === '') throw new RichProblem('Text buttons are unallowed in the inline keyboard')
  if (Object.keys(action).length !== 1) throw new RichProblem('BUTTON_TYPE_INVALID')
  if ('callback_data' in action) {
    assertString(action.callback_data, 'callback_data')
    const bytes = Buffer.byteLength(action.callback_data, 'utf8')
    if (bytes < 1 || bytes > 64) throw new RichProblem('BUTTON_DATA_INVALID')
  } else if (style === 'link') {
    throw new RichProblem('BUTTON_TYPE_INVALID')
  }
  if (style !== undefined && !['danger', 'success', 'primary', 'link'].includes(style)) {
    throw new RichProblem('Invalid button style specified')
  }
  return button
}

/** A list is ordered when any of its items says a value or a type; items that do not say go on counting. */
function itemLabels(items: readonly InputRichBlockListItem<never>[]): string[] {
  if (items.every((item) => item.value === undefined && item.type === undefined)) return items.map(() => '•')
  let value = 0
  return items.map((item) => {
    value = item.value ?? value + 1
    return `${orderLabel(value, item.type ?? '1')}.`
  })
}

function orderLabel(value: number, type: string): string {
  if (value < 1 || type === '1') return String(value)
  const label = type.toLowerCase() === 'a' ? letters(value) : roman(value)
  return type === type.toUpperCase() ? label.toUpperCase() : label
}

function letters(value: number): string {
  return value === 0 ? '' : letters(Math.floor((value - 1) / 26)) + String.fromCharCode(97 + ((value - 1) % 26))
}

function roman(value: number): string {
  const digits: readonly (readonly [number, string])[] = [
    ...([
      [1000, 'm'],
      [900, 'cm'],
      [500, 'd'],
      [400, 'cd'],
      [100, 'c'],
      [90, 'xc'],
    ] as const),
    ...([
      [50, 'l'],
      [40, 'xl'],
      [10, 'x'],
      [9, 'ix'],
      [5, 'v'],
      [4, 'iv'],
      [1, 'i'],
    ] as const),
  ]
  let left = value
  return digits
    .map(([worth, sign]) => {
      const times = Math.floor(left / worth)
      left -= times * worth
      return sign.repeat(times)
    })
    .join('')
}
