// What people approved for good, in PostgreSQL.
import type { StandingApproval, StandingApprovals } from '../../core/ports/standing-approvals.ts'
import type { UserId } from '../../core/vocabulary/ids.ts'
import type { Database, Statement } from './pool.ts'
import { storableText } from './storable-text.ts'

const COLUMNS = 'user_id, digest, subject, approved_by, since'
const FIND: Statement = {
  name: 'find_standing',
  text: `select ${COLUMNS} from standing_approvals where user_id = $1 and digest = $2`,
}
const ADD: Statement = {
  name: 'add_standing',
  text: `insert into standing_approvals (${COLUMNS}) values ($1, $2, $3, $4, $5) on conflict do nothing`,
}
const REMOVE: Statement = {
  name: 'remove_standing',
  text: 'delete from standing_approvals where user_id = $1 and digest = $2 returning digest',
}
const LIST: Statement = {
  name: 'list_standing',
  text: `select ${COLUMNS} from standing_approvals order by since, user_id, digest`,
}

type Row = {
  readonly user_id: UserId
  readonly digest: string
  readonly subject: string
  readonly approved_by: UserId
  readonly since: Date
}

export function createPostgresStandingApprovals({ database }: { readonly database: Database }): StandingApprovals {
  return {
    find: async (userId, digest) => {
      const [row] = await database.run<Row>(FIND, [userId, digest].map(storableText))
      return row === undefined ? null : rowToApproval(row)
    },
    add: async ({ userId, digest, subject, approvedBy, since }) => {
      await database.run(ADD, [...[userId, digest, subject, approvedBy].map(storableText), since.toISOString()])
    },
    remove: async (userId, digest) => {
      const rows = await database.run(REMOVE, [userId, digest].map(storableText))
      return rows.length > 0
    },
    list: async () => (await database.run<Row>(LIST, [])).map(rowToApproval),
  }
}

function rowToApproval(row: Row): StandingApproval {
  return {
    digest: row.digest,
    subject: row.subject,
    userId: row.user_id,
    approvedBy: row.approved_by,
    since: row.since,
  }
}
