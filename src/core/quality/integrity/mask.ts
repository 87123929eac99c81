// A source text with its comments and strings told apart from its code, character by character, so that patterns look at code alone.
import type { Language } from './languages.ts'

export type Comment = { readonly start: number; readonly text: string }

/** All three texts are as long as the source and have their lines at the same places. */
export type Masked = {
  readonly source: string
  /** Comments are blanks. */
  readonly code: string
  /** The same, and what is in strings is `s`; their quotes stay. */
  readonly bare: string
  readonly comments: readonly Comment[]
  /** For the index of each opening bracket in code the index of its closing one. */
  readonly closing: ReadonlyMap<number, number>
  /** Indices at which lines begin. */
  readonly lines: readonly number[]
}

type Style = {
  readonly line: readonly string[]
  readonly block: readonly (readonly [string, string])[]
  readonly strings: readonly (readonly [string, string])[]
  readonly regexes: boolean
}

const C_COMMENTS = { line: ['//'], block: [['/*', '*/']] } as const
const STYLES: Readonly<Record<Language, Style>> = {
  javascript: {
    ...C_COMMENTS,
    strings: [
      ['`', '`'],
      ['"', '"'],
      ["'", "'"],
    ],
    regexes: true,
  },
  python: {
    line: ['#'],
    block: [],
    strings: [
      ['"""', '"""'],
      ["'''", "'''"],
      ['"', '"'],
      ["'", "'"],
    ],
    regexes: false,
  },
  go: {
    ...C_COMMENTS,
    strings: [
      ['`', '`'],
      ['"', '"'],
      ["'", "'"],
    ],
    regexes: false,
  },
  rust: {
    ...C_COMMENTS,
    strings: [
      ['r##"', '"##'],
      ['r#"', '"#'],
      ['"', '"'],
    ],
    regexes: false,
  },
  java: {
    ...C_COMMENTS,
    strings: [
      ['"""', '"""'],
      ['"', '"'],
      ["'", "'"],
    ],
    regexes: false,
  },
  ruby: {
    line: ['#'],
    block: [['\n=begin', '\n=end']],
    strings: [
      ['"', '"'],
      ["'", "'"],
      ['`', '`'],
    ],
    regexes: true,
  },
  php: {
    line: ['//', '#'],
    block: [['/*', '*/']],
    strings: [
      ['"', '"'],
      ["'", "'"],
    ],
    regexes: false,
  },
}
/** After these a slash begins a regular expression. */
const BEFORE_REGEX =
  /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else|and|or|not|if|unless|when|match))$/

/** Never throws; a text that is none of its language gives something. Linear in its length. */
export function maskSource(source: string, language: Language): Masked {
  const style = STYLES[language]
  const code = source.split('')
  const bare = source.split('')
  const comments: Comment[] = []
  const blank = (from: number, to: number, into: readonly string[][], by: string) => {
    for (let at = from; at < to; at += 1) {
      if (source[at] === '\n') continue
      for (const text of into) text[at] = by
    }
  }
  let at = 0
  let last = ''
  while (at < source.length) {
    const end = endOfComment(source, at, style, language)
    if (end !== null) {
      comments.push({ start: at, text: source.slice(at, end) })
      blank(at, end, [code, bare], ' ')
      at = end
      continue
    }
    const string = stringAt(source, at, style, last, language)
    if (string !== null) {
      blank(at + string.open, string.end - string.close, [bare], 's')
      at = string.end
      last = '"'
      continue
    }
    const character = source[at] ?? ''
    // Some words end in a way that matters for what comes next.
    if (!/\s/.test(character)) last = /\w/.test(character) ? `${last.slice(-8)}${character}` : character
    else if (character === '\n' && language === 'ruby') last = ''
    else if (/\w$/.test(last)) last = `${last} `
    at += 1
  }
  const bareText = bare.join('')
  return {
    source,
    code: code.join(''),
    bare: bareText,
    comments,
    closing: bracketsOf(bareText),
    lines: lineStarts(source),
  }
}

/** From 1. */
export function lineAt({ lines }: Masked, index: number): number {
  let [low, high] = [0, lines.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((lines[middle] ?? 0) <= index) low = middle
    else high = middle - 1
  }
  return low + 1
}

