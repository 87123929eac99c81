// Toasts, alerts, and the forms that make a group, a person or a bot.
import { byId, el } from './dom.js'

export function toast(text, kind = '') {
  const node = el('div', { class: `toast ${kind}` }, text)
  byId('toasts').append(node)
  setTimeout(() => node.classList.add('going'), 3600)
  setTimeout(() => node.remove(), 4000)
}

export function alertDialog(text) {
  open(el('p', { class: 'alert' }, text), el('div', { class: 'choices' }, closing('OK', 'primary')))
}

/** Resolves with the values by name, or null when it was closed. */
export function form(title, fields, submitLabel) {
  const inputs = fields.map(({ name, label, type = 'text', value = '', pattern }) => {
    const isBox = type === 'checkbox'
    const input = el('input', {
      name,
      type,
      value: isBox ? null : value,
      required: !isBox,
      pattern,
      autocomplete: 'off',
    })
    return {
      name,
      isBox,
      input,
      node: el('label', { class: isBox ? 'box' : '' }, isBox ? [input, label] : [label, input]),
    }
  })
  const submit = el('button', { type: 'submit', class: 'primary' }, submitLabel)
  const node = el(
    'form',
    {},
    el('h2', {}, title),
    inputs.map((one) => one.node),
    el('div', { class: 'choices' }, closing('Cancel'), submit),
  )
  return new Promise((resolve) => {
    let values = null
    node.addEventListener('submit', (event) => {
      event.preventDefault()
      values = Object.fromEntries(
        inputs.map(({ name, isBox, input }) => [name, isBox ? input.checked : input.value.trim()]),
      )
      byId('dialog').close()
    })
    open(node)
    byId('dialog').addEventListener('close', () => resolve(values), { once: true })
  })
}

/** Resolves with the value of the choice, or null. */
export function choose(title, choices) {
  return new Promise((resolve) => {
    let chosen = null
    const buttons = choices.map(({ label, hint, value }) => {
      const pick = () => {
        chosen = value
        byId('dialog').close()
      }
      return el(
        'button',
        { type: 'button', class: 'choice', onclick: pick },
        el('strong', {}, label),
        el('span', {}, hint),
      )
    })
    open(el('h2', {}, title), buttons)
    byId('dialog').addEventListener('close', () => resolve(chosen), { once: true })
  })
}

export function show(title, rows) {
  const copy = (text) => () => navigator.clipboard?.writeText(text).then(() => toast('Copied'))
  const lines = rows.map(([label, text]) =>
    el(
      'div',
      { class: 'fact' },
      el('span', {}, label),
      el('code', {}, text),
      el('button', { type: 'button', onclick: copy(text) }, 'Copy'),
    ),
  )
  open(el('h2', {}, title), lines, el('div', { class: 'choices' }, closing('Done', 'primary')))
}

function open(...children) {
  const dialog = byId('dialog')
  if (dialog.open) dialog.close()
  dialog.replaceChildren(...children.flat())
  dialog.showModal()
}

function closing(label, kind = '') {
  return el('button', { type: 'button', class: kind, onclick: () => byId('dialog').close() }, label)
}
