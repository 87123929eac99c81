// Opening a pull request, which goes the same way at every host: ask for it, and look for one that is there where that is refused.
import { z } from 'zod'
import type { CodeHost } from '../../core/ports/code-host.ts'
import type { CodeHostRefusal, PullRequest, PullRequestWanted } from '../../core/vocabulary/code-host.ts'
import { hostedAt, noToken, refusal, targetOfUrl } from './host-api.ts'
import type { Called, HostedRepository } from './host-api.ts'

export const OPENED = z.object({ number: z.int().positive() })

/** What a host does in its own way. */
export type Dialect = {
  /** As people call it: `Gitea`. */
  readonly says: string
  readonly apiRoot: (at: HostedRepository) => string
  /** Between the repository's page and the number of a pull request. */
  readonly folder: string
  readonly post: (at: HostedRepository, wanted: PullRequestWanted, body: object, signal: AbortSignal) => Promise<Called>
  readonly find: CodeHost['findPullRequest']
  readonly refusedOpening: (answer: Extract<Called, { type: 'status' }>, at: HostedRepository) => CodeHostRefusal
}

export function pullRequestOpener(dialect: Dialect): CodeHost['openPullRequest'] {
  return async (wanted, signal) => {
    const at = hereWithToken(dialect, wanted)
    if ('type' in at) return at
    const { title, body, branch: head, base } = wanted
    const answer = await dialect.post(at, wanted, { title, body, head, base }, signal)
    if (answer.type === 'ok') {
      const opened = OPENED.safeParse(answer.json)
      return opened.success
        ? { type: 'opened', existed: false, request: requestAt(dialect, at, opened.data.number) }
        : notUnderstood(dialect, at)
    }
    if (answer.type === 'refused' && !answer.again) return answer
    // It may be there all the same: from before, or from a call whose answer was lost.
    const there = await dialect.find(wanted, signal)
    if (there?.type === 'pull_request') return { type: 'opened', existed: true, request: there }
    return answer.type === 'refused' ? answer : dialect.refusedOpening(answer, at)
  }
}

/** The repository, where it is one and there is a token for it. */
export function hereWithToken(
  { says, apiRoot }: Pick<Dialect, 'says' | 'apiRoot'>,
  wanted: Pick<PullRequestWanted, 'url' | 'token'>,
): HostedRepository | CodeHostRefusal {
  const at = hostedAt(wanted.url)
  if (at === null) return refusal('invalid', `${wanted.url} names no repository of ${says}.`, false)
  return wanted.token === null ? noToken(targetOfUrl(apiRoot(at)).host, wanted) : at
}

/** The address is ours: what a host says of itself leads nobody anywhere. */
export function requestAt(
  { folder }: Pick<Dialect, 'folder'>,
  { root, owner, name }: HostedRepository,
  number: number,
): PullRequest {
  return { type: 'pull_request', url: `${root}/${owner}/${name}/${folder}/${number}`, number }
}

export function notUnderstood({ says }: Pick<Dialect, 'says'>, { place }: HostedRepository): CodeHostRefusal {
  return refusal('broken', `${place.host} answered with something that is not ${says}'s interface.`, false)
}
