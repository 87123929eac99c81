// Everything that is kept in PostgreSQL, behind one call: migrated, connected, listening.
import type { AccessStore } from '../../core/ports/access-store.ts'
import type { ActionStore } from '../../core/ports/action-store.ts'
import type { ArtifactStore } from '../../core/ports/artifact-store.ts'
import type { AuditLog } from '../../core/ports/audit-log.ts'
import type { CardStore } from '../../core/ports/card-store.ts'
import type { ChatStore } from '../../core/ports/chat-store.ts'
import type { ConversationStore } from '../../core/ports/conversation-store.ts'
import type { CredentialStore } from '../../core/ports/credential-store.ts'
import type { FactStore } from '../../core/ports/fact-store.ts'
import type { IdentityStore } from '../../core/ports/identity-store.ts'
import type { Inbox } from '../../core/ports/inbox.ts'
import type { KnowledgeStore } from '../../core/ports/knowledge-store.ts'
import type { Leases } from '../../core/ports/leases.ts'
import type { Ledger } from '../../core/ports/ledger.ts'
import type { MemberStore } from '../../core/ports/member-store.ts'
import type { MemoStore } from '../../core/ports/memo-store.ts'
import type { Outbox } from '../../core/ports/outbox.ts'
import type { PersonData } from '../../core/ports/person-data.ts'
import type { PreviewStore } from '../../core/ports/preview-store.ts'
import type { PromptCache } from '../../core/ports/prompt-cache.ts'
import type { RateLimits } from '../../core/ports/rate-limits.ts'
import type { SecretStore } from '../../core/ports/secret-store.ts'
import type { StandingApprovals } from '../../core/ports/standing-approvals.ts'
import type { TaskQueue } from '../../core/ports/task-queue.ts'
import type { TaskSignals } from '../../core/ports/task-signals.ts'
import type { TaskStore } from '../../core/ports/task-store.ts'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import { createPostgresAccessStore } from './access-store.ts'
import { createPostgresActionStore } from './action-store.ts'
import { createPostgresArtifactStore } from './artifact-store.ts'
import { createPostgresAuditLog } from './audit-log.ts'
import { createPostgresCardStore } from './card-store.ts'
import { createPostgresChatStore } from './chat-store.ts'
import { createPostgresConversationStore } from './conversation-store.ts'
import { createPostgresCredentialStore } from './credential-store.ts'
import { createPostgresFactStore } from './fact-store.ts'
import { createPostgresIdentityStore } from './identity-store.ts'
import { createPostgresInbox } from './inbox.ts'
import { createPostgresKnowledgeStore } from './knowledge-store.ts'
import { createPostgresLeases } from './leases.ts'
import { createPostgresLedger } from './ledger.ts'
import { createPostgresMemberStore } from './member-store.ts'
import { createPostgresMemoStore } from './memo-store.ts'
import { migrate } from './migrate.ts'
import { createPostgresOutbox } from './outbox.ts'
import { createDatabase } from './pool.ts'
import type { Connection } from './pool.ts'
import { createPostgresPersonData } from './person-data.ts'
import { createPostgresPreviewStore } from './preview-store.ts'
import { createPostgresPromptCache } from './prompt-cache.ts'
import { createPostgresRateLimits } from './rate-limits.ts'
import { createPostgresSecretStore } from './secret-store.ts'
import { createPostgresStandingApprovals } from './standing-approvals.ts'
import { createPostgresTaskQueue } from './task-queue.ts'
import { createPostgresTaskSignals } from './task-signals.ts'
import { createPostgresTaskStore } from './task-store.ts'

export type PostgresStores = {
  readonly store: TaskStore
  readonly queue: TaskQueue
  readonly signals: TaskSignals
  readonly ledger: Ledger
  readonly conversations: ConversationStore
  readonly artifacts: ArtifactStore
  readonly previewStore: PreviewStore
  readonly access: AccessStore
  readonly credentials: CredentialStore
  readonly rates: RateLimits
  readonly promptCache: PromptCache
  readonly inbox: Inbox
  readonly outbox: Outbox
  readonly leases: Leases
  readonly chats: ChatStore
  readonly cards: CardStore
  readonly actions: ActionStore
  readonly members: MemberStore
  readonly standing: StandingApprovals
  readonly memos: MemoStore
  readonly facts: FactStore
  readonly identities: IdentityStore
  readonly knowledge: KnowledgeStore
  readonly personData: PersonData
  readonly secrets: SecretStore
  readonly audit: AuditLog
  /** True when the database answers: for readiness. Never throws. */
  readonly isReady: () => Promise<boolean>
  /** Waits for what is under way, then lets go of every connection. Idempotent. */
  readonly close: () => Promise<void>
}

export type ConnectDeps = {
  readonly connection: Connection
  readonly log: Telemetry['log']
  /** Connections besides the one for signals. */
  readonly poolSize?: number
}

const POOL_SIZE = 8

/** Throws Error with one clear sentence when the server can't be reached, is no PostgreSQL 15 or newer, or refuses a migration. */
export async function connectPostgres({ connection, log, poolSize }: ConnectDeps): Promise<PostgresStores> {
  const applied = await migrate(connection)
  if (applied.length > 0) log('info', 'The database schema was brought up to date', { migrations: applied })
  const database = createDatabase({ connection, log, size: poolSize ?? POOL_SIZE })
  const signals = createPostgresTaskSignals({ connection, log })
  try {
    await signals.open()
  } catch (error) {
    await database.close()
    throw error
  }
  let closed: Promise<void> | null = null
  return {
    store: createPostgresTaskStore({ database }),
    queue: createPostgresTaskQueue({ database }),
    signals,
    ledger: createPostgresLedger({ database }),
    conversations: createPostgresConversationStore({ database }),
    artifacts: createPostgresArtifactStore({ database }),
    previewStore: createPostgresPreviewStore({ database }),
    access: createPostgresAccessStore({ database }),
    credentials: createPostgresCredentialStore({ database }),
    rates: createPostgresRateLimits({ database }),
    promptCache: createPostgresPromptCache({ database }),
    inbox: createPostgresInbox({ database }),
    outbox: createPostgresOutbox({ database }),
    leases: createPostgresLeases({ database }),
    chats: createPostgresChatStore({ database }),
    cards: createPostgresCardStore({ database }),
    actions: createPostgresActionStore({ database }),
    members: createPostgresMemberStore({ database }),
    standing: createPostgresStandingApprovals({ database }),
    memos: createPostgresMemoStore({ database }),
    facts: createPostgresFactStore({ database }),
    identities: createPostgresIdentityStore({ database }),
    knowledge: createPostgresKnowledgeStore({ database, log }),
    personData: createPostgresPersonData({ database }),
    secrets: createPostgresSecretStore({ database }),
    audit: createPostgresAuditLog({ database }),
    isReady: () =>
      database.run({ name: 'ready', text: 'select 1' }, []).then(
        () => true,
        () => false,
      ),
    close: () => {
      closed ??= Promise.all([signals.close(), database.close()]).then(() => undefined)
      return closed
    },
  }
}
