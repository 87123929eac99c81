// What a request has to look like to be passed on, and what of its headers is meant for the next hop alone (RFC 9110, 7.6.1).
import type http from 'node:http'
import type { EgressTarget } from '../../core/vocabulary/egress.ts'
import { isSameTarget, parseTarget } from './target.ts'

const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
]

/** Why two readers of this request might see different requests in it; null when there is no doubt. */
export function requestProblem(request: http.IncomingMessage, target: EgressTarget, usualPort: number): string | null {
  const hosts = valuesOf(request.rawHeaders, 'host')
  const host = hosts.length === 1 ? parseTarget(hosts[0] ?? '', usualPort) : null
  if (host === null) return 'A request names exactly one host in its Host header.'
  if (!isSameTarget(host, target)) return `The Host header names ${hosts[0]}, but the connection is to ${target.host}.`
  const codings = valuesOf(request.rawHeaders, 'transfer-encoding')
  const lengths = valuesOf(request.rawHeaders, 'content-length')
  if (codings.length + lengths.length > 1) return 'The length of a request is said once.'
  if (codings.some((coding) => coding.trim().toLowerCase() !== 'chunked')) return 'The only transfer coding is chunked.'
  if (lengths.some((length) => !/^\d{1,15}$/.test(length))) return 'A length is a number.'
  return null
}

/** Without what is meant for the next hop, what the sender says is, and `more`. */
export function passedOn(rawHeaders: readonly string[], more: readonly string[] = []): readonly string[] {
  const listed = valuesOf(rawHeaders, 'connection').flatMap((value) => value.toLowerCase().split(/\s*,\s*/))
  // What delimits the message or says where it goes can't be listed away.
  const named = listed.filter((name) => !['host', 'content-length', 'authorization', 'cookie'].includes(name))
  const dropped = new Set([...HOP_BY_HOP, ...named, ...more])
  return pairs(rawHeaders).flatMap(([name, value]) => (dropped.has(name.toLowerCase()) ? [] : [name, value]))
}

export function valuesOf(rawHeaders: readonly string[], name: string): readonly string[] {
  return pairs(rawHeaders).flatMap(([key, value]) => (key.toLowerCase() === name ? [value] : []))
}

function pairs(rawHeaders: readonly string[]): readonly (readonly [string, string])[] {
  return rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ''] as const] : []))
}
