// Finds the JSON in what a model wrote: models like to wrap it in a code fence or a sentence.

/** The first thing in `text` that parses: all of it, a fenced block, or from the first brace to the last. */
export function jsonIn(text: string): unknown {
  const fenced = /```(?:json)?\s*\n([\s\S]*?)\n\s*```/.exec(text)?.[1]
  const braced = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)
  for (const piece of [text, fenced, braced]) {
    if (piece === undefined || piece.trim() === '') continue
    try {
      const value: unknown = JSON.parse(piece)
      return value
    } catch {
      continue
    }
  }
  return undefined
}
