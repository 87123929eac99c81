// What becomes of a card after its end, and how its end is heard.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADA, BOT, createCardBench } from '../../../test/simulation/card-bench.ts'
import {
  aborted,
  check,
  completed,
  failed,
  patched,
  preview,
  previewClosed,
  queued,
  routed,
  RUNNING,
  started,
} from '../../../test/simulation/card-story.ts'
import type { TaskEventBody } from '../vocabulary/event.ts'
import type { ArtifactId, TaskId } from '../vocabulary/ids.ts'
import { createCards } from './create-cards.ts'

const ASKED = [routed({ task_type: 'question' }), queued, started]

test('a preview that closes after the end takes the Open button along; what is gone from the outbox stays gone', async () => {
  const bench = createCardBench()
  const cards = createCards(bench.deps)
  await cards.follow(BOT)
  const task = await bench.accept()
  await cards.open(bench.card(task))
  await bench.append(task.id, ...RUNNING, preview('https://p.example/'), completed())
  await bench.pass(500)
  assert.deepEqual(await bench.labels(`task:${task.id}`), ['Open', 'Accept', 'Fix', 'Details'])
  await bench.append(task.id, previewClosed)
  await bench.pass(3_000)
  // Its end has not arrived yet.
  assert.equal((await bench.labels(`task:${task.id}`))[0], 'Open')
  await bench.deliver(`task:${task.id}`)
  await bench.pass(1_500)
  assert.equal((await bench.standing(`task:${task.id}`)).lane, 'progress')
  assert.deepEqual(await bench.labels(`task:${task.id}`), ['Accept', 'Fix', 'Details'])
  const other = await bench.accept()
  await cards.open(bench.card(other))
  await bench.append(other.id, ...RUNNING, completed())
  await bench.pass(500)
  await bench.deliver(`task:${other.id}`)
  await bench.outbox.prune(new Date(8e15))
  const before = bench.puts.length
  await cards.refresh(other.id)
  assert.equal(bench.puts.length, before)
  await cards.close()
})

test('an end that may have arrived, was refused, or was deleted is never said again', async () => {
  for (const change of [
    { state: 'ambiguous', refs: [], shown: -2 },
    { state: 'failed', refs: [], shown: 0 },
    { state: 'settled', refs: [], shown: 2 },
  ] as const) {
    const bench = createCardBench()
    const cards = createCards(bench.deps)
    await cards.follow(BOT)
    const task = await bench.accept()
    const key = `task:${task.id}`
    await cards.open(bench.card(task))
    await bench.append(task.id, ...RUNNING, preview('https://p.example/'), completed())
    await bench.pass(500)
    const entry = await bench.outbox.find(BOT, key)
    assert.ok(entry !== null)
    await bench.outbox.record([{ ...entry, bot: BOT, ...change }])
    await bench.append(task.id, previewClosed)
    await bench.pass(3_000)
    await cards.refresh(task.id)
    assert.equal((await bench.outbox.find(BOT, key))?.version, entry.version)
    await cards.close()
  }
})

/** A task that takes that long, whose card is shown meanwhile or not; how it ends is what stands then. */
async function lived(
  ending: TaskEventBody,
  { ms = 20_000, shown = true, way = ASKED, settings = {}, text = 'Why *so*?' }: Partial<Living> = {},
) {
  const bench = createCardBench({ settings })
  const cards = createCards(bench.deps)
  const task = await bench.accept(text)
  await cards.open(bench.card(task))
  if (shown) await bench.deliver(`task:${task.id}`)
  await bench.append(task.id, ...way)
  await bench.pass(ms)
  await bench.append(task.id, ending)
  await bench.pass(500)
  const heard = await bench.outbox.find(BOT, `heard:${task.id}`)
  const final = await bench.standing(`task:${task.id}`)
  assert.ok(final.posting.type === 'message')
  await cards.close()
  return { bench, task, heard, silent: final.posting.silent, lane: final.lane }
}
type Living = {
  readonly ms: number
  readonly shown: boolean
  readonly way: readonly TaskEventBody[]
  readonly settings: { readonly onlyAgentOutput?: boolean }
  readonly text: string
}

