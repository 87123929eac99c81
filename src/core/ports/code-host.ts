// Where repositories live, beyond git itself: what opens pull requests. Implemented by adapters/code-hosts; every one passes test/contract/code-host.ts.
import type { CodeHostRefusal, PullRequest, PullRequestWanted } from '../vocabulary/code-host.ts'
import type { EgressTarget } from '../vocabulary/egress.ts'

/**
 * Calls leave the platform itself, with a token of the person's that no sandbox sees. Nothing throws but for an aborted signal: what
 * can't be done is a refusal with one sentence. Answers are hostile input: capped, and never trusted.
 */
export interface CodeHost {
  /** As settings name it: `github`, `gitea`. */
  readonly name: string
  /** Whether repositories at this URL are its. Pure. */
  matches(url: string): boolean
  /** Where its calls for a repository go, and with them the token. Pure. */
  apiOf(url: string): EgressTarget
  /** Asked for twice the same pull request is the first one: `existed`. */
  openPullRequest(wanted: PullRequestWanted, signal: AbortSignal): Promise<OpenedPullRequest | CodeHostRefusal>
  /** The open one from this branch into this base; null where there is none. */
  findPullRequest(
    wanted: Omit<PullRequestWanted, 'title' | 'body'>,
    signal: AbortSignal,
  ): Promise<PullRequest | CodeHostRefusal | null>
}

export type OpenedPullRequest = { readonly type: 'opened'; readonly existed: boolean; readonly request: PullRequest }

export type HostRequest = {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  /** The operator listed the host as one of their own network. */
  readonly allowPrivate: boolean
}

export type HostAnswer =
  /** `body` is capped; redirects are not followed. */
  | { readonly type: 'answered'; readonly status: number; readonly body: string }
  /** `why` in a few words, without the address. */
  | { readonly type: 'unreachable'; readonly why: string }

/** Connects to checked addresses alone, as a sandbox's way out does. Rejects only when `signal` aborts. */
export type GuardedFetch = (request: HostRequest, signal: AbortSignal) => Promise<HostAnswer>
