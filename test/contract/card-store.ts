// What every CardStore promises.
import assert from 'node:assert/strict'
import type { Card, CardStore } from '../../src/core/ports/card-store.ts'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'
import { BOT, CHAT, OTHER_BOT, ref, times, TOPIC } from './sample-chat.ts'
import { ADA, newId } from './sample-task.ts'
import { withParts } from './with-parts.ts'

export type CardsUnderTest = { readonly cards: CardStore; readonly close: () => Promise<void> }

export function cardStoreContract(name: string, open: () => Promise<CardsUnderTest>): void {
  const withCards = withParts(name, open)

  withCards('an open card is found by its task and by the message that asked', async ({ cards }) => {
    const one = card({ place: TOPIC, request: ref('5\0'), direct: true })
    const opened = await cards.open(one)
    assert.deepEqual({ ...opened, request: null }, { ...one, request: null })
    assert.deepEqual(await cards.get(one.taskId), opened)
    assert.deepEqual(await cards.ofRequest(TOPIC, ref('5\0')), opened)
    assert.equal(await cards.ofRequest(CHAT, ref('5\0')), null)
    assert.equal(await cards.ofRequest(TOPIC, ref(6)), null)
  })

  withCards('opening what is open changes nothing, and tells how it stands', async ({ cards }) => {
    const one = card({})
    await cards.open(one)
    await cards.finish(one.taskId)
    assert.deepEqual(await cards.open({ ...one, direct: true, place: TOPIC }), { ...one, finished: true })
  })

  withCards('of twenty who open one card at once all are told of the same', async ({ cards }) => {
    const taskId = newId<TaskId>()
    const told = await Promise.all(times(20, (index) => cards.open(card({ taskId, request: ref(index) }))))
    assert.deepEqual(new Set(told.map(({ request }) => request)).size, 1)
    assert.deepEqual(await cards.get(taskId), told[0])
  })

  withCards('many that are opened at once are all there', async ({ cards }) => {
    const many = times(60, (index) => card({ openedAt: new Date(Date.UTC(2026, 1, 1, 0, index)) }))
    await Promise.all(many.toReversed().map((one) => cards.open(one)))
    assert.deepEqual(await cards.unfinished(BOT), many)
  })

  withCards('of several tasks that one message caused the newest is meant', async ({ cards }) => {
    const [old, young] = [0, 1].map((minute) => card({ openedAt: new Date(Date.UTC(2026, 1, 1, 0, minute)) }))
    assert.ok(old && young)
    for (const one of [young, old]) await cards.open(one)
    assert.deepEqual(await cards.ofRequest(CHAT, ref(1)), young)
  })

  withCards("a bot's unfinished cards come oldest first", async ({ cards }) => {
    const made = [2, 0, 1].map((minute) => card({ openedAt: new Date(Date.UTC(2026, 1, 1, 0, minute)) }))
    const [third, first, second] = made
    for (const one of [...made, card({ place: { ...CHAT, bot: OTHER_BOT } })]) await cards.open(one)
    assert.deepEqual(await cards.unfinished(BOT), [first, second, third])
    assert.ok(first)
    for (const _ of [1, 2]) await cards.finish(first.taskId)
    assert.deepEqual(await cards.unfinished(BOT), [second, third])
    assert.deepEqual(await cards.get(first.taskId), { ...first, finished: true })
  })

  withCards("a place's cards come newest first, finished or not", async ({ cards }) => {
    const made = [0, 1, 2].map((minute) => card({ openedAt: new Date(Date.UTC(2026, 1, 1, 0, minute)) }))
    for (const one of [...made, card({ place: TOPIC })]) await cards.open({ ...one, finished: one === made[1] })
    const of = async (limit: number) => (await cards.ofPlace(CHAT, limit)).map(({ taskId }) => taskId)
    assert.deepEqual(await of(2), [made[2]?.taskId, made[1]?.taskId])
    assert.deepEqual([(await of(9)).length, await of(0)], [3, []])
  })

  withCards('when a chat moves its cards move, and only once', async ({ cards }) => {
    const [moves, topic, stays] = [card({}), card({ place: TOPIC }), card({ place: { ...CHAT, bot: OTHER_BOT } })]
    for (const one of [moves, topic, stays]) await cards.open(one)
    for (const _ of [1, 2]) await cards.moveChat(BOT, CHAT.chat, 'new')
    assert.deepEqual(await cards.get(moves.taskId), { ...moves, place: { ...CHAT, chat: 'new' }, request: null })
    assert.deepEqual((await cards.get(topic.taskId))?.place, { ...TOPIC, chat: 'new' })
    assert.deepEqual(await cards.get(stays.taskId), stays)
    assert.equal((await cards.ofPlace({ ...CHAT, chat: 'new' }, 9)).length, 1)
  })

  withCards('what is not there is not there, whatever it is called', async ({ cards }) => {
    for (const id of ['', 'x', '\0', newId<TaskId>()] as TaskId[]) {
      assert.equal(await cards.get(id), null)
      await cards.finish(id)
    }
    assert.deepEqual(await cards.unfinished(BOT), [])
  })
}

function card(wishes: Partial<Card>): Card {
  return {
    taskId: newId<TaskId>(),
    place: CHAT,
    request: ref(1),
    by: ADA,
    direct: false,
    openedAt: new Date(),
    finished: false,
    ...wishes,
  }
}
