// Installers of packages, and what else they do: run what a project says, publish.
import type { Arg, Effect, Programs } from './effect.ts'
import { asks, destroys, hides, installs, reads, sends, starts, together, unknown, writes } from './effect.ts'
import { commandAfter, parseArguments } from './arguments.ts'
import { NPM_REGISTRY } from './default-policy.ts'
import { hostOfUrl } from './network-programs.ts'

type Table = Readonly<Record<string, readonly string[]>>
const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '')

const NODE_TABLE: Table = {
  install: words(
    'install i in ins inst insta instal isnt ci clean-install add update up upgrade udpate dedupe ddp rebuild rb link ln import fetch prefetch it install-test cit install-ci-test',
  ),
  write: words('uninstall un unlink remove rm r prune pack cache version dedup set-script patch patch-commit store'),
  read: words(
    'ls list ll la why explain help bin root prefix licenses get ping-local fund docs repo bugs query completion pkg config c',
  ),
  network: words('view v info show search s se find outdated audit ping whoami doctor stars npm-status'),
  send: words(
    'publish deprecate dist-tag dist-tags owner author access token login adduser add-user logout team org hook star unstar profile trust stage',
  ),
  destroy: words('unpublish'),
  run: words('run run-script rum urn test t tst start stop restart dev build lint format'),
}

const NPM_HARMLESS = words('get list ls')

export const PACKAGE_PROGRAMS: Programs = {
  npm: ({ args }) => nodeEffect('npm', args),
  pnpm: ({ args }) => nodeEffect('pnpm', args),
  yarn: ({ args }) =>
    args.length === 0 ? installs('yarn installs what the project asks for') : nodeEffect('yarn', args),
  bun: ({ args }) => nodeEffect('bun', args),
  npx: ({ args }) => fetched('npx', args, ['-p', '--package', '-c', '--call']),
  bunx: ({ args }) => fetched('bunx', args, []),
  pnpx: ({ args }) => fetched('pnpx', args, []),
  uvx: ({ args }) => fetched('uvx', args, ['--from', '--with', '-p', '--python']),
  pip: ({ args }) => pipEffect('pip', args),
  pip3: ({ args }) => pipEffect('pip3', args),
  uv: ({ args }) => {
    const rest = commandAfter(args)
    if (rest[0] === 'pip') return pipEffect('uv pip', rest.slice(1))
    if (rest[0] === 'run')
      return ranBy(
        'uv run',
        commandAfter(rest.slice(1), ['--with', '--python', '-p', '--env-file', '--group', '--extra']),
      )
    return tableEffect('uv', rest, {
      install: words('sync add lock tool python venv'),
      write: words('remove init build cache'),
      read: words('tree version help export'),
      send: words('publish'),
    })
  },
  pipx: ({ args }) =>
    args[0] === 'run'
      ? fetched('pipx run', args.slice(1), ['--spec'])
      : tableEffect('pipx', args, {
          install: words('install inject upgrade upgrade-all reinstall'),
          write: words('uninstall'),
          read: words('list environment'),
        }),
  poetry: ({ args }) =>
    args[0] === 'run'
      ? ranBy('poetry run', args.slice(1))
      : tableEffect('poetry', args, {
          install: words('install add update lock sync self'),
          write: words('remove init new build'),
          read: words('show check version env'),
          send: words('publish'),
        }),
  pipenv: ({ args }) =>
    args[0] === 'run'
      ? ranBy('pipenv run', args.slice(1))
      : tableEffect('pipenv', args, {
          install: words('install sync update lock'),
          write: words('uninstall'),
          read: words('graph'),
        }),
  conda: ({ args }) => tableEffect('conda', args, CONDA),
  mamba: ({ args }) => tableEffect('mamba', args, CONDA),
  micromamba: ({ args }) => tableEffect('micromamba', args, CONDA),
  cargo: ({ args }) =>
    tableEffect(
      'cargo',
      args.filter((arg) => !arg?.startsWith('+')),
      {
        install: words('install add update fetch binstall generate-lockfile vendor'),
        write: words('new init remove rm fmt uninstall clean'),
        read: words('tree metadata version locate-project pkgid help'),
        network: words('search info'),
        send: words('publish yank owner login'),
        run: words('build b run r test t check c bench clippy doc nextest fix'),
      },
    ),
  go: ({ args }) =>
    args[0] === 'mod' && args[1] !== 'download' && args[1] !== 'tidy' && args[1] !== 'vendor'
      ? writes('go mod edits the module')
      : tableEffect('go', args, {
          install: words('get install mod work'),
          write: words('fmt'),
          read: words('version env list doc help'),
          run: words('run test build generate vet tool'),
        }),
  gem: ({ args }) =>
    tableEffect('gem', args, {
      install: words('install i update'),
      write: words('uninstall cleanup build'),
      read: words('list env environment contents which specification help'),
      network: words('search info outdated fetch'),
      send: words('push yank owner signin'),
    }),
  bundle: ({ args }) =>
    args[0] === 'exec'
      ? ranBy('bundle exec', args.slice(1))
      : args.length === 0
        ? installs('bundle installs')
        : tableEffect('bundle', args, {
            install: words('install update add lock'),
            write: words('clean remove init config'),
            read: words('list show info check outdated'),
          }),
  composer: ({ args }) =>
    tableEffect('composer', args, {
      install: words('install i require update u upgrade create-project global'),
      write: words('remove init dump-autoload clear-cache'),
      read: words('show validate depends why licenses'),
      network: words('search outdated audit'),
      run: words('run run-script exec'),
    }),
  brew: ({ args }) =>
    tableEffect('brew', args, {
      install: words('install upgrade update reinstall tap bundle cask fetch link'),
      write: words('uninstall remove rm cleanup unlink untap autoremove'),
      read: words('list ls info config doctor deps leaves uses search outdated'),
      network: words('audit livecheck'),
    }),
  deno: ({ args }) =>
    tableEffect('deno', args, {
      install: words('install add cache update'),
      write: words('fmt remove uninstall init'),
      read: words('info types doc lint check help'),
      send: words('publish deploy'),
      run: words('run test task bench serve compile'),
    }),
  gradle: ({ args }) => tableEffect('gradle', args, { run: [] }),
  ...Object.fromEntries(
    [
      'apt',
      'apt-get',
      'aptitude',
      'dnf',
      'yum',
      'microdnf',
      'zypper',
      'apk',
      'snap',
      'flatpak',
      'port',
      'pkg',
      'pkg_add',
      'emerge',
      'xbps-install',
      'nix-env',
      'nix',
      'guix',
      'choco',
      'winget',
      'scoop',
      'opkg',
      'tdnf',
      'pkgin',
    ].map((name) => [name, ({ args }: { args: readonly Arg[] }) => systemInstaller(name, args)]),
  ),
  dpkg: ({ args }) => dpkgEffect('dpkg', args),
  rpm: ({ args }) => dpkgEffect('rpm', args),
  pacman: ({ args }) =>
    args.some((arg) => arg !== null && /^-[SU]/.test(arg))
      ? installs('pacman installs')
      : args.some((arg) => arg !== null && arg.startsWith('-R'))
        ? { ...destroys('pacman removes', [null]), classes: ['destructive', 'install'] }
        : reads('pacman asks'),
  yay: () => installs('yay installs'),
  helm: ({ args }) =>
    together({ classes: ['privileged'], why: 'helm changes a cluster' }, sends(`helm ${args[0] ?? ''}`)),
}

