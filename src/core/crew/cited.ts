// An answer as it is shown: within its length, with the marks of what it took from the knowledge and no others. Pure.
import type { AnswerSource } from '../vocabulary/task.ts'

const MOST_WORDS = 1_000
/** Code is left as it is: `list[1]` there is no mark. */
const CODE = /(```[\s\S]*?(?:```|$)|`[^`\n]*`)/
const MARKS = /([ \t]?)\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\](?![(:])/g

/** The text without marks of what is not there, and the sources whose marks it has, in their order. */
export function cited(
  text: string,
  known: readonly AnswerSource[],
): { readonly text: string; readonly sources: readonly AnswerSource[] } {
  const used = new Set<number>()
  const inPart =
    (opening: string) =>
    (whole: string, gap: string, list: string, place: number, all: string): string => {
      const before = all[place - 1] ?? opening
      // At the beginning of a line it counts something; behind a letter, where nothing is known, it is a part of it.
      if (before === '\n' || (known.length === 0 && gap === '' && /[\p{L}\p{N}_)]/u.test(before))) return whole
      const there = list
        .split(',')
        .map(Number)
        .filter((mark) => known.some((source) => source.mark === mark))
      for (const mark of there) used.add(mark)
      return there.length > 0 ? `${gap}[${there.join(', ')}]` : ''
    }
  const parts = text
    .split(CODE)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(MARKS, inPart(index === 0 ? '\n' : '`'))))
  return { text: parts.join(''), sources: known.filter(({ mark }) => used.has(mark)) }
}

/** Whole where it is short enough; cut behind a word otherwise, and says so. */
export function withinWords(text: string, limit: number = MOST_WORDS): string {
  const words = text.matchAll(/\S+/g)
  let [count, end] = [0, 0]
  for (const word of words) {
    count += 1
    if (count > limit) return `${closed(text.slice(0, end))}\n\n(Cut off here, after ${limit} words.)`
    end = word.index + word[0].length
  }
  return text
}

/** A cut in the middle of code would take what follows for code. */
function closed(text: string): string {
  return (text.match(/^\s*```/gm) ?? []).length % 2 === 0 ? text : `${text}\n\`\`\``
}
