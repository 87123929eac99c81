// Rich HTML as a tree: tags nested properly, attributes, character references; what the tags mean is decided elsewhere.
import { byteOffset } from './utf16.ts'

export type RichElement = {
  readonly tag: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: RichNode[]
}
export type RichNode = string | RichElement

const INLINE_TAGS =
  'a b strong i em u ins s strike del code mark sub sup tg-spoiler tg-reference tg-emoji tg-time tg-math tg-button br cite'
const BLOCK_TAGS =
  'h1 h2 h3 h4 h5 h6 p pre footer hr ul ol li input blockquote aside img video audio tg-document figure figcaption tg-map ' +
  'tg-collage tg-slideshow table caption tr th td details summary tg-math-block tg-button-row tg-thinking'
const TAGS = new Set(`${INLINE_TAGS} ${BLOCK_TAGS}`.split(' '))
const VOID_TAGS = new Set(['br', 'hr', 'img', 'input', 'tg-map'])
const NAMED: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
}

export function isRichTag(name: string): boolean {
  return TAGS.has(name)
}

export function isInlineRichTag(name: string): boolean {
  return INLINE_TAGS.split(' ').includes(name)
}

/** `problem` is Telegram's sentence without a prefix; offsets in it are bytes. */
export function htmlToTree(source: string): { readonly nodes: RichNode[] } | { readonly problem: string } {
  const nodes: RichNode[] = []
  const open: RichElement[] = []
  const into = () => open.at(-1)?.children ?? nodes
  const token = /<(\/?)([^\s>/]*)((?:"[^"]*"|'[^']*'|[^>"'])*)>|[^<]+|</g
  for (const match of source.matchAll(token)) {
    const [whole, slash, rawName, rest = ''] = match
    if (rawName === undefined) {
      if (whole === '<') return { problem: `Unclosed start tag at byte offset ${byteOffset(source, match.index)}` }
      into().push(decode(whole))
      continue
    }
    const name = rawName.toLowerCase()
    const offset = `at byte offset ${byteOffset(source, match.index)}`
    if (slash === '/') {
      const top = open.pop()
      if (top === undefined) return { problem: `Unexpected end tag ${offset}` }
      if (name !== top.tag)
        return { problem: `Unmatched end tag ${offset}, expected "</${top.tag}>", found "</${name}>"` }
      continue
    }
    if (!TAGS.has(name)) return { problem: `Unsupported start tag "${name}" ${offset}` }
    const element: RichElement = { tag: name, attributes: readAttributes(rest), children: [] }
    into().push(element)
    if (!VOID_TAGS.has(name) && !rest.trimEnd().endsWith('/')) open.push(element)
  }
  const left = open.at(-1)
  if (left !== undefined) return { problem: `Can't find end tag corresponding to start tag "${left.tag}"` }
  return { nodes }
}

function readAttributes(source: string): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const match of source.matchAll(/([^\s=/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'/>]+)))?/g)) {
    const [, name = '', double, single, bare] = match
    attributes[name.toLowerCase()] = decode(double ?? single ?? bare ?? '')
  }
  return attributes
}

function decode(source: string): string {
  return source.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));?/gi, (whole, hex, decimal, name) => {
    if (typeof name === 'string') return NAMED[name] ?? whole
    const code = typeof hex === 'string' ? Number.parseInt(hex, 16) : Number.parseInt(String(decimal), 10)
    const valid = code > 0 && code < 0x10ffff && (code < 0xd800 || code > 0xdfff)
    return valid ? String.fromCodePoint(code) : whole
  })
}
