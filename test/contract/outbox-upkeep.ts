// What every Outbox promises about finding, moving, releasing, counting and forgetting entries.
import assert from 'node:assert/strict'
import type { Outbox, OutboxEntry } from '../../src/core/ports/outbox.ts'
import { changeOf, putOne, recordOne, settleOne } from './outbox.ts'
import type { OutboxUnderTest } from './outbox.ts'
import { BOT, CHAT, OTHER_BOT, post, ref, soon, times, TOPIC } from './sample-chat.ts'
import { withParts } from './with-parts.ts'

const MOVED = '-100999'

export function outboxUpkeepContract(name: string, open: () => Promise<OutboxUnderTest>): void {
  const withOutbox = withParts(name, open)
  const keys = (entries: readonly OutboxEntry[]) => entries.map(({ key }) => key)
  const keyAt = async (outbox: Outbox, chat: string, number: number) =>
    (await outbox.findByRef(BOT, chat, ref(number)))?.key

  withOutbox('the oldest entries come first, as many as are asked for, and no settled ones', async ({ outbox }) => {
    const order = ['z', 'm', 'a', 'k', 'b']
    for (const key of order) await outbox.put([post(key)])
    await outbox.put([post('y'), post('x'), post('w')])
    await recordOne(outbox, await putOne(outbox, 'm', 'new'), { state: 'sending' })
    await settleOne(outbox, 'k')
    await putOne(outbox, 'other', '', { place: { ...CHAT, bot: OTHER_BOT } })
    assert.deepEqual(keys(await outbox.unsettled(BOT, 100)), ['z', 'm', 'a', 'b', 'y', 'x', 'w'])
    assert.deepEqual(keys(await outbox.unsettled(BOT, 2)), ['z', 'm'])
    assert.deepEqual(await outbox.unsettled(BOT, 0), [])
  })

  withOutbox('what is put without waiting keeps the order in which it was put', async ({ outbox }) => {
    await Promise.all(times(50, (index) => outbox.put([post(`${(index * 7) % 50}`)])))
    assert.deepEqual(
      keys(await outbox.unsettled(BOT, 100)),
      times(50, (index) => `${(index * 7) % 50}`),
    )
  })

  withOutbox('of puts of one key that nobody waited for, the last one stands', async ({ outbox }) => {
    await Promise.all(times(30, (index) => outbox.put([post('one', `text ${index}`)])))
    const entry = await outbox.find(BOT, 'one')
    assert.equal(entry?.posting.type === 'message' ? entry.posting.content.markdown : null, 'text 29')
  })

  withOutbox('every message that stands for an entry leads to it, in its chat only', async ({ outbox }) => {
    await settleOne(outbox, 'one', [ref(1), ref(2)])
    await settleOne(outbox, 'two', [ref(3)])
    assert.deepEqual(await Promise.all([1, 2, 3, 4].map((it) => keyAt(outbox, CHAT.chat, it))), [
      'one',
      'one',
      'two',
      undefined,
    ])
    assert.equal(await keyAt(outbox, 'elsewhere', 1), undefined)
    assert.equal(await outbox.findByRef(OTHER_BOT, CHAT.chat, ref(1)), null)
  })

  withOutbox('messages that no longer stand there lead nowhere', async ({ outbox }) => {
    const entry = await settleOne(outbox, 'one', [ref(1), ref(2)])
    const fewer = await recordOne(outbox, entry, { refs: [ref(2), ref(3)] })
    assert.deepEqual(await Promise.all([1, 2, 3].map((it) => keyAt(outbox, CHAT.chat, it))), [undefined, 'one', 'one'])
    await recordOne(outbox, fewer, { refs: [], place: TOPIC })
    assert.deepEqual(await Promise.all([2, 3].map((it) => keyAt(outbox, CHAT.chat, it))), [undefined, undefined])
  })

  withOutbox('when a chat moves its entries move, waiting or not, and only once', async ({ outbox }) => {
    await settleOne(outbox, 'shown', [ref(1)])
    await putOne(outbox, 'waits', '', { place: TOPIC })
    await putOne(outbox, 'elsewhere', '', { place: { ...CHAT, chat: '5' } })
    for (const _ of [1, 2]) await outbox.moveChat(BOT, CHAT.chat, MOVED)
    assert.deepEqual((await outbox.find(BOT, 'shown'))?.place, { ...CHAT, chat: MOVED })
    assert.deepEqual((await outbox.find(BOT, 'waits'))?.place, { ...TOPIC, chat: MOVED })
    assert.equal((await outbox.find(BOT, 'elsewhere'))?.place.chat, '5')
    // The new chat numbers its messages anew: number 1 there is another one.
    assert.deepEqual([await keyAt(outbox, MOVED, 1), await keyAt(outbox, CHAT.chat, 1)], [undefined, undefined])
    const shown = await outbox.find(BOT, 'shown')
    assert.deepEqual([shown?.refs, shown?.shown, shown?.state], [[], 0, 'settled'])
    await outbox.moveChat(BOT, MOVED, MOVED)
    assert.equal((await outbox.find(BOT, 'shown'))?.place.chat, MOVED)
  })

  withOutbox('a posting for a key goes to where its entry is by now', async ({ outbox }) => {
    await settleOne(outbox, 'one')
    await outbox.moveChat(BOT, CHAT.chat, MOVED)
    assert.equal((await putOne(outbox, 'one', 'new')).place.chat, MOVED)
  })

  withOutbox('a chat that opens again gets what still matters, and what does not fails', async ({ outbox }) => {
    const lanes = ['final', 'approval', 'progress'] as const
    for (const lane of lanes) {
      const entry = await putOne(outbox, lane, '', { lane })
      await recordOne(outbox, entry, { state: 'held', attempts: 2, error: 'blocked' })
    }
    const elsewhere = await putOne(outbox, 'elsewhere', '', { place: { ...CHAT, chat: '5' }, lane: 'final' })
    await recordOne(outbox, elsewhere, { state: 'held', error: 'blocked' })
    const released = await outbox.releaseHeld(BOT, CHAT.chat, ['approval', 'final'])
    assert.deepEqual(
      released.map(({ key, state, attempts, error }) => [key, state, attempts, error]),
      [
        ['final', 'waiting', 0, null],
        ['approval', 'waiting', 0, null],
      ],
    )
    const states = await Promise.all(['progress', 'elsewhere'].map((key) => outbox.find(BOT, key)))
    assert.deepEqual(
      states.map((entry) => [entry?.state, entry?.error]),
      [
        ['failed', 'blocked'],
        ['held', 'blocked'],
      ],
    )
    assert.deepEqual(await outbox.releaseHeld(BOT, CHAT.chat, ['approval', 'final']), [])
  })

  withOutbox('how much waits, and since when, is known however often it changes', async ({ outbox }) => {
    const none = { waiting: 0, ambiguous: 0, failed: 0, held: 0, oldestWaiting: null }
    assert.deepEqual(await outbox.state(BOT), none)
    const first = await putOne(outbox, 'first', '1')
    for (const text of ['2', '3']) await putOne(outbox, 'first', text)
    await recordOne(outbox, await putOne(outbox, 'sending'), { state: 'sending' })
    for (const state of ['ambiguous', 'failed', 'held'] as const) {
      await recordOne(outbox, await putOne(outbox, state), { state, error: 'some reason' })
    }
    await settleOne(outbox, 'settled')
    const state = { waiting: 2, ambiguous: 1, failed: 1, held: 1, oldestWaiting: first.createdAt }
    assert.deepEqual(await outbox.state(BOT), state)
    assert.deepEqual(await outbox.state(OTHER_BOT), none)
  })

  withOutbox('what settled and changes again has waited since it changed', async ({ outbox }) => {
    const settled = await settleOne(outbox, 'one')
    await new Promise((resolve) => setTimeout(resolve, 5))
    const again = await putOne(outbox, 'one', 'new')
    const { oldestWaiting } = await outbox.state(BOT)
    assert.deepEqual(oldestWaiting, again.updatedAt)
    assert.ok(again.updatedAt > settled.createdAt)
  })

  withOutbox('operators see the newest of a state, of one bot or of all', async ({ outbox }) => {
    for (const key of ['a', 'b', 'c'])
      await recordOne(outbox, await putOne(outbox, key), { state: 'failed', error: 'no' })
    await putOne(outbox, 'waits')
    await putOne(outbox, 'd', '', { place: { ...CHAT, bot: OTHER_BOT } })
    const list = async (...given: Parameters<Outbox['list']>) => keys(await outbox.list(...given))
    assert.deepEqual(await list(BOT, ['failed'], 2), ['c', 'b'])
    assert.deepEqual(await list(null, ['failed', 'waiting'], 9), ['d', 'waits', 'c', 'b', 'a'])
    assert.deepEqual(await list(BOT, [], 9), [])
  })

  withOutbox('old entries that are settled or failed are forgotten, with their messages', async ({ outbox }) => {
    await settleOne(outbox, 'settled', [ref(1)])
    await recordOne(outbox, await putOne(outbox, 'failed'), { state: 'failed', error: 'no' })
    for (const state of ['ambiguous', 'held', 'sending'] as const) {
      await recordOne(outbox, await putOne(outbox, state), { state })
    }
    await putOne(outbox, 'waiting')
    assert.equal(await outbox.prune(new Date(Date.now() - 60_000)), 0)
    assert.equal(await outbox.prune(soon()), 2)
    assert.equal(await outbox.prune(soon()), 0)
    assert.deepEqual([await outbox.find(BOT, 'settled'), await keyAt(outbox, CHAT.chat, 1)], [null, undefined])
    assert.equal((await outbox.list(null, ['ambiguous', 'held', 'sending', 'waiting'], 9)).length, 4)
    assert.equal((await putOne(outbox, 'settled')).version, 1)
  })

  withOutbox(
    'forgetting, moving, putting and recording at once leave nothing undone',
    async ({ outbox, elsewhere }) => {
      const made = await outbox.put(times(40, (index) => post(`key ${index}`)))
      await Promise.all([
        ...times(8, (index) =>
          outbox.record((index % 2 === 0 ? made : made.toReversed()).map((it) => changeOf(it, { state: 'settled' }))),
        ),
        ...times(8, (index) =>
          (index % 2 === 0 ? outbox : elsewhere).put(made.map(({ key }) => post(key, `text ${index}`)).toReversed()),
        ),
        elsewhere.moveChat(BOT, CHAT.chat, MOVED),
        outbox.releaseHeld(BOT, CHAT.chat, ['reply']),
        outbox.prune(new Date(0)),
      ])
      assert.equal((await outbox.list(BOT, ['waiting', 'settled'], 99)).length, 40)
    },
  )
}