function endOfComment(source: string, at: number, style: Style, language: Language): number | null {
  for (const mark of style.line) {
    if (!source.startsWith(mark, at)) continue
    // Attributes of PHP, and interpolation in Ruby.
    if (mark === '#' && source[at + 1] === '[' && language === 'php') continue
    const end = source.indexOf('\n', at)
    return end === -1 ? source.length : end
  }
  for (const [open, close] of style.block) {
    if (!source.startsWith(open, at)) continue
    const end = source.indexOf(close, at + open.length)
    return end === -1 ? source.length : end + close.length
  }
  return null
}

type StringAt = { readonly open: number; readonly close: number; readonly end: number }

function stringAt(source: string, at: number, style: Style, last: string, language: Language): StringAt | null {
  if (style.regexes && source[at] === '/' && BEFORE_REGEX.test(last.trimEnd())) return regexAt(source, at)
  if (language === 'rust' && source[at] === "'") {
    const literal = /^'(?:\\[^']{1,10}|[^'\\])'/.exec(source.slice(at, at + 14))
    return literal === null ? null : { open: 1, close: 1, end: at + literal[0].length }
  }
  for (const [open, close] of style.strings) {
    if (!source.startsWith(open, at)) continue
    const isMany = open.length > 1 || open === '`'
    if (open === '`' && language === 'javascript') return { open: 1, close: 1, end: endOfTemplate(source, at) }
    const end = endOfString(source, at + open.length, close, isMany, language)
    return { open: open.length, close: end.closed ? close.length : 0, end: end.at }
  }
  return null
}

function endOfString(source: string, from: number, close: string, isMany: boolean, language: Language) {
  const isRaw = close === '`' && language === 'go'
  for (let at = from; at < source.length; at += 1) {
    if (source[at] === '\\' && !isRaw) at += 1
    else if (source.startsWith(close, at)) return { at: at + close.length, closed: true }
    // A quote that nobody closes on its line is an apostrophe.
    else if (source[at] === '\n' && !isMany && language !== 'rust' && language !== 'ruby' && language !== 'php')
      return { at, closed: false }
  }
  return { at: source.length, closed: false }
}

/** Of a template literal, whose holes hold code with literals of their own. */
function endOfTemplate(source: string, from: number): number {
  // How many braces are open in each hole that we are in; a template within a hole begins on top of it.
  const holes: number[] = []
  let inText = true
  for (let at = from + 1; at < source.length; at += 1) {
    const character = source[at]
    if (character === '\\') at += 1
    else if (inText) {
      if (character === '`') {
        if (holes.length === 0) return at + 1
        inText = false
      } else if (character === '$' && source[at + 1] === '{') {
        holes.push(0)
        inText = false
        at += 1
      }
    } else if (character === '`') inText = true
    else if (character === '{') holes.push((holes.pop() ?? 0) + 1)
    else if (character === '}') {
      const open = holes.pop() ?? 0
      if (open > 0) holes.push(open - 1)
      else inText = true
    } else if (character === '"' || character === "'")
      at = endOfString(source, at + 1, character, false, 'javascript').at - 1
  }
  return source.length
}

/** Longer ones are none. */
const REGEX_CHARACTERS = 300

function regexAt(source: string, at: number): StringAt | null {
  let inClass = false
  for (let end = at + 1; end < Math.min(source.length, at + REGEX_CHARACTERS); end += 1) {
    const character = source[end]
    if (character === '\n') return null
    if (character === '\\') end += 1
    else if (character === '[') inClass = true
    else if (character === ']') inClass = false
    else if (character === '/' && !inClass) return end === at + 1 ? null : { open: 1, close: 1, end: end + 1 }
  }
  return null
}

const CLOSES: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

function bracketsOf(bare: string): ReadonlyMap<number, number> {
  const closing = new Map<number, number>()
  const open: number[] = []
  for (let at = 0; at < bare.length; at += 1) {
    const character = bare[at] ?? ''
    if (character === '(' || character === '[' || character === '{') open.push(at)
    const opener = CLOSES[character]
    if (opener === undefined) continue
    // A bracket that does not fit belongs to a text that is broken anyway: it closes nothing.
    if (bare[open.at(-1) ?? -1] === opener) closing.set(open.pop() ?? 0, at)
  }
  return closing
}

function lineStarts(source: string): readonly number[] {
  const starts = [0]
  for (let at = source.indexOf('\n'); at !== -1; at = source.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}
