// What is too long for a chat, as a file that holds all of it.
import type { Content } from '../../../core/vocabulary/post.ts'

export type WholeText = { readonly name: string; readonly mediaType: string; readonly bytes: Uint8Array }

const MARKUP = /^(?:#{1,6} |\s*[-*+] |\s*\d+\. |> |\|)|`|\*\*|__|\]\(/m

/** Exactly as it was written, lone surrogates apart; a text without markup or folds is no Markdown. */
export function writeWhole(content: Content): WholeText {
  const folds = content.folds.map(({ title, text }) => {
    const fence = '`'.repeat(Math.max(3, longestRun(text) + 1))
    return `\n\n## ${title}\n\n${fence}\n${text}\n${fence}\n`
  })
  const markup = folds.length > 0 || MARKUP.test(content.markdown)
  return {
    name: markup ? 'output.md' : 'output.txt',
    mediaType: markup ? 'text/markdown' : 'text/plain',
    bytes: new TextEncoder().encode(content.markdown + folds.join('')),
  }
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0)
}
