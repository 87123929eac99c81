import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADA, BOT, createCardBench, PLACE } from '../../../test/simulation/card-bench.ts'
import {
  aborted,
  begins,
  calls,
  check,
  completed,
  failed,
  patched,
  planned,
  preview,
  previewClosed,
  queued,
  routed,
  RUNNING,
  says,
  started,
} from '../../../test/simulation/card-story.ts'
import type { ArtifactId } from '../vocabulary/ids.ts'
import { acceptCard } from './accepted.ts'
import { createCards } from './create-cards.ts'

const asked = [routed({ task_type: 'question' }), queued, started]

test('a card stands when it is opened, before anything else happens, and opening it again changes nothing', async () => {
  const bench = createCardBench()
  const cards = createCards(bench.deps)
  const task = await bench.accept()
  await cards.open(bench.card(task))
  const post = await bench.standing(`task:${task.id}`)
  assert.equal(post.lane, 'reply')
  assert.ok(post.posting.type === 'message')
  assert.equal(post.posting.replyTo, '7')
  assert.equal(post.posting.silent, true)
  assert.deepEqual(await bench.labels(`task:${task.id}`), ['Stop', 'Status', 'Details'])
  await cards.open(bench.card(task))
  await bench.pass(20_000)
  assert.equal(bench.putsOf(`task:${task.id}`).length, 1)
  await cards.close()
})

test('what happens at once is put at most once a second in a direct chat, every three in a group; a new state at once', async () => {
  for (const [direct, paceMs] of [
    [true, 1_000],
    [false, 3_000],
  ] as const) {
    const bench = createCardBench()
    const cards = createCards(bench.deps)
    const task = await bench.accept()
    await cards.open(bench.card(task, { direct }))
    await bench.append(task.id, ...RUNNING, begins('subtask/1', 'Do it'))
    await bench.pass(400)
    assert.match(await bench.text(`task:${task.id}`), /Working/)
    for (let number = 0; number < 100; number += 1) {
      await bench.append(task.id, calls('shell', `run ${number}`))
      await bench.pass(100)
    }
    const times = bench.putsOf(`task:${task.id}`).map(({ at }) => at)
    assert.ok(times.length >= 10_000 / paceMs - 2, String(times.length))
    const gaps = times.slice(2).map((at, index) => at - (times[index + 1] ?? 0))
    assert.ok(
      gaps.every((gap) => gap >= paceMs),
      gaps.join(' '),
    )
    const before = bench.putsOf(`task:${task.id}`).length
    await bench.append(task.id, completed())
    await bench.pass(200)
    assert.equal(bench.putsOf(`task:${task.id}`).length, before + 1)
    assert.match(await bench.text(`task:${task.id}`), /Done/)
    await cards.close()
  }
})

test('time alone changes a card every five seconds while something runs, and never while it waits', async () => {
  const bench = createCardBench()
  const cards = createCards(bench.deps)
  const task = await bench.accept()
  await cards.open(bench.card(task))
  await bench.pass(30_000)
  assert.equal(bench.puts.length, 1)
  await bench.append(task.id, ...RUNNING)
  await bench.pass(20_500)
  const times = bench.puts.slice(2).map(({ at }) => at)
  assert.deepEqual(times, [35_000, 40_000, 45_000, 50_000])
  await cards.close()
})

test('a hint that is lost is made up for', async () => {
  const bench = createCardBench({
    tamper: ({ signals }) => ({ signals: { ...signals, subscribe: () => () => undefined } }),
  })
  const cards = createCards(bench.deps)
  const task = await bench.accept()
  await cards.open(bench.card(task))
  await bench.append(task.id, ...RUNNING, completed())
  await bench.pass(10_100)
  assert.match(await bench.text(`task:${task.id}`), /Done/)
  await cards.close()
})

