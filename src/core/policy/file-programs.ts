// Programs that work on files: what they change, and what they destroy.
import type { Arg, Effect, Programs } from './effect.ts'
import { destroys, hides, needsRights, reads, starts, together, unknown, writes } from './effect.ts'
import { commandAfter, parseArguments } from './arguments.ts'
import { unescaped } from './outputs.ts'
import { sedEffect } from './sed-script.ts'

/** What is longer is not looked through. */
const LONGEST_PROGRAM = 5_000
const FIND_RUNS = ['-exec', '-execdir', '-ok', '-okdir']

export const FILE_PROGRAMS: Programs = {
  truncate: ({ args }) => destroys('truncate cuts files off', parseArguments(args, ['-s', '--size', '-r']).operands),
  shred: ({ args }) => destroys('shred overwrites files', parseArguments(args, ['-n', '-s']).operands),
  dd: ({ args }) => {
    const valueOf = (key: string) =>
      args.filter((arg) => arg?.startsWith(`${key}=`)).map((arg) => arg?.slice(key.length + 1) ?? null)
    const [target] = valueOf('of')
    if (args.includes(null)) return destroys('dd writes over whatever it is told to', [null])
    if (target === undefined || target === '/dev/null') return reads('dd only reads', valueOf('if'))
    return {
      ...destroys('dd writes over its target', [target]),
      paths: [
        { path: target, does: 'destroys' },
        { path: target, does: 'writes' },
      ],
    }
  },
  cp: ({ args }) => {
    const { operands, values } = parseArguments(args, ['-t', '-S'])
    const targets = [...operands.slice(-1), ...values('-t', '--target-directory')]
    const empties = operands[0] === '/dev/null' || operands[0] === '/dev/zero'
    return empties
      ? destroys('it empties a file', targets)
      : together(writes('cp writes', targets), readsOnly(operands.slice(0, -1)))
  },
  install: ({ args }) => writes('install writes', parseArguments(args, ['-m', '-o', '-g', '-t']).operands.slice(-1)),
  mv: ({ args }) => {
    const { operands } = parseArguments(args, ['-t', '-S'])
    const gone = operands.slice(0, -1)
    if (operands.at(-1) === '/dev/null') return destroys('what is moved there is lost', gone)
    const away: Effect = { classes: [], why: 'mv moves', paths: operands.map((path) => ({ path, does: 'writes' })) }
    return together(
      writes('mv writes'),
      away,
      gone.some(isSystemRoot) ? destroys('it moves the system away', gone) : away,
    )
  },
  chmod: ({ args }) => modeEffect('chmod', args),
  chown: ({ args }) => modeEffect('chown', args),
  chgrp: ({ args }) => modeEffect('chgrp', args),
  tee: ({ args }) => writes('tee writes', parseArguments(args).operands),
  find: ({ args }) => findEffect(args),
  fd: ({ args }) => {
    const at = args.findIndex((arg) => arg !== null && /^(-[xX]|--exec(-batch)?)$/.test(arg))
    return at < 0
      ? reads('fd only reads')
      : starts('fd runs it', { type: 'command', words: withFound(args.slice(at + 1), [null]) })
  },
  sed: ({ args }) => sedEffect(args),
  gsed: ({ args }) => sedEffect(args),
  awk: ({ args }) => awkEffect(args),
  sort: ({ args }) => {
    const { has, values, operands } = parseArguments(args, [
      '-o',
      '--output',
      '-k',
      '-t',
      '-S',
      '-T',
      '--compress-program',
    ])
    if (has('--compress-program')) return hides('sort starts a program')
    return has('-o', '--output') ? writes('sort writes', values('-o', '--output')) : reads('sort only reads', operands)
  },
  uniq: ({ args }) => {
    const { operands } = parseArguments(args, ['-f', '-s', '-w'])
    return operands.length > 1 ? writes('uniq writes', operands.slice(1)) : reads('uniq only reads', operands)
  },
  xxd: ({ args }) => {
    const { operands } = parseArguments(args, ['-c', '-g', '-l', '-s'])
    return operands.length > 1 ? writes('xxd writes', operands.slice(1)) : reads('xxd only reads', operands)
  },
  yq: ({ args }) => (parseArguments(args).has('-i', '--inplace') ? writes('yq writes') : reads('yq only reads')),
  rg: ({ args }) => (parseArguments(args).has('--pre') ? hides('rg starts a program') : reads('rg only reads', args)),
  split: ({ args }) => {
    const text = parseArguments(args, ['--filter', '-l', '-b', '-n', '-a']).values('--filter')[0]
    return text === undefined ? writes('split writes') : starts('split starts a program', { type: 'shell', text })
  },
  tar: ({ args }) => tarEffect(args),
  bsdtar: ({ args }) => tarEffect(args),
  zip: ({ args }) => {
    const { has, operands } = parseArguments(args)
    if (has('-TT', '--unzip-command') || args.includes('-TT')) return hides('zip starts a program')
    return has('-m', '--move')
      ? destroys('zip deletes what it packs', operands.slice(1))
      : writes('zip writes', operands.slice(0, 1))
  },
  sqlite3: ({ args }) => sqlEffect('sqlite3', args, false),
  psql: ({ args }) => sqlEffect('psql', args, true),
  mysql: ({ args }) => sqlEffect('mysql', args, true),
  mariadb: ({ args }) => sqlEffect('mariadb', args, true),
  mongosh: ({ args }) => sqlEffect('mongosh', args, true),
  mongo: ({ args }) => sqlEffect('mongo', args, true),
  'redis-cli': ({ args }) => sqlEffect('redis-cli', args, true),
  'clickhouse-client': ({ args }) => sqlEffect('clickhouse-client', args, true),
  ...Object.fromEntries(
    [
      'vi',
      'vim',
      'nvim',
      'view',
      'vimdiff',
      'ex',
      'ed',
      'nano',
      'pico',
      'emacs',
      'emacsclient',
      'micro',
      'helix',
      'joe',
      'code',
    ].map((name) => [
      name,
      ({ args, stdin }: { args: readonly Arg[]; stdin: unknown }) => editorEffect(name, args, stdin !== 'nothing'),
    ]),
  ),
}

