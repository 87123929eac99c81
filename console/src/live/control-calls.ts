// What the console asks of the API about control: sessions, credentials, the audit log, the policy, secrets, the stop.
import { auditPath } from '../state/audit-view.ts'
import type {
  AuditQuery,
  Explainable,
  NewCredential,
  NewSecret,
  WireAuditCheck,
  WireAuditEntry,
  WireCredential,
  WireExplained,
  WireIssued,
  WirePolicy,
  WireSecret,
  WireSession,
  WireStopped,
  WireWays,
} from '../state/control.ts'
import type { TelegramProof } from '../state/telegram-login.ts'
import type { WirePage } from '../state/wire.ts'
import type { Call } from './call.ts'

/** A browser downloads it itself, with the session's cookie. */
export const AUDIT_EXPORT = '/v1/audit/export'

const AUDIT_PAGE = 50

export function controlCalls(call: Call) {
  return {
    me: () => call<WireSession>('GET', '/v1/session'),
    waysIn: () => call<WireWays>('GET', '/v1/session/ways'),
    signInWithTelegram: (proof: TelegramProof) => call<WireSession>('POST', '/v1/session/telegram', proof),
    stopEverything: () => call<WireStopped>('POST', '/v1/admin/panic', { on: true }),
    audit: (query: AuditQuery, before: number | null) =>
      call<WirePage<WireAuditEntry>>('GET', auditPath(query, before, AUDIT_PAGE)),
    checkAudit: () => call<WireAuditCheck>('GET', '/v1/audit/verify'),
    policy: () => call<WirePolicy>('GET', '/v1/policy'),
    explain: (what: Explainable) => call<WireExplained>('POST', '/v1/policy/explain', what),
    secrets: () => call<WirePage<WireSecret>>('GET', '/v1/secrets'),
    setSecret: (name: string, secret: NewSecret) =>
      call<WireSecret>('PUT', `/v1/secrets/${encodeURIComponent(name)}`, secret),
    removeSecret: (name: string) => call<null>('DELETE', `/v1/secrets/${encodeURIComponent(name)}`),
    credentials: () => call<WirePage<WireCredential>>('GET', '/v1/credentials'),
    issueToken: (wanted: NewCredential) => call<WireIssued>('POST', '/v1/credentials', wanted),
    revokeCredential: (id: string) => call<null>('DELETE', `/v1/credentials/${encodeURIComponent(id)}`),
  }
}
