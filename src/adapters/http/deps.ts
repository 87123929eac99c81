// What the HTTP interface is given: the core's functions, the ports it reads from, and its part of the configuration.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { TaskEvent, TaskEventBody } from '../../core/vocabulary/event.ts'
import type { keepRule } from '../../core/approval/standing.ts'
import type { ApprovalId, MessageId, TaskId, UserId } from '../../core/vocabulary/ids.ts'
import type { JsonObject } from '../../core/vocabulary/json.ts'
import type { KnowledgeHit, KnowledgeSource, SourceKind } from '../../core/vocabulary/knowledge.ts'
import type { MemoryScope } from '../../core/vocabulary/memory.ts'
import type { Message } from '../../core/vocabulary/message.ts'
import type { Refusal } from '../../core/vocabulary/refusal.ts'
import type { Task } from '../../core/vocabulary/task.ts'
import type { Policy } from '../../core/vocabulary/policy.ts'
import type { ModelLabel, ModelTier } from '../../core/vocabulary/usage.ts'
import type { AuditAnchor, AuditLog, AuditRecorder } from '../../core/ports/audit-log.ts'
import type { AccessStore } from '../../core/ports/access-store.ts'
import type { Artifact, ArtifactStore } from '../../core/ports/artifact-store.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { ConversationStore } from '../../core/ports/conversation-store.ts'
import type { CredentialStore } from '../../core/ports/credential-store.ts'
import type { FactStore } from '../../core/ports/fact-store.ts'
import type { IdentityStore } from '../../core/ports/identity-store.ts'
import type { Ids } from '../../core/ports/ids.ts'
import type { KnowledgeStore } from '../../core/ports/knowledge-store.ts'
import type { Ledger } from '../../core/ports/ledger.ts'
import type { MemberStore } from '../../core/ports/member-store.ts'
import type { MemoryFiles } from '../../core/ports/memory-files.ts'
import type { ObjectStore } from '../../core/ports/object-store.ts'
import type { Erased, PersonRecord } from '../../core/ports/person-data.ts'
import type { RateLimits } from '../../core/ports/rate-limits.ts'
import type { SandboxLimits, SandboxReport } from '../../core/ports/sandbox.ts'
import type { ShellReader } from '../../core/ports/shell-reader.ts'
import type { HeldClaim, TaskQueue } from '../../core/ports/task-queue.ts'
import type { TaskSignals } from '../../core/ports/task-signals.ts'
import type { TaskStore } from '../../core/ports/task-store.ts'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import type { Templates } from '../../core/ports/templates.ts'
import type { ContextPack } from '../../core/context/context-pack.ts'
import type { ContextQuery } from '../../core/context/gather.ts'
import type { GivenSecret, SecretRefusal } from '../../core/secrets/vault.ts'
import type { SecretEntry } from '../../core/secrets/watch-ages.ts'
import type { KeptFile, ReadFiles } from '../../core/conversation/read-artifacts.ts'
import type { Taken, Words } from '../../core/conversation/take-words.ts'
import type { Request as TaskRequest } from '../../core/task/accept-request.ts'
import type { AskedDelivery } from '../../core/task/accept-delivery.ts'
import type { StopSwitch } from '../../core/stop/stop-switch.ts'
import type { TaskCommand } from '../../core/task/decide.ts'
import type { RequestSettings } from '../../core/access/requests.ts'
import type { AuthConfig } from './authenticate.ts'

/** What the platform says of itself; shown to whoever signed in. */
export type PlatformReport = {
  readonly version: string
  readonly sandbox: SandboxReport | null
  readonly models: Readonly<Record<ModelTier, ModelLabel>>
  readonly limits: {
    readonly requests: RequestSettings
    readonly inputCharacters: number
    readonly commandMs: number
    readonly sandbox: SandboxLimits
  }
}

/** Answers requests for previews that are told apart by host name. False: not a preview's, handle it yourself. */
export type PreviewHosts = {
  /** Where they are, as a source of a content security policy: the console may show them in a frame. */
  readonly origin: string
  readonly handleHost: (request: IncomingMessage, response: ServerResponse) => boolean
  readonly handleHostUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean
}

/** What chat interfaces bring to us of their own accord. */
export type Webhooks = {
  readonly knows: (opaque: string) => boolean
  /** Resolves `accepted` once the update is durable; the same one again is accepted again and changes nothing. */
  readonly receive: (
    opaque: string,
    secret: string | null,
    update: JsonObject,
  ) => Promise<'accepted' | 'unknown' | 'refused'>
}

/** How one of our bots is doing, as the process that runs it said last. */
export type BotReport = {
  readonly bot: string
  readonly username: string | null
  readonly mode: 'poll' | 'webhook'
  readonly state: string
  /** What is wrong and what to do, one sentence; what it does otherwise. */
  readonly detail: string
  readonly last_update_at: string | null
  /** Arrived and not worked off. */
  readonly inbox: number
  /** Given up after too many tries. */
  readonly set_aside: number
  /** To be sent. */
  readonly outbox: number
  /** May or may not have arrived. */
  readonly ambiguous: number
  readonly process: string
}

export type GivenSource = {
  readonly scope: MemoryScope
  readonly kind: SourceKind
  readonly title: string
  /** The same within a scope again replaces what was there. */
  readonly uri: string
  readonly text: string
  readonly by: UserId
}

