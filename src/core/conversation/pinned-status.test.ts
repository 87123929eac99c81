// The pinned list of what is open in a place: kept true, at a pace that chats bear, across restarts and moves.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BOT, createCardBench, PLACE } from '../../../test/simulation/card-bench.ts'
import { completed, queued, routed, started } from '../../../test/simulation/card-story.ts'
import type { TaskId } from '../vocabulary/ids.ts'
import { createCards } from './create-cards.ts'
import { moveChat } from './move-chat.ts'

const KEY = 'status:bot/1/'
const WORK = [routed(), queued, started]

test('it is silent and pinned, tells what is open and for how long, and follows the cards of its place', async () => {
  const bench = createCardBench()
  const cards = createCards(bench.deps)
  await cards.follow(BOT)
  await cards.pin(PLACE, true)
  const { posting, lane, place } = await bench.standing(KEY)
  assert.ok(posting.type === 'message')
  assert.deepEqual([posting.silent, posting.pinned, lane, place], [true, true, 'reply', PLACE])
  assert.equal(posting.content.markdown, 'Nothing is open here.')
  const first = await bench.accept('Make *a* page')
  await cards.open(bench.card(first))
  await bench.pass(1_500)
  assert.equal(await bench.text(KEY), '**Open here**\n\n- 🕓 Received · Make \\*a\\* page · just begun')
  await bench.deliver(KEY)
  const second = await bench.accept('Why?')
  await cards.open(bench.card(second))
  const elsewhere = await bench.accept('Not here')
  await cards.open(bench.card(elsewhere, { place: { ...PLACE, chat: '9' } }))
  await bench.append(first.id, ...WORK)
  await bench.pass(1_500)
  assert.equal(
    await bench.text(KEY),
    '**Open here**\n\n- ⚙️ Working · Make \\*a\\* page · just begun\n- 🕓 Received · Why? · just begun',
  )
  assert.equal((await bench.standing(KEY)).lane, 'progress')
  await bench.pass(180_000)
  assert.match(await bench.text(KEY), /page · [23] min\n.*Why\? · [23] min$/)
  await bench.append(first.id, completed())
  await bench.pass(1_500)
  assert.match(await bench.text(KEY), /^\*\*Open here\*\*\n\n- 🕓 Received · Why\? · 3 min$/)
  await bench.append(second.id, ...WORK, completed())
  await bench.pass(1_500)
  assert.equal(await bench.text(KEY), 'Nothing is open here.')
  assert.equal(await bench.outbox.find(BOT, 'status:bot/9/'), null)
  await cards.close()
})

test('many changes at once are one edit, and quiet costs nothing', async () => {
  for (const [direct, most] of [
    [true, 16],
    [false, 8],
  ] as const) {
    const bench = createCardBench()
    const cards = createCards(bench.deps)
    await cards.follow(BOT)
    await cards.pin(PLACE, direct)
    for (let count = 0; count < 30; count += 1) {
      await cards.open(bench.card(await bench.accept(`Task ${count}`), { direct }))
      await bench.pass(300)
    }
    await bench.pass(5_000)
    const puts = bench.putsOf(KEY).length
    assert.ok(puts > 2 && puts <= most, String(puts))
    assert.match(await bench.text(KEY), /- and 10 more$/)
    await bench.pass(40_000)
    assert.equal(bench.putsOf(KEY).length, puts)
    await cards.close()
  }
})

test('where nothing is pinned nothing is put; what was taken away stays away', async () => {
  const bench = createCardBench()
  const cards = createCards(bench.deps)
  await cards.follow(BOT)
  const task = await bench.accept()
  await cards.open(bench.card(task))
  await bench.pass(5_000)
  assert.equal(await bench.outbox.find(BOT, KEY), null)
  await cards.unpin(PLACE)
  assert.equal(await bench.outbox.find(BOT, KEY), null)
  await cards.pin(PLACE, true)
  await bench.deliver(KEY)
  assert.match(await bench.text(KEY), /Make a page/)
  await cards.unpin(PLACE)
  await cards.unpin(PLACE)
  await bench.append(task.id, ...WORK, completed())
  await bench.pass(5_000)
  assert.equal((await bench.standing(KEY)).posting.type, 'nothing')
  await cards.close()
})

