import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClock } from './clock.ts'

test('timers run in the order in which they come due, each at its own moment', async () => {
  const clock = createClock()
  clock.freeze()
  const start = clock.now()
  const seen: [string, number][] = []
  const note = (name: string) => () => void seen.push([name, clock.now() - start])
  clock.after(300, note('c'))
  clock.after(100, note('a'))
  const cancel = clock.after(200, note('never'))
  clock.after(200, note('b'))
  clock.after(100, () => void clock.after(50, note('nested')))
  cancel()
  await clock.advance(250)
  assert.deepEqual(seen, [
    ['a', 100],
    ['nested', 150],
    ['b', 200],
  ])
  assert.equal(clock.now() - start, 250)
  await clock.advance(50)
  assert.deepEqual(seen.at(-1), ['c', 300])
  clock.close()
})

test('a frozen clock stands still, and goes on from there', async () => {
  const clock = createClock()
  clock.freeze()
  await clock.advance(3_600_000)
  const then = clock.now()
  await new Promise((resolve) => setTimeout(resolve, 5))
  assert.equal(clock.now(), then)
  const { promise, resolve } = Promise.withResolvers<void>()
  clock.after(5, resolve)
  const alive = setTimeout(() => undefined, 10_000)
  clock.resume()
  await promise
  clearTimeout(alive)
  assert.ok(clock.now() >= then + 5)
  clock.close()
})

test('a thousand timers added in any order come due in order', async () => {
  const clock = createClock()
  clock.freeze()
  const due: number[] = []
  for (let index = 0; index < 1000; index += 1) {
    const ms = (index * 7919) % 1000
    clock.after(ms, () => void due.push(ms))
  }
  await clock.advance(1000)
  assert.deepEqual(
    due,
    due.toSorted((a, b) => a - b),
  )
  assert.equal(due.length, 1000)
})
