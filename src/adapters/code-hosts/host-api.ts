// What the interfaces of code hosts have in common: repositories by owner and name, JSON both ways, and errors as sentences.
import type { GuardedFetch } from '../../core/ports/code-host.ts'
import { repositoryOf } from '../../core/vocabulary/code-host.ts'
import type { CodeHostRefusal, PullRequestWanted, RepositoryPlace } from '../../core/vocabulary/code-host.ts'
import type { EgressTarget } from '../../core/vocabulary/egress.ts'

/** What kind of place a host is; `authority` has its port where that is not the usual one. Null where nobody knows. */
export type KindOf = (host: string, authority: string) => string | null

export type HostedRepository = {
  readonly place: RepositoryPlace
  /** Of the host's pages: with a leading path where it does not live at the root. No slash at the end. */
  readonly root: string
  readonly owner: string
  readonly name: string
}

/** The last two parts are owner and name, what stands before is where the host lives. Null for what has not both. */
export function hostedAt(url: string): HostedRepository | null {
  const named = repositoryOf(url)
  if (named.type === 'invalid') return null
  const { place } = named
  const parts = place.path.split('/').map((part) => safelyDecoded(part))
  const [owner, name] = parts.slice(-2)
  if (parts.length < 2 || owner === undefined || name === undefined) return null
  const before = place.path.split('/').slice(0, -2)
  return { place, root: [place.origin, ...before].join('/'), owner, name }
}

export function isKind(url: string, kind: string, kindOf: KindOf): boolean {
  const hosted = hostedAt(url)
  if (hosted === null) return false
  const { host, origin } = hosted.place
  return kindOf(host, origin.replace(/^https?:\/\//, '')) === kind
}

/** Of an address that is ours to make. */
export function targetOfUrl(url: string): EgressTarget {
  const { hostname, port, protocol } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  return { host, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) }
}

export type Called =
  | { readonly type: 'ok'; readonly json: unknown }
  /** What it said of itself, shortened; empty where it said nothing. */
  | { readonly type: 'status'; readonly status: number; readonly said: string }
  | CodeHostRefusal

type Call = {
  readonly url: string
  readonly body: object | null
  readonly headers: Readonly<Record<string, string>>
  readonly allowPrivate: boolean
  /** As people know the host. */
  readonly host: string
}

/** 2xx with JSON is ok. */
export async function call(fetch: GuardedFetch, wanted: Call, signal: AbortSignal): Promise<Called> {
  const { url, body, headers, allowPrivate, host } = wanted
  const answer = await fetch(
    {
      url,
      method: body === null ? 'GET' : 'POST',
      headers: {
        accept: 'application/json',
        'user-agent': 'factotum',
        ...(body === null ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === null ? null : JSON.stringify(body),
      allowPrivate,
    },
    signal,
  )
  if (answer.type === 'unreachable') return refusal('unreachable', `${host} could not be reached: ${answer.why}.`, true)
  const json = parsed(answer.body)
  if (answer.status < 200 || answer.status > 299) return { type: 'status', status: answer.status, said: said(json) }
  if (json === undefined) return refusal('broken', `${host} answered with something that is not its interface.`, false)
  return { type: 'ok', json }
}

/** What a status means that is no answer to the question itself. */
export function refusedStatus(
  { status, said: words }: Extract<Called, { type: 'status' }>,
  { place: { host }, owner, name }: HostedRepository,
): CodeHostRefusal {
  const quoted = words === '' ? '' : ` It said: ${words}`
  if (status === 401) return refusal('no_token', `${host} does not take the token.${quoted}`, false)
  if (status === 403)
    return refusal(
      'forbidden',
      `${host} does not let this token open pull requests in ${owner}/${name}.${quoted}`,
      false,
    )
  if (status === 404)
    return refusal('not_found', `${host} knows no ${owner}/${name}, or does not show it to this token.`, false)
  if (status === 429) return refusal('unreachable', `${host} takes no more requests just now.`, true)
  if (status >= 500) return refusal('broken', `${host} failed (${status}). It may work later.`, true)
  if (status >= 300 && status < 400)
    return refusal('not_found', `${host} says that ${owner}/${name} has moved: use its new address.`, false)
  return refusal('invalid', `${host} does not take the pull request (${status}).${quoted}`, false)
}

export function refusal(reason: CodeHostRefusal['reason'], problem: string, again: boolean): CodeHostRefusal {
  return { type: 'refused', reason, problem, again }
}

export function noToken(host: string, { url }: Pick<PullRequestWanted, 'url'>): CodeHostRefusal {
  const problem = `A pull request for ${url} takes a token: add one with \`factotum secret set NAME --host ${host}\`.`
  return refusal('no_token', problem, false)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `message` and the messages of `errors`, on one line. */
function said(json: unknown): string {
  if (typeof json !== 'object' || json === null) return ''
  const { message, errors } = json as { message?: unknown; errors?: unknown }
  const more = Array.isArray(errors)
    ? errors.map((error: unknown) =>
        typeof error === 'object' && error !== null && 'message' in error ? error.message : error,
      )
    : []
  return [message, ...more]
    .filter((text) => typeof text === 'string')
    .join('; ')
    .replaceAll(/[^\P{C}]/gu, ' ')
    .slice(0, 300)
}

function safelyDecoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
