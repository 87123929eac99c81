// Real files made on the spot, honest and hostile ones: PDFs by hand, Office documents zipped, archives, pictures, speech.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { strToU8, zipSync } from 'fflate'

const latin = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'))

/** One page for each text. Uncompressed, so that what stands in it can be read here too. */
export function pdfOf(pages: readonly string[], extra = ''): Uint8Array {
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>']
  const kids = pages.map((_, index) => `${4 + index * 2} 0 R`).join(' ')
  objects.push(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`)
  objects.push('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>')
  for (const [index, page] of pages.entries()) {
    const lines = page.split('\n').map((line) => `(${line.replaceAll(/[\\()]/g, String.raw`\$&`)}) Tj T*`)
    const stream = `BT /F1 18 Tf 20 TL 40 760 Td ${lines.join(' ')} ET`
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents ${5 + index * 2} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
      `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    )
  }
  return pdfWith(objects, extra)
}

function pdfWith(objects: readonly string[], extra = ''): Uint8Array {
  let body = `%PDF-1.4\n${extra}`
  const offsets = objects.map((object, index) => {
    const at = body.length
    body += `${index + 1} 0 obj\n${object}\nendobj\n`
    return at
  })
  const table = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')
  const size = objects.length + 1
  return latin(
    `${body}xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`,
  )
}

/** One page that is a picture of 1000 by 200. */
export function scannedPdfOf(jpg: Uint8Array): Uint8Array {
  const picture = Buffer.from(jpg).toString('latin1')
  const draw = 'q 500 0 0 100 50 600 cm /Im Do Q'
  return pdfWith([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /XObject << /Im 5 0 R >> >> >>',
    `<< /Length ${draw.length} >>\nstream\n${draw}\nendstream`,
    `<< /Type /XObject /Subtype /Image /Width 1000 /Height 200 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode /Length ${picture.length} >>\nstream\n${picture}\nendstream`,
  ])
}

export function zipOf(files: Readonly<Record<string, string | Uint8Array>>): Uint8Array {
  return zipSync(
    Object.fromEntries(Object.entries(files).map(([name, it]) => [name, typeof it === 'string' ? strToU8(it) : it])),
    { mtime: '2026-01-01' },
  )
}

export function docxOf(paragraphs: readonly string[], head = ''): Uint8Array {
  const body = paragraphs.map((text) => `<w:p><w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`).join('')
  return zipOf({
    '[Content_Types].xml': '<Types/>',
    'word/document.xml': `<?xml version="1.0"?>${head}<w:document xmlns:w="w"><w:body>${body}</w:body></w:document>`,
  })
}

export function xlsxOf(): Uint8Array {
  return zipOf({
    'xl/workbook.xml':
      '<workbook xmlns:r="r"><sheets><sheet name="Prices" sheetId="1" r:id="rId2"/><sheet name="Notes" sheetId="2" r:id="rId1"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels':
      '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Target="/xl/worksheets/sheet2.xml"/></Relationships>',
    'xl/sharedStrings.xml':
      '<sst><si><t>Apple</t></si><si><r><t>Bread</t></r><r><t> roll</t></r><rPh><t>unseen</t></rPh></si></sst>',
    'xl/worksheets/sheet1.xml':
      '<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>by hand</t></is></c></row></sheetData></worksheet>',
    'xl/worksheets/sheet2.xml':
      '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1"><f>1+1</f><v>2.5</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2" t="b"><v>1</v></c></row></sheetData></worksheet>',
  })
}

export function pptxOf(): Uint8Array {
  const slide = (text: string): string => `<p:sld><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:sld>`
  return zipOf({
    'ppt/presentation.xml': '<p:presentation/>',
    'ppt/slides/slide10.xml': slide('the tenth'),
    'ppt/slides/slide2.xml': slide('the second'),
    'ppt/notesSlides/notesSlide2.xml': slide('say it slowly'),
  })
}

export function openDocumentOf(kind: 'text' | 'spreadsheet' | 'presentation', body: string): Uint8Array {
  return zipOf({
    mimetype: `application/vnd.oasis.opendocument.${kind}`,
    'content.xml': `<?xml version="1.0"?><office:document-content xmlns:office="o" xmlns:text="t" xmlns:table="b" xmlns:draw="d">${body}</office:document-content>`,
  })
}

export function tarOf(files: Readonly<Record<string, string>>): Uint8Array {
  const blocks = Object.entries(files).map(([name, text]) => {
    const header = Buffer.alloc(512)
    header.write(name.slice(0, 100), 0)
    header.write(`${text.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('0', 156)
    header.write('ustar\x0000', 257)
    const body = Buffer.alloc(Math.ceil(text.length / 512) * 512)
    body.write(text)
    return Buffer.concat([header, body])
  })
  return new Uint8Array(Buffer.concat([...blocks, Buffer.alloc(1_024)]))
}

export function gzipOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(gzipSync(bytes))
}

/** Ten thousand zeros to a byte. */
export function zipBomb(): Uint8Array {
  return zipOf({ 'word/document.xml': new Uint8Array(60_000_000) })
}

/** An entry that says it is small and unpacks to sixty megabytes. */
export function lyingZip(): Uint8Array {
  const bytes = Buffer.from(zipOf({ 'word/document.xml': new Uint8Array(60_000_000) }))
  const size = Buffer.alloc(4)
  size.writeUInt32LE(60_000_000)
  const small = Buffer.alloc(4)
  small.writeUInt32LE(1_000)
  for (let at = bytes.indexOf(size); at >= 0; at = bytes.indexOf(size, at + 4)) small.copy(bytes, at)
  return new Uint8Array(bytes)
}

export const BILLION_LAUGHS = `<!DOCTYPE lolz [<!ENTITY lol "lol">${Array.from(
  { length: 9 },
  (_, index) => `<!ENTITY lol${index + 1} "${`&lol${index === 0 ? '' : index};`.repeat(10)}">`,
).join('')}]>`

/** Whether the machine has the program. */
export function hasProgram(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0
}

const FONT = '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'

/** Words in large letters, black on white. Needs ffmpeg and the font of `fonts-dejavu-core`; null without them. */
export function pictureOf(words: string, extension: 'png' | 'jpg'): Uint8Array | null {
  if (!hasProgram('ffmpeg')) return null
  const filter = `color=white:s=1000x200,drawtext=fontfile=${FONT}:text='${words}':fontsize=60:x=30:y=60`
  return made(extension, (path) => ['ffmpeg', '-v', 'error', '-f', 'lavfi', '-i', filter, '-frames:v', '1', path])
}

/** Somebody says the words. Needs espeak-ng and ffmpeg; null without them. */
export function speechOf(words: string, extension: 'wav' | 'ogg' | 'mp3' | 'm4a'): Uint8Array | null {
  if (!hasProgram('espeak-ng') || !hasProgram('ffmpeg')) return null
  return made(extension, (path) => [
    'sh',
    '-c',
    'espeak-ng -v en-us -s 130 --stdout "$1" | ffmpeg -v error -i - -ar 48000 "$2"',
    'sh',
    words,
    path,
  ])
}

function made(extension: string, commandFor: (path: string) => readonly string[]): Uint8Array | null {
  const folder = mkdtempSync(join(tmpdir(), 'factotum-sample-'))
  try {
    const path = join(folder, `made.${extension}`)
    const [program = '', ...rest] = commandFor(path)
    execFileSync(program, rest, { stdio: 'pipe', timeout: 30_000 })
    return new Uint8Array(readFileSync(path))
  } catch {
    return null
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
