// How many tokens a text is, near enough to keep a budget: without a vendor's tokenizer, and rather too many than too few.

/** Pieces as byte-pair vocabularies cut them: words with the space before them, runs of digits, signs, breaks, everything else. */
const PIECES = / ?[A-Za-z]+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+|\s+|[^\u0000-\u024f]|\p{L}/gu
/** Letters of a Latin word that one token holds, in the middle. */
const WORD = 6
const SIGNS = 2

/** Whole, not negative; 0 for an empty text alone. Linear in the text. */
export function countTokens(text: string): number {
  let tokens = 0
  for (const [piece] of text.matchAll(PIECES)) {
    const length = piece.trimStart().length
    if (length === 0) tokens += piece.includes('\n') ? 1 : Math.ceil(piece.length / 8)
    else if (/[A-Za-z]/.test(piece)) tokens += Math.ceil(length / WORD)
    else if (/^[\p{N}]/u.test(piece)) tokens += 1
    else tokens += piece.codePointAt(0)! < 0x250 ? Math.ceil(length / SIGNS) : Math.max(1, Math.ceil(length * 0.9))
  }
  return tokens
}

/**
 * The text cut to at most `limit` tokens, the middle left out: the beginning says what it is and the end what is wanted.
 */
export function clipToTokens(text: string, limit: number): string {
  const all = countTokens(text)
  if (all <= limit) return text
  // The share that fits is found by halving: tokens do not spread evenly.
  let low = 0
  let high = text.length
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (countTokens(clippedTo(text, middle)) <= limit) low = middle
    else high = middle - 1
  }
  return clippedTo(text, low)
}

function clippedTo(text: string, kept: number): string {
  const head = Math.ceil(kept * 0.6)
  const tail = kept - head
  const left = text.length - kept
  const [start, end] = [text.slice(0, head).toWellFormed(), tail === 0 ? '' : text.slice(-tail).toWellFormed()]
  return `${start}\n[… ${left} characters left out …]\n${end}`
}