function readsOnly(paths: readonly Arg[]): Effect {
  return { classes: [], why: 'it reads', paths: paths.map((path) => ({ path, does: 'reads' })) }
}

/** A folder that a machine can't be without, or all that is in it. */
export function isSystemRoot(path: Arg): boolean {
  if (path === null) return false
  const plain = path
    .replace(/\/+/g, '/')
    .replace(/\/\.(?=\/|$)/g, '')
    .replace(/(?<=.)\/(\*|\.\*|\{\*,\.\*\})?$/, '')
  const top = plain === '' || plain === '/*' ? '/' : plain
  return /^(\/|~|\/(bin|boot|dev|etc|home|lib|lib64|opt|proc|root|sbin|srv|sys|usr|var|Users|System|Library|Applications))$/.test(
    top,
  )
}

function modeEffect(name: string, args: readonly Arg[]): Effect {
  const { has, operands } = parseArguments(
    args.filter((arg) => arg === null || !/^[-+=ugoa]*[-+=][rwxXst]+$/.test(arg)),
  )
  const targets = /^[-+=ugoa]*[-+=][rwxXst,ugoa+=-]*$/.test(args.find((arg) => !arg?.startsWith('--')) ?? '')
    ? operands
    : operands.slice(1)
  const wide = has('-R', '--recursive') && (targets.some(isSystemRoot) || targets.includes(null))
  const effect = wide
    ? destroys(`${name} changes all of it, for good`, targets)
    : writes(`${name} changes files`, targets)
  const gives =
    name === 'chown' ||
    args.some((arg) => arg !== null && (/^[ugoa]*\+[rwx]*s/.test(arg) || /^0?[2467]\d{3}$/.test(arg)))
  return gives
    ? together(
        needsRights(`${name} gives files to others, or their rights to whoever runs them`),
        wide ? effect : { ...effect, classes: name === 'chown' ? [] : effect.classes },
      )
    : effect
}

