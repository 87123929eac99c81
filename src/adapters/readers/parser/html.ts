// Web pages as text: tags go, lines stay. Written as one walk from left to right, so that no page can make it slow.

const BLOCKS =
  /^(address|article|aside|blockquote|br|dd|div|dl|dt|figure|footer|form|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|table|title|tr|ul)$/
const UNSEEN = new Set(['script', 'style', 'template', 'noscript', 'svg'])
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  copy: '©',
}

export function htmlText(html: string): string {
  const parts: string[] = []
  const lower = html.toLowerCase()
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    if (open < 0) {
      parts.push(html.slice(at))
      break
    }
    parts.push(html.slice(at, open))
    if (html.startsWith('<!--', open)) {
      at = after(lower, '-->', open + 4)
      continue
    }
    const name = /^<\/?([a-z][a-z0-9]{0,20})/.exec(lower.slice(open, open + 24))?.[1]
    if (name === undefined && !/^<[!?]/.test(html.slice(open, open + 2))) {
      parts.push('<')
      at = open + 1
      continue
    }
    at = after(lower, '>', open)
    if (name === undefined) continue
    if (UNSEEN.has(name) && lower[open + 1] !== '/') at = after(lower, '>', after(lower, `</${name}`, at) - 1)
    else if (BLOCKS.test(name)) parts.push('\n')
    else if (name === 'td' || name === 'th') parts.push('\t')
  }
  return decoded(parts.join(''))
    .replaceAll(/[^\S\n\t]+/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
}

function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from)
  return found < 0 ? text.length : found + mark.length
}

function decoded(text: string): string {
  return text.replaceAll(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,8});/gi, (whole, inner: string) => {
    if (!inner.startsWith('#')) return ENTITIES[inner.toLowerCase()] ?? whole
    const code = /^#x/i.test(inner) ? Number.parseInt(inner.slice(2), 16) : Number(inner.slice(1))
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
