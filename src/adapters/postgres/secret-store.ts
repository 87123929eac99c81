// Sealed secrets in PostgreSQL: of each name the newest version and the one before it.
import type { SecretStore } from '../../core/ports/secret-store.ts'
import type { UserId } from '../../core/vocabulary/ids.ts'
import type { SealedSecret, SecretInfo } from '../../core/vocabulary/secret.ts'
import { isDuplicate } from './pool.ts'
import type { Database, Sessions, Statement } from './pool.ts'
import { storableText } from './storable-text.ts'

type Row = {
  readonly name: string
  readonly version: number
  readonly owner: string | null
  readonly hosts: readonly string[]
  readonly sealed: Uint8Array
  readonly key_id: string
  readonly created_by: string
  readonly created_at: Date
  readonly rotated_at: Date
  readonly last_used_at: Date | null
}

const COLUMNS = `s.name, s.version, s.owner, s.hosts, s.sealed, s.key_id, s.created_by, s.created_at, s.rotated_at,
  u.last_used_at`
const NEWEST = `
select distinct on (s.name) ${COLUMNS} from secrets s left join secret_uses u on u.name = s.name
where $1::text is null or s.name = $1 order by s.name, s.version desc`

// Of those that write the same version at once the key lets one through; the others find a larger one.
const PUT: Statement = {
  name: 'put_secret',
  text: `
insert into secrets (name, version, owner, hosts, sealed, key_id, created_by, created_at, rotated_at)
select $1, $2::integer, $3, $4, $5, $6, $7, $8, $9
where $2::integer = 1 + coalesce((select max(version) from secrets where name = $1), 0)
returning version`,
}
const FORGET: Statement = {
  name: 'forget_secret_versions',
  text: 'delete from secrets where name = $1 and version < $2 returning version',
}
const FIND_NEWEST: Statement = { name: 'find_secret', text: NEWEST }
const FIND: Statement = {
  name: 'find_secret_version',
  text: `select ${COLUMNS} from secrets s left join secret_uses u on u.name = s.name where s.name = $1 and s.version = $2`,
}
const ALL: Statement = {
  name: 'all_secrets',
  text: `select ${COLUMNS} from secrets s left join secret_uses u on u.name = s.name
    order by s.name collate "C", s.version desc`,
}
const RESEAL: Statement = {
  name: 'reseal_secret',
  text: `update secrets set sealed = $3, key_id = $4
    where name = $1 and version = $2 and key_id = $5 and rotated_at = $6 returning version`,
}
const REMOVE: Statement = {
  name: 'remove_secret',
  text: `with uses as (delete from secret_uses where name = $1)
    delete from secrets where name = $1 returning version`,
}
const USED: Statement = {
  name: 'note_secret_use',
  text: `
insert into secret_uses (name, last_used_at) select $1, $2 where exists (select from secrets where name = $1)
on conflict (name) do update set last_used_at = excluded.last_used_at
where secret_uses.last_used_at < excluded.last_used_at - interval '1 minute'`,
}

export function createPostgresSecretStore({ database }: { readonly database: Database & Sessions }): SecretStore {
  return {
    put: async (secret) => {
      const { name, version, owner, hosts, sealed, keyId, createdBy, createdAt, rotatedAt } = secret
      const about = [createdBy, createdAt.toISOString(), rotatedAt.toISOString()]
      try {
        return await database.transaction(async (run) => {
          const values = [name, version, owner, [...hosts], sealed, keyId, ...about]
          if ((await run(PUT, values)).length === 0) return false
          await run(FORGET, [name, version - 1])
          return true
        })
      } catch (error) {
        if (isDuplicate(error)) return false
        throw error
      }
    },
    find: async (name, version) => {
      const key = storableText(name)
      const rows = await (version === null
        ? database.run<Row>(FIND_NEWEST, [key])
        : database.run<Row>(FIND, [key, version]))
      return rows[0] === undefined ? null : rowToSecret(rows[0])
    },
    list: async () =>
      (await database.run<Row>(FIND_NEWEST, [null])).map(rowToInfo).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    all: async () => (await database.run<Row>(ALL, [])).map(rowToSecret),
    reseal: async ({ name, version, sealed, keyId, rotatedAt }, from) => {
      const rows = await database.run(RESEAL, [name, version, sealed, keyId, from, rotatedAt.toISOString()])
      return rows.length > 0
    },
    forgetBefore: async (name, version) => (await database.run(FORGET, [storableText(name), version])).length,
    remove: async (name) => (await database.run(REMOVE, [storableText(name)])).length > 0,
    used: async (name, at) => {
      await database.run(USED, [storableText(name), at.toISOString()])
    },
  }
}

function rowToInfo(row: Row): SecretInfo {
  return {
    name: row.name,
    owner: row.owner as UserId | null,
    hosts: row.hosts,
    version: row.version,
    createdBy: row.created_by as UserId,
    createdAt: row.created_at,
    rotatedAt: row.rotated_at,
    lastUsedAt: row.last_used_at,
  }
}

function rowToSecret(row: Row): SealedSecret {
  return { ...rowToInfo(row), sealed: new Uint8Array(row.sealed), keyId: row.key_id }
}
