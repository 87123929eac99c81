// Texts made to fit where they stand, for whoever shows or keeps them: cut at one place in one way, never in the middle of a character.

/** Blanks and line breaks of every kind (U+0085 too, which is no blank to a pattern) as one space, none around. */
export function onOneLine(text: string): string {
  return text.replace(/[\s\u0085]+/g, ' ').trim()
}

/** The first `limit` UTF-16 units, or one less where that would be half a character. */
export function clip(text: string, limit: number): string {
  const cut = text.slice(0, limit)
  return cut.length < text.length && /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut
}

/** At most `limit` UTF-16 units, the last of them `…` where something is missing. */
export function shorten(text: string, limit: number): string {
  return text.length > limit ? `${clip(text, limit - 1)}…` : text
}
