// The test cases of a source file: what each is called, where it stands, and whether it is skipped or pushes the others aside.
import { bracedBlock, headAbove, indentedBlock, isWithin } from './blocks.ts'
import type { Span } from './blocks.ts'
import type { Language } from './languages.ts'
import { lineAt } from './mask.ts'
import type { Masked } from './mask.ts'

/** Text that makes a runner leave a test out, or leave out the others. */
export type Marker = { readonly start: number; readonly line: number; readonly text: string }

export type TestCase = Span & {
  /** With the names of the groups around it. */
  readonly name: string
  readonly line: number
  /** Holds cases, and is none. */
  readonly isGroup: boolean
  readonly skips: readonly Marker[]
  readonly onlys: readonly Marker[]
}

type Found = Span & {
  readonly own: string
  readonly at: number
  readonly isGroup: boolean
  readonly head: string
  readonly headAt: number
}

const CALL =
  /(?<![\w$.])(?:(x|f)?(it|test|specify|describe|context|suite|scenario|feature)|(?:Deno|QUnit|Bun|t|tap)\.(?:test|module))((?:\.\w+)*)(?=\s*[(`<])/g
const GROUPS = new Set(['describe', 'context', 'suite', 'feature'])

/** A file with more cases, or with groups in groups this deep, is data. */
const MOST_CASES = 5_000
const MOST_DEPTH = 30

/** Markers outside of every case are in `loose`. */
export function findCases(masked: Masked, language: Language) {
  const found = finders[language](masked)
  // A body that several patterns find is one case.
  const sorted = [...new Map(found.map((one) => [one.at, one])).values()].toSorted(
    (a, b) => a.start - b.start || b.end - a.end,
  )
  const depths = depthsOf(sorted)
  const unique = sorted.filter((_, index) => (depths[index] ?? 0) < MOST_DEPTH).slice(0, MOST_CASES)
  const markers = markersOf(masked, language).slice(0, MOST_CASES)
  const parents = nesting(unique)
  const named = unique.map((one, index) => {
    const names = [one.own]
    for (let up = parents[index] ?? -1; up !== -1; up = parents[up] ?? -1) names.unshift(unique[up]?.own ?? '')
    return names.join(' › ')
  })
  const owners = markers.map((marker) => innermost(unique, marker.start))
  const owned = new Map<number, KindOfMarker[]>()
  markers.forEach((marker, at) => {
    const owner = owners[at] ?? -1
    owned.set(owner, [...(owned.get(owner) ?? []), marker])
  })
  const own = (index: number, kind: 'skip' | 'only') => owned.get(index)?.filter((one) => one.kind === kind) ?? []
  const cases = unique.map(({ start, end, at, isGroup }, index): TestCase => {
    const name = named[index] ?? ''
    return { name, start, end, line: lineAt(masked, at), isGroup, skips: own(index, 'skip'), onlys: own(index, 'only') }
  })
  return { cases, loose: markers.filter((_, at) => owners[at] === -1) }
}

/** The index of the innermost span that holds it; -1 where none does. Spans are sorted by their start. */
export function innermost(spans: readonly Span[], index: number): number {
  let best = -1
  for (let at = 0; at < spans.length; at += 1) {
    const span = spans[at]
    if (span === undefined || span.start > index) break
    if (isWithin(index, span)) best = at
  }
  return best
}

function nesting(spans: readonly Span[]): readonly number[] {
  const open: number[] = []
  return spans.map((span, index) => {
    while (open.length > 0 && (spans[open.at(-1) ?? 0]?.end ?? 0) <= span.start) open.pop()
    const parent = open.at(-1) ?? -1
    open.push(index)
    return parent
  })
}

function depthsOf(spans: readonly Span[]): readonly number[] {
  const depths: number[] = []
  nesting(spans).forEach((parent) => depths.push(parent === -1 ? 0 : (depths[parent] ?? 0) + 1))
  return depths
}

type Finder = (masked: Masked) => readonly Found[]

const finders: Readonly<Record<Language, Finder>> = {
  javascript: calledCases,
  python: (masked) => [
    ...indented(masked, /^([ \t]*)(?:async[ \t]+)?def[ \t]+(test\w*)[ \t]*\(/gm, false),
    ...indented(masked, /^([ \t]*)class[ \t]+(\w*[Tt]est\w*)\b/gm, true),
  ],
  go: (masked) => [
    ...defined(masked, /^func\s+(?:\([^()\n]*\)\s*)?((?:Test|Fuzz|Example|Benchmark)\w*)\s*\(/gm, null),
    ...calls(masked, /\b\w{1,4}\.Run(?=\s*\()/g, () => false),
  ],
  rust: (masked) =>
    defined(
      masked,
      /\bfn\s+(\w+)/g,
      /#\[\s*(?:\w+::)*(?:test|rstest|test_case|case|quickcheck|test_log|wasm_bindgen_test)\b/,
    ),
  java: (masked) => [
    ...defined(
      masked,
      /(?<![@.\w])(\w+|`[^`\n]*`)\s{0,20}\((?=[^{};]{0,600}\{)/g,
      /(?:@|\[)\s*(?:\w+\.)*(?:Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate|Property|Fact|Theory|TestMethod|TestCase)\b/,
    ),
    ...defined(masked, /\bvoid\s+(test\w*)\s*\(/g, null),
    ...calls(masked, /(?<![\w$.])(?:should|test|it)(?=\s*\()/g, () => false),
  ],
  ruby: (masked) => [
    ...indented(masked, /^([ \t]*)def[ \t]+(test_\w+)/gm, false),
    ...indented(
      masked,
      /^([ \t]*)(?:x|f)?(?:it|specify|test|scenario|example|describe|context|feature|RSpec\.describe)\b(?=[ (]*["'{]|[ ]+(?:do|[A-Z]))/gm,
      null,
    ),
  ],
  php: (masked) => [
    ...defined(masked, /\bfunction\s+(test\w*)\s*\(/gi, null),
    ...defined(masked, /\bfunction\s+(\w+)\s*\(/g, /#\[\s*(?:\w+\\)*(?:Test|DataProvider)\b|@test\b/),
    ...calledCases(masked),
  ],
}

function calledCases(masked: Masked): readonly Found[] {
  return calls(
    masked,
    CALL,
    (match) => GROUPS.has(match[2] ?? '') || /\.(?:describe|module|group|suite)\b/.test(match[0]),
  )
}

function calls(masked: Masked, pattern: RegExp, isGroup: (match: RegExpExecArray) => boolean): readonly Found[] {
  const { bare, code, closing } = masked
  const found: Found[] = []
  for (const match of bare.matchAll(pattern)) {
    let open = openingAfter(bare, match.index + match[0].length)
    let close = closing.get(open)
    if (close === undefined) continue
    // A table, or a condition, comes before the call that holds the test.
    if (/\.(?:each|for|skipIf|runIf|if)$/.test(match[0]) || bare[open] === '`') {
      open = openingAfter(bare, close + 1)
      close = closing.get(open)
      if (close === undefined) continue
    }
    const own =
      firstString(code, bare, open + 1) ??
      code
        .slice(open + 1, Math.min(close, open + 60))
        .split(',')[0]
        ?.trim() ??
      ''
    const inside = bare.slice(open + 1, close)
    const callback = /=>|\bfunction\b|\bfunc\b|\bfn\b/.exec(inside)?.index ?? inside.length
    const isTest = callback < inside.length || firstString(code, bare, open + 1) !== null
    if (!isTest || (match[2] === undefined && callback === inside.length)) continue
    const head = bare.slice(match.index, open + 1 + callback)
    found.push({
      start: match.index,
      end: close + 1,
      own,
      at: match.index,
      isGroup: isGroup(match),
      head,
      headAt: match.index,
    })
  }
  return found
}

function openingAfter(bare: string, from: number): number {
  let at = from
  while (/\s/.test(bare[at] ?? '')) at += 1
  if (bare[at] === '<') at = bare.indexOf('(', at)
  if (bare[at] === '`') at = bare.indexOf('(', bare.indexOf('`', at + 1))
  return bare[at] === '(' ? at : -1
}

function firstString(code: string, bare: string, from: number): string | null {
  let at = from
  while (/\s/.test(bare[at] ?? '')) at += 1
  const quote = bare[at] ?? ''
  if (!/["'`]/.test(quote)) return null
  const end = bare.indexOf(quote, at + 1)
  return end === -1 ? null : code.slice(at + 1, end)
}

/** `needs` must stand above it. */
function defined(masked: Masked, pattern: RegExp, needs: RegExp | null): readonly Found[] {
  const found: Found[] = []
  for (const match of masked.bare.matchAll(pattern)) {
    const head = headAbove(masked, match.index)
    const line = masked.bare.lastIndexOf('\n', match.index) + 1
    const above = masked.source.slice(Math.min(head.start, line), match.index)
    const comment = needs === null ? '' : commentAbove(masked, head.start)
    if (needs !== null && !needs.test(above) && !needs.test(comment)) continue
    const body = bracedBlock(masked, match.index + match[0].length - (match[0].endsWith('(') ? 1 : 0))
    if (body === null) continue
    const own = match[1] ?? ''
    found.push({
      start: head.start,
      end: body.end,
      own,
      at: match.index,
      isGroup: false,
      head: above,
      headAt: head.start,
    })
  }
  return found
}

function commentAbove({ comments }: Masked, index: number): string {
  const last = comments.findLast(({ start, text }) => start + text.length <= index)
  return last !== undefined && last.start + last.text.length > index - 40 ? last.text : ''
}

/** `isGroup` null: told by the word. */
function indented(masked: Masked, pattern: RegExp, isGroup: boolean | null): readonly Found[] {
  const { bare, code, closing } = masked
  return [...bare.matchAll(pattern)].map((match) => {
    const at = match.index + (match[1] ?? '').length
    const open = match[0].endsWith('(') ? match.index + match[0].length - 1 : -1
    const headEnd = closing.get(open) ?? match.index + match[0].length
    const { end } = indentedBlock(masked, at, headEnd)
    const head = headAbove(masked, at)
    const own =
      match[2] ??
      firstString(code, bare, rubyArgument(bare, match.index + match[0].length)) ??
      code.slice(at, endOf(code, at)).trim()
    const group = isGroup ?? /(?:describe|context|feature)$/.test(match[0])
    return {
      start: head.start,
      end,
      own,
      at,
      isGroup: group,
      head: bare.slice(head.start, headEnd),
      headAt: head.start,
    }
  })
}

function rubyArgument(bare: string, from: number): number {
  let at = from
  while (/[ (]/.test(bare[at] ?? '')) at += 1
  return at
}

function endOf(code: string, at: number): number {
  const end = code.indexOf('\n', at)
  return end === -1 ? code.length : end
}

const SKIPS: Readonly<Record<Language, RegExp>> = {
  javascript:
    /(?<![\w$.])x(?:it|test|describe|context|specify|suite)(?=\s*[(.])|\.(?:skip|todo|fixme|skipIf|runIf|fails|failing|pending)\b(?<=\b(?:it|test|describe|context|suite|specify|t|ctx|this|module|QUnit)(?:\.\w{1,40}){1,4})|\b(?:skip|todo)\s*:\s*(?!false\b|undefined\b|null\b|string\b|boolean\b)[^\s,}][^,}\n]*|(?<![\w$.])pending\s*\(/g,
  python:
    /@(?:\w+\.)*(?:skip\w*|xfail|expectedFailure|ignore)\b[^\n]*|\bpytest\.(?:skip|xfail|importorskip)\b[^\n]*|\.skipTest\s*\([^\n]*|\braise\s+(?:\w+\.)*SkipTest\b[^\n]*|\bpytestmark\b[^\n]*(?:skip|xfail)[^\n]*|^__test__\s*=\s*False|\bcollect_ignore\w*\b[^\n]*|\bmarks\s*=\s*[^\n]*(?:skip|xfail)[^\n]*/gm,
  go: /\b\w{1,4}\.Skip(?:f|Now)?\s*\([^\n]*|\btesting\.Short\s*\(\)/g,
  rust: /#!?\[\s*(?:ignore|cfg_attr\([^\]\n]*ignore|should_panic)[^\]\n]*\]/g,
  java: /@(?:Disabled\w*|Ignore\w*|Enabled\w+|Pending)\b(?:\([^)\n]*\))?|\benabled\s*=\s*false|\bSkip\s*=[^\n,)]*|\bassum(?:e\w*|ingThat)\s*\([^\n]*|\bthrow\s+new\s+(?:\w*Skip\w*|TestAborted\w*)[^\n]*/g,
  ruby: /^[ \t]*x(?:it|describe|context|specify|scenario|feature|example)\b|^[ \t]*(?:skip|pending|omit)\b[^\n]*|:(?:skip|pending)\b(?<=,[ \t]{0,9}:\w+)|\b(?:skip|pending):\s*(?!false|nil)[^\s,]+/gm,
  php: /\bmarkTest(?:Skipped|Incomplete)\b[^\n]*|->(?:skip|todo)\w*\s*\(|(?:^|[^\w$.>])x(?:it|test)\s*\(|#\[\s*Requires\w*[^\]\n]*\]|\bexpectNotToPerformAssertions\b/g,
}
const NEVER = /(?!)/g
const ONLYS: Readonly<Record<Language, RegExp>> = {
  javascript:
    /(?<![\w$.])f(?:it|describe|context)(?=\s*[(.])|\.only\b(?<=\b(?:it|test|describe|context|suite|specify|Deno\.test|QUnit\.test|QUnit)(?:\.\w{1,40}){1,4})|\bonly\s*:\s*(?:true\b|1\b|!0)/g,
  python: NEVER,
  go: NEVER,
  rust: NEVER,
  java: NEVER,
  ruby: /^[ \t]*f(?:it|describe|context|specify|scenario|feature|example)\b|:(?:focus|only)\b(?<=,[ \t]{0,9}:\w+)|\bfocus:\s*true\b/gm,
  php: /->only\s*\(/g,
}

type KindOfMarker = Marker & { readonly kind: 'skip' | 'only' }

function markersOf(masked: Masked, language: Language): readonly KindOfMarker[] {
  const of = (pattern: RegExp, kind: 'skip' | 'only') =>
    [...masked.bare.matchAll(pattern)].map((match) => {
      const start = match.index + (/^\s*/.exec(match[0])?.[0].length ?? 0)
      const text = masked.code.slice(start, match.index + match[0].length).trim()
      return { start, line: lineAt(masked, start), text, kind }
    })
  return [...of(SKIPS[language], 'skip'), ...of(ONLYS[language], 'only')]
}
