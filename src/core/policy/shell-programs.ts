// Programs that only start others: they are seen through.
import type { Arg, Call, Effect, Program, Programs, Run } from './effect.ts'
import { asks, hides, needsRights, NOT_KNOWN, reads, starts, together, unknown, writes } from './effect.ts'
import { commandAfter, parseArguments } from './arguments.ts'

const SHELLS = [
  'sh',
  'bash',
  'zsh',
  'dash',
  'ksh',
  'ash',
  'mksh',
  'fish',
  'csh',
  'tcsh',
  'rbash',
  'yash',
  'elvish',
  'nu',
  'pwsh',
]

export function isShell(name: string): boolean {
  return SHELLS.includes(name)
}

const command = (words: readonly Arg[]): Run => ({ type: 'command', words })
const shell = (text: Arg): Run => ({ type: 'shell', text })
const joined = (words: readonly Arg[]): Arg => (words.every((word) => word !== null) ? words.join(' ') : null)

/** `valued`: its options that take a word; `skip`: how many words of its own stand before the command. */
function wrapper(valued: readonly string[] = [], skip = 0): Program {
  return ({ name, args }) => {
    const words = commandAfter(args, valued).slice(skip)
    return words.length === 0 ? reads(`${name} alone starts nothing`) : starts(`${name} starts it`, command(words))
  }
}

function withRights(valued: readonly string[]): Program {
  return ({ name, args }) => {
    const words = commandAfter(args, valued)
    const rights = needsRights(`${name} runs it with other rights`)
    return words.length === 0 ? rights : together(rights, starts('as somebody else', command(words)))
  }
}

const su: Program = ({ name, args }) => {
  const texts = parseArguments(args, ['-c', '-s', '-g', '-G', '--command', '--session-command', '--shell']).values(
    '-c',
    '--command',
    '--session-command',
  )
  const rights = needsRights(`${name} runs it as somebody else`)
  return texts.length === 0 ? rights : together(rights, starts('as somebody else', ...texts.map(shell)))
}

const SUDO = [
  '-u',
  '-g',
  '-C',
  '-D',
  '-R',
  '-T',
  '-U',
  '-p',
  '-h',
  '-r',
  '-t',
  '--user',
  '--group',
  '--chdir',
  '--host',
  '--prompt',
  '--chroot',
]

