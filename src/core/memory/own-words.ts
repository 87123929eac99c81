// Tells what a person said themself from what they pasted, and whether something stands in it.
import { comparable } from './sentence.ts'

const FENCED = /(^|\n)[ \t]*(```|~~~)[\s\S]*?(?:\n[ \t]*\2[^\n]*|$)/g
const QUOTED = /^[ \t]*>.*$/gm
const LEAST_QUOTE = 4
/** Scripts that put no spaces between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const LETTER = /[\p{L}\p{N}\p{M}]/u
const REMEMBER =
  /(?:^|[.!?;:\n]\s*|,\s*)(?:(?:please|bitte|hey|hi|ok|okay|and|also|but|so|btw|can you|could you)[,:]?\s+)*(?:remember|note|keep in mind|make a note|don['’]?t forget|memori[sz]e|save (?:this|that)|merke? dir|vergiss nicht|souviens-toi|retiens|recuerda|no olvides)\b(?! (?:when|how|the time|me\b|if|last))/giu
const SENTENCE_END = /[.!?…]\s|\n/
/** In every other sentence, and never what it is about. */
const EMPTY_WORDS = new Set(
  'the and are was were for that this with from have has had not you your our their his her its they them who what when where which will would should must may can all any before after into onto about without never always ask first use uses used user person wants want prefers prefer likes like please does did but also than then there here been being'.split(
    ' ',
  ),
)

/** Without fenced code and quoted lines: what is pasted is told by somebody else. */
export function ownWords(text: string): string {
  return text.replace(FENCED, '\n').replace(QUOTED, '')
}

/** Whether the quotation stands in the words, as whole words; spaces, case, quotation marks and dashes do not matter. */
export function says(words: string, quote: string): boolean {
  const [whole, part] = [comparable(words), comparable(quote)]
  if ((part.match(/[\p{L}\p{N}]/gu) ?? []).length < LEAST_QUOTE) return false
  for (let at = whole.indexOf(part); at !== -1; at = whole.indexOf(part, at + 1)) {
    if (!isWithinWord(whole, at) && !isWithinWord(whole, at + part.length)) return true
  }
  return false
}

function isWithinWord(text: string, at: number): boolean {
  const [before, after] = [text.charAt(at - 1), text.charAt(at)]
  return LETTER.test(before) && LETTER.test(after) && !UNSPACED.test(before) && !UNSPACED.test(after)
}

/** Whether most of what the text is about was really said. Words count by their beginnings: `deploying` is said where `deploy` is. */
export function standsOn(text: string, words: string): boolean {
  const said = new Set(stems(words))
  const told = stems(text)
  if (told.length === 0) return comparable(words).includes(comparable(text))
  return told.filter((stem) => said.has(stem)).length * 2 > told.length
}

function stems(text: string): readonly string[] {
  const words = comparable(text).match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  return [...new Set(words.filter((word) => !EMPTY_WORDS.has(word)).flatMap(stem))]
}

function stem(word: string): readonly string[] {
  if (UNSPACED.test(word)) return Array.from(word)
  const plain = word.length > 3 ? word.replace(/(?:ing|ed|es|s|e)$/, '') : word
  return word.length < 3 ? [] : [plain.slice(0, 5)]
}

/** Whether the person asked for it to be remembered: "remember that …", in the sentence of the quotation. */
export function isSaidToBeRemembered(words: string, quote: string): boolean {
  // Without runs of blanks, which a search for the beginnings of sentences would go over again and again.
  const plain = words.replace(/[^\S\n]+/g, ' ').replace(/(?: ?\n ?)+/g, '\n')
  for (const match of plain.matchAll(REMEMBER)) {
    const from = plain.slice(match.index)
    const rest = from.replace(/^[.!?;:,\s]+/, '')
    const end = SENTENCE_END.exec(rest)
    const sentence = end === null ? rest : rest.slice(0, end.index + 1)
    if (says(sentence, quote) || says(quote, sentence)) return true
  }
  return false
}
