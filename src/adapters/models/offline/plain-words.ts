// Makes a request plain before the rules read it: mends the commonest slips of the keyboard, and puts simple German, French and
// Spanish requests into the English words that the rules know. What stands in quotation marks or code stays as it is.
import { LANGUAGES } from './other-languages.ts'
import type { Language } from './other-languages.ts'
import { mended } from './slips.ts'

/** At most this much is read: a request is found before (long-paste.ts). */
const READ = 2_000
const CODE_OR_QUOTED = /(`[^`\n]{0,400}`|"[^"\n]{0,200}"|“[^”\n]{0,200}”|„[^“”\n]{0,200}[“”]|«[^»\n]{0,200}»)/

/** The request in plain English words, as far as they are known. Linear in a bounded text; idempotent for English. */
export function plainWords(text: string): string {
  const read = text.slice(0, READ).replaceAll(/[’‘]/g, "'")
  const language = languageOf(read)
  const told = language === null ? read : phrasesOf(read, language)
  return told
    .split(CODE_OR_QUOTED)
    .map((part, index) => (index % 2 === 1 ? part.replace(/^„(.*)[“”]$/, '“$1”') : wordsOf(part, language)))
    .join('')
}

function languageOf(text: string): Language | null {
  const outside = text.split(CODE_OR_QUOTED).filter((_, index) => index % 2 === 0)
  const words = Math.max(
    1,
    outside
      .join(' ')
      .split(/\s+/)
      .filter((word) => word !== '').length,
  )
  let best: { readonly language: Language; readonly share: number } | null = null
  for (const language of LANGUAGES) {
    const signs = outside.reduce((count, part) => count + (part.match(language.signs)?.length ?? 0), 0)
    const share = signs / words
    if (signs > 0 && share >= 0.15 && share > (best?.share ?? 0)) best = { language, share }
  }
  return best?.language ?? null
}

function phrasesOf(text: string, language: Language): string {
  return language.phrases.reduce((told, [pattern, english]) => told.replace(pattern, english), text.trim())
}

function wordsOf(text: string, language: Language | null): string {
  return text.replaceAll(/[\p{L}][\p{L}-]*/gu, (word) => {
    const lower = word.toLowerCase()
    const known = (language !== null && Object.hasOwn(language.words, lower) ? language.words[lower] : null) ?? null
    if (known !== null) return known
    return mended(lower) ?? word
  })
}
