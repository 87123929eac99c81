// One trusted script over untrusted files: it runs in a bubblewrap of its own, with nothing else in it, sees only the
// folders it works on, and is gone afterwards.
import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { Socket } from 'node:net'
import { programs, words } from './bubblewrap-arguments.ts'
import type { Bubblewrap } from './obtain-programs.ts'
import type { SandboxUser } from './sandbox-user.ts'
import type { NoteOfSandbox } from './running.ts'
import { becoming } from './staging.ts'

export type Operation = {
  readonly script: string
  readonly env: Readonly<Record<string, string>>
  readonly mounts: readonly Mount[]
  /** For copies between the host's files and a task's: as root we keep just enough of it to read and to give away. */
  readonly privileged: boolean
  readonly maxOutputBytes: number
}
/** `source` null means an empty folder. Later mounts go over earlier ones. */
export type Mount = { readonly source: string | null; readonly target: string; readonly writable: boolean }
export type OperationResult = { readonly exitCode: number | null; readonly stdout: Buffer; readonly stderr: string }

type Deps = {
  readonly bubblewrap: Bubblewrap
  readonly user: SandboxUser
  readonly seccomp: Buffer
  /** Called in the tick in which its process was started. */
  readonly note: (pid: number) => NoteOfSandbox
}

const SECCOMP_FD = 3
const TIMEOUT_MS = 10 * 60_000
const COMPLAINT_CHARACTERS = 4_000
const TO_CHANGE_USER = ['CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP']
const TO_COPY = ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_DAC_READ_SEARCH', 'CAP_FOWNER', 'CAP_FSETID']

/** Throws when it can't be started, takes too long or prints more than it may; a failing script is a result. */
export function runOperation(
  { bubblewrap, user, seccomp, note }: Deps,
  operation: Operation,
): Promise<OperationResult> {
  const { script, env, mounts, privileged, maxOutputBytes } = operation
  const capabilities = !user.dedicated ? [] : privileged ? TO_COPY : TO_CHANGE_USER
  const args = [
    ...(user.dedicated ? [] : ['--unshare-user', '--uid', '1000', '--gid', '1000']),
    ...words('--unshare-ipc --unshare-pid --unshare-uts --unshare-net --unshare-cgroup-try'),
    ...words('--new-session --die-with-parent --clearenv --setenv PATH /usr/local/bin:/usr/bin:/bin'),
    '--cap-drop',
    'ALL',
    ...capabilities.flatMap((name) => ['--cap-add', name]),
    ...Object.entries(env).flatMap(([name, value]) => ['--setenv', name, value]),
    ...programs(),
    '--ro-bind-try',
    '/etc/ld.so.cache',
    '/etc/ld.so.cache',
    '--dev',
    '/dev',
    ...words('--perms 1777 --tmpfs /tmp'),
    ...mounts.flatMap(mountArguments),
    '--remount-ro',
    '/',
    '--seccomp',
    String(SECCOMP_FD),
    '--',
    ...(user.dedicated && !privileged ? becoming(user) : []),
    '/bin/sh',
    '-c',
    script,
  ]
  return new Promise((resolve, reject) => {
    const child = spawn(bubblewrap.path, args, {
      cwd: '/',
      env: { PATH: dirname(bubblewrap.path) },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    })
    const noted = child.pid === undefined ? null : note(child.pid)
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS)
    const output: Buffer[] = []
    let bytes = 0
    let complaints = ''
    const feed = child.stdio[SECCOMP_FD]
    if (feed instanceof Socket) {
      feed.on('error', () => feed.destroy())
      feed.end(seccomp)
      feed.resume()
    }
    child.stdout?.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes > maxOutputBytes) child.kill('SIGKILL')
      else output.push(piece)
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaints = (complaints + text).slice(-COMPLAINT_CHARACTERS)
    })
    child.once('error', (error) => {
      clearTimeout(timer)
      reject(new Error('the sandbox for file operations could not be started', { cause: error }))
    })
    child.once('close', (exitCode, signal) => {
      clearTimeout(timer)
      noted?.remove()
      if (signal === null) resolve({ exitCode, stdout: Buffer.concat(output), stderr: complaints.trim() })
      else reject(new Error(`an operation on a workspace was stopped (${signal})`))
    })
  })
}

function mountArguments({ source, target, writable }: Mount): string[] {
  if (source === null) return ['--tmpfs', target]
  return [writable ? '--bind' : '--ro-bind', source, target]
}
