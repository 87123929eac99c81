import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTurn } from './in-turn.ts'

test('of one name one runs after the other, in the order given; other names do not wait', async () => {
  const order: string[] = []
  let release: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (release = resolve))
  const first = inTurn('a', async () => {
    await gate
    order.push('first')
  })
  const second = inTurn('a', async () => void order.push('second'))
  await inTurn('b', async () => void order.push('other'))
  assert.deepEqual(order, ['other'])
  release()
  await Promise.all([first, second])
  assert.deepEqual(order, ['other', 'first', 'second'])
})

test('what fails is told to whoever gave it, and holds up nobody', async () => {
  const failing = inTurn('c', () => Promise.reject(new Error('no')))
  const next = inTurn('c', async () => 'yes')
  await assert.rejects(failing, /^Error: no$/)
  assert.equal(await next, 'yes')
})