test('the end: final, the change as a file, what was said is remembered, the card is finished, Stop is dead', async () => {
  const bench = createCardBench()
  const cards = createCards(bench.deps)
  const task = await bench.accept()
  await cards.open(bench.card(task))
  await bench.deliver(`task:${task.id}`)
  const { posting } = await bench.standing(`task:${task.id}`)
  const id = 'patch' as ArtifactId
  const objectKey = `artifacts/${task.id}/patch`
  const file = {
    id,
    name: 'changes.patch',
    mediaType: 'text/x-diff',
    bytes: 5,
    objectKey,
    messageId: null,
    content: null,
  }
  await bench.base.artifacts.add({ ...file, taskId: task.id, kind: 'file', createdAt: new Date(0) })
  await bench.append(task.id, ...RUNNING, patched(id, 5), completed({ changed_files: ['a', 'b'] }))
  await bench.pass(1_000)
  assert.equal((await bench.standing(`task:${task.id}`)).lane, 'final')
  assert.deepEqual(await bench.labels(`task:${task.id}`), ['Accept', 'Fix', 'Details'])
  const handed = await bench.standing(`files:${task.id}/1`)
  assert.deepEqual(handed.posting, {
    type: 'file',
    file: { objectKey, name: 'changes.patch', mediaType: 'text/x-diff', bytes: 5 },
    caption: 'The whole change: 2 files',
    replyTo: '7',
    silent: false,
  })
  const said = await bench.base.conversations.messages(task.threadId, { limit: 10, inContext: true, before: null })
  assert.deepEqual(
    said.map(({ role, text }) => [role, text]),
    [
      ['user', 'Make a page'],
      ['assistant', 'A page that says hello.'],
    ],
  )
  assert.equal((await bench.base.cards.get(task.id))?.finished, true)
  assert.ok(posting.type === 'message')
  const stop = posting.content.buttons.flat().find((button) => button.label === 'Stop')
  assert.ok(stop?.does.type === 'act')
  const taken = await bench.base.actions.take(stop.does.action, 't', PLACE, ADA, bench.deps.clock.now())
  assert.equal(taken.type, 'expired')
  await cards.close()
})

test('long texts go out whole as files, the first with a sound', async () => {
  const bench = createCardBench()
  const cards = createCards(bench.deps)
  const task = await bench.accept()
  await cards.open(bench.card(task))
  const answer = 'word '.repeat(4_000)
  await bench.append(task.id, ...asked, completed({ answer }))
  await bench.pass(500)
  const { posting } = await bench.standing(`files:${task.id}/1`)
  assert.ok(posting.type === 'file')
  assert.equal(posting.silent, false)
  const bytes = await bench.base.objects.get(posting.file.objectKey)
  assert.equal(new TextDecoder().decode(bytes ?? new Uint8Array()), answer)
  const failing = await bench.accept()
  await cards.open(bench.card(failing))
  const log = check('failed', 'npm test', 'x'.repeat(7_000))
  await bench.append(failing.id, ...RUNNING, failed('No.', { checks: [log] }))
  await bench.pass(500)
  const report = (await bench.standing(`files:${failing.id}/1`)).posting
  assert.equal(report.type === 'file' && report.file.name, 'failed-checks.txt')
  await cards.close()
})

test('after a restart every unfinished card goes on from its log; one whose final was put before is only finished', async () => {
  const bench = createCardBench()
  const first = createCards(bench.deps)
  const task = await bench.accept()
  await first.open(bench.card(task))
  await first.close()
  await bench.append(task.id, ...RUNNING, begins('subtask/1'), begins('subtask/1'))
  const second = createCards(bench.deps)
  await second.follow(BOT)
  await bench.pass(100)
  assert.match(await bench.text(`task:${task.id}`), /↻ Taken up again after an interruption/)
  await second.close()
  await bench.append(task.id, completed())
  const broken = createCardBench({
    tamper: () => ({ ...bench.base, cards: { ...bench.base.cards, finish: () => Promise.reject(new Error('down')) } }),
  })
  const third = createCards(broken.deps)
  await third.follow(BOT)
  await bench.pass(50)
  await broken.pass(50)
  await third.close()
  const final = await bench.standing(`task:${task.id}`)
  assert.ok(final.posting.type === 'message' && /Done/.test(final.posting.content.markdown))
  const version = (await bench.outbox.find(BOT, `task:${task.id}`))?.version
  const fourth = createCards(bench.deps)
  await fourth.follow(BOT)
  await bench.pass(100)
  assert.equal((await bench.outbox.find(BOT, `task:${task.id}`))?.version, version)
  assert.equal((await bench.base.cards.get(task.id))?.finished, true)
  assert.equal(
    (await bench.base.conversations.messages(task.threadId, { limit: 10, inContext: true, before: null })).length,
    2,
  )
  await fourth.close()
})

