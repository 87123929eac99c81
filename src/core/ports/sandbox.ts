// Where untrusted commands run. Implemented by adapters/sandbox; every implementation passes test/contract/sandbox.ts and sandbox-egress.ts.
// Everything that comes out of a sandbox is hostile input: sizes are capped and contents are never trusted.
import type { EgressReport, EgressTarget, EgressVerdict } from '../vocabulary/egress.ts'
import type { TaskId, WorktreeId } from '../vocabulary/ids.ts'

/** L3 microVM, L2 user-space kernel, L1 namespaces + seccomp (shares the host kernel), L0 nothing. */
export type SandboxLevel = 'L3' | 'L2' | 'L1' | 'L0'

export type SandboxReport = {
  readonly level: SandboxLevel
  /** e.g. `bubblewrap 0.8.0`. */
  readonly backend: string
  /** What was probed: each with whether it holds and, where not, what to do. */
  readonly findings: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[]
}

export type SandboxLimits = {
  readonly memoryBytes: number
  readonly processes: number
  /** Of the whole workspace; exceeding it ends the sandbox with `reason: 'disk'`. */
  readonly diskBytes: number
}

export type SandboxCommand = {
  /** Run by /bin/sh -c inside. */
  readonly command: string
  /** Relative to the workspace. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** Of stdout and stderr each; what lies beyond is dropped from the middle and counted. */
  readonly maxOutputBytes: number
}

export type CommandResult = {
  /** Null when a signal or the timeout ended it. */
  readonly exitCode: number | null
  readonly signal: string | null
  readonly timedOut: boolean
  readonly stdout: string
  readonly stderr: string
  readonly truncatedBytes: number
  readonly durationMs: number
  /** True where it did not end well and something in the sandbox was killed for want of memory meanwhile. */
  readonly outOfMemory?: boolean
}

export type ServeCommand = {
  readonly command: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly port: number
  /** How long it may take until something listens on `port`. */
  readonly readyTimeoutMs: number
}

/** A long-running process that listens. `output` is the end of what it printed, at most 16,000 characters. */
export type ServedProcess =
  | { readonly type: 'listening'; readonly processId: string; readonly port: number; readonly output: string }
  | { readonly type: 'failed'; readonly exitCode: number | null; readonly output: string; readonly reason: string }

export type DirectoryEntry = {
  readonly path: string
  readonly type: 'file' | 'directory' | 'link'
  readonly bytes: number
}

/** An expected "no" of a file operation. */
export type FileRefusal = {
  readonly type: 'refused'
  readonly reason: 'not_found' | 'not_a_file' | 'too_large' | 'outside_workspace' | 'no_space' | 'denied'
}

export type SandboxEnd = {
  readonly reason: 'closed' | 'memory' | 'disk' | 'escape' | 'crashed'
  readonly detail: string
}

/** A secret as a sandbox knows it: `placeholder` in its environment under `name`. The value is asked for when it is needed, outside. */
export type SandboxSecret = {
  readonly name: string
  /** Unguessable, of this sandbox alone. */
  readonly placeholder: string
  /** The only hosts at which the placeholder becomes the value, as in an EgressRule. */
  readonly hosts: readonly string[]
  /** The value for this host, now; null where it may not be used: the request is refused then. */
  readonly valueFor: (target: EgressTarget) => Promise<string | null>
}

/** What a sandbox may reach. Everything that is not allowed here does not leave it. */
export type SandboxEgress = {
  /** Asked at every connection. Must not throw. */
  readonly decide: (target: EgressTarget) => EgressVerdict
  /** Told of every connection once it is over or refused. Must not throw. */
  readonly report: (report: EgressReport) => void
  readonly secrets: readonly SandboxSecret[]
}

/**
 * One persistent, isolated place with one worktree at /workspace: no network but what its egress allows, no secrets, no other worktree's
 * files.
 * Calls may run side by side. After the sandbox ended every call throws SandboxGone.
 */
export interface Sandbox {
  readonly level: SandboxLevel
  /** Resolves once, when it is over, however that came about. Never rejects. */
  readonly ended: Promise<SandboxEnd>
  /** Kills the command's whole process group when `signal` aborts or the time is up. `onOutput` gets text as it comes, capped like the result. */
  exec(command: SandboxCommand, signal: AbortSignal, onOutput?: (text: string) => void): Promise<CommandResult>
  /** Starts a process that stays, and waits until it listens. Serving a port again stops the process that held it. */
  serve(command: ServeCommand, signal: AbortSignal): Promise<ServedProcess>
  /** `path` is relative to the workspace; links that lead out of it are refused by construction (the read happens inside). */
  readFile(path: string, maxBytes: number): Promise<Uint8Array | FileRefusal>
  /** Makes missing folders. Replaces the whole file. */
  writeFile(path: string, bytes: Uint8Array): Promise<{ readonly type: 'written' } | FileRefusal>
  /** Depth-first, at most `limit` entries, without `.git` and `node_modules`. */
  list(path: string, limit: number): Promise<readonly DirectoryEntry[] | FileRefusal>
  /** A unix socket on the host that leads to 127.0.0.1:port inside. The socket is outside of anything the sandbox can reach. */
  openPort(port: number): Promise<string>
  /** Kills every process in it; resolves when none is left, within a second. Idempotent. */
  close(): Promise<void>
}

export class SandboxGone extends Error {
  readonly end: SandboxEnd
  constructor(end: SandboxEnd) {
    super(`The sandbox is gone (${end.reason}): ${end.detail}`)
    this.name = 'SandboxGone'
    this.end = end
  }
}

export interface SandboxProvider {
  /** Looks at what this machine can do; kept when it is enough, looked at again after a minute when it is not. Never throws. */
  probe(): Promise<SandboxReport>
  /**
   * First ends whatever sandbox over this worktree still runs on this machine, so that two never work on the same files; for a task's own
   * files also those over its branches.
   * Throws an Error with one clear sentence when the level is below L1: nothing ever runs bare. Without `egress` nothing leaves it.
   */
  open(worktree: WorktreeId, limits: SandboxLimits, egress?: SandboxEgress): Promise<Sandbox>
  /**
   * Kills the sandboxes of these tasks, over whichever worktree, on this machine, or all of them, whichever process opened them and whatever that process does
   * just now; resolves within a second, when none of their processes is left. Returns the tasks that had one.
   */
  kill(taskIds: readonly TaskId[] | 'all'): Promise<readonly TaskId[]>
}
