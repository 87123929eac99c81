// Interpreters of other languages: a file is the project's own; code on the command line is looked at for what plainly shows.
import type { Arg, Call, Effect, Programs } from './effect.ts'
import { hides, NOT_KNOWN, reads, starts, together, unknown } from './effect.ts'
import { parseArguments } from './arguments.ts'
import { EVALUATES, textEffect } from './code-text.ts'

type Language = { readonly inline: RegExp; readonly valued: readonly string[] }

const PYTHON: Language = { inline: /^-[A-Za-z]*c$/, valued: ['-W', '-X', '-Q'] }
const NODE: Language = {
  inline: /^(-e|-p|-pe|--eval|--print)(=|$)/,
  valued: ['-r', '--require', '--import', '--loader', '-C'],
}
const PERL: Language = { inline: /^-[a-zA-Z0-9]*[eE]$/, valued: ['-I', '-M', '-m'] }
const RUBY: Language = { inline: /^-[a-zA-Z]*e$/, valued: ['-I', '-r', '-C'] }
const PHP: Language = { inline: /^-[rBRE]$/, valued: ['-d', '-c'] }
const OTHER: Language = { inline: /^(-e|-E|--eval|-c|eval)$/, valued: [] }

const LANGUAGES: Readonly<Record<string, Language>> = {
  ...Object.fromEntries(['python', 'python2', 'python3', 'pypy', 'pypy3', 'ipython'].map((name) => [name, PYTHON])),
  ...Object.fromEntries(['node', 'nodejs', 'tsx', 'ts-node'].map((name) => [name, NODE])),
  perl: PERL,
  ruby: RUBY,
  irb: RUBY,
  php: PHP,
  ...Object.fromEntries(
    [
      'lua',
      'luajit',
      'Rscript',
      'R',
      'julia',
      'guile',
      'scheme',
      'clojure',
      'groovy',
      'scala',
      'elixir',
      'erl',
      'ghci',
      'runghc',
      'swift',
      'kotlin',
      'tclsh',
      'wish',
      'osascript',
      'jshell',
      'java',
      'dotnet',
      'racket',
      'sbcl',
      'ocaml',
      'crystal',
      'nim',
      'janet',
    ].map((name) => [name, OTHER]),
  ),
}

export const CODE_PROGRAMS: Programs = Object.fromEntries(
  Object.entries(LANGUAGES).map(([name, language]) => [name, (call: Call) => interpreterEffect(call, language)]),
)

/** Of `python3.12` too. */
export function versionless(name: string): string {
  return name.replace(/^(python|pypy|pip|perl|ruby|node|php|lua|gcc|g\+\+|clang)([23])?(?:[.-]?\d[\d.]*)$/, '$1$2')
}

function interpreterEffect({ name, args, stdin, shown }: Call, { inline, valued }: Language): Effect {
  const at = args.findIndex((arg) => arg !== null && inline.test(arg))
  const { has, operands } = parseArguments(args, valued)
  const preloads = args.some(
    (arg) =>
      arg !== null &&
      /^(-r|--require|--import|--loader|--experimental-loader|-d[a-z]*=?auto_prepend|--env-file)/.test(arg),
  )
  const firstFile = args.findIndex((arg) => arg !== null && !arg.startsWith('-'))
  if (at >= 0 && (firstFile < 0 || at < firstFile || valued.includes(args[firstFile - 1] ?? ''))) {
    const joined =
      args[at]?.includes('=') === true ? (args[at]?.split('=').slice(1).join('=') ?? null) : (args[at + 1] ?? null)
    return codeEffect(name, joined, args.slice(at + 2))
  }
  const module = args.indexOf('-m')
  if (name.startsWith('py') && module >= 0 && (firstFile < 0 || module < firstFile))
    return moduleEffect(args.slice(module + 1), name)
  if (has('--version', '-V', '--help') || (has('-v') && operands.length === 0))
    return reads(`${name} tells about itself`)
  if (name === 'node' && args[0] === '--check') return reads('node only looks whether it can be read', operands)
  if (operands.includes(null) && operands[0] === null) return hides(`what ${name} runs is not known`)
  if (operands.length === 0 || operands[0] === '-' || operands[0]?.startsWith('/dev/') === true) {
    if (stdin === 'nothing' && operands.length === 0) return unknown(`${name} waits for what it is told`)
    const texts = stdin === null || stdin === 'nothing' ? (shown ?? null) : stdin
    return texts === null
      ? hides(`${name} runs what it is given to read`)
      : together(...texts.map((text) => codeEffect(name, text, operands.slice(1))))
  }
  const file = operands[0] ?? null
  return preloads
    ? together({ ...unknown(`${name} runs a file`), file }, unknown('and loads others first'))
    : { ...unknown(`${name} runs a file`), file }
}

function moduleEffect([module, ...rest]: readonly Arg[], name: string): Effect {
  if (module === undefined || module === null) return hides('which module runs is not known')
  if (module === 'pip') return starts('the module pip', { type: 'command', words: ['pip', ...rest] })
  if (module === 'json.tool') return reads('json.tool prints')
  return unknown(`${name} runs the module ${module}`)
}

/** What it would do with a file of this text; null where nobody knows the language. */
export function writtenCodeEffect(name: string, text: string): Effect | null {
  const plain = versionless(name)
  return plain in LANGUAGES || COMPILES.has(plain) ? textEffect(plain, text, true) : null
}

const COMPILES = new Set(['deno', 'bun', 'go', 'awk', 'make'])

/** On the command line, or handed in. */
function codeEffect(name: string, code: Arg, rest: readonly Arg[]): Effect {
  if (code === null || code.replaceAll(NOT_KNOWN, '').trim() === '')
    return code === '' ? unknown(`${name} runs code`) : hides(`what ${name} would run is not known`)
  const effect = textEffect(name, code, false)
  return rest.includes(null) && EVALUATES.test(code)
    ? together(effect, hides('what the code starts can not be seen'))
    : effect
}
