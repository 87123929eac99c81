// The words of a command as far as they are known without running anything but what only prints text.
import type { ShellCommand, ShellScript, ShellWord } from '../ports/shell-reader.ts'
import type { Arg } from './effect.ts'
import { printedBy } from './outputs.ts'
import { programOf } from './programs.ts'

const DEEPEST = 12

export function wordsOf(command: ShellCommand, depth = 0): readonly Arg[] {
  return command.name === null ? [] : [command.name, ...command.words].flatMap((word) => textsOf(word, depth))
}

/** One text, or several where what a script prints falls apart; null for what is not known. */
export function textsOf(word: ShellWord, depth = 0): readonly Arg[] {
  if (word.text !== null) return [word.text]
  const pieces = word.parts.map((part) => (part === null || typeof part === 'string' ? part : printedIn(part, depth)))
  if (pieces.some((piece) => piece === null)) return [null]
  const text = pieces.join('')
  const isQuoted = /^"[^]*"$/.test(word.source)
  return !isQuoted && /\s/.test(text) ? text.split(/\s+/).filter((piece) => piece !== '') : [text]
}

/** What stands where `$(…)` was; null where it is not certain. */
function printedIn(script: ShellScript, depth: number): Arg {
  const last = script.commands.at(-1)
  const isPipe = script.commands.every(
    (command, index) => index === 0 || command.pipedFrom === script.commands[index - 1],
  )
  if (last === undefined || !isPipe || script.problems.length > 0 || script.functions.length > 0) return null
  const printed = printedOf(last, depth + 1)
  return printed?.length === 1 ? (printed[0]?.replace(/\n+$/, '') ?? null) : null
}

function printedOf(command: ShellCommand, depth: number): readonly string[] | null {
  if (depth > DEEPEST || command.redirects.some(({ does }) => does !== 'text')) return null
  const [name, ...args] = wordsOf(command, depth)
  if (name === undefined || name === null) return null
  const { file, name: plain } = programOf(name)
  return file === null ? printedBy(plain, args, stdinOf(command, depth)) : null
}

/** As in Call. */
export function stdinOf(command: ShellCommand, depth = 0): readonly string[] | 'nothing' | null {
  const handed = command.redirects.findLast(
    ({ does }) => does === 'reads' || does === 'text' || does === 'both' || does === 'duplicates',
  )
  if (handed?.does === 'text') {
    const texts = handed.target.text === null ? textsOf(handed.target, depth) : [handed.target.text]
    return texts.every((text) => text !== null) ? [texts.join(' ')] : null
  }
  if (handed?.does === 'reads') return handed.target.text === '/dev/null' ? 'nothing' : null
  if (command.pipedFrom === null) return 'nothing'
  return printedOf(command.pipedFrom, depth + 1)
}