const CONDA: Table = {
  install: words('install create update upgrade'),
  write: words('remove uninstall clean config init activate deactivate'),
  read: words('list info env'),
  network: words('search'),
  run: words('run'),
}

function tableEffect(name: string, args: readonly Arg[], table: Table): Effect {
  const rest = commandAfter(args, [
    '-C',
    '--prefix',
    '--dir',
    '--cwd',
    '-w',
    '--workspace',
    '-F',
    '--filter',
    '--manifest-path',
    '--project',
    '--directory',
  ])
  const verb = rest[0]
  const flags = parseArguments(args)
  if (verb === undefined)
    return flags.has('-v', '-V', '--version', '-h', '--help') || args.length === 0
      ? reads(`${name} tells about itself`)
      : unknown(`${name} does what its options say`)
  if (verb === null) return hides(`what ${name} would do is not known`)
  const is = (kind: string) => table[kind]?.includes(verb) === true
  if (is('install')) return withSources(together(installs(`${name} ${verb} installs`)), rest.slice(1), args)
  if (is('read')) return reads(`${name} ${verb} only reads`)
  if (is('write')) return writes(`${name} ${verb} writes`)
  if (is('network')) return asks(`${name} ${verb} asks a registry`)
  if (is('send')) return sends(`${name} ${verb} publishes or changes an account`)
  if (is('destroy'))
    return together(
      sends(`${name} ${verb} acts on a registry`),
      destroys(`${name} ${verb} takes it away from everybody`, [null]),
    )
  return unknown(`${name} ${verb} runs what the project says`)
}

/** Packages that come from somewhere else than the usual registry. */
function withSources(effect: Effect, operands: readonly Arg[], args: readonly Arg[]): Effect {
  const sources = parseArguments(args, [
    '-i',
    '--index-url',
    '--extra-index-url',
    '--registry',
    '--index',
    '-f',
    '--find-links',
    '--source',
    '--git',
  ]).values('-i', '--index-url', '--extra-index-url', '--registry', '--index', '--find-links', '--source', '--git')
  const urls = [
    ...operands.filter((one) => one !== null && /:\/\/|^git@|^(github|gitlab|bitbucket|gist):/.test(one)),
    ...sources.filter((one) => one === null || one.includes('://')),
  ]
  const hosts = urls.map((url) =>
    url === null
      ? null
      : hostOfUrl(
          /^[a-z]+:[^/]/.test(url) && !url.includes('://')
            ? null
            : url.replace(/^.*?((?:git\+)?[a-z]+:\/\/)/, '$1').replace(/^git\+/, ''),
        ),
  )
  return hosts.length === 0 ? effect : together(effect, asks('it comes from an address of its own', hosts))
}

