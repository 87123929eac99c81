// One-time logins in PostgreSQL: taking one deletes it, so of callers that race one has it.
import type { UserId } from '../../core/vocabulary/ids.ts'
import type { AccessStore } from '../../core/ports/access-store.ts'
import type { Database, Statement } from './pool.ts'
import { storableText } from './storable-text.ts'

const ADD: Statement = {
  name: 'add_login',
  text: `
with stale as (delete from login_tokens where expires_at < now() - interval '1 day')
insert into login_tokens (hash, user_id, expires_at) values ($1, $2, $3)`,
}
// An expired one is deleted as well, and not given out.
const TAKE: Statement = {
  name: 'take_login',
  text: `
with taken as (delete from login_tokens where hash = $1 returning user_id, expires_at)
select user_id from taken where expires_at > $2`,
}

export function createPostgresAccessStore({ database }: { readonly database: Database }): AccessStore {
  return {
    addLoginToken: async (hash, userId, expiresAt) => {
      await database.run(ADD, [hash, storableText(userId), expiresAt.toISOString()])
    },
    takeLoginToken: async (hash, now) => {
      const [row] = await database.run<{ user_id: UserId }>(TAKE, [storableText(hash), now.toISOString()])
      return row?.user_id ?? null
    },
  }
}
