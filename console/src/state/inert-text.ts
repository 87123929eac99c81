// Text from outside, made harmless to read: terminal escapes go, and characters that hide or pose as others are spelt out.

/** A piece of text; `escape` is set on those that stand for a character that must not be shown as itself. */
export type Piece = { readonly text: string; readonly escape: boolean }

const ANSI =
  /\u001b(?:\[[0-?]*[ -/]*[@-~]?|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])|\u009b[0-?]*[ -/]*[@-~]?/g
const LONE_RETURN = /[^\n\r]*\r(?!\n|$)/g
/** Controls, bidirectional overrides, invisible separators and tag characters: never part of plain prose. */
const ALWAYS =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u

/** Without terminal escapes, and with what a carriage return would have overwritten left out. */
export function stripTerminal(text: string): string {
  return text.replace(ANSI, '').replaceAll('\r\n', '\n').replace(LONE_RETURN, '').replaceAll('\r', '')
}

/** For reading: terminal escapes gone, controls and bidirectional overrides spelt out as `\u{202E}`. */
export function toPlain(text: string): string {
  const stripped = stripTerminal(text)
  if (!ALWAYS.test(stripped)) return stripped
  return Array.from(stripped, (char) => (ALWAYS.test(char) ? spell(char) : char)).join('')
}

/** The same on one line, at most `limit` characters. */
export function toLine(text: string, limit = 200): string {
  const line = toPlain(text.slice(0, limit * 4))
    .replace(/\s+/g, ' ')
    .trim()
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line
}

function spell(char: string): string {
  return `\\u{${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}}`
}

// Letters that a reader takes for a Latin one (after Unicode TR39, the single-character pairs that common fonts draw alike).
const LOOK_ALIKES = new Set('аАВсСԁеЕԍһНіІјЈКӏМоОрРԚѕЅТԛхХуУѵԜԝѡνΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικορτυχѠοՕօսցհոքɑɡɩıƖǀℓ')
const LETTERS = /[\p{L}\p{M}\p{N}_]+/gu
const POSING_ALPHABET =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\u0251\u0261\u0269\u0131\u0196\u01c0\u2113]/u
/** Letter-like symbols: full-width and mathematical Latin, enclosed letters. A command has no use for them. */
const STYLED = /[\uff00-\uffef\u2100-\u214f\u2460-\u24ff\u{1d400}-\u{1d7ff}\u{1f100}-\u{1f1ff}]/u
/** Quotes, dashes, slashes, dots and spaces that are not the ASCII ones they look like. */
const POSING_SIGNS =
  /[\u00a0\u00b4\u037e\u0589\u05c3\u1680\u2000-\u200a\u2010-\u201f\u2024\u2026\u2032-\u2037\u2039\u203a\u2044\u204e\u2052\u205f\u2212\u2215-\u2217\u2223\u2236\u223c\u2571\u27cb\u27cd\u29f5\u29f8\u29f9\u3000\u3003\ua4fa\ua4fd\ua789\ufe52\ufe54\ufe58\ufe63\ufe68]/u
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/u

/**
 * For deciding: exactly what is there, with every invisible character, every posing sign and every look-alike letter
 * spelt out. A word wholly in another alphabet stays readable, unless each of its letters could pass for Latin.
 */
export function reveal(text: string): readonly Piece[] {
  const hidden = new Set<number>()
  for (const match of text.matchAll(LETTERS)) markPosing(match[0], match.index, hidden)
  return inPieces(text, (char, at, before) => hidden.has(at) || isSuspicious(char, before))
}

/** For deciding on what was understood, in words: quotes, dashes and letters as they are, what hides spelt out. */
export function revealHidden(text: string): readonly Piece[] {
  return inPieces(text, (char) => ALWAYS.test(char))
}

function inPieces(text: string, isSpelt: (char: string, at: number, before: string) => boolean): readonly Piece[] {
  const pieces: { text: string; escape: boolean }[] = []
  let at = 0
  let before = ''
  for (const char of text) {
    const escape = isSpelt(char, at, before)
    const last = pieces.at(-1)
    if (last !== undefined && !escape && !last.escape) last.text += char
    else pieces.push({ text: escape ? spell(char) : char, escape })
    at += char.length
    before = char
  }
  return pieces
}

function isSuspicious(char: string, before: string): boolean {
  if (char === '\n' || char === '\t' || (char >= ' ' && char <= '~')) return false
  if (UNSEEN.test(char) || POSING_SIGNS.test(char) || STYLED.test(char)) return true
  // A mark on an ASCII character can strike it through or hide it; in scripts that need marks they sit on letters.
  return /\p{M}/u.test(char) && !/[^\p{ASCII}]/u.test(before)
}

function markPosing(word: string, start: number, hidden: Set<number>): void {
  const letters = Array.from(word)
  const foreign = letters.filter((char) => POSING_ALPHABET.test(char))
  if (foreign.length === 0) return
  const mixed = /[A-Za-z]/.test(word) || foreign.some((char) => scriptOf(char) !== scriptOf(foreign[0] ?? ''))
  if (!mixed && !foreign.every((char) => LOOK_ALIKES.has(char))) return
  let at = start
  for (const char of letters) {
    if (POSING_ALPHABET.test(char)) hidden.add(at)
    at += char.length
  }
}

function scriptOf(char: string): string {
  if (/\p{Script=Cyrillic}/u.test(char)) return 'cyrillic'
  if (/\p{Script=Greek}/u.test(char)) return 'greek'
  return 'other'
}
