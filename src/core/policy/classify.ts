// What a command line does: each of its commands, through pipes, substitutions, wrappers and encodings, with its classes.
import type { ShellCommand, ShellReader, ShellScript, ShellWord } from '../ports/shell-reader.ts'
import type { CommandClass } from '../vocabulary/policy.ts'
import { COMMAND_CLASSES } from '../vocabulary/policy.ts'
import type { Arg, Call, Effect, HardDenial, Run, Target } from './effect.ts'
import { hides, NOT_KNOWN, unknown } from './effect.ts'
import { changesWhatRuns, isUsualPath } from './environment.ts'
import { normalPath, programOf } from './programs.ts'
import { redirectEffect, withSystemPaths } from './system-paths.ts'
import { stdinOf, textsOf, wordsOf } from './words.ts'
import { listedBy } from './listed.ts'
import { isFetcher, madeBy, originOf } from './written-files.ts'
import type { Made, Written } from './written-files.ts'
import { writtenCodeEffect } from './code-programs.ts'
import { isShell } from './shell-programs.ts'

/** One command of a line, or one of its redirections or settings. */
export type CommandPart = {
  /** Its words with blanks between them; `?` for one that is not known. */
  readonly text: string
  readonly words: readonly Arg[]
  readonly classes: readonly CommandClass[]
  readonly why: string
  readonly hosts: readonly Arg[]
  /** Relative to where the line begins, or absolute, or in the home folder (`~`). */
  readonly paths: readonly Target[]
  readonly sends: boolean
  readonly opaque: boolean
  readonly hard: HardDenial | null
  readonly file: Arg | undefined
  /** What it writes into its files, where it writes some. */
  readonly made: () => Made
}

export type Classification = { readonly classes: readonly CommandClass[]; readonly parts: readonly CommandPart[] }

const DEEPEST = 16
const MOST_PARTS = 2_000
/** A name in other letters, or with something in it that nobody sees, only looks like one that is known. */
const ODD_NAME = /[^\x21-\x7e]/

type Reading = {
  readonly read: ShellReader
  readonly depth: number
  readonly parts: CommandPart[]
  readonly functions: Set<string>
  /** Where the shell stands by now, relative to where it began; null once that is not known. */
  readonly place: { now: string | null }
  /** The command of the text that is being read. */
  readonly made: () => Made
}

type Input = Pick<Call, 'stdin' | 'shown' | 'listed'>

const NOTHING_MADE = () => ({ texts: null, hidden: false, from: [] })

/** Never throws. Everything that a line could do counts, also what stands behind a condition. */
export function classifyCommand(command: string, read: ShellReader): Classification {
  const reading: Reading = { read, depth: 0, parts: [], functions: new Set(), place: { now: '.' }, made: NOTHING_MADE }
  readScript(reading, read.read(command))
  const parts = withWrittenFiles(reading, reading.parts)
  const found = new Set(parts.flatMap(({ classes }) => classes))
  if (found.size === 0) found.add('read')
  return { classes: COMMAND_CLASSES.filter((name) => found.has(name)), parts }
}

function readScript(reading: Reading, script: ShellScript): void {
  for (const name of script.functions) reading.functions.add(name)
  if (script.problems.length > 0) addPart(reading, [], hides(`part of it can not be read: ${script.problems[0]}`))
  for (const command of script.commands) readCommand(reading, command)
}

