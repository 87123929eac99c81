// Small changes to a program, each of the kind that people get wrong: one operator, one bound, one name, one missing word.
import type { Language, Token } from './tokens.ts'
import { tokenize } from './tokens.ts'

/** Replaces source[start, end) by `text`. The lower the cost, the likelier the mistake that it mends. */
export type Mutation = {
  readonly start: number
  readonly end: number
  readonly text: string
  readonly cost: number
  readonly line: number
}

const FAMILIES: readonly (readonly string[])[] = [
  ['<', '<=', '>', '>='],
  ['===', '!=='],
  ['==', '!='],
  ['&&', '||', '??'],
  ['and', 'or'],
  ['+', '-'],
  ['*', '/', '**'],
  ['/', '//', '%', '*'],
  ['+=', '-=', '*=', '='],
  ['++', '--'],
  ['true', 'false'],
  ['True', 'False'],
  ['null', 'undefined'],
  ['?.', '.'],
  ['push', 'unshift'],
  ['pop', 'shift'],
  ['append', 'extend', 'insert'],
  ['min', 'max'],
  ['floor', 'ceil', 'round', 'trunc'],
  ['toUpperCase', 'toLowerCase'],
  ['upper', 'lower', 'title', 'capitalize'],
  ['startsWith', 'endsWith'],
  ['startswith', 'endswith'],
  ['some', 'every'],
  ['any', 'all'],
  ['map', 'filter', 'flatMap', 'forEach'],
  ['find', 'filter'],
  ['slice', 'splice', 'substring'],
  ['indexOf', 'lastIndexOf'],
  ['keys', 'values', 'entries'],
  ['items', 'keys', 'values'],
  ['trim', 'trimStart', 'trimEnd'],
  ['strip', 'lstrip', 'rstrip'],
  ['replace', 'replaceAll'],
  ['const', 'let'],
  ['break', 'continue'],
  ['add', 'delete', 'has'],
  ['sort', 'toSorted', 'reverse', 'toReversed'],
  ['sorted', 'reversed'],
  ['in', 'of'],
]
const KEYWORDS = new Set(
  'if else for while do return function const let var class extends new delete typeof instanceof in of switch case break continue default try catch finally throw import export from async await yield this super null undefined true false void static get set def elif pass raise except lambda with as global nonlocal and or not is None True False print type interface'.split(
    ' ',
  ),
)

/** All changes to `source`, likeliest first. `names` are words of the tests, which spell what they call as it should be. */
export function mutationsOf(source: string, language: Language, tests: string): readonly Mutation[] {
  const tokens = tokenize(source, language).filter(({ kind }) => kind !== 'comment')
  const code = tokens.filter(({ kind }) => kind !== 'newline')
  const testTokens = tokenize(tests, language)
  const vocabulary = {
    own: new Set(code.filter(isName).map(({ text }) => text)),
    tests: new Set(testTokens.filter(isName).map(({ text }) => text)),
    strings: new Set(testTokens.filter(({ kind }) => kind === 'string').map(({ text }) => inner(text))),
  }
  const mutations = [
    ...code.flatMap((token, index) => tokenMutations(token, index, code, language)),
    ...code.flatMap((token, index) => nameMutations(token, index, code, vocabulary)),
    ...code.filter(({ kind }) => kind === 'string').flatMap((token) => stringMutations(token, vocabulary.strings)),
    ...structureMutations(code, tokens, source, language),
  ]
  const seen = new Set<string>()
  return mutations
    .filter(({ start, end, text }) => text !== source.slice(start, end))
    .toSorted((a, b) => a.cost - b.cost || a.start - b.start)
    .filter(({ start, end, text }) => !seen.has(`${start} ${end} ${text}`) && seen.add(`${start} ${end} ${text}`))
}

