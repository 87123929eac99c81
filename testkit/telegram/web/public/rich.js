// Blocks of rich messages: headings, lists, tables, quotes, details, buttons and media.
import { el, link } from './dom.js'
import { codeBlock, expandable, spoiler } from './formatting.js'
import { buttonNode, mediaNode } from './parts.js'

export function blocks(list, press) {
  return list.map((block) => blockNode(block, press))
}

function blockNode(block, press) {
  const text = (value) => richText(value, press)
  switch (block.type) {
    case 'paragraph':
      return el('p', {}, text(block.text))
    case 'heading':
      return el(`h${Math.min(6, block.size + 1)}`, { class: `size-${block.size}` }, text(block.text))
    case 'pre':
      return codeBlock(text(block.text), block.language)
    case 'footer':
      return el('p', { class: 'footer' }, text(block.text))
    case 'thinking':
      return el('p', { class: 'thinking' }, text(block.text))
    case 'divider':
      return el('hr')
    case 'mathematical_expression':
      return el('pre', { class: 'math' }, el('code', {}, block.expression))
    case 'anchor':
      return el('span')
    case 'list':
      return el(
        'ul',
        { class: 'rich-list' },
        block.items.map((item) => listItem(item, press)),
      )
    case 'blockquote':
      return el('blockquote', {}, blocks(block.blocks, press), credit(block, text))
    case 'expandable_blockquote':
      return expandable(text(block.text), block.credit ? text(block.credit) : null)
    case 'pullquote':
      return el('blockquote', { class: 'pull' }, text(block.text), credit(block, text))
    case 'table':
      return table(block, text)
    case 'details':
      return el(
        'details',
        { open: block.is_open === true },
        el('summary', {}, text(block.summary)),
        blocks(block.blocks, press),
      )
    case 'collage':
    case 'slideshow':
      return el('figure', { class: 'collage' }, blocks(block.blocks, press), caption(block, text))
    case 'buttons':
      return el(
        'div',
        { class: `buttons in-text ${block.align ?? ''}` },
        el(
          'div',
          { class: 'row' },
          block.buttons.map((button) => buttonNode({ ...richButton(button), label: text(button.text) }, press)),
        ),
      )
    case 'map':
      return el(
        'figure',
        { class: 'map' },
        `⌖ ${block.location.latitude}, ${block.location.longitude}`,
        caption(block, text),
      )
    case 'photo':
      return el(
        'figure',
        {},
        mediaNode({ type: 'photo', fileId: block.photo.at(-1)?.file_id ?? '', size: 0 }),
        caption(block, text),
      )
    case 'animation':
    case 'audio':
    case 'document':
    case 'video':
    case 'voice_note':
      return el('figure', {}, mediaNode(mediaOf(block)), caption(block, text))
    default:
      return el('p', { class: 'unknown' }, `(${block.type})`)
  }
}

function mediaOf(block) {
  const file = block[block.type]
  const type = block.type === 'voice_note' ? 'voice' : block.type
  return { type, fileId: file.file_id, name: file.file_name, size: file.file_size ?? 0 }
}

function listItem(item, press) {
  const mark = item.has_checkbox ? (item.is_checked ? '☑' : '☐') : item.label || '•'
  return el('li', {}, el('span', { class: 'mark' }, mark), el('div', {}, blocks(item.blocks, press)))
}

function table(block, text) {
  const rows = block.cells.map((row) =>
    el(
      'tr',
      {},
      row.map((cell) =>
        el(
          cell.is_header ? 'th' : 'td',
          { class: `${cell.align} ${cell.valign}`, colspan: cell.colspan, rowspan: cell.rowspan },
          text(cell.text ?? ''),
        ),
      ),
    ),
  )
  const looks = `${block.is_bordered ? 'bordered ' : ''}${block.is_striped ? 'striped ' : ''}${block.is_compact ? 'compact' : ''}`
  return el(
    'div',
    { class: 'table', tabindex: '0' },
    el('table', { class: looks }, block.caption ? el('caption', {}, text(block.caption)) : null, el('tbody', {}, rows)),
  )
}

function credit(block, text) {
  return block.credit ? el('cite', {}, text(block.credit)) : null
}

function caption(block, text) {
  if (!block.caption) return null
  return el(
    'figcaption',
    {},
    text(block.caption.text),
    block.caption.credit ? el('cite', {}, text(block.caption.credit)) : null,
  )
}

/** The same fields as the user client gives for buttons under a message. */
function richButton(button) {
  return {
    text: plain(button.text),
    data: button.callback_data,
    url: button.url,
    copyText: button.copy_text?.text,
    disabled: 'disabled' in button,
    style: button.style,
  }
}

function plain(text) {
  if (typeof text === 'string') return text
  if (Array.isArray(text)) return text.map(plain).join('')
  return plain(text.text ?? text.alternative_text ?? text.expression ?? '')
}

const WRAPS = {
  bold: 'strong',
  italic: 'em',
  underline: 'u',
  strikethrough: 's',
  subscript: 'sub',
  superscript: 'sup',
  marked: 'mark',
  code: 'code',
}

function richText(value, press) {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map((part) => richText(part, press))
  const inner = () => richText(value.text, press)
  if (WRAPS[value.type] !== undefined) return el(WRAPS[value.type], {}, inner())
  switch (value.type) {
    case 'spoiler':
      return spoiler(inner())
    case 'url':
      return link(value.url, inner())
    case 'email_address':
      return link(`mailto:${value.email_address}`, inner())
    case 'custom_emoji':
      return value.alternative_text
    case 'mathematical_expression':
      return el('code', { class: 'math' }, value.expression)
    case 'anchor':
      return ''
    case 'button':
      return buttonNode({ ...richButton(value.button), label: richText(value.button.text, press) }, press, 'inline')
    case 'date_time':
    case 'reference':
      return el('span', {}, inner())
    default:
      return el('span', { class: 'tag' }, inner())
  }
}
