// GitHub, its own and those that companies run: REST, version 2022-11-28.
import { z } from 'zod'
import type { CodeHost, GuardedFetch } from '../../core/ports/code-host.ts'
import type { CodeHostRefusal, PullRequest, PullRequestWanted } from '../../core/vocabulary/code-host.ts'
import { call, hostedAt, isKind, noToken, refusal, refusedStatus, targetOfUrl } from './host-api.ts'
import type { Called, HostedRepository, KindOf } from './host-api.ts'

const OPENED = z.object({ number: z.int().positive() })
const FOUND = z.array(OPENED)

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

  async function find(wanted: Wanted, signal: AbortSignal): Promise<PullRequest | CodeHostRefusal | null> {
    const at = hostedAt(wanted.url)
    if (at === null) return notHere(wanted.url)
    if (wanted.token === null) return noToken(targetOfUrl(apiRoot(at)).host, wanted)
    const query = new URLSearchParams({ state: 'open', head: `${at.owner}:${wanted.branch}`, base: wanted.base })
    const answer = await ask(at, wanted, `?${query.toString()}`, null, signal)
    if (answer.type === 'refused') return answer
    if (answer.type === 'status') return refusedStatus(answer, at)
    const found = FOUND.safeParse(answer.json)
    if (!found.success) return notUnderstood(at)
    const [first] = found.data
    return first === undefined ? null : requestAt(at, first.number)
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
    openPullRequest: async (wanted, signal) => {
      const at = hostedAt(wanted.url)
      if (at === null) return notHere(wanted.url)
      if (wanted.token === null) return noToken(targetOfUrl(apiRoot(at)).host, wanted)
      const { title, body, branch: head, base } = wanted
      const answer = await ask(at, wanted, '', { title, body, head, base }, signal)
      if (answer.type === 'ok') {
        const opened = OPENED.safeParse(answer.json)
        return opened.success
          ? { type: 'opened', existed: false, request: requestAt(at, opened.data.number) }
          : notUnderstood(at)
      }
      if (answer.type === 'refused' && !answer.again) return answer
      // It may be there all the same: from before, or from a call whose answer was lost.
      const there = await find(wanted, signal)
      if (there?.type === 'pull_request') return { type: 'opened', existed: true, request: there }
      return answer.type === 'refused' ? answer : refusedOpening(answer, at)
    },
  }
}

function apiRoot({ place }: HostedRepository): string {
  return place.host === 'github.com' ? 'https://api.github.com' : `${place.origin}/api/v3`
}

/** The address is ours: what a host says of itself leads nobody anywhere. */
function requestAt({ root, owner, name }: HostedRepository, number: number): PullRequest {
  return { type: 'pull_request', url: `${root}/${owner}/${name}/pull/${number}`, number }
}

function refusedOpening(answer: Extract<Called, { type: 'status' }>, at: HostedRepository): CodeHostRefusal {
  if (answer.status !== 422) return refusedStatus(answer, at)
  const words = answer.said === '' ? '' : ` It said: ${answer.said}`
  return refusal('invalid', `${at.place.host} does not take the pull request.${words}`, false)
}

function notUnderstood({ place }: HostedRepository): CodeHostRefusal {
  return refusal('broken', `${place.host} answered with something that is not GitHub's interface.`, false)
}

function notHere(url: string): CodeHostRefusal {
  return refusal('invalid', `${url} names no repository of GitHub.`, false)
}
