// Text from files made fit to be kept: not endless, and without what no database takes.

/** At most `characters`, without NUL, and with no half of a surrogate pair. */
export function clip(text: string, characters: number): { readonly text: string; readonly truncated: boolean } {
  const truncated = text.length > characters
  const kept = (truncated ? text.slice(0, characters) : text).replaceAll('\u0000', '')
  // A pair that was cut in two leaves its first half behind.
  return { text: (truncated ? kept.replace(/[\ud800-\udbff]$/, '') : kept).toWellFormed(), truncated }
}
