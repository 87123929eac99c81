// Small named texts in PostgreSQL, beside the operators' settings.
import type { MemoStore } from '../../core/ports/memo-store.ts'
import type { Database, Statement } from './pool.ts'
import { storableText } from './storable-text.ts'

const GET: Statement = { name: 'get_memo', text: 'select value from settings where key = $1' }
const SET: Statement = {
  name: 'set_memo',
  text: 'insert into settings (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value',
}

export function createPostgresMemoStore({ database }: { readonly database: Database }): MemoStore {
  const keyOf = (name: string) => `memo:${storableText(name)}`
  return {
    get: async (name) => (await database.run<{ value: string }>(GET, [keyOf(name)]))[0]?.value ?? null,
    set: async (name, text) => {
      await database.run(SET, [keyOf(name), JSON.stringify(storableText(text))])
    },
  }
}
