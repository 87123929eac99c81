// What every IdentityStore promises.
import assert from 'node:assert/strict'
import type { IdentityStore } from '../../src/core/ports/identity-store.ts'
import type { UserId } from '../../src/core/vocabulary/ids.ts'
import { times } from './sample-chat.ts'
import { withParts } from './with-parts.ts'

export type IdentitiesUnderTest = { readonly identities: IdentityStore; readonly close: () => Promise<void> }

const [OWNER, ADA, BEN, CLEO, DORA] = ['owner', 'telegram:1', 'telegram:2', 'http:3', 'http:4'] as UserId[] as [
  UserId,
  UserId,
  UserId,
  UserId,
  UserId,
]
const NOON = new Date('2026-03-01T12:00:00Z')
const LATER = new Date('2026-03-01T13:00:00Z')

export function identityStoreContract(name: string, open: () => Promise<IdentitiesUnderTest>): void {
  const withIdentities = withParts(name, open)

  async function link(identities: IdentityStore, offering: UserId, by: UserId): Promise<UserId | null> {
    const code = `code of ${offering} for ${by}`
    await identities.offerLink(offering, code, LATER)
    return identities.takeLink(code, by, NOON)
  }

  withIdentities('who is not linked is a person by themself', async ({ identities }) => {
    assert.equal(await identities.personOf(ADA), ADA)
    assert.deepEqual(await identities.idsOf(ADA), [ADA])
    assert.equal(await identities.unlink(ADA), false)
  })

  withIdentities('who takes a code is the person who offered it', async ({ identities }) => {
    assert.equal(await link(identities, OWNER, ADA), OWNER)
    assert.deepEqual(await Promise.all([OWNER, ADA].map((id) => identities.personOf(id))), [OWNER, OWNER])
    assert.deepEqual(await identities.idsOf(OWNER), [OWNER, ADA])
    assert.deepEqual(await identities.idsOf(ADA), [OWNER, ADA])
    assert.equal(await identities.personOf(BEN), BEN)
  })

  withIdentities('a code holds once, of twenty who take it one has it', async ({ identities }) => {
    await identities.offerLink(OWNER, 'code', LATER)
    const takers = times(20, (index) => `telegram:${index + 100}` as UserId)
    const told = await Promise.all(takers.map((by) => identities.takeLink('code', by, NOON)))
    assert.deepEqual(
      told.filter((one) => one !== null),
      [OWNER],
    )
    assert.equal((await identities.idsOf(OWNER)).length, 2)
    assert.equal(await identities.takeLink('code', ADA, NOON), null)
  })

  withIdentities('an unknown, a replaced and an expired code link nobody', async ({ identities }) => {
    assert.equal(await identities.takeLink('code', ADA, NOON), null)
    await identities.offerLink(OWNER, 'old', LATER)
    await identities.offerLink(OWNER, 'new', LATER)
    assert.equal(await identities.takeLink('old', ADA, NOON), null)
    assert.equal(await identities.takeLink('new', ADA, LATER), null)
    assert.equal(await identities.takeLink('new', ADA, NOON), null)
    assert.deepEqual(await identities.idsOf(OWNER), [OWNER])
  })

  withIdentities('whoever was one with either is one with both', async ({ identities }) => {
    await link(identities, ADA, BEN)
    await link(identities, CLEO, DORA)
    assert.equal(await link(identities, BEN, DORA), ADA)
    for (const id of [ADA, BEN, CLEO, DORA]) {
      assert.equal(await identities.personOf(id), ADA)
      const [first, ...others] = await identities.idsOf(id)
      assert.deepEqual([first, others.toSorted()], [ADA, [CLEO, DORA, BEN].toSorted()])
    }
    assert.equal(await identities.personOf(OWNER), OWNER)
  })

  withIdentities('linking what is linked, or oneself, changes nothing', async ({ identities }) => {
    await link(identities, ADA, BEN)
    assert.deepEqual([await link(identities, BEN, ADA), await link(identities, ADA, ADA)], [ADA, ADA])
    assert.deepEqual(await identities.idsOf(BEN), [ADA, BEN])
  })

  withIdentities('who is unlinked is a person again, and the others stay one', async ({ identities }) => {
    for (const id of [BEN, CLEO, DORA]) await link(identities, ADA, id)
    assert.equal(await identities.unlink(CLEO), true)
    assert.equal(await identities.unlink(CLEO), false)
    assert.deepEqual(await identities.idsOf(CLEO), [CLEO])
    assert.equal((await identities.idsOf(ADA)).length, 3)
    // The person's own id goes: the others are one all the same.
    assert.equal(await identities.unlink(ADA), true)
    assert.deepEqual(await identities.idsOf(ADA), [ADA])
    assert.deepEqual((await identities.idsOf(BEN)).toSorted(), [BEN, DORA].toSorted())
    assert.equal(await identities.unlink(BEN), true)
    assert.deepEqual(await identities.idsOf(DORA), [DORA])
    assert.equal(await identities.unlink(DORA), false)
  })

  withIdentities('who joined one that joined another is freed alone', async ({ identities }) => {
    await link(identities, BEN, CLEO)
    await link(identities, ADA, BEN)
    assert.equal(await identities.unlink(BEN), true)
    assert.deepEqual(await identities.idsOf(BEN), [BEN])
    assert.deepEqual(await identities.idsOf(CLEO), [ADA, CLEO])
  })

  withIdentities('links that cross each other make one person of all', async ({ identities }) => {
    const ids = [ADA, BEN, CLEO, DORA]
    await Promise.all(ids.map((id) => identities.offerLink(id, `code of ${id}`, LATER)))
    // Each takes the next one's, the last the first one's: a ring.
    const next = (index: number) => ids[(index + 1) % ids.length] ?? ADA
    await Promise.all(ids.map((id, index) => identities.takeLink(`code of ${next(index)}`, id, NOON)))
    const persons = await Promise.all(ids.map((id) => identities.personOf(id)))
    assert.equal(new Set(persons).size, 1)
    assert.deepEqual((await identities.idsOf(ADA)).toSorted(), ids.toSorted())
    for (const id of ids.slice(1)) assert.equal(await identities.unlink(id), true)
    for (const id of ids) assert.deepEqual(await identities.idsOf(id), [id])
  })

  withIdentities('whatever an id is, it is nobody else', async ({ identities }) => {
    const odd = `'"\\ $1 ü` as UserId
    assert.equal(await link(identities, odd, ADA), odd)
    assert.deepEqual(await identities.idsOf(ADA), [odd, ADA])
    assert.equal(await identities.takeLink('', ADA, NOON), null)
  })
}
