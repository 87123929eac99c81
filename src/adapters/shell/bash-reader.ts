// Reads command lines with a parser of bash: what would run, as far as the text tells. What `sh` and bash read differently is
// read in both ways.
import { parse } from 'unbash'
import type { Command, CommandNode, For, Redirection, Statement, SyntaxNode } from 'unbash'
import { forEachChild } from 'unbash'
import type { ShellCommand, ShellReader, ShellRedirect, ShellScript, ShellWord } from '../../core/ports/shell-reader.ts'
import { findConstants } from './constants.ts'
import type { Constants } from './constants.ts'
import { toWords } from './words.ts'

const LONGEST = 100_000
const DEEPEST = 40
const MOST_COMMANDS = 5_000
/** What opens a script inside of a word takes the parser a time that grows with the square of how many there are. */
const OPENINGS = /[$<>(]\(|<</g
const MOST_OPENINGS = 300
/** Bash drops NUL; the other control characters hide what stands there from whoever reads it. */
const CONTROL = /[\0-\x08\x0b-\x1f\x7f]/

type Walk = {
  readonly source: string
  readonly constants: Constants
  readonly depth: number
  /** Of the whole text, nested scripts included. */
  readonly count: { commands: number }
  readonly commands: ShellCommand[]
  readonly functions: Set<string>
  readonly problems: Set<string>
}

export function createBashReader(): ShellReader {
  return {
    read: (command) => {
      if (command.length > LONGEST) return unreadable(`longer than ${LONGEST} characters`)
      if ((command.match(OPENINGS)?.length ?? 0) > MOST_OPENINGS)
        return unreadable(`more than ${MOST_OPENINGS} substitutions`)
      try {
        return readText(command, 0, { commands: 0 })
      } catch {
        // A parser that stumbles over hostile text must not take anybody along.
        return unreadable('it can not be read')
      }
    },
  }
}

function unreadable(problem: string): ShellScript {
  return { commands: [], functions: [], problems: [problem] }
}

function readText(source: string, depth: number, count: Walk['count']): ShellScript {
  const script = parse(source)
  const problems = new Set((script.errors ?? []).map(({ message }) => message))
  if (CONTROL.test(source)) problems.add('control characters')
  if (hasOddDelimiter(withoutTexts(source, script.commands)))
    problems.add('a here-document whose end sh and bash see in different places')
  const read = readStatements(script.commands, source, findConstants(script.commands, source), depth, count, problems)
  if (depth > 0) return read
  const sh = asShReads(source)
  const others = sh === source ? [] : [readText(sh, 1, count)]
  for (const problem of others.flatMap((other) => other.problems)) problems.add(problem)
  const pieces = problems.size > 0 ? salvaged(source, count) : []
  return {
    commands: [...read.commands, ...others.flatMap(({ commands }) => commands), ...pieces],
    functions: [...read.functions, ...others.flatMap(({ functions }) => functions)],
    problems: [...problems],
  }
}

/**
 * To sh, `$'` is a dollar before plain quotes, in which nothing escapes a quote; `$[` is text; `&>` ends a command and begins another. A
 * bash reads in the result what sh reads in the source: what is replaced inside of quotes changes no border of a word.
 */
function asShReads(source: string): string {
  return source.replace(/\$(?='[^']*\\'|\[)/g, '_').replace(/&(?=>)/g, '& ')
}

/** Without the here-documents that are text and nothing else: a `<<` in a program that is written down opens none. */
function withoutTexts(source: string, statements: readonly Statement[]): string {
  const texts: { readonly pos: number; readonly end: number }[] = []
  const visit = (node: SyntaxNode): void => {
    if (node.type === 'HereDoc' && node.closing !== undefined) {
      const { pos, end, text } = node.body
      if (node.delimiter?.quoted === true || !/[$`]/.test(text)) texts.push({ pos, end })
    }
    forEachChild(node, visit)
  }
  for (const statement of statements) visit(statement)
  let rest = ''
  let at = 0
  for (const { pos, end } of texts.toSorted((a, b) => a.pos - b.pos)) {
    rest += source.slice(at, Math.max(at, pos))
    at = Math.max(at, end)
  }
  return rest + source.slice(at)
}

/** Beyond a plain word, and one in plain quotes, the two don't agree on what the last line has to be, or where the word ends. */
function hasOddDelimiter(source: string): boolean {
  return /<<-?[ \t]*(?![ \t-])(?!(?:\\?[\w.!:@%+-]+|'[^'\\\n$`]*'|"[^"\\\n$`]*")(?:[\s;&|<>()]|$))/.test(
    source.replaceAll('<<<', ''),
  )
}

const MOST_PIECES = 500

/** What stands between separators in a text that does not read as a whole: a parser that lost its way may have dropped some. */
function salvaged(source: string, count: Walk['count']): readonly ShellCommand[] {
  const pieces = source.split(/[;&|\n`(){}]|\b(?:then|do|else)\b/).filter((piece) => piece.trim() !== '')
  return pieces.slice(0, MOST_PIECES).flatMap((piece) => readText(piece, 1, count).commands)
}

function readStatements(
  statements: readonly Statement[],
  source: string,
  constants: Constants,
  depth: number,
  count: Walk['count'],
  problems: Set<string>,
): ShellScript {
  const walk: Walk = { source, constants, depth, count, commands: [], functions: new Set(), problems }
  if (depth > DEEPEST) problems.add('nested too deeply')
  else for (const statement of statements) readNode(walk, statement, null)
  return { commands: walk.commands, functions: [...walk.functions], problems: [...problems] }
}

/** `from` is what stands before the `|`, for every command that may read it. */
function readNode(walk: Walk, node: SyntaxNode, from: ShellCommand | null): void {
  switch (node.type) {
    case 'Command':
      return readCommand(walk, node, from)
    case 'Pipeline': {
      let previous = from
      for (const command of node.commands) {
        const before = walk.commands.length
        readNode(walk, command, previous)
        previous = outputOf(walk, command, before)
      }
      return
    }
    case 'For':
      return readLoop(walk, node, from)
    case 'Function':
      walk.functions.add(node.name.value)
      return readNode(walk, node.body, null)
    case 'ArithmeticCommand':
      readChildren(walk, node, from)
      // To sh, `((` is two subshells.
      return readAgain(walk, node.body)
    case 'TestCommand':
      readChildren(walk, node, from)
      // To sh, `[[` is a program, and what stands behind `&&`, `|` or `>` in it is one too.
      if (/[;&|<>\n]/.test(walk.source.slice(node.pos, node.end)))
        readAgain(walk, walk.source.slice(node.pos, node.end).replace(/^\[\[/, '[').replace(/\]\]$/, ''))
      return
    case 'Redirected':
      readNode(walk, node.command, from)
      return add(walk, { ...NOTHING, redirects: redirectsOf(walk, node.redirects), pipedFrom: from })
    case 'Word':
      return addWords(walk, toWords(node, nested(walk)))
    default:
      return readChildren(walk, node, from)
  }
}

const MOST_ROUNDS = 20
/** What a loop goes through may be anything; of these the shell makes nothing else. */
const PLAIN_ITEM = /^[\w./~@%+*?,:=-]+$/

/** Of plain words, each round is read by itself: its variable holds what stands there. */
function readLoop(walk: Walk, node: For, from: ShellCommand | null): void {
  const name = node.name.value
  const items = (node.wordlist ?? []).flatMap((word) => {
    const words = toWords(word, nested(walk))
    addWords(walk, words)
    return words.map(({ text }) => text)
  })
  const plain = items.filter((item) => item !== null && PLAIN_ITEM.test(item) && !item.startsWith('-'))
  const isKnown = plain.length === items.length && items.length > 0 && items.length <= MOST_ROUNDS
  // Loops in loops multiply.
  const isFew = walk.count.commands + items.length < MOST_COMMANDS / 10
  if (!isKnown || !isFew || !walk.constants.isLoopsAlone(name)) return readNode(walk, node.body, from)
  for (const item of new Set(plain)) {
    const valueOf: Walk['constants']['valueOf'] = (given, at) =>
      given === name ? item : walk.constants.valueOf(given, at)
    readNode({ ...walk, constants: { ...walk.constants, valueOf } }, node.body, from)
  }
}

function readChildren(walk: Walk, node: SyntaxNode, from: ShellCommand | null): void {
  if (
    node.type === 'CommandExpansion' ||
    node.type === 'ProcessSubstitution' ||
    node.type === 'ArithmeticCommandExpansion'
  ) {
    const script = node.script
    const read = script === undefined ? unreadable('it can not be read') : nested(walk).script(script)
    return add(walk, {
      ...NOTHING,
      words: [{ text: null, parts: [read], source: node.text, globs: false, scripts: [read] }],
    })
  }
  forEachChild(node, (child) => readNode(walk, child, from))
}

const NOTHING: ShellCommand = { assignments: [], name: null, words: [], redirects: [], pipedFrom: null }

function add(walk: Walk, command: ShellCommand): void {
  walk.count.commands += 1
  if (walk.count.commands > MOST_COMMANDS) walk.problems.add(`more than ${MOST_COMMANDS} commands`)
  else walk.commands.push(command)
}

/** A word that is no command's: what a loop goes through, what is compared. Only what runs to make it counts. */
function addWords(walk: Walk, words: readonly ShellWord[]): void {
  if (words.some(({ scripts }) => scripts.length > 0)) add(walk, { ...NOTHING, words })
}

function readAgain(walk: Walk, text: string): void {
  const script = readText(text, walk.depth + 1, walk.count)
  walk.commands.push(...script.commands)
  for (const name of script.functions) walk.functions.add(name)
}

/** Of one simple command, it; of anything else, one that nothing is known of. */
function outputOf(walk: Walk, node: CommandNode, before: number): ShellCommand | null {
  const made = walk.commands.slice(before)
  const [only] = made
  return node.type === 'Command' && made.length === 1 && only !== undefined ? only : NOTHING
}

function readCommand(walk: Walk, node: Command, pipedFrom: ShellCommand | null): void {
  const inner = nested(walk)
  const assignments = node.prefix.flatMap((prefix) => {
    if (prefix.type !== 'Assignment') return []
    const values = prefix.value.type === 'Word' ? [prefix.value] : prefix.value.elements
    const words = [...values, ...(prefix.index === undefined ? [] : [prefix.index])].flatMap((value) =>
      toWords(value, inner),
    )
    const [value, ...others] = words
    if (others.length > 0) addWords(walk, others)
    return [{ name: prefix.name, value: value ?? null }]
  })
  const [name, ...more] = node.name === undefined ? [] : toWords(node.name, inner)
  const words = node.args.flatMap((argument) => {
    if (argument.type === 'Word') return toWords(argument, inner)
    const values = argument.value.type === 'Word' ? [argument.value] : argument.value.elements
    const parts = [...values, ...(argument.index === undefined ? [] : [argument.index])].flatMap((value) =>
      toWords(value, inner),
    )
    return [assignmentWord(argument.text, argument.name, parts)]
  })
  add(walk, {
    assignments,
    name: name ?? null,
    words: name?.text === 'trap' ? withConstants(walk, [...more, ...words], node.end) : [...more, ...words],
    redirects: redirectsOf(walk, node.redirects),
    pipedFrom,
  })
}

/** A text that runs once the line is over, with the variables in it that hold one plain word for good. */
function withConstants(
  { constants }: Walk,
  [first, ...others]: readonly ShellWord[],
  at: number,
): readonly ShellWord[] {
  if (first === undefined) return []
  if (first.text === null) return [first, ...others]
  const text = first.text.replace(/\$(?:(\w+)|\{(\w+)\})/g, (whole, plain?: string, braced?: string) => {
    const value = constants.valueOf(plain ?? braced ?? '', at)
    return value !== null && /^[\w./%+-]+$/.test(value) ? value : whole
  })
  return [{ ...first, text, parts: [text] }, ...others]
}

/** `name=value` among a command's words, as `export` and `alias` take it. */
function assignmentWord(source: string, name: string, values: readonly ShellWord[]): ShellWord {
  const [value] = values
  const text = values.length === 1 && value?.text !== null && value !== undefined ? `${name}=${value.text}` : null
  const parts = values.length === 1 ? [`${name}=`, ...(value?.parts ?? [])] : [null]
  const plain = values.length === 0 ? `${name}=` : text
  return {
    text: plain,
    parts: plain === null ? parts : [plain],
    source,
    globs: false,
    scripts: values.flatMap(({ scripts }) => scripts),
  }
}

function redirectsOf(walk: Walk, redirections: readonly Redirection[]): readonly ShellRedirect[] {
  const inner = nested(walk)
  return redirections.flatMap((redirection): readonly ShellRedirect[] => {
    if (redirection.type === 'HereDoc') {
      const { body, delimiter } = redirection
      if (delimiter?.quoted === true || body.parts === undefined)
        return [{ does: 'text', target: plainWord(body.text) }]
      const word = toWords({ text: body.text, value: body.text, parts: body.parts }, inner)[0]
      return word === undefined ? [] : [{ does: 'text', target: word }]
    }
    if (redirection.target === undefined) return []
    const does = redirection.type === 'HereString' ? 'text' : WHAT_DOES[redirection.operator]
    return toWords(redirection.target, inner).map((target) => ({
      // `>&file` writes a file, `>&2` and `>&-` do not.
      does: does === 'duplicates' && !/^(\d+-?|-)$/.test(target.text ?? '') ? 'writes' : does,
      target,
    }))
  })
}

const WHAT_DOES = {
  '>': 'writes',
  '>|': 'writes',
  '&>': 'writes',
  '>>': 'appends',
  '&>>': 'appends',
  '<': 'reads',
  '<>': 'both',
  '<&': 'duplicates',
  '>&': 'duplicates',
} as const

function plainWord(text: string): ShellWord {
  return { text, parts: [text], source: text, globs: false, scripts: [] }
}

function nested(walk: Walk) {
  return {
    constants: walk.constants,
    script: (script: {
      readonly commands: readonly Statement[]
      readonly source?: string
      readonly errors?: readonly { message: string }[] | undefined
    }) =>
      readStatements(
        script.commands,
        script.source ?? walk.source,
        walk.constants,
        walk.depth + 1,
        walk.count,
        new Set((script.errors ?? []).map(({ message }) => message)),
      ),
  }
}
