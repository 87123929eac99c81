// The Test Anything Protocol, as node --test, tape, ava and others print it: `not ok` lines with a block of YAML behind.
import type { Finding } from '../../vocabulary/check.ts'
import { errorAt, linesOf, messageOfLines, NOWHERE, placeInStack, placeOf } from './lines.ts'
import type { Place } from './lines.ts'
import type { RawOutput } from '../runner.ts'
import { reasonBefore } from './node-test-output.ts'

const FAILED = /^(\s*)not ok(?: (\d+))?(?:\s+-)?\s*(.*)$/
const DIRECTIVE = /\s#\s*(?:TODO|SKIP)\b/i
const HEADING = /^# (?!Subtest:|tests |pass |fail |skipped|todo|cancelled|suites|duration|ok$)(\S.*)$/
const MOST_BLOCK = 200

export function tapFindings(raw: RawOutput): readonly Finding[] {
  const lines = linesOf(raw)
  if (!lines.some((line) => line.startsWith('TAP version') || /^\s*not ok\b/.test(line))) return []
  const plain = lines.map((line) => line.replace(/^# /, ''))
  const findings: Finding[] = []
  let heading: string | null = null
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? ''
    const title = HEADING.exec(line)?.[1]
    if (title !== undefined && !/^\w*Error\b|^ |^at /.test(title)) heading = title
    const [all, indent = '', , name = ''] = FAILED.exec(line) ?? []
    if (all === undefined || DIRECTIVE.test(name)) continue
    const block = yamlBehind(lines, index + 1, indent.length)
    const said = fieldsOf(block)
    // A parent only says that a child of it failed.
    if (/subtests? failed/i.test(said.message) && said.isParent) continue
    const finding = errorAt(
      said.place,
      said.isNode ? name : [heading, name].filter((part) => part !== null && part !== '').join(': '),
      said.message === '' ? name : said.message,
    )
    findings.push(said.message === 'test failed' ? reasonBefore(plain, index - 1, finding) : finding)
  }
  return findings
}

function yamlBehind(lines: readonly string[], from: number, indent: number): readonly string[] {
  if ((lines[from] ?? '').trim() !== '---') return []
  const block: string[] = []
  for (const line of lines.slice(from + 1, from + MOST_BLOCK)) {
    if (line.trim() === '...' && line.length - line.trimStart().length <= indent + 4) break
    block.push(line)
  }
  return block
}

type Said = { readonly place: Place; readonly message: string; readonly isParent: boolean; readonly isNode: boolean }

function fieldsOf(block: readonly string[]): Said {
  const value = (name: string) => {
    const at = block.findIndex((line) => line.trimStart().startsWith(`${name}:`))
    if (at === -1) return null
    const line = block[at] ?? ''
    const text = unquoted(line.slice(line.indexOf(':') + 1).trim())
    if (!/^[|>][+-]?$/.test(text)) return text
    const depth = line.length - line.trimStart().length
    const rest = block.slice(at + 1)
    const end = rest.findIndex((one) => one.trim() !== '' && one.length - one.trimStart().length <= depth)
    return messageOfLines(end === -1 ? rest : rest.slice(0, end))
  }
  const [, file, line] = /^(.+?):(\d+)(?::\d+)?$/.exec(value('location') ?? '') ?? []
  const [, atFile, atLine] = /\(?([^()\s]+):(\d+):\d+\)?$/.exec(value('at') ?? '') ?? []
  const stack = placeInStack(block)
  const place = file !== undefined ? placeOf(file, line) : atFile !== undefined ? placeOf(atFile, atLine) : stack
  const compared = ['expected', 'actual'].flatMap((name) => {
    const text = value(name)
    return text === null || text === '' ? [] : [`${name}: ${text}`]
  })
  const error = value('error') ?? value('message')
  return {
    place: place.file === null ? NOWHERE : place,
    message: (error ?? compared.join(', ')).slice(0, 1_000),
    isParent: value('failureType') === 'subtestsFailed',
    isNode: value('failureType') !== null,
  }
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text
}
