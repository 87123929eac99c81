// Tells what a document is by its bytes and hands it to the reader of its format.
import { gunzipped, listTar, listZip } from './archive.ts'
import { readOffice } from './office.ts'
import type { Parsed } from './parsed.ts'
import { readPdf } from './pdf.ts'
import { readText } from './plain-text.ts'
import { TooMuchInside, zipEntries } from './zip.ts'

export type Document = { readonly bytes: Uint8Array; readonly name: string; readonly mediaType: string }

/** Never rejects for what the bytes are. */
export async function parse(document: Document): Promise<Parsed> {
  const { bytes, name, mediaType } = document
  const head = Buffer.from(bytes.subarray(0, 1_024)).toString('latin1')
  try {
    if (head.includes('%PDF-') && (head.startsWith('%PDF-') || head.includes('\0') || mediaType.includes('pdf')))
      return await readPdf(bytes)
    if (head.startsWith('PK\x03\x04') || head.startsWith('PK\x05\x06')) return readZipped(bytes)
    if (head.startsWith('\x1f\x8b')) return await readGzipped(document)
    const tar = listTar(bytes, false)
    if (tar !== null) return tar
    if (head.startsWith('\xd0\xcf\x11\xe0'))
      return unsupported('Old Office files can not be read: save it as docx, xlsx, pptx or PDF')
    if (head.startsWith('{\\rtf')) return unsupported('RTF can not be read: save it as docx or PDF')
    if (/^(?:Rar!|7z\xbc\xaf|BZh|\xfd7zXZ|\x28\xb5\x2f\xfd)/.test(head))
      return unsupported('Archives of this kind can not be opened: send it as zip or tar.gz')
    return (
      readText(bytes, name, mediaType) ??
      unsupported(
        'Nothing here knows this kind of file: send text, a PDF, an Office document, a picture or a recording',
      )
    )
  } catch (error) {
    if (error instanceof TooMuchInside) return { type: 'failed', reason: error.message }
    return { type: 'failed', reason: 'This file is damaged: send it again, or another copy.' }
  }
}

function readZipped(bytes: Uint8Array): Parsed {
  const names = zipEntries(bytes).map((entry) => entry.name)
  return readOffice(bytes, names) ?? listZip(bytes)
}

async function readGzipped({ bytes, name, mediaType }: Document): Promise<Parsed> {
  const inside = await gunzipped(bytes)
  const tar = listTar(inside.bytes, inside.isPart)
  if (tar !== null) return tar
  const text = readText(inside.bytes, name.replace(/\.gz$/i, ''), mediaType)
  if (text === null)
    return unsupported('What is packed in this file is neither text nor a tar archive: send it as it is')
  return text.type === 'read' ? { ...text, truncated: text.truncated || inside.isPart } : text
}

function unsupported(hint: string): Parsed {
  return { type: 'unsupported', hint: `${hint}.` }
}