test('pinned again it comes anew, as what a person waits for, also where its message was deleted', async () => {
  const bench = createCardBench()
  const cards = createCards(bench.deps)
  await cards.pin(PLACE, true)
  await bench.deliver(KEY)
  const entry = await bench.outbox.find(BOT, KEY)
  assert.ok(entry !== null)
  await bench.outbox.record([{ ...entry, bot: BOT, state: 'settled', refs: [], shown: 1 }])
  await cards.pin(PLACE, true)
  const again = await bench.outbox.find(BOT, KEY)
  assert.equal(again?.state, 'waiting')
  assert.equal(again?.lane, 'reply')
  assert.equal(again?.posting.type, 'message')
  await cards.close()
})

test('it survives a restart, and is true even where the last task ended just before one', async () => {
  let broken = true
  const bench = createCardBench({
    tamper: ({ cards }) => ({
      cards: { ...cards, finish: (id: TaskId) => (broken ? Promise.reject(new Error('down')) : cards.finish(id)) },
    }),
  })
  const first = createCards(bench.deps)
  await first.follow(BOT)
  const task = await bench.accept()
  await first.open(bench.card(task))
  await first.pin(PLACE, true)
  await bench.deliver(KEY)
  await first.close()
  await bench.append(task.id, ...WORK)
  const second = createCards(bench.deps)
  await second.follow(BOT)
  await bench.pass(2_000)
  assert.match(await bench.text(KEY), /Working/)
  await bench.append(task.id, completed())
  await bench.pass(160)
  await second.close()
  assert.equal((await bench.base.cards.get(task.id))?.finished, false)
  broken = false
  const third = createCards(bench.deps)
  await third.follow(BOT)
  await bench.pass(200)
  assert.equal((await bench.base.cards.get(task.id))?.finished, true)
  assert.equal(await bench.text(KEY), 'Nothing is open here.')
  await third.close()
})

test('a card is not finished before what is pinned says so', async () => {
  let broken = false
  const bench = createCardBench({
    tamper: ({ outbox }) => ({
      outbox: {
        ...outbox,
        put: (posts) =>
          broken && posts.some(({ key }) => key === KEY) ? Promise.reject(new Error('down')) : outbox.put(posts),
      },
    }),
  })
  const cards = createCards(bench.deps)
  await cards.follow(BOT)
  const task = await bench.accept()
  await cards.open(bench.card(task))
  await cards.pin(PLACE, true)
  broken = true
  await bench.append(task.id, ...WORK, completed())
  await bench.pass(4_000)
  assert.equal((await bench.base.cards.get(task.id))?.finished, false)
  assert.ok(bench.logged.length > 0 && bench.logged.length < 20, String(bench.logged.length))
  broken = false
  await bench.pass(4_000)
  assert.equal((await bench.base.cards.get(task.id))?.finished, true)
  assert.equal(await bench.text(KEY), 'Nothing is open here.')
  await cards.close()
})

test('it goes along when its chat moves, once', async () => {
  const bench = createCardBench()
  const cards = createCards(bench.deps)
  await cards.follow(BOT)
  await cards.pin(PLACE, false)
  await bench.deliver(KEY)
  await moveChat(bench.deps, BOT, '1', '-100')
  await moveChat(bench.deps, BOT, '1', '-100')
  const moved = await bench.outbox.find(BOT, 'status:bot/-100/')
  assert.deepEqual([moved?.place.chat, moved?.state, moved?.version], ['-100', 'waiting', 1])
  const old = await bench.outbox.find(BOT, KEY)
  assert.deepEqual([old?.posting.type, old?.state], ['nothing', 'settled'])
  const task = await bench.accept()
  await cards.open(bench.card(task, { place: { ...PLACE, chat: '-100' }, direct: false }))
  await bench.pass(4_000)
  assert.match(await bench.text('status:bot/-100/'), /Make a page/)
  await cards.close()
})
