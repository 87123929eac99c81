// Takes from a model's Markdown what could load, run or lead astray: images, HTML, links to anything but web and mail.
// Where it can't be sure that a stretch is code it treats it as text: a stray backslash is better than a hidden link.
import { readable } from './visible.ts'

const SAFE = /^(?:https?:\/\/|mailto:)/i
const FENCE = /^((?:\s|>|[-*+]\s|\d{1,9}[.)]\s)*)(`{3,}(?=[^`]*$)|~{3,})/
/** How the definition of a link begins. */
const DEFINITION = /^(?:\s|>|[-*+]\s|\d{1,9}[.)]\s)*\[/

export function sanitizeLines(text: string): string {
  let fence: { readonly mark: string; readonly prefix: number; readonly quotes: number } | null = null
  /** A stretch of backticks was left open in this paragraph: what is code is not certain any more. */
  let unsure = false
  /** The paragraph may be the definition of a link, whose label takes in backticks. */
  let defining = false
  const lines: string[] = []
  for (const raw of readable(text).split('\n')) {
    if (fence !== null) {
      const closes = raw.trim().startsWith(fence.mark) && /^[`~]+$/.test(raw.replace(/^[\s>]*/, '').trim())
      // A line further left ends a list item, one with fewer marks of quoting a quote, and with it its code.
      const before = /^[\s>]*/.exec(raw)?.[0] ?? ''
      const left = (raw.trim() !== '' && width(before) < fence.prefix) || quotes(before) < fence.quotes
      if (!left) {
        lines.push(raw)
        if (closes) fence = null
        continue
      }
      fence = null
    }
    const opening = FENCE.exec(raw)
    if (opening !== null) {
      const [, prefix = '', mark = ''] = opening
      // Right after text, an indented fence would only go on with that text.
      if (width(prefix) > 3 && lines.at(-1)?.trim() !== '') lines.push('')
      fence = { mark, prefix: width(prefix), quotes: quotes(prefix) }
      unsure = false
      defining = false
      lines.push(raw)
      continue
    }
    if (raw.trim() === '') {
      unsure = false
      defining = false
    }
    defining ||= DEFINITION.test(raw)
    const line = sanitizeLine(raw, unsure || (defining && raw.includes(']:')))
    unsure ||= line.open
    lines.push(line.text)
  }
  // Ours follows: it must not end up within their code.
  if (fence !== null) lines.push(fence.mark)
  return lines.join('\n')
}

function quotes(prefix: string): number {
  return prefix.split('>').length - 1
}

/** In columns: a tab counts as the four that it may be. */
function width(prefix: string): number {
  return prefix.replaceAll('\t', '    ').length
}

function sanitizeLine(line: string, unsure: boolean): { readonly text: string; readonly open: boolean } {
  // A bare address takes backticks in.
  const runs = /(?:https?:\/\/|www\.|@)\S*`/i.test(line) ? null : codeSpans(line)
  if (runs === null || unsure) return { text: sanitizeText(line), open: runs === null }
  return { text: runs.map(({ text, isCode }) => (isCode ? text : sanitizeText(text))).join(''), open: false }
}

/** The line cut into text and inline code; null where a run of backticks finds no end on it. */
function codeSpans(line: string): readonly { readonly text: string; readonly isCode: boolean }[] | null {
  const parts: { readonly text: string; readonly isCode: boolean }[] = []
  let from = 0
  for (let at = 0; at < line.length;) {
    if (line[at] === '\\') {
      at += 2
      continue
    }
    if (line[at] !== '`') {
      at += 1
      continue
    }
    const run = /^`+/.exec(line.slice(at))?.[0] ?? '`'
    const end = closingRun(line, at + run.length, run.length)
    if (end === -1) return null
    parts.push({ text: line.slice(from, at), isCode: false }, { text: line.slice(at, end), isCode: true })
    from = end
    at = end
  }
  return [...parts, { text: line.slice(from), isCode: false }]
}

function closingRun(line: string, from: number, length: number): number {
  for (const match of line.slice(from).matchAll(/`+/g))
    if (match[0].length === length) return from + match.index + length
  return -1
}

function sanitizeText(text: string): string {
  return (
    text
      // An image is shown as the link that it is.
      .replace(/!(?=\[)/g, '')
      .replace(/\[([^[\]]*)\]\(\s*<?([^()\s<>]*)>?[^()]*\)/g, (whole, label: string, target: string) =>
        SAFE.test(target) ? whole : label === target ? label : `${label} (${target})`,
      )
      .replace(/\\*\](?=\(\s*<?([^\s>]*))/g, closeUnlessSafe)
      .replace(/\\*\](?=:\s*<?([^\s>]*))/g, closeUnlessSafe)
      .replace(
        /\\*<(?!https?:\/\/[^\s<>`]*>|mailto:[^\s<>`]*>)/gi,
        (found) =>
          // Escaped it would go, backslash and all, into an address that stands before it.
          `${found.slice(0, -1).replace(/^((?:\\\\)*)\\$/, '$1')}&lt;`,
      )
  )
}

/** Escapes the bracket that would make a link of what follows it, unless it is escaped. */
function closeUnlessSafe(found: string, target: string): string {
  return SAFE.test(target) || found.length % 2 === 0 ? found : `${found.slice(0, -1)}\\]`
}
