// Makes words of the parser's: what the shell would see after quotes, constants and braces.
import { forEachChild } from 'unbash'
import type { ParsedScript, SyntaxNode, Word, WordPart } from 'unbash'
import type { ShellScript, ShellWord } from '../../core/ports/shell-reader.ts'
import type { Constants } from './constants.ts'

export type Nested = {
  readonly constants: Constants
  readonly script: (script: ParsedScript) => ShellScript
}

type AnyWord = Pick<Word, 'text' | 'value' | 'parts'> & { readonly pos?: number }
type Piece = string | ShellScript | null

const MOST_ALTERNATIVES = 200

/** One word as it is written may be several: `{a,b}`, or a constant with blanks in it. */
export function toWords(word: AnyWord, nested: Nested): readonly ShellWord[] {
  const parts = word.parts ?? []
  if (parts.length === 0) return [wordOf(word.text, [word.value], false, [])]
  const braces = bracesOf(parts)
  if (braces !== null) return braces.map((text) => wordOf(word.text, [text], /[*?[]/.test(text), []))
  const [only] = parts
  if (parts.length === 1 && only !== undefined) {
    const value = constantOf(only, nested, word.pos ?? 0)
    if (value !== null) {
      const split = value.split(/[ \t\n]+/).filter((text) => text !== '')
      return split.map((text) => wordOf(word.text, [text], /[*?[{]/.test(text), []))
    }
  }
  const scripts: ShellScript[] = []
  const pieces = parts.flatMap((part) => piecesOf(part, nested, false, scripts, word.pos ?? 0))
  // What a loop went through may have been a pattern.
  const mayGlob = parts.length > 0 && pieces.some((piece) => typeof piece === 'string' && /[*?]/.test(piece))
  return [wordOf(word.text, pieces, mayGlob || parts.some(isGlob), scripts)]
}

function wordOf(source: string, pieces: readonly Piece[], globs: boolean, scripts: readonly ShellScript[]): ShellWord {
  const known = pieces.every((piece) => typeof piece === 'string')
  const text = known ? pieces.join('') : null
  return { text, parts: text === null ? pieces : [text], source, globs, scripts }
}

function isGlob({ type }: WordPart): boolean {
  return type === 'Glob' || type === 'ExtendedGlob' || type === 'BraceExpansion'
}

function piecesOf(
  part: WordPart,
  nested: Nested,
  quoted: boolean,
  scripts: ShellScript[],
  at: number,
): readonly Piece[] {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return [part.value]
    case 'DoubleQuoted':
    case 'LocaleString':
      return part.parts.flatMap((child) => piecesOf(child, nested, true, scripts, at))
    case 'CommandExpansion': {
      const script = part.script === undefined ? unreadScript() : nested.script(part.script)
      scripts.push(script)
      return [script]
    }
    case 'SimpleExpansion':
    case 'ParameterExpansion': {
      scripts.push(...scriptsIn(part, nested))
      const value = constantOf(part, nested, at)
      // Without quotes it may fall apart where its blanks are.
      return [value !== null && (quoted || /^[\w./:@%+,=~-]*$/.test(value)) ? value : null]
    }
    case 'Glob':
    case 'ExtendedGlob':
    case 'BraceExpansion':
      scripts.push(...scriptsIn(part, nested))
      return [part.text]
    case 'ArithmeticExpansion':
    case 'ProcessSubstitution':
      scripts.push(...scriptsIn(part, nested))
      return [null]
  }
}

function unreadScript(): ShellScript {
  return { commands: [], functions: [], problems: ['it can not be read'] }
}

function constantOf(part: WordPart, { constants }: Nested, at: number): string | null {
  if (part.type === 'SimpleExpansion') return constants.valueOf(part.text.slice(1), part.pos ?? at)
  if (part.type !== 'ParameterExpansion') return null
  if (part.prefix !== undefined || part.index !== undefined || part.operation !== undefined) return null
  return constants.valueOf(part.parameter, part.pos ?? at)
}

/** The outermost scripts that run to make it, however deep they stand in it. */
function scriptsIn(node: SyntaxNode, nested: Nested): readonly ShellScript[] {
  if (
    node.type === 'CommandExpansion' ||
    node.type === 'ProcessSubstitution' ||
    node.type === 'ArithmeticCommandExpansion'
  ) {
    return [node.script === undefined ? unreadScript() : nested.script(node.script)]
  }
  const found: ShellScript[] = []
  forEachChild(node, (child) => void found.push(...scriptsIn(child, nested)))
  return found
}

/** What plain `{a,b}` stand for, several in a word multiplied; null where there are none, or more than plain text in them. */
function bracesOf(parts: readonly WordPart[]): readonly string[] | null {
  if (!parts.some(({ type }) => type === 'BraceExpansion')) return null
  let texts: readonly string[] = ['']
  for (const part of parts) {
    const choices = choicesOf(part)
    if (choices === null || texts.length * choices.length > MOST_ALTERNATIVES) return null
    texts = texts.flatMap((text) => choices.map((choice) => text + choice))
  }
  return texts
}

function choicesOf(part: WordPart): readonly string[] | null {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return [part.value]
    case 'Glob':
      return [part.text]
    case 'BraceExpansion':
      return /^\{[^{}'"`$\\]*,[^{}'"`$\\]*\}$/.test(part.text) ? part.text.slice(1, -1).split(',') : null
    default:
      return null
  }
}
