// What every Outbox promises about what is put and what is recorded; test/contract/outbox-upkeep.ts has the rest.
import assert from 'node:assert/strict'
import type { EntryChange, EntryState, Outbox, OutboxEntry } from '../../src/core/ports/outbox.ts'
import { assertSameText, BOT, CHAT, HOSTILE, OTHER_BOT, post, ref, saying, times, TOPIC } from './sample-chat.ts'
import { withParts } from './with-parts.ts'

export type OutboxUnderTest = {
  readonly outbox: Outbox
  /** The same outbox as another process has it. */
  readonly elsewhere: Outbox
  readonly close: () => Promise<void>
}

/** The change that records `wishes` of an entry as it was read. */
export function changeOf(entry: OutboxEntry, wishes: Partial<EntryChange>): EntryChange {
  const { key, state, refs, shown, attempts, notBefore, error, place, version } = entry
  return { bot: place.bot, key, state, refs, shown, attempts, notBefore, error, place, version, ...wishes }
}

export async function putOne(outbox: Outbox, ...given: Parameters<typeof post>): Promise<OutboxEntry> {
  const [entry] = await outbox.put([post(...given)])
  assert.ok(entry)
  return entry
}

export async function recordOne(outbox: Outbox, entry: OutboxEntry, wishes: Partial<EntryChange>) {
  const [now] = await outbox.record([changeOf(entry, wishes)])
  assert.ok(now)
  return now
}

/** Puts and delivers. */
export async function settleOne(outbox: Outbox, key: string, refs = [ref(1)]): Promise<OutboxEntry> {
  const entry = await putOne(outbox, key, 'shown')
  return recordOne(outbox, entry, { state: 'settled', refs, shown: entry.version })
}