/** Why something is not kept, one sentence. */
export type Unwanted = { readonly type: 'invalid'; readonly problem: string }

/** Everything that is kept of a person, in every store. */
export type People = {
  readonly records: (userId: UserId) => AsyncIterable<PersonRecord>
  readonly erase: (userId: UserId, by: UserId) => Promise<Erased | { readonly type: 'busy'; readonly tasks: number }>
}

/** Nothing in it gives a value out. */
export type SecretKeeper = {
  readonly list: () => Promise<readonly SecretEntry[]>
  readonly set: (
    given: GivenSecret,
    by: UserId,
  ) => Promise<{ readonly type: 'kept'; readonly created: boolean; readonly entry: SecretEntry } | SecretRefusal>
  /** False where there is none. */
  readonly remove: (name: string, by: UserId) => Promise<boolean>
}

export type HttpDeps = {
  readonly acceptRequest: (
    request: TaskRequest,
  ) => Promise<{ readonly task: Task; readonly created: boolean } | Refusal>
  /** See core/task/accept-delivery.ts. */
  readonly acceptDelivery: (
    request: AskedDelivery,
  ) => Promise<{ readonly task: Task; readonly created: boolean } | Refusal>
  readonly applyCommand: (taskId: TaskId, command: TaskCommand) => Promise<Task | Refusal>
  /** See core/approval/standing.ts. */
  readonly keepRule: (task: Task, approvalId: ApprovalId, by: UserId) => ReturnType<typeof keepRule>
  readonly appendUnderClaim: (claim: HeldClaim, bodies: readonly TaskEventBody[]) => Promise<Task | Refusal>
  readonly appendFromOutside: (taskId: TaskId, bodies: readonly TaskEventBody[]) => Promise<Task | Refusal>
  readonly followLog: (taskId: TaskId, after: number, signal: AbortSignal) => AsyncIterable<TaskEvent>
  readonly store: TaskStore
  readonly queue: TaskQueue
  readonly stop: StopSwitch
  readonly signals: TaskSignals
  readonly artifacts: ArtifactStore
  readonly objects: ObjectStore
  readonly access: AccessStore
  readonly credentials: CredentialStore
  readonly members: MemberStore
  readonly rates: RateLimits
  readonly recorder: AuditRecorder
  readonly audit: AuditLog
  readonly auditAnchor: AuditAnchor
  readonly conversations: ConversationStore
  readonly takeWords: (words: Words, heard: Message) => Promise<Taken | Refusal>
  readonly readArtifacts: (messageId: MessageId, files: readonly KeptFile[]) => Promise<ReadFiles>
  readonly giveToTask: (task: Task, artifacts: readonly Artifact[]) => Promise<void>
  readonly contextOf: (query: ContextQuery) => Promise<ContextPack>
  readonly limits: { readonly inputCharacters: number }
  readonly facts: FactStore
  readonly memoryFiles: MemoryFiles
  readonly identities: IdentityStore
  readonly knowledge: KnowledgeStore
  readonly addKnowledge: (given: GivenSource) => Promise<KnowledgeSource | Unwanted>
  readonly lookUp: (scopes: readonly MemoryScope[], words: string, limit: number) => Promise<readonly KnowledgeHit[]>
  readonly people: People
  readonly secretKeeper: SecretKeeper
  /** As it is in force now. Throws an Error that says what is wrong with the file. */
  readonly policy: () => Promise<Policy>
  /** Null where there is none. */
  readonly policyFile: () => Promise<string | null>
  readonly shell: ShellReader
  readonly templates: Templates
  readonly ledger: Ledger
  readonly clock: Clock
  readonly ids: Ids
  readonly telemetry: Telemetry
  readonly platform: () => Promise<PlatformReport>
  /** In the text format of Prometheus. */
  readonly metrics: () => Promise<string>
  readonly previewHosts: PreviewHosts | null
  /** Null when no interface calls us. */
  readonly webhooks: Webhooks | null
  readonly bots: () => Promise<readonly BotReport[]>
}

export type HttpConfig = AuthConfig & {
  /** 0 takes a free one. */
  readonly port: number
  /** Who is an owner by configuration; others may be by record. */
  readonly owners: readonly string[]
  /** Our bots' tokens: what Telegram says of a person is signed with one of them. Empty where there are no bots. */
  readonly telegramTokens: readonly string[]
  readonly requests: RequestSettings
  /** Whether people stop their own tasks, or owners alone stop any. */
  readonly requesterAbort: boolean
  /** Where the built console is; null when there is none. */
  readonly consoleDirectory: string | null
  readonly limits: HttpLimits
}

export type HttpLimits = {
  readonly jsonBytes: number
  readonly workerBytes: number
  readonly uploadBytes: number
  readonly sockets: number
  /** How often to look at the store behind a WebSocket without being told to. */
  readonly pollMs: number
  /** How often a WebSocket is asked whether it is still there; it may stay silent for one round. */
  readonly pingMs: number
}

export const HTTP_LIMITS: HttpLimits = {
  jsonBytes: 1_000_000,
  workerBytes: 8_000_000,
  uploadBytes: 50 * 1024 * 1024,
  sockets: 1_000,
  pollMs: 1_000,
  pingMs: 20_000,
}