function tokenMutations(token: Token, index: number, code: readonly Token[], language: Language): readonly Mutation[] {
  const { text, kind } = token
  const before = code[index - 1]
  const after = code[index + 1]
  const found: Mutation[] = []
  if (kind === 'operator' || kind === 'word') {
    for (const family of FAMILIES.filter((members) => members.includes(text))) {
      for (const other of family) if (other !== text) found.push(swap(token, other, kind === 'operator' ? 1 : 2))
    }
  }
  if (kind === 'number') {
    const value = Number(text.replaceAll('_', ''))
    if (Number.isFinite(value)) {
      const others = Number.isInteger(value)
        ? [value - 1, value + 1, 0, 1, value * 10, value / 10, -value]
        : [value * 10, value / 10, 1 - value]
      for (const [rank, other] of others.entries()) found.push(swap(token, String(other), rank < 2 ? 1 : 3))
    }
  }
  if (text === '!' && language === 'js') found.push(swap(token, '', 2))
  if (text === 'not') found.push(swap(token, '', 2))
  if (text === 'in' && language === 'python' && before?.text !== 'not') found.push(swap(token, 'not in', 3))
  if (text === 'is') found.push(swap(token, after?.text === 'not' ? '==' : 'is not', 3))
  if (text === '-' && kind === 'operator' && (before === undefined || before.kind === 'operator'))
    found.push(swap(token, '', 3))
  if (text === 'await') found.push(swap(token, '', 4))
  if (['if', 'while', 'elif'].includes(text) && after !== undefined) {
    if (language === 'js' && after.text === '(') found.push(insert(after.end, '!', 4, token.line))
    if (language === 'python') found.push(insert(after.start, 'not ', 4, token.line))
  }
  const isValue = kind === 'number' || text === ')' || text === ']' || isName(token)
  const isBound =
    [')', ']', ',', ';', ':'].includes(after?.text ?? '') || /^(?:<|<=|>|>=|==|===|-|\+)$/.test(before?.text ?? '')
  if (isValue && isBound && after?.text !== '=') {
    for (const change of [' - 1', ' + 1'])
      found.push(insert(token.end, change, text === ')' || text === ']' ? 5 : 3, token.line))
  }
  // `length - 1` where `length` was meant, and the like.
  if ((text === '-' || text === '+') && after?.kind === 'number' && isOperand(before))
    found.push({ ...swap(token, '', 2), end: after.end })
  return found
}

type Vocabulary = {
  readonly own: ReadonlySet<string>
  readonly tests: ReadonlySet<string>
  readonly strings: ReadonlySet<string>
}

function nameMutations(
  token: Token,
  index: number,
  code: readonly Token[],
  { own, tests }: Vocabulary,
): readonly Mutation[] {
  if (!isName(token)) return []
  const found: Mutation[] = []
  const near = new Set(
    code
      .slice(Math.max(0, index - 60), index + 60)
      .filter(isName)
      .map(({ text }) => text),
  )
  for (const other of new Set([...own, ...tests, ...WELL_KNOWN])) {
    if (other === token.text) continue
    const distance = editDistance(token.text, other, 2)
    if (distance <= 2 && Math.min(token.text.length, other.length) > 2)
      found.push(swap(token, other, own.has(token.text) && tests.has(other) ? 1 : 2))
    else if (near.has(other)) found.push(swap(token, other, 6))
    else if (own.has(other)) found.push(swap(token, other, 8))
  }
  return found
}

const WELL_KNOWN =
  'length push pop shift slice splice concat join split map filter reduce forEach find findIndex includes indexOf sort reverse toString toFixed toUpperCase toLowerCase trim replace replaceAll startsWith endsWith charAt charCodeAt parseInt parseFloat Number String Boolean Math floor ceil round abs min max keys values entries assign then catch resolve reject append extend insert remove sorted reversed range enumerate items strip lower upper startswith endswith isdigit return'.split(
    ' ',
  )

function stringMutations(token: Token, strings: ReadonlySet<string>): readonly Mutation[] {
  const own = inner(token.text)
  const quote = token.text.slice(-1)
  const prefix = token.text.slice(0, token.text.indexOf(quote))
  const found: Mutation[] = []
  const write = (text: string, cost: number): void =>
    void found.push(swap(token, `${prefix}${quote}${text}${quote}`, cost))
  for (const other of strings) {
    if (other.includes(quote) || other.includes('\n') || other === own) continue
    if (editDistance(own, other, 3) <= 3) write(other, own.length > 2 ? 2 : 5)
  }
  if (own.length <= 2) for (const other of ['', ' ', ',', ', ', '-', '_', '.', ':', '/', '\\n']) write(other, 4)
  return found
}

