// Excel workbooks: each sheet as rows of cells, tabs between them.
import type { Parsed } from './parsed.ts'
import { createTextSink } from './parsed.ts'
import { readXml } from './xml.ts'
import { unzip } from './zip.ts'

/** Nobody reads further to the right; a cell in column XFD must not cost sixteen thousand tabs. */
const MOST_COLUMNS = 200
const MOST_SHARED = 500_000

export function readSheets(bytes: Uint8Array): Parsed {
  const wanted = /^xl\/(workbook\.xml|_rels\/workbook\.xml\.rels|sharedStrings\.xml|worksheets\/[^/]+\.xml)$/
  const parts = unzip(bytes, (name) => wanted.test(name))
  const shared = sharedStrings(parts.get('xl/sharedStrings.xml'))
  const sheets = sheetsOf(parts)
  const sink = createTextSink()
  let rows = 0
  for (const { name, part } of sheets) {
    if (sink.full()) break
    sink.add(`[${name}]\n`)
    let column = 0
    let type = ''
    let value = ''
    let inValue = false
    readXml(
      part,
      {
        open: (element, attributes) => {
          if (element === 'row') column = 0
          else if (element === 'c') {
            type = attributes['t'] ?? ''
            value = ''
            const target = Math.min(columnOf(attributes['r'] ?? ''), MOST_COLUMNS)
            if (target > column) sink.add('\t'.repeat(target - column))
            column = Math.max(column, target)
          } else if (element === 'v' || element === 't') inValue = true
        },
        close: (element) => {
          if (element === 'v' || element === 't') inValue = false
          else if (element === 'c') sink.add(shownCell(type, value, shared))
          else if (element === 'row') {
            rows += 1
            sink.add('\n')
          }
        },
        text: (text) => {
          if (inValue) value += text
        },
      },
      sink.full,
    )
    sink.add('\n')
  }
  if (rows === 0) return { type: 'failed', reason: 'There are no rows in this workbook: send it again, or as CSV.' }
  return {
    type: 'read',
    text: sink.text().trim(),
    about: { sheets: sheets.length, rows },
    format: 'xlsx',
    truncated: sink.full(),
  }
}

function shownCell(type: string, value: string, shared: readonly string[]): string {
  const text = type === 's' ? (shared[Number(value)] ?? '') : type === 'b' ? (value === '1' ? 'TRUE' : 'FALSE') : value
  return text.replaceAll(/[\t\r\n]+/g, ' ')
}

function sharedStrings(part: Uint8Array | undefined): readonly string[] {
  const strings: string[] = []
  if (part === undefined) return strings
  let current = ''
  let inText = false
  let phonetic = false
  readXml(
    part,
    {
      open: (name) => {
        if (name === 'si') current = ''
        else if (name === 'rPh') phonetic = true
        else if (name === 't') inText = !phonetic
      },
      close: (name) => {
        if (name === 'si') strings.push(current)
        else if (name === 'rPh') phonetic = false
        else if (name === 't') inText = false
      },
      text: (text) => {
        if (inText) current += text
      },
    },
    () => strings.length > MOST_SHARED,
  )
  return strings
}

/** In the workbook's order, by the workbook's names. */
function sheetsOf(
  parts: ReadonlyMap<string, Uint8Array>,
): readonly { readonly name: string; readonly part: Uint8Array }[] {
  const targets = new Map<string, string>()
  const never = (): boolean => false
  readXml(
    parts.get('xl/_rels/workbook.xml.rels') ?? new Uint8Array(),
    { open: (_, { Id, Target }) => void (Id !== undefined && Target !== undefined && targets.set(Id, Target)) },
    never,
  )
  const sheets: { name: string; part: Uint8Array }[] = []
  readXml(
    parts.get('xl/workbook.xml') ?? new Uint8Array(),
    {
      open: (element, attributes) => {
        if (element !== 'sheet') return
        const target = targets.get(attributes['id'] ?? '') ?? ''
        const part = parts.get(target.startsWith('/') ? target.slice(1) : `xl/${target}`)
        if (part !== undefined) sheets.push({ name: attributes['name'] ?? 'sheet', part })
      },
    },
    never,
  )
  if (sheets.length > 0) return sheets
  return [...parts].filter(([name]) => name.startsWith('xl/worksheets/')).map(([name, part]) => ({ name, part }))
}

/** `C7` is 2. */
function columnOf(reference: string): number {
  const letters = /^[A-Z]{1,3}/.exec(reference)?.[0] ?? 'A'
  return Array.from(letters).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
}
