// The API as its callers meet it, over a database in memory and without a network.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import type { Hono } from 'hono'
import { createApp } from '../src/app.ts'
import { openTaskStore } from '../src/task-store.ts'
import type { TaskStore } from '../src/task-store.ts'

const NOW = new Date('2026-01-02T03:04:05Z')

let store: TaskStore
let app: Hono

beforeEach(() => {
  store = openTaskStore(':memory:', () => NOW)
  app = createApp({ store, log: () => undefined })
})
afterEach(() => store.close())

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
  const response = await app.request(path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...sent,
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
}

test('a task that was added can be read, changed and removed', async () => {
  const added = await ask('POST', '/v1/tasks', { title: ' Buy milk ' })
  const milk = { id: 1, title: 'Buy milk', done: false, created_at: NOW.toISOString() }
  assert.equal(added.status, 201)
  assert.equal(added.headers.get('location'), '/v1/tasks/1')
  assert.deepEqual(added.body, milk)
  assert.deepEqual((await ask('GET', '/v1/tasks/1')).body, milk)
  assert.deepEqual((await ask('PATCH', '/v1/tasks/1', { done: true })).body, { ...milk, done: true })
  assert.deepEqual((await ask('PATCH', '/v1/tasks/1', { title: 'Bread' })).body, {
    ...milk,
    title: 'Bread',
    done: true,
  })
  assert.equal((await ask('DELETE', '/v1/tasks/1')).status, 204)
  assert.equal((await ask('DELETE', '/v1/tasks/1')).status, 404)
  assert.equal((await ask('GET', '/v1/tasks/1')).status, 404)
})

test('tasks come newest first, in pages that leave nothing out', async () => {
  for (const title of ['one', 'two', 'three']) store.add(title)
  const first = await ask('GET', '/v1/tasks?limit=2')
  assert.deepEqual(
    first.body.items.map((task: { title: string }) => task.title),
    ['three', 'two'],
  )
  const second = await ask('GET', `/v1/tasks?limit=2&before=${first.body.next}`)
  assert.deepEqual(
    second.body.items.map((task: { title: string }) => task.title),
    ['one'],
  )
  assert.equal(second.body.next, null)
})

test('input that is not right is refused field by field, and nothing happens', async () => {
  const wrong: readonly unknown[] = [
    {},
    { title: '' },
    { title: ' ' },
    { title: 'x'.repeat(201) },
    { title: 'a', more: 1 },
    [],
    '{',
  ]
  for (const body of wrong) {
    const { status, headers, body: answer } = await ask('POST', '/v1/tasks', body)
    assert.equal(status, 422, JSON.stringify(body))
    assert.equal(headers.get('content-type'), 'application/problem+json')
    assert.ok(answer.errors.length > 0)
  }
  assert.equal((await ask('GET', '/v1/tasks?limit=0')).status, 422)
  assert.deepEqual(store.list(10), [])
})

test('with a token set, only who sends it may change something', async () => {
  app = createApp({ store, token: 'a-token-for-tests', log: () => undefined })
  assert.equal((await ask('POST', '/v1/tasks', { title: 'a' })).status, 401)
  assert.equal(
    (await ask('POST', '/v1/tasks', { title: 'a' }, { authorization: 'Bearer a-token-for-test' })).status,
    401,
  )
  assert.equal(
    (await ask('POST', '/v1/tasks', { title: 'a' }, { authorization: 'Bearer a-token-for-tests' })).status,
    201,
  )
  assert.equal((await ask('GET', '/v1/tasks')).status, 200)
})

test('what is too large, not there or broken is said in the same shape, without insides', async () => {
  assert.equal((await ask('POST', '/v1/tasks', { title: 'x'.repeat(70_000) })).status, 413)
  assert.equal((await ask('GET', '/nowhere')).body.status, 404)
  store.list = () => {
    throw new Error('disk on fire')
  }
  const { status, body } = await ask('GET', '/healthz')
  assert.equal(status, 500)
  assert.doesNotMatch(JSON.stringify(body), /disk on fire/)
})

test('it says that it is well, and describes itself', async () => {
  assert.deepEqual((await ask('GET', '/healthz')).body, { status: 'ok' })
  const { body } = await ask('GET', '/openapi.json')
  assert.equal(body.openapi, '3.0.3')
  assert.deepEqual(Object.keys(body.paths), ['/v1/tasks', '/v1/tasks/{id}'])
  assert.deepEqual(body.components.schemas.Task.required, ['id', 'title', 'done', 'created_at'])
})
