import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGate } from './gate.ts'

const never = new AbortController().signal

test('no more are inside than there is room for, and the others come in order', async () => {
  const gate = createGate(2)
  const order: number[] = []
  let inside = 0
  const come = (number: number): Promise<void> =>
    gate(never, async () => {
      inside += 1
      assert.ok(inside <= 2)
      order.push(number)
      await Promise.resolve()
      inside -= 1
      if (number === 2) throw new Error('broken')
    })
  const outcomes = await Promise.allSettled([1, 2, 3, 4, 5].map(come))
  assert.deepEqual(order, [1, 2, 3, 4, 5])
  assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 1)
})

test('who gives up waiting takes no place, and who comes late does not slip in before who waits', async () => {
  const gate = createGate(1)
  const order: string[] = []
  const busy = Promise.withResolvers<void>()
  const first = gate(never, () => busy.promise)
  const stop = new AbortController()
  const impatient = gate(stop.signal, async () => void order.push('impatient'))
  const patient = gate(never, async () => void order.push('patient'))
  stop.abort(new Error('enough'))
  await assert.rejects(impatient, /enough/)
  busy.resolve()
  await first
  const late = gate(never, async () => void order.push('late'))
  await Promise.all([patient, late])
  assert.deepEqual(order, ['patient', 'late'])
  await assert.rejects(
    gate(AbortSignal.abort(new Error('before')), async () => {}),
    /before/,
  )
})
