// Which files of a repository matter most for a piece of work: those whose definitions others use, and those that the words speak of. Pure.
import type { RepositoryFacts } from './repository-facts.ts'

export type RankedFile = {
  readonly path: string
  /** Those that are used most first. */
  readonly symbols: readonly string[]
}

const WORDS = 300
const SHORTEST_WORD = 3
/** A word of the request weighs as much as being used in some thirty files. */
const WORD_WEIGHT = 5
const MOST_WORDS = 4
const COMMON = new Set(
  'the and for with that this from into must should when where which what who not all any are was has have its can will use uses new add make file files code test tests src index lib'.split(
    ' ',
  ),
)
const TESTS =
  /(?:^|\/)(?:tests?|__tests__|spec|fixtures?|testdata|examples?)\/|[._-](?:test|spec)\.\w+$|(?:^|\/)test_[^/]*$/
const MADE =
  /(?:^|\/)(?:vendor|third_party|dist|build|out|generated|coverage|target)\/|\.min\.\w+$|[-.](?:lock|snap|map)$|lock\.\w+$/

/** The most important first; of two that are alike the one whose path sorts first. */
export function rankFiles(facts: RepositoryFacts, words: string): readonly RankedFile[] {
  const wanted = new Set(wordsOf(words).slice(0, WORDS))
  const ranked = facts.files
    .map((path) => {
      const symbols = (facts.symbols.get(path) ?? [])
        .map((name) => ({ name, weight: weightOf(name, facts) }))
        .toSorted((one, other) => other.weight - one.weight)
      const names = symbols.map(({ name }) => name)
      const used = symbols.slice(0, 5).reduce((sum, { weight }, index) => sum + weight / (index + 1), 0)
      const spoken = wanted.size === 0 ? 0 : spokenOf(path, names, wanted)
      const score = (used + WORD_WEIGHT * spoken) * likelihood(path) - path.split('/').length / 10
      return { path, symbols: names, score }
    })
    .toSorted((one, other) => other.score - one.score || (one.path < other.path ? -1 : 1))
  return onceEach(ranked)
}

/** Files that define the very same as a more important one come last: copies of one thing say it over and over. */
function onceEach(ranked: readonly RankedFile[]): readonly RankedFile[] {
  const seen = new Set<string>()
  const first: RankedFile[] = []
  const copies: RankedFile[] = []
  for (const file of ranked) {
    const key = file.symbols.toSorted().join(' ')
    const isCopy = file.symbols.length > 1 && seen.has(key)
    seen.add(key)
    if (isCopy) copies.push(file)
    else first.push(file)
  }
  return [...first, ...copies]
}

/** The files that use a name, on a scale; what could be any word says less. */
function weightOf(name: string, { uses }: RepositoryFacts): number {
  const others = Math.max(0, (uses.get(name) ?? 1) - 1)
  return Math.log2(1 + others) * (/^[A-Za-z][a-z]{0,9}$/.test(name) ? 0.4 : 1)
}

function spokenOf(path: string, symbols: readonly string[], wanted: ReadonlySet<string>): number {
  const told = new Set([path, ...symbols.slice(0, 50)].flatMap(wordsOf))
  return Math.min(MOST_WORDS, [...told].filter((word) => wanted.has(word)).length)
}

function likelihood(path: string): number {
  if (MADE.test(path)) return 0.05
  return TESTS.test(path) ? 0.4 : 1
}

/** Words and the humps of names, in lower case. */
function wordsOf(text: string): readonly string[] {
  const words = text.slice(0, 20_000).match(/\p{Lu}?\p{Ll}+|\p{Lu}{2,}(?!\p{Ll})|\p{Lo}+|\d{3,}/gu) ?? []
  return [...new Set(words.map((word) => word.toLowerCase()))].filter(
    (word) => word.length >= SHORTEST_WORD && !COMMON.has(word),
  )
}
