// Answers of models in PostgreSQL, in a table that a crash may empty.
import type { PromptCache } from '../../core/ports/prompt-cache.ts'
import type { JsonValue } from '../../core/vocabulary/json.ts'
import type { Database, Statement } from './pool.ts'
import { storableJson, storableText } from './storable-text.ts'

const GET: Statement = {
  name: 'get_prompt_answer',
  text: 'select answer from prompt_cache where key = $1 and user_id = $2 and ends_at > clock_timestamp()',
}

// Now and then whoever writes takes away what is over.
const PUT: Statement = {
  name: 'put_prompt_answer',
  text: `
with gone as (
  delete from prompt_cache where random() < 0.02 and key in (
    select key from prompt_cache where ends_at < clock_timestamp() limit 1000 for update skip locked
  )
)
insert into prompt_cache (key, user_id, answer, ends_at)
values ($1, $2, $3, clock_timestamp() + $4 * interval '1 millisecond')
on conflict (key) do update set user_id = excluded.user_id, answer = excluded.answer, ends_at = excluded.ends_at`,
}

const FORGET: Statement = {
  name: 'forget_prompt_answers',
  text: 'delete from prompt_cache where user_id = any ($1::text[])',
}

export function createPostgresPromptCache({ database }: { readonly database: Database }): PromptCache {
  return {
    get: async (userId, key) => {
      const [row] = await database.run<{ answer: JsonValue }>(GET, [keyOf(userId, key), storableText(userId)])
      return row?.answer ?? null
    },
    put: async (userId, key, answer, forMs) => {
      await database.run(PUT, [keyOf(userId, key), storableText(userId), storableJson(answer), Math.round(forMs)])
    },
    forget: async (userIds) => {
      await database.run(FORGET, [userIds.map(storableText)])
    },
  }
}

/** Two people's calls never meet under one key. */
function keyOf(userId: string, key: string): string {
  return storableText(JSON.stringify([userId, key]))
}