function structureMutations(
  code: readonly Token[],
  tokens: readonly Token[],
  source: string,
  language: Language,
): readonly Mutation[] {
  const found: Mutation[] = []
  for (const [index, token] of code.entries()) {
    if (token.text === '(') found.push(...swappedArguments(code, index, source))
    if (/^(?:-|\/|%|<|>|<=|>=|\*\*|\+)$/.test(token.text)) {
      const left = code[index - 1]
      const right = code[index + 1]
      if (isOperand(left) && isOperand(right) && left !== undefined && right !== undefined) {
        found.push({
          start: left.start,
          end: right.end,
          text: `${right.text} ${token.text} ${left.text}`,
          cost: 4,
          line: token.line,
        })
      }
    }
  }
  for (const [index, token] of tokens.entries()) {
    const before = tokens[index - 1]
    const isFirst = before === undefined || before.kind === 'newline' || before.text === '{' || before.text === ';'
    if (!isFirst || token.kind === 'newline') continue
    if (token.kind !== 'operator' && !KEYWORDS.has(token.text))
      found.push(insert(token.start, 'return ', 3, token.line))
    if (token.text === 'return') found.push(swap(token, '', 7))
    const lineEnd = source.indexOf('\n', token.start)
    const line = source.slice(token.start, lineEnd < 0 ? source.length : lineEnd)
    if (!/^(?:import|export|def|class|function|from)\b|[{:]$|^[})]/.test(line)) {
      found.push({
        start: token.start,
        end: token.start + line.length,
        text: language === 'python' ? 'pass' : '',
        cost: 9,
        line: token.line,
      })
    }
  }
  if (language === 'js') {
    for (const [index, token] of code.entries()) {
      const before = code[index - 1]
      const isCalled = code[index + 1]?.text === '(' || (code[index + 1]?.text === '.' && code[index + 3]?.text === '(')
      if (
        isName(token) &&
        isCalled &&
        before?.text !== '.' &&
        !['await', 'function', 'new'].includes(before?.text ?? '')
      ) {
        found.push(insert(token.start, 'await ', 4, token.line), insert(token.start, 'new ', 7, token.line))
      }
    }
  }
  return found
}

/** Neighbouring arguments the other way round: f(a, b) -> f(b, a). */
function swappedArguments(code: readonly Token[], open: number, source: string): readonly Mutation[] {
  const pieces: { start: number; end: number }[] = []
  let depth = 0
  let first = open + 1
  for (let index = open; index < Math.min(code.length, open + 200); index += 1) {
    const token = code[index]
    if (token === undefined) break
    if ('([{'.includes(token.text)) depth += 1
    if (')]}'.includes(token.text)) depth -= 1
    const ends = depth === 0 || (depth === 1 && token.text === ',')
    if (!ends) continue
    const from = code[first]
    const to = code[index - 1]
    if (from !== undefined && to !== undefined && index > first) pieces.push({ start: from.start, end: to.end })
    first = index + 1
    if (depth === 0) break
  }
  return pieces.slice(1).flatMap((right, index) => {
    const left = pieces[index]
    if (left === undefined) return []
    const text =
      source.slice(right.start, right.end) + source.slice(left.end, right.start) + source.slice(left.start, left.end)
    return [{ start: left.start, end: right.end, text, cost: 3, line: code[open]?.line ?? 1 }]
  })
}

function swap(token: Token, text: string, cost: number): Mutation {
  return { start: token.start, end: token.end, text, cost, line: token.line }
}

function insert(at: number, text: string, cost: number, line: number): Mutation {
  return { start: at, end: at, text, cost, line }
}

function isName(token: Token): boolean {
  return token.kind === 'word' && !KEYWORDS.has(token.text)
}

function isOperand(token: Token | undefined): boolean {
  return token !== undefined && (isName(token) || token.kind === 'number')
}

function inner(literal: string): string {
  return literal.replace(/^[rbfu]{0,2}(?:"""|'''|['"`])/i, '').replace(/(?:"""|'''|['"`])$/, '')
}

/** Levenshtein with neighbours swapped counting once; gives up above `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1)
      row.push(cost)
    }
    if (Math.min(...row) > limit) return limit + 1
    before = last
    last = row
  }
  return last[b.length] ?? limit + 1
}
