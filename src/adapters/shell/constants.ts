// Variables whose value the text itself tells: given once, to a literal, before anything could have changed it.
import { forEachChild } from 'unbash'
import type { Command, Statement, SyntaxNode, Word } from 'unbash'

export type Constants = {
  /** What `name` holds at this place of the text; null where that is not certain. The home folder is `~`. */
  readonly valueOf: (name: string, at: number) => string | null
}

/** Commands that may give variables values in ways that the text does not show. */
const CHANGE_VARIABLES = new Set([
  ...['eval', 'source', '.', 'read', 'readarray', 'mapfile', 'getopts', 'let', 'declare', 'typeset', 'local', 'export'],
  ...['readonly', 'unset', 'trap', 'printf', 'alias', 'builtin', 'command', 'wait', 'exec'],
])

type Found = { count: number; value: string | null; at: number }

export function findConstants(statements: readonly Statement[], source: string): Constants {
  const found = new Map<string, Found>()
  const note = (name: string, value: string | null, at: number) => {
    const before = found.get(name)
    if (before === undefined) found.set(name, { count: 1, value, at })
    else before.count += 1
  }
  const certain = new Set<SyntaxNode>(statements.flatMap(firstOf))
  const dynamic: Word[] = []
  let clouded = false
  const visit = (node: SyntaxNode): void => {
    if (node.type === 'Assignment') note(node.name, null, node.pos)
    if (node.type === 'For' || node.type === 'Select') note(node.name.value, null, node.pos)
    if (node.type === 'ParameterExpansion' && node.operation !== undefined) note(node.parameter, null, node.pos)
    if (node.type === 'ArithmeticExpansion' || node.type === 'ArithmeticCommand') clouded = true
    if (node.type === 'Command') {
      if (node.name?.parts?.some(({ type }) => !LITERAL.has(type)) === true) dynamic.push(node.name)
      else if (changesVariables(node)) clouded = true
      if (certain.has(node) && node.name === undefined) {
        for (const prefix of node.prefix) {
          if (prefix.type !== 'Assignment') visit(prefix)
          else if (prefix.append === true || prefix.index !== undefined || prefix.value.type !== 'Word') {
            note(prefix.name, null, prefix.pos)
          } else note(prefix.name, literalOf(prefix.value), prefix.end)
        }
        for (const prefix of node.prefix) if (prefix.type === 'Assignment') forEachChild(prefix, visit)
        return
      }
    }
    forEachChild(node, visit)
  }
  if (/[=(]|for\b|select\b/.test(source)) for (const statement of statements) visit(statement)
  const splits = found.has('IFS')
  // A program of a name that only running it would tell may be one of those that change variables.
  clouded ||= dynamic.some((name) => {
    const text = literalOf(
      name,
      (variable) => (found.get(variable)?.count === 1 ? found.get(variable)?.value : null) ?? null,
    )
    return text === null || mayChange(text.replace(/\s.*$/s, '').replace(/^.*\//, ''))
  })
  return {
    valueOf: (name, at) => {
      const known = found.get(name)
      if (known === undefined) return clouded ? null : (FROM_THE_START[name] ?? null)
      return !clouded && !splits && known.count === 1 && known.at <= at ? known.value : null
    },
  }
}

const FROM_THE_START: Readonly<Record<string, string>> = { HOME: '~', PWD: '.' }

/** What runs for certain: a statement's only command, or the first of those that `&&` and `||` join. */
function firstOf({ command, background }: Statement): readonly SyntaxNode[] {
  if (background === true) return []
  const first = command.type === 'AndOr' ? command.commands[0] : command
  return first === undefined ? [] : [first]
}

function changesVariables({ name, args }: Command): boolean {
  if (name === undefined) return false
  const program = name.value.replace(/^.*\//, '')
  if (program === 'export' || program === 'readonly') return args.some((argument) => argument.type !== 'Word')
  if (program === 'printf') return args.some((argument) => argument.type === 'Word' && argument.value.startsWith('-v'))
  return CHANGE_VARIABLES.has(program)
}

const LITERAL: ReadonlySet<string> = new Set(['Literal', 'SingleQuoted', 'AnsiCQuoted'])

function mayChange(program: string): boolean {
  return CHANGE_VARIABLES.has(program)
}

function literalOf(word: Word, valueOf: (name: string) => string | null = () => null): string | null {
  if (word.parts === undefined) return word.value
  const pieces = word.parts.map((part) => {
    switch (part.type) {
      case 'Literal':
      case 'SingleQuoted':
      case 'AnsiCQuoted':
        return part.value
      case 'Glob':
        return part.text
      case 'DoubleQuoted':
        return part.parts.every(({ type }) => type === 'Literal')
          ? part.parts.map((child) => (child.type === 'Literal' ? child.value : '')).join('')
          : null
      case 'SimpleExpansion':
        return valueOf(part.text.slice(1))
      case 'ParameterExpansion':
        return part.prefix === undefined && part.index === undefined && part.operation === undefined
          ? valueOf(part.parameter)
          : null
      default:
        return null
    }
  })
  return pieces.every((piece) => piece !== null) ? pieces.join('') : null
}
