// What every Inbox promises.
import assert from 'node:assert/strict'
import type { Inbox, InboxItem } from '../../src/core/ports/inbox.ts'
import { assertSameText, BOT, HOSTILE, OTHER_BOT, soon, times } from './sample-chat.ts'
import { withParts } from './with-parts.ts'

export type InboxUnderTest = {
  readonly inbox: Inbox
  /** The same inbox as another process has it. */
  readonly elsewhere: Inbox
  readonly close: () => Promise<void>
}

export function inboxContract(name: string, open: () => Promise<InboxUnderTest>): void {
  const withInbox = withParts(name, open)
  const waiting = async (inbox: Inbox, bot = BOT) => (await inbox.unfinished(bot, 100)).map(({ updateId }) => updateId)

  withInbox('what arrived is there, whole, with no try yet', async ({ inbox }) => {
    const one = item(9_007_199_254_740_000, { raw: { message: { text: 'Ünï 🧑🏽‍🚀', nested: [null, 1.5, { a: [] }] } } })
    assert.deepEqual(await inbox.add([one]), [one])
    assert.deepEqual(await inbox.unfinished(BOT, 10), [{ ...one, attempts: 0 }])
  })

  withInbox('of what arrives again only what is new is told, in the order given', async ({ inbox }) => {
    await inbox.add([item(2), item(4)])
    const again = [item(5), item(4), item(1), item(2), item(3), item(3)]
    assert.deepEqual(
      (await inbox.add(again)).map(({ updateId }) => updateId),
      [5, 1, 3],
    )
    assert.deepEqual(await inbox.add(again), [])
    assert.deepEqual(await inbox.add([]), [])
  })

  withInbox('the first arrival is the one that counts', async ({ inbox }) => {
    await inbox.add([item(1, { raw: { text: 'first' } })])
    await inbox.add([item(1, { raw: { text: 'second' }, lane: 'other' })])
    const [found] = await inbox.unfinished(BOT, 10)
    assert.deepEqual([found?.raw, found?.lane], [{ text: 'first' }, 'lane'])
  })

  withInbox('of twenty who bring the same at once, one is told that it is new', async ({ inbox, elsewhere }) => {
    const told = await Promise.all(
      times(20, (index) => (index % 3 === 0 ? inbox : elsewhere).add(index % 2 === 0 ? [item(1), item(2)] : [item(2)])),
    )
    assert.deepEqual(
      told
        .flat()
        .map(({ updateId }) => updateId)
        .toSorted((a, b) => a - b),
      [1, 2],
    )
  })

  withInbox('many who bring much in any order are all served, and nothing is lost', async ({ inbox, elsewhere }) => {
    const batch = times(40, (index) => item(index))
    await Promise.all(
      times(20, (index) => (index % 3 === 0 ? inbox : elsewhere).add(index % 2 === 0 ? batch : batch.toReversed())),
    )
    assert.deepEqual(
      await waiting(inbox),
      times(40, (index) => index),
    )
  })

  withInbox('each bot has numbers of its own', async ({ inbox }) => {
    await inbox.add([item(1), item(1, { bot: OTHER_BOT }), item(2, { bot: OTHER_BOT })])
    await inbox.finish(OTHER_BOT, [1])
    assert.deepEqual([await waiting(inbox), await waiting(inbox, OTHER_BOT)], [[1], [2]])
  })

  withInbox('what waits comes in the order of its numbers, as much as is asked for', async ({ inbox }) => {
    await inbox.add([10, 9, 100, 2].map((updateId) => item(updateId)))
    assert.deepEqual(await waiting(inbox), [2, 9, 10, 100])
    assert.deepEqual(
      (await inbox.unfinished(BOT, 2)).map(({ updateId }) => updateId),
      [2, 9],
    )
    assert.deepEqual(await inbox.unfinished(BOT, 0), [])
  })

  withInbox('what is finished is never given out again, and still known', async ({ inbox, elsewhere }) => {
    await inbox.add([item(1), item(2), item(3)])
    await Promise.all([inbox.finish(BOT, [3, 1]), elsewhere.finish(BOT, [1, 3]), inbox.finish(BOT, [1, 1, 99])])
    await inbox.finish(BOT, [])
    assert.deepEqual(await waiting(inbox), [2])
    assert.deepEqual(await inbox.add([item(1), item(3)]), [])
    await inbox.failed(BOT, 1, 'too late', true)
    assert.deepEqual([await waiting(inbox), (await inbox.state(BOT)).setAside], [[2], 0])
  })

  withInbox('tries that broke are counted, and one time too many sets it aside for good', async ({ inbox }) => {
    await inbox.add([item(1), item(2)])
    await inbox.failed(BOT, 1, HOSTILE, false)
    await inbox.failed(BOT, 1, 'again', false)
    assert.deepEqual(
      (await inbox.unfinished(BOT, 10)).map(({ attempts }) => attempts),
      [2, 0],
    )
    await inbox.failed(BOT, 1, 'and again', true)
    assert.deepEqual(await waiting(inbox), [2])
    assert.deepEqual(await inbox.add([item(1)]), [])
    assert.equal((await inbox.state(BOT)).setAside, 1)
  })

  withInbox('what waits, what was set aside and what came last is known', async ({ inbox }) => {
    const nothing = { unfinished: 0, setAside: 0, lastUpdateId: null, lastReceivedAt: null }
    assert.deepEqual(await inbox.state(BOT), nothing)
    const [early, late] = [new Date('2026-01-01T10:00:00Z'), new Date('2026-01-01T11:00:00Z')]
    await inbox.add([item(8, { receivedAt: late }), item(9, { receivedAt: early }), item(7, { receivedAt: early })])
    await inbox.finish(BOT, [9])
    await inbox.failed(BOT, 7, 'broken', true)
    assert.deepEqual(await inbox.state(BOT), { unfinished: 1, setAside: 1, lastUpdateId: 8, lastReceivedAt: late })
    assert.deepEqual(await inbox.state(OTHER_BOT), nothing)
  })

  withInbox('old items are deleted once they are finished, and what came last stays known', async ({ inbox }) => {
    const [old, young] = [new Date('2026-01-01T10:00:00Z'), new Date('2026-01-02T10:00:00Z')]
    await inbox.add([1, 2, 3].map((updateId) => item(updateId, { receivedAt: old })))
    await inbox.add([item(4, { receivedAt: young }), item(1, { bot: OTHER_BOT, receivedAt: old })])
    await inbox.failed(BOT, 3, 'broken', true)
    await inbox.finish(BOT, [1, 4])
    await inbox.finish(OTHER_BOT, [1])
    assert.equal(await inbox.prune(young), 2)
    assert.equal(await inbox.prune(young), 0)
    assert.deepEqual(await waiting(inbox), [2])
    const { lastUpdateId, lastReceivedAt } = await inbox.state(OTHER_BOT)
    assert.deepEqual([lastUpdateId, lastReceivedAt], [1, old])
    assert.equal(await inbox.prune(soon()), 1)
    assert.equal((await inbox.state(BOT)).lastUpdateId, 4)
  })

  withInbox('whatever people send is kept', async ({ inbox }) => {
    await inbox.add([item(1, { raw: { text: HOSTILE, 'k\0ey': '\ud800' }, lane: 'la\0ne' })])
    const [found] = await inbox.unfinished(BOT, 1)
    assertSameText(String(found?.raw['text']), HOSTILE)
    assert.deepEqual(await inbox.add([item(1)]), [])
  })
}

function item(updateId: number, wishes: Partial<InboxItem> = {}): InboxItem {
  return { bot: BOT, updateId, lane: 'lane', raw: { update_id: updateId }, receivedAt: new Date(), ...wishes }
}
