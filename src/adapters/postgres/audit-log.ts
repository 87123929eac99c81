// The audit log in PostgreSQL: appenders of all processes take turns, those of one process share a transaction.
import { createHash } from 'node:crypto'
import type { AuditHead, AuditLog } from '../../core/ports/audit-log.ts'
import { auditEntriesOf, auditEntryText, NO_HASH } from '../../core/vocabulary/audit.ts'
import type { AuditEntry, SealedEntry } from '../../core/vocabulary/audit.ts'
import type { TaskEvent } from '../../core/vocabulary/event.ts'
import type { Task } from '../../core/vocabulary/task.ts'
import { createGroupCommit } from './group-commit.ts'
import { DatabaseFailure } from './pool.ts'
import type { Database, Sessions, Statement } from './pool.ts'
import { storableTextOrNull } from './storable-text.ts'

// They wait for one another anyway.
const LANES = 1
const MAX_BATCH = 250

const APPEND: Statement = { name: 'audit_append', text: 'select seq, hash from audit_append($1::text[]) order by seq' }
const HEAD: Statement = { name: 'audit_head', text: 'select seq, hash from audit order by seq desc limit 1' }
const LIST: Statement = {
  name: 'audit_list',
  replanned: true,
  text: `
select seq, entry, previous, hash from audit
where ($1::text is null or actor = $1) and ($2::text is null or task_id = $2) and ($3::text is null or action = $3)
  and ($4::bigint is null or seq < $4)
order by seq desc limit $5`,
}
const READ: Statement = {
  name: 'audit_read',
  text: 'select seq, entry, previous, hash from audit where seq > $1 order by seq',
}

type HeadRow = { readonly seq: string; readonly hash: string }
type SealedRow = HeadRow & { readonly entry: string; readonly previous: string }

export function createPostgresAuditLog({ database }: { readonly database: Database & Sessions }): AuditLog {
  let asked = 0
  const append = createGroupCommit<{ readonly texts: readonly string[]; readonly key: string }, AuditHead>({
    write: async (batch) => {
      const heads = await appendTexts(
        database.run,
        batch.flatMap(({ texts }) => texts),
      )
      let last = 0
      return batch.map(({ texts }) => {
        last += texts.length
        return heads[last - 1] ?? NOTHING
      })
    },
    keyOf: ({ key }) => key,
    lanes: LANES,
    maxBatch: MAX_BATCH,
    isInputsFault: (error) => error instanceof DatabaseFailure && error.refused,
  })
  const head = async () => {
    const [row] = await database.run<HeadRow>(HEAD, [])
    return row === undefined ? NOTHING : rowToHead(row)
  }
  return {
    append: async (entries) => {
      if (entries.length === 0) return head()
      asked += 1
      return append({ texts: entries.map(auditEntryText), key: `${asked}` })
    },
    head,
    list: async ({ actor, taskId, action, before, limit }) => {
      const values = [actor, taskId, action].map(storableTextOrNull)
      const rows = await database.run<SealedRow>(LIST, [...values, before, Math.max(1, limit)])
      return rows.map(rowToSealed)
    },
    read: async function* (after): AsyncGenerator<SealedEntry> {
      for await (const { row } of database.stream<SealedRow>([READ], [after])) yield rowToSealed(row)
    },
  }
}

const NOTHING: AuditHead = { seq: 0, hash: NO_HASH }

/** Inside whoever's transaction: as its last statement, since all other appenders wait from here to its end. */
export async function appendAudit(run: Database['run'], entries: readonly AuditEntry[]): Promise<readonly AuditHead[]> {
  return appendTexts(run, entries.map(auditEntryText))
}

async function appendTexts(run: Database['run'], texts: readonly string[]): Promise<readonly AuditHead[]> {
  return (await run<HeadRow>(APPEND, [texts])).map(rowToHead)
}

/** What of these events belongs into the audit log. */
export function auditedOf(
  task: Pick<Task, 'userId' | 'approval'>,
  events: readonly TaskEvent[],
): readonly AuditEntry[] {
  return auditEntriesOf(task, events, (text) => createHash('sha256').update(text).digest('hex'))
}

function rowToHead({ seq, hash }: HeadRow): AuditHead {
  return { seq: Number(seq), hash }
}

function rowToSealed({ seq, entry, previous, hash }: SealedRow): SealedEntry {
  return { seq: Number(seq), entry, previous, hash }
}
