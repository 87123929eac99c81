// The pieces that a report's page is made of. Everything named `html` is markup already, every other text is not.
import { readable } from './words.ts'

export type Section = { readonly id: string; readonly title: string; readonly html: string }

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}

/** Safe as text and within quotes. */
export function escape(text: string): string {
  return readable(text).replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '')
}

export function mono(text: string): string {
  return text === '' ? '' : `<code>${escape(text)}</code>`
}

export function section(id: string, title: string, aside: string | null, html: string, long = false): Section {
  const beside = aside === null ? '' : `<span>${escape(aside)}</span>`
  return {
    id,
    title,
    html: `<section id="${id}"${long ? ' class="long"' : ''}><h2>${escape(title)}${beside}</h2>${html}</section>`,
  }
}

export function facts(rows: readonly (readonly [name: string, html: string])[]): string {
  return `<dl class="facts">${rows.map(([name, html]) => `<dt>${escape(name)}</dt><dd>${html}</dd>`).join('')}</dl>`
}

export function list(htmls: readonly string[]): string {
  return htmls.length === 0 ? '' : `<ul class="plain">${htmls.map((html) => `<li>${html}</li>`).join('')}</ul>`
}

/** Heads that begin with `#` stand over figures. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const names = heads.map((head) => head.replace(/^#/, ''))
  const isFigure = heads.map((head) => head.startsWith('#'))
  const top = names.map(
    (name, at) => `<th scope="col"${isFigure[at] === true ? ' class="n"' : ''}>${escape(name)}</th>`,
  )
  const body = rows.map((cells) => {
    const made = cells.map((html, at) => {
      const figure = isFigure[at] === true ? ` class="n" data-head="${escape(names[at] ?? '')}"` : ''
      return `<td${figure}>${html}</td>`
    })
    return `<tr>${made.join('')}</tr>`
  })
  return `<table class="rows"><thead><tr>${top.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`
}