export const SHELL_PROGRAMS: Programs = {
  ...Object.fromEntries(SHELLS.map((name) => [name, shellEffect])),
  env: ({ args }) => envEffect(args),
  eval: ({ args }) => (args.length === 0 ? reads('nothing to do') : starts('eval runs it', shell(joined(args)))),
  exec: wrapper(['-a']),
  command: ({ args }) =>
    /^-[pvV]*[vV]/.test(args[0] ?? '')
      ? reads('it only looks for a program')
      : starts('command starts it', command(commandAfter(args))),
  builtin: wrapper(),
  time: wrapper(['-f', '-o', '--format', '--output']),
  gtime: wrapper(['-f', '-o']),
  nohup: wrapper(),
  nice: wrapper(['-n', '--adjustment']),
  ionice: wrapper(['-c', '-n', '-p', '-P', '-u', '--class', '--classdata']),
  chrt: wrapper([], 1),
  setsid: wrapper(),
  stdbuf: wrapper(['-i', '-o', '-e', '--input', '--output', '--error']),
  unbuffer: wrapper(),
  timeout: wrapper(['-k', '-s', '--kill-after', '--signal'], 1),
  gtimeout: wrapper(['-k', '-s'], 1),
  taskset: wrapper(['-p'], 1),
  numactl: wrapper(['-m', '-N', '-C']),
  prlimit: wrapper(),
  cpulimit: wrapper(['-l', '-p', '-e']),
  choom: wrapper(['-n']),
  catchsegv: wrapper(),
  strace: wrapper(['-e', '-o', '-p', '-s', '-u', '-E', '-a', '-b', '-I', '-O', '-P', '-S', '-X']),
  ltrace: wrapper(['-e', '-o', '-p', '-s', '-u', '-n', '-a', '-l']),
  valgrind: wrapper(),
  fakeroot: wrapper(['-l', '-s', '-i']),
  proot: wrapper(['-r', '-b', '-w']),
  setarch: wrapper([], 1),
  linux32: wrapper(),
  linux64: wrapper(),
  busybox: wrapper(),
  toybox: wrapper(),
  dbus_run_session: wrapper(),
  'dbus-run-session': wrapper(),
  'xvfb-run': wrapper(['-n', '-s', '-e', '-f', '-w']),
  'systemd-inhibit': wrapper(),
  rlwrap: wrapper(),
  caffeinate: wrapper(['-t', '-w']),
  watch: ({ args }) => {
    const words = commandAfter(args, ['-n', '--interval', '-q'])
    return words.length === 0 ? reads('watch alone does nothing') : starts('watch runs it', shell(joined(words)))
  },
  script: ({ args }) => {
    const texts = parseArguments(args, ['-c', '--command', '-T', '-o', '-E', '-I', '-O', '-B']).values(
      '-c',
      '--command',
    )
    return texts.length === 0
      ? unknown('script starts a shell')
      : together(writes('script writes what it sees'), starts('script runs it', ...texts.map(shell)))
  },
  flock: ({ args }) => {
    const rest = commandAfter(args, ['-w', '-E', '--timeout', '--wait', '--conflict-exit-code']).slice(1)
    const texts = rest[0] === '-c' || rest[0] === '--command' ? [shell(rest[1] ?? null)] : []
    return rest.length === 0
      ? reads('flock waits')
      : starts('flock starts it', ...(texts.length > 0 ? texts : [command(commandAfter(rest))]))
  },
  xargs: ({ args, stdin, listed }) => {
    const valued = [
      '-I',
      '-n',
      '-P',
      '-L',
      '-d',
      '-s',
      '-a',
      '-E',
      '-J',
      '-R',
      '--max-args',
      '--max-procs',
      '--replace',
      '--delimiter',
      '--arg-file',
      '--max-lines',
    ]
    const words = commandAfter(args, valued)
    const marks = parseArguments(args.slice(0, args.length - words.length), valued)
      .values('-I', '-J', '--replace')
      .filter((mark) => mark !== null)
    const mark = marks[0] ?? '{}'
    const isReplaced = args
      .slice(0, args.length - words.length)
      .some((arg) => arg !== null && /^(-[IJi]|--replace)/.test(arg))
    if (words.length === 0) return reads('xargs prints')
    const isFile = parseArguments(args.slice(0, args.length - words.length), valued).has('-a', '--arg-file')
    const given = isFile ? [null] : (wordsRead(stdin) ?? listed ?? [null])
    const isScript = isShell(words[0] ?? '') && listed !== null && listed !== undefined
    const inner = isReplaced
      ? words.flatMap((word, index) => (word === mark && index > 0 ? given : [replaced(word, mark, isScript)]))
      : [...words, ...given]
    return starts('xargs starts it with words that it reads', command(inner))
  },
  parallel: ({ args }) => {
    const end = args.findIndex((arg) => arg !== null && /^:::?:?\+?$/.test(arg))
    const words = commandAfter(end < 0 ? args : args.slice(0, end), [
      '-j',
      '-P',
      '-n',
      '-N',
      '-L',
      '-a',
      '-I',
      '-S',
      '--jobs',
      '--arg-file',
      '--joblog',
      '--results',
    ])
    if (words.length === 0) return hides('parallel runs what it reads')
    const inner = words.map((word) => (word !== null && /\{[^}]*\}/.test(word) ? null : word))
    return words.length === 1
      ? starts('parallel runs it', shell(`${words[0] ?? '$x'} "$x"`))
      : starts('parallel runs it', command([...inner, null]))
  },
  sudo: ({ args }) => {
    const given = parseArguments(args.slice(0, args.length - commandAfter(args, SUDO).length), SUDO)
    if (given.has('-e', '--edit')) return needsRights('sudo edits a file of the machine')
    return withRights(SUDO)({ name: 'sudo', args, stdin: null })
  },
  doas: withRights(['-u', '-C']),
  pkexec: withRights(['--user']),
  gosu: ({ args }) => together(needsRights('gosu runs it as somebody else'), starts('it', command(args.slice(1)))),
  'su-exec': ({ args }) =>
    together(needsRights('su-exec runs it as somebody else'), starts('it', command(args.slice(1)))),
  run0: withRights([]),
  'systemd-run': withRights(['-u', '-p', '-E', '--unit', '--property', '--uid', '--gid', '--slice']),
  nsenter: withRights(['-t', '-S', '-G', '--target']),
  setpriv: withRights([]),
  capsh: ({ args }) => {
    const at = args.findIndex((arg) => arg === '--' || arg === '-c')
    return together(needsRights('capsh changes rights'), ...(at < 0 ? [] : [hides('capsh starts a shell')]))
  },
  chroot: ({ args }) =>
    together(
      needsRights('chroot needs rights over the machine'),
      starts('it runs there', command(commandAfter(args, ['--userspec', '--groups']).slice(1))),
    ),
  unshare: withRights(['-S', '-G', '--setuid', '--setgid', '--root', '--wd', '-R', '-w']),
  bwrap: ({ name }) => hides(`${name} starts a program elsewhere`),
  firejail: wrapper(),
  su,
  runuser: (call) =>
    parseArguments(call.args, ['-c', '-u']).has('-u') ? withRights(['-u', '-g', '-G', '-s'])(call) : su(call),
  source: ({ args }) => sourced(args),
  '.': ({ args }) => sourced(args),
  trap: ({ args }) =>
    args.length < 2 || args[0] === '-' || args[0] === '-l' || args[0] === '-p'
      ? reads('trap lists or resets')
      : starts('trap runs it later', shell(args[0] === '--' ? (args[1] ?? null) : (args[0] ?? null))),
  alias: ({ args }) => {
    const given = args.filter((arg) => arg === null || arg.includes('='))
    if (given.length === 0) return reads('alias lists')
    if (given.includes(null)) return hides('what the alias stands for is not known')
    // What follows it in a line of its own is read with other words than it shows.
    return together(
      starts(
        'an alias stands for it',
        ...given.flatMap((arg) => (arg === null ? [] : [shell(arg.slice(arg.indexOf('=') + 1))])),
      ),
      hides('and changes what is written after it'),
    )
  },
  enable: ({ args }) =>
    args.some((arg) => arg === null || arg.startsWith('-f'))
      ? hides('enable loads code')
      : reads('enable switches builtins'),
  hash: ({ args }) =>
    args.some((arg) => arg === null || arg.startsWith('-p'))
      ? hides('hash makes a name mean another program')
      : reads('hash remembers programs'),
  mapfile: ({ args }) => callbackOf(args),
  readarray: ({ args }) => callbackOf(args),
  bind: ({ args }) => (args.length === 0 ? reads('bind lists') : hides('bind ties commands to keys')),
  set: ({ args }) => (args.includes(null) ? hides('its words are not known') : reads('set changes the shell alone')),
  at: () => hides('at runs it later'),
  crontab: ({ args }) => {
    if (args.includes('-l')) return reads('crontab lists')
    if (args.some((arg) => arg !== null && /^-[a-z]*r/.test(arg)))
      return {
        classes: ['destructive'],
        why: 'crontab -r deletes every entry',
        paths: [{ path: null, does: 'destroys' }],
      }
    return together(writes('crontab sets what runs by itself'), hides('it runs later, without anybody'))
  },
  'ssh-agent': wrapper(['-a', '-t']),
  torsocks: ({ args }) => together(asks('torsocks uses the network'), starts('it', command(commandAfter(args)))),
  torify: ({ args }) => together(asks('torify uses the network'), starts('it', command(args))),
  proxychains: ({ args }) =>
    together(asks('proxychains uses the network'), starts('it', command(commandAfter(args, ['-f'])))),
  sshpass: wrapper(['-p', '-f', '-d', '-P']),
  dotenv: wrapper(['-e', '-f']),
  direnv: ({ args }) =>
    args[0] === 'exec'
      ? starts('direnv starts it', command(args.slice(2)))
      : unknown('direnv runs what the folder says'),
}

