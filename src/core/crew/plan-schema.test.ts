// A plan is believed only where it can be done: known roles, unique ids, no circles; and what is wrong is said so that it can be mended.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { planSchema } from './plan-schema.ts'

const schema = planSchema({ roles: ['coder', 'tester'], templates: ['cli-tool'] })
const subtask = (id: string, ...depends_on: readonly string[]) => ({
  id,
  title: id,
  role: 'coder',
  instructions: 'do it',
  acceptance: [],
  depends_on,
})
const plan = (...subtasks: readonly object[]) => ({ summary: 's', kind: 'change', template: null, subtasks })

function problemsOf(given: unknown): string {
  const read = schema.safeParse(given)
  assert.ok(!read.success, 'it was believed')
  return read.error.issues.map(({ message }) => message).join(' ')
}

test('a graph of known roles is believed as it is', () => {
  const good = plan(subtask('a'), subtask('b', 'a'), { ...subtask('c', 'a', 'b'), role: 'tester' })
  assert.deepEqual(schema.parse(good), good)
})

test('ids that are no names or twice there, unknown roles, and no subtask at all are refused', () => {
  assert.match(problemsOf(plan(subtask('a'), subtask('a'))), /Two subtasks have the id "a"/)
  assert.match(problemsOf(plan({ ...subtask('a'), role: 'wizard' })), /coder.*tester/)
  for (const bad of [plan(), plan(subtask('../a')), plan(subtask('A b')), plan(subtask('-a'))]) problemsOf(bad)
})

test('a dependency on nothing and a circle are told with the ids that they are about', () => {
  assert.match(problemsOf(plan(subtask('a', 'z'))), /of "a" names "z".*ids are: a\./)
  assert.match(problemsOf(plan(subtask('a', 'b'), subtask('b', 'c'), subtask('c', 'a'))), /a -> b -> c -> a/)
  assert.match(problemsOf(plan(subtask('a', 'a'))), /a -> a/)
})

test('a template is one of those there are; nothing is meant where nothing is said', () => {
  const parsed = (template: unknown) => schema.parse({ ...plan(subtask('a')), template }).template
  assert.equal(parsed('cli-tool'), 'cli-tool')
  for (const nothing of [null, undefined, '', 'none', 'null']) assert.equal(parsed(nothing), null)
  assert.match(problemsOf({ ...plan(subtask('a')), template: 'django' }), /cli-tool/)
  const without = planSchema({ roles: ['coder'], templates: [] })
  assert.ok(!without.safeParse({ ...plan(subtask('a')), template: 'cli-tool' }).success)
})

test('a plan of an older model, which says no kind and no template, is one that builds', () => {
  const { kind, template } = schema.parse({ summary: 's', subtasks: [subtask('a')] })
  assert.deepEqual([kind, template], ['build', null])
  problemsOf({ ...plan(subtask('a')), kind: 'wreck' })
})

test('every key is required of a model, because some endpoints take no looser shape', () => {
  const { required, properties } = z.toJSONSchema(schema, { io: 'input' })
  assert.deepEqual(required?.toSorted(), Object.keys(properties ?? {}).toSorted())
  assert.deepEqual(required?.toSorted(), ['kind', 'subtasks', 'summary', 'template'])
})
