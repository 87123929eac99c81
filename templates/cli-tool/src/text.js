// What the tool does: counting. Pure functions over texts.

/** Lines as `wc` counts them, words as people do (in any script), characters as they are seen. */
export function countText(text) {
  return {
    lines: text.split('\n').length - 1,
    words: wordsOf(text).length,
    characters: [...new Intl.Segmenter().segment(text)].length,
  }
}

/** The most frequent words, the more frequent first, then by the alphabet. */
export function topWords(text, limit) {
  const counts = new Map()
  for (const word of wordsOf(text)) counts.set(word.toLowerCase(), (counts.get(word.toLowerCase()) ?? 0) + 1)
  return [...counts]
    .map(([word, count]) => ({ word, count }))
    .sort((one, other) => other.count - one.count || (one.word < other.word ? -1 : 1))
    .slice(0, limit)
}

function wordsOf(text) {
  const segments = new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text)
  return [...segments].filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment)
}
