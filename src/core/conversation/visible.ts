// Makes text from models, files and strangers safe to read in a chat: nothing in it can hide or disguise itself.
import { characterEscape, lookAlikesIn, withoutDisguise } from '../vocabulary/look-alikes.ts'
import { onOneLine, shorten } from '../vocabulary/short-text.ts'

/** Bidirectional controls, zero-width and other invisible characters (Unicode TR36, TR39). */
const INVISIBLE =
  /[\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb]|[\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g
const REORDERING = /[\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb]/g
const LONE_SURROGATE = /\p{Surrogate}/gu

/** Control and invisible characters as escapes such as \u202e; tabs and line feeds stay. */
export function visible(text: string): string {
  return text
    .replace(CONTROL, characterEscape)
    .replace(INVISIBLE, characterEscape)
    .replace(LONE_SURROGATE, characterEscape)
}

/** For reading, not for approving: control characters and those that reorder text are gone, emoji and joiners stay. */
export function readable(text: string): string {
  return text.replace(CONTROL, '').replace(REORDERING, '').replace(LONE_SURROGATE, '')
}

/**
 * What somebody is to approve, made visible, and more: letters of other scripts within a word that has ASCII letters are escaped too.
 * `lookAlikes` are those that stay because their word is wholly foreign, or that are signs; each once, at most ten.
 */
export function exact(text: string): { readonly shown: string; readonly lookAlikes: readonly string[] } {
  const shown = withoutDisguise(visible(text))
  return { shown, lookAlikes: lookAlikesIn(shown) }
}

/** The same on one line of at most `limit` characters. */
export function exactLine(text: string, limit = 160): string {
  return shorten(onOneLine(exact(text).shown), limit)
}

/** On one line of at most `limit` characters. */
export function oneLine(text: string, limit = 160): string {
  return shorten(onOneLine(readable(text)), limit)
}

/** The last `limit` UTF-16 units, never half a character. */
export function clipStart(text: string, limit: number): string {
  if (text.length <= limit) return text
  const cut = text.slice(-limit)
  return /^[\udc00-\udfff]/.test(cut) ? cut.slice(1) : cut
}

/** The end of a longer text: from the beginning of a line on, where lines are not too long for that. */
export function endOf(text: string, limit: number): string {
  if (text.length <= limit) return text
  const end = clipStart(text, limit)
  const line = end.indexOf('\n')
  return line === -1 || line > limit / 4 ? `…${end}` : `…\n${end.slice(line + 1)}`
}
