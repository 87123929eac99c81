// Subtasks come after what they depend on, and a circle is told, never followed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Subtask } from '../vocabulary/plan.ts'
import { circleIn, orderSubtasks } from './plan-order.ts'

function subtask(id: string, ...depends_on: readonly string[]): Subtask {
  return { id, title: id, role: 'coder', instructions: 'do it', acceptance: [], depends_on }
}

function order(...subtasks: readonly Subtask[]): readonly string[] | null {
  return orderSubtasks({ summary: '', subtasks })?.map(({ id }) => id) ?? null
}

test('dependencies first, otherwise as planned', () => {
  assert.deepEqual(order(subtask('a'), subtask('b'), subtask('c')), ['a', 'b', 'c'])
  assert.deepEqual(order(subtask('a', 'c'), subtask('b'), subtask('c', 'b')), ['b', 'c', 'a'])
})

test('circles, also of one, have no order', () => {
  assert.equal(order(subtask('a', 'a')), null)
  assert.equal(order(subtask('a', 'b'), subtask('b', 'c'), subtask('c', 'a'), subtask('d')), null)
})

test('any graph without a circle is ordered whole; one more edge back makes it a circle', () => {
  const graph = fc.integer({ min: 2, max: 20 }).chain((size) =>
    fc.record({
      edges: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 40 }),
      shuffle: fc.shuffledSubarray(
        Array.from({ length: size }, (_, index) => index),
        { minLength: size, maxLength: size },
      ),
    }),
  )
  fc.assert(
    fc.property(graph, ({ edges, shuffle }) => {
      const below = (node: number) =>
        edges.filter(([from, to]) => Math.max(from, to) === node && from !== to).map(([from, to]) => Math.min(from, to))
      const subtasks = shuffle.map((node) => subtask(`s${node}`, ...below(node).map((other) => `s${other}`)))
      const ordered = order(...subtasks)
      assert.ok(ordered !== null)
      assert.deepEqual([...ordered].sort(), subtasks.map(({ id }) => id).sort())
      for (const { id, depends_on } of subtasks)
        for (const other of depends_on) assert.ok(ordered.indexOf(other) < ordered.indexOf(id))
      assert.equal(circleIn(subtasks), null)
      const deepest = subtasks.find(({ depends_on }) => depends_on.length > 0)
      if (deepest === undefined) return
      const back = subtasks.map((each) =>
        each.id === deepest.depends_on[0] ? { ...each, depends_on: [...each.depends_on, deepest.id] } : each,
      )
      assert.equal(order(...back), null)
      assert.notEqual(circleIn(back), null)
    }),
  )
})

test('a circle is named as it goes, and where there is an order there is none', () => {
  assert.equal(circleIn([subtask('a'), subtask('b', 'a'), subtask('c', 'a', 'b')]), null)
  assert.deepEqual(circleIn([subtask('a'), subtask('b', 'b')]), ['b', 'b'])
  assert.deepEqual(circleIn([subtask('z'), subtask('a', 'z', 'b'), subtask('b', 'c'), subtask('c', 'a')]), [
    'a',
    'b',
    'c',
    'a',
  ])
})
