// Placeholders on their way out, and values on their way back: what a request may carry to which host.
import type { SandboxSecret } from '../../core/ports/sandbox.ts'
import type { EgressTarget } from '../../core/vocabulary/egress.ts'
import { createRewriter } from './rewrite-stream.ts'

/** Names and values in turn, as node gives and takes them. */
export type RawHeaders = readonly string[]
export type Outgoing = { readonly path: string; readonly headers: RawHeaders }

// Of what is shorter, base64 leaves too little to tell it from other texts.
const SHORTEST_CORE = 8
const BASIC = /^(basic\s+)([a-z0-9+/=_-]+)\s*$/i

/** `*.example.org` is every name below example.org, not itself. */
export function isFor(secret: SandboxSecret, { host }: EgressTarget): boolean {
  return secret.hosts.some((written) => {
    const pattern = written.toLowerCase().replace(/\.$/, '')
    return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern
  })
}

/** Of `secrets` the ones whose placeholder is in the text, also inside of Basic credentials. */
function secretsIn(text: string, secrets: readonly SandboxSecret[]): readonly SandboxSecret[] {
  return secrets.filter(({ placeholder }) => text.includes(placeholder))
}

/** The same for a whole request without its body. */
export function secretsOf({ path, headers }: Outgoing, secrets: readonly SandboxSecret[]): readonly SandboxSecret[] {
  const parts = [path, safelyDecoded(path), ...headers.flatMap((text) => [text, basicIn(text)?.credentials ?? ''])]
  return secretsIn(parts.join('\n'), secrets)
}

/** Puts `values` (by placeholder) into the values of headers and into the query. Nothing else is looked at. */
export function fill({ path, headers }: Outgoing, values: ReadonlyMap<string, string>): Outgoing {
  const into = createRewriter([...values.keys()], (placeholder) => values.get(placeholder) ?? '')
  const intoQuery = createRewriter([...values.keys()], (found) => encodeURIComponent(values.get(found) ?? ''))
  const inHeader = (text: string): string => {
    const basic = basicIn(text)
    if (basic === null) return into.whole(text)
    const filled = into.whole(basic.credentials)
    return filled === basic.credentials ? into.whole(text) : basic.scheme + Buffer.from(filled).toString('base64')
  }
  const query = path.indexOf('?')
  return {
    path: query === -1 ? path : path.slice(0, query) + intoQuery.whole(path.slice(query)),
    headers: headers.map((text, index) => (index % 2 === 0 ? text : inHeader(text))),
  }
}

/**
 * The forms in which a server may say a value again, each with the placeholder that takes its place; `placeholders` by value. Texts of
 * bytes (latin1).
 */
export function formsOf(placeholders: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const forms = new Map<string, string>()
  for (const [value, placeholder] of placeholders) {
    const bytes = Buffer.from(value)
    const hex = bytes.toString('hex')
    for (const text of [value, ...inUrl(value), ...inJson(value), ...inHtml(value), ...base64Cores(bytes)])
      if (text !== '') forms.set(Buffer.from(text).toString('latin1'), placeholder)
    for (const text of [hex, hex.toUpperCase()]) forms.set(text, placeholder)
    const wide = Buffer.from(value, 'utf16le')
    // From the first byte that is none of padding to the last: whichever comes first in a pair.
    forms.set(wide.toString('latin1').replace(/\0$/, ''), placeholder)
  }
  return forms
}

function inUrl(value: string): readonly string[] {
  const plain = encodeURIComponent(value)
  const strict = plain.replace(/[!'()*~]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`)
  const both = [plain, strict]
  const spaced = both.map((text) => text.replaceAll('%20', '+'))
  return [...both, ...spaced].flatMap((text) => [text, text.replace(/%[\dA-F]{2}/g, (found) => found.toLowerCase())])
}

/** As different languages write it. */
function inJson(value: string): readonly string[] {
  const plain = JSON.stringify(value).slice(1, -1)
  const escaped = plain.replace(/[&<>'+]/g, unicodeEscape)
  const some = plain.replace(/[&<>]/g, unicodeEscape)
  return [plain, some, escaped, ...[plain, some, escaped].map((text) => text.replaceAll('/', String.raw`\/`))]
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Pages of errors quote what they were sent: how differs with what else than `&`, `<` and `>` is escaped, and how. */
function inHtml(value: string): readonly string[] {
  const least = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const quoted = least.replaceAll('"', '&quot;')
  const decimal = quoted.replaceAll("'", '&#39;')
  const hexadecimal = quoted.replaceAll("'", '&#x27;')
  const go = least.replaceAll('"', '&#34;').replaceAll("'", '&#39;')
  const all = [least, quoted, decimal, hexadecimal, quoted.replaceAll("'", '&#039;'), go]
  const more = [go, decimal, hexadecimal].flatMap((text) => [
    text.replaceAll('+', '&#43;'),
    text.replaceAll('/', '&#x2F;'),
    text.replaceAll('+', '&#43;').replaceAll('/', '&#x2F;'),
    text.replaceAll('/', '&#x2F;').replaceAll('=', '&#x3D;').replaceAll('`', '&#x60;'),
  ])
  return [...all, ...more]
}

/** What base64 makes of the bytes wherever in a longer text they stand: the part that no neighbour has a say in. */
function base64Cores(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes])
    const first = Math.ceil((before * 8) / 6)
    const last = Math.floor((whole.length * 8) / 6)
    const core = whole.toString('base64').slice(first, last)
    return core.length < SHORTEST_CORE ? [] : [core, core.replaceAll('+', '-').replaceAll('/', '_')]
  })
}

function basicIn(text: string): { readonly scheme: string; readonly credentials: string } | null {
  const [, scheme, encoded] = BASIC.exec(text) ?? []
  if (scheme === undefined || encoded === undefined) return null
  return { scheme, credentials: Buffer.from(encoded, 'base64').toString('utf8') }
}

function safelyDecoded(text: string): string {
  return text.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
