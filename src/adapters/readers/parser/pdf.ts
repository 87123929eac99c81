// PDF: the text of its pages, by way of pdf.js, without fonts, pictures or scripts.
import { getDocumentProxy } from 'unpdf'
import { createTextSink } from './parsed.ts'
import type { Parsed } from './parsed.ts'

const MOST_PAGES = 1_000

export async function readPdf(bytes: Uint8Array): Promise<Parsed> {
  const document = await opened(bytes)
  if ('type' in document) return document
  const sink = createTextSink()
  const pages = document.numPages
  let done = 0
  let broken = 0
  for (let number = 1; number <= Math.min(pages, MOST_PAGES) && !sink.full(); number += 1) {
    done = number
    if (number > 1) sink.add('\n\n')
    try {
      const page = await document.getPage(number)
      const { items } = await page.getTextContent()
      for (const item of items) if ('str' in item) sink.add(item.hasEOL ? `${item.str}\n` : item.str)
      page.cleanup()
    } catch {
      broken += 1
    }
  }
  const text = sink.text().trim()
  if (text === '' && broken === 0) return { type: 'pictures', pages }
  if (text === '') return { type: 'failed', reason: 'This PDF is damaged: send it again, or another copy.' }
  return { type: 'read', text, about: { pages }, format: 'pdf', truncated: sink.full() || done < pages || broken > 0 }
}

async function opened(bytes: Uint8Array) {
  try {
    return await getDocumentProxy(bytes, {
      disableFontFace: true,
      useSystemFonts: false,
      verbosity: 0,
      maxImageSize: 1,
    })
  } catch (error) {
    const isLocked = error instanceof Error && error.name === 'PasswordException'
    const reason = isLocked
      ? 'This PDF is locked with a password: send it without one.'
      : 'This PDF is damaged, or is none: send it again, or another copy.'
    return { type: 'failed', reason } satisfies Parsed
  }
}
