import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BOT, createCardBench, PLACE } from '../../../test/simulation/card-bench.ts'
import { speakOfDoubt } from './doubt.ts'
import { saying } from './notes.ts'

test('what may not have arrived is offered again, once; what is worth less than the question is not', async () => {
  const bench = createCardBench()
  const lanes = { 'approval:a': 'approval', 'task:1': 'final', 'task:2': 'progress', 'heard:1': 'final' } as const
  const small = { 'status:bot/1/': 'reply', 'doubt:note:1': 'reply', 'task:3': 'reply' } as const
  for (const [key, lane] of Object.entries({ ...lanes, ...small })) {
    const [entry] = await bench.outbox.put([{ key, place: PLACE, lane, posting: saying('x') }])
    assert.ok(entry !== undefined)
    await speakOfDoubt(bench.deps, entry)
    await speakOfDoubt(bench.deps, entry)
  }
  const offered = (await bench.outbox.list(BOT, ['waiting'], 100)).map(({ key }) => key)
  const doubts = offered.filter((key) => key.startsWith('doubt:')).toSorted()
  assert.deepEqual(doubts, ['doubt:approval:a', 'doubt:note:1', 'doubt:task:1'])
  assert.deepEqual(await bench.labels('doubt:approval:a'), ['Send it again'])
  assert.match(await bench.text('doubt:approval:a'), /while I sent you a question/)
})
