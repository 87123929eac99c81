// One run of one task, as the crew sees it: the journal, the models, the workshop and the limits, handed down as one value.
import type { TaskEvent } from '../vocabulary/event.ts'
import type { Message, Thread } from '../vocabulary/message.ts'
import type { UserId } from '../vocabulary/ids.ts'
import type { Act, Policy } from '../vocabulary/policy.ts'
import type { Refusal } from '../vocabulary/refusal.ts'
import type { Task } from '../vocabulary/task.ts'
import type { GatherDeps } from '../context/gather.ts'
import type { Archives } from '../ports/archives.ts'
import type { ImageBuilder } from '../ports/image-builder.ts'
import type { ArtifactStore } from '../ports/artifact-store.ts'
import type { CodeHost } from '../ports/code-host.ts'
import type { Clock } from '../ports/clock.ts'
import type { Ids } from '../ports/ids.ts'
import type { Ledger } from '../ports/ledger.ts'
import type { Models } from '../ports/models.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { Packing } from '../ports/packing.ts'
import type { Previews } from '../ports/previews.ts'
import type { SandboxLimits, SandboxProvider } from '../ports/sandbox.ts'
import type { SecretScanner } from '../ports/secret-scanner.ts'
import type { ShellReader } from '../ports/shell-reader.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { Templates } from '../ports/templates.ts'
import type { Workspaces } from '../ports/workspaces.ts'
import type { Worktrees } from '../ports/worktrees.ts'
import type { UsableSecret } from '../secrets/vault.ts'
import type { Request } from '../task/accept-request.ts'
import type { Journal } from '../task/journal.ts'
import type { TaskWriter } from '../task/task-writer.ts'
import type { AgentSlots } from './agent-slots.ts'
import type { Answers } from './answers.ts'
import type { Meter } from './meter.ts'
import type { TaskContext } from './task-context.ts'
import type { Crew } from './crew-registry.ts'
import type { PromptPack } from './prompt-pack.ts'
import type { CandidateFact } from './schemas.ts'

export type CrewLimits = {
  readonly turnsPerAgent: number
  /** For being told of: `agents` holds it. */
  readonly agentsAtOnce: number
  /** Rounds of healing in which a model is asked. */
  readonly repairRounds: number
  /** What all rounds of healing may take together. */
  readonly healMs: number
  readonly healTokens: number
  readonly reviewRounds: number
  readonly modelCallsPerTask: number
  readonly tokensPerTask: number
  readonly modelDeadlineMs: number
  readonly maxOutputTokens: number
  readonly commandMs: number
  /** What of the conversation, the memory and the knowledge a model is told at most. */
  readonly contextTokens: number
  readonly sandbox: SandboxLimits
}

/** Whether work that was asked for in plain words waits for an OK: always, where the router is in doubt, or never. */
export const CONFIRM_WORK = ['always', 'when_needed', 'never'] as const
export type ConfirmWork = (typeof CONFIRM_WORK)[number]

/** Where facts were found. */
export type Heard = { readonly thread: Thread; readonly message: Message; readonly task: Task }

export type CrewDeps = {
  readonly models: Models
  /** The recorded turns of a log, as models, for a replay. */
  readonly recordedModels: (log: readonly TaskEvent[]) => Models
  readonly crew: Crew
  readonly promptPack: PromptPack
  readonly gather: GatherDeps
  readonly ledger: Pick<Ledger, 'typical'>
  readonly confirmWork: ConfirmWork
  /** Makes a task of a further request. The same message again is the same task. */
  readonly accept: (request: Request) => Promise<{ readonly task: Task; readonly created: boolean } | Refusal>
  /** Proposes what the router found worth keeping. Called again with the same, it changes nothing. */
  readonly remember: (facts: readonly CandidateFact[], heard: Heard) => Promise<void>
  readonly sandboxes: SandboxProvider
  readonly workspaces: Workspaces
  readonly worktrees: Worktrees
  /** Shared by all tasks of the process. */
  readonly agents: AgentSlots
  readonly templates: Templates
  readonly packing: Packing
  readonly previews: Previews
  readonly archives: Archives
  /** Off unless the operator names an engine. */
  readonly images: ImageBuilder
  readonly codeHosts: readonly CodeHost[]
  readonly artifacts: ArtifactStore
  readonly objects: ObjectStore
  readonly clock: Clock
  readonly ids: Ids
  /** As it is in force now: read anew for every run. */
  readonly policy: () => Promise<Policy>
  readonly shell: ShellReader
  /** A stranger is a guest. */
  readonly roleOf: (userId: UserId) => Promise<Act['by']['role']>
  /** What the work of this person may use. */
  readonly secretsFor: (userId: UserId) => Promise<readonly UsableSecret[]>
  /** Everything that is kept, shown or sent goes by it. */
  readonly scanner: SecretScanner
  readonly telemetry: Telemetry
  readonly limits: CrewLimits
}

/** By which rules a run works, and for whom: the same from its beginning to its end. */
export type RunRules = { readonly policy: Policy; readonly by: Act['by']; readonly bot: string | null }

export type Run = CrewDeps & {
  readonly rules: RunRules
  readonly answers: Answers
  readonly isReplay: boolean
  /** The task as it was when the run began; `writer.task()` is as it is now. */
  readonly task: Task
  readonly writer: TaskWriter
  readonly journal: Journal
  /** The task's log as it is now, oldest first. */
  readonly log: () => Promise<readonly TaskEvent[]>
  readonly meter: Meter
  readonly context: TaskContext
  /** Aborts when the task is to stop: a person's abort, a lost lease, a shutdown. */
  readonly signal: AbortSignal
}
