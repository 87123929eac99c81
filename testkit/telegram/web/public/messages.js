// Bubbles: what was said, by whom, with what under it.
import { avatar, clock, el } from './dom.js'
import { formatted } from './formatting.js'
import { buttonNode, mediaNode } from './parts.js'
import { blocks } from './rich.js'

const REACTIONS = ['👍', '❤', '🔥', '🎉', '👀', '👎']

/** `follows`: the same person spoke just before, so the name is not said again. */
export function messageNode(message, { group, names, find, actions }) {
  if (message.service) return el('div', { class: 'service' }, `${message.from.name} ${message.text}`)
  const press = (button, node) => actions.tap(message, button, node)
  const replied = message.replyTo === null ? null : find(message.replyTo)
  const body = el(
    'div',
    { class: 'bubble' },
    group && !message.mine && !message.follows
      ? el('div', { class: `name c${Math.abs(message.from.id) % 7}` }, message.from.name)
      : null,
    message.replyTo === null ? null : replyNode(replied),
    message.media === null ? null : mediaNode(message.media),
    message.rich === null
      ? message.text === ''
        ? null
        : el('div', { class: 'text', dir: 'auto' }, formatted(message.text, message.entities))
      : el('div', { class: 'rich', dir: 'auto' }, blocks(message.rich, press)),
    el(
      'div',
      { class: 'meta' },
      message.pinned ? '📌 ' : null,
      message.editedAt === null ? null : el('span', { title: `version ${message.version}` }, 'edited '),
      el('time', { datetime: message.at }, clock(message.at)),
    ),
  )
  const reactions = [...new Set(message.reactions.map((one) => one.emoji))].map((emoji) => {
    const from = message.reactions.filter((one) => one.emoji === emoji)
    const mine = from.some((one) => one.from === actions.me())
    const title = from.map((one) => names[one.from] ?? one.from).join(', ')
    const node = el(
      'button',
      { type: 'button', class: mine ? 'reaction mine' : 'reaction', title },
      emoji,
      from.length > 1 ? ` ${from.length}` : null,
    )
    node.addEventListener('click', () => actions.react(message, mine ? null : emoji))
    return node
  })
  const more = el(
    'button',
    { type: 'button', class: 'more', 'aria-label': 'What to do with this message', 'aria-haspopup': 'menu' },
    '⋯',
  )
  more.addEventListener('click', () => openMenu(more, message, actions))
  return el(
    'article',
    {
      class: `message ${message.mine ? 'mine' : 'theirs'}${message.follows ? ' follows' : ''}`,
      'aria-label': `${message.from.name}: ${message.text.slice(0, 80)}`,
    },
    group && !message.mine
      ? message.follows
        ? el('span', { class: 'avatar none' })
        : avatar(message.from.name, message.from.id)
      : null,
    el(
      'div',
      { class: 'column' },
      el('div', { class: 'line' }, body, more),
      message.under.length === 0
        ? null
        : el(
            'div',
            { class: 'buttons' },
            message.under.map((row) =>
              el(
                'div',
                { class: 'row' },
                row.map((button) => buttonNode(button, press)),
              ),
            ),
          ),
      reactions.length === 0 ? null : el('div', { class: 'reactions' }, reactions),
    ),
  )
}

export function draftNode(draft, name, stop) {
  const text = draft.rich === null ? formatted(draft.text, draft.entities) : blocks(draft.rich, () => {})
  const isEmpty = draft.text === '' && draft.rich === null
  const body = el(
    'div',
    { class: 'bubble draft', 'aria-busy': 'true' },
    isEmpty
      ? el('p', { class: 'thinking' }, 'Thinking…')
      : el('div', { class: draft.rich === null ? 'text' : 'rich' }, text),
    el('div', { class: 'meta' }, `${name} is writing`),
  )
  const button = draft.canStop ? el('button', { type: 'button', class: 'tap stop', onclick: stop }, '■ Stop') : null
  return el(
    'article',
    { class: 'message theirs' },
    el('div', { class: 'column' }, el('div', { class: 'line' }, body), button),
  )
}

function replyNode(replied) {
  const words = replied === undefined ? 'A deleted message' : replied.text || `(${replied.media?.type ?? 'message'})`
  return el('div', { class: 'reply' }, el('strong', {}, replied?.from.name ?? ''), el('span', {}, words.slice(0, 160)))
}

function openMenu(anchor, message, actions) {
  document.querySelector('.message-menu')?.remove()
  const menu = el('div', { class: 'message-menu', popover: 'auto', role: 'menu' })
  const item = (label, run, kind = '') =>
    el(
      'button',
      {
        type: 'button',
        role: 'menuitem',
        class: kind,
        onclick: () => {
          menu.hidePopover()
          run()
        },
      },
      label,
    )
  menu.append(
    el(
      'div',
      { class: 'faces' },
      REACTIONS.map((emoji) => item(emoji, () => actions.react(message, emoji))),
    ),
    item('Reply', () => actions.reply(message)),
    ...(message.mine ? [item('Edit', () => actions.edit(message))] : []),
    item('Copy text', () => actions.copy(message.text)),
    item('Delete', () => actions.remove(message), 'danger'),
  )
  menu.addEventListener('toggle', (event) => event.newState === 'closed' && menu.remove())
  document.body.append(menu)
  menu.showPopover()
  const at = anchor.getBoundingClientRect()
  const { width, height } = menu.getBoundingClientRect()
  menu.style.left = `${Math.max(8, Math.min(at.left - width / 2, innerWidth - width - 8))}px`
  menu.style.top = `${Math.max(8, Math.min(at.bottom + 4, innerHeight - height - 8))}px`
  menu.querySelector('button')?.focus()
}