test('what breaks is tried again', async () => {
  let broken = true
  const bench = createCardBench({
    tamper: ({ outbox }) => ({
      outbox: { ...outbox, put: (posts) => (broken ? Promise.reject(new Error('no database')) : outbox.put(posts)) },
    }),
  })
  const cards = createCards(bench.deps)
  const task = await bench.accept()
  await assert.rejects(cards.open(bench.card(task)), /no database/)
  await bench.append(task.id, ...RUNNING, completed())
  await bench.pass(3_000)
  assert.equal(bench.puts.length, 0)
  assert.match(bench.logged[0] ?? '', /no database/)
  broken = false
  await bench.pass(3_000)
  assert.match(await bench.text(`task:${task.id}`), /Done/)
  await cards.close()
})

test('who accepted it stays below, however the card is written again', async () => {
  const bench = createCardBench()
  const cards = createCards(bench.deps)
  await cards.follow(BOT)
  await bench.base.members.put({ userId: ADA, role: 'owner', name: 'Ada', since: new Date(0) })
  const task = await bench.accept()
  await cards.open(bench.card(task))
  await bench.append(task.id, ...RUNNING, preview('https://p.example/'), completed())
  await bench.pass(500)
  await acceptCard(bench.deps, task.id, ADA)
  assert.match(await bench.text(`task:${task.id}`), /_\n\n👍 Accepted by Ada, 09:00 UTC$/)
  assert.deepEqual(await bench.labels(`task:${task.id}`), ['Open', 'Fix', 'Details'])
  await acceptCard(bench.deps, task.id, 'telegram:2' as typeof ADA)
  await bench.append(task.id, previewClosed)
  await bench.pass(500)
  await bench.deliver(`task:${task.id}`)
  await cards.refresh(task.id)
  assert.match(await bench.text(`task:${task.id}`), /_\n\n👍 Accepted by Ada, 09:00 UTC$/)
  assert.deepEqual(await bench.labels(`task:${task.id}`), ['Fix', 'Details'])
  await cards.close()
})

test('a button that was used works again after a refresh, under a new name', async () => {
  const bench = createCardBench()
  const cards = createCards(bench.deps)
  const task = await bench.accept()
  await cards.open(bench.card(task))
  const idOf = async () => {
    const { posting } = await bench.standing(`task:${task.id}`)
    const button =
      posting.type === 'message' ? posting.content.buttons.flat().find(({ label }) => label === 'Details') : undefined
    assert.ok(button?.does.type === 'act')
    return button.does.action
  }
  const first = await idOf()
  await bench.base.actions.take(first, 't1', PLACE, ADA, bench.deps.clock.now())
  await cards.refresh(task.id)
  const second = await idOf()
  assert.notEqual(second, first)
  await cards.refresh(task.id)
  assert.equal(await idOf(), second)
  await cards.close()
})

test('nothing but agents: no card until the end, then their words, with a sound', async () => {
  const bench = createCardBench({ settings: { onlyAgentOutput: true } })
  const cards = createCards(bench.deps)
  const task = await bench.accept()
  await cards.open(bench.card(task))
  await bench.append(task.id, ...asked)
  await bench.pass(10_000)
  assert.equal(bench.puts.length, 0)
  await bench.append(task.id, completed({ answer: 'Yes.' }))
  await bench.pass(500)
  const { posting } = await bench.standing(`task:${task.id}`)
  assert.ok(posting.type === 'message')
  assert.deepEqual(posting.content, { markdown: 'Yes.', folds: [], buttons: [] })
  assert.equal(posting.silent, false)
  await cards.close()
})

