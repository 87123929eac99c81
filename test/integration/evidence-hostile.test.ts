// A report whose every text is hostile: as a page it has no markup but ours, as Markdown no structure but ours.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import { buildReport } from '../../src/core/evidence/build-report.ts'
import { reportToHtml } from '../../src/core/evidence/html.ts'
import { REPORT_POLICY, REPORT_STYLE, REPORT_STYLE_HASH } from '../../src/core/evidence/html-style.ts'
import { reportToMarkdown } from '../../src/core/evidence/markdown.ts'
import type { Report } from '../../src/core/evidence/report.ts'
import { sampleInput } from '../support/sample-evidence.ts'

const SPITE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='x",
  '</style><svg onload=x>',
  '</pre></details></section>',
  '`` ``` ````\n```\n# not ours\n',
  '[x](javascript:alert(1)) ![y](https://evil.example/p.png)',
  'https://evil.example www.evil.example a@evil.example',
  '| a | b |\n| --- | --- |\n',
  '\n\n# Heading\n\n- list\n1. one\n> quote\n---\n===\n',
  '&lt;b&gt; &#60;b&#62; \\`x\\`',
  '\u202eevil\u202c \u0000 \u001b[2J \ud800 \u200b',
  '<!-- --> ]]> <?x ?>',
  '$&$1$`',
]

const hostile = fc.oneof(
  fc.constantFrom(...SPITE),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.constantFrom(...SPITE, ' ', '\n', 'a'), { maxLength: 5 }).map((pieces) => pieces.join('')),
)

/** Kept as they are: what the types have a closed list for. */
const OURS = new Set([
  ...['status', 'type', 'state', 'change', 'kind', 'severity', 'outcome', 'by', 'view', 'setting', 'limit', 'sha256'],
  ...['interface', 'patch'],
])

/** The same report with every text that others have a say in replaced. */
function spoilt<T>(value: T, next: () => string, key = ''): T {
  if (typeof value === 'string') return (OURS.has(key) ? value : next()) as T
  if (Array.isArray(value)) return value.map((each) => spoilt(each, next, key)) as T
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, spoilt(each, next, name)])) as T
}

function spoiltReport(texts: readonly string[]): Report {
  const report = buildReport(sampleInput())
  let at = 0
  const next = () => texts[(at += 1) % texts.length] ?? ''
  const spoiled = spoilt(report, next)
  // Names that lead to one of our own figures, and a diff.
  const limits = spoiled.limits.map((limit, index) => ({ ...limit, name: report.limits[index]?.name ?? limit.name }))
  return { ...spoiled, limits, patch: { text: `diff --git ${next()}\n+${next()}\n-${next()}`, truncated: true } }
}

const TAGS =
  'html|head|meta|title|style|body|main|header|div|b|span|h1|h2|h3|p|dl|dt|dd|small|nav|a|section|footer|svg|g|rect|circle|path|text|details|summary|ul|li|table|thead|tbody|tr|th|td|code|pre|figure|figcaption|img|br'
const ATTRIBUTES =
  'lang|charset|http-equiv|content|name|class|id|href|aria-label|aria-hidden|scope|data-head|tabindex|role|width|height|viewBox|preserveAspectRatio|x|y|x1|y1|r|rx|cx|cy|d|src|alt|open'
const OUR_TAG = new RegExp(`</?(?:${TAGS})(?: (?:${ATTRIBUTES})(?:="[^"<>]*")?)*/?>`, 'g')

function checkPage(page: string): void {
  const body = page.replace('<!doctype html>', '').replace(`<style>${REPORT_STYLE}</style>`, '')
  const rest = body.replace(OUR_TAG, '')
  assert.doesNotMatch(rest, /[<>]/)
  for (const [, target] of body.matchAll(/ (?:href|src)="([^"]*)"/g))
    assert.match(target ?? '', /^(?:#[a-z]+$|data:image\/png;base64,)/)
  assert.doesNotMatch(body, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/u)
}

type Node = {
  readonly type: string
  readonly depth?: number | undefined
  readonly children?: readonly Node[] | undefined
  readonly value?: string | undefined
  readonly position?: object | undefined
}

/** This parser links bare addresses once more, after it took the escapes away; such links stand nowhere in the text. */
function typesIn(node: Node): readonly string[] {
  return [...(node.position === undefined ? [] : [node.type]), ...(node.children ?? []).flatMap(typesIn)]
}

function textIn(node: Node): string {
  return (node.value ?? '') + (node.children ?? []).map(textIn).join('')
}

const OUR_HEADINGS = new Set([
  ...['Request', 'Agreed', 'Plan', 'Checks', 'Failed before', 'Healing', 'Review', 'Screenshots', 'Who did what'],
  ...['Provenance', 'Decisions', 'Cost and time', 'Limits', 'Files', 'Verify it again', 'Diff'],
])

function checkMarkdown(text: string): void {
  const tree: Node = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] })
  const types = new Set(typesIn(tree))
  for (const type of ['html', 'link', 'image', 'linkReference', 'imageReference', 'definition', 'footnoteReference'])
    assert.ok(!types.has(type), `${type} in ${text}`)
  const headings = (tree.children ?? []).filter(({ type }) => type === 'heading')
  assert.equal(headings.filter(({ depth }) => depth === 1).length, 1)
  for (const heading of headings.filter(({ depth }) => depth !== 1))
    assert.ok(OUR_HEADINGS.has(textIn(heading)), textIn(heading))
}

test('every text of a report may be hostile: the page has our markup alone, the Markdown our structure', () => {
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 1, maxLength: 12 }), (texts) => {
      const report = spoiltReport(texts)
      const page = reportToHtml(report)
      checkPage(page)
      checkMarkdown(reportToMarkdown(report))
      assert.equal(reportToHtml(report), page, 'the same report is the same page')
    }),
    { numRuns: 120 },
  )
})

test('each kind of spite alone, in every place at once', () => {
  for (const text of SPITE) {
    const report = spoiltReport([text])
    checkPage(reportToHtml(report))
    checkMarkdown(reportToMarkdown(report))
  }
})

test("a report's page may be styled by its own style alone", () => {
  const digest = createHash('sha256').update(REPORT_STYLE).digest('base64')
  assert.equal(REPORT_STYLE_HASH, digest)
  assert.match(REPORT_POLICY, /default-src 'none'/)
  assert.doesNotMatch(REPORT_POLICY, /unsafe|script|https?:/)
  const page = reportToHtml(buildReport(sampleInput()))
  assert.ok(page.includes(`content="${REPORT_POLICY}"`))
  assert.doesNotMatch(page, /<script|\sstyle=|\son[a-z]+=/)
})

test('the same log gives the same report, whoever asks and however often', () => {
  const [one, other] = [buildReport(sampleInput()), buildReport(sampleInput())]
  assert.deepEqual(one, other)
  assert.equal(reportToMarkdown(one), reportToMarkdown(other))
  assert.ok(reportToMarkdown(one).includes('rolled back'))
})