function nodeEffect(name: string, args: readonly Arg[]): Effect {
  const rest = commandAfter(args, [
    '--prefix',
    '-C',
    '--dir',
    '--cwd',
    '-w',
    '--workspace',
    '--filter',
    '-F',
    '--registry',
    '--loglevel',
  ])
  const [verb, second] = rest
  if (name === 'npm' && verb === 'audit' && second === 'fix') return installs('npm audit fix installs')
  if (
    (verb === 'config' || verb === 'c' || verb === 'pkg' || verb === 'cache') &&
    second !== undefined &&
    !NPM_HARMLESS.includes(second ?? '')
  )
    return writes(`${name} ${verb} changes settings`)
  if (
    verb === 'view' ||
    verb === 'info' ||
    verb === 'outdated' ||
    verb === 'audit' ||
    verb === 'search' ||
    verb === 'ping'
  )
    return asks(
      `${name} ${verb} asks the registry`,
      args.some((arg) => arg === null || /registry|proxy/.test(arg)) ? [null] : [NPM_REGISTRY],
    )
  if (verb === 'exec' || verb === 'x' || verb === 'dlx')
    return fetched(`${name} ${verb}`, rest.slice(1), ['-p', '--package', '-c', '--call'])
  if (verb === 'init' || verb === 'create' || verb === 'innit')
    return rest.length > 1 && !rest[1]?.startsWith('-')
      ? together(installs('it fetches a template'), unknown('and runs it'))
      : writes(`${name} init writes`)
  if (name === 'yarn' && verb === 'global') return tableEffect(name, rest.slice(1), NODE_TABLE)
  if (
    name === 'bun' &&
    (verb === '-e' || verb === '--eval' || args.some((arg) => arg === '-e' || arg === '--eval' || arg === '-p'))
  )
    return hides('bun runs what it is told')
  if (
    name === 'npm' &&
    args.some((arg) => arg !== null && /^--(script-shell|node-options|globalconfig|userconfig)/.test(arg))
  )
    return hides('its settings say what runs')
  return tableEffect(name, args, NODE_TABLE)
}

/** A program that is fetched if it is not there, and run. */
function fetched(name: string, args: readonly Arg[], valued: readonly string[]): Effect {
  const rest = commandAfter(args, valued)
  const texts = parseArguments(args.slice(0, args.length - rest.length + (rest.length === 0 ? 0 : 0)), valued).values(
    '-c',
    '--call',
  )
  const effect = together(installs(`${name} fetches what is not there`), unknown('and runs it'))
  const runs = [
    ...texts.map((text) => ({ type: 'shell' as const, text })),
    ...(rest.length === 0 ? [] : [{ type: 'command' as const, words: rest }]),
  ]
  return runs.length === 0 ? effect : together(effect, starts('it', ...runs))
}

function ranBy(name: string, rest: readonly Arg[]): Effect {
  return rest.length === 0
    ? unknown(`${name} runs what the project says`)
    : starts(`${name} starts it`, { type: 'command', words: rest })
}

function pipEffect(name: string, args: readonly Arg[]): Effect {
  return tableEffect(name, args, {
    install: words('install download wheel sync compile'),
    write: words('uninstall cache config'),
    read: words('list show freeze check debug inspect hash help tree'),
    network: words('search index'),
  })
}

function systemInstaller(name: string, args: readonly Arg[]): Effect {
  if (args.some((arg) => arg === null || /(pre|post)-invoke|dpkg::|apt::(update|changelog)|-oDir/i.test(arg)))
    return together(installs(`${name} installs`), hides('its options may start programs'))
  const effect = tableEffect(name, args, {
    install: words(
      'install add upgrade update dist-upgrade full-upgrade reinstall build-dep download localinstall groupinstall refresh dup in up patch -i -iA profile shell develop pull satisfy source system-upgrade distro-sync',
    ),
    read: words(
      'list search show info policy depends rdepends version help files provides repolist history check-update cache query dotty stats madison pkgnames changelog',
    ),
  })
  if (
    args.some(
      (arg) =>
        arg !== null && /^(remove|purge|autoremove|erase|del|uninstall|rm|autopurge|clean|unlink|delete)$/.test(arg),
    )
  )
    return { ...destroys(`${name} removes packages of the machine`, [null]), classes: ['install', 'destructive'] }
  return effect.classes.includes('unknown') && effect.opaque !== true
    ? installs(`${name} changes the machine’s packages`)
    : effect
}

function dpkgEffect(name: string, args: readonly Arg[]): Effect {
  if (
    args.some(
      (arg) =>
        arg === null ||
        /^(-i|-[iUF]\w*|--install|--unpack|--configure|--upgrade|--freshen|--pre-invoke.*|--post-invoke.*)$/.test(arg),
    )
  )
    return together(installs(`${name} installs`), { classes: ['privileged'], why: 'into the machine' })
  if (args.some((arg) => arg !== null && /^(-r|-P|-e|--remove|--purge|--erase)/.test(arg)))
    return { ...destroys(`${name} removes packages`, [null]), classes: ['destructive', 'privileged'] }
  return reads(`${name} asks`)
}