test('typing only while something runs, every 4.5 seconds, and two minutes without news at most', async () => {
  const bench = createCardBench()
  const cards = createCards(bench.deps)
  const task = await bench.accept()
  await cards.open(bench.card(task))
  await bench.pass(20_000)
  assert.deepEqual(bench.shown, [])
  await bench.append(task.id, ...RUNNING)
  await bench.pass(600_000)
  const shown: readonly string[] = bench.shown
  const times = shown.map((line) => Number(line.split(' ')[0]))
  assert.ok(times.length >= 20 && times.length <= 27, String(times.length))
  assert.ok((times.at(-1) ?? 0) < 20_000 + 121_000)
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0))
  assert.ok(gaps.every((gap) => gap >= 4_500))
  await bench.append(task.id, begins('subtask/1'))
  await bench.pass(1_000)
  assert.equal(bench.shown.length, times.length + 1)
  await bench.append(task.id, aborted(ADA, 'x')).catch(() => undefined)
  await cards.close()
})

test('drafts of what agents say, in direct chats, where they are switched on', async () => {
  for (const [drafts, direct, wanted] of [
    [true, true, ['one', 'two']],
    [true, false, []],
    [false, true, []],
  ] as const) {
    const bench = createCardBench({ settings: { drafts } })
    const cards = createCards(bench.deps)
    const task = await bench.accept()
    await cards.open(bench.card(task, { direct }))
    await bench.append(task.id, ...RUNNING, says('one'))
    await bench.pass(2_000)
    await bench.append(task.id, says('two'))
    await bench.pass(2_000)
    assert.deepEqual(bench.drafts, wanted)
    await cards.close()
  }
})

test('while everything is paused, what waits says so', async () => {
  const bench = createCardBench()
  const cards = createCards(bench.deps)
  const task = await bench.accept()
  await bench.base.queue.setPaused(true)
  await cards.open(bench.card(task))
  await bench.pass(11_000)
  assert.match(await bench.text(`task:${task.id}`), /All work is paused/)
  await bench.base.queue.setPaused(false)
  await bench.pass(11_000)
  assert.doesNotMatch(await bench.text(`task:${task.id}`), /paused/)
  await cards.close()
})

test('hundreds of cards at once all come to their ends', async () => {
  const bench = createCardBench()
  const cards = createCards(bench.deps)
  const tasks = await Promise.all(Array.from({ length: 200 }, (_, index) => bench.accept(`Task ${index}`)))
  for (const task of tasks) await cards.open(bench.card(task))
  for (const task of tasks) await bench.append(task.id, ...RUNNING, planned('a'), completed())
  await bench.pass(2_000)
  assert.deepEqual(await bench.base.cards.unfinished(BOT), [])
  await cards.close()
})

test('a bot that is let go of is followed no more, until it is taken again', async () => {
  const bench = createCardBench()
  const cards = createCards(bench.deps)
  await cards.follow(BOT)
  const task = await bench.accept()
  await cards.open(bench.card(task))
  await cards.unfollow(BOT)
  await bench.append(task.id, ...RUNNING, completed())
  await bench.pass(60_000)
  assert.doesNotMatch(await bench.text(`task:${task.id}`), /Done/)
  await cards.follow(BOT)
  await bench.pass(200)
  assert.match(await bench.text(`task:${task.id}`), /Done/)
  await cards.close()
})

test('a card that another process opened is met by its hint', async () => {
  const bench = createCardBench()
  const cards = createCards(bench.deps)
  await cards.follow(BOT)
  const task = await bench.accept()
  await bench.pass(100)
  await bench.base.cards.open(bench.card(task))
  await bench.append(task.id, ...RUNNING)
  await bench.pass(31_000)
  assert.match(await bench.text(`task:${task.id}`), /Working/)
  await cards.close()
})
