// Sums over the ledger, whose rows are written by the statements that write the events (accept.ts, commit.ts).
import type { Ledger } from '../../core/ports/ledger.ts'
import type { Database, Statement } from './pool.ts'
import { isUuid } from './rows.ts'
import { storableText } from './storable-text.ts'

const TOTALS: Statement = {
  name: 'totals',
  replanned: true,
  text: `
select coalesce(sum(input_tokens), 0)::text as input_tokens, coalesce(sum(output_tokens), 0)::text as output_tokens,
  coalesce(sum(cached_input_tokens), 0)::text as cached_input_tokens, count(*)::text as model_calls
from ledger
where ($1::uuid is null or task_id = $1) and ($2::text is null or user_id = $2) and ($3::timestamptz is null or at >= $3)`,
}

type TotalsRow = {
  readonly input_tokens: string
  readonly output_tokens: string
  readonly cached_input_tokens: string
  readonly model_calls: string
}

export function createPostgresLedger({ database }: { readonly database: Database }): Ledger {
  return {
    totals: async ({ taskId, userId, since }) => {
      const unknown = taskId !== null && !isUuid(taskId)
      const user = userId === null ? null : storableText(userId)
      const [row] = unknown
        ? []
        : await database.run<TotalsRow>(TOTALS, [taskId, user, since === null ? null : since.toISOString()])
      return {
        input_tokens: Number(row?.input_tokens ?? 0),
        output_tokens: Number(row?.output_tokens ?? 0),
        cached_input_tokens: Number(row?.cached_input_tokens ?? 0),
        model_calls: Number(row?.model_calls ?? 0),
      }
    },
  }
}
