// Which ids are one person, in PostgreSQL: each link is an edge from an id to the one it joined, and a person is whatever hangs together.
import type { IdentityStore } from '../../core/ports/identity-store.ts'
import type { UserId } from '../../core/vocabulary/ids.ts'
import type { Database, Statement } from './pool.ts'
import { storableText } from './storable-text.ts'

// Nobody is locked: two links that are made at once may cross each other, and even close a ring. What hangs together is found all the same,
// and who leads it is the one id that joined nobody, or the first of a ring.
const IDS: Statement = {
  name: 'ids_of_person',
  text: `
with recursive together (id) as (
  select $1::text
  union
  select case when l.user_id = t.id then l.person else l.user_id end
  from together t join identity_links l on l.user_id = t.id or l.person = t.id
)
select t.id from together t left join identity_links l on l.user_id = t.id order by l.user_id is not null, t.id`,
}
const OFFER: Statement = {
  name: 'offer_link',
  text: `
insert into identity_offers (user_id, code_hash, expires_at) values ($1, $2, $3)
on conflict (user_id) do update set code_hash = excluded.code_hash, expires_at = excluded.expires_at`,
}
// An expired one is deleted as well, and links nobody.
const TAKE: Statement = {
  name: 'take_link',
  text: `
with taken as (delete from identity_offers where code_hash = $1 returning user_id, expires_at)
select user_id from taken where expires_at > $2`,
}
const JOIN: Statement = {
  name: 'join_person',
  text: 'insert into identity_links (user_id, person) values ($1, $2) on conflict (user_id) do nothing returning user_id',
}
// Whoever joined the one that leaves joins whom it had joined, or else the first of themselves.
const UNLINK: Statement = {
  name: 'unlink_identity',
  text: `
with target as (
  select coalesce(
    (select person from identity_links where user_id = $1),
    (select min(user_id) from identity_links where person = $1)
  ) as id
), gone as (
  delete from identity_links l using target t
  where l.user_id = $1 or (l.person = $1 and l.user_id = t.id)
), moved as (
  update identity_links l set person = t.id from target t where l.person = $1 and l.user_id <> t.id and l.user_id <> $1
)
select id from target where id is not null`,
}
/** Each time somebody else has linked one of the two in between. */
const ROUNDS = 20

export function createPostgresIdentityStore({ database }: { readonly database: Database }): IdentityStore {
  async function idsOf(userId: UserId): Promise<readonly [UserId, ...UserId[]]> {
    const [first, ...others] = await database.run<{ id: UserId }>(IDS, [storableText(userId)])
    return [first?.id ?? userId, ...others.map(({ id }) => id)]
  }

  async function join(by: UserId, offering: UserId): Promise<UserId> {
    for (let round = 1; ; round += 1) {
      const [[person], own] = await Promise.all([idsOf(offering), idsOf(by)])
      if (own[0] === person || (await database.run(JOIN, [own[0], person])).length > 0)
        return (await idsOf(offering))[0]
      if (round === ROUNDS) throw new Error('Two ids could not be linked: others change them at the same time')
    }
  }

  return {
    personOf: async (userId) => (await idsOf(userId))[0],
    idsOf,
    offerLink: async (userId, code, expiresAt) => {
      await database.run(OFFER, [storableText(userId), storableText(code), expiresAt.toISOString()])
    },
    takeLink: async (code, by, now) => {
      const [row] = await database.run<{ user_id: UserId }>(TAKE, [storableText(code), now.toISOString()])
      return row === undefined ? null : join(storableText(by) as UserId, row.user_id)
    },
    unlink: async (userId) => (await database.run(UNLINK, [storableText(userId)])).length > 0,
  }
}
