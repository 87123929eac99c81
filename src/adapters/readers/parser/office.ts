// Office documents, Microsoft's and the open ones: the words in them, in reading order.
import type { Parsed } from './parsed.ts'
import { createTextSink } from './parsed.ts'
import type { TextSink } from './parsed.ts'
import { readSheets } from './spreadsheet.ts'
import { htmlText } from './html.ts'
import { readXml } from './xml.ts'
import { unzip } from './zip.ts'

/** Null when the archive is no document that is known here. Throws for what can't be unpacked. */
export function readOffice(bytes: Uint8Array, names: readonly string[]): Parsed | null {
  const has = new Set(names)
  if (has.has('word/document.xml')) return readWord(bytes)
  if (has.has('ppt/presentation.xml')) return readSlides(bytes)
  if (has.has('xl/workbook.xml')) return readSheets(bytes)
  if (!has.has('mimetype')) return null
  const mimetype = new TextDecoder().decode(unzip(bytes, (name) => name === 'mimetype').get('mimetype')).trim()
  if (mimetype === 'application/epub+zip') return readBook(bytes)
  const kind = /^application\/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)/.exec(mimetype)?.[1]
  return kind === undefined ? null : readOpenDocument(bytes, kind)
}

function readWord(bytes: Uint8Array): Parsed {
  const parts = unzip(bytes, (name) => /^word\/(document|footnotes|endnotes|comments)\.xml$/.test(name))
  const sink = createTextSink()
  let paragraphs = 0
  for (const name of ['document', 'footnotes', 'endnotes', 'comments']) {
    const part = parts.get(`word/${name}.xml`)
    if (part === undefined) continue
    if (name !== 'document') sink.add(`\n[${name}]\n`)
    paragraphs += addParagraphs(part, sink)
  }
  return read(sink, 'docx', { paragraphs })
}

function readSlides(bytes: Uint8Array): Parsed {
  const parts = unzip(bytes, (name) => /^ppt\/(slides\/slide|notesSlides\/notesSlide)\d+\.xml$/.test(name))
  const numbered = (pattern: RegExp): readonly (readonly [number, Uint8Array])[] =>
    [...parts]
      .flatMap(([name, part]) => {
        const number = Number(pattern.exec(name)?.[1])
        return Number.isNaN(number) ? [] : [[number, part] as const]
      })
      .toSorted(([a], [b]) => a - b)
  const slides = numbered(/slides\/slide(\d+)/)
  const notes = new Map(numbered(/notesSlide(\d+)/))
  const sink = createTextSink()
  for (const [index, [number, slide]] of slides.entries()) {
    if (sink.full()) break
    sink.add(`${index === 0 ? '' : '\n'}[slide ${number}]\n`)
    addParagraphs(slide, sink)
    const note = notes.get(number)
    if (note === undefined) continue
    sink.add('[notes]\n')
    addParagraphs(note, sink)
  }
  return read(sink, 'pptx', { slides: slides.length })
}

/** Text stands in `t`, a paragraph is `p`: in Word and in PowerPoint alike. Returns how many paragraphs. */
function addParagraphs(part: Uint8Array, sink: TextSink): number {
  let inText = 0
  let paragraphs = 0
  readXml(
    part,
    {
      open: (name) => {
        if (name === 't') inText += 1
        else if (name === 'tab') sink.add('\t')
        else if (name === 'br' || name === 'cr') sink.add('\n')
      },
      close: (name) => {
        if (name === 't') inText -= 1
        else if (name === 'p') {
          paragraphs += 1
          sink.add('\n')
        } else if (name === 'tc') sink.add('\t')
      },
      text: (text) => {
        if (inText > 0) sink.add(text)
      },
    },
    sink.full,
  )
  return paragraphs
}

function readOpenDocument(bytes: Uint8Array, kind: string): Parsed {
  const content = unzip(bytes, (name) => name === 'content.xml').get('content.xml')
  if (content === undefined)
    return { type: 'failed', reason: 'The document has no content: send it again, or a PDF of it.' }
  const sink = createTextSink()
  let depth = 0
  const about = { paragraphs: 0, sheets: 0, slides: 0 }
  readXml(
    content,
    {
      open: (name, attributes) => {
        if (name === 'p' || name === 'h') depth += 1
        else if (name === 'tab') sink.add('\t')
        else if (name === 'line-break') sink.add('\n')
        else if (name === 's') sink.add(' '.repeat(Math.min(Number(attributes['c'] ?? 1) || 1, 100)))
        else if (name === 'table' && kind === 'spreadsheet') {
          about.sheets += 1
          sink.add(`[${attributes['name'] ?? 'sheet'}]\n`)
        } else if (name === 'page') {
          about.slides += 1
          sink.add(`[slide ${about.slides}]\n`)
        }
      },
      close: (name) => {
        if (name === 'p' || name === 'h') {
          depth -= 1
          about.paragraphs += 1
          if (kind !== 'spreadsheet') sink.add('\n')
        } else if (name === 'table-cell') sink.add('\t')
        else if (name === 'table-row') sink.add('\n')
      },
      text: (text) => {
        if (depth > 0) sink.add(text)
      },
    },
    sink.full,
  )
  const format = { text: 'odt', spreadsheet: 'ods', presentation: 'odp' }[kind] ?? 'odf'
  return read(sink, format, Object.fromEntries(Object.entries(about).filter(([, count]) => count > 0)))
}

function readBook(bytes: Uint8Array): Parsed {
  const pages = unzip(bytes, (name) => /\.x?html?$/i.test(name))
  const sink = createTextSink()
  for (const [, page] of [...pages].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (sink.full()) break
    sink.add(`${htmlText(new TextDecoder().decode(page))}\n\n`)
  }
  return read(sink, 'epub', { chapters: pages.size })
}

function read(sink: TextSink, format: string, about: Readonly<Record<string, number>>): Parsed {
  const text = sink
    .text()
    .replaceAll(/[ \t]+\n/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
  if (text === '')
    return { type: 'failed', reason: 'There are no words in this document: send its pictures as pictures.' }
  return { type: 'read', text, about, format, truncated: sink.full() }
}
