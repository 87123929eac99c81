// Text as chats can show it: nothing in it that a server refuses, or that shows other than it reads.
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })
/** Longer than any grapheme that a person writes; clusters beyond are cut. */
const LONGEST_GRAPHEME = 64
const NOT_SHOWN = /[\s\p{Cc}\p{Cf}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/u

/**
 * Line ends become \n and tabs spaces; control characters, embeddings and overrides of direction go; lone surrogates become U+FFFD.
 * Cleaning twice is cleaning once.
 */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replaceAll('\t', '    ')
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
}

/** False where a reader would see nothing, which Telegram refuses to send. */
export function isVisible(text: string): boolean {
  for (const character of text) if (!NOT_SHOWN.test(character)) return true
  return false
}

/** The last place at or before `at` where the text can be cut without harm to a character; always after `from`. */
export function safeCut(text: string, from: number, at: number): number {
  if (at >= text.length) return text.length
  const start = Math.max(from, at - LONGEST_GRAPHEME)
  const window = text.slice(start, at + LONGEST_GRAPHEME)
  let cut = from
  for (const { index } of graphemes.segment(window)) {
    if (start + index > at) break
    // The window may begin inside of a grapheme, so that its own beginning says nothing.
    if (start + index > from && index > 0) cut = start + index
  }
  if (cut > from) return cut
  const code = text.charCodeAt(at)
  const inside = code >= 0xdc00 && code <= 0xdfff
  return inside && at - 1 > from ? at - 1 : inside ? at + 1 : at
}

/** At most `limit` UTF-16 units, with an ellipsis where something is missing. */
export function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, safeCut(text, 0, limit - 1)).trimEnd()}…`
}
