// One run of one task, as the crew sees it: the journal, the models, the workshop and the limits, handed down as one value.
import type { TaskEvent } from '../vocabulary/event.ts'
import type { Task } from '../vocabulary/task.ts'
import type { ArtifactStore } from '../ports/artifact-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { Ids } from '../ports/ids.ts'
import type { Models } from '../ports/models.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { Previews } from '../ports/previews.ts'
import type { SandboxLimits, SandboxProvider } from '../ports/sandbox.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { Workspaces } from '../ports/workspaces.ts'
import type { Journal } from '../task/journal.ts'
import type { TaskWriter } from '../task/task-writer.ts'
import type { Meter } from './meter.ts'
import type { Prompts } from './prompts.ts'

export type CrewLimits = {
  readonly turnsPerAgent: number
  readonly repairRounds: number
  readonly reviewRounds: number
  readonly modelCallsPerTask: number
  readonly tokensPerTask: number
  readonly modelDeadlineMs: number
  readonly maxOutputTokens: number
  readonly commandMs: number
  readonly sandbox: SandboxLimits
}

export type CrewDeps = {
  readonly models: Models
  /** The recorded turns of a log, as models, for a replay. */
  readonly recordedModels: (log: readonly TaskEvent[]) => Models
  readonly prompts: Prompts
  readonly sandboxes: SandboxProvider
  readonly workspaces: Workspaces
  readonly previews: Previews
  readonly artifacts: ArtifactStore
  readonly objects: ObjectStore
  readonly clock: Clock
  readonly ids: Ids
  readonly telemetry: Telemetry
  readonly limits: CrewLimits
}

export type Run = CrewDeps & {
  /** The task as it was when the run began; `writer.task()` is as it is now. */
  readonly task: Task
  readonly writer: TaskWriter
  readonly journal: Journal
  readonly meter: Meter
  /** Aborts when the task is to stop: a person's abort, a lost lease, a shutdown. */
  readonly signal: AbortSignal
}
