// Sums over the ledger, whose rows are written by the statements that write the events (accept.ts, commit.ts).
import type { Ledger } from '../../core/ports/ledger.ts'
import type { Database, Statement } from './pool.ts'
import { isUuid } from './rows.ts'
import { storableText } from './storable-text.ts'

/** Completed tasks that say what is typical, the newest. */
const LOOKED_AT = 20
const ENOUGH = 3

const TOTALS: Statement = {
  name: 'totals',
  replanned: true,
  text: `
select coalesce(sum(input_tokens), 0)::text as input_tokens, coalesce(sum(output_tokens), 0)::text as output_tokens,
  coalesce(sum(cached_input_tokens), 0)::text as cached_input_tokens,
  count(*) filter (where not from_cache)::text as model_calls, count(*) filter (where from_cache)::text as cached_calls
from ledger
where ($1::uuid is null or task_id = $1) and ($2::text is null or user_id = $2) and ($3::timestamptz is null or at >= $3)`,
}

// From when the work began to its end, whatever a person took to say OK before, or is still counted after.
const TYPICAL: Statement = {
  name: 'typical',
  text: `
select percentile_cont(0.5) within group (order by d.seconds) as seconds,
  percentile_cont(0.5) within group (order by d.tokens) as tokens, count(*)::integer as tasks
from (
  select extract(epoch from e.at - b.at)::float8 as seconds, u.tokens::float8 as tokens
  from (select id from tasks where task_type = $1 and status = 'completed' order by id desc limit ${LOOKED_AT}) t
  cross join lateral (
    select at from task_events where task_id = t.id and type = 'task.started' order by seq limit 1
  ) b
  cross join lateral (
    select at from task_events where task_id = t.id and type = 'task.completed' order by seq desc limit 1
  ) e
  cross join lateral (
    select coalesce(sum(input_tokens + output_tokens), 0) as tokens from ledger where task_id = t.id
  ) u
) d`,
}

type TypicalRow = { readonly seconds: number | null; readonly tokens: number | null; readonly tasks: number }
type TotalsRow = {
  readonly input_tokens: string
  readonly output_tokens: string
  readonly cached_input_tokens: string
  readonly model_calls: string
  readonly cached_calls: string
}

export function createPostgresLedger({ database }: { readonly database: Database }): Ledger {
  return {
    totals: async ({ taskId, userId, since }) => {
      const unknown = taskId !== null && !isUuid(taskId)
      const user = userId === null ? null : storableText(userId)
      const [row] = unknown
        ? []
        : await database.run<TotalsRow>(TOTALS, [taskId, user, since === null ? null : since.toISOString()])
      const cached = Number(row?.cached_calls ?? 0)
      return {
        input_tokens: Number(row?.input_tokens ?? 0),
        output_tokens: Number(row?.output_tokens ?? 0),
        cached_input_tokens: Number(row?.cached_input_tokens ?? 0),
        model_calls: Number(row?.model_calls ?? 0),
        ...(cached === 0 ? {} : { cached_calls: cached }),
      }
    },
    typical: async (taskType) => {
      const [row] = await database.run<TypicalRow>(TYPICAL, [taskType])
      if (row === undefined || row.tasks < ENOUGH || row.seconds === null || row.tokens === null) return null
      return { seconds: row.seconds, tokens: Math.round(row.tokens), tasks: row.tasks }
    },
  }
}
