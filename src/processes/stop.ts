// Stopping, as every process of the platform does it: everything at once, one task, and whatever others say has to stop.
import { createStopLatch } from '../adapters/sandbox/stop-latch.ts'
import { escapeMarkdown } from '../core/conversation/markdown.ts'
import { namesOf } from '../core/conversation/names.ts'
import { tellOwners } from '../core/conversation/tell-owners.ts'
import type { TellOwnersDeps } from '../core/conversation/tell-owners.ts'
import type { MemberStore } from '../core/ports/member-store.ts'
import type { SandboxProvider } from '../core/ports/sandbox.ts'
import { keepStopped } from '../core/stop/panic.ts'
import type { StopDeps, StopNews } from '../core/stop/panic.ts'
import { panicRecord } from '../core/stop/panic-record.ts'
import { createStopSwitch } from '../core/stop/stop-switch.ts'
import type { StopSwitch } from '../core/stop/stop-switch.ts'
import type { TaskId } from '../core/vocabulary/ids.ts'
import { messageOf } from '../core/vocabulary/thrown.ts'

type Deps = Omit<StopDeps, 'latch' | 'tell' | 'sandboxes'> &
  TellOwnersDeps & {
    readonly members: MemberStore
    readonly sandboxes: SandboxProvider
    readonly dataDir: string
  }

export type Stopping = {
  readonly stop: StopSwitch
  /** See keepStopped. */
  readonly keepStopped: () => Promise<void>
  /** No more listening. */
  readonly endStopping: () => void
}

/** Ends sandboxes of this machine as soon as anybody stops their task, whatever the worker does that opened them. */
export function createStopping({ dataDir, ...deps }: Deps): Stopping {
  const latch = createStopLatch(dataDir)
  const { sandboxes, telemetry } = deps
  const stopDeps: StopDeps = { ...deps, latch, tell: (news) => tellOthers(deps, news) }

  async function kill(tasks: readonly TaskId[] | 'all'): Promise<void> {
    try {
      await sandboxes.kill(tasks)
    } catch (error) {
      telemetry.log('error', 'A sandbox that was to stop could not be ended', { error: messageOf(error) })
    }
  }

  /** A hint may come late: then nothing is stopped any more. */
  async function obey(): Promise<void> {
    try {
      if ((await latch.get()) === null && (await panicRecord(deps.memos)) === null) return
    } catch {
      // Who can't tell whether everything is to stop has just been told that it is.
    }
    await kill('all')
  }

  const endStopping = deps.signals.subscribe((signal) => {
    if (signal.type === 'abort') void kill([signal.taskId])
    if (signal.type === 'panic') void obey()
  })
  return { stop: createStopSwitch(stopDeps), keepStopped: () => keepStopped(stopDeps), endStopping }
}

/** Whoever did it has their own answer. */
async function tellOthers(deps: Deps | Omit<Deps, 'dataDir'>, { type, by, at }: StopNews): Promise<void> {
  const name = escapeMarkdown((await namesOf(deps.members, [by]))(by))
  const markdown =
    type === 'on'
      ? `🛑 **${name} stopped everything.** Nothing starts until somebody says /panic off.`
      : `▶️ **${name} let work go on.** What waited is taken up again; what was stopped stays stopped.`
  await tellOwners(deps, `panic/${at.toISOString()}/${type}`, markdown, { except: by })
}
