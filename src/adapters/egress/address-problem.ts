// Which addresses a sandbox may be connected to: those of the public internet, whatever name led there.
import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** What an operator may open up by saying that a name leads into their own network. */
const OWN_NETWORK = new Set(['private', 'uniqueLocal', 'carrierGradeNat', 'loopback'])
const METADATA = [
  '169.254.0.0/16',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  'fd00:ec2::/32',
  'fd20:ce::/64',
].map((range) => ipaddr.parseCIDR(range))
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3')
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96')

/**
 * Null when `text` may be connected to, otherwise why not. `own` are the addresses of this machine, which count as private ones.
 * Where an address carries another in it, by mapping or translation, both have to hold.
 */
export function addressProblem(text: string, allowPrivate: boolean, own: ReadonlySet<string>): string | null {
  if (!ipaddr.isValid(text) || text.includes('%')) return 'it is no address'
  const address = ipaddr.parse(text)
  return problemOf(address, allowPrivate, own)
}

function problemOf(address: Address, allowPrivate: boolean, own: ReadonlySet<string>): string | null {
  if (isMetadata(address)) return 'it is where clouds keep what describes this machine, and its credentials'
  const inner = addressWithin(address)
  if (inner !== null) {
    const problem = problemOf(inner, allowPrivate, own)
    if (problem !== null) return `it leads to ${inner.toString()}: ${problem}`
  }
  if (own.has(address.toString())) return allowPrivate ? null : 'it is this machine itself'
  const range = address.range()
  if (isGlobal(address, range, inner !== null)) return null
  if (!OWN_NETWORK.has(range)) return `it is not of the public internet (${range})`
  return allowPrivate ? null : `it is not of the public internet (${range})`
}

function isGlobal(address: Address, range: string, unpacked: boolean): boolean {
  if (address instanceof ipaddr.IPv4) return range === 'unicast'
  if (unpacked) return address.isIPv4MappedAddress() || address.match(NAT64) || range === '6to4' || range === 'teredo'
  return range === 'unicast' && address.match(GLOBAL_IPV6)
}

function isMetadata(address: Address): boolean {
  return METADATA.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))
}

/** The IPv4 address that an IPv6 one stands for. */
function addressWithin(address: Address): ipaddr.IPv4 | null {
  if (address instanceof ipaddr.IPv4) return null
  const bytes = address.toByteArray()
  const at = (offset: number): ipaddr.IPv4 => new ipaddr.IPv4(bytes.slice(offset, offset + 4))
  const range = address.range()
  if (range === 'ipv4Mapped' || range === 'rfc6145' || address.match(NAT64)) return at(12)
  // The old "compatible" form; of these, :: and ::1 are addresses of their own.
  if (bytes.slice(0, 12).every((byte) => byte === 0) && !['unspecified', 'loopback'].includes(range)) return at(12)
  if (range === '6to4') return at(2)
  if (range === 'teredo') return new ipaddr.IPv4(bytes.slice(12).map((byte) => byte ^ 0xff))
  return null
}