function findEffect(args: readonly Arg[]): Effect {
  const first = args.findIndex((arg) => arg !== null && /^[-(!]/.test(arg) && !/^-[HLPD]|^-O\d/.test(arg))
  const given = (first < 0 ? args : args.slice(0, first)).filter((arg) => arg === null || !/^-[HLPO]/.test(arg))
  const roots = given.length === 0 ? ['.'] : given
  const effects: Effect[] = [reads('find only reads', roots)]
  for (const [index, arg] of args.entries()) {
    if (arg === '-delete') effects.push(destroys('find deletes what it finds', roots))
    if (arg !== null && /^-f(print0?|printf|ls)$/.test(arg))
      effects.push(writes('find writes a list', [args[index + 1] ?? null]))
    if (arg !== null && FIND_RUNS.includes(arg)) {
      const rest = args.slice(index + 1)
      const end = rest.findIndex((one) => one === ';' || one === '+')
      effects.push(
        starts('find runs it', { type: 'command', words: withFound(end < 0 ? rest : rest.slice(0, end), roots) }),
      )
    }
  }
  // What is not known may be any of the above.
  if (args.slice(given.length).includes(null)) effects.push(hides('some of its words are not known'))
  return together(...effects)
}

/** `{}` stands for what is found, which is below the roots. */
function withFound(words: readonly Arg[], roots: readonly Arg[]): readonly Arg[] {
  return words.flatMap((word) => (word === '{}' ? roots : [word?.includes('{}') === true ? null : word]))
}

function tarEffect(args: readonly Arg[]): Effect {
  const { has, values, operands } = parseArguments(args, [
    '-f',
    '-C',
    '-I',
    '-F',
    '-T',
    '-X',
    '--file',
    '--directory',
    '--use-compress-program',
    '--to-command',
    '--checkpoint-action',
    '--info-script',
    '--new-volume-script',
    '--rsh-command',
    '--rmt-command',
  ])
  const programs = values(
    '-I',
    '-F',
    '--use-compress-program',
    '--to-command',
    '--info-script',
    '--new-volume-script',
    '--rsh-command',
    '--rmt-command',
  )
  const actions = values('--checkpoint-action').map((text) =>
    text === null ? null : text.startsWith('exec=') ? text.slice(5) : undefined,
  )
  const runs = [...programs, ...actions].flatMap((text) =>
    text === undefined ? [] : [{ type: 'shell' as const, text }],
  )
  const lists = has('-t', '--list', '-d') || /^[^-]*t/.test(args[0]?.replace(/^-/, '') ?? '')
  const effect = lists ? reads('tar lists', operands) : writes('tar writes')
  const all = has('--remove-files') ? together(effect, destroys('tar deletes what it packs', operands)) : effect
  return runs.length === 0 ? all : together(all, starts('tar starts a program', ...runs))
}

function awkEffect(args: readonly Arg[]): Effect {
  const { operands, has } = parseArguments(args, ['-F', '-v', '-f', '--file', '-i', '-l', '-e'])
  if (has('-f', '--file', '-l', '--load', '-e', '-E')) return unknown('awk runs a program from a file')
  const program = operands[0] ?? null
  if (program === null || program.length > LONGEST_PROGRAM || /@(load|include)|\[[^\]]*\]\s*\(|@\w+\(/.test(program))
    return hides('what awk would do is not known')
  const systems = [...program.matchAll(/system\s*\(\s*"((?:[^"\\]|\\.)*)"\s*\)/g)].map(([, text]) =>
    unescaped(text ?? '', true),
  )
  const rest = program.replace(/system\s*\(\s*"(?:[^"\\]|\\.)*"\s*\)/g, '')
  const effects: Effect[] = [reads('awk only reads', operands.slice(1))]
  if (systems.length > 0)
    effects.push(starts('awk starts it', ...systems.map((text) => ({ type: 'shell' as const, text }))))
  const code = rest.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/\/(?:[^/\\\n]|\\.)*\//g, '//')
  if (/system|getline|(?<!\|)\|(?!\|)/.test(code)) effects.push(hides('awk starts programs'))
  if (/print[^;}]*>/.test(code) || has('-i')) effects.push(writes('awk writes'))
  return together(...effects)
}

function sqlEffect(name: string, args: readonly Arg[], network: boolean): Effect {
  const text = args.map((arg) => arg ?? '').join(' ')
  const effects: Effect[] = [unknown(`${name} does what it is told in its own language`)]
  if (network) effects.push({ classes: ['network'], why: `${name} talks to a server`, hosts: [null], sends: true })
  if (/\b(drop|delete|truncate|flushall|flushdb|shutdown|dropDatabase|remove|deleteMany|alter)\b/i.test(text))
    effects.push(destroys('data in the database is deleted', [null]))
  if (/\\!|\.(shell|system)\b|\bprogram\b|load_extension|sys_exec/i.test(text) || args.includes(null))
    effects.push(hides(`${name} can start programs`))
  return together(...effects)
}

function editorEffect(name: string, args: readonly Arg[], scripted: boolean): Effect {
  const isTold =
    scripted ||
    args.some(
      (arg) => arg === null || /^(-[cSesuEX]+|\+.*|--(cmd|eval|load|batch|script).*|-(eval|batch|l))$/.test(arg),
    )
  const targets = parseArguments(commandAfter(args)).operands
  return isTold
    ? together(hides(`${name} may run anything`), writes(`${name} writes`, targets))
    : writes(`${name} writes`, targets)
}
