// A test file read for comparison: its cases with the assertions in each, those outside, the helpers that hold some, its comments.
import { findAssertions, tokensOf } from './assertions.ts'
import type { Assertion } from './assertions.ts'
import { bracedBlock, hasIndentedBlocks, indentedBlock, isWithin } from './blocks.ts'
import type { Span } from './blocks.ts'
import type { Language } from './languages.ts'
import { lineAt, maskSource } from './mask.ts'
import type { Masked } from './mask.ts'
import { findCases, innermost } from './test-cases.ts'
import type { Marker, TestCase } from './test-cases.ts'

export type PlacedAssertion = Assertion & {
  readonly file: string
  /** Index of its case in the file; -1 outside of every case. */
  readonly owner: number
  /** Within a loop, or a case with a table: it stands for several. */
  readonly repeats: boolean
}

export type ReadCase = TestCase & {
  readonly file: string
  readonly assertions: readonly PlacedAssertion[]
  /** Lines of a table: rows of cases or of values. */
  readonly rows: number
  /** Returns that leave the case before an assertion, under a condition. */
  readonly earlyReturns: readonly number[]
  /** Code without comments, single blanks. */
  readonly text: string
  readonly tokens: ReadonlySet<string>
}

export type ReadTests = {
  readonly path: string
  readonly language: Language
  readonly cases: readonly ReadCase[]
  readonly assertions: readonly PlacedAssertion[]
  readonly loose: readonly (Marker & { readonly kind: 'skip' | 'only' })[]
  /** Functions that assert, by name, with what they assert. */
  readonly helpers: ReadonlyMap<string, readonly Assertion[]>
  /** All comments without blanks. */
  readonly comments: string
  readonly code: string
}

/** A file with more is data. */
const MOST_LOOPS = 2_000

/** Never throws. */
export function readTests(path: string, text: string, language: Language): ReadTests {
  const masked = maskSource(text, language)
  const { cases, loose } = findCases(masked, language)
  const plain = findAssertions(masked, language)
  const loops = loopSpans(masked, language).slice(0, MOST_LOOPS)
  const dead = cases.map((one) => (one.isGroup ? null : leavesAt(masked, one, language)))
  const assertions = plain.map((assertion): PlacedAssertion => {
    const owner = innermost(cases, assertion.start)
    const end = dead[owner] ?? null
    const mute = assertion.mute ?? (end !== null && assertion.start >= end ? 'unreachable' : null)
    const table =
      owner !== -1 &&
      /\.each\b|parametrize|\btable\b|ValueSource|CsvSource|MethodSource|InlineData|DataProvider|dataProvider|->with\b|rstest|#\[case/.test(
        masked.code.slice(Math.max(0, (cases[owner]?.start ?? 0) - 300), (cases[owner]?.start ?? 0) + 600),
      )
    const inner = cases[owner]
    const begin = inner?.start ?? 0
    const guards = assertion.guards - (owner === -1 ? 0 : outerGuards(plain, begin))
    return {
      ...assertion,
      mute,
      guards: Math.max(0, guards),
      file: path,
      owner,
      repeats: table || loops.some((loop) => isWithin(assertion.start, loop)),
    }
  })
  const read = cases.map((one, index): ReadCase => {
    const own = assertions.filter(({ owner }) => owner === index)
    const code = masked.code.slice(one.start, one.end)
    const last = own.at(-1)?.start ?? 0
    return {
      ...one,
      file: path,
      assertions: own,
      rows: rowsIn(code),
      earlyReturns: one.isGroup || (dead[index] ?? null) !== null ? [] : earlyReturns(masked, one, last, plain),
      text: code.replace(/\s+/g, ' ').trim(),
      tokens: tokensOf(code),
    }
  })
  return {
    path,
    language,
    cases: read,
    assertions,
    loose,
    helpers: helpersOf(masked, language, plain),
    comments: masked.comments
      .map((comment) => comment.text)
      .join('\n')
      .replace(/\s+/g, ''),
    code: masked.code,
  }
}

/** Conditions around a whole case are no condition within it. */
function outerGuards(assertions: readonly Assertion[], begin: number): number {
  return assertions.find(({ start }) => start === begin)?.guards ?? 0
}

function rowsIn(code: string): number {
  return (
    code.match(
      /^[ \t]*(?:\[.*\]|\{.*\}|\(.*\)|\|.*\||pytest\.param\(.*\)|Arguments\.of\(.*\)|arguments\(.*\)),?[ \t]*$/gm,
    ) ?? []
  ).length
}

