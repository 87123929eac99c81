// Letters that are drawn like others: what somebody decides on must not read like something else, wherever it is shown.

/** Letters and signs that are drawn like ASCII ones: Greek, Cyrillic, Armenian, Cherokee, full width, mathematical, dashes, quotes. */
const LOOK_ALIKE =
  /[\u0131\u0261\u0370-\u03ff\u0400-\u052f\u0530-\u058f\u13a0-\u13ff\u2010-\u2015\u2018-\u201f\u2024\u2032-\u2037\u2039\u203a\u2044\u2212\u2215\u2216\u2223\u2236\u223c\u2571\u2572\u29f8\uff01-\uff5e]|[\u{1d400}-\u{1d7ff}]/gu
const WORD = /[\p{Letter}\p{Number}\p{Mark}_]+/gu

/** Letters of other scripts within a word that has ASCII letters as escapes such as \u0430. */
export function withoutDisguise(text: string): string {
  return text.replace(WORD, (word) => (/[A-Za-z]/.test(word) ? word.replace(LOOK_ALIKE, characterEscape) : word))
}

/** Those that stay because their word is wholly foreign, or that are signs; each once, at most ten. */
export function lookAlikesIn(text: string): readonly string[] {
  return [...new Set(text.match(LOOK_ALIKE))].slice(0, 10)
}

/** `\u0430`, or `\u{1d400}` beyond four digits. */
export function characterEscape(character: string): string {
  const point = character.codePointAt(0) ?? 0
  return point > 0xffff ? `\\u{${point.toString(16)}}` : `\\u${point.toString(16).padStart(4, '0')}`
}
