// Programs that reach other machines: which ones, and whether they take something along.
import type { Arg, Effect, Programs } from './effect.ts'
import { asks, destroys, hides, reads, sends, starts, together, writes } from './effect.ts'
import { commandAfter, parseArguments } from './arguments.ts'

const CURL_VALUES =
  `-d -F -T -X -H -o -u -A -e -b -c -x -K -m -w -r -y -Y -z -C -D -E -P -Q -t -U --data --data-raw --data-binary --data-ascii
  --data-urlencode --form --form-string --upload-file --json --request --header --output --user --user-agent --referer --cookie --cookie-jar
  --proxy --config --max-time --write-out --range --connect-timeout --retry --cacert --cert --key --resolve --connect-to --url --output-dir
  --interface --limit-rate --max-redirs --dump-header --stderr --trace --unix-socket --url-query --variable --retry-delay --retry-max-time`.split(
    /\s+/,
  )
const SSH_VALUES = [
  '-p',
  '-i',
  '-l',
  '-o',
  '-F',
  '-J',
  '-L',
  '-R',
  '-D',
  '-b',
  '-c',
  '-E',
  '-e',
  '-I',
  '-m',
  '-O',
  '-Q',
  '-S',
  '-W',
  '-w',
  '-B',
]

export const NETWORK_PROGRAMS: Programs = {
  curl: ({ args }) => curlEffect(args),
  wget: ({ args }) => {
    const { has, values, operands } = parseArguments(args, [
      '-O',
      '-o',
      '-P',
      '-i',
      '-U',
      '--output-document',
      '--post-data',
      '--post-file',
      '--method',
      '--header',
      '--user-agent',
      '-e',
      '--execute',
      '-T',
      '-t',
      '--tries',
      '--timeout',
    ])
    const hosts = operands.map(hostOfUrl)
    const target = values('-O', '--output-document')
    const uploads =
      has('--post-data', '--post-file', '--body-data', '--body-file', '--method') || values('--header').includes(null)
    const effect = uploads
      ? sends('wget sends something', hosts)
      : asks('wget fetches', hosts.length === 0 ? [null] : hosts)
    if (has('--use-askpass', '-e', '--execute')) return together(effect, hides('wget starts a program'))
    return target.includes('-') || has('--spider') ? effect : together(effect, writes('wget writes a file', target))
  },
  http: ({ args }) => httpieEffect(args),
  https: ({ args }) => httpieEffect(args),
  xh: ({ args }) => httpieEffect(args),
  ssh: ({ args }) => {
    const rest = commandAfter(args, SSH_VALUES)
    const { values } = parseArguments(args, SSH_VALUES)
    const host = rest[0] === undefined ? null : (rest[0]?.replace(/^.*@/, '').replace(/^ssh:\/\//, '') ?? null)
    const words = commandAfter(rest.slice(1), SSH_VALUES)
    const text = words.every((word) => word !== null) ? words.join(' ') : null
    const effect = sends('ssh works on another machine', [host === null ? null : `${host}:22`])
    const risky = values('-o').some((option) => option === null || /command|exec|include/i.test(option))
    const inner = words.length === 0 ? effect : together(effect, starts('it runs there', { type: 'shell', text }))
    return risky ? together(inner, hides('ssh starts a program here')) : inner
  },
  scp: ({ args }) => remoteCopy('scp', args),
  rsync: ({ args }) => remoteCopy('rsync', args),
  openssl: ({ args }) =>
    args[0] === 's_client'
      ? sends('openssl s_client opens a connection')
      : args[0] === 'engine'
        ? hides('it loads code')
        : reads('openssl reckons'),
  nc: ({ args }) => netcatEffect('nc', args),
  ncat: ({ args }) => netcatEffect('ncat', args),
  netcat: ({ args }) => netcatEffect('netcat', args),
  socat: ({ args }) => {
    const text = args.join(' ')
    return /exec:|system:|shell:/i.test(text) || args.includes(null)
      ? together(sends('socat connects'), hides('socat starts a program'))
      : sends('socat connects')
  },
  aws: ({ args }) => cloudEffect('aws', args),
  gcloud: ({ args }) => cloudEffect('gcloud', args),
  gsutil: ({ args }) => cloudEffect('gsutil', args),
  az: ({ args }) => cloudEffect('az', args),
  gh: ({ args }) => cloudEffect('gh', args),
  glab: ({ args }) => cloudEffect('glab', args),
  terraform: ({ args }) => cloudEffect('terraform', args),
  tofu: ({ args }) => cloudEffect('tofu', args),
  pulumi: ({ args }) => cloudEffect('pulumi', args),
  heroku: ({ args }) => cloudEffect('heroku', args),
  fly: ({ args }) => cloudEffect('fly', args),
  flyctl: ({ args }) => cloudEffect('flyctl', args),
  doctl: ({ args }) => cloudEffect('doctl', args),
  s3cmd: ({ args }) => cloudEffect('s3cmd', args),
  rclone: ({ args }) => cloudEffect('rclone', args),
}

/** `name`, or `name:port` where it is not 443; null where it can not be told. */
export function hostOfUrl(url: Arg): Arg {
  const parts =
    url === null
      ? null
      : /^(?:([a-z][a-z\d+.-]*):\/\/)?(?:[^/?#@]*@)?(\[[\da-f:.]+\]|[^/?#:]+)(?::(\d+))?(?:[/?#].*)?$/is.exec(url)
  const host = parts?.[2]
  if (
    url === null ||
    host === undefined ||
    /[{}*\s\\%]/.test(host) ||
    /[{}]/.test(url.slice(0, 200).split(/[/?#]/, 3).join(''))
  )
    return null
  const port = parts?.[3] ?? PORTS[parts?.[1]?.toLowerCase() ?? 'http'] ?? '0'
  return port === '443' ? host.toLowerCase() : `${host.toLowerCase()}:${port}`
}

const PORTS: Readonly<Record<string, string>> = {
  http: '80',
  https: '443',
  ws: '80',
  wss: '443',
  ftp: '21',
  ssh: '22',
  git: '9418',
}

function curlEffect(args: readonly Arg[]): Effect {
  const { has, values, operands } = parseArguments(args, CURL_VALUES)
  const urls = [...operands, ...values('--url')]
  if (has('-V', '--version', '-h', '--help') && urls.length === 0) return reads('curl tells about itself')
  const files = urls
    .filter((url) => url !== null && /^file:\/*/i.test(url))
    .map((url) => url?.replace(/^file:\/*/i, '/') ?? null)
  const away = urls.filter((url) => url === null || !/^file:/i.test(url))
  const proxies = values(
    '-x',
    '--proxy',
    '--preproxy',
    '--socks5',
    '--socks5-hostname',
    '--socks4',
    '--connect-to',
    '--resolve',
  )
  const hosts = [...away.map(hostOfUrl), ...proxies.map(() => null)]
  const method = values('-X', '--request')
  const uploads =
    has(
      '-d',
      '-F',
      '-T',
      '-Q',
      '-t',
      '--data',
      '--data-raw',
      '--data-binary',
      '--data-ascii',
      '--data-urlencode',
      '--form',
      '--form-string',
      '--upload-file',
      '--json',
      '--url-query',
      '--quote',
      '--variable',
      '--mail-rcpt',
    ) ||
    method.some((one) => one === null || !/^(GET|HEAD|OPTIONS)$/i.test(one)) ||
    [...values('-H', '--header', '-u', '--user', '-A', '--user-agent', '-b', '--cookie', '-e', '--referer')].some(
      (value) => value === null || value.startsWith('@'),
    )
  const effects: Effect[] = []
  if (away.length > 0 || files.length === 0)
    effects.push(
      uploads ? sends('curl sends something', hosts) : asks('curl fetches', hosts.length === 0 ? [null] : hosts),
    )
  if (files.length > 0) effects.push(reads('curl reads a file', files))
  if (
    has(
      '-o',
      '--output',
      '-O',
      '--remote-name',
      '-J',
      '--output-dir',
      '-c',
      '--cookie-jar',
      '-D',
      '--dump-header',
      '--trace',
      '--stderr',
    )
  )
    effects.push(
      writes(
        'curl writes a file',
        values('-o', '--output', '-c', '--cookie-jar', '-D', '--dump-header', '--trace', '--stderr').filter(
          (path) => path !== '-' && path !== '/dev/null',
        ),
      ),
    )
  const sockets = values('--unix-socket', '--abstract-unix-socket')
  if (sockets.length > 0)
    effects.push(
      sends(
        'curl speaks to a local service',
        sockets.map(() => null),
      ),
    )
  if (has('-K', '--config')) effects.push(hides('curl takes its orders from a file'))
  const onlyNull = effects.map((effect) =>
    effect.classes.includes('write') && (effect.paths ?? []).length === 0 && values('-o', '--output').length > 0
      ? { ...effect, classes: [] }
      : effect,
  )
  return together(...onlyNull)
}

function httpieEffect(args: readonly Arg[]): Effect {
  const { operands } = parseArguments(args, ['-a', '-A', '-o', '-s', '-p'])
  const [first] = operands
  const hasMethod = first !== undefined && first !== null && /^[A-Z]+$/.test(first)
  const url = operands[hasMethod ? 1 : 0] ?? null
  const items = operands.slice(hasMethod ? 2 : 1)
  const isFetch =
    (!hasMethod || first === 'GET' || first === 'HEAD') && items.every((item) => item !== null && item.includes('=='))
  return isFetch ? asks('it fetches', [hostOfUrl(url)]) : sends('it sends something', [hostOfUrl(url)])
}

function netcatEffect(name: string, args: readonly Arg[]): Effect {
  const { has, operands } = parseArguments(args, [
    '-e',
    '-c',
    '-p',
    '-s',
    '-w',
    '-x',
    '-X',
    '--exec',
    '--sh-exec',
    '--lua-exec',
  ])
  const [host, port] = operands
  const target = typeof host === 'string' && typeof port === 'string' ? `${host}:${port}` : null
  const effect = sends(`${name} connects`, [target])
  return has('-e', '-c', '--exec', '--sh-exec', '--lua-exec')
    ? together(effect, hides(`${name} hands a program out`))
    : effect
}

function remoteCopy(name: string, args: readonly Arg[]): Effect {
  const { has, values, operands } = parseArguments(args, [
    '-e',
    '--rsh',
    '-o',
    '-S',
    '-P',
    '-i',
    '-F',
    '-c',
    '-l',
    '--rsync-path',
    '--exclude',
    '--include',
    '--files-from',
    '-f',
  ])
  const isRemote = (path: Arg) =>
    path !== null && (/^(?:[^/:]+):/.test(path) || /^(rsync|scp|sftp|ssh):\/\//.test(path))
  const target = operands.at(-1) ?? null
  const hosts = operands.filter(isRemote).map(
    (path) =>
      path
        ?.replace(/^\w+:\/\//, '')
        .replace(/^[^@/]*@/, '')
        .replace(/[:/].*$/s, '') ?? null,
  )
  const effects: Effect[] = []
  if (hosts.length > 0)
    effects.push(
      isRemote(target)
        ? sends(
            `${name} sends files`,
            hosts.map((host) => `${host}:22`),
          )
        : asks(
            `${name} fetches files`,
            hosts.map((host) => `${host}:22`),
          ),
    )
  else if (operands.includes(null)) effects.push(sends(`${name} may send files`))
  if (!isRemote(target)) effects.push(writes(`${name} writes`, [target]))
  if (args.some((arg) => arg !== null && /^--(del|delete\S*|remove-source-files)$/.test(arg)))
    effects.push(destroys(`${name} deletes what is not at the source`, [target]))
  const programs = [
    ...values('-e', '--rsh', '-S', '--rsync-path'),
    ...values('-o').filter((option) => option === null || /command/i.test(option)),
  ]
  if (
    programs.length > 0 &&
    (programs.includes(null) || programs.some((text) => !/^ssh( -[pi] ?\S+)*$/.test(text ?? '')))
  )
    effects.push(hides(`${name} starts a program`))
  if (has('--daemon')) effects.push(hides('it serves files'))
  return together(...effects)
}

function cloudEffect(name: string, args: readonly Arg[]): Effect {
  const effect = sends(`${name} acts with somebody’s account`)
  return args.some(
    (arg) =>
      arg !== null &&
      /^(rm|rb|delete\S*|destroy|remove\S*|terminate\S*|purge|drop\S*|apps:destroy|down|sync)$/.test(arg),
  )
    ? together(effect, destroys(`${name} deletes`, [null]))
    : effect
}
