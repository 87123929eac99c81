// Cuts JavaScript, TypeScript or Python into tokens, well enough to change one of them at a time.
export type Language = 'js' | 'python'
export type TokenKind = 'word' | 'number' | 'string' | 'operator' | 'comment' | 'newline'
export type Token = {
  readonly kind: TokenKind
  readonly text: string
  readonly start: number
  readonly end: number
  readonly line: number
}

const JS_OPERATORS =
  /^(?:>>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.|\+\+|--|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|<<|>>|\*\*|[{}()[\];,<>+\-*/%&|^!~?:=.@#])/
const PYTHON_OPERATORS =
  /^(?:\*\*=|\/\/=|<<=|>>=|\.\.\.|==|!=|<=|>=|->|:=|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|\*\*|\/\/|<<|>>|[{}()[\];,<>+\-*/%&|^~:=.@])/
const JS_PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  ['comment', /^(?:\/\/[^\n]*|\/\*[\s\S]*?\*\/)/],
  ['string', /^(?:'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"|`(?:[^`\\$]|\\[\s\S]|\$(?!\{))*`)/],
  ['number', /^(?:0[xob][\da-f_]+n?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?n?)/i],
  ['word', /^[\p{L}_$][\p{L}\p{N}_$]*/u],
  ['operator', JS_OPERATORS],
]
const PYTHON_PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  ['comment', /^#[^\n]*/],
  ['string', /^[rbfu]{0,2}(?:"""[\s\S]*?"""|'''[\s\S]*?'''|'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*")/i],
  ['number', /^(?:0[xob][\da-f_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?j?)/i],
  ['word', /^[\p{L}_][\p{L}\p{N}_]*/u],
  ['operator', PYTHON_OPERATORS],
]

/** Every token but blanks. What it does not understand (a template with code in it) it steps over one character at a time. */
export function tokenize(source: string, language: Language): readonly Token[] {
  const tokens: Token[] = []
  const patterns = language === 'js' ? JS_PATTERNS : PYTHON_PATTERNS
  let at = 0
  let line = 1
  while (at < source.length) {
    const rest = source.slice(at, at + 5_000)
    const blank = /^[^\S\n]+/.exec(rest)?.[0]
    if (blank !== undefined) {
      at += blank.length
      continue
    }
    const [kind, text] = rest.startsWith('\n')
      ? (['newline', '\n'] as const)
      : next(rest, patterns, tokens.at(-1), language)
    if (kind !== null) tokens.push({ kind, text, start: at, end: at + text.length, line })
    line += text.split('\n').length - 1
    at += text.length
  }
  return tokens
}

function next(
  rest: string,
  patterns: readonly (readonly [TokenKind, RegExp])[],
  before: Token | undefined,
  language: Language,
): readonly [TokenKind | null, string] {
  if (language === 'js' && rest.startsWith('/') && startsExpression(before)) {
    const regex = /^\/(?![*/])(?:[^\\/\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/.exec(rest)?.[0]
    if (regex !== undefined) return ['comment', regex]
  }
  for (const [kind, pattern] of patterns) {
    const text = pattern.exec(rest)?.[0]
    if (text !== undefined && text !== '') return [kind, text]
  }
  return [null, rest.slice(0, 1)]
}

/** Where a slash begins a regular expression rather than a division. */
function startsExpression(before: Token | undefined): boolean {
  if (before === undefined || before.kind === 'newline') return true
  if (before.kind === 'operator') return ![')', ']', '}'].includes(before.text)
  return before.kind === 'word' && /^(?:return|typeof|case|in|of|delete|void|throw|await|yield)$/.test(before.text)
}
