// Reads Markdown (CommonMark with tables, strikethrough, task lists) into a document, whatever it is given.
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import type { Definition, ListItem as MarkdownItem, PhrasingContent, RootContent } from 'mdast'
import { cleanText } from './clean-text.ts'
import { plainRun } from './document.ts'
import type { Block, Document, Mark, Run } from './document.ts'
import { linkTarget } from './link-target.ts'

type Definitions = ReadonlyMap<string, Definition>
type Style = { readonly marks: readonly Mark[]; readonly link: string | null }

const MARKS: readonly Mark[] = ['bold', 'italic', 'strikethrough', 'code']
const NO_STYLE: Style = { marks: [], link: null }
/** Telegram nests sixteen deep; what lies deeper is shown as it was written. */
const DEEPEST = 8
/** The parser's own recursion fails on these, after a long time. */
const TOO_DEEP = /(?:>[ \t]*|(?:[-*+]|\d{1,9}[.)])[ \t]+){64}/

/** What the parser looks for a counterpart of: within one paragraph its work grows with the square of their number. */
const SIGNS = /[*_~[\]()<&`]/g
/** Where a paragraph surely ends: at an empty line, or where a list begins. */
const PARAGRAPH_END = /\n(?=[ \t]*\n| {0,3}[-*+] +\S)/
/** Some tenths of a second. A chapter of a book, heavily marked up, has a hundredth of it. */
const MOST_WORK = 6_000_000

/** Left open it would swallow what stands below it; here it means nothing anyway. */
const NO_HTML = { disable: { null: ['htmlFlow', 'htmlText'] } }

/** Never throws. What it does not know, what is nested too deep, and what would take too long, stands in it as the text it was written as. */
export function markdownToDocument(markdown: string): Document {
  const source = cleanText(markdown)
  if (TOO_DEEP.test(source) || isTooMuchWork(source)) return asWritten(source)
  try {
    const tree = fromMarkdown(source, { extensions: [gfm(), NO_HTML], mdastExtensions: [gfmFromMarkdown()] })
    const definitions = new Map<string, Definition>()
    for (const node of tree.children) if (node.type === 'definition') definitions.set(node.identifier, node)
    return readBlocks(tree.children, { source, definitions, depth: 0 })
  } catch (error) {
    if (error instanceof RangeError) return asWritten(source)
    throw error
  }
}

type Reading = { readonly source: string; readonly definitions: Definitions; readonly depth: number }

function isTooMuchWork(source: string): boolean {
  const signs = source.split(PARAGRAPH_END).map((paragraph) => paragraph.match(SIGNS)?.length ?? 0)
  return signs.reduce((work, count) => work + count ** 2, 0) > MOST_WORK
}

function asWritten(text: string): Document {
  return text.trim() === '' ? [] : [{ type: 'paragraph', runs: [plainRun(text.trim())] }]
}

function readBlocks(nodes: readonly RootContent[], reading: Reading): readonly Block[] {
  return nodes.flatMap((node) => readBlock(node, reading))
}

function readBlock(node: RootContent, reading: Reading): readonly Block[] {
  const deeper = { ...reading, depth: reading.depth + 1 }
  if (reading.depth > DEEPEST && 'children' in node) return asWritten(written(node, reading))
  switch (node.type) {
    case 'paragraph':
      return paragraph(readRuns(node.children, reading, NO_STYLE))
    case 'heading':
      return [{ type: 'heading', level: node.depth, runs: readRuns(node.children, reading, NO_STYLE) }]
    case 'code':
      return [{ type: 'code', language: node.lang ?? null, text: cleanText(node.value) }]
    case 'blockquote':
      return [{ type: 'quote', blocks: readBlocks(node.children, deeper) }]
    case 'list':
      return [
        {
          type: 'list',
          start: node.ordered === true ? (node.start ?? 1) : null,
          loose: node.spread === true || node.children.some((item) => item.spread === true),
          items: node.children.map((item: MarkdownItem) => ({
            checked: item.checked ?? null,
            blocks: readBlocks(item.children, deeper),
          })),
        },
      ]
    case 'table':
      return [
        {
          type: 'table',
          align: (node.align ?? []).map((side) => side ?? 'left'),
          rows: node.children.map((row) => row.children.map((cell) => readRuns(cell.children, reading, NO_STYLE))),
        },
      ]
    case 'thematicBreak':
      return [{ type: 'rule' }]
    case 'definition':
      return []
    case 'footnoteDefinition':
      return [...paragraph([plainRun(`[^${node.label ?? node.identifier}]:`)]), ...readBlocks(node.children, deeper)]
    default:
      return asWritten(written(node, reading))
  }
}

function paragraph(runs: readonly Run[]): readonly Block[] {
  return runs.length === 0 ? [] : [{ type: 'paragraph', runs }]
}

function readRuns(nodes: readonly PhrasingContent[], reading: Reading, style: Style): readonly Run[] {
  return joinRuns(nodes.flatMap((node) => readRun(node, { ...reading, depth: reading.depth + 1 }, style)))
}

function readRun(node: PhrasingContent, reading: Reading, style: Style): readonly Run[] {
  const run = (value: string, marked: Style = style): readonly Run[] => {
    // Character references can bring back what was cleaned away.
    const text = cleanText(value)
    return text === '' ? [] : [{ text, ...marked }]
  }
  if (reading.depth > DEEPEST * 2 && 'children' in node) return run(written(node, reading))
  switch (node.type) {
    case 'text':
      return run(node.value)
    case 'inlineCode':
      return run(node.value, withMark(style, 'code'))
    case 'strong':
      return readRuns(node.children, reading, withMark(style, 'bold'))
    case 'emphasis':
      return readRuns(node.children, reading, withMark(style, 'italic'))
    case 'delete':
      return readRuns(node.children, reading, withMark(style, 'strikethrough'))
    case 'break':
      return run('\n')
    case 'link':
      return linked(node.url, (inner) => readRuns(node.children, reading, inner), style)
    case 'linkReference':
      return linked(
        reading.definitions.get(node.identifier)?.url,
        (inner) => readRuns(node.children, reading, inner),
        style,
      )
    case 'image':
      return linked(node.url, (inner) => run(node.alt ?? '', inner), style)
    case 'imageReference':
      return linked(reading.definitions.get(node.identifier)?.url, (inner) => run(node.alt ?? '', inner), style)
    case 'footnoteReference':
      return run(`[^${node.label ?? node.identifier}]`)
    default:
      return run(written(node, reading))
  }
}

/** A link where there may be one; where not, the address stands behind its text, so that it is not lost. */
function linked(address: string | undefined, read: (style: Style) => readonly Run[], style: Style): readonly Run[] {
  const url = cleanText(address ?? '')
  const target = linkTarget(url)
  const runs = read(target === null ? style : { ...style, link: target })
  const text = runs.map((run) => run.text).join('')
  if (text === '') return url === '' ? [] : [{ text: url, ...style, link: target }]
  if (target !== null || url === '' || text === url || url === `http://${text}` || url === `mailto:${text}`) return runs
  return [...runs, { text: ` (${url})`, ...style }]
}

function withMark(style: Style, mark: Mark): Style {
  return { ...style, marks: MARKS.filter((each) => each === mark || style.marks.includes(each)) }
}

function joinRuns(runs: readonly Run[]): readonly Run[] {
  const joined: Run[] = []
  for (const run of runs) {
    const last = joined.at(-1)
    if (last !== undefined && last.link === run.link && last.marks.join() === run.marks.join())
      joined[joined.length - 1] = { ...last, text: last.text + run.text }
    else joined.push(run)
  }
  return joined
}

function written(node: RootContent | PhrasingContent, reading: Reading): string {
  return reading.source.slice(node.position?.start.offset ?? 0, node.position?.end.offset ?? 0)
}
