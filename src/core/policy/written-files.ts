// What a line writes into files that it then runs: read where the text stands there, the project's own where it comes from its files.
import type { ShellCommand } from '../ports/shell-reader.ts'
import type { Arg } from './effect.ts'
import { normalPath, programOf } from './programs.ts'
import { printedOf, stdinOf, wordsOf } from './words.ts'

export type Made = {
  /** Every text that it may be, NOT_KNOWN in it where only running it would tell; null where nothing of it stands there. */
  readonly texts: readonly string[] | null
  /** It came from elsewhere, or was changed on its way: nobody who reads the line knows what it is. */
  readonly hidden: boolean
  /** The words of what made it: among them may be files that the line wrote too. */
  readonly from: readonly Arg[]
}

export type Written = Made & { readonly path: string | null }

/** What is written or run, as far as the line tells. */
export type Origin = { readonly texts: readonly string[]; readonly hidden: boolean }

const CHANGES_TEXT = new Set(
  `base64 gbase64 base32 basenc openssl xxd od hexdump uudecode gpg gpg2 age tr rev gunzip gzip zcat bzcat bunzip2 xzcat unxz zstdcat
  unzip lz4cat zlib-flate ascii2uni iconv dd`.split(/\s+/),
)
const FETCHES = new Set(
  'curl wget http https xh nc ncat netcat socat ssh scp sftp rsync ftp telnet lynx w3m aria2c gh aws gsutil rclone'.split(
    ' ',
  ),
)
const INLINE_CODE = /^-[a-zA-Z]*[ceErpR]$|^--(eval|print)/
const DEEPEST = 10

function isInterpreter(name: string): boolean {
  return /^(python|pypy|node|deno|bun|perl|ruby|php|lua|awk|gawk|sh|bash|zsh|dash)\d?$/.test(name)
}

export function isFetcher(name: string): boolean {
  return FETCHES.has(name)
}

/** What a command prints, or what `tee` passes on. */
export function madeBy(command: ShellCommand): Made {
  const chain = chainOf(command)
  const from = chain.flatMap((one) => wordsOf(one))
  const [name] = wordsOf(command)
  const printed = name === 'tee' ? stdinOf(command, 0, true) : printedOf(withoutOutputs(command), 0, true)
  if (printed !== null && printed !== 'nothing') return { texts: printed, hidden: false, from }
  // A text that stands there, of which nobody knows what becomes of it.
  const isText = chain.some(
    ({ redirects }, index) => redirects.some(({ does }) => does === 'text') || isPrinter(chain[index]),
  )
  return { texts: null, hidden: isText || chain.some(hidesText), from }
}

/** Also behind others that start it. */
function isPrinter(command: ShellCommand | undefined): boolean {
  return (
    command !== undefined && wordsOf(command).some((word) => word !== null && /(^|\/)(echo|printf|print)$/.test(word))
  )
}

function withoutOutputs(command: ShellCommand): ShellCommand {
  const redirects = command.redirects.filter(
    ({ does }) => does !== 'writes' && does !== 'appends' && does !== 'duplicates',
  )
  return { ...command, redirects }
}

/** It, and what its words are made of, back to where the text comes from. */
function chainOf(command: ShellCommand, depth = 0): readonly ShellCommand[] {
  if (depth > DEEPEST) return [command]
  const inner = [command.name, ...command.words, ...command.redirects.map(({ target }) => target)]
    .flatMap((word) => word?.scripts ?? [])
    .flatMap(({ commands }) => commands)
  const all = inner.flatMap((one) => chainOf(one, depth + 1))
  return [command, ...all, ...(command.pipedFrom === null ? [] : chainOf(command.pipedFrom, depth + 1))]
}

function hidesText(command: ShellCommand): boolean {
  const [name, ...args] = wordsOf(command)
  if (name === undefined) return command.assignments.length === 0
  if (name === null) return true
  const { name: plain } = programOf(name)
  return (
    CHANGES_TEXT.has(plain) ||
    FETCHES.has(plain) ||
    (isInterpreter(plain) && args.some((arg) => arg !== null && INLINE_CODE.test(arg)))
  )
}

/** Null where the line does not write this file. */
export function originOf(file: string, written: readonly Written[], seen: Set<string> = new Set()): Origin | null {
  const path = normalPath(file)
  const found = written.filter((one) => one.path === null || one.path === path)
  if (found.length === 0) return null
  seen.add(path)
  const named = written.filter((one) => one.path !== null)
  const others = found
    .filter(({ texts }) => texts === null)
    .flatMap(({ from }) => from)
    .flatMap((arg) => {
      const isSeen = arg === null || seen.has(normalPath(arg))
      return isSeen ? [] : (originOf(arg, named, seen) ?? [])
    })
  const own = found.flatMap(({ texts }) => texts ?? [])
  const firsts = found.flatMap(({ texts }) => texts?.at(-1) ?? [])
  // Pieces that are appended to one another may mean more than each by itself.
  const whole = firsts.length > 1 ? [firsts.join('\n'), firsts.join('')] : []
  return {
    texts: [...new Set([...own, ...whole, ...others.flatMap(({ texts }) => texts)])],
    hidden: found.some((one) => one.hidden) || others.some((one) => one.hidden),
  }
}
