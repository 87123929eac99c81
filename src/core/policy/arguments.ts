// A program's words, told apart into options, their values and what it works on.
import type { Arg } from './effect.ts'

export type Arguments = {
  /** Whether one of these options is there; long ones also shortened, as GNU programs take them. */
  readonly has: (...names: readonly string[]) => boolean
  readonly values: (...names: readonly string[]) => readonly Arg[]
  /** What is no option, in order. A word that is not known is one of them. */
  readonly operands: readonly Arg[]
}

const SHORTEST = 4

/** `valued` are the options that take the next word where no value stands with them. */
export function parseArguments(args: readonly Arg[], valued: readonly string[] = []): Arguments {
  const options: { readonly name: string; readonly value: Arg | undefined }[] = []
  const operands: Arg[] = []
  const takesValue = (name: string) => valued.includes(name)
  let index = 0
  const next = () => {
    index += 1
    return index < args.length ? (args[index] ?? null) : undefined
  }
  for (; index < args.length; index += 1) {
    const arg = args[index] ?? null
    if (arg === '--') {
      operands.push(...args.slice(index + 1))
      break
    }
    if (arg === null || arg === '-' || !arg.startsWith('-')) operands.push(arg)
    else if (arg.startsWith('--')) {
      const equals = arg.indexOf('=')
      const name = equals < 0 ? arg : arg.slice(0, equals)
      options.push({ name, value: equals < 0 ? (takesValue(name) ? next() : undefined) : arg.slice(equals + 1) })
    } else {
      options.push({ name: arg, value: undefined })
      for (let at = 1; at < arg.length; at += 1) {
        const name = `-${arg[at]}`
        if (!takesValue(name)) options.push({ name, value: undefined })
        else {
          options.push({ name, value: at + 1 < arg.length ? arg.slice(at + 1) : next() })
          break
        }
      }
    }
  }
  const isMeant = (given: string, name: string) =>
    given === name || (given.startsWith('--') && given.length >= SHORTEST && name.startsWith(given))
  const find = (names: readonly string[]) => options.filter(({ name }) => names.some((one) => isMeant(name, one)))
  return {
    has: (...names) => find(names).length > 0,
    values: (...names) => find(names).flatMap(({ value }) => (value === undefined ? [] : [value])),
    operands,
  }
}

/** The words of the command that a wrapper starts: all from the first that is neither option nor an option's value. */
export function commandAfter(args: readonly Arg[], valued: readonly string[] = []): readonly Arg[] {
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? null
    if (arg === null) return args.slice(index)
    if (arg === '--') return args.slice(index + 1)
    if (!arg.startsWith('-') || arg === '-') return args.slice(index)
    if (valued.includes(arg)) index += 1
    else if (/^-[A-Za-z]{2,}$/.test(arg) && valued.includes(`-${arg.at(-1)}`)) index += 1
  }
  return []
}
