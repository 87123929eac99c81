// Which program a name means, and what is known of it.
import type { Program } from './effect.ts'
import { CODE_PROGRAMS, versionless } from './code-programs.ts'
import { FILE_PROGRAMS } from './file-programs.ts'
import { gitEffect } from './git-program.ts'
import { NETWORK_PROGRAMS } from './network-programs.ts'
import { PACKAGE_PROGRAMS } from './package-programs.ts'
import { SHELL_PROGRAMS } from './shell-programs.ts'
import { SIMPLE_PROGRAMS } from './simple-programs.ts'
import { SYSTEM_PROGRAMS } from './system-programs.ts'

/** A map: what people type must not reach what objects bring along. */
const PROGRAMS: ReadonlyMap<string, Program> = new Map<string, Program>([
  ...Object.entries(SIMPLE_PROGRAMS),
  ...Object.entries(CODE_PROGRAMS),
  ...Object.entries(FILE_PROGRAMS),
  ...Object.entries(NETWORK_PROGRAMS),
  ...Object.entries(PACKAGE_PROGRAMS),
  ...Object.entries(SYSTEM_PROGRAMS),
  ...Object.entries(SHELL_PROGRAMS),
  ['git', gitEffect],
  ...['gawk', 'mawk', 'nawk', 'original-awk'].flatMap((name): readonly [string, Program][] =>
    FILE_PROGRAMS.awk === undefined ? [] : [[name, FILE_PROGRAMS.awk]],
  ),
])

const SYSTEM_FOLDERS =
  /^\/(usr\/)?(local\/)?s?bin\/[^/]+$|^\/opt\/(homebrew|local)\/s?bin\/[^/]+$|^\/snap\/bin\/[^/]+$|^\/system\/bin\/[^/]+$/

export type Named = {
  /** Its name alone; null where the program is a file of somebody’s. */
  readonly name: string
  readonly program: Program | null
  /** The file that it is, where it is none of the system’s folders. */
  readonly file: string | null
}

/** `/bin/rm` and `rm` are the same program; `./rm` is somebody’s. What lies elsewhere on the machine is both. */
export function programOf(name: string): Named {
  const plain = normalPath(name)
  const last = versionless(plain.slice(plain.lastIndexOf('/') + 1))
  if (!name.includes('/') || SYSTEM_FOLDERS.test(plain))
    return { name: last, program: PROGRAMS.get(last) ?? null, file: null }
  const isOurs =
    (!plain.startsWith('/') && !plain.startsWith('~') && !plain.startsWith('..')) || /^\/(workspace|tmp)\//.test(plain)
  return { name: last, program: isOurs ? null : (PROGRAMS.get(last) ?? null), file: plain }
}

/** Without `.`, `..` where it can be told, and doubled slashes. `..` at the front stays. */
export function normalPath(path: string): string {
  const isAbsolute = path.startsWith('/')
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && kept.length > 0 && kept.at(-1) !== '..' && kept[0] !== '~') kept.pop()
    else if (part !== '..' || !isAbsolute) kept.push(part)
  }
  return isAbsolute ? `/${kept.join('/')}` : kept.length === 0 ? '.' : kept.join('/')
}
