// The words of a command as far as they are known without running anything but what only prints text.
import type { ShellCommand, ShellScript, ShellWord } from '../ports/shell-reader.ts'
import type { Arg, Stdin } from './effect.ts'
import { NOT_KNOWN } from './effect.ts'
import { printedBy } from './outputs.ts'
import { programOf } from './programs.ts'

const DEEPEST = 12

export function wordsOf(command: ShellCommand, depth = 0, marked = false): readonly Arg[] {
  return command.name === null ? [] : [command.name, ...command.words].flatMap((word) => textsOf(word, depth, marked))
}

/** One text, or several where what a script prints falls apart; null for what is not known, or, `marked`, NOT_KNOWN in its place. */
export function textsOf(word: ShellWord, depth = 0, marked = false): readonly Arg[] {
  if (word.text !== null) return [word.text]
  const known = word.parts.map((part) => (part === null || typeof part === 'string' ? part : printedIn(part, depth)))
  const pieces = marked ? known.map((piece) => piece ?? NOT_KNOWN) : known
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

/** Every text that it may print; null where that is not known. */
export function printedOf(command: ShellCommand, depth = 0, marked = false): readonly string[] | null {
  if (depth > DEEPEST || command.redirects.some(({ does }) => does !== 'text')) return null
  const [name, ...args] = wordsOf(command, depth, marked)
  if (name === undefined || name === null) return null
  const { file, name: plain } = programOf(name)
  return file === null ? printedBy(plain, args, stdinOf(command, depth, marked)) : null
}

/** As in Call. */
export function stdinOf(command: ShellCommand, depth = 0, marked = false): Stdin {
  const handed = command.redirects.findLast(
    ({ does }) => does === 'reads' || does === 'text' || does === 'both' || does === 'duplicates',
  )
  if (handed?.does === 'text') {
    const texts = handed.target.text === null ? textsOf(handed.target, depth, marked) : [handed.target.text]
    return texts.every((text) => text !== null) ? [texts.join(' ')] : null
  }
  if (handed?.does === 'reads') return handed.target.text === '/dev/null' ? 'nothing' : null
  if (command.pipedFrom === null) return 'nothing'
  return printedOf(command.pipedFrom, depth + 1, marked)
}
