// Replacing texts in what flows by, also where a text is cut in two by the border of a chunk.
import { PassThrough, Transform } from 'node:stream'

/** Called with the text that was found. What it throws ends the stream. */
export type Replace = (found: string) => string

/**
 * Of a text that comes in pieces: the longest of `patterns` at the leftmost place first, like a regular expression would. Texts are
 * bytes, one character each (latin1). Nothing is held back longer than it may still become a match.
 */
export function createRewriter(patterns: readonly string[], replace: Replace) {
  const texts = [...new Set(patterns)].filter((text) => text !== '').toSorted((a, b) => b.length - a.length)
  const longest = texts[0]?.length ?? 0
  const search = new RegExp(texts.length === 0 ? '(?!)' : texts.map((text) => RegExp.escape(text)).join('|'), 'g')
  let held = ''

  /** Where the rest might be the beginning of a match that is not complete yet. */
  function unfinished(text: string, from: number): number {
    for (let at = Math.max(from, text.length - longest + 1); at < text.length; at += 1) {
      const rest = text.slice(at)
      if (texts.some((candidate) => candidate.length > rest.length && candidate.startsWith(rest))) return at
    }
    return text.length
  }

  return {
    push: (piece: string): string => {
      const text = held + piece
      let out = ''
      let at = 0
      for (;;) {
        const stop = unfinished(text, at)
        search.lastIndex = at
        const match = search.exec(text)
        if (match === null || match.index >= stop) {
          held = text.slice(stop)
          return out + text.slice(at, stop)
        }
        out += text.slice(at, match.index) + replace(match[0])
        at = match.index + match[0].length
      }
    },
    finish: (): string => {
      const rest = held.replace(search, (found) => replace(found))
      held = ''
      return rest
    },
    whole: (text: string): string => text.replace(search, (found) => replace(found)),
  }
}

/** The same as a stream of bytes. */
export function rewriteStream(patterns: readonly string[], replace: Replace): Transform {
  if (patterns.length === 0) return new PassThrough()
  const rewriter = createRewriter(patterns, replace)
  return new Transform({
    transform: (chunk: Buffer, _, done) => attempt(done, () => rewriter.push(chunk.toString('latin1'))),
    flush: (done) => attempt(done, () => rewriter.finish()),
  })
}

function attempt(done: (error?: Error | null, chunk?: Buffer) => void, work: () => string): void {
  try {
    const text = work()
    if (text === '') done()
    else done(null, Buffer.from(text, 'latin1'))
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)))
  }
}
