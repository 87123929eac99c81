// GitHub, its own and those that companies run: REST, version 2022-11-28.
import { z } from 'zod'
import type { CodeHost, GuardedFetch } from '../../core/ports/code-host.ts'
import type { CodeHostRefusal, PullRequestWanted } from '../../core/vocabulary/code-host.ts'
import { call, hostedAt, isKind, refusal, refusedStatus, targetOfUrl } from './host-api.ts'
import type { Called, HostedRepository, KindOf } from './host-api.ts'
import { hereWithToken, notUnderstood, OPENED, pullRequestOpener, requestAt } from './open-pull-request.ts'

const FOUND = z.array(OPENED)
const HERE = { says: 'GitHub', folder: 'pull', apiRoot } as const

export function createGitHub(fetch: GuardedFetch, kindOf: KindOf): CodeHost {
  type Wanted = Omit<PullRequestWanted, 'title' | 'body'>

  function ask(at: HostedRepository, wanted: Wanted, path: string, body: object | null, signal: AbortSignal) {
    const headers = {
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
      authorization: `Bearer ${wanted.token}`,
    }
    const url = `${apiRoot(at)}/repos/${encodeURIComponent(at.owner)}/${encodeURIComponent(at.name)}/pulls${path}`
    return call(fetch, { url, body, headers, allowPrivate: wanted.allowPrivate, host: at.place.host }, signal)
  }

  const find: CodeHost['findPullRequest'] = async (wanted, signal) => {
    const at = hereWithToken(HERE, wanted)
    if ('type' in at) return at
    const query = new URLSearchParams({ state: 'open', head: `${at.owner}:${wanted.branch}`, base: wanted.base })
    const answer = await ask(at, wanted, `?${query.toString()}`, null, signal)
    if (answer.type === 'refused') return answer
    if (answer.type === 'status') return refusedStatus(answer, at)
    const found = FOUND.safeParse(answer.json)
    if (!found.success) return notUnderstood(HERE, at)
    const [first] = found.data
    return first === undefined ? null : requestAt(HERE, at, first.number)
  }

  return {
    name: 'github',
    matches: (url) => isKind(url, 'github', kindOf),
    apiOf: (url) => {
      const at = hostedAt(url)
      if (at === null) throw new Error('not a repository of GitHub')
      return targetOfUrl(apiRoot(at))
    },
    findPullRequest: find,
    openPullRequest: pullRequestOpener({
      ...HERE,
      post: (at, wanted, body, signal) => ask(at, wanted, '', body, signal),
      find,
      refusedOpening,
    }),
  }
}

function apiRoot({ place }: HostedRepository): string {
  return place.host === 'github.com' ? 'https://api.github.com' : `${place.origin}/api/v3`
}

function refusedOpening(answer: Extract<Called, { type: 'status' }>, at: HostedRepository): CodeHostRefusal {
  if (answer.status !== 422) return refusedStatus(answer, at)
  const words = answer.said === '' ? '' : ` It said: ${answer.said}`
  return refusal('invalid', `${at.place.host} does not take the pull request.${words}`, false)
}
