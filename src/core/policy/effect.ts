// What one program would do with its words, as far as its words tell.
import type { CommandClass } from '../vocabulary/policy.ts'

/** A word; null where only running it would tell. */
export type Arg = string | null

export type Target = {
  readonly path: Arg
  /** `destroys`: what is there afterwards can't be had back. */
  readonly does: 'reads' | 'writes' | 'destroys'
}

export const HARD_DENIALS = {
  'hard.wipe': 'This would wipe the machine or a disk.',
  'hard.fork-bomb': 'This would fill the machine with processes until nothing else runs.',
  'hard.platform': 'This names the platform’s own data and secrets.',
  'hard.docker-socket': 'Whoever reaches the socket of Docker has all rights on the machine.',
  'hard.metadata': 'Metadata services hand out the machine’s own credentials.',
  'hard.kernel': 'This would change the kernel or its settings.',
  'hard.shutdown': 'This would stop the machine.',
} as const
export type HardDenial = keyof typeof HARD_DENIALS

/** What a program starts in turn: a command of words, or a text that a shell reads. */
export type Run =
  | { readonly type: 'command'; readonly words: readonly Arg[] }
  | { readonly type: 'shell'; readonly text: Arg }

export type Effect = {
  readonly classes: readonly CommandClass[]
  /** A few words: why it is of these classes. */
  readonly why: string
  /** `name` or `name:port`. */
  readonly hosts?: readonly Arg[]
  readonly paths?: readonly Target[]
  /** What leaves the machine is more than the question for something. */
  readonly sends?: boolean
  /** Nobody who reads it can know what it does. */
  readonly opaque?: boolean
  readonly hard?: HardDenial
  readonly runs?: readonly Run[]
  /** The file that runs as a program. */
  readonly file?: Arg
}

export type Stdin = readonly string[] | 'nothing' | null

/** Stands in a text for what only running it would tell: as the shell would see it, a variable that nobody gave a value. */
export const NOT_KNOWN = '$__not_known'

export type Call = {
  readonly name: string
  readonly args: readonly Arg[]
  /** What it may be given to read; 'nothing' where nothing is handed in, null where that is not known. */
  readonly stdin: Stdin
  /** The same, with NOT_KNOWN where only running it would tell. */
  readonly shown?: readonly string[] | null
  /** Where the paths lie that it is given to read; null where that is not known. */
  readonly listed?: readonly Arg[] | null
}

export type Program = (call: Call) => Effect
export type Programs = Readonly<Record<string, Program>>

export function reads(why: string, paths: readonly Arg[] = []): Effect {
  return { classes: ['read'], why, paths: paths.map((path) => ({ path, does: 'reads' })) }
}

export function writes(why: string, paths: readonly Arg[] = []): Effect {
  return { classes: ['write'], why, paths: paths.map((path) => ({ path, does: 'writes' })) }
}

export function destroys(why: string, paths: readonly Arg[]): Effect {
  return { classes: ['destructive'], why, paths: paths.map((path) => ({ path, does: 'destroys' })) }
}

export function sends(why: string, hosts: readonly Arg[] = [null]): Effect {
  return { classes: ['network'], why, hosts, sends: true }
}

export function asks(why: string, hosts: readonly Arg[] = [null]): Effect {
  return { classes: ['network'], why, hosts }
}

export function installs(why: string): Effect {
  return { classes: ['install'], why }
}

export function needsRights(why: string): Effect {
  return { classes: ['privileged'], why }
}

export function unknown(why: string): Effect {
  return { classes: ['unknown'], why }
}

export function hides(why: string): Effect {
  return { classes: ['unknown'], why, opaque: true }
}

export function starts(why: string, ...runs: readonly Run[]): Effect {
  return { classes: [], why, runs }
}

/** Both at once; the first one's words come first. */
export function together(...effects: readonly Effect[]): Effect {
  const hard = effects.find((effect) => effect.hard !== undefined)?.hard
  const file = effects.find((effect) => effect.file !== undefined)?.file
  return {
    classes: effects.flatMap(({ classes }) => classes),
    why: effects.map(({ why }) => why).join('; '),
    hosts: effects.flatMap(({ hosts }) => hosts ?? []),
    paths: effects.flatMap(({ paths }) => paths ?? []),
    sends: effects.some((effect) => effect.sends === true),
    opaque: effects.some((effect) => effect.opaque === true),
    runs: effects.flatMap(({ runs }) => runs ?? []),
    ...(hard === undefined ? {} : { hard }),
    ...(file === undefined ? {} : { file }),
  }
}
