// What is remembered, in PostgreSQL, with every decision about it.
import type { FactStore } from '../../core/ports/fact-store.ts'
import type { FactId, MessageId, TaskId, UserId } from '../../core/vocabulary/ids.ts'
import type { Fact, FactStatus, MemoryScope } from '../../core/vocabulary/memory.ts'
import { isDuplicate } from './pool.ts'
import type { Database, Statement } from './pool.ts'
import { isUuid } from './rows.ts'
import { storableText } from './storable-text.ts'

const COLUMNS = `id, scope, kind, body, rule, confidence, quote, source_user, message_id, task_id, proposed_by, status, decided_by,
created_at, decided_at`

const ADD: Statement = {
  name: 'add_fact',
  text: `
with added as (
  insert into facts (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
  on conflict do nothing
  returning ${COLUMNS}
), decided as (
  insert into fact_decisions (fact_id, status, decided_by, at)
  select id, status, decided_by, coalesce(decided_at, created_at) from added
)
select ${COLUMNS} from added`,
}
const FIND_SAME: Statement = {
  name: 'find_same_fact',
  text: `
select ${COLUMNS} from facts where id = $1
union all
select ${COLUMNS} from facts where scope = $2 and lower(body) = lower($3) and status <> 'dropped' and id <> $1
limit 1`,
}
const GET: Statement = { name: 'get_fact', text: `select ${COLUMNS} from facts where id = $1` }
const LIST: Statement = {
  name: 'list_facts',
  text: `
with constraints as (
  select ${COLUMNS} from facts where scope = any ($1::text[]) and status = any ($2::text[]) and kind = 'constraint'
), others as (
  select ${COLUMNS} from facts where scope = any ($1::text[]) and status = any ($2::text[]) and kind <> 'constraint'
  order by created_at desc, id desc
  limit greatest(0, $3::integer - (select count(*)::integer from constraints))
)
select * from (select * from constraints union all select * from others) f
order by f.kind <> 'constraint', f.created_at desc, f.id desc`,
}
// A dropped one that is taken up again gives way to one that says the same and stands.
const DECIDE: Statement = {
  name: 'decide_fact',
  text: `
with named as (
  select f.id, f.status, (
    select t.id from facts t
    where f.status = 'dropped' and $2 <> 'dropped' and t.scope = f.scope and lower(t.body) = lower(f.body)
      and t.status <> 'dropped'
  ) as twin
  from facts f where f.id = $1
), decided as (
  update facts f set status = $2, decided_by = $3, decided_at = $4
  from named n
  where f.id = coalesce(n.twin, n.id) and f.status <> $2
  returning f.*
), recorded as (
  insert into fact_decisions (fact_id, status, decided_by, at) select id, status, decided_by, decided_at from decided
)
select ${COLUMNS} from decided
union all
select ${COLUMNS} from facts
where id = (select coalesce(twin, id) from named) and not exists (select from decided)`,
}
const HISTORY: Statement = {
  name: 'fact_history',
  text: 'select status, decided_by, at from fact_decisions where fact_id = $1 order by id',
}

type Row = {
  readonly id: FactId
  readonly scope: MemoryScope
  readonly kind: Fact['kind']
  readonly body: string
  readonly rule: Fact['rule']
  readonly confidence: number
  readonly quote: string | null
  readonly source_user: UserId
  readonly message_id: MessageId | null
  readonly task_id: TaskId | null
  readonly proposed_by: Fact['proposedBy']
  readonly status: FactStatus
  readonly decided_by: UserId | null
  readonly created_at: Date
  readonly decided_at: Date | null
}

/** Whoever stands in the way is gone, or is seen, by the next round. */
const ROUNDS = 20
const MOST = 1_000_000

export function createPostgresFactStore({ database }: { readonly database: Database }): FactStore {
  return {
    add: async (fact) => {
      const values = factToValues(fact)
      const [id, scope, , body] = values
      for (let round = 1; ; round += 1) {
        const [row] = await database.run<Row>(ADD, values)
        const [there] = row === undefined ? await database.run<Row>(FIND_SAME, [id, scope, body]) : [row]
        if (there !== undefined) return rowToFact(there)
        // What stood in the way was dropped in between.
        if (round === ROUNDS) throw new Error('A fact could not be added: others of the same text come and go')
      }
    },
    get: async (id) => {
      if (!isUuid(id)) return null
      const [row] = await database.run<Row>(GET, [id])
      return row === undefined ? null : rowToFact(row)
    },
    list: async ({ scopes, statuses, limit }) => {
      const most = Math.min(MOST, Math.max(0, Math.floor(limit)))
      return (await database.run<Row>(LIST, [scopes.map(storableText), statuses, most])).map(rowToFact)
    },
    decide: async (id, status, by, at) => {
      if (!isUuid(id)) return null
      const [row] = await decide(database, [id, status, storableText(by), at.toISOString()])
      return row === undefined ? null : rowToFact(row)
    },
    history: async (id) => {
      if (!isUuid(id)) return []
      const rows = await database.run<{ status: FactStatus; decided_by: UserId | null; at: Date }>(HISTORY, [id])
      return rows.map(({ status, decided_by, at }) => ({ status, by: decided_by, at }))
    },
  }
}

/** One that says the same and was taken up in between is seen by the next round. */
async function decide(database: Database, values: readonly unknown[]): Promise<readonly Row[]> {
  for (let round = 1; ; round += 1) {
    try {
      return await database.run<Row>(DECIDE, values)
    } catch (error) {
      if (!isDuplicate(error) || round === ROUNDS) throw error
    }
  }
}

function factToValues(fact: Fact): readonly unknown[] {
  return [
    fact.id,
    storableText(fact.scope),
    fact.kind,
    storableText(fact.text),
    fact.rule,
    fact.confidence,
    fact.quote === null ? null : storableText(fact.quote),
    storableText(fact.from),
    fact.messageId,
    fact.taskId,
    fact.proposedBy,
    fact.status,
    fact.decidedBy === null ? null : storableText(fact.decidedBy),
    fact.createdAt.toISOString(),
    fact.decidedAt === null ? null : fact.decidedAt.toISOString(),
  ]
}

function rowToFact(row: Row): Fact {
  return {
    id: row.id,
    scope: row.scope,
    kind: row.kind,
    text: row.body,
    rule: row.rule,
    confidence: row.confidence,
    quote: row.quote,
    from: row.source_user,
    messageId: row.message_id,
    taskId: row.task_id,
    proposedBy: row.proposed_by,
    status: row.status,
    decidedBy: row.decided_by,
    createdAt: row.created_at,
    decidedAt: row.decided_at,
  }
}
