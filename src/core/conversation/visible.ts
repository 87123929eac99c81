// Makes text from models, files and strangers safe to read in a chat: nothing in it can hide or disguise itself.
import { onOneLine, shorten } from '../vocabulary/short-text.ts'

/** Bidirectional controls, zero-width and other invisible characters (Unicode TR36, TR39). */
const INVISIBLE =
  /[\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb]|[\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g
const REORDERING = /[\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb]/g
const LONE_SURROGATE = /\p{Surrogate}/gu

/** Letters and signs that are drawn like ASCII ones: Greek, Cyrillic, Armenian, Cherokee, full width, mathematical, dashes, quotes. */
const LOOK_ALIKE =
  /[\u0131\u0261\u0370-\u03ff\u0400-\u052f\u0530-\u058f\u13a0-\u13ff\u2010-\u2015\u2018-\u201f\u2024\u2032-\u2037\u2039\u203a\u2044\u2212\u2215\u2216\u2223\u2236\u223c\u2571\u2572\u29f8\uff01-\uff5e]|[\u{1d400}-\u{1d7ff}]/gu
const WORD = /[\p{Letter}\p{Number}\p{Mark}_]+/gu

/** Control and invisible characters as escapes such as \u202e; tabs and line feeds stay. */
export function visible(text: string): string {
  return text.replace(CONTROL, escape).replace(INVISIBLE, escape).replace(LONE_SURROGATE, escape)
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
  const shown = visible(text).replace(WORD, (word) => (/[A-Za-z]/.test(word) ? word.replace(LOOK_ALIKE, escape) : word))
  return { shown, lookAlikes: [...new Set(shown.match(LOOK_ALIKE))].slice(0, 10) }
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

function escape(character: string): string {
  const point = character.codePointAt(0) ?? 0
  return point > 0xffff ? `\\u{${point.toString(16)}}` : `\\u${point.toString(16).padStart(4, '0')}`
}
