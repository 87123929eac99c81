// Variables whose value the text itself tells: given once, to a literal, before anything could have changed it.
import { forEachChild } from 'unbash'
import type { Command, Statement, SyntaxNode, Word } from 'unbash'

export type Constants = {
  /** What `name` holds at this place of the text; null where that is not certain. The home folder is `~`. */
  readonly valueOf: (name: string, at: number) => string | null
  /** Whether nothing but the one loop that names it gives it a value. */
  readonly isLoopsAlone: (name: string) => boolean
}

/** Commands that may give variables values in ways that the text does not show. */
const CHANGE_VARIABLES = new Set([
  ...['eval', 'source', '.', 'read', 'readarray', 'mapfile', 'getopts', 'let', 'declare', 'typeset', 'local', 'export'],
  ...['readonly', 'unset', 'trap', 'printf', 'alias', 'builtin', 'command', 'wait', 'exec'],
])

/** `until`: where it is no longer certain that it was given. */
type Found = { count: number; value: string | null; at: number; until: number; isLoop: boolean }

export function findConstants(statements: readonly Statement[], source: string): Constants {
  const found = new Map<string, Found>()
  const note = (name: string, value: string | null, at: number, until = Infinity, isLoop = false) => {
    const before = found.get(name)
    if (before === undefined) found.set(name, { count: 1, value, at, until, isLoop })
    else before.count += 1
  }
  const certain = new Map<SyntaxNode, number>(statements.flatMap(certainOf))
  const dynamic: Word[] = []
  let clouded = false
  const visit = (node: SyntaxNode): void => {
    if (node.type === 'Assignment') note(node.name, null, node.pos)
    if (node.type === 'For' || node.type === 'Select')
      note(node.name.value, null, node.pos, Infinity, node.type === 'For')
    if (node.type === 'ParameterExpansion' && node.operation !== undefined) note(node.parameter, null, node.pos)
    if (node.type === 'ArithmeticExpansion' || node.type === 'ArithmeticCommand')
      clouded ||= !PLAIN_SUM.test(source.slice(node.pos, node.end))
    if (node.type === 'Command') {
      if (node.name?.parts?.some(({ type }) => !LITERAL.has(type)) === true) dynamic.push(node.name)
      else if (changesVariables(node)) clouded = true
      else for (const name of givenBy(node)) note(name, null, node.pos)
      const until = certain.get(node)
      const isExport = node.name?.value === 'export' && !changesVariables(node)
      if (until !== undefined && (node.name === undefined || isExport)) {
        const given = [...node.prefix, ...(isExport ? node.args : [])]
        for (const one of given) {
          if (one.type !== 'Assignment') visit(one)
          else if (one.append === true || one.index !== undefined || one.value.type !== 'Word') {
            note(one.name, null, one.pos)
          } else note(one.name, literalOf(one.value) ?? temporaryOf(one.value), one.end, until)
        }
        for (const one of given) if (one.type === 'Assignment') forEachChild(one, visit)
        return
      }
    }
    forEachChild(node, visit)
  }
  if (/[=(]|for\b|select\b/.test(source)) for (const statement of statements) visit(statement)
  const splits = found.has('IFS') || found.has('TMPDIR')
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
      return !clouded && !splits && known.count === 1 && known.at <= at && at < known.until ? known.value : null
    },
    isLoopsAlone: (name) => {
      const known = found.get(name)
      return !clouded && !splits && known?.count === 1 && known.isLoop
    },
  }
}

const FROM_THE_START: Readonly<Record<string, string>> = { HOME: '~', PWD: '.' }

/** What runs for certain: a statement's only command, the first of those that `&&` and `||` join, and up to the end all that `&&` joins. */
function certainOf({ command, background }: Statement): readonly (readonly [SyntaxNode, number])[] {
  if (background === true) return []
  if (command.type !== 'AndOr') return [[command, Infinity]]
  const isChain = command.operators.every((operator) => operator === '&&')
  const sure = isChain ? command.commands : command.commands.slice(0, 1)
  return sure.map((one, index) => [one, index === 0 ? Infinity : command.end])
}

const PLAIN_SUM = /^(?:\$?\(\()[\w\s+*/%<>()-]*\)\)$/

function changesVariables({ name, args }: Command): boolean {
  if (name === undefined) return false
  const program = name.value.replace(/^.*\//, '')
  if (GIVE_VARIABLES.has(program)) return args.some((argument) => !isGiving(argument))
  if (program === 'trap') return !isCalmTrap(args[0])
  if (program === 'printf') return args.some((argument) => argument.type === 'Word' && argument.value.startsWith('-v'))
  return CHANGE_VARIABLES.has(program)
}

/** They give values to those that they name, and to no others. */
const GIVE_VARIABLES = new Set(['export', 'readonly', 'local', 'read', 'unset', 'declare', 'typeset'])

function isGiving(argument: Command['args'][number]): boolean {
  if (argument.type !== 'Word') return argument.index === undefined
  return (
    (argument.parts ?? []).every(({ type }) => LITERAL.has(type)) &&
    /^([A-Za-z_]\w*|-r|-rx?|-x|-s|-n\d+)$/.test(argument.value)
  )
}

function givenBy({ name, args }: Command): readonly string[] {
  if (name === undefined || !GIVE_VARIABLES.has(name.value)) return []
  return args.flatMap((argument) =>
    argument.type !== 'Word' || name.value === 'export' || argument.value.startsWith('-') ? [] : [argument.value],
  )
}

/** A text that gives no variable a value when it runs. */
function isCalmTrap(argument: Command['args'][number] | undefined): boolean {
  const text = argument?.type === 'Word' ? literalOf(argument) : null
  return text !== null && !/=|\(\(/.test(text) && !text.split(/[^\w.]+/).some(mayChange)
}

/** Where `mktemp` puts what it makes: a name that nobody has, in `/tmp` where nothing else is said. */
function temporaryOf({ parts = [] }: Word): string | null {
  const pieces = parts.flatMap((part): readonly SyntaxNode[] => (part.type === 'DoubleQuoted' ? part.parts : [part]))
  const [only] = pieces
  if (pieces.length !== 1 || only?.type !== 'CommandExpansion') return null
  const statements = only.script?.commands ?? []
  const command = statements[0]?.command
  if (statements.length !== 1 || command?.type !== 'Command' || command.name === undefined) return null
  if (literalOf(command.name) !== 'mktemp' || command.prefix.length > 0 || command.redirects.length > 0) return null
  const words = command.args.map((argument) => (argument.type === 'Word' ? literalOf(argument) : null))
  let folder: string | null = null
  let template: string | null = null
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? null
    if (word === null) return null
    if (word === '-p') folder = words[(index += 1)] ?? ''
    else if (word.startsWith('--tmpdir=')) folder = word.slice('--tmpdir='.length)
    else if (/^(-t|--tmpdir|-dt|-td)$/.test(word)) folder ??= '/tmp'
    else if (/^(-[dqu]+|--directory|--quiet|--suffix=[\w.-]+)$/.test(word)) continue
    else if (word.startsWith('-') || template !== null || !/^[\w./-]+$/.test(word)) return null
    else template = word
  }
  if (folder === '' || (folder !== null && !/^[\w./-]+$/.test(folder))) return null
  const name = template ?? 'tmp.XXXXXXXXXX'
  return template !== null && folder === null ? name : `${folder ?? '/tmp'}/${name}`
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
