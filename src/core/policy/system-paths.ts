// Places of the machine that are more than files: devices, the kernel's settings, the system's own folders.
import type { ShellRedirect } from '../ports/shell-reader.ts'
import type { Arg, Effect } from './effect.ts'
import { reads, sends, writes } from './effect.ts'
import { normalPath } from './programs.ts'

const HARMLESS = /^\/dev\/(null|zero|full|random|urandom|stdin|stdout|stderr|tty|ptmx|fd\/\d+|shm(\/.*)?|pts\/\d+)$/
const DISK = /^\/dev\/(sd|hd|vd|xvd|nvme|mmcblk|disk|rdisk|mem|kmem|port|dm-|md\d|mapper|loop|sr\d|nbd|zd)/
const KERNEL = /^\/(proc\/(sys|sysrq-trigger)|sys|proc\/\d+\/(mem|attr)|proc\/self\/(mem|attr))(\/|$)/
const SYSTEM = /^\/(etc|usr|bin|sbin|lib|lib32|lib64|libx32|boot|dev|var\/(lib|spool|log)|System|Library)(\/|$)/

/** What a redirection does by itself; null where it is nothing. */
export function redirectEffect(does: ShellRedirect['does'], path: Arg): Effect | null {
  if (does === 'text' || does === 'duplicates') return null
  const connection = /^\/dev\/(?:tcp|udp)\/([^/]+)\/(\d+)/.exec(path ?? '')
  if (connection !== null) return sends('bash opens a connection', [`${connection[1]}:${connection[2]}`])
  if (path !== null && /^\/dev\/(tcp|udp)\//.test(path)) return sends('bash opens a connection')
  if (path !== null && HARMLESS.test(path)) return null
  return does === 'reads' ? reads('it reads the file', [path]) : writes('it writes the file', [path])
}

/** The same, and what it is because of where it writes. */
export function withSystemPaths(effect: Effect): Effect {
  const changed = (effect.paths ?? []).flatMap(({ path, does }) =>
    path === null || does === 'reads' ? [] : [normalPath(path)],
  )
  if (changed.some((path) => DISK.test(path)))
    return { ...effect, classes: [...effect.classes, 'destructive'], hard: effect.hard ?? 'hard.wipe' }
  if (changed.some((path) => KERNEL.test(path)))
    return { ...effect, classes: [...effect.classes, 'privileged'], hard: effect.hard ?? 'hard.kernel' }
  return changed.some((path) => SYSTEM.test(path) && !HARMLESS.test(path))
    ? { ...effect, classes: [...effect.classes, 'privileged'] }
    : effect
}
