// Which names this server answers to, and which pages may use a person's session: against DNS rebinding and request forgery.
import { isIP } from 'node:net'
import { problem } from './problem.ts'
import type { Problem } from './problem.ts'

export type OriginConfig = {
  /** The address that is bound. */
  readonly host: string
  /** Where people reach it from outside, e.g. `https://factotum.example.com`; null when only this machine does. */
  readonly publicUrl: string | null
}

export type Provenance = {
  readonly method: string
  readonly host: string | null
  readonly origin: string | null
  /** The browser's `Sec-Fetch-Site`. */
  readonly site: string | null
  readonly websocket: boolean
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])
const WILDCARD = new Set(['0.0.0.0', '::'])
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Refuses names that nobody gave this server: a page that rebinds its own name to this address ends here. */
export function hostProblem(config: OriginConfig, host: string | null): Problem | null {
  const name = host === null ? null : hostName(host)
  if (name === null) return problem(400, 'no_host', 'The request has no usable Host header.')
  if (LOOPBACK.has(name) || name === config.host || name === `[${config.host}]`) return null
  if (config.publicUrl !== null && name === new URL(config.publicUrl).hostname) return null
  // Bound to every address of the machine: an address typed as such can't have been rebound, a name can.
  if (WILDCARD.has(config.host) && isIP(name.replace(/^\[|\]$/g, '')) !== 0) return null
  return problem(421, 'unknown_host', `This server does not answer to "${name}". Set PUBLIC_URL to the name it has.`)
}

/** Refuses what another site's page makes a browser send along with a person's session. */
export function forgeryProblem(config: OriginConfig, from: Provenance): Problem | null {
  const refused = problem(403, 'cross_site', 'A session can only be used by the pages of this server itself.')
  if (from.origin !== null) return isOwnOrigin(config, from.origin, from.host) ? null : refused
  if (from.websocket) return refused
  if (from.site === 'same-origin') return null
  if (!SAFE.has(from.method)) return refused
  return from.site === null || from.site === 'none' ? null : refused
}

function isOwnOrigin(config: OriginConfig, origin: string, host: string | null): boolean {
  if (config.publicUrl !== null && origin === new URL(config.publicUrl).origin) return true
  return host !== null && (origin === `http://${host}` || origin === `https://${host}`)
}

/** `example.com:80` -> `example.com`; null for what is no host. */
function hostName(host: string): string | null {
  if (!/^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.test(host)) return null
  return host.replace(/:\d+$/, '').toLowerCase()
}
