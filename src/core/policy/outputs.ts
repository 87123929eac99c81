// What the few programs print that only carry text about: it is known without running them, and may be what a shell reads next.
import type { Arg, Stdin } from './effect.ts'
import { NOT_KNOWN } from './effect.ts'
import { parseArguments } from './arguments.ts'

const LONGEST = 100_000
const ESCAPES: Readonly<Record<string, string>> = {
  ...{ n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v', e: '\x1b', E: '\x1b', '\\': '\\', '"': '"' },
  ...{ "'": "'" },
}

/** Every text that it may print, since shells differ; null where that is not known. `stdin` as in Call. */
export function printedBy(name: string, args: readonly Arg[], stdin: Stdin): readonly string[] | null {
  const given = stdin === 'nothing' ? null : stdin
  const known = args.every((arg) => arg !== null) ? args : null
  if (known === null) return null
  const each = (change: (text: string) => string | null): readonly string[] | null => {
    const texts = (given ?? []).map((text) => (text.includes(NOT_KNOWN) ? null : change(text)))
    return given === null || texts.some((text) => text === null) ? null : texts.filter((text) => text !== null)
  }
  switch (name) {
    case 'echo':
      return echoed(known)
    case 'printf':
      return known[0] === undefined ? null : printfed(known)
    case 'cat':
    case 'tee':
    case 'head':
    case 'tail':
    case 'sort':
    case 'nohup':
      return known.length === 0 ? given : null
    case 'base64':
    case 'gbase64':
      return parseArguments(known).has('-d', '-D', '--decode') ? each(fromBase64) : null
    case 'openssl': {
      const isDecoding =
        known.includes('-d') && known.some((arg) => arg === 'base64' || arg === '-base64' || arg === '-a')
      return isDecoding && known.length <= 4 ? each(fromBase64) : null
    }
    case 'xxd':
      return known.some((arg) => arg.startsWith('-') && arg.includes('r')) ? each(fromHex) : null
    case 'rev':
      return known.length === 0
        ? each((text) =>
            text
              .split('\n')
              .map((line) => Array.from(line).toReversed().join(''))
              .join('\n'),
          )
        : null
    case 'tr':
      return each((text) => translated(text, known))
    default:
      return null
  }
}

function echoed(args: readonly string[]): readonly string[] {
  let index = 0
  while (/^-[neE]+$/.test(args[index] ?? '')) index += 1
  const text = args.slice(index).join(' ')
  // sh reads escapes without being told to, bash does not.
  return text.includes('\\') ? [text, unescaped(text)] : [text]
}

/** As programming languages read a string, too: there a `\\` before a letter of no meaning falls away. */
export function unescaped(text: string, isCode = false): string {
  return text.replace(
    /\\(?:x([\da-fA-F]{1,2})|0?([0-7]{1,3})|u([\da-fA-F]{1,4})|U([\da-fA-F]{1,8})|(.))/gs,
    (whole, hex?: string, octal?: string, short?: string, long?: string, letter?: string) => {
      const code = hex ?? short ?? long
      if (code !== undefined) return characterOf(parseInt(code, 16))
      if (octal !== undefined) return characterOf(parseInt(octal, 8) % 256)
      return (letter === undefined ? undefined : ESCAPES[letter]) ?? (isCode ? (letter ?? whole) : whole)
    },
  )
}

function characterOf(code: number): string {
  return code <= 0x10_ff_ff ? String.fromCodePoint(code) : ''
}

/** Only of the conversions that put a word in as it is. */
function printfed(args: readonly string[]): readonly string[] | null {
  const words = args[0] === '--' ? args.slice(1) : args
  const format = words[0] ?? ''
  const values = words.slice(1)
  let text = ''
  do {
    const taken = values.length
    let isPlain = true
    text += format.replace(/\\(?:x[\da-fA-F]{1,2}|[0-7]{1,3}|u[\da-fA-F]{1,4}|.)|%(.)/gs, (whole, letter?: string) => {
      if (letter === undefined) return unescaped(whole)
      if (letter === '%') return '%'
      if (!'sbcdq'.includes(letter)) isPlain = false
      const value = values.shift() ?? ''
      return letter === 'b' ? unescaped(value) : letter === 'c' ? value.slice(0, 1) : value
    })
    if (!isPlain) return null
    if (values.length === taken || text.length > LONGEST) break
  } while (values.length > 0)
  return [text]
}

/** As bytes; null where it is not that. */
function fromBase64(text: string): string | null {
  const plain = text.replace(/\s/g, '')
  if (plain === '' || !/^[\w+/-]+=*$/.test(plain)) return null
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  let bits = 0
  let held = 0
  let out = ''
  for (const character of plain.replace(/=+$/, '')) {
    const value = digits.indexOf(character)
    if (value < 0) return null
    held = (held << 6) | value
    bits += 6
    if (bits >= 8) {
      bits -= 8
      out += String.fromCharCode((held >> bits) & 0xff)
      held &= (1 << bits) - 1
    }
  }
  return out
}

function fromHex(text: string): string | null {
  const plain = text.replace(/\s/g, '')
  if (!/^([\da-fA-F]{2})+$/.test(plain)) return null
  return (plain.match(/../g) ?? []).map((byte) => String.fromCharCode(parseInt(byte, 16))).join('')
}

function translated(text: string, args: readonly string[]): string | null {
  const [first, second, third] = args
  if (first === '-d' && second !== undefined && third === undefined) {
    const gone = spelledOut(second)
    return gone === null
      ? null
      : Array.from(text)
          .filter((one) => !gone.includes(one))
          .join('')
  }
  if (first === undefined || second === undefined || third !== undefined || first.startsWith('-')) return null
  const [from, to] = [spelledOut(first), spelledOut(second)]
  if (from === null || to === null || to === '') return null
  return Array.from(text)
    .map((one) => (from.includes(one) ? (to[from.lastIndexOf(one)] ?? to.at(-1) ?? '') : one))
    .join('')
}

function spelledOut(set: string): string | null {
  const plain = unescaped(set)
    .replaceAll('[:upper:]', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')
    .replaceAll('[:lower:]', 'abcdefghijklmnopqrstuvwxyz')
    .replaceAll('[:space:]', ' \t\n\r')
  if (plain.includes('[:')) return null
  return plain.replace(/(.)-(.)/gs, (whole, from: string, to: string) => {
    const [start, end] = [from.charCodeAt(0), to.charCodeAt(0)]
    if (end < start || end - start > 255) return whole
    return Array.from({ length: end - start + 1 }, (_, index) => String.fromCharCode(start + index)).join('')
  })
}
