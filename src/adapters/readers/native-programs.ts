// Programs of the system that read what they are given, run in a sandbox: files come from anybody, and such programs break.
import type { CommandResult, SandboxLimits, SandboxProvider } from '../../core/ports/sandbox.ts'
import { SandboxGone } from '../../core/ports/sandbox.ts'
import type { TaskId } from '../../core/vocabulary/ids.ts'

export type NativeDeps = {
  readonly sandboxes: SandboxProvider
  /** A workspace that nothing else uses. */
  readonly newWorkspace: () => TaskId
  /** Removes it when the file has been read. */
  readonly removeWorkspace: (workspace: TaskId) => Promise<void>
}

export type NativeRun = {
  readonly bytes: Uint8Array
  /** A shell command; the file lies beside it as `in`. It reads nothing else of the host but its programs. */
  readonly command: string
  readonly timeoutMs: number
}

export type NativeOutcome =
  | { readonly type: 'ran'; readonly result: CommandResult }
  /** There is no sandbox, so nothing is run. */
  | { readonly type: 'refused' }
  /** It took more time, memory or disk than it may. */
  | { readonly type: 'too_much' }

export const NO_SANDBOX =
  'Files are read by programs of this machine only inside a sandbox, and there is none: run `factotum doctor` to see why, or set a model key.'

const LIMITS: SandboxLimits = { memoryBytes: 768 * 1024 ** 2, processes: 64, diskBytes: 256 * 1024 ** 2 }
const OUTPUT_BYTES = 1_000_000

/** Rejects only when the machine fails: no file can make it. */
export async function runNative(deps: NativeDeps, run: NativeRun, signal: AbortSignal): Promise<NativeOutcome> {
  if ((await deps.sandboxes.probe()).level === 'L0') return { type: 'refused' }
  const workspace = deps.newWorkspace()
  try {
    const sandbox = await deps.sandboxes.open(workspace, LIMITS)
    try {
      const written = await sandbox.writeFile('in', run.bytes)
      if (written.type === 'refused') return { type: 'too_much' }
      const result = await sandbox.exec(
        { command: run.command, cwd: '.', env: {}, timeoutMs: run.timeoutMs, maxOutputBytes: OUTPUT_BYTES },
        signal,
      )
      return result.timedOut ? { type: 'too_much' } : { type: 'ran', result }
    } catch (error) {
      if (error instanceof SandboxGone) return { type: 'too_much' }
      throw error
    } finally {
      await sandbox.close()
    }
  } finally {
    await deps.removeWorkspace(workspace)
  }
}