/** A word in which what is read stands for the mark: in a script, names of files; in an address, what comes after the host. */
function replaced(word: Arg, mark: string, isScript: boolean): Arg {
  if (word === null || !word.includes(mark)) return word
  if (isScript && word !== mark && /\s/.test(word)) return word.replaceAll(mark, NOT_KNOWN)
  const isAddress = /^https?:\/\/[\w.-]+(:\d+)?\//.exec(word)
  return isAddress !== null && !isAddress[0].includes(mark) ? word.replaceAll(mark, 'x') : null
}

/** What plain text falls apart into, quotes and escapes aside. */
function wordsRead(stdin: Call['stdin']): readonly Arg[] | null {
  if (stdin === null || stdin === 'nothing' || stdin.some((text) => /['"\\\0]/.test(text))) return null
  return stdin.flatMap((text) => text.split(/\s+/).filter((word) => word !== ''))
}

function shellEffect({ name, args, stdin }: Call): Effect {
  const { has, operands } = parseArguments(args, ['-o', '-O', '--rcfile', '--init-file'])
  if (has('--version', '--help')) return reads(`${name} tells about itself`)
  if (args[0] === '-n') return reads(`${name} only looks whether it can be read`, operands)
  const at = args.findIndex(
    (arg) => arg !== null && (/^-[a-zA-Z]*c[a-zA-Z]*$/.test(arg) || arg === '--command' || /^-[Cc]ommand$/.test(arg)),
  )
  if (at >= 0) {
    const text = args.slice(at + 1).find((arg) => arg === null || !/^(--|[-+][a-zA-Z]+)$/.test(arg)) ?? null
    const later = args.slice(at + 2)
    // `sh -c '"$@"' sh rm …`: the words behind are what runs.
    const passed = text !== null && /\$[@*\d{]/.test(text) && later.length > 1 ? [command(later.slice(1))] : []
    return starts(`${name} -c runs it`, shell(text), ...passed)
  }
  if (has('--rcfile', '--init-file')) return hides(`${name} reads commands from a file`)
  if (operands.includes(null)) return hides('which file it runs is not known')
  const [file] = operands
  if (file !== undefined && file !== null && file !== '-' && !/^\/dev\/(stdin|fd\/)/.test(file) && !has('-s'))
    return { ...unknown(`${name} runs a file`), file }
  if (stdin === 'nothing' || stdin === null) return hides(`${name} runs what it is given to read`)
  return starts(`${name} runs what it is given to read`, ...stdin.map(shell))
}

function envEffect(args: readonly Arg[]): Effect {
  const valued = ['-u', '-C', '-S', '--unset', '--chdir', '--split-string', '-P']
  const splits = parseArguments(args, valued).values('-S', '--split-string')
  const at = args.findIndex((arg) => arg !== null && /^-[a-zA-Z]*S|^--split-string/.test(arg))
  if (at >= 0 && splits.length > 0) {
    const rest = args.slice(args[at]?.length === 2 || args[at] === '--split-string' ? at + 2 : at + 1)
    return starts('env starts it', shell(joined([splits[0] ?? null, ...rest])))
  }
  const words = commandAfter(args, valued)
  if (words.every((word) => word !== null && /^[A-Za-z_]\w*=/.test(word)))
    return together(
      reads('env lists the environment', ['/proc/self/environ']),
      starts('with these settings', command(words)),
    )
  return starts('env starts it', command(words))
}

function sourced(args: readonly Arg[]): Effect {
  const [file] = args
  if (file === undefined || file === null || /^\/dev\/|^\/proc\//.test(file))
    return hides('what it reads commands from is not known')
  return { ...unknown('it runs the commands in a file'), file }
}

function callbackOf(args: readonly Arg[]): Effect {
  const texts = parseArguments(args, ['-C', '-c', '-d', '-n', '-O', '-s', '-u']).values('-C')
  return texts.length === 0 ? reads('it reads lines') : starts('it is called for every line', ...texts.map(shell))
}
