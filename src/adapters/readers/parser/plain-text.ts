// Text in whatever letters it was written: by its mark, by what it can be, and at the last as Latin letters.
import { TEXT_LIMIT } from './parsed.ts'
import type { Parsed } from './parsed.ts'
import { htmlText } from './html.ts'

/** Four bytes a character are enough to fill what is kept. */
const DECODED_BYTES = 4 * TEXT_LIMIT + 16

/** Null when these bytes are no text. */
export function readText(bytes: Uint8Array, name: string, mediaType: string): Parsed | null {
  const part = bytes.length > DECODED_BYTES * 3 ? bytes.subarray(0, DECODED_BYTES * 3) : bytes
  const decoded = decode(part)
  if (decoded === null) return null
  const isHtml = mediaType.includes('html') || /^\s*(?:<!doctype html|<html[\s>])/i.test(decoded.text.slice(0, 1_000))
  const isSvg = /^\s*(?:<\?xml[^>]{0,200}>\s*)?<svg[\s>]/i.test(decoded.text.slice(0, 1_000))
  const whole = isHtml && !isSvg ? htmlText(decoded.text) : decoded.text
  if (whole.trim() === '')
    return { type: 'failed', reason: 'There is nothing but white space in this file: send it again.' }
  const text = whole.slice(0, TEXT_LIMIT)
  return {
    type: 'read',
    text,
    about: { encoding: decoded.encoding, lines: text.split('\n').length },
    format: isHtml && !isSvg ? 'html' : formatOf(name),
    truncated: whole.length > text.length || part.length < bytes.length,
  }
}

function decode(bytes: Uint8Array): { readonly text: string; readonly encoding: string } | null {
  const [a, b, c] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return { text: new TextDecoder('utf-8').decode(bytes), encoding: 'utf-8' }
  if (a === 0xff && b === 0xfe) return asUtf16(bytes, 'utf-16le')
  if (a === 0xfe && b === 0xff) return asUtf16(bytes, 'utf-16be')
  const sample = bytes.subarray(0, 4_096)
  const zerosAt = (odd: number): number => sample.filter((byte, index) => byte === 0 && index % 2 === odd).length
  // Latin letters in UTF-16 have a zero beside each of them.
  if (sample.length > 8 && zerosAt(1) > sample.length * 0.35 && zerosAt(0) === 0) return asUtf16(bytes, 'utf-16le')
  if (sample.length > 8 && zerosAt(0) > sample.length * 0.35 && zerosAt(1) === 0) return asUtf16(bytes, 'utf-16be')
  if (!isMostlyLetters(bytes)) return null
  try {
    // A letter may be cut in two at the end of the part that is looked at.
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }), encoding: 'utf-8' }
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'latin-1' }
  }
}

function asUtf16(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be') {
  const text = new TextDecoder(encoding).decode(bytes)
  const controls = Array.from(text.slice(0, 4_096)).filter((letter) => /[\x00-\x08\x0e-\x1a\ufffd]/.test(letter)).length
  return controls > 40 ? null : { text, encoding }
}

function isMostlyLetters(bytes: Uint8Array): boolean {
  let controls = 0
  let high = 0
  for (const byte of bytes) {
    if (byte === 0) return false
    if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27)) controls += 1
    if (byte > 0x7f) high += 1
  }
  // Noise has all bytes alike: one in nine is a control character.
  return controls <= bytes.length / 100 && !(controls > 0 && high > bytes.length * 0.45)
}

function formatOf(name: string): string {
  const extension = /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toLowerCase()
  return extension === undefined ? 'text' : `text/${extension}`
}
