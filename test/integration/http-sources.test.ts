// Sources of work and its delivery over HTTP: what may be one, whose it may be, what is asked, and what answers the question.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ArtifactId, CommitId, TaskId } from '../../src/core/vocabulary/ids.ts'
import type { TemplateInfo } from '../../src/core/ports/templates.ts'
import { SAMPLE_RESULT } from '../support/sample-work.ts'
import { ADA, BOB, jsonOf, openWorld, OWNER } from './http-world.ts'

const FROM = '1111111111111111111111111111111111111111' as CommitId
const TO = '2222222222222222222222222222222222222222' as CommitId
const NOBODY = '01900000-0000-7000-8000-000000000000'
const TEMPLATE: TemplateInfo = {
  name: 'plain',
  says: 'A plain start.',
  kind: 'cli',
  stack: [],
  port: null,
  health: null,
  commands: { install: null, build: null, test: 'true', start: null },
  needs: [],
  own: false,
}
const URL_ = 'https://git.example/ada/shop'

test('each source is taken, and what is none, or somebody else’s, is refused by its field', async (t) => {
  const world = await openWorld(t, { deps: { templates: { list: async () => [TEMPLATE], read: async () => null } } })
  const ask = (source: unknown, who = ADA) => world.call(who, 'POST', '/v1/tasks', { input_text: 'go on', source })
  const listed = await jsonOf(await world.call(ADA, 'GET', '/v1/templates'))
  const [first] = listed['items'] as readonly { readonly name: string }[]
  assert.ok(first !== undefined)
  const own = await world.createTask(ADA, 'make it')
  const id = world.deps.ids.next<ArtifactId>()
  await world.deps.artifacts.add({
    id,
    taskId: own,
    messageId: null,
    kind: 'file',
    name: 'shop.zip',
    mediaType: 'application/zip',
    bytes: 3,
    objectKey: `artifacts/${id}`,
    content: null,
    createdAt: new Date(),
  })
  const git = { type: 'git', url: URL_, ref: 'main', paths: ['app'] }
  for (const source of [git, { type: 'archive', artifact_id: id }, { type: 'template', name: first.name }]) {
    const taken = await ask(source)
    assert.equal(taken.status, 201, JSON.stringify(source))
    assert.deepEqual((await jsonOf(taken))['source'], source)
  }
  const refused: readonly (readonly [unknown, RegExp, typeof ADA])[] = [
    [{ ...git, url: 'ssh://git@host/x' }, /source/, ADA],
    [{ ...git, ref: 'a..b' }, /source/, ADA],
    [{ ...git, paths: ['../x'] }, /source/, ADA],
    [{ type: 'archive', artifact_id: id }, /no artifact with this id that you may see/, BOB],
    [{ type: 'archive', artifact_id: NOBODY }, /no artifact with this id that you may see/, ADA],
    [{ type: 'template', name: 'no-such' }, /source\.name[^]*there is none of this name/, ADA],
    [{ type: 'task', task_id: own, commit: null }, /no task with this id that you may see/, BOB],
  ]
  for (const [source, said, who] of refused) {
    const answer = await ask(source, who)
    assert.equal(answer.status, 400, JSON.stringify(source))
    assert.match(await answer.text(), said)
  }
})

test('a delivery is asked for by whoever may see the work, waits for a yes to exactly it, and is started once a key', async (t) => {
  const world = await openWorld(t)
  const id: TaskId = await world.createTask(ADA, 'make a shop')
  const path = `/v1/tasks/${id}/deliver`
  const early = await world.call(ADA, 'POST', path, { url: URL_ })
  assert.equal(early.status, 409)
  const actor = await world.claimed(id)
  const step = (name: string, commit: CommitId) =>
    ({
      type: 'step.completed',
      data: { step: name, agent: 'platform', output: {}, commit, duration_ms: 1 },
    }) as const
  await actor.append(
    {
      type: 'task.routed',
      data: {
        intent: 'command',
        ask: null,
        source: null,
        task_type: 'dev_pipeline',
        confidence: 1,
        summary: 'A shop.',
        plan: 'Make it.',
        needs_confirmation: false,
        command: null,
      },
    },
    { type: 'task.queued', data: { reason: 'Routed.' } },
    { type: 'task.started', data: { worker: 'worker-1', sandbox_level: 'L1' } },
    step('workspace', FROM),
    step('subtask/one', TO),
    { type: 'task.completed', data: { result: { ...SAMPLE_RESULT, commit: TO } } },
  )
  assert.equal((await world.call(BOB, 'POST', path, { url: URL_ })).status, 404)
  assert.equal((await world.call(ADA, 'POST', `/v1/tasks/${NOBODY}/deliver`, {})).status, 404)
  // It began with nothing: where it goes has to be said.
  const nowhere = await world.call(ADA, 'POST', path, {})
  assert.ok(nowhere.status >= 400 && nowhere.status < 500, String(nowhere.status))
  for (const wrong of [{ url: 'ssh://x/y' }, { url: URL_, branch: '../x' }, { url: URL_, base: 'a..b' }]) {
    const answer = await world.call(ADA, 'POST', path, wrong)
    assert.ok(answer.status === 400 || answer.status === 422, `${JSON.stringify(wrong)}: ${answer.status}`)
  }
  const asked = await world.call(OWNER, 'POST', path, { url: URL_, branch: 'made', pull_request: true })
  assert.equal(asked.status, 201)
  const task = await jsonOf(asked)
  assert.equal(task['status'], 'needs_approval')
  assert.equal(task['task_type'], 'delivery')
  const approval = task['approval'] as Readonly<Record<string, string>>
  assert.equal(approval['kind'], 'delivery')
  assert.match(approval['subject'] ?? '', /^Push 1 commit to https:\/\/git\.example\/ada\/shop\nBranch: made/)
  assert.equal((await world.call(BOB, 'POST', `/v1/tasks/${task['id']}/approve`, {})).status, 404)
  const yes = await world.call(OWNER, 'POST', `/v1/tasks/${task['id']}/approve`, { approval_id: approval['id'] })
  assert.equal(yes.status, 200, await yes.clone().text())
  assert.equal((await jsonOf(yes))['status'], 'queued')
})
