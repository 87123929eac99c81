import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGroupRead } from './group-read.ts'
import { DatabaseFailure } from './pool.ts'

test('what is asked for at once is asked together, and everybody gets their own', async () => {
  const batches: (readonly string[])[] = []
  const read = createGroupRead(async (batch: readonly string[]) => {
    batches.push(batch)
    return batch.map((word) => word.toUpperCase())
  })
  assert.deepEqual(await Promise.all(['a', 'b', 'a'].map(read)), ['A', 'B', 'A'])
  assert.deepEqual(batches, [['a', 'b', 'a']])
})

test('what the server refuses for one is not refused to the others', async () => {
  const read = createGroupRead(async (batch: readonly string[]) => {
    if (batch.includes('bad')) throw new DatabaseFailure('refused', true, null)
    return batch
  })
  const [good, bad] = await Promise.allSettled(['good', 'bad'].map(read))
  assert.deepEqual(good, { status: 'fulfilled', value: 'good' })
  assert.equal(bad?.status, 'rejected')
})
