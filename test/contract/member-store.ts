// What every MemberStore promises.
import assert from 'node:assert/strict'
import type { Member, MemberStore, PairingRequest } from '../../src/core/ports/member-store.ts'
import type { UserId } from '../../src/core/vocabulary/ids.ts'
import { assertSameText, CHAT, HOSTILE, times, TOPIC } from './sample-chat.ts'
import { ADA } from './sample-task.ts'
import { withParts } from './with-parts.ts'

export type MembersUnderTest = { readonly members: MemberStore; readonly close: () => Promise<void> }

const NOON = new Date('2026-03-01T12:00:00Z')
const minutesAfterNoon = (minutes: number) => new Date(NOON.getTime() + minutes * 60_000)

export function memberStoreContract(name: string, open: () => Promise<MembersUnderTest>): void {
  const withMembers = withParts(name, open)

  withMembers('who was let in is found, and listed oldest first', async ({ members }) => {
    const [ada, ben] = [member('ada', 2), member('ben', 1)]
    for (const one of [ada, ben]) await members.put(one)
    assert.deepEqual([await members.find(ADA), await members.list()], [ada, [ben, ada]])
    assert.equal(await members.find('cleo' as UserId), null)
  })

  withMembers('role and name change, and since when stays', async ({ members }) => {
    const ada = member('ada', 1)
    await members.put(ada)
    const owner: Member = { ...ada, role: 'owner', name: 'Ada L.' }
    await members.put({ ...owner, since: minutesAfterNoon(9) })
    assert.deepEqual(await members.list(), [owner])
  })

  withMembers('who was put out is gone, once', async ({ members }) => {
    await members.put(member('ada', 1))
    const told = await Promise.all(times(10, () => members.remove(ADA)))
    assert.equal(told.filter(Boolean).length, 1)
    assert.deepEqual([await members.find(ADA), await members.remove(ADA)], [null, false])
  })

  withMembers('who asks is asked about, and asking again is the same request', async ({ members }) => {
    const first = request('ada', { place: TOPIC })
    assert.deepEqual(await members.ask(first, 3, NOON), { type: 'asked', request: first })
    const again = request('ada', { code: 'another' })
    assert.deepEqual(await members.ask(again, 3, NOON), { type: 'open', request: first })
    assert.deepEqual(await members.requests(NOON), [first])
    assert.equal(await members.takeRequest('another', NOON), null)
  })

  withMembers('one person who asks twenty times at once has one request', async ({ members }) => {
    const told = await Promise.all(
      times(20, (index) => members.ask(request('ada', { code: `code ${index}` }), 3, NOON)),
    )
    assert.equal(told.filter(({ type }) => type === 'asked').length, 1)
    assert.equal((await members.requests(NOON)).length, 1)
    const codes = new Set(told.map((it) => (it.type === 'too_many' ? null : it.request.code)))
    assert.equal(codes.size, 1)
  })

  withMembers('of twenty who ask at once no more are heard than may be', async ({ members }) => {
    const told = await Promise.all(times(20, (index) => members.ask(request(`user ${index}`), 3, NOON)))
    assert.equal(told.filter(({ type }) => type === 'asked').length, 3)
    assert.equal(told.filter(({ type }) => type === 'too_many').length, 17)
    assert.equal((await members.requests(NOON)).length, 3)
  })

  withMembers('who is too many asks again once there is room', async ({ members }) => {
    for (const user of ['ada', 'ben']) await members.ask(request(user), 2, NOON)
    assert.deepEqual(await members.ask(request('cleo'), 2, NOON), { type: 'too_many' })
    assert.equal((await members.ask(request('ada'), 2, NOON)).type, 'open')
    await members.takeRequest('code of ben', NOON)
    assert.equal((await members.ask(request('cleo'), 2, NOON)).type, 'asked')
    assert.deepEqual(await members.ask(request('ben'), 1, NOON), { type: 'too_many' })
    assert.equal((await members.ask(request('ben'), 3, NOON)).type, 'asked')
    assert.deepEqual(await members.ask(request('dora'), 0, NOON), { type: 'too_many' })
  })

  withMembers('fewer than before may be heard, whoever of them went away', async ({ members }) => {
    for (const user of ['ada', 'ben', 'cleo']) await members.ask(request(user), 3, NOON)
    await members.takeRequest('code of ada', NOON)
    assert.deepEqual(await members.ask(request('dora'), 2, NOON), { type: 'too_many' })
    assert.equal((await members.ask(request('dora'), 3, NOON)).type, 'asked')
  })

  withMembers('what has expired is not open, takes no room, and is asked anew', async ({ members }) => {
    for (const user of ['ada', 'ben']) await members.ask(request(user), 2, NOON)
    const later = minutesAfterNoon(61)
    assert.deepEqual(await members.requests(later), [])
    assert.equal(await members.takeRequest('code of ada', later), null)
    const anew = request('ada', { code: 'new', expiresAt: minutesAfterNoon(120) })
    assert.deepEqual(await members.ask(anew, 1, later), { type: 'asked', request: anew })
    assert.deepEqual(await members.requests(later), [anew])
  })

  withMembers('of twenty who take a request one has it', async ({ members }) => {
    const ada = request('ada')
    await members.ask(ada, 3, NOON)
    const taken = await Promise.all(times(20, () => members.takeRequest(ada.code, NOON)))
    assert.deepEqual(
      taken.filter((it) => it !== null),
      [ada],
    )
    assert.deepEqual(await members.requests(NOON), [])
    assert.equal((await members.ask(request('ada', { code: 'new' }), 3, NOON)).type, 'asked')
  })

  withMembers('requests are listed by when they end', async ({ members }) => {
    const made = [30, 10, 20].map((minutes) => request(`u${minutes}`, { expiresAt: minutesAfterNoon(minutes) }))
    for (const one of made) await members.ask(one, 9, NOON)
    assert.deepEqual(
      (await members.requests(NOON)).map(({ userId }) => userId as string),
      ['u10', 'u20', 'u30'],
    )
  })

  withMembers('whatever people call themselves is kept', async ({ members }) => {
    const userId = 'u\0' as UserId
    await members.put({ ...member('x', 1), userId, name: HOSTILE })
    assertSameText((await members.find(userId))?.name, HOSTILE)
    await members.ask(request('y', { name: HOSTILE, code: 'c\0' }), 3, NOON)
    assertSameText((await members.takeRequest('c\0', NOON))?.name, HOSTILE)
    assert.equal(await members.takeRequest('', NOON), null)
  })
}

function member(user: string, minute: number): Member {
  return { userId: user as UserId, role: 'member', name: `${user} 🧑🏽‍🚀`, since: minutesAfterNoon(minute) }
}

function request(user: string, wishes: Partial<PairingRequest> = {}): PairingRequest {
  return {
    userId: user as UserId,
    name: user,
    code: `code of ${user}`,
    place: CHAT,
    expiresAt: minutesAfterNoon(60),
    ...wishes,
  }
}
