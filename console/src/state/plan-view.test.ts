import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Subtask } from '../../../src/core/vocabulary/plan.ts'
import { drawPlan, readPlan } from './plan-view.ts'

const subtask = (id: string, ...needs: readonly string[]): Subtask => ({
  id,
  title: id,
  role: 'coder',
  instructions: '',
  acceptance: [],
  depends_on: needs,
})

test('a subtask stands right of everything it waits for, and no two on one place', () => {
  const picture = drawPlan([subtask('c', 'a', 'b'), subtask('a'), subtask('b', 'a'), subtask('d')])
  const x = Object.fromEntries(picture.nodes.map((node) => [node.subtask.id, node.x]))
  assert.ok(x['a']! < x['b']! && x['b']! < x['c']!)
  assert.equal(x['a'], x['d'])
  assert.equal(new Set(picture.nodes.map((node) => `${node.x} ${node.y}`)).size, 4)
  assert.equal(picture.edges.length, 3)
})

test('circles and unknown ids draw something rather than nothing', () => {
  const picture = drawPlan([subtask('a', 'b'), subtask('b', 'a', 'gone'), subtask('c', 'c')])
  assert.equal(picture.nodes.length, 3)
  assert.equal(picture.edges.length, 2)
})

test('what is no plan is none; what is missing in a subtask is empty', () => {
  assert.equal(readPlan(null), null)
  assert.equal(readPlan({ subtasks: 'many' }), null)
  assert.deepEqual(readPlan({ subtasks: [{ id: 'a' }, 7] }), { summary: '', subtasks: [subtask('a')] })
})
