// Where a block of a program ends: by its bracket, or by its indentation.
import type { Language } from './languages.ts'
import type { Masked } from './mask.ts'
import { lineAt } from './mask.ts'

export type Span = { readonly start: number; readonly end: number }

export function isWithin(index: number, { start, end }: Span): boolean {
  return index >= start && index < end
}

export function hasIndentedBlocks(language: Language): boolean {
  return language === 'python' || language === 'ruby'
}

/** From the line of `start` to the last line that is indented further; where the next one only closes it, with that line. */
export function indentedBlock(masked: Masked, start: number, headEnd: number): Span {
  const { bare, lines } = masked
  const own = indentOf(bare, lines[lineAt(masked, start) - 1] ?? 0)
  let line = lineAt(masked, headEnd)
  let end = endOfLine(bare, headEnd)
  for (; line < lines.length; line += 1) {
    const from = lines[line] ?? bare.length
    const to = endOfLine(bare, from)
    const text = bare.slice(from, to)
    // Blank, or within a string that spans lines.
    if (/^(?:\s*|s*(?:"""|''')?.?)$/.test(text)) continue
    if (indentOf(bare, from) > own) end = to
    else {
      if (/^\s*(?:end\b|\}|\))/.test(text) && indentOf(bare, from) === own) end = to
      break
    }
  }
  return { start, end }
}

function indentOf(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\t') at += 1
  return at - from
}

export function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end === -1 ? text.length : end
}

/** The block in braces that begins after `from`, before any `;` at its level; null where there is none within 2,000 characters. */
export function bracedBlock({ bare, closing }: Masked, from: number): Span | null {
  for (let at = from; at < Math.min(bare.length, from + 2_000); at += 1) {
    const character = bare[at]
    if (character === ';') return null
    const close = closing.get(at)
    if (character === '{') return close === undefined ? null : { start: at, end: close + 1 }
    if (close !== undefined) at = close
  }
  return null
}

/** What stands directly above a definition and belongs to it: decorators, attributes, annotations. */
export function headAbove({ bare, lines, ...masked }: Masked, start: number): Span {
  let line = lineAt({ bare, lines, ...masked }, start) - 1
  const first = lines[line] ?? 0
  for (let above = line - 1; above >= Math.max(0, line - 12); above -= 1) {
    const text = bare.slice(lines[above] ?? 0, (lines[above + 1] ?? bare.length) - 1).trim()
    if (text === '' || /[;{}]$/.test(text)) break
    if (/^(?:@|#!?\[|\[)/.test(text)) line = above
    else if (!/[)\],("'s]$/.test(text)) break
  }
  return { start: Math.min(lines[line] ?? 0, first), end: start }
}
