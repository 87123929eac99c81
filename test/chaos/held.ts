// Holds a running platform at an exact moment: doors before what a model is asked, gates before what is written into the database.
import { until } from '../e2e/scripted-stage.ts'
import type { ScriptedStage } from '../e2e/scripted-stage.ts'

export type Doors = {
  /** From now on what matches waits; resolves when the first does. */
  readonly hold: (words: RegExp) => Promise<void>
  /** Resolves once nothing holds it. */
  readonly pass: (words: string) => Promise<void>
  /** All of them, for good. */
  readonly open: () => void
}

export function openDoors(): Doors {
  const held: { readonly words: RegExp; readonly reached: () => void }[] = []
  let opened = Promise.withResolvers<void>()
  return {
    hold: (words) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      held.push({ words, reached: resolve })
      return promise
    },
    pass: async (words) => {
      const door = held.find((one) => one.words.test(words))
      door?.reached()
      if (door !== undefined) await opened.promise
    },
    open: () => {
      held.length = 0
      opened.resolve()
      opened = Promise.withResolvers<void>()
    },
  }
}

export type Gates = {
  /** What would write such a row (a condition on `new`) waits before it does. */
  readonly shut: (table: string, condition: string) => Promise<void>
  /** Resolves when so many writes wait. */
  readonly reached: (waiting: number) => Promise<void>
  /** All of them: what waits is given up with whoever wanted it, as with a database that noticed that they are gone. */
  readonly lift: () => Promise<void>
}

/** Of advisory locks, of which the platform takes none with this number. */
const KEY = 7_340_023

export async function openGates({ rows }: ScriptedStage): Promise<Gates> {
  const shut: { readonly name: string; readonly table: string }[] = []
  let gates = 0
  await rows(`create function stand_still() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock_shared(${KEY}); return new; end $$`)
  const lift = async () => {
    await rows(
      `select pg_terminate_backend(pid, 5000) from pg_locks
       where locktype = 'advisory' and objid = ${KEY} and not granted
         and database = (select oid from pg_database where datname = current_database())`,
    )
    for (const { name, table } of shut.splice(0)) await rows(`drop trigger ${name} on ${table}`)
    await rows(`select pg_advisory_unlock_all()`)
  }
  return {
    shut: async (table, condition) => {
      gates += 1
      const name = `gate_${gates}`
      if (shut.length === 0) await rows(`select pg_advisory_lock(${KEY})`)
      shut.push({ name, table })
      await rows(
        `create trigger ${name} before insert or update on ${table} for each row when (${condition}) execute function stand_still()`,
      )
    },
    reached: (waiting) =>
      until(`${waiting} writes wait`, async () => {
        const [count] = await rows<{ readonly held: string }>(
          `select count(*) as held from pg_locks where locktype = 'advisory' and objid = ${KEY} and not granted
             and database = (select oid from pg_database where datname = current_database())`,
        )
        return Number(count?.held) >= waiting
      }),
    lift,
  }
}
