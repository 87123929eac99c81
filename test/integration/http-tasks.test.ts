import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApprovalId } from '../../src/core/vocabulary/ids.ts'
import { RUNNING } from '../simulation/card-story.ts'
import { ADA, BOB, jsonOf, openWorld, OWNER } from './http-world.ts'

test('a task is accepted, listed, read with its log, and stopped', async (t) => {
  const world = await openWorld(t)
  const created = await world.call(ADA, 'POST', '/v1/tasks', { input_text: 'make a page' })
  assert.equal(created.status, 201)
  const task = await jsonOf(created)
  assert.equal(created.headers.get('location'), `/v1/tasks/${task['id']}`)
  assert.equal(task['status'], 'pending')
  assert.equal(task['user_id'], 'ada')
  assert.equal(task['input_text'], 'make a page')
  assert.equal(task['task_type'], null)
  assert.equal(task['result'], null)
  assert.equal(task['error'], null)
  assert.equal(task['last_seq'], 1)

  const list = await jsonOf(await world.call(ADA, 'GET', '/v1/tasks'))
  assert.deepEqual(list, { items: [task], next_cursor: null })
  assert.deepEqual(await jsonOf(await world.call(ADA, 'GET', `/v1/tasks/${task['id']}`)), task)

  const aborted = await world.call(ADA, 'POST', `/v1/tasks/${task['id']}/abort`, { reason: 'changed my mind' })
  assert.equal(aborted.status, 200)
  assert.equal((await jsonOf(aborted))['status'], 'aborted')
  const events = await jsonOf(await world.call(ADA, 'GET', `/v1/tasks/${task['id']}/events?after=1`))
  const [last] = events['items'] as Record<string, unknown>[]
  assert.deepEqual(
    { ...last, at: 'then' },
    { task_id: task['id'], seq: 2, type: 'task.aborted', at: 'then', data: { by: 'ada', reason: 'changed my mind' } },
  )
  const again = await world.call(ADA, 'POST', `/v1/tasks/${task['id']}/abort`, {})
  assert.equal(again.status, 409)
  assert.equal((await jsonOf(again))['code'], 'already_over')
})

test('the other names of the API lead to the same tasks', async (t) => {
  const world = await openWorld(t)
  const { id } = await jsonOf(await world.call(ADA, 'POST', '/tasks', { input_text: 'x' }))
  for (const path of [`/v1/tasks/${id}`, `/tasks/${id}`, `/v1/jobs/${id}`, `/v1/jobs/${id}/`]) {
    const response = await world.call(ADA, 'GET', path)
    assert.equal(response.status, 200, path)
    assert.equal((await jsonOf(response))['id'], id)
  }
})

test('a literal command waits for a yes to exactly that command', async (t) => {
  const world = await openWorld(t)
  const request = { input_text: 'ls -la', task_type: 'shell_command' }
  const task = await jsonOf(await world.call(ADA, 'POST', '/v1/tasks', request))
  assert.equal(task['status'], 'needs_approval')
  const approval = task['approval'] as Record<string, unknown>
  assert.equal(approval['subject'], 'ls -la')
  assert.equal(approval['status'], 'pending')

  const path = `/v1/tasks/${task['id']}`
  const other = await world.call(ADA, 'POST', `${path}/approve`, { approval_id: task['id'] })
  assert.equal(other.status, 409)
  assert.equal((await jsonOf(other))['code'], 'wrong_approval')
  const right = { approval_id: approval['id'], comment: 'go' }
  const approved = await jsonOf(await world.call(ADA, 'POST', `${path}/approve`, right))
  assert.equal(approved['status'], 'queued')
  const twice = await world.call(ADA, 'POST', `${path}/approve`)
  assert.equal(twice.status, 409)
  assert.equal((await jsonOf(twice))['code'], 'wrong_status')
})

