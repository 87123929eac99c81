// Interpreters of other languages: a file is the project's own; code on the command line is looked at for what plainly shows.
import type { Arg, Call, Effect, Programs } from './effect.ts'
import { asks, destroys, hides, reads, starts, together, unknown } from './effect.ts'
import { parseArguments } from './arguments.ts'
import { hostOfUrl } from './network-programs.ts'
import { unescaped } from './outputs.ts'

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

function interpreterEffect({ name, args, stdin }: Call, { inline, valued }: Language): Effect {
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
    return stdin === null || stdin === 'nothing'
      ? hides(`${name} runs what it is given to read`)
      : together(...stdin.map((text) => codeEffect(name, text, [])))
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

const DESTROYS =
  /rmtree|unlink|\bremove(dirs)?\b|\brmdir|rmSync|\brm\s*\(|rimraf|truncate|deleteTree|rm_rf|rm_r\b|FileUtils\.rm|delete_?file|mkfs|shred|File\.delete|ftruncate|wipe/i
const NETWORK =
  /\b(socket|urllib|urlopen|requests|httpx|http\.client|fetch|https?\.(get|request)|axios|net\.connect|createConnection|ftplib|smtplib|paramiko|IO::Socket|LWP|Net::|open-uri|TCPSocket|fsockopen|curl_exec|file_get_contents)\b/
/** Of these nobody can say what they run without running them. */
const HIDES =
  /system|popen|spawn|subprocess|child_process|\bexec|execv|execfile|\beval\b|__import__|importlib|getattr|globals|locals\(|__builtins__|__class__|compile\(|base64|b64decode|fromhex|unhexlify|codecs|marshal|pickle|ctypes|cffi|\bpty\b|\bos\b.*\bfork|Function\s*\(|atob|Buffer\.from|process\.binding|process\.(kill|dlopen)|fromCharCode|require\s*\(\s*[^'"\s]|import\s*\(\s*[^'"\s]|constructor|Reflect|Deno\.(run|Command)|`|qx|\bopen3?\s*\(?\s*['"]\s*\||\|\s*['"]|pack\s*\(|unpack|\bchr\s*\(|\\x[\da-f]{2}|\\u\{?[\da-f]{2}|\\[0-7]{3}|shell_exec|passthru|proc_open|pcntl|create_function|Kernel|\bsend\b|public_send|instance_eval|os\.execute|io\.popen|loadstring|\bload\b|do shell script|\bshell\b|\bdo\s+['"]|chr\(|\[::-1\]|reverse|rot13|\.join\(|\bsyscall|\bsetuid|\bkill\b/i

/** What is longer is not looked through. */
const LONGEST_CODE = 20_000

const SHELL_CALL =
  /(?:os\.system|os\.popen|subprocess\.(?:run|call|check_call|check_output|Popen|getoutput)|execSync|exec|system|shell_exec|passthru|popen|os\.execute|io\.popen|qx)\s*\(?\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|\{([^}]*)\})/g
const LIST_CALL =
  /(?:subprocess\.(?:run|call|check_call|check_output|Popen)\s*\(\s*\[([^\]]*)\]|(?:spawnSync|spawn|execFileSync|execFile)\s*\(\s*(['"][^'"]*['"](?:\s*,\s*\[[^\]]*\])?))/g

/** As far as addresses stand there; what it really reaches is decided on when it does. */
function hostsIn(code: string): readonly Arg[] {
  const urls = [...code.matchAll(/\b(?:https?|wss?):\/\/[^\s'"`\\)]+/g)].map(([url]) => hostOfUrl(url))
  if (urls.length > 0) return urls
  return /\b(localhost|127\.0\.0\.1)\b/.test(code) ? ['localhost'] : [null]
}

/** Whatever the language: calls of a shell with plain text are read, deletions and connections seen, what is hidden is said to be. */
function codeEffect(name: string, code: Arg, rest: readonly Arg[]): Effect {
  if (code === null || code.length > LONGEST_CODE) return hides(`what ${name} would run is not known`)
  const effects: Effect[] = [unknown(`${name} runs code`)]
  const texts = [...code.matchAll(SHELL_CALL)].map(([, double, single, braced]) =>
    unescaped(double ?? single ?? braced ?? '', true),
  )
  const lists = [...code.matchAll(LIST_CALL)].map(([, list, called]) =>
    [...(list ?? called ?? '').matchAll(/['"]([^'"]*)['"]/g)].map(([, word]) => word ?? ''),
  )
  const ticks = /^(perl|ruby|php|irb)/.test(name) ? [...code.matchAll(/`([^`]*)`/g)].map(([, text]) => text ?? '') : []
  const runs = [
    ...[...texts, ...ticks].map((text) => ({ type: 'shell' as const, text })),
    ...lists.filter((words) => words.length > 0).map((words) => ({ type: 'command' as const, words })),
  ]
  if (runs.length > 0) effects.push(starts(`${name} starts it`, ...runs))
  if (DESTROYS.test(code)) effects.push(destroys('the code deletes', [null]))
  if (NETWORK.test(code)) effects.push(asks('the code uses the network', hostsIn(code)))
  if (HIDES.test(code) || rest.includes(null)) effects.push(hides('what the code starts can not be seen'))
  return together(...effects)
}
