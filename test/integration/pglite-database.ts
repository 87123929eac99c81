// A PostgreSQL with a real pgvector where no server has the extension: PGlite behind the same Database that the stores use.
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { readMigrations } from '../../src/adapters/postgres/migrate.ts'
import type { Database } from '../../src/adapters/postgres/pool.ts'

/** In memory, migrated. PGlite has one session, so statements take turns. */
export async function openPglite(): Promise<Database> {
  const pglite = await PGlite.create({ extensions: { vector } })
  for (const { sql } of await readMigrations()) await pglite.exec(sql)
  return {
    run: async <Row>(
      { name, text, replanned, settings }: Parameters<Database['run']>[0],
      values: readonly unknown[],
    ) => {
      try {
        if (replanned !== true) return (await pglite.query<Row>(text, [...values])).rows
        return await pglite.transaction(async (transaction) => {
          await transaction.exec(`set local plan_cache_mode = force_custom_plan; ${settings ?? ''}`)
          return (await transaction.query<Row>(text, [...values])).rows
        })
      } catch (error) {
        throw new Error(`PGlite refused "${name}": ${String(error)}`, { cause: error })
      }
    },
    close: () => pglite.close(),
  }
}
