// Where the paths lie that a command prints, when it prints paths: below what it was told to look through.
import type { ShellCommand } from '../ports/shell-reader.ts'
import type { Arg } from './effect.ts'
import { parseArguments } from './arguments.ts'
import { programOf } from './programs.ts'
import { wordsOf } from './words.ts'

const DEEPEST = 20
/** Options that may make it print something else than paths, or run a program that prints. */
const FIND_OTHER = /^-(f?printf|exec|execdir|ok|okdir|ls|fls|fprint0?)$|^-files0-from/
const MATCHING = [
  '-e',
  '-f',
  '-m',
  '-A',
  '-B',
  '-C',
  '-g',
  '-t',
  '-T',
  '--include',
  '--exclude',
  '--exclude-dir',
  '--glob',
]

/** Null where that is not known, or where it prints something else. */
export function listedBy(command: ShellCommand, depth = 0): readonly Arg[] | null {
  const [name, ...args] = wordsOf(command)
  if (depth > DEEPEST || name === undefined || name === null || args.includes(null)) return null
  if (command.redirects.some(({ does }) => does === 'reads' || does === 'text' || does === 'both')) return null
  const known = args.filter((arg) => arg !== null)
  const { name: plain, file } = programOf(name)
  if (file !== null) return null
  const piped = () => (command.pipedFrom === null ? null : listedBy(command.pipedFrom, depth + 1))
  switch (plain) {
    case 'find':
      return foundBy(known)
    case 'ls':
      // Of a folder it prints the names alone; `-a` names the folder above too.
      return known.some((arg) => /^-[a-zA-Z]*[aflRnogsi]|^--(all|format|recursive)/.test(arg))
        ? null
        : ['.', ...parseArguments(known).operands]
    case 'git':
      return listedByGit(known)
    case 'fd':
      return known.some((arg) => /^(-[xX]|--exec|--format|-C|--base)/.test(arg))
        ? null
        : rootsOf(known, ['-e', '-t', '-E', '-d'])
    case 'grep':
    case 'egrep':
    case 'fgrep':
    case 'rg': {
      const options = parseArguments(known, MATCHING)
      if (options.has('-l', '-L', '--files-with-matches', '--files-without-match')) return rootsOf(known, MATCHING)
      if (options.has('--files')) return ['.', ...options.operands]
      return options.operands.length <= 1 && !options.has('-f', '-r', '-R', '-n', '-c', '-o') ? piped() : null
    }
    case 'head':
    case 'tail':
    case 'sort':
    case 'uniq':
    case 'tac':
    case 'cat':
      return parseArguments(known, ['-n', '-k', '-t', '-c']).operands.length === 0 && !known.includes('-c')
        ? piped()
        : null
    case 'tr':
      return known.length === 2 && known[0] === '\\n' && /^\\0+$/.test(known[1] ?? '') ? piped() : null
    default:
      return null
  }
}

function rootsOf(args: readonly string[], valued: readonly string[]): readonly Arg[] {
  const { has, operands } = parseArguments(args, valued)
  const roots = has('-e', '-f', '--regexp') ? operands : operands.slice(1)
  return roots.length === 0 ? ['.'] : roots
}

function foundBy(args: readonly string[]): readonly Arg[] | null {
  if (args.some((arg) => FIND_OTHER.test(arg))) return null
  const given = args.filter((arg) => !/^-[HLP]$|^-O\d$/.test(arg))
  const first = given.findIndex((arg) => /^[-(!]/.test(arg))
  const roots = first < 0 ? given : given.slice(0, first)
  // A link may lead elsewhere: what lies behind it is followed only when asked for.
  if (args.some((arg) => arg === '-L' || arg === '-follow')) return null
  return roots.length === 0 ? ['.'] : roots
}

function listedByGit(args: readonly string[]): readonly Arg[] | null {
  const [verb, ...rest] = args
  if (rest.some((arg) => /^--(format|full-name|git-dir|work-tree)|^-s$|^--stage/.test(arg))) return null
  if (verb === 'ls-files') return ['.', ...parseArguments(rest, ['-x', '-X', '--exclude']).operands]
  if (verb === 'diff' && rest.includes('--name-only'))
    return rest.some(
      (arg) =>
        arg.startsWith('--line-prefix') ||
        arg.startsWith('--relative=') ||
        arg.startsWith('--src') ||
        arg === '--no-index',
    )
      ? null
      : ['.']
  return null
}