test('an owner approves for good: exactly this, for whoever asked; nobody else does, and nothing that is asked about every time', async (t) => {
  const world = await openWorld(t)
  const request = { input_text: 'ls -la', task_type: 'shell_command' }
  const task = await jsonOf(await world.call(ADA, 'POST', '/v1/tasks', request))
  const path = `/v1/tasks/${task['id']}/approve`
  const approval = task['approval'] as Record<string, unknown>
  const body = { approval_id: approval['id'], always: true }
  const refused = await world.call(ADA, 'POST', path, body)
  assert.deepEqual([refused.status, (await jsonOf(refused))['code']], [403, 'owners_only'])
  const stale = await world.call(OWNER, 'POST', path, { ...body, approval_id: task['id'] })
  assert.equal(stale.status, 409)
  assert.deepEqual(await world.standing.list(), [])
  const approved = await jsonOf(await world.call(OWNER, 'POST', path, body))
  assert.equal(approved['status'], 'queued')
  assert.equal((approved['approval'] as Record<string, unknown>)['comment'], 'From now on, always exactly this.')
  const [rule, ...more] = await world.standing.list()
  assert.deepEqual([rule?.subject, rule?.userId, rule?.approvedBy, more], ['ls -la', 'ada', 'owner', []])

  const work = await world.createTask(ADA, 'make a page')
  const worker = await world.claimed(work)
  const expires = new Date(Date.now() + 60_000).toISOString()
  const asks = { kind: 'tool', subject: 'git push', digest: 'd', reason: '', expires_at: expires } as const
  const policy = { rule: 'two', why: 'Two see more.', classes: [], people: 2 } as const
  const data = { ...asks, policy, approval_id: world.deps.ids.next() as ApprovalId }
  await worker.append(...RUNNING, { type: 'approval.requested', data })
  const never = await world.call(OWNER, 'POST', `/v1/tasks/${work}/approve`, { always: true })
  assert.deepEqual([never.status, (await jsonOf(never))['code']], [409, 'asked_every_time'])
})

test('approve and reject take an empty body, and a rejected task is over', async (t) => {
  const world = await openWorld(t)
  const request = { input_text: 'ls', task_type: 'shell_command' }
  for (const [verb, status] of [
    ['approve', 'queued'],
    ['reject', 'aborted'],
  ] as const) {
    const { id } = await jsonOf(await world.call(ADA, 'POST', '/v1/tasks', request))
    const answered = await world.call(ADA, 'POST', `/v1/tasks/${id}/${verb}`)
    assert.equal(answered.status, 200)
    assert.equal((await jsonOf(answered))['status'], status)
  }
})

test('the same idempotency key starts one task, and only for the same request', async (t) => {
  const world = await openWorld(t)
  const key = { 'idempotency-key': 'order-1' }
  const send = (text: string, who = ADA) => world.call(who, 'POST', '/v1/tasks', { input_text: text }, key)
  const first = await send('one')
  const second = await send('one')
  assert.equal(first.status, 201)
  assert.equal(second.status, 200)
  assert.equal((await jsonOf(first))['id'], (await jsonOf(second))['id'])
  assert.equal((await send('two')).status, 409)
  const { id } = await jsonOf(await send('one'))
  for (const other of [{ task_type: 'question' }, { source: { type: 'task', task_id: id, commit: null } }]) {
    const response = await world.call(ADA, 'POST', '/v1/tasks', { input_text: 'one', ...other }, key)
    assert.equal(response.status, 409, JSON.stringify(other))
  }
  const asked = { input_text: 'why?', task_type: 'question', source: { type: 'empty' } }
  const twice = [1, 2].map(() => world.call(ADA, 'POST', '/v1/tasks', asked, { 'idempotency-key': 'order-3' }))
  assert.deepEqual(new Set((await Promise.all(twice)).map((it) => it.status)), new Set([200, 201]))
  const otherType = { input_text: 'one', task_type: 'shell_command' }
  assert.equal((await world.call(ADA, 'POST', '/v1/tasks', otherType, key)).status, 409)
  assert.equal((await send('one', BOB)).status, 201)
  const twenty = await Promise.all(
    Array.from({ length: 20 }, () =>
      world.call(ADA, 'POST', '/v1/tasks', { input_text: 'race' }, { 'idempotency-key': 'order-2' }),
    ),
  )
  assert.equal(twenty.filter((it) => it.status === 201).length, 1)
})

test('lists go page by page, newest first, and by status', async (t) => {
  const world = await openWorld(t)
  const made: string[] = []
  for (let n = 0; n < 5; n += 1) made.push(await world.createTask(ADA, `task ${n}`))
  const seen: string[] = []
  let cursor = ''
  for (;;) {
    const page = await jsonOf(await world.call(ADA, 'GET', `/v1/tasks?limit=2${cursor}`))
    seen.push(...(page['items'] as { id: string }[]).map((it) => it.id))
    if (page['next_cursor'] === null) break
    cursor = `&cursor=${encodeURIComponent(String(page['next_cursor']))}`
  }
  assert.deepEqual(seen, made.toReversed())
  await world.call(ADA, 'POST', `/v1/tasks/${made[0]}/abort`)
  const some = await jsonOf(await world.call(ADA, 'GET', '/v1/tasks?status=aborted,failed'))
  assert.deepEqual(
    (some['items'] as { id: string }[]).map((it) => it.id),
    [made[0]],
  )
})

