// The screenshots of a report's page, inside of it as data, as long as they are not too large for that.
import { escape, list, section } from './html-parts.ts'
import type { Section } from './html-parts.ts'
import type { Report, Screenshot } from './report.ts'
import { oneLine } from './words.ts'

/** Of one picture: what is larger is a file beside the report. */
const PICTURE_BYTES = 4_000_000

export function screenshotsHtml({ screenshots, noScreenshots, pageErrors, type }: Report): Section | null {
  if (type !== 'dev_pipeline') return null
  const errors =
    pageErrors.length === 0
      ? ''
      : `<h3>What the page complained of</h3><div class="card">${list(pageErrors.map((it) => escape(oneLine(it, 400))))}</div>`
  if (screenshots.length === 0) {
    if (noScreenshots === null) return null
    return section(
      'screenshots',
      'Screenshots',
      null,
      `<div class="card dim">None: ${escape(oneLine(noScreenshots, 400))}</div>`,
    )
  }
  const figures = screenshots.map(figureHtml).join('')
  return section(
    'screenshots',
    'Screenshots',
    null,
    `<div class="shots${screenshots.length === 1 ? ' one' : ''}">${figures}</div>${errors}`,
  )
}

function figureHtml({ view, width, height, name, png }: Screenshot): string {
  const frame = view === 'phone' ? 'frame phone' : 'frame desk'
  const words = view === 'phone' ? 'On a phone' : 'On a desktop'
  const shown =
    png === null || png.byteLength > PICTURE_BYTES
      ? `<div class="card dim">See the file ${escape(name)}.</div>`
      : `<div class="${frame}"><img src="data:image/png;base64,${base64(png)}" width="${width}" height="${height}" alt="${words}"></div>`
  return `<figure>${shown}<figcaption>${words}, ${width}×${height}</figcaption></figure>`
}

const PIECE = 0x8000

function base64(bytes: Uint8Array): string {
  const pieces: string[] = []
  for (let at = 0; at < bytes.length; at += PIECE) pieces.push(String.fromCharCode(...bytes.subarray(at, at + PIECE)))
  return btoa(pieces.join(''))
}
