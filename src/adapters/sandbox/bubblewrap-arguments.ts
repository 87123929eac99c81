// The arguments that make bubblewrap build the place a task lives in: what is seen there, and how little of it can be
// written to.
import { existsSync, lstatSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { isAtLeast } from './obtain-programs.ts'
import type { BubblewrapVersion } from './obtain-programs.ts'
import { EGRESS_CERTIFICATES, EGRESS_SOCKET } from './egress.ts'
import type { EgressFiles } from './egress.ts'
import type { Toolbox } from './toolbox.ts'

const MEGABYTE = 1024 * 1024
const PROGRAM_FOLDERS = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32']
/** Of the host's /etc: nothing that says anything about the host. */
const SHARED_ETC = [
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'alternatives',
  'ssl/certs',
  'localtime',
  'mime.types',
  'fonts',
]
const MASKED_PROC = [
  'kcore',
  'keys',
  'timer_list',
  'kallsyms',
  'kmsg',
  'config.gz',
  'cmdline',
  'key-users',
  'sched_debug',
]

/** Where a path of the host is to be found when bubblewrap looks for it. */
export type Staged = (hostPath: string) => string

export type SandboxArguments = {
  readonly version: BubblewrapVersion
  readonly workspace: string
  readonly tools: Toolbox
  /** Null where nothing leaves the sandbox. */
  readonly egress: EgressFiles | null
  readonly staged: Staged
  readonly seccompFd: number
  readonly infoFd: number
}

/** The options of the task's sandbox, without the command. */
export function sandboxArguments(options: SandboxArguments): string[] {
  const { version, workspace, tools, egress, staged, seccompFd, infoFd } = options
  const modern = isAtLeast(version, [0, 8])
  const tmpfs = (path: string, megabytes: number, mode: string): string[] => [
    '--perms',
    mode,
    ...(isAtLeast(version, [0, 7]) ? ['--size', String(megabytes * MEGABYTE)] : []),
    '--tmpfs',
    path,
  ]
  const readOnly = (source: string, target: string): string[] => ['--ro-bind', staged(source), target]
  return [
    ...words('--unshare-user --unshare-ipc --unshare-pid --unshare-uts --unshare-cgroup-try --unshare-net'),
    ...(modern ? ['--disable-userns', '--assert-userns-disabled'] : []),
    ...words('--uid 1000 --gid 1000 --hostname sandbox'),
    ...words('--new-session --die-with-parent --cap-drop ALL --clearenv'),
    ...programs(),
    ...['etc', 'opt'].flatMap((name) => ['--perms', '0755', '--dir', `/${name}`]),
    ...SHARED_ETC.flatMap((name) => ['--ro-bind-try', join('/etc', name), join('/etc', name)]),
    ...['passwd', 'group', 'hosts', 'nsswitch.conf', 'resolv.conf'].flatMap((name) =>
      readOnly(join(tools.etc, name), join('/etc', name)),
    ),
    ...words('--proc /proc'),
    ...MASKED_PROC.filter((name) => existsSync(join('/proc', name))).flatMap((name) => [
      '--ro-bind',
      '/dev/null',
      join('/proc', name),
    ]),
    // The reaper, unlike the runner, is a program that its user can read; so its memory and descriptors are covered.
    ...words('--tmpfs /proc/1 --remount-ro /proc/1'),
    '--dev',
    '/dev',
    ...tmpfs('/dev/shm', 64, '1777'),
    '--remount-ro',
    '/dev',
    ...tmpfs('/tmp', 256, '1777'),
    ...tmpfs('/run', 16, '0755'),
    ...tmpfs('/home', 256, '0755'),
    ...words('--perms 0755 --dir /home/user'),
    ...readOnly(tools.node, '/opt/node/bin/node'),
    ...(tools.npm === null ? [] : npm(tools.npm, readOnly)),
    ...(tools.ripgrep === null ? [] : readOnly(tools.ripgrep, '/opt/node/bin/rg')),
    ...readOnly(tools.hiddenNode, '/opt/factotum/node'),
    ...readOnly(tools.runner, '/opt/factotum/runner'),
    ...(egress === null ? [] : readOnly(egress.socket, EGRESS_SOCKET)),
    ...(egress === null || egress.certificates === null ? [] : readOnly(egress.certificates, EGRESS_CERTIFICATES)),
    '--bind',
    staged(workspace),
    '/workspace',
    '--chdir',
    '/workspace',
    '--remount-ro',
    '/',
    '--seccomp',
    String(seccompFd),
    '--info-fd',
    String(infoFd),
  ]
}

/** A row of arguments that are known beforehand. */
export function words(row: string): string[] {
  return row.split(' ')
}

/** The host's programs and libraries, read-only, in the layout they have there. */
export function programs(): string[] {
  return ['--ro-bind', '/usr', '/usr', ...PROGRAM_FOLDERS.flatMap(programFolder)]
}

function programFolder(name: string): string[] {
  const path = `/${name}`
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return []
  return stat.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path]
}

function npm(folder: string, readOnly: (source: string, target: string) => string[]): string[] {
  return [
    ...readOnly(folder, '/opt/node/lib/node_modules/npm'),
    ...words('--symlink ../lib/node_modules/npm/bin/npm-cli.js /opt/node/bin/npm'),
    ...words('--symlink ../lib/node_modules/npm/bin/npx-cli.js /opt/node/bin/npx'),
  ]
}
