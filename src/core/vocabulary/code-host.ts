// Repositories as people name them, and what is asked of the place that they live at.

/** Where a repository is: `https://host/owner/repo`, taken apart. */
export type RepositoryPlace = {
  /** Lower case, with its port where it is not the scheme's own. */
  readonly origin: string
  readonly host: string
  readonly port: number
  /** Without a leading slash and without `.git`. */
  readonly path: string
}

export type PullRequestWanted = {
  /** Of the repository that it comes into. */
  readonly url: string
  readonly branch: string
  readonly base: string
  readonly title: string
  readonly body: string
  /** Null: nobody is signed in, which no host takes for opening one. */
  readonly token: string | null
  /** The operator listed the host as one of their own network. */
  readonly allowPrivate: boolean
}

export type PullRequest = { readonly type: 'pull_request'; readonly url: string; readonly number: number }

/** An expected "no". `problem` is one sentence for the person; `again` says whether the same may work later. */
export type CodeHostRefusal = {
  readonly type: 'refused'
  readonly reason: 'unreachable' | 'no_token' | 'forbidden' | 'not_found' | 'invalid' | 'broken' | 'unsupported'
  readonly problem: string
  readonly again: boolean
}

export type NamedRepository = { readonly type: 'repository'; readonly place: RepositoryPlace }
export type RepositoryProblem = { readonly type: 'invalid'; readonly problem: string }

/** Takes a repository's URL apart, or says in one sentence why it can't be used. Pure. */
export function repositoryOf(url: string): NamedRepository | RepositoryProblem {
  const trimmed = url.trim()
  if (!URL.canParse(trimmed)) return problem(`${shown(trimmed)} is no URL of a repository.`)
  const parsed = new URL(trimmed)
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')
    return problem(`Repositories are reached by https alone, not by ${parsed.protocol.slice(0, -1)}.`)
  if (parsed.username !== '' || parsed.password !== '')
    return problem(
      'The URL has a name or a password in it, and URLs are kept and shown: leave it out, and keep the token with `factotum secret set NAME --host HOST`.',
    )
  if (parsed.search !== '' || parsed.hash !== '') return problem('The URL of a repository has no `?` and no `#`.')
  const path = parsed.pathname
    .replace(/\/+$/, '')
    .replace(/^\/+/, '')
    .replace(/\.git$/, '')
  if (path === '' || !/^[\w.~+%/-]+$/.test(path) || path.split('/').some((part) => part === '..' || part === ''))
    return problem(`${shown(trimmed)} names no repository.`)
  const fallback = parsed.protocol === 'https:' ? 443 : 80
  const host = parsed.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  return {
    type: 'repository',
    place: { origin: parsed.origin, host, port: Number(parsed.port) || fallback, path },
  }
}

function problem(sentence: string): RepositoryProblem {
  return { type: 'invalid', problem: sentence }
}

function shown(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}