function readCommand(outer: Reading, given: ShellCommand): void {
  const command = withUsualPath(given)
  const reading: Reading = { ...outer, made: () => madeBy(command) }
  const words: readonly ShellWord[] = [
    ...(command.name === null ? [] : [command.name]),
    ...command.words,
    ...command.assignments.flatMap(({ value }) => (value === null ? [] : [value])),
    ...command.redirects.map(({ target }) => target),
  ]
  for (const script of words.flatMap(({ scripts }) => scripts)) readScript(reading, script)
  for (const { name, value } of command.assignments) setting(reading, name, value?.text ?? null, command)
  for (const { does, target } of command.redirects) {
    for (const path of textsOf(target)) {
      const effect = redirectEffect(does, path)
      if (effect !== null) addPart(reading, [does === 'reads' ? '<' : '>', path], effect)
    }
  }
  if (command.name === null) return
  if (isForkBomb(reading, command))
    addPart(reading, ['a function that calls itself twice'], {
      ...hides('it never ends'),
      classes: ['destructive'],
      hard: 'hard.fork-bomb',
    })
  if (command.name.globs && command.name.text !== '[')
    return addPart(reading, wordsOf(command), hides('which program it is depends on the files that are there'))
  const known = wordsOf(command).map((word) => (word?.includes(NOT_KNOWN) === true ? null : word))
  const shown = stdinOf(command, 0, true)
  run(reading, known, {
    stdin: stdinOf(command),
    shown: shown === 'nothing' ? null : shown,
    listed: command.pipedFrom === null ? null : listedBy(command.pipedFrom),
  })
}

/** A search path is known when what it is made of is, though nobody knows what it was before. */
function withUsualPath(command: ShellCommand): ShellCommand {
  const known = (word: ShellWord, source: string): ShellWord => {
    const value = source.replace(/^PATH=/, '')
    return word.text === null && isUsualPath(value) ? { ...word, text: source.replaceAll('"', '') } : word
  }
  return {
    ...command,
    assignments: command.assignments.map(({ name, value }) => ({
      name,
      value: name === 'PATH' && value !== null ? known(value, value.source) : value,
    })),
    words:
      command.name?.text === 'export'
        ? command.words.map((word) => (word.source.startsWith('PATH=') ? known(word, word.source) : word))
        : command.words,
  }
}

function setting(reading: Reading, name: string, value: Arg, command: ShellCommand | null): void {
  if (name === 'IFS' && command?.name?.text === 'read') return
  const changed = changesWhatRuns(name, value)
  const words = [`${name}=${value ?? '?'}`]
  if (changed === 'project') addPart(reading, words, unknown(`${name} has programs of the project run`))
  if (changed === 'anything') addPart(reading, words, hides(`${name} changes which programs run`))
}

function isForkBomb(reading: Reading, { name, pipedFrom }: ShellCommand): boolean {
  const own = name?.text ?? null
  return own !== null && reading.functions.has(own) && pipedFrom?.name?.text === own
}

/** A command of these words, however it came to be started. */
function run(reading: Reading, given: readonly Arg[], input: Input): void {
  const start = given.findIndex((word) => word === null || !/^[A-Za-z_]\w*=/.test(word))
  for (const word of start < 0 ? given : given.slice(0, start)) {
    const [name = '', ...value] = (word ?? '').split('=')
    setting(reading, name, value.join('='), null)
  }
  const words = start < 0 ? [] : given.slice(start)
  const name = words[0]
  if (name === undefined) return
  if (reading.depth > DEEPEST || reading.parts.length > MOST_PARTS)
    return addPart(reading, words, hides('it goes too deep to be followed'))
  if (name === null)
    return addPart(reading, words, hides('which program it is depends on what only running it would tell'))
  const odd = ODD_NAME.test(name)
  if (/^[\x20-\x7e\n\t]+$/.test(name) && odd) {
    addPart(reading, words, unknown('no program has such a name'))
    return readScript({ ...reading, depth: reading.depth + 1 }, reading.read.read(name))
  }
  if (odd) return addPart(reading, words, hides('the name is written in letters that only look like others'))
  if (name.startsWith('-')) {
    addPart(reading, words, hides('what stands before it takes its words in a way that is not known'))
    return findHidden(reading, words, input)
  }
  const args = words.slice(1)
  const { program, file, name: plain } = programOf(name)
  const effect = effectOf(reading, { name: plain, args, ...input }, program, file)
  if (plain === 'cd' || plain === 'pushd') moveTo(reading, args)
  if (plain === 'popd') reading.place.now = null
  if (plain === 'export' || plain === 'declare' || plain === 'typeset' || plain === 'readonly' || plain === 'local') {
    for (const arg of args)
      if (arg?.includes('=') === true)
        setting(reading, arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1), null)
    if (args.includes(null)) addPart(reading, words, hides('what is set is not known'))
  }
  addPart(reading, words, effect)
  for (const next of effect.runs ?? []) follow(reading, next, input)
  if (program === null) findHidden(reading, args, input)
}

