// Gitea, and Forgejo, which speaks the same: REST, version 1.
import { z } from 'zod'
import type { CodeHost, GuardedFetch } from '../../core/ports/code-host.ts'
import type { CodeHostRefusal, PullRequest, PullRequestWanted } from '../../core/vocabulary/code-host.ts'
import { call, hostedAt, isKind, noToken, refusal, refusedStatus, targetOfUrl } from './host-api.ts'
import type { HostedRepository, KindOf } from './host-api.ts'

const OPENED = z.object({ number: z.int().positive() })
const LISTED = z.array(OPENED.extend({ head: z.object({ ref: z.string() }), base: z.object({ ref: z.string() }) }))
const PAGE = 50
const MOST_PAGES = 20

export function createGitea(fetch: GuardedFetch, kindOf: KindOf): CodeHost {
  type Wanted = Omit<PullRequestWanted, 'title' | 'body'>

  function ask(at: HostedRepository, wanted: Wanted, path: string, body: object | null, signal: AbortSignal) {
    const url = `${at.root}/api/v1/repos/${encodeURIComponent(at.owner)}/${encodeURIComponent(at.name)}/pulls${path}`
    const headers = { authorization: `token ${wanted.token}` }
    return call(fetch, { url, body, headers, allowPrivate: wanted.allowPrivate, host: at.place.host }, signal)
  }

  async function find(wanted: Wanted, signal: AbortSignal): Promise<PullRequest | CodeHostRefusal | null> {
    const at = hostedAt(wanted.url)
    if (at === null) return notHere(wanted.url)
    if (wanted.token === null) return noToken(at.place.host, wanted)
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const answer = await ask(at, wanted, `?state=open&limit=${PAGE}&page=${page}`, null, signal)
      if (answer.type === 'refused') return answer
      if (answer.type === 'status') return refusedStatus(answer, at)
      const listed = LISTED.safeParse(answer.json)
      if (!listed.success) return notUnderstood(at)
      const found = listed.data.find(({ head, base }) => head.ref === wanted.branch && base.ref === wanted.base)
      if (found !== undefined) return requestAt(at, found.number)
      if (listed.data.length === 0) return null
    }
    return null
  }

  return {
    name: 'gitea',
    matches: (url) => isKind(url, 'gitea', kindOf),
    apiOf: (url) => {
      const at = hostedAt(url)
      if (at === null) throw new Error('not a repository of Gitea')
      return targetOfUrl(at.root)
    },
    findPullRequest: find,
    openPullRequest: async (wanted, signal) => {
      const at = hostedAt(wanted.url)
      if (at === null) return notHere(wanted.url)
      if (wanted.token === null) return noToken(at.place.host, wanted)
      const { title, body, branch: head, base } = wanted
      const answer = await ask(at, wanted, '', { title, body, head, base }, signal)
      if (answer.type === 'ok') {
        const opened = OPENED.safeParse(answer.json)
        return opened.success
          ? { type: 'opened', existed: false, request: requestAt(at, opened.data.number) }
          : notUnderstood(at)
      }
      if (answer.type === 'refused' && !answer.again) return answer
      // It may be there all the same: from before (409), or from a call whose answer was lost.
      const there = await find(wanted, signal)
      if (there?.type === 'pull_request') return { type: 'opened', existed: true, request: there }
      return answer.type === 'refused' ? answer : refusedStatus(answer, at)
    },
  }
}

/** The address is ours: what a host says of itself leads nobody anywhere. */
function requestAt({ root, owner, name }: HostedRepository, number: number): PullRequest {
  return { type: 'pull_request', url: `${root}/${owner}/${name}/pulls/${number}`, number }
}

function notUnderstood({ place }: HostedRepository): CodeHostRefusal {
  return refusal('broken', `${place.host} answered with something that is not Gitea's interface.`, false)
}

function notHere(url: string): CodeHostRefusal {
  return refusal('invalid', `${url} names no repository of Gitea.`, false)
}
