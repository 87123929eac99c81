// What the conversation needs of the rest: the log of tasks, the stores of chats, and the settings of its operator.
import type { ActionStore } from '../ports/action-store.ts'
import type { ArtifactStore } from '../ports/artifact-store.ts'
import type { AuditRecorder } from '../ports/audit-log.ts'
import type { CardStore } from '../ports/card-store.ts'
import type { ChatFiles } from '../ports/chat-files.ts'
import type { FactStore } from '../ports/fact-store.ts'
import type { IdentityStore } from '../ports/identity-store.ts'
import type { MemoryFiles } from '../ports/memory-files.ts'
import type { RequestSettings } from '../access/requests.ts'
import type { GatherDeps } from '../context/gather.ts'
import type { ChatStore, Verbosity } from '../ports/chat-store.ts'
import type { ConversationStore } from '../ports/conversation-store.ts'
import type { Ledger } from '../ports/ledger.ts'
import type { MemberStore } from '../ports/member-store.ts'
import type { Messenger } from '../ports/messenger.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { Outbox } from '../ports/outbox.ts'
import type { RateLimits } from '../ports/rate-limits.ts'
import type { StandingApprovals } from '../ports/standing-approvals.ts'
import type { TaskQueue } from '../ports/task-queue.ts'
import type { ReadFileDeps } from '../reading/read-file.ts'
import type { StopSwitch } from '../stop/stop-switch.ts'
import type { AcceptDeps } from '../task/accept-request.ts'
import type { TaskId, UserId } from '../vocabulary/ids.ts'

export type ConversationDeps = AcceptDeps & {
  readonly outbox: Outbox
  readonly cards: CardStore
  readonly chats: ChatStore
  readonly actions: ActionStore
  readonly members: MemberStore
  readonly recorder: AuditRecorder
  readonly standing: StandingApprovals
  readonly conversations: ConversationStore
  readonly facts: FactStore
  readonly memoryFiles: MemoryFiles
  readonly identities: IdentityStore
  /** For what is shown of the context. */
  readonly lookUp: GatherDeps['lookUp']
  readonly artifacts: ArtifactStore
  readonly objects: ObjectStore
  readonly ledger: Ledger
  readonly queue: TaskQueue
  readonly files: ChatFiles
  /** What files say is found out by these. */
  readonly models: ReadFileDeps['models']
  readonly readers: ReadFileDeps['readers']
  /** For each model that hears or sees. */
  readonly modelDeadlineMs?: number
  /** Reading is given up then, and done again when the message is worked on again. */
  readonly stopping?: AbortSignal
  readonly messenger: Messenger
  /** Stops everything at once. */
  readonly stop: StopSwitch
  /** How often people may ask for work; absent where nobody counts. */
  readonly requests?: { readonly rates: RateLimits; readonly settings: RequestSettings }
  /** A one-time link into the console; `onlyHere` where it opens on this machine alone. Absent where there is no console. */
  readonly consoleLogin?: (userId: UserId) => Promise<{ readonly url: string; readonly onlyHere: boolean }>
  /** Closes what a task that is over left open. */
  readonly closePreviews: (taskId: TaskId) => Promise<unknown>
  /** Uses up a one-time owner link's code; false when it is unknown, used or expired, or somebody owns the bots already. */
  readonly claimOwnership: (code: string) => Promise<boolean>
  readonly settings: ConversationSettings
}

export type ConversationSettings = {
  /** Who is an owner by configuration. */
  readonly owners: readonly UserId[]
  readonly verbosity: Verbosity
  /** Whether people stop their own tasks; otherwise owners alone stop any. True unless said otherwise. */
  readonly requesterAbort?: boolean
  /** Say nothing but what the agents answer. */
  readonly onlyAgentOutput: boolean
  /** Messages that are older than this when they arrive are asked about instead of acted on. */
  readonly staleMs: number
  /** Work that is asked for in plain words may wait for an OK: what was understood is then the first that is said of it. */
  readonly proposes: boolean
  /** Of what is told to models beside a request, in tokens. */
  readonly contextTokens: number
  /** Where a person on the machine finds the files of the memory; for owners. */
  readonly memoryFolder: string
  /** Show drafts of answers in direct chats while agents write. */
  readonly drafts: boolean
}
