// What a client of the proxy names as the place it wants to reach, read strictly: one spelling for each host.
import ipaddr from 'ipaddr.js'
import type { EgressTarget } from '../../core/vocabulary/egress.ts'

const LONGEST_NAME = 253
const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/
// A name's characters in ASCII or beyond it (they become punycode), an address in brackets; no user, no path, no escapes.
const AUTHORITY = /^(\[[0-9a-f:.]+\]|[^\s\p{Cc}\p{Cf}[\]@:/\\?#%<>^|]+)(?::(\d{1,5}))?$/iu

/**
 * Of `host:port`; the port may be missing where there is a default. Names come out in lower case, in ASCII and without a final dot,
 * addresses in their one usual form, IPv6 without brackets. Null for everything else.
 */
export function parseTarget(authority: string, defaultPort: number | null): EgressTarget | null {
  const parts = AUTHORITY.exec(authority)
  if (parts?.[1] === undefined) return null
  const port = parts[2] === undefined ? defaultPort : Number(parts[2])
  if (port === null || port < 1 || port > 65_535) return null
  const host = plainHostOf(parts[1])
  return host === null ? null : { host, port }
}

function plainHostOf(written: string): string | null {
  // The URL standard's way of reading hosts: octal, hexadecimal and single-number addresses become what they mean.
  const url = URL.parse(`http://${written}/`)
  if (url === null || url.username !== '' || url.pathname !== '/' || url.port !== '') return null
  const host = url.hostname.replace(/\.$/, '')
  if (host.startsWith('[')) return ipaddr.process(host.slice(1, -1)).toString()
  if (ipaddr.IPv4.isValidFourPartDecimal(host)) return host
  return host.length <= LONGEST_NAME && host.split('.').every((label) => LABEL.test(label)) ? host : null
}

export function isSameTarget(one: EgressTarget, other: EgressTarget): boolean {
  return one.host === other.host && one.port === other.port
}
