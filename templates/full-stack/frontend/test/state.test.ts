// What the page knows, and what it says when calls go wrong.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError, createApi } from '../src/api.ts'
import { apply, NOTHING, summary } from '../src/state.ts'

const task = (id: number, done = false) => ({ id, title: `Task ${id}`, done, created_at: '2026-01-02T03:04:05.000Z' })
const answering = (status: number, body: unknown) => async () => new Response(JSON.stringify(body), { status })

test('tasks are loaded, added in front, changed in place and removed', () => {
  const loaded = apply(NOTHING, { type: 'loaded', tasks: [task(2), task(1)] })
  const added = apply(loaded, { type: 'added', task: task(3) })
  assert.deepEqual(
    added.tasks?.map(({ id }) => id),
    [3, 2, 1],
  )
  const changed = apply(added, { type: 'changed', task: task(2, true) })
  assert.deepEqual(
    changed.tasks?.map(({ done }) => done),
    [false, true, false],
  )
  assert.deepEqual(
    apply(changed, { type: 'removed', id: 3 }).tasks?.map(({ id }) => id),
    [2, 1],
  )
})

test('a problem is shown beside what is known, and gone with the next thing that works', () => {
  const loaded = apply(NOTHING, { type: 'loaded', tasks: [task(1)] })
  const failed = apply(loaded, { type: 'failed', problem: 'No.' })
  assert.deepEqual(failed, { ...loaded, problem: 'No.' })
  assert.equal(apply(failed, { type: 'removed', id: 1 }).problem, null)
})

test('what there is to do is said in a sentence', () => {
  assert.equal(summary(NOTHING), 'Loading')
  const of = (...tasks: ReturnType<typeof task>[]) => summary({ tasks, problem: null })
  assert.equal(of(), 'There is nothing to do yet.')
  assert.equal(of(task(1)), 'One thing to do.')
  assert.equal(of(task(1), task(2), task(3, true)), '2 things to do.')
  assert.equal(of(task(1, true)), 'Everything is done.')
})

test('calls say what they want in JSON, and give back what was answered', async () => {
  const asked: unknown[] = []
  const api = createApi(async (path, init) => {
    asked.push([init.method, path, init.body])
    return init.method === 'DELETE' ? new Response(null, { status: 204 }) : new Response(JSON.stringify(task(1)))
  })
  assert.deepEqual(await api.add('Task 1'), task(1))
  await api.change(1, { done: true })
  await api.remove(1)
  assert.deepEqual(asked, [
    ['POST', '/api/tasks', '{"title":"Task 1"}'],
    ['PATCH', '/api/tasks/1', '{"done":true}'],
    ['DELETE', '/api/tasks/1', undefined],
  ])
})

test('what goes wrong is a sentence', async () => {
  const refused = createApi(answering(422, { title: 'Not right.', errors: [{ message: 'Too short.' }] }))
  await assert.rejects(refused.add(''), new ApiError('Not right. Too short.'))
  await assert.rejects(createApi(async () => new Response('<html>', { status: 502 })).list(), ApiError)
  const offline = createApi(async () => {
    throw new TypeError('fetch failed')
  })
  await assert.rejects(offline.list(), /can not be reached/)
})