test('the end of long work is heard: one short message that answers the request', async () => {
  const { heard, silent, lane } = await lived(completed({ answer: 'Because.' }))
  assert.equal(lane, 'final')
  assert.equal(silent, true)
  assert.ok(heard?.posting.type === 'message')
  assert.equal(heard.lane, 'final')
  assert.equal(heard.posting.silent, false)
  assert.equal(heard.posting.replyTo, '7')
  assert.equal(heard.posting.content.markdown, '✅ Done, see above: Why \\*so\\*?')
  const wrong = await lived(failed('No.'), { way: RUNNING })
  assert.ok(wrong.heard?.posting.type === 'message')
  assert.match(wrong.heard.posting.content.markdown, /^❌ Failed, see above: /)
})

test('nothing is said of it where it was short, was stopped, or is heard anyway', async () => {
  assert.equal((await lived(completed({ answer: 'Because.' }), { ms: 19_000 })).heard, null)
  assert.equal((await lived(aborted(ADA, 'enough'), { way: [] })).heard, null)
  assert.equal((await lived(completed({ answer: 'word '.repeat(4_000) }))).heard, null)
  const log = check('failed', 'npm test', 'x'.repeat(7_000))
  assert.equal((await lived(failed('No.', { checks: [log] }), { way: RUNNING })).heard, null)
  assert.equal((await lived(completed(), { settings: { onlyAgentOutput: true }, shown: false })).heard, null)
})

test('a card that comes only with its end makes the sound itself', async () => {
  const late = await lived(completed({ answer: 'Because.' }), { shown: false })
  assert.equal(late.lane, 'reply')
  assert.equal(late.silent, false)
  assert.equal(late.heard?.posting.type, 'nothing')
  assert.equal((await lived(completed({ answer: 'Because.' }), { shown: false, ms: 1_000 })).silent, true)
})

test('a patch is heard, and nothing beside it', async () => {
  const bench = createCardBench()
  const cards = createCards(bench.deps)
  const task = await bench.accept()
  await cards.open(bench.card(task))
  await bench.deliver(`task:${task.id}`)
  const id = 'patch' as ArtifactId
  const file = {
    id,
    name: 'changes.patch',
    mediaType: 'text/x-diff',
    bytes: 5,
    objectKey: 'o',
    messageId: null,
    content: null,
  }
  await bench.base.artifacts.add({ ...file, taskId: task.id, kind: 'file', createdAt: new Date(0) })
  await bench.append(task.id, ...RUNNING, patched(id, 5))
  await bench.pass(60_000)
  await bench.append(task.id, completed())
  await bench.pass(500)
  assert.equal(await bench.outbox.find(BOT, `heard:${task.id}`), null)
  assert.equal((await bench.standing(`files:${task.id}/1`)).posting.type, 'file')
  await cards.close()
})

test('what was decided about the sound stays, also where whoever ended the card was cut off and its end arrived meanwhile', async () => {
  for (const shown of [true, false]) {
    let broken = true
    const bench = createCardBench({
      tamper: ({ cards }) => ({
        cards: { ...cards, finish: (id: TaskId) => (broken ? Promise.reject(new Error('down')) : cards.finish(id)) },
      }),
    })
    const cards = createCards(bench.deps)
    const task = await bench.accept()
    await cards.open(bench.card(task))
    if (shown) await bench.deliver(`task:${task.id}`)
    await bench.append(task.id, ...ASKED)
    await bench.pass(20_000)
    await bench.append(task.id, completed({ answer: 'Because.' }))
    await bench.pass(200)
    const before = await bench.outbox.find(BOT, `heard:${task.id}`)
    assert.equal(before?.posting.type, shown ? 'message' : 'nothing')
    await bench.deliver(`task:${task.id}`)
    await cards.close()
    broken = false
    const second = createCards(bench.deps)
    await second.follow(BOT)
    await bench.pass(2_000)
    assert.equal((await bench.base.cards.get(task.id))?.finished, true)
    assert.deepEqual(await bench.outbox.find(BOT, `heard:${task.id}`), before)
    assert.equal((await bench.outbox.find(BOT, `task:${task.id}`))?.state, 'settled')
    await second.close()
  }
})
