// Leases in PostgreSQL, by the server's clock: processes on different machines need not agree on the time.
import type { Lease, Leases } from '../../core/ports/leases.ts'
import type { Database, Statement } from './pool.ts'
import { storableJson, storableText } from './storable-text.ts'

// The clock at the moment of writing, which may be a while after the statement began when somebody else was first.
const ACQUIRE: Statement = {
  name: 'acquire_lease',
  text: `
insert into leases as l (name, holder, until, note)
values ($1, $2, clock_timestamp() + $3 * interval '1 millisecond', $4)
on conflict (name) do update set
  holder = excluded.holder, note = excluded.note, until = clock_timestamp() + $3 * interval '1 millisecond'
where l.holder = excluded.holder or l.until <= clock_timestamp()
returning name`,
}
const RELEASE: Statement = { name: 'release_lease', text: 'delete from leases where name = $1 and holder = $2' }
const BURY: Statement = {
  name: 'bury_leases',
  text: `
with held as materialized (select name from leases where holder = $1 order by name for update)
delete from leases l using held where l.name = held.name`,
}
const LIST: Statement = {
  name: 'list_leases',
  text: `
select name, holder, note, until <= clock_timestamp() as expired from leases
where starts_with(name, $1) order by name collate "C"`,
}

export function createPostgresLeases({ database }: { readonly database: Database }): Leases {
  return {
    acquire: async (name, holder, ms, note) => {
      const values = [storableText(name), storableText(holder), ms, storableJson(note)]
      return (await database.run(ACQUIRE, values)).length > 0
    },
    release: async (name, holder) => {
      await database.run(RELEASE, [storableText(name), storableText(holder)])
    },
    bury: async (holder) => {
      await database.run(BURY, [storableText(holder)])
    },
    list: (prefix) => database.run<Lease>(LIST, [storableText(prefix)]),
  }
}
