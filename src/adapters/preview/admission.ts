// Who may use a preview that shares its host with others: whoever knows its id, which the first address carries and a
// cookie keeps, so that the app's root-relative addresses work from then on.
import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { cookieValues } from './header-rules.ts'

export type Admission = {
  /** The path as the app is to see it. */
  readonly path: string
  /** What of the address was taken off, e.g. `/k3…`; empty when the cookie let it in. */
  readonly prefix: string
  readonly setCookie: string | null
}

/** Null: this caller knows nothing. */
export function admit(request: IncomingMessage, id: string, port: number): Admission | null {
  const url = request.url ?? '/'
  const [, first = '', rest = ''] = /^\/([^/?#]*)(.*)$/s.exec(url) ?? []
  const name = `factotum_preview_${port}`
  if (isSame(first, id)) {
    const path = rest.startsWith('/') ? rest : `/${rest}`
    return { path, prefix: `/${id}`, setCookie: `${name}=${id}; Path=/; HttpOnly; SameSite=Lax` }
  }
  const known = cookieValues(request.headers.cookie, name).some((value) => isSame(value, id))
  if (!known || !url.startsWith('/') || isFromElsewhere(request)) return null
  return { path: url, prefix: '', setCookie: null }
}

/** Browsers send a cookie to every port of its host: another preview's page must not come in with it. */
function isFromElsewhere(request: IncomingMessage): boolean {
  const { origin, host } = request.headers
  if (origin !== undefined && origin !== `http://${host}`) return true
  const site = request.headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') return false
  // Following a link, or coming back from signing in elsewhere, is a person's own act.
  return !(request.headers['sec-fetch-mode'] === 'navigate' && request.method === 'GET')
}

function isSame(given: string, wanted: string): boolean {
  const left = Buffer.from(given)
  const right = Buffer.from(wanted)
  return left.length === right.length && timingSafeEqual(left, right)
}
