// Text that is not ours, written into Markdown that is: it can say what it likes, but never change what stands around it.
import { readable } from './visible.ts'

/** Everywhere special in CommonMark or GFM. */
const SPECIAL = /[\\`*_{}[\]<>~|&$]/g
/** What GFM finds addresses by: within one, nothing could be escaped any more. */
const ADDRESS = /(https?|www|)(:(?=\/\/)|(?<=www)\.|@)/gi
/** Special at the beginning of a line: headings, lists, rules, setext underlines. */
const LINE_START = /^(\s*)([#+\-=:]|\d{1,9}(?=[.)]))/

/** Plain text as Markdown that shows exactly it. Line feeds become hard breaks, empty lines paragraphs. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => escapeLine(line.trim()))
    .join('\n')
    .replace(/([^\n])\n(?=[^\n])/g, '$1  \n')
}

function escapeLine(line: string): string {
  const escaped = line.replace(SPECIAL, '\\$&').replace(ADDRESS, '$1\\$2')
  return escaped.replace(LINE_START, (_, space: string, mark: string) =>
    /^\d/.test(mark) ? `${space}${mark}\\` : `${space}\\${mark}`,
  )
}

/** Inline code that holds any text on one line. Empty for empty text. */
export function code(text: string): string {
  const line = text.replace(/\s*[\r\n]+\s*/g, ' ')
  if (line === '') return ''
  const fence = '`'.repeat(longestRun(line) + 1)
  const pad = /^`|`$/.test(line) || (/^ .* $/.test(line) && line.trim() !== '') ? ' ' : ''
  return `${fence}${pad}${line}${pad}${fence}`
}

/** A code block that holds any text. Stands on lines of its own; not for use within lists or quotes. */
export function codeBlock(text: string, language = ''): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1))
  const body = text.replace(/\r\n?/g, '\n').replace(/\n$/, '')
  return `${fence}${/^[\w+#.-]*$/.test(language) ? language : ''}\n${body}\n${fence}`
}

/**
 * What a model wrote as Markdown, so that what we write below it stands outside of its code. Where its links lead is no matter of
 * ours: whoever shows a Content shows links to the web alone, and neither images nor HTML.
 */
export function agentMarkdown(text: string): string {
  const lines = readable(text.replace(/\r\n?/g, '\n').trim())
  const fence = openFence(lines)
  return fence === null ? lines : `${lines}\n${fence}`
}

/** The line that closes the code block left open at the end of the text, as deep as it was opened; null where none is. */
function openFence(text: string): string | null {
  let open: { readonly indent: string; readonly mark: string } | null = null
  for (const line of text.split('\n')) {
    const [, indent = '', mark = '', rest = ''] = /^( {0,3})(`{3,}(?=[^`]*$)|~{3,})(.*)$/.exec(line) ?? []
    if (mark === '') continue
    if (open === null) open = { indent, mark }
    else if (mark.startsWith(open.mark) && rest.trim() === '') open = null
  }
  return open === null ? null : open.indent + open.mark
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length))
}
