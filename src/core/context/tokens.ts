// How many tokens a text is, near enough to keep a budget: without a vendor's tokenizer, and rather too many than too few.

/**
 * Pieces as byte-pair vocabularies cut them, each kind with the characters (UTF-16) that one of its tokens holds, rather too few: words
 * with the space before them and the humps of camelCase, capitals, digits, signs, blanks, other alphabets, everything else.
 */
const PIECES =
  /( ?[A-Z]?[a-z]+)|( ?[A-Z]+)|(\p{Nd}{1,3})|( ?[!-/:-@[-`{-~]+)|([^\S\n]+)|(\s+)|( ?[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Arabic}\p{Script=Hebrew}\u00c0-\u024f]+)|((?:(?![A-Za-z\u00c0-\u024f\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Arabic}\p{Script=Hebrew}])[\p{L}\p{M}])+)|(\S)/gu
const HELD = [6, 3, 3, 2, 8, 16, 2, 0.9, 0.7]
const [BLANKS, BREAKS] = [4, 5]
/** No piece holds more characters a token than this. */
const MOST_CHARACTERS = 16
const USUAL_CHARACTERS = 5

/** Whole, not negative; 0 for an empty text alone. Linear in the text. */
export function countTokens(text: string): number {
  let tokens = 0
  for (const piece of text.matchAll(PIECES)) tokens += tokensOf(piece)
  return tokens
}

function tokensOf(piece: RegExpExecArray): number {
  let kind = 0
  while (kind < HELD.length && piece[kind + 1] === undefined) kind += 1
  const blank = kind === BLANKS || kind === BREAKS || piece[0][0] !== ' ' ? 0 : 1
  return Math.ceil((piece[0].length - blank) / (HELD[kind] ?? 1))
}

/** Below this there is no room for words about what is missing. */
const HARDLY_ANY = 30

/**
 * The text cut to at most `limit` tokens, the middle left out: the beginning says what it is and the end what is wanted. Where there
 * is hardly any room, the beginning alone. Takes time for what it keeps, not for what it is given.
 */
export function clipToTokens(text: string, limit: number): string {
  if (text.length <= limit * MOST_CHARACTERS && countTokens(text) <= limit) return text
  if (limit < HARDLY_ANY) return headOf(text, limit)
  const room = limit - countTokens(noteOn(text.length)) - 1
  const tailRoom = Math.floor(room * 0.4)
  const start = headOf(text, room - tailRoom)
  const end = tailOf(text, tailRoom)
  return `${start}${noteOn(text.length - start.length - end.length)}${end}`
}

function noteOn(characters: number): string {
  return `\n[${characters} characters left out]\n`
}

function headOf(text: string, limit: number): string {
  let [tokens, end] = [0, 0]
  for (const piece of text.matchAll(PIECES)) {
    tokens += tokensOf(piece)
    if (tokens > limit) break
    end = piece.index + piece[0].length
  }
  return text.slice(0, end)
}

function tailOf(text: string, limit: number): string {
  // Most texts need no more than the first look.
  for (const characters of [USUAL_CHARACTERS, MOST_CHARACTERS]) {
    const last = text.slice(-limit * characters).toWellFormed()
    let [tokens, start] = [0, last.length]
    for (const piece of [...last.matchAll(PIECES)].toReversed()) {
      tokens += tokensOf(piece)
      if (tokens > limit) return last.slice(start)
      start = piece.index
    }
  }
  return text.slice(-limit * MOST_CHARACTERS).toWellFormed()
}
