// A text as its lines, each with the end that it has: whatever is changed in one, the bytes of all others stay.

export type Line = { readonly text: string; readonly end: '\n' | '\r\n' | '' }

/** A lone carriage return is a character like any other. The last line has no end; it is empty where the text ends with one. */
export function linesOf(text: string): readonly Line[] {
  const lines: Line[] = []
  let from = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', from)) {
    const isCrlf = at > from && text[at - 1] === '\r'
    lines.push({ text: text.slice(from, isCrlf ? at - 1 : at), end: isCrlf ? '\r\n' : '\n' })
    from = at + 1
  }
  lines.push({ text: text.slice(from), end: '' })
  return lines
}

export function textOf(lines: readonly Line[]): string {
  return lines.map(({ text, end }) => text + end).join('')
}

/** With line feeds alone. */
export function withLineFeeds(text: string): string {
  return text.replaceAll('\r\n', '\n')
}