export function outboxContract(name: string, open: () => Promise<OutboxUnderTest>): void {
  const withOutbox = withParts(name, open)
  const keys = (entries: readonly OutboxEntry[]) => entries.map(({ key }) => key)

  withOutbox('what is put under a new key waits, as it was given', async ({ outbox }) => {
    const given = post('one', 'Ünï *🧑🏽‍🚀*', { place: TOPIC, lane: 'final' })
    const [entry] = await outbox.put([given])
    assert.ok(entry)
    const { createdAt, updatedAt, notBefore, ...rest } = entry
    assert.deepEqual(rest, {
      ...given,
      version: 1,
      state: 'waiting',
      refs: [],
      shown: 0,
      attempts: 0,
      error: null,
    })
    assert.deepEqual([createdAt, notBefore], [updatedAt, updatedAt])
    assert.deepEqual(await outbox.find(BOT, 'one'), entry)
    assert.deepEqual(await outbox.unsettled(BOT, 10), [entry])
  })

  withOutbox('a key belongs to its bot', async ({ outbox }) => {
    const other = post('one', 'other', { place: { ...CHAT, bot: OTHER_BOT } })
    await outbox.put([post('one'), other])
    assert.deepEqual((await outbox.find(OTHER_BOT, 'one'))?.posting, other.posting)
    assert.equal((await outbox.find(BOT, 'one'))?.version, 1)
    assert.equal(await outbox.find(BOT, 'two'), null)
  })

  withOutbox('a new posting takes the place of the one that waits, with its lane', async ({ outbox }) => {
    const first = await putOne(outbox, 'one', 'progress', { lane: 'progress' })
    const second = await putOne(outbox, 'one', 'done', { lane: 'final' })
    assert.deepEqual([second.version, second.lane, second.posting], [2, 'final', saying('done')])
    assert.deepEqual(second.createdAt, first.createdAt)
    assert.deepEqual(await outbox.unsettled(BOT, 10), [second])
  })

  withOutbox('an equal posting changes nothing, however its members are ordered', async ({ outbox }) => {
    const entry = await settleOne(outbox, 'one')
    const posting = Object.fromEntries(Object.entries(saying('shown')).toReversed())
    const again = await outbox.put([{ ...post('one'), lane: 'final', posting: { ...saying(''), ...posting } }])
    assert.deepEqual(again, [entry])
    assert.deepEqual(await outbox.find(BOT, 'one'), entry)
  })

  withOutbox('a new posting waits again, whatever became of the old one', async ({ outbox }) => {
    for (const state of ['waiting', 'settled', 'ambiguous', 'failed'] satisfies EntryState[]) {
      const entry = await putOne(outbox, state, 'old')
      await recordOne(outbox, entry, { state, attempts: 3, error: 'some reason', refs: [ref(9)], shown: 1 })
      const now = await putOne(outbox, state, 'new')
      assert.deepEqual(
        [now.state, now.version, now.attempts, now.error, now.refs, now.shown],
        ['waiting', 2, 0, null, [ref(9)], 1],
      )
    }
  })

  withOutbox('an equal posting gives one that failed another try, and only that one', async ({ outbox }) => {
    for (const state of ['failed', 'ambiguous', 'held', 'settled'] satisfies EntryState[]) {
      const entry = await putOne(outbox, state)
      await recordOne(outbox, entry, { state, attempts: 3, error: 'some reason' })
      const now = await putOne(outbox, state)
      assert.deepEqual([now.state, now.version], [state === 'failed' ? 'waiting' : state, 1])
      if (state === 'failed') assert.deepEqual([now.attempts, now.error], [0, null])
    }
  })

  withOutbox('what is held for a closed chat stays held, with the newest posting', async ({ outbox }) => {
    const entry = await putOne(outbox, 'one', 'old')
    await recordOne(outbox, entry, { state: 'held', error: 'blocked' })
    const now = await putOne(outbox, 'one', 'new')
    assert.deepEqual([now.state, now.version, now.posting, now.error], ['held', 2, saying('new'), 'blocked'])
    assert.deepEqual(await outbox.unsettled(BOT, 10), [])
  })

  withOutbox('a chat that wants to be left alone is left alone by the next posting too', async ({ outbox }) => {
    const entry = await putOne(outbox, 'one', 'old')
    const notBefore = new Date(Date.now() + 30_000)
    await recordOne(outbox, entry, { state: 'waiting', notBefore })
    assert.deepEqual((await putOne(outbox, 'one', 'new')).notBefore, notBefore)
  })

  withOutbox('nothing is settled where nothing stands', async ({ outbox }) => {
    const nothing = { posting: { type: 'nothing' } } as const
    assert.equal((await putOne(outbox, 'new', '', nothing)).state, 'settled')
    await putOne(outbox, 'unsent')
    const unsent = await putOne(outbox, 'unsent', '', nothing)
    assert.deepEqual([unsent.state, unsent.version], ['settled', 2])
    for (const state of ['failed', 'held'] satisfies EntryState[]) {
      const entry = await putOne(outbox, state)
      await recordOne(outbox, entry, { state, error: 'some reason' })
      assert.equal((await putOne(outbox, state, '', nothing)).state, 'settled')
    }
    assert.deepEqual(await outbox.unsettled(BOT, 10), [])
  })

  withOutbox('what stands, or may stand, has to be taken away first', async ({ outbox }) => {
    const nothing = { posting: { type: 'nothing' } } as const
    await settleOne(outbox, 'stands')
    await settleOne(outbox, 'reaction', [])
    await recordOne(outbox, await putOne(outbox, 'may'), { state: 'ambiguous', shown: -1 })
    for (const key of ['stands', 'reaction', 'may']) {
      assert.equal((await putOne(outbox, key, '', nothing)).state, 'waiting', key)
    }
  })

  withOutbox('what is put together is told of in the order given, known or not', async ({ outbox }) => {
    await settleOne(outbox, 'b')
    const told = await outbox.put([post('c'), post('b', 'shown'), post('a'), post('c', 'last')])
    assert.deepEqual(keys(told), ['c', 'b', 'a', 'c'])
    assert.deepEqual(told[0], told[3])
    assert.deepEqual([told[3]?.posting, told[1]?.state], [saying('last'), 'settled'])
    assert.deepEqual(await outbox.put([]), [])
  })

  withOutbox('of twenty who put one key at once, one wins whole', async ({ outbox, elsewhere }) => {
    const lanes = ['reply', 'final'] as const
    await Promise.all(
      times(20, (index) =>
        (index % 3 === 0 ? outbox : elsewhere).put([
          post('one', `text ${index}`, { lane: lanes[index % 2] ?? 'reply' }),
        ]),
      ),
    )
    const entry = await outbox.find(BOT, 'one')
    const texts = times(20, (index) => ({ posting: saying(`text ${index}`), lane: lanes[index % 2] }))
    assert.ok(entry)
    const { posting, lane, version, state } = entry
    assert.ok(texts.some((text) => JSON.stringify(text) === JSON.stringify({ posting: inOrder(posting), lane })))
    assert.ok(version >= 1 && version <= 20)
    assert.equal(state, 'waiting')
  })

  withOutbox('many who put many keys in any order are all served', async ({ outbox, elsewhere }) => {
    const posts = times(30, (index) => `key ${index}`)
    await Promise.all(
      times(20, (index) =>
        (index % 3 === 0 ? outbox : elsewhere).put(
          (index % 2 === 0 ? posts : posts.toReversed()).map((key) => post(key, `by ${index}`)),
        ),
      ),
    )
    const found = await outbox.unsettled(BOT, 100)
    assert.deepEqual(keys(found).toSorted(), posts.toSorted())
  })

  withOutbox('what was put while a request is under way is neither lost nor taken for shown', async ({ outbox }) => {
    const entry = await recordOne(outbox, await putOne(outbox, 'one', 'old'), { state: 'sending' })
    const meanwhile = await putOne(outbox, 'one', 'new')
    assert.deepEqual([meanwhile.state, meanwhile.version, meanwhile.shown], ['sending', 2, 0])
    const after = await recordOne(outbox, entry, { state: 'settled', refs: [ref(5)], shown: 1 })
    assert.deepEqual(
      [after.state, after.version, after.shown, after.refs, after.posting],
      ['waiting', 2, 1, [ref(5)], saying('new')],
    )
    assert.deepEqual(await outbox.unsettled(BOT, 10), [after])
  })

  withOutbox(
    'a put that races the answer to a request is never lost and never taken for shown',
    async ({ outbox, elsewhere }) => {
      await Promise.all(
        times(20, async (index) => {
          const key = `key ${index}`
          const sending = await recordOne(outbox, await putOne(outbox, key, 'old'), { state: 'sending' })
          const [put] = await Promise.all([
            putOne(elsewhere, key, 'new'),
            recordOne(outbox, sending, { state: 'settled', refs: [ref(index)], shown: 1 }),
          ])
          const entry = await outbox.find(BOT, key)
          assert.deepEqual(
            [put.version, entry?.state, entry?.version, entry?.shown, entry?.refs, entry?.posting],
            [2, 'waiting', 2, 1, [ref(index)], saying('new')],
          )
        }),
      )
    },
  )

  withOutbox('a request for an old posting does not begin once there is a newer one', async ({ outbox }) => {
    const old = await putOne(outbox, 'one', 'old')
    const newer = await putOne(outbox, 'one', 'newer')
    // Nor is anything remembered of it: nothing left.
    assert.deepEqual(await recordOne(outbox, old, { state: 'sending', shown: -old.version }), newer)
    assert.deepEqual(await outbox.find(BOT, 'one'), newer)
  })

  withOutbox('what somebody else has settled meanwhile is not begun again', async ({ outbox }) => {
    const seen = await putOne(outbox, 'one', 'shown')
    const settled = await recordOne(outbox, seen, { state: 'settled', refs: [ref(1)], shown: 1 })
    assert.deepEqual(await recordOne(outbox, seen, { state: 'sending', shown: -1 }), settled)
    assert.deepEqual(await outbox.find(BOT, 'one'), settled)
    assert.equal((await outbox.findByRef(BOT, CHAT.chat, ref(1)))?.key, 'one')
  })

  withOutbox('what went wrong with an old posting is not held against the newer one', async ({ outbox }) => {
    for (const state of ['failed', 'ambiguous', 'held', 'waiting'] satisfies EntryState[]) {
      const old = await recordOne(outbox, await putOne(outbox, state, 'old'), { state: 'sending' })
      const newer = await putOne(outbox, state, 'new')
      const notBefore = new Date(Date.now() + 30_000)
      const now = await recordOne(outbox, old, { state, attempts: 4, error: 'some reason', notBefore })
      assert.deepEqual([now.state, now.attempts, now.error], ['waiting', 0, null])
      // Being asked to wait concerns the chat and not what was to be said there.
      assert.deepEqual(now.notBefore, state === 'waiting' ? notBefore : newer.notBefore)
    }
  })

  withOutbox('what came of a request is recorded as it is', async ({ outbox }) => {
    const entry = await putOne(outbox, 'one', 'text', { place: TOPIC })
    const change = changeOf(entry, {
      state: 'ambiguous',
      refs: [ref(3), ref(4)],
      shown: -1,
      attempts: 2,
      notBefore: new Date('2026-03-01T10:00:00.123Z'),
      error: 'no answer',
      place: CHAT,
    })
    const [told] = await outbox.record([change])
    const { bot, ...recorded } = change
    assert.deepEqual({ ...told, updatedAt: null }, { ...entry, ...recorded, updatedAt: null })
    assert.deepEqual(await outbox.find(bot, 'one'), told)
  })

  withOutbox(
    'what is recorded together is told of in the order given, without what is not there',
    async ({ outbox }) => {
      const made = await outbox.put(['c', 'a', 'b'].map((key) => post(key)))
      const changes = made.map((entry) => changeOf(entry, { state: 'sending' }))
      const told = await outbox.record([...changes, ...changes.map((change) => ({ ...change, key: 'gone' }))])
      assert.deepEqual(
        told.map(({ key, state }) => [key, state]),
        ['c', 'a', 'b'].map((key) => [key, 'sending']),
      )
      assert.deepEqual(await outbox.record([]), [])
      assert.equal(await outbox.find(BOT, 'gone'), null)
    },
  )

  withOutbox('whatever is said is kept, and saying it again is saying it once', async ({ outbox }) => {
    const entry = await putOne(outbox, 'k\0ey', HOSTILE)
    const again = await putOne(outbox, 'k\0ey', HOSTILE)
    assert.deepEqual([again.version, again.state], [1, 'waiting'])
    assertSameText(again.posting.type === 'message' ? again.posting.content.markdown : '', HOSTILE)
    const failed = await recordOne(outbox, entry, { state: 'failed', error: HOSTILE, refs: [ref('\0')] })
    assertSameText(failed.error ?? '', HOSTILE)
    assert.ok((await outbox.find(BOT, 'k\0ey')) !== null)
    assert.deepEqual(keys([(await outbox.findByRef(BOT, CHAT.chat, ref('\0'))) ?? failed]), [failed.key])
  })
}

/** Members in the order in which the samples have them. */
function inOrder(posting: OutboxEntry['posting']): unknown {
  return posting.type === 'message' ? saying(posting.content.markdown) : posting
}