function effectOf(
  reading: Reading,
  call: Call,
  program: ReturnType<typeof programOf>['program'],
  file: string | null,
): Effect {
  const evaluates = [
    'test',
    '[',
    'let',
    'declare',
    'typeset',
    'printf',
    'unset',
    'read',
    'export',
    'local',
    'readonly',
  ].includes(call.name)
  // Subscripts of arrays are evaluated, also in quotes.
  if (evaluates && call.args.some((arg) => arg !== null && /\[.*(\$\(|`)/s.test(arg)))
    return hides('what it reckons may start a program')
  if (program === null) {
    if (file !== null) return { ...unknown('a program of the project, or of somebody'), file }
    return unknown(reading.functions.has(call.name) ? 'a function of its own' : 'nobody knows this program')
  }
  const effect = program(call)
  return file === null ? effect : { ...effect, classes: [...effect.classes, 'unknown'], file }
}

function follow(reading: Reading, next: Run, input: Input): void {
  const deeper: Reading = { ...reading, depth: reading.depth + 1 }
  if (next.type === 'command') return run(deeper, next.words, input)
  if (next.text === null || reading.depth > DEEPEST)
    return addPart(reading, [null], hides('what the shell is given is not known'))
  readScript(deeper, reading.read.read(next.text))
}

/** A program that nobody knows may start what is among its words. */
function findHidden(reading: Reading, args: readonly Arg[], input: Input): void {
  if (reading.depth > DEEPEST) return
  for (const [index, arg] of args.entries()) {
    if (arg === null || arg.length > 10_000 || isPlainSpeech(arg, args[index + 1])) continue
    const own: CommandPart[] = []
    const apart: Reading = { ...reading, depth: reading.depth + 4, parts: own, place: { now: reading.place.now } }
    if (/[\s;|&]/.test(arg)) readScript(apart, reading.read.read(arg))
    else if (/[a-z]/i.test(arg) && programOf(arg).program !== null) run(apart, args.slice(index), input)
    const dangers = withWrittenFiles(apart, own).filter(isDanger)
    reading.parts.push(...dangers)
    if (dangers.length > 0) break
  }
}

/** Names of programs that are verbs and things to others. */
function isPlainSpeech(arg: string, next: Arg | undefined): boolean {
  if (arg === 'init') return next === undefined || (next !== null && !/^[06]$/.test(next))
  return /^(service|route|security|kind|crash|perf|batch|snapper|stap)$/.test(arg)
}

/** What does not read as a line of the shell is none, and tells nothing. */
function isDanger({ classes, hard, opaque, words }: CommandPart): boolean {
  const hidden = opaque && words.length > 0
  return hard !== null || hidden || classes.includes('destructive') || classes.includes('privileged')
}

function moveTo({ place }: Reading, args: readonly Arg[]): void {
  const target = args.filter((arg) => arg === null || !/^-[LPe@]+$|^--$/.test(arg))[0]
  if (target === undefined) place.now = '~'
  else if (target === null || target === '-' || /[*?[]/.test(target)) place.now = null
  else place.now = placeOf(target, place.now)
}

function placeOf(path: string, from: string | null): string | null {
  if (path.startsWith('/') || path.startsWith('~')) return normalPath(path)
  return from === null ? null : normalPath(`${from}/${path}`)
}

function addPart(reading: Reading, words: readonly Arg[], given: Effect): void {
  const effect = withSystemPaths(given)
  const classes = [...new Set(effect.classes)]
  if (classes.length === 0 && effect.hard === undefined) return
  const { now } = reading.place
  const paths = (effect.paths ?? []).flatMap(({ path, does }): readonly Target[] => {
    if (path === null || now === '.') return [{ path: path === null ? null : normalPath(path), does }]
    // Where the change of the folder fails, the shell still stands where it stood.
    const both = path.includes('..') || now === null ? [placeOf(path, now), normalPath(path)] : [placeOf(path, now)]
    return both.map((one) => ({ path: one, does }))
  })
  reading.parts.push({
    text: words.map((word) => word ?? '?').join(' '),
    words,
    classes,
    why: effect.why,
    hosts: effect.hosts ?? [],
    paths,
    sends: effect.sends === true,
    opaque: effect.opaque === true,
    hard: effect.hard ?? null,
    file: effect.file,
    made: madeOf(reading, words[0] ?? null, effect),
  })
}

/** A redirection and `tee` write what comes in; other programs what they make of their files. */
function madeOf({ made }: Reading, name: Arg, { classes }: Effect): () => Made {
  if (name === '>' || name === 'tee') return made
  const hidden = (name !== null && isFetcher(name)) || classes.includes('network')
  return () => (hidden ? { texts: null, hidden, from: [] } : { ...made(), texts: null, hidden: made().hidden })
}

/** What they change of a file is not what stands in it. */
const SAME_TEXT: ReadonlySet<string> = new Set(['chmod', 'chgrp', 'chown', 'mkdir'])

const MOST_ROUNDS = 8

/** What this line wrote before it runs it: read, where its text stands there; hidden, where it came from elsewhere. */
function withWrittenFiles(reading: Reading, parts: readonly CommandPart[]): readonly CommandPart[] {
  const all = [...parts]
  const seen = new Set<string>()
  // What is read may write and run files in turn.
  for (let round = 0; round <= MOST_ROUNDS; round += 1) {
    const runs = all.filter(({ file }) => file !== undefined)
    const written = runs.length === 0 ? [] : all.flatMap(writtenBy)
    if (written.length === 0) return all
    const found = new Map(runs.map((part) => [part, part.file == null ? null : originOf(part.file, written)]))
    const inner: CommandPart[] = []
    for (const [part, origin] of found) {
      for (const text of origin?.texts ?? []) {
        const key = `${part.words[0] ?? ''} ${text}`
        if (seen.has(key)) continue
        seen.add(key)
        readWritten({ ...reading, depth: reading.depth + 2, parts: inner }, part, text)
      }
    }
    if (inner.length === 0)
      return all.map((part) => (part.file === null || found.get(part)?.hidden === true ? hidden(part) : part))
    all.push(...inner)
    if (all.length > MOST_PARTS) break
  }
  return all.map((part) => (part.file === undefined ? part : hidden(part)))
}

function writtenBy({ paths, words, made }: CommandPart): readonly Written[] {
  const files = SAME_TEXT.has(words[0] ?? '') ? [] : paths.filter(({ does }) => does === 'writes')
  return files.map(({ path }) => ({ path, ...made() }))
}

function hidden(part: CommandPart): CommandPart {
  const classes = [...new Set<CommandClass>([...part.classes, 'unknown'])]
  return { ...part, opaque: true, classes, why: 'it runs what this line wrote' }
}

/** As what runs it would read it: a shell its commands, the others their own language. */
function readWritten(reading: Reading, { words }: CommandPart, text: string): void {
  const name = words[0] == null ? '' : programOf(words[0]).name
  const [, shebang] = /^#!.*?([\w.+-]+)[ \t]*(?:-[^\n]*)?(?:\n|$)/.exec(text.slice(0, 200)) ?? []
  const isDirect = words[0]?.includes('/') === true
  const runner = isDirect && shebang !== undefined ? shebang : name
  if (text.replaceAll(NOT_KNOWN, '').trim() === '' && text !== '')
    return addPart(reading, [null], hides('what is written and run is not known'))
  if (isShell(runner) || runner === '.' || runner === 'source' || (isDirect && runner === name))
    return readScript(reading, reading.read.read(text))
  const effect = writtenCodeEffect(runner, text)
  if (effect === null) return
  addPart(reading, [runner], effect)
  for (const next of effect.runs ?? []) follow(reading, next, { stdin: 'nothing' })
}
