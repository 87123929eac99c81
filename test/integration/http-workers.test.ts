import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TaskEventBody } from '../../src/core/vocabulary/event.ts'
import { NO_USAGE } from '../../src/core/vocabulary/usage.ts'
import type { TaskResult } from '../../src/core/vocabulary/task.ts'
import { ADA, jsonOf, openWorld, OWNER } from './http-world.ts'
import type { World } from './http-world.ts'

const RESULT: TaskResult = {
  summary: 'Made a page.',
  answer: null,
  exit_code: null,
  output: null,
  preview_url: null,
  commit: null,
  changed_files: ['index.html'],
  checks: [],
  usage: NO_USAGE,
  sources: [],
  offline: true,
}

async function claim(world: World, taskId: string): Promise<string> {
  const body = { worker_id: 'far-1', task_id: taskId, lease_seconds: 30 }
  const { items } = await jsonOf(await world.call(OWNER, 'POST', '/v1/workers/claim', body))
  const [first] = items as { token: string; task: { id: string }; attempt: number }[]
  assert.equal(first?.task.id, taskId)
  return first?.token ?? ''
}

const started: readonly TaskEventBody[] = [
  { type: 'task.started', data: { worker: 'far-1', sandbox_level: 'L1' } },
  { type: 'step.started', data: { step: 'plan', agent: 'planner', title: 'Plan' } },
]

/** A claimed task that runs. */
async function running(world: World): Promise<{ readonly path: string; readonly token: string; readonly id: string }> {
  const request = { input_text: 'a page', task_type: 'dev_pipeline' }
  const { id } = await jsonOf(await world.call(ADA, 'POST', '/v1/tasks', request))
  const token = await claim(world, String(id))
  const path = `/v1/workers/${id}`
  const appended = await world.call(OWNER, 'POST', `${path}/events`, { token, events: started })
  assert.equal((await jsonOf(appended))['status'], 'running')
  return { path, token, id: String(id) }
}

test('a worker far away claims, appends, keeps its lease and completes', async (t) => {
  const world = await openWorld(t)
  const { path, token, id } = await running(world)
  const beat = { worker_id: 'far-1', token, lease_seconds: 30 }
  assert.deepEqual(await jsonOf(await world.call(OWNER, 'POST', `${path}/heartbeat`, beat)), { state: 'held' })
  const query = `worker_id=far-1&token=${token}`
  assert.deepEqual(await jsonOf(await world.call(OWNER, 'GET', `${path}/heartbeat?${query}`)), { state: 'held' })
  const done = await world.call(OWNER, 'POST', `${path}/complete`, { result: RESULT }, { 'x-fencing-token': token })
  assert.equal((await jsonOf(done))['status'], 'completed')
  const task = await jsonOf(await world.call(ADA, 'GET', `/v1/tasks/${id}`))
  assert.deepEqual(task['result'], RESULT)
  const late = await world.call(OWNER, 'POST', `${path}/fail`, { token, error: 'too late' })
  assert.deepEqual([late.status, (await jsonOf(late))['code']], [409, 'already_over'])
})

test('a failure is told in one sentence, an abort is acknowledged', async (t) => {
  const world = await openWorld(t)
  const failing = await running(world)
  const failed = await world.call(OWNER, 'POST', `${failing.path}/fail`, { token: failing.token, error: 'No disk.' })
  assert.deepEqual((await jsonOf(failed))['error'], 'No disk.')
  const stopping = await running(world)
  await world.call(ADA, 'POST', `/v1/tasks/${stopping.id}/abort`)
  const beat = { worker_id: 'far-1', token: stopping.token }
  assert.deepEqual(await jsonOf(await world.call(OWNER, 'POST', `${stopping.path}/heartbeat`, beat)), {
    state: 'aborting',
  })
  const aborted = await world.call(OWNER, 'POST', `${stopping.path}/aborted`, { token: stopping.token })
  assert.equal((await jsonOf(aborted))['status'], 'aborted')
})

test('a token that is stale, foreign or no number writes nothing', async (t) => {
  const world = await openWorld(t)
  const { path, token, id } = await running(world)
  const before = (await jsonOf(await world.call(ADA, 'GET', `/v1/tasks/${id}`)))['last_seq']
  const events = [{ type: 'step.failed', data: { step: 'plan', agent: 'planner', error: 'x' } }]
  for (const stale of [String(BigInt(token) - 1n), '9223372036854775807', '9999999999999999999']) {
    const response = await world.call(OWNER, 'POST', `${path}/events`, { token: stale, events })
    assert.deepEqual([response.status, (await jsonOf(response))['code']], [409, 'lost_lease'], stale)
  }
  for (const wrong of ['', '-1', 'x', '1.5', '1'.repeat(30), 7, null]) {
    const response = await world.call(OWNER, 'POST', `${path}/events`, { token: wrong, events })
    assert.equal(response.status, 400, String(wrong))
  }
  assert.equal((await world.call(OWNER, 'POST', `${path}/events`, { events })).status, 400)
  assert.equal((await jsonOf(await world.call(ADA, 'GET', `/v1/tasks/${id}`)))['last_seq'], before)
})

test('a worker cannot answer for a person, pass over the question, or end a task in passing', async (t) => {
  const world = await openWorld(t)
  const { path, token, id } = await running(world)
  const asks: TaskEventBody = {
    type: 'approval.requested',
    data: {
      approval_id: world.deps.ids.next(),
      kind: 'shell_command',
      subject: 'rm -rf /',
      digest: 'd',
      reason: 'r',
      expires_at: new Date(Date.now() + 60_000).toISOString(),
    },
  }
  const queues: TaskEventBody = { type: 'task.queued', data: { reason: 'I say so' } }
  const append = async (...events: readonly object[]) =>
    (await world.call(OWNER, 'POST', `${path}/events`, { token, events })).status
  const by = { by: 'owner', reason: 'r' }
  assert.equal(await append({ type: 'task.aborting', data: by }), 403)
  assert.equal(await append({ type: 'task.aborted', data: by }), 400)
  assert.equal(await append({ type: 'task.completed', data: { result: RESULT } }), 400)
  assert.equal(await append({ type: 'task.failed', data: { error: 'x', result: null } }), 400)
  assert.equal(await append(asks, queues), 409)
  assert.equal(await append(asks), 200)
  assert.equal(await append(queues), 409)
  const answer = { approval_id: asks.data.approval_id, status: 'approved', by: 'owner', comment: null }
  assert.equal(await append({ type: 'approval.resolved', data: answer }), 403)
  assert.equal((await world.call(OWNER, 'POST', `${path}/aborted`, { token })).status, 409)
  assert.equal((await jsonOf(await world.call(ADA, 'GET', `/v1/tasks/${id}`)))['status'], 'needs_approval')
})

test('nothing is claimed while paused', async (t) => {
  const world = await openWorld(t)
  const id = await world.createTask(ADA)
  assert.equal((await jsonOf(await world.call(OWNER, 'POST', '/v1/admin/pause')))['paused'], true)
  const body = { worker_id: 'far-1' }
  assert.deepEqual(await jsonOf(await world.call(OWNER, 'POST', '/v1/workers/claim', body)), { items: [] })
  const state = await jsonOf(await world.call(OWNER, 'GET', '/v1/admin/state'))
  assert.deepEqual(state['counts'], { pending: 1 })
  assert.equal((await jsonOf(await world.call(OWNER, 'POST', '/v1/admin/resume', {})))['paused'], false)
  await claim(world, id)
})
