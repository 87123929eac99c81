// What may stand in memory as one fact: a single readable sentence, and how two of them are compared.
import { onOneLine } from '../vocabulary/short-text.ts'

/** UTF-16 units of one fact. */
export const LONGEST_FACT = 300

/** What does not show, or shows as something else: controls, format characters, private use, halves of pairs. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/u
/** The joiners and variants that emoji are made of hide nothing where they stand beside one. */
const EMOJI_JOINTS = /(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\u{fe0f}])[\u{200d}\u{fe0f}]+/gu
/** A full stop and a new beginning, unless the stop is an abbreviation's, an initial's or a number's. */
const NEXT_SENTENCE =
  /(?<=[\p{L}\p{N})"'”’]{3}[.!?…]+["'”’)]*)(?<!\b(?:[Mm]rs|[Ii]nc|[Ll]td|etc|[Vv]ol|[Ff]ig)\.)\s+(?=["'“(]?\p{Lu})/u

/** Spaces of every kind as one; nothing else changes. */
export function tidy(text: string): string {
  return onOneLine(text.normalize('NFC'))
}

/** As facts are kept: the same sentence with and without its full stop is one fact. */
export function factText(text: string): string {
  return tidy(text).replace(/(?<![.\s])\.$/, '')
}

/** One sentence for a person on why this can't be a fact; null where it can. `text` as `tidy` left it. */
export function factProblem(text: string): string | null {
  if (text === '') return 'There is nothing to remember.'
  if (text.length > LONGEST_FACT)
    return `That is ${text.length} characters; one fact has at most ${LONGEST_FACT}. Longer things belong into MEMORY.md.`
  if (HIDDEN.test(text.replace(EMOJI_JOINTS, ''))) return 'It has characters that do not show.'
  if (!/\p{L}/u.test(text)) return 'It has no words.'
  return null
}

export function isOneSentence(text: string): boolean {
  return !/[\n\r\u2028\u2029]/.test(text.trim()) && !NEXT_SENTENCE.test(text.trim())
}

/** The same for texts that differ in spaces, case, quotation marks and dashes alone. */
export function comparable(text: string): string {
  return tidy(text.normalize('NFKC'))
    .toLowerCase()
    .replace(/[‘’‛`´]/g, "'")
    .replace(/[“”„«»]/g, '"')
    .replace(/[‐‑‒–—―]/g, '-')
}
