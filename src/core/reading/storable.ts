// Text from files made fit to be kept: not endless, and without what no database takes.
import { clip } from '../vocabulary/short-text.ts'

/** At most `characters`, without NUL, and with no half of a surrogate pair. */
export function storable(text: string, characters: number): { readonly text: string; readonly truncated: boolean } {
  const truncated = text.length > characters
  return { text: clip(text, characters).replaceAll('\u0000', '').toWellFormed(), truncated }
}
