// Which headers pass between a person's browser and a program nobody trusts: never a credential of the platform's.
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'

/** Between two neighbours only (RFC 9110 section 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
])
/** What the browser would do to more than the preview: cookies are shared by every port of a host. */
const NOT_FOR_APPS = new Set(['clear-site-data', 'strict-transport-security', 'alt-svc', 'report-to', 'nel'])
const OWN_COOKIE = /^(?:__(?:Host|Secure)-)?factotum_/i

export type Forwarded = {
  readonly host: string
  readonly proto: 'http' | 'https'
  readonly address: string
}

/** What the app gets to see of the browser's request. */
export function requestHeaders(headers: IncomingHttpHeaders, from: Forwarded): OutgoingHttpHeaders {
  const passed = withoutHops(headers)
  delete passed['cookie']
  const cookies = foreignCookies(headers.cookie)
  if (cookies !== null) passed['cookie'] = cookies
  if (isOwnCredential(headers.authorization)) delete passed['authorization']
  for (const name of Object.keys(passed))
    if (name.startsWith('x-forwarded-') || name === 'forwarded') delete passed[name]
  passed['x-forwarded-for'] = from.address
  passed['x-forwarded-host'] = from.host
  passed['x-forwarded-proto'] = from.proto
  // Without a length the body is chunked again: its end must never be a matter of opinion.
  if (headers['transfer-encoding'] !== undefined && headers['content-length'] === undefined) {
    passed['transfer-encoding'] = 'chunked'
  }
  return passed
}

export type ResponseRules = {
  /** Put before paths that the app redirects to; empty when the preview has a host of its own. */
  readonly prefix: string
  /** The port inside, under which the app may name itself. */
  readonly port: number
  readonly setCookie: string | null
}

/** What the browser gets to see of the app's response. */
export function responseHeaders(headers: IncomingHttpHeaders, rules: ResponseRules): OutgoingHttpHeaders {
  const passed = withoutHops(headers)
  for (const name of NOT_FOR_APPS) delete passed[name]
  const cookies = (headers['set-cookie'] ?? []).filter((cookie) => !OWN_COOKIE.test(cookie.trim())).map(hostOnly)
  if (rules.setCookie !== null) cookies.push(rules.setCookie)
  delete passed['set-cookie']
  if (cookies.length > 0) passed['set-cookie'] = cookies
  if (headers.location !== undefined) passed['location'] = outside(headers.location, rules)
  passed['referrer-policy'] ??= 'same-origin'
  passed['x-robots-tag'] = 'noindex'
  return passed
}

/** Every value of the cookie; several of one name can come from different paths. */
export function cookieValues(header: string | undefined, name: string): readonly string[] {
  return pairs(header).flatMap((it) => (it.name === name ? [it.value] : []))
}

/** A bearer token that names this platform as its issuer; the app's own credentials are the app's business. */
function isOwnCredential(authorization: string | undefined): boolean {
  const claims = /^bearer [\w-]+\.([\w-]+)\./i.exec(authorization ?? '')?.[1]
  return claims !== undefined && /"iss"\s*:\s*"factotum"/.test(Buffer.from(claims, 'base64url').toString())
}

function foreignCookies(header: string | undefined): string | null {
  const kept = pairs(header).filter((it) => !OWN_COOKIE.test(it.name))
  return kept.length === 0 ? null : kept.map((it) => it.text).join('; ')
}

function pairs(header: string | undefined) {
  return (header ?? '').split(';').flatMap((part) => {
    const text = part.trim()
    const at = text.indexOf('=')
    // A cookie without `=` is a name without a value, or a value without a name: either way not ours to read.
    if (text === '') return []
    return at < 0
      ? [{ text, name: text, value: '' }]
      : [{ text, name: text.slice(0, at).trim(), value: text.slice(at + 1) }]
  })
}

/** A cookie for a whole domain would reach the console and the other previews. */
function hostOnly(cookie: string): string {
  return cookie
    .split(';')
    .filter((part, index) => index === 0 || !/^\s*domain\s*(=|$)/i.test(part))
    .join(';')
}

/** Redirects within the app stay within the preview. */
function outside(location: string, { prefix, port }: ResponseRules): string {
  const inside = new RegExp(`^http://(?:127\\.0\\.0\\.1|localhost|0\\.0\\.0\\.0):${port}(?=/|$)`, 'i')
  const own = location.replace(inside, '')
  const path = own === '' ? '/' : own
  return path.startsWith('/') && !path.startsWith('//') ? prefix + path : path
}

function withoutHops(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()))
  return Object.fromEntries(
    Object.entries(headers).filter(([name, value]) => {
      return value !== undefined && !HOP_BY_HOP.has(name) && !named.has(name)
    }),
  )
}