test('owners see every task, others their own; the rest is not there', async (t) => {
  const world = await openWorld(t)
  const id = await world.createTask(ADA)
  assert.equal((await world.call(OWNER, 'GET', `/v1/tasks/${id}`)).status, 200)
  for (const [method, path] of [
    ['GET', ''],
    ['GET', '/events'],
    ['GET', '/artifacts'],
    ['GET', '/patch'],
    ['POST', '/abort'],
    ['POST', '/approve'],
    ['POST', '/artifacts'],
  ] as const) {
    assert.equal((await world.call(BOB, method, `/v1/tasks/${id}${path}`)).status, 404, method + path)
  }
  assert.deepEqual((await jsonOf(await world.call(BOB, 'GET', '/v1/tasks')))['items'], [])
  assert.equal(((await jsonOf(await world.call(OWNER, 'GET', '/v1/tasks')))['items'] as unknown[]).length, 1)
})

test("a workspace may start from one's own task, and from a directory only for an admin", async (t) => {
  const world = await openWorld(t)
  const id = await world.createTask(ADA)
  const send = (who: typeof ADA, source: unknown) => world.call(who, 'POST', '/v1/tasks', { input_text: 'x', source })
  assert.equal((await send(ADA, { type: 'task', task_id: id, commit: null })).status, 201)
  assert.equal((await send(BOB, { type: 'task', task_id: id, commit: null })).status, 400)
  assert.equal((await send(ADA, { type: 'directory', path: '/etc' })).status, 403)
  assert.equal((await send(OWNER, { type: 'directory', path: '/srv/project' })).status, 201)
  assert.equal((await send(OWNER, { type: 'directory', path: 'relative' })).status, 400)
})

test('files go up and come down as they were, never as a page', async (t) => {
  const world = await openWorld(t)
  const id = await world.createTask(ADA)
  const authorization = `Bearer ${await world.tokenOf(ADA)}`
  const body = new Uint8Array([0, 1, 2, 255])
  const raw = await fetch(`${world.url}/v1/tasks/${id}/artifacts?filename=../../etc/na"me%0d%0aé.html`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'text/html' },
    body,
  })
  assert.equal(raw.status, 201)
  const artifact = await jsonOf(raw)
  assert.equal(artifact['name'], 'na"meé.html')
  assert.equal(artifact['bytes'], 4)
  const down = await world.call(ADA, 'GET', `/v1/artifacts/${artifact['id']}`)
  assert.deepEqual(new Uint8Array(await down.arrayBuffer()), body)
  assert.equal(
    down.headers.get('content-disposition'),
    'attachment; filename="na_me_.html"; filename*=UTF-8\'\'na%22me%C3%A9.html',
  )
  assert.equal(down.headers.get('x-content-type-options'), 'nosniff')
  assert.match(down.headers.get('content-security-policy') ?? '', /sandbox/)
  assert.equal((await world.call(BOB, 'GET', `/v1/artifacts/${artifact['id']}`)).status, 404)

  const form = new FormData()
  form.set('file', new File(['hello'], 'notes.txt', { type: 'text/plain' }))
  const sent = await fetch(`${world.url}/v1/tasks/${id}/artifacts`, {
    method: 'POST',
    headers: { authorization },
    body: form,
  })
  assert.equal(sent.status, 201)
  const { items } = await jsonOf(await world.call(ADA, 'GET', `/v1/tasks/${id}/artifacts`))
  assert.deepEqual(
    (items as { name: string }[]).map((it) => it.name),
    ['na"meé.html', 'notes.txt'],
  )
  const log = await jsonOf(await world.call(ADA, 'GET', `/v1/tasks/${id}/events?after=1`))
  assert.deepEqual(
    (log['items'] as { type: string }[]).map((it) => it.type),
    ['artifact.added', 'artifact.added'],
  )
})

test('uploads that are empty, too large, doubled or malformed are refused', async (t) => {
  const world = await openWorld(t)
  const small = await openWorld(t, { config: { limits: { ...world.config.limits, uploadBytes: 10 } } })
  const id = await small.createTask(ADA)
  const authorization = `Bearer ${await small.tokenOf(ADA)}`
  const send = (body: RequestInit['body'], type?: string) =>
    fetch(`${small.url}/v1/tasks/${id}/artifacts`, {
      method: 'POST',
      headers: { authorization, ...(type === undefined ? {} : { 'content-type': type }) },
      body: body ?? null,
    })
  assert.equal((await send('')).status, 400)
  assert.equal((await send('x'.repeat(11))).status, 413)
  assert.equal((await send('x', 'multipart/form-data; boundary=y')).status, 400)
  assert.equal((await send('x', 'multipart/form-data')).status, 400)
  assert.equal((await small.call(ADA, 'GET', `/v1/tasks/${id}/patch`)).status, 404)
})
