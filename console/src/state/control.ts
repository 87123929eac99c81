// What the API tells of control: who may do what, which secrets there are, what was done, as it is sent.
import type { AuditAction } from '../../../src/core/vocabulary/audit.ts'
import type { CredentialKind } from '../../../src/core/vocabulary/credential.ts'
import type { JsonObject } from '../../../src/core/vocabulary/json.ts'
import type {
  CommandClass,
  EgressRule,
  RuleCondition,
  Verdict,
  WorkPlace,
} from '../../../src/core/vocabulary/policy.ts'
import type { Principal, Scope } from '../../../src/core/vocabulary/principal.ts'

export type Role = Principal['role']
export const ROLES = ['owner', 'member', 'guest'] as const satisfies readonly Role[]

export type WireSession = {
  readonly user_id: string
  readonly role: Role
  readonly scopes: readonly Scope[]
  readonly expires_at: string
}

/** How one may sign in besides with a login address. */
export type WireWays = { readonly telegram: { readonly bot_id: string; readonly bot_username: string | null } | null }

export type WireAuditEntry = {
  readonly seq: number
  readonly at: string
  readonly actor: string
  readonly action: AuditAction
  readonly task_id: string | null
  readonly subject: string
  readonly data: JsonObject
  readonly hash: string
}
export type WireAuditCheck = {
  readonly ok: boolean
  readonly entries: number
  readonly head: { readonly seq: number; readonly hash: string } | null
  readonly problems: readonly { readonly seq: number; readonly problem: string }[]
  /** How many there are beyond those that are told. */
  readonly more_problems: number
  readonly warnings: readonly string[]
  /** The last entry whose seal is kept outside the database as well. */
  readonly anchored: { readonly seq: number; readonly at: string } | null
}
/** Empty texts ask for everything. */
export type AuditQuery = { readonly actor: string; readonly task: string; readonly action: string }

export type RuleOrigin = 'hard' | 'file' | 'default'
export type WireRule = {
  readonly id: string
  readonly verdict: Verdict
  readonly why: string
  readonly when: RuleCondition
  readonly people?: number
  readonly origin: RuleOrigin
}
export type WirePolicy = {
  readonly digest: string
  readonly file: string | null
  readonly rules: readonly WireRule[]
  readonly egress: readonly EgressRule[]
  readonly secrets: JsonObject
}
export type WireExplained = {
  readonly classes: readonly CommandClass[]
  readonly verdict: Verdict
  readonly rule: string
  readonly why: string
  readonly hosts?: readonly string[]
  readonly paths?: readonly string[]
  /** Of a line of several, each. */
  readonly commands?: readonly {
    readonly text: string
    readonly does: string
    readonly verdict: Verdict
    readonly rule: string
  }[]
}
export type Explainable = { readonly command: string; readonly where: WorkPlace }

export type WireSecret = {
  readonly name: string
  readonly owner: string | null
  readonly hosts: readonly string[]
  readonly version: number
  readonly created_by: string
  readonly created_at: string
  readonly rotated_at: string
  readonly last_used_at: string | null
  readonly age_days: number
  readonly state: 'fresh' | 'due' | 'overdue'
  readonly source: 'vault' | 'environment' | 'platform'
}
export type NewSecret = { readonly value: string; readonly hosts: readonly string[]; readonly owner: string | null }

export type WireCredential = {
  readonly id: string
  readonly kind: CredentialKind
  readonly user_id: string
  readonly role: Role
  readonly scopes: readonly Scope[]
  readonly label: string
  readonly issued_by: string
  readonly issued_at: string
  readonly expires_at: string
  readonly revoked_at: string | null
  readonly current: boolean
}
export type NewCredential = {
  readonly user_id?: string
  readonly role?: Role
  readonly scopes?: readonly Scope[]
  readonly ttl_seconds?: number
  readonly label?: string
}
export type WireIssued = WireCredential & { readonly token: string }

/** What a stop stopped. */
export type WireStopped = {
  readonly paused: boolean
  readonly stopped: readonly { readonly task_id: string; readonly input_text: string }[]
  readonly previews_closed: number
  readonly sandboxes_killed: number
  /** Until no process of a sandbox was left. */
  readonly kill_ms: number
  readonly problems: readonly string[]
}
