// Stopping, as every process of the platform does it: everything at once, one task, and whatever others say has to stop.
import { createStopLatch } from '../adapters/sandbox/stop-latch.ts'
import { code, escapeMarkdown } from '../core/conversation/markdown.ts'
import { namesOf } from '../core/conversation/names.ts'
import { shortId } from '../core/conversation/status-words.ts'
import { tellOwners } from '../core/conversation/tell-owners.ts'
import type { TellOwnersDeps } from '../core/conversation/tell-owners.ts'
import { oneLine } from '../core/conversation/visible.ts'
import type { MemberStore } from '../core/ports/member-store.ts'
import type { SandboxProvider } from '../core/ports/sandbox.ts'
import { keepStopped } from '../core/stop/panic.ts'
import type { StopDeps, StopNews } from '../core/stop/panic.ts'
import { panicRecord } from '../core/stop/panic-record.ts'
import { createStopSwitch } from '../core/stop/stop-switch.ts'
import type { StopSwitch } from '../core/stop/stop-switch.ts'
import { PLATFORM } from '../core/task/decide.ts'
import type { TaskId } from '../core/vocabulary/ids.ts'
import { isTerminal } from '../core/vocabulary/task.ts'
import type { Task } from '../core/vocabulary/task.ts'
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
  /** A sandbox tried to get out and was stopped: counted, logged, and owners are told. Never rejects. */
  readonly onEscape: (task: Task, detail: string) => Promise<void>
  /** No more listening. */
  readonly endStopping: () => void
}

const REQUEST_CHARACTERS = 80

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
  return {
    stop: createStopSwitch(stopDeps),
    keepStopped: () => keepStopped(stopDeps),
    onEscape: (task, detail) => onEscape(deps, task, detail),
    endStopping,
  }
}

async function onEscape(deps: Omit<Deps, 'dataDir'>, task: Task, detail: string): Promise<void> {
  deps.telemetry.count('sandbox_escapes_total')
  deps.telemetry.log('error', 'A sandbox tried to escape and was stopped', { task_id: task.id, detail })
  const request = code(oneLine(task.inputText, REQUEST_CHARACTERS))
  const markdown =
    `🚨 **A sandbox tried to get out and was stopped.** Task ${code(shortId(task.id))}: ${request}  \n` +
    `${escapeMarkdown(detail)}. Nothing got through; look at what it was asked to do before anything like it runs again.`
  try {
    // Its own log takes that no more once it is over.
    if (isTerminal(task.status)) await deps.recorder.record(PLATFORM, 'sandbox.escape', detail, {}, task.id)
    await tellOwners(deps, `escape/${task.id}`, markdown)
  } catch (error) {
    deps.telemetry.log('error', 'Owners could not be told of an escape', { task_id: task.id, error: messageOf(error) })
  }
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
