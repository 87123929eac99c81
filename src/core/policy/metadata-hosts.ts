// Hosts that their name alone gives away: where clouds hand a machine its own credentials, and what lies in no public network.
import { METADATA_NAMES } from '../vocabulary/egress.ts'
import { plainHost } from './match.ts'

const METADATA_ADDRESSES: ReadonlySet<string> = new Set([
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
  'fd00:ec2::254',
  'fd20:ce::254',
])

/** By its name as it was written, also in other ways of writing the address. Whoever connects checks the address itself. */
export function isMetadataHost(host: string): boolean {
  const name = plainHost(host).replace(/^\[|\]$/g, '')
  return METADATA_NAMES.has(name) || METADATA_ADDRESSES.has(name) || METADATA_ADDRESSES.has(dottedOf(name) ?? '')
}

const PRIVATE = [/^0\./, /^10\./, /^127\./, /^169\.254\./, /^172\.(?:1[6-9]|2\d|3[01])\./, /^192\.168\./]
const PRIVATE_NAME = /^(?:localhost|.*\.localhost|::1?|f[cd][\da-f]{2}:.*|fe[89ab][\da-f]:.*)$/

/** As `isMetadataHost`: of most names only whoever connects can tell. */
export function isPrivateHost(host: string): boolean {
  const name = plainHost(host).replace(/^\[|\]$/g, '')
  const dotted = dottedOf(name)
  return PRIVATE_NAME.test(name) || (dotted !== null && PRIVATE.some((pattern) => pattern.test(dotted)))
}

/** Of an IPv4 address in any notation that C libraries read: decimal, hexadecimal, octal, fewer parts, mapped into IPv6. */
function dottedOf(text: string): string | null {
  const inner = /^(?:::ffff:|::|64:ff9b::)([\da-fx.]+|[\da-f]{1,4}:[\da-f]{1,4})$/.exec(text)?.[1] ?? text
  const words = /^([\da-f]{1,4}):([\da-f]{1,4})$/.exec(inner)
  if (words !== null) return fourBytes(parseInt(words[1] ?? '', 16) * 65_536 + parseInt(words[2] ?? '', 16))
  const parts = inner.split('.')
  if (parts.length > 4 || !parts.every((part) => /^(0x[\da-f]+|\d+)$/.test(part))) return null
  const numbers = parts.map((part) => (/^0\d/.test(part) ? parseInt(part, 8) : Number(part)))
  const last = numbers.pop() ?? 0
  const head = numbers.reduce((sum, part, index) => sum + part * 256 ** (3 - index), 0)
  return fourBytes(head + last)
}

function fourBytes(value: number): string | null {
  if (!Number.isSafeInteger(value) || value < 0 || value >= 2 ** 32) return null
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')
}
