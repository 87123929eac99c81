// Text with entities as nested elements. Offsets are UTF-16 units on both sides, so no counting is needed.
import { el, link } from './dom.js'

export function formatted(text, entities) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length)
  return within(text, sorted, 0, text.length)
}

function within(text, entities, start, end) {
  const nodes = []
  let at = start
  for (let index = 0; index < entities.length; index += 1) {
    const entity = entities[index]
    const stop = Math.min(entity.offset + entity.length, end)
    if (entity.offset < at) continue
    nodes.push(text.slice(at, entity.offset))
    const inner = entities.slice(index + 1).filter((other) => other.offset < stop)
    nodes.push(wrap(entity, text.slice(entity.offset, stop), within(text, inner, entity.offset, stop)))
    at = stop
  }
  nodes.push(text.slice(at, end))
  return nodes.filter((node) => node !== '')
}

function wrap(entity, text, children) {
  switch (entity.type) {
    case 'bold':
      return el('strong', {}, children)
    case 'italic':
      return el('em', {}, children)
    case 'underline':
      return el('u', {}, children)
    case 'strikethrough':
      return el('s', {}, children)
    case 'spoiler':
      return spoiler(children)
    case 'code':
      return el('code', {}, children)
    case 'pre':
      return codeBlock(children, entity.language)
    case 'blockquote':
      return el('blockquote', {}, children)
    case 'expandable_blockquote':
      return expandable(children)
    case 'text_link':
      return link(entity.url, children)
    case 'url':
      return link(/^[a-z]+:/i.test(text) ? text : `https://${text}`, children)
    case 'email':
      return link(`mailto:${text}`, children)
    case 'mention':
    case 'text_mention':
    case 'hashtag':
    case 'cashtag':
    case 'bot_command':
    case 'phone_number':
      return el('span', { class: 'tag' }, children)
    default:
      return el('span', {}, children)
  }
}

export function spoiler(children) {
  const node = el('span', { class: 'spoiler', role: 'button', tabindex: '0', 'aria-label': 'Hidden text' }, children)
  node.addEventListener('click', () => node.classList.add('shown'))
  return node
}

export function codeBlock(children, language) {
  return el('pre', {}, language ? el('span', { class: 'language' }, language) : null, el('code', {}, children))
}

/** Three lines first, all of it after a tap: how logs are read. */
export function expandable(children, credit) {
  const quote = el('blockquote', { class: 'expandable' }, children, credit ? el('cite', {}, credit) : null)
  quote.addEventListener('click', () => quote.classList.toggle('open'))
  return quote
}
