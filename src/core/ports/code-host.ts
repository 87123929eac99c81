// Where repositories live, beyond git itself: what opens pull requests. Implemented by adapters/code-hosts; every one passes test/contract/code-host.ts.
import type { CodeHostRefusal, PullRequest, PullRequestWanted } from '../vocabulary/code-host.ts'

/**
 * Calls leave the platform itself, with a token of the person's that no sandbox sees. Nothing throws: what can't be done is a refusal
 * with one sentence. Answers are hostile input: capped, and never trusted.
 */
export interface CodeHost {
  /** As settings name it: `github`, `gitea`. */
  readonly name: string
  /** Whether repositories at this URL are its. Pure. */
  matches(url: string): boolean
  /** Asked for twice the same pull request is the first one: `type: 'opened'` with `existed`. */
  openPullRequest(wanted: PullRequestWanted, signal: AbortSignal): Promise<OpenedPullRequest | CodeHostRefusal>
  /** The open one from this branch into this base; null where there is none. */
  findPullRequest(
    wanted: Pick<PullRequestWanted, 'url' | 'branch' | 'base' | 'token'>,
    signal: AbortSignal,
  ): Promise<PullRequest | CodeHostRefusal | null>
}

export type OpenedPullRequest = { readonly type: 'opened'; readonly existed: boolean; readonly request: PullRequest }
