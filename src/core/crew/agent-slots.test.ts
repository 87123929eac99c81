import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createAgentSlots } from './agent-slots.ts'

const never = new AbortController().signal

test('never more at once than there are places, and each in the order in which it came', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.record({ ticks: fc.nat(5), fails: fc.boolean(), leavesAt: fc.option(fc.nat(6)) }), { maxLength: 12 }),
      async (count, workers) => {
        const slots = createAgentSlots(count)
        let [atWork, most] = [0, 0]
        const begun: number[] = []
        const ends = workers.map(async ({ ticks, fails, leavesAt }, index) => {
          const leaving = new AbortController()
          const work = slots.use(leaving.signal, async () => {
            begun.push(index)
            most = Math.max(most, (atWork += 1))
            for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve()
            atWork -= 1
            if (fails) throw new Error('it failed')
          })
          for (let tick = 0; leavesAt !== null && tick < leavesAt; tick += 1) await Promise.resolve()
          if (leavesAt !== null) leaving.abort(new Error('it left'))
          return work
        })
        const settled = await Promise.allSettled(ends)
        assert.ok(most <= count)
        assert.deepEqual(
          begun,
          begun.toSorted((a, b) => a - b),
        )
        settled.forEach((end, index) => {
          const { fails, leavesAt } = workers[index] ?? { fails: false, leavesAt: null }
          if (end.status === 'fulfilled') assert.ok(begun.includes(index) && !fails)
          else assert.ok(fails || leavesAt !== null)
        })
        // Every place is free again.
        let inside = 0
        await Promise.all(
          Array.from({ length: count }, () =>
            slots.use(never, async () => {
              inside += 1
              while (inside < count) await Promise.resolve()
            }),
          ),
        )
        assert.equal(inside, count)
      },
    ),
    { numRuns: 200 },
  )
})

test('whoever was told to stop does not begin', async () => {
  const slots = createAgentSlots(1)
  await assert.rejects(
    slots.use(AbortSignal.abort(new Error('stopped')), async () => assert.fail('it began')),
    /stopped/,
  )
  assert.equal(await slots.use(never, async () => 'begun'), 'begun')
})
