// Answers a question with sentences of the material that was looked up for it, word for word, with the mark of where they stand.
import { shorten } from '../../../core/vocabulary/short-text.ts'
import type { Material } from './from-context.ts'

const MOST_SENTENCES = 3
const MOST_READ = 60_000
const SENTENCE = 500
/** Of the weight of the question's words, what the best sentence with its heading must hold. */
const ENOUGH = 0.5
const COMMON = new Set(
  'a an the and or but of to in on at by for from with without into about as is are was were be been being am do does did done have has had can could would should shall will may might must what which who whom whose when where why how that this these those it its i me my we our you your he she they them their there here not no yes so if then than too very just please tell explain describe show give say know find out get any some all many much more most use used using work works like also between mean means called'.split(
    ' ',
  ),
)
/** Words in a material that speak to a machine: never repeated as if they were an answer. */
const ORDERS =
  /\b(?:ignore|disregard|forget) (?:all |any |the |your |my |previous |prior |above |these ){1,4}(?:instructions?|rules?|prompts?|messages?)|\byou are now\b|\bsystem prompt\b|\b(?:as an ai|dear assistant)\b|\b(?:run|execute) (?:the command|`|rm |sudo |curl )/i

type Sentence = {
  readonly text: string
  readonly words: ReadonlySet<string>
  readonly material: Material
  readonly at: number
}

/** "what does this say?", "what is in this archive?" */
const ASKS_TO_READ =
  /^(?:what|read|show|tell)\b[^?\n]{0,40}\b(?:this|it|that|the (?:file|picture|image|photo|archive|document|pdf|screenshot|zip|recording)|here)\b/i
const TO_READ = /\b(?:in|say|says|contains?|written|inside|read|there)\b/i
const READ_OUT = 800
const READ_FILES = 3

/** The beginning of the files that came along, quoted, where nothing else was asked; null otherwise. */
export function readOut(question: string, attached: readonly Material[]): string | null {
  const files = attached.filter(({ text }) => text.trim() !== '')
  if (files.length === 0 || question.length > 80 || !ASKS_TO_READ.test(question) || !TO_READ.test(question)) return null
  return files
    .slice(0, READ_FILES)
    .map(({ from, text }) => `${from}:\n\n${shorten(text.trim(), READ_OUT).replaceAll(/^/gm, '> ')}`)
    .join('\n\n')
}

/** One to three sentences with their marks; null when the material holds no answer. Linear in the material, of which a part is read. */
export function foundIn(question: string, material: readonly Material[]): string | null {
  const wanted = [...new Set(significantWords(question.slice(0, 1_000)))]
  if (wanted.length === 0) return null
  const sentences = sentencesOf(material)
  const weights = new Map(wanted.map((word) => [word, weightOf(word, sentences)]))
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0)
  const scored = sentences
    .map((sentence) => ({ sentence, score: scoreOf(sentence, weights), own: scoreOfWords(sentence.words, weights) }))
    .filter(({ own }) => own > 0)
    .toSorted((one, other) => other.score - one.score || one.sentence.text.length - other.sentence.text.length)
  const [best] = scored
  if (best === undefined || best.score < total * ENOUGH) return null
  const near = scored.filter(
    ({ score, sentence }) => score >= best.score * 0.8 && sentence.material === best.sentence.material,
  )
  const told = near
    .slice(0, MOST_SENTENCES)
    .map(({ sentence }) => sentence)
    .toSorted((one, other) => one.at - other.at)
  const { mark, from } = best.sentence.material
  return `${told.map(({ text }) => text).join(' ')} ${mark ?? (from === '' ? '' : `(${from})`)}`.trim()
}

/** In lower case and without their endings, so that "tests" finds "testing". */
export function significantWords(text: string, common: ReadonlySet<string> = COMMON): readonly string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}_-]{0,40}/gu) ?? []
  return words.filter((word) => !common.has(word)).map((word) => stem(word))
}

function stem(word: string): string {
  if (word.length <= 3) return word
  const short = word.replace(/(?:ations?|ings?|ments?|ers?|ed|es|ly|s|e)$/, '')
  return short.length >= 3 ? short.replace(/(.)\1$/, '$1') : word
}

function sentencesOf(material: readonly Material[]): readonly Sentence[] {
  const found: Sentence[] = []
  let read = 0
  for (const one of material) {
    const text = one.text.slice(0, Math.max(0, MOST_READ - read))
    read += text.length
    let at = 0
    for (const sentence of text.split(/\n+|(?<=[.!?])\s+/)) {
      const words = sentence.replace(/^\s{0,8}(?:[-*#>]{1,6}|\d{1,3}[.)])\s+/, '').trim()
      at += 1
      if (words.length < 8 || ORDERS.test(words)) continue
      found.push({
        text: shorten(words, SENTENCE),
        words: new Set(significantWords(words)),
        material: one,
        at,
      })
    }
  }
  return found
}

/** A word that stands everywhere tells little. */
function weightOf(word: string, sentences: readonly Sentence[]): number {
  const holding = sentences.filter(({ words }) => words.has(word)).length
  return Math.log(1 + (sentences.length + 1) / (holding + 0.5))
}

function scoreOf({ words, material }: Sentence, weights: ReadonlyMap<string, number>): number {
  const around = new Set(significantWords(`${material.from} ${material.part}`.slice(0, 300)))
  let score = 0
  for (const [word, weight] of weights) score += words.has(word) ? weight : around.has(word) ? weight / 2 : 0
  return score
}

function scoreOfWords(words: ReadonlySet<string>, weights: ReadonlyMap<string, number>): number {
  let score = 0
  for (const [word, weight] of weights) if (words.has(word)) score += weight
  return score
}
