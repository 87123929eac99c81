// Who may use the bots, in PostgreSQL.
import type { Member, MemberStore, PairingRequest } from '../../core/ports/member-store.ts'
import type { UserId } from '../../core/vocabulary/ids.ts'
import { placeToColumns, rowToPlace } from './places.ts'
import type { PlaceRow } from './places.ts'
import { isDuplicate } from './pool.ts'
import type { Database, Statement } from './pool.ts'
import { storableText } from './storable-text.ts'

const FIND: Statement = {
  name: 'find_member',
  text: 'select user_id, role, name, since from members where user_id = $1',
}
const LIST: Statement = {
  name: 'list_members',
  text: 'select user_id, role, name, since from members order by since, user_id',
}
const PUT: Statement = {
  name: 'put_member',
  text: `
insert into members (user_id, role, name, since) values ($1, $2, $3, $4)
on conflict (user_id) do update set role = excluded.role, name = excluded.name`,
}
const REMOVE: Statement = { name: 'remove_member', text: 'delete from members where user_id = $1 returning user_id' }

const REQUEST_COLUMNS = 'user_id, name, code, interface, bot, chat, topic, expires_at'
// Two who ask at once and see the same free slot: one of them gets it, the other is refused and asks again.
const ASK: Statement = {
  name: 'ask_to_be_let_in',
  text: `
with over as (
  delete from pairing_requests where expires_at <= $9 returning slot
), asked as (
  insert into pairing_requests (slot, ${REQUEST_COLUMNS})
  select s.slot, $1, $2, $3, $4, $5, $6, $7, $8
  from generate_series(1, $10::integer) as s (slot)
  where (select count(*) from over) >= 0
    and (select count(*) from pairing_requests where expires_at > $9) < $10::integer
    and not exists (select from pairing_requests where user_id = $1 and expires_at > $9)
    and not exists (select from pairing_requests p where p.slot = s.slot and p.expires_at > $9)
  order by s.slot limit 1
  returning ${REQUEST_COLUMNS}
)
select 'asked' as type, asked.* from asked
union all
select 'open', ${REQUEST_COLUMNS} from pairing_requests where user_id = $1 and expires_at > $9`,
}
const TAKE: Statement = {
  name: 'take_pairing_request',
  text: `
with taken as (delete from pairing_requests where code = $1 returning ${REQUEST_COLUMNS})
select * from taken where expires_at > $2`,
}
const REQUESTS: Statement = {
  name: 'pairing_requests',
  text: `select ${REQUEST_COLUMNS} from pairing_requests where expires_at > $1 order by expires_at, slot`,
}

type MemberRow = {
  readonly user_id: UserId
  readonly role: Member['role']
  readonly name: string
  readonly since: Date
}
type RequestRow = PlaceRow & {
  readonly user_id: UserId
  readonly name: string
  readonly code: string
  readonly expires_at: Date
}

/** Each time at least one of those who ask at once is through. */
const ROUNDS = 50

export function createPostgresMemberStore({ database }: { readonly database: Database }): MemberStore {
  return {
    find: async (userId) => {
      const [row] = await database.run<MemberRow>(FIND, [storableText(userId)])
      return row === undefined ? null : rowToMember(row)
    },
    list: async () => (await database.run<MemberRow>(LIST, [])).map(rowToMember),
    put: async ({ userId, role, name, since }) => {
      await database.run(PUT, [storableText(userId), role, storableText(name), since.toISOString()])
    },
    remove: async (userId) => (await database.run(REMOVE, [storableText(userId)])).length > 0,
    ask: async (request, cap, now) => {
      const [row] = await ask(database, request, cap, now)
      return row === undefined ? { type: 'too_many' } : { type: row.type, request: rowToRequest(row) }
    },
    takeRequest: async (code, now) => {
      const [row] = await database.run<RequestRow>(TAKE, [storableText(code), now.toISOString()])
      return row === undefined ? null : rowToRequest(row)
    },
    requests: async (now) => (await database.run<RequestRow>(REQUESTS, [now.toISOString()])).map(rowToRequest),
  }
}

async function ask(
  database: Database,
  { userId, name, code, place, expiresAt }: PairingRequest,
  cap: number,
  now: Date,
) {
  const { interface: interfaceName, bot, chat, topic } = placeToColumns(place)
  const person = [userId, name, code].map(storableText)
  const times = [expiresAt.toISOString(), now.toISOString()]
  const values = [...person, interfaceName, bot, chat, topic, ...times, cap]
  for (let round = 1; ; round += 1) {
    try {
      return await database.run<RequestRow & { readonly type: 'asked' | 'open' }>(ASK, values)
    } catch (error) {
      if (!isDuplicate(error) || round === ROUNDS) throw error
    }
  }
}

function rowToMember(row: MemberRow): Member {
  return { userId: row.user_id, role: row.role, name: row.name, since: row.since }
}

function rowToRequest(row: RequestRow): PairingRequest {
  return { userId: row.user_id, name: row.name, code: row.code, place: rowToPlace(row), expiresAt: row.expires_at }
}
