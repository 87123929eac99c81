// As root the sandbox runs as somebody else, who may not even walk to the data directory. So a first, outer bubblewrap
// shows that user the few paths it needs, in a mount namespace of its own, and becomes that user for good.
import { programs, words } from './bubblewrap-arguments.ts'
import type { Staged } from './bubblewrap-arguments.ts'
import type { SandboxUser } from './sandbox-user.ts'

export type Staging = {
  readonly staged: Staged
  /** The whole command line that leads to `command`. Call after every path was asked for with `staged`. */
  readonly wrap: (command: readonly string[]) => readonly string[]
}

/** For an ordinary user: every path is where it is. */
export function noStaging(): Staging {
  return { staged: (path) => path, wrap: (command) => command }
}

/** For root. `writable` are the paths that may be written to; the others are mounted read-only. */
export function rootStaging(bubblewrap: string, user: SandboxUser, writable: readonly string[]): Staging {
  const places = new Map<string, string>()
  const staged: Staged = (path) => {
    const place = places.get(path) ?? `/staged/${places.size}`
    places.set(path, place)
    return place
  }
  return {
    staged,
    wrap: (command) => [
      'bwrap',
      '--die-with-parent',
      ...programs(),
      ...[
        '--clearenv',
        '--setenv',
        'PATH',
        '/staged',
        '--perms',
        '0755',
        '--dir',
        '/staged',
        '--ro-bind',
        bubblewrap,
        '/staged/bwrap',
      ],
      ...words('--ro-bind /etc /etc --dev-bind /dev /dev --bind /proc /proc --tmpfs /tmp'),
      ...[...places].flatMap(([path, place]) => [writable.includes(path) ? '--bind' : '--ro-bind', path, place]),
      '--',
      ...becoming(user),
      ...command,
    ],
  }
}

/** The start of a command line that gives up root, its groups and every way back. */
export function becoming(user: SandboxUser): string[] {
  const id = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups']
  return ['/usr/bin/setpriv', ...id, '--inh-caps=-all', '--bounding-set=-all', '--no-new-privs', '--']
}
