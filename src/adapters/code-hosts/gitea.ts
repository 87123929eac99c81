// Gitea, and Forgejo, which speaks the same: REST, version 1.
import { z } from 'zod'
import type { CodeHost, GuardedFetch } from '../../core/ports/code-host.ts'
import type { PullRequestWanted } from '../../core/vocabulary/code-host.ts'
import { call, hostedAt, isKind, refusedStatus, targetOfUrl } from './host-api.ts'
import type { HostedRepository, KindOf } from './host-api.ts'
import { hereWithToken, notUnderstood, OPENED, pullRequestOpener, requestAt } from './open-pull-request.ts'

const LISTED = z.array(OPENED.extend({ head: z.object({ ref: z.string() }), base: z.object({ ref: z.string() }) }))
const PAGE = 50
const MOST_PAGES = 20
const HERE = { says: 'Gitea', folder: 'pulls', apiRoot } as const

export function createGitea(fetch: GuardedFetch, kindOf: KindOf): CodeHost {
  type Wanted = Omit<PullRequestWanted, 'title' | 'body'>

  function ask(at: HostedRepository, wanted: Wanted, path: string, body: object | null, signal: AbortSignal) {
    const url = `${apiRoot(at)}/api/v1/repos/${encodeURIComponent(at.owner)}/${encodeURIComponent(at.name)}/pulls${path}`
    const headers = { authorization: `token ${wanted.token}` }
    return call(fetch, { url, body, headers, allowPrivate: wanted.allowPrivate, host: at.place.host }, signal)
  }

  const find: CodeHost['findPullRequest'] = async (wanted, signal) => {
    const at = hereWithToken(HERE, wanted)
    if ('type' in at) return at
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const answer = await ask(at, wanted, `?state=open&limit=${PAGE}&page=${page}`, null, signal)
      if (answer.type === 'refused') return answer
      if (answer.type === 'status') return refusedStatus(answer, at)
      const listed = LISTED.safeParse(answer.json)
      if (!listed.success) return notUnderstood(HERE, at)
      const found = listed.data.find(({ head, base }) => head.ref === wanted.branch && base.ref === wanted.base)
      if (found !== undefined) return requestAt(HERE, at, found.number)
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
      return targetOfUrl(apiRoot(at))
    },
    findPullRequest: find,
    openPullRequest: pullRequestOpener({
      ...HERE,
      post: (at, wanted, body, signal) => ask(at, wanted, '', body, signal),
      find,
      refusedOpening: refusedStatus,
    }),
  }
}

function apiRoot({ root }: HostedRepository): string {
  return root
}
