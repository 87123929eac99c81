// The assertions of a source file: where each stands, what it compares, and whether it can fail the test at all.
import { bracedBlock, endOfLine, indentedBlock, isWithin } from './blocks.ts'
import type { Span } from './blocks.ts'
import { strengthOf } from './strength.ts'
import type { Language } from './languages.ts'
import { lineAt } from './mask.ts'
import type { Masked } from './mask.ts'

export type Assertion = Span & {
  readonly line: number
  /** Without comments, and with single blanks. */
  readonly text: string
  /** 0 holds always, 1 something is there, 2 in part, 3 exactly; what lies between lies between. */
  readonly strength: number
  /** Why it can't fail the test, whatever it compares; null where it can. */
  readonly mute: 'swallowed' | 'unreachable' | null
  /** How many conditions stand around it, up to the whole file. */
  readonly guards: number
  /** Names and literals in it. */
  readonly tokens: ReadonlySet<string>
  readonly literals: readonly string[]
}

const STARTS: Readonly<Record<Language, RegExp>> = {
  javascript:
    /(?<![\w$.])(?:assert|expect|should|verify|ensure)\w*(?:\.\w+)*(?=\s*[(<])|(?<![\w$.])(?:t|tap|ava|chai|sinon|QUnit)\.(?:assert|is|not|deepEqual|notDeepEqual|like|truthy|falsy|true|false|throws|throwsAsync|notThrows|rejects|resolves|regex|notRegex|snapshot|pass|fail|equal|notEqual|same|notSame|strictSame|ok|notOk|match|plan|error|ifError|expect)(?:\.\w+)*(?=\s*\()|\.should\b(?!\s*=)|(?<=\))\s*\.expect(?=\s*\()|\.(?:must|toMatchSnapshot)\b/g,
  python:
    /^[ \t]*assert\b|assert\b(?<=[;:][ \t]{0,9}assert)(?![ \t]*=)|\b(?:self|cls|case|tc)\.(?:assert\w*|fail\w*)(?=\s*\()|\bpytest\.(?:raises|warns|fail|deprecated_call)(?=\s*\()|\b(?:np\.|numpy\.|torch\.|pd\.|pandas\.)?(?:testing\.)?assert_\w+(?=\s*\()|(?<=\w)\.assert_\w+(?=\s*\()|(?<![\w.])(?:expect|verify|ensure)\w*(?=\s*\()|(?<![\w.])assert[A-Z]\w*(?=\s*\()/gm,
  go: /\b[tbf]\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow)(?=\s*\()|\b(?:assert|require|is|qt|must)\.\w+(?=\s*\()|(?<![\w.])(?:assert|require|expect|must|check)\w*(?=\s*\()|\bcmp\.Diff(?=\s*\()/g,
  rust: /\b(?:debug_)?(?:assert|prop_assert|insta::assert|k9::assert)\w*!|\b(?:panic|unreachable)!|(?<![\w.])assert_\w+(?=\s*\()|#\[\s*should_panic/g,
  java: /(?<![\w$@])(?:Assert(?:ions)?\.)?(?:assert\w*|verify\w*|expect\w*|fail|should\w*)(?=\s*\()|\.(?:andExpect|expectNext|expectStatus|expectBody|expectError|statusCode|body)(?=\s*\()|\bAssert\.\w+(?=\s*[(<])|\b\w+\.Should\b|\bexpected\s*=\s*\w+\.class|\bshould(?:Be|NotBe|Throw|Contain|HaveSize|Equal)\w*/g,
  ruby: /(?<![\w.:@])(?:assert|refute|expect|flunk|is_expected|must|wont)\w*\b[?!]?|\.(?:must|wont|should|should_not)(?:_\w+)?\b/g,
  php: /(?:\$this\s*->|self::|static::|\bAssert::|\bPHPUnit\\\w+::)\s*(?:assert\w*|expect\w*|fail)(?=\s*\()|(?<![\w$>:])(?:expect|assert\w*)(?=\s*\()|->(?:assert\w+|should\w+)(?=\s*\()/g,
}
const DEFINES = /(?:\bfunction\s*\*?|\bdef|\bfunc|\bfn|\bconst|\blet|\bvar|\bimport|\bclass|\bvoid|\bfun)\s+$/
/** Beyond that a file is data. */
const MOST = 3_000

export function findAssertions(masked: Masked, language: Language): readonly Assertion[] {
  const found: Span[] = []
  let covered = 0
  for (const match of masked.bare.matchAll(STARTS[language])) {
    const start = match.index + (/^\s*/.exec(match[0])?.[0].length ?? 0)
    // Part of the one before: a chain, or an argument.
    if (start < covered || found.length >= MOST) continue
    if (DEFINES.test(masked.bare.slice(Math.max(0, start - 24), start))) continue
    const span = wholeStatement(masked, language, start, match.index + match[0].length)
    if (/^\s*(?:=[^=]|from\b)/.test(masked.bare.slice(span.end, span.end + 12)) && language !== 'rust') continue
    found.push(span)
    covered = span.end
  }
  const mute = mutedSpans(masked, language).slice(0, MOST)
  const guards = guardSpans(masked, language).slice(0, MOST)
  return found.map((span): Assertion => {
    const text = masked.code.slice(span.start, span.end).replace(/\s+/g, ' ').trim()
    return {
      ...span,
      line: lineAt(masked, span.start),
      text,
      strength: strengthOf(text, language),
      mute: mute.find((one) => isWithin(span.start, one))?.why ?? null,
      guards: guards.filter((one) => isWithin(span.start, one)).length,
      tokens: tokensOf(text),
      literals: literalsOf(text),
    }
  })
}

/** With the calls that hang on it; of Python to the end of the statement, of Go with the condition in front. */
function wholeStatement(masked: Masked, language: Language, start: number, from: number): Span {
  const { bare, closing } = masked
  if (language === 'go' && /^\w\.(?:Error|Fatal|Fail)/.test(bare.slice(start, start + 10))) {
    const open = bare.lastIndexOf('if ', start)
    const between = open === -1 ? '' : bare.slice(open, start)
    // Only the condition that this very block belongs to.
    if (/^if [^{}]*\{\s*$/.test(between.slice(0, 1_000))) return { start: open, end: chainEnd(masked, from, language) }
  }
  if (language === 'python' && /^assert\b(?!\w|\s*\.)/.test(bare.slice(start, start + 8))) {
    let end = start
    while (end < bare.length && bare[end] !== '\n' && bare[end] !== ';') end = (closing.get(end) ?? end) + 1
    return { start, end }
  }
  if (language === 'ruby') {
    let end = start
    while (end < bare.length && bare[end] !== '\n' && bare[end] !== ';') end = (closing.get(end) ?? end) + 1
    return { start, end }
  }
  if (language === 'rust' && bare[start] === '#')
    return { start, end: (closing.get(start + 1) ?? endOfLine(bare, start)) + 1 }
  return { start, end: chainEnd(masked, from, language) }
}

function chainEnd({ bare, closing }: Masked, from: number, language: Language): number {
  let end = from
  for (;;) {
    const rest = bare.slice(end, end + 400)
    const gap = /^\s*/.exec(rest)?.[0].length ?? 0
    const next = rest[gap]
    const close = closing.get(end + gap)
    if ((next === '(' || next === '[') && close !== undefined && (gap === 0 || !/\n/.test(rest.slice(0, gap))))
      end = close + 1
    else if (next === '<' && /^<[\w\s,.|<>[\]'"]{0,200}>\s*\(/.test(rest.slice(gap)))
      end += gap + rest.slice(gap).indexOf('(')
    // What is done with a promise is no part of what is asserted.
    else if (/^\.\s*(?:catch|then|finally)\b/.test(rest.slice(gap))) return end
    else if (/^(?:\?\.|\.|->|::|!\.)\s*\w/.test(rest.slice(gap)))
      end += gap + (/^(?:\?\.|\.|->|::|!\.)\s*[\w$]+!?/.exec(rest.slice(gap))?.[0].length ?? 1)
    else if (language === 'java' && /^\s+should\w+/.test(rest)) return endOfLine(bare, end)
    else return end
  }
}

const TOKEN = /[A-Za-z_$][\w$]*|\d+(?:\.\d+)?|"[^"\n]*"|'[^'\n]*'|`[^`]*`/g

export function tokensOf(text: string): ReadonlySet<string> {
  return new Set((text.match(TOKEN) ?? []).map((token) => token.replace(/^['"`]|['"`]$/g, '"')))
}

const LITERAL = /(?<![\w$.])-?\d+(?:\.\d+)?|"[^"\n]*"|'[^'\n]*'|`[^`]*`/g

function literalsOf(text: string): readonly string[] {
  return (text.match(LITERAL) ?? []).map((literal) => literal.replace(/^['"`]|['"`]$/g, '"'))
}

type MutedSpan = Span & { readonly why: 'swallowed' | 'unreachable' }

const SPEAKS =
  /\b(?:throw|raise|fail\w*|assert\w*|expect\w*|reject\w*|panic|should\w*|error\s*\(|Fatal\w*|Error\w*\s*\(t|done\s*\(\s*\w)|\bt\.\w+\s*\(/
const CATCHES_ALL =
  /^\s*(?:(?:\w+\s+)?\$?\w+|)\s*$|Throwable|AssertionError|\bError\b|\bException\b|AssertionFailed|ExpectationFailed/

function mutedSpans(masked: Masked, language: Language): readonly MutedSpan[] {
  const { bare, closing } = masked
  const muted: MutedSpan[] = []
  if (language === 'python') {
    for (const match of bare.matchAll(/^([ \t]*)try[ \t]*:/gm)) {
      const at = match.index + (match[1] ?? '').length
      const block = indentedBlock(masked, at, match.index + match[0].length)
      const handlers = bare.slice(block.end, block.end + 4_000)
      const handler = /^\s*except\b([^\n]*):([^\n]*)/.exec(handlers)
      if (handler === null || !/^\s*$|\bException\b|AssertionError/.test(handler[1] ?? '')) continue
      const from = block.end + handler.index + handler[0].length
      const body = indentedBlock(masked, block.end + handlers.search(/except/), from)
      if (!SPEAKS.test(bare.slice(from - (handler[2] ?? '').length, body.end)))
        muted.push({ ...block, why: 'swallowed' })
    }
    for (const match of bare.matchAll(
      /^([ \t]*)with[ \t]+(?:contextlib\.)?suppress\([^\n]*\b(?:Base)?(?:Exception|AssertionError)\b[^\n]*:/gm,
    ))
      muted.push({
        ...indentedBlock(masked, match.index + (match[1] ?? '').length, match.index + match[0].length),
        why: 'swallowed',
      })
    for (const match of bare.matchAll(/^([ \t]*)(?:if|while)[ \t]+(?:False|0|None|not[ \t]+True)[ \t]*:/gm))
      muted.push({
        ...indentedBlock(masked, match.index + (match[1] ?? '').length, match.index + match[0].length),
        why: 'unreachable',
      })
    return muted
  }
  for (const match of bare.matchAll(/\btry\s*\{/g)) {
    const open = match.index + match[0].length - 1
    const close = closing.get(open)
    const handler =
      close === undefined ? null : /^\s*catch\s*(?:\(([^()]*)\))?\s*\{/.exec(bare.slice(close + 1, close + 300))
    if (close === undefined || handler === null) continue
    if (
      language !== 'javascript' &&
      !CATCHES_ALL.test((handler[1] ?? '').replace(/\w*(?:IO|SQL|Runtime|Illegal\w*|NotFound\w*)Exception/g, 'Other'))
    )
      continue
    const body = close + handler[0].length
    if (!SPEAKS.test(bare.slice(body, closing.get(body) ?? body)))
      muted.push({ start: open, end: close, why: 'swallowed' })
  }
  for (const match of bare.matchAll(
    /\.catch\s*\(\s*(?:async\b\s*)?(?:\(?\w*\)?\s*=>\s*(?:\{\s*\}|null|undefined|void 0|\(\s*\))|function\s*\(\w*\)\s*\{\s*\}|noop)\s*\)/g,
  ))
    if (muted.length < MOST)
      muted.push({ start: statementStart(bare, match.index), end: match.index, why: 'swallowed' })
  for (const match of bare.matchAll(/\b(?:if|while)\s*\(?\s*(?:false|0|!1|!true|null)\s*\)?\s*(?=\{)/g)) {
    const block = bracedBlock(masked, match.index + match[0].length)
    if (block !== null) muted.push({ ...block, why: 'unreachable' })
  }
  return muted
}

function statementStart(bare: string, from: number): number {
  let depth = 0
  for (let at = from - 1; at >= Math.max(0, from - 4_000); at -= 1) {
    const character = bare[at] ?? ''
    if (')]}'.includes(character)) depth += 1
    else if ('([{'.includes(character)) {
      if (depth === 0) return at
      depth -= 1
    } else if (character === ';' && depth === 0) return at
  }
  return Math.max(0, from - 4_000)
}

function guardSpans(masked: Masked, language: Language): readonly Span[] {
  const { bare, closing } = masked
  // There the condition is what is asserted.
  if (language === 'go') return []
  if (language === 'python')
    return [...bare.matchAll(/^([ \t]*)(?:if|elif|while)\b[^\n]*:[ \t]*$/gm)].map((match) =>
      indentedBlock(masked, match.index + (match[1] ?? '').length, match.index + match[0].length),
    )
  if (language === 'ruby')
    return [...bare.matchAll(/^([ \t]*)(?:if|unless)\b[^\n]*/gm)].map((match) =>
      indentedBlock(masked, match.index + (match[1] ?? '').length, match.index + match[0].length),
    )
  const spans: Span[] = []
  for (const match of bare.matchAll(/\bif\s*\(/g)) {
    const close = closing.get(match.index + match[0].length - 1)
    if (close === undefined) continue
    const next = /\S/.exec(bare.slice(close + 1, close + 200))
    const at = close + 1 + (next?.index ?? 0)
    if (next?.[0] === '{') spans.push({ start: at, end: closing.get(at) ?? at })
    else spans.push({ start: at, end: endOfLine(bare, at) })
  }
  return spans
}
