// Tokens and sessions on record, in PostgreSQL.
import type { CredentialStore } from '../../core/ports/credential-store.ts'
import type { CredentialRecord } from '../../core/vocabulary/credential.ts'
import type { CredentialId, UserId } from '../../core/vocabulary/ids.ts'
import type { Scope } from '../../core/vocabulary/principal.ts'
import type { Database, Statement } from './pool.ts'
import { storableText } from './storable-text.ts'
import { filterOfUsers } from './user-filter.ts'

const COLUMNS = 'id, kind, user_id, role, scopes, label, issued_by, issued_at, expires_at, revoked_at, revoked_by'
// What nothing can be signed in with any more need not be known: what is not on record is worth as little.
const ADD: Statement = {
  name: 'add_credential',
  text: `
with stale as (delete from credentials where expires_at < now() - interval '30 days')
insert into credentials (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
}
const FIND: Statement = { name: 'find_credential', text: `select ${COLUMNS} from credentials where id = $1` }
const LIST: Statement = {
  name: 'list_credentials',
  replanned: true,
  text: `
select ${COLUMNS} from credentials
where ($1::text is null or user_id = $1)
  and least(expires_at, revoked_at) > now() - interval '30 days'
order by issued_at desc, id desc`,
}
const REVOKE: Statement = {
  name: 'revoke_credential',
  text: `
update credentials set revoked_at = $3, revoked_by = $2 where id = $1 and revoked_at is null returning id`,
}
const REVOKE_ALL: Statement = {
  name: 'revoke_credentials_of',
  text: `
update credentials set revoked_at = $3, revoked_by = $2
where user_id = $1 and revoked_at is null and expires_at > $3 returning id`,
}

type CredentialRow = {
  readonly id: CredentialId
  readonly kind: CredentialRecord['kind']
  readonly user_id: UserId
  readonly role: CredentialRecord['role']
  readonly scopes: readonly Scope[]
  readonly label: string
  readonly issued_by: UserId
  readonly issued_at: Date
  readonly expires_at: Date
  readonly revoked_at: Date | null
  readonly revoked_by: UserId | null
}

export function createPostgresCredentialStore({ database }: { readonly database: Database }): CredentialStore {
  return {
    add: async (it) => {
      await database.run(ADD, [
        storableText(it.id),
        it.kind,
        storableText(it.userId),
        it.role,
        it.scopes,
        storableText(it.label),
        storableText(it.issuedBy),
        it.issuedAt.toISOString(),
        it.expiresAt.toISOString(),
        it.revokedAt?.toISOString() ?? null,
        it.revokedBy === null ? null : storableText(it.revokedBy),
      ])
    },
    find: async (id) => {
      const [row] = await database.run<CredentialRow>(FIND, [storableText(id)])
      return row === undefined ? null : rowToCredential(row)
    },
    list: async (userId) => (await database.run<CredentialRow>(LIST, [filterOfUsers(userId)[0]])).map(rowToCredential),
    revoke: async (id, by, at) =>
      (await database.run(REVOKE, [storableText(id), storableText(by), at.toISOString()])).length > 0,
    revokeAllOf: async (userId, by, at) => {
      const values = [storableText(userId), storableText(by), at.toISOString()]
      return (await database.run<{ id: CredentialId }>(REVOKE_ALL, values)).map(({ id }) => id)
    },
  }
}

function rowToCredential(row: CredentialRow): CredentialRecord {
  return {
    id: row.id,
    kind: row.kind,
    userId: row.user_id,
    role: row.role,
    scopes: row.scopes,
    label: row.label,
    issuedBy: row.issued_by,
    issuedAt: row.issued_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    revokedBy: row.revoked_by,
  }
}
