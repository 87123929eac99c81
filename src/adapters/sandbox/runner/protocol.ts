// What the host and the runner say to each other: one JSON object a line. Types only, because the runner takes no module
// along that it does not need. The host trusts nothing of what comes back (see runner-replies.ts).

export type RunnerConfig = {
  /** File descriptors of listening sockets, one for each port that may be opened. */
  readonly portSockets: readonly number[]
  /** What all commands together may hold, where no cgroup sees to it; null otherwise. */
  readonly watchMemoryBytes: number | null
  /** The unix socket that leads out; null where nothing does. */
  readonly egressSocket: string | null
}

export type StartRequest = {
  readonly command: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

export type RunnerRequest =
  | ({
      readonly op: 'exec'
      readonly id: number
      readonly timeoutMs: number
      readonly maxOutputBytes: number
    } & StartRequest)
  | ({
      readonly op: 'serve'
      readonly id: number
      readonly port: number
      readonly readyTimeoutMs: number
    } & StartRequest)
  | { readonly op: 'cancel'; readonly id: number }
  | { readonly op: 'read'; readonly id: number; readonly path: string; readonly maxBytes: number }
  /** A file in several requests with the same id, in order; `data` is base64. */
  | { readonly op: 'write'; readonly id: number; readonly path: string; readonly data: string; readonly last: boolean }
  | { readonly op: 'list'; readonly id: number; readonly path: string; readonly limit: number }
  | { readonly op: 'open'; readonly id: number; readonly slot: number; readonly port: number }

export type StreamName = 'stdout' | 'stderr'
export type RefusalReason = 'not_found' | 'not_a_file' | 'too_large' | 'outside_workspace' | 'no_space' | 'denied'

export type RunnerReply =
  | { readonly type: 'ready' }
  /** The system call filter killed something that was serving; unasked. */
  | { readonly type: 'filtered' }
  /** Of the whole workspace, unasked. */
  | { readonly type: 'disk'; readonly bytes: number }
  /** As it comes, until the cap; base64. */
  | { readonly type: 'output'; readonly id: number; readonly stream: StreamName; readonly data: string }
  /** The end of a stream that went over the cap, in pieces; base64. */
  | { readonly type: 'tail'; readonly id: number; readonly stream: StreamName; readonly data: string }
  | {
      readonly type: 'exit'
      readonly id: number
      readonly exitCode: number | null
      readonly signal: string | null
      readonly timedOut: boolean
      readonly stdoutBytes: number
      readonly stderrBytes: number
      readonly durationMs: number
    }
  | { readonly type: 'listening'; readonly id: number; readonly processId: string; readonly output: string }
  | {
      readonly type: 'not-listening'
      readonly id: number
      readonly exitCode: number | null
      readonly signal: string | null
      readonly output: string
      readonly reason: string
    }
  | { readonly type: 'data'; readonly id: number; readonly data: string }
  | { readonly type: 'entries'; readonly id: number; readonly entries: readonly RunnerEntry[] }
  | { readonly type: 'done'; readonly id: number }
  | { readonly type: 'refused'; readonly id: number; readonly reason: RefusalReason }
  | { readonly type: 'broken'; readonly id: number; readonly message: string }

export type RunnerEntry = {
  readonly path: string
  readonly type: 'file' | 'directory' | 'link'
  readonly bytes: number
}
