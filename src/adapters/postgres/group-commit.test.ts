import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGroupCommit } from './group-commit.ts'

type Write = { readonly key: string; readonly value: number }

/** A writer whose batches wait until they are let go. */
function gated(lanes: number, options: { readonly maxBatch?: number; readonly fault?: boolean } = {}) {
  const batches: Write[][] = []
  const gates: (() => void)[] = []
  let bad: number | null = null
  const write = createGroupCommit<Write, number>({
    write: async (batch) => {
      batches.push([...batch])
      await new Promise<void>((resolve) => gates.push(resolve))
      if (batch.some(({ value }) => value === bad)) throw new Error('refused')
      return batch.map(({ value }) => value * 10)
    },
    keyOf: ({ key }) => key,
    lanes,
    maxBatch: options.maxBatch ?? 100,
    isInputsFault: () => options.fault ?? true,
  })
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  return {
    write: (value: number, key = `k${value}`) => write({ key, value }),
    values: () => batches.map((batch) => batch.map(({ value }) => value)),
    spoil: (value: number) => {
      bad = value
    },
    letGo: async () => {
      while (gates.length > 0) {
        gates.shift()?.()
        await turn()
        await turn()
      }
    },
    turn,
  }
}

test('callers of one turn share a batch, and each gets its own answer', async () => {
  const group = gated(1)
  const answers = Promise.all([1, 2, 3].map((value) => group.write(value)))
  await group.turn()
  await group.letGo()
  assert.deepEqual(await answers, [10, 20, 30])
  assert.deepEqual(group.values(), [[1, 2, 3]])
})

test('what comes while a batch is under way goes together in the next', async () => {
  const group = gated(1)
  const answers = [group.write(1)]
  await group.turn()
  answers.push(group.write(2))
  await group.turn()
  answers.push(group.write(3))
  await group.turn()
  assert.deepEqual(group.values(), [[1]])
  await group.letGo()
  await Promise.all(answers)
  assert.deepEqual(group.values(), [[1], [2, 3]])
})

test('writes of one key never overlap and keep their order, also with several lanes', async () => {
  const group = gated(3)
  const answers = Promise.all([group.write(1, 'same'), group.write(2, 'same'), group.write(3), group.write(4, 'same')])
  await group.turn()
  assert.deepEqual(group.values(), [[1, 3]])
  await group.letGo()
  assert.deepEqual(await answers, [10, 20, 30, 40])
  assert.deepEqual(group.values(), [[1, 3], [2], [4]])
})

test('no batch is larger than allowed', async () => {
  const group = gated(1, { maxBatch: 2 })
  const answers = Promise.all([1, 2, 3, 4, 5].map((value) => group.write(value)))
  await group.turn()
  await group.letGo()
  await answers
  assert.deepEqual(group.values(), [[1, 2], [3, 4], [5]])
})

test('a bad one fails alone; the others are tried without it', async () => {
  const group = gated(1)
  group.spoil(2)
  const answers = Promise.allSettled([1, 2, 3].map((value) => group.write(value)))
  await group.turn()
  await group.letGo()
  assert.deepEqual(
    (await answers).map((answer) => (answer.status === 'fulfilled' ? answer.value : answer.status)),
    [10, 'rejected', 30],
  )
})

test('when the server is lost the whole batch is told, once', async () => {
  const group = gated(1, { fault: false })
  group.spoil(2)
  const answers = Promise.allSettled([1, 2, 3].map((value) => group.write(value)))
  await group.turn()
  await group.letGo()
  assert.ok((await answers).every(({ status }) => status === 'rejected'))
  assert.deepEqual(group.values(), [[1, 2, 3]])
  const next = group.write(4)
  await group.turn()
  await group.letGo()
  assert.equal(await next, 40)
})