const LOOPS = /\b(?:for|while)\b[^\n{]{0,400}\{|\.(?:forEach|each|map|every)\s*\(/g

function loopSpans(masked: Masked, language: Language): readonly Span[] {
  const { bare, closing } = masked
  if (language === 'python')
    return [...bare.matchAll(/^([ \t]*)(?:for\b|with[ \t]+self\.subTest)[^\n]*:/gm)].map((match) =>
      indentedBlock(masked, match.index + (match[1] ?? '').length, match.index + match[0].length),
    )
  if (language === 'ruby')
    return [...bare.matchAll(/^([ \t]*)(?=\S)[^\n]{0,300}\.each\b[^\n]*/gm)].map((match) =>
      indentedBlock(masked, match.index + (match[1] ?? '').length, match.index + match[0].length),
    )
  return [...bare.matchAll(LOOPS)].map((match) => {
    const open = match.index + match[0].length - 1
    return { start: open, end: closing.get(open) ?? open }
  })
}

const LEAVES = /(?<![\w$.])(?:return\b|process\.exit\b|os\._exit\b|sys\.exit\b|quit\s*\(|exit\s*\(|raise\s+SystemExit)/g

/** Where a case's own block is left for good; null where it runs to its end. */
function leavesAt(masked: Masked, one: TestCase, language: Language): number | null {
  const { bare, closing } = masked
  if (hasIndentedBlocks(language)) {
    const body = bare.slice(one.start, one.end)
    const indent = /\n([ \t]+)(?!(?:@|def\b|async\b|class\b))\S/.exec(body)?.[1] ?? '    '
    const found = new RegExp(
      `\\n${indent}(?:return\\b|sys\\.exit\\b|os\\._exit\\b|(?:if True|if 1)\\s*:\\s*return\\b)[^\\n]*`,
    ).exec(body)
    return found === null ? null : one.start + found.index + found[0].length
  }
  const body = bodyOf(masked, one)
  if (body === null) return null
  for (let at = body.start + 1; at < body.end - 1; at += 1) {
    const close = closing.get(at)
    if (close !== undefined) {
      at = close
      continue
    }
    LEAVES.lastIndex = at
    const match = /[rpoq]|[se]/.test(bare[at] ?? '') ? LEAVES.exec(bare.slice(0, at + 20)) : null
    if (match === null || match.index !== at) continue
    const before = bare.slice(Math.max(body.start, at - 200), at).trimEnd()
    if (before.endsWith(')') && !/\bif\s*\(\s*(?:true|1|!0)\s*\)$/.test(before)) continue
    if (/\belse$/.test(before)) continue
    return endOfStatement(masked, at)
  }
  return null
}

function endOfStatement({ bare, closing }: Masked, from: number): number {
  for (let at = from; at < bare.length; at += 1) {
    const close = closing.get(at)
    if (close !== undefined) at = close
    else if (bare[at] === ';' || bare[at] === '}' || (bare[at] === '\n' && !/^\s*[.?]/.test(bare.slice(at, at + 80))))
      return at
  }
  return bare.length
}

function bodyOf(masked: Masked, one: TestCase): Span | null {
  const { bare } = masked
  const arrow = /=>\s*\{|\bfunction\b|\bfunc\b|\bfn\b|\)\s*(?:throws[^{;]{0,200})?\{/.exec(
    bare.slice(one.start, one.end),
  )
  if (arrow === null) return null
  const open = bare.indexOf('{', one.start + arrow.index + (arrow[0].endsWith('{') ? arrow[0].length - 1 : 0))
  const head = bare.slice(one.start + arrow.index, open)
  if (open === -1 || open >= one.end) return null
  // The arguments of a function may be taken apart in braces.
  const parens = /^(?:function|func|fn)\b[^(]*\(/.exec(head)
  if (parens !== null) {
    const close = masked.closing.get(one.start + arrow.index + parens[0].length - 1)
    return close === undefined ? null : bracedBlock(masked, close + 1)
  }
  return bracedBlock(masked, open)
}

function earlyReturns(
  { bare, lines }: Masked,
  one: TestCase,
  last: number,
  assertions: readonly Assertion[],
): readonly number[] {
  const found: number[] = []
  for (const match of bare.slice(one.start, Math.max(one.start, last)).matchAll(/\breturn[ \t]*(?:;|\n|\}|$)/g)) {
    const at = one.start + match.index
    const line = lineAt({ lines } as Masked, at)
    // After an assertion of its own it leaves what has failed already.
    if (!assertions.some((assertion) => assertion.line === line || assertion.line === line - 1)) found.push(line)
  }
  return found
}

const DEFINED: Readonly<Partial<Record<Language, RegExp>>> = {
  javascript:
    /\bfunction\s*\*?\s*([\w$]+)\s*(?:<[^>\n]{0,80}>)?\s*\(|\b(?:const|let|var)\s+([\w$]+)\s*(?::[^=\n]{0,120})?=\s*(?:async\s*)?(?=(?:\([^()]{0,400}\)|\w+)[^=\n]{0,80}=>|function\b)/g,
  python: /^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)/gm,
  go: /^func\s+(?:\([^()\n]*\)\s*)?(\w+)\s*\(/gm,
  rust: /\bfn\s+(\w+)/g,
  java: /\b(?:void|fun|boolean|int|String)\s+(\w+)\s*\(/g,
  ruby: /^[ \t]*def[ \t]+(?:self\.)?(\w+)/gm,
  php: /\bfunction\s+(\w+)\s*\(/g,
}

function helpersOf(
  masked: Masked,
  language: Language,
  assertions: readonly Assertion[],
): ReadonlyMap<string, readonly Assertion[]> {
  const helpers = new Map<string, readonly Assertion[]>()
  for (const match of masked.bare.matchAll(DEFINED[language] ?? /(?!)/g)) {
    const name = match[1] ?? match[2] ?? ''
    const end = match.index + match[0].length
    const lead = /^\s*/.exec(match[0])?.[0].length ?? 0
    const block = hasIndentedBlocks(language)
      ? indentedBlock(masked, match.index + lead, end)
      : (bracedBlock(masked, match[0].endsWith('(') ? end - 1 : end) ?? {
          start: end,
          end: masked.bare.indexOf('\n', end),
        })
    const inside = assertions.filter(({ start, mute }) => mute === null && isWithin(start, block))
    if (name !== '' && inside.length > 0) helpers.set(name, inside)
  }
  return helpers
}
