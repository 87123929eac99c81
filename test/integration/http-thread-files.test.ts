import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contextSchema } from '../../src/adapters/http/conversation-wire.ts'
import { artifactSchema } from '../../src/adapters/http/wire.ts'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'
import { begin, propose, refusal, say, upload } from './http-conversation.ts'
import { ADA, BOB, jsonOf, openWorld } from './http-world.ts'

test('a file comes with a message: it is read, told as material, and given to the task', async (t) => {
  const world = await openWorld(t)
  const id = await begin(world, ADA)
  const file = await upload(world, ADA, id, '../notes.txt', 'text/plain', 'The page shall be green.')
  assert.deepEqual([file.name, file.message_id, file.task_id, file.content], ['notes.txt', null, null, null])
  assert.equal((await world.call(ADA, 'GET', `/v1/artifacts/${file.id}`)).status, 200)
  assert.equal((await world.call(BOB, 'GET', `/v1/artifacts/${file.id}`)).status, 404)

  const body = { text: 'make a page from my notes', artifact_ids: [file.id], external_id: 'one' }
  const { message, task, problems } = await say(world, ADA, id, body)
  assert.deepEqual(problems, [])
  const [kept, read] = message.artifacts
  assert.deepEqual([kept?.id, kept?.message_id, kept?.kind], [file.id, message.id, 'file'])
  assert.equal(read?.content?.text, 'The page shall be green.')
  const artifacts = await world.deps.artifacts.ofTask(task?.id as TaskId)
  assert.ok(artifacts.some((it) => it.id === file.id))
  const added = (await world.deps.store.events(task?.id as TaskId, 0, 100)).filter(
    ({ type }) => type === 'artifact.added',
  )
  assert.equal(added.length, 1)
  assert.equal((await world.call(BOB, 'GET', `/v1/artifacts/${read?.id}`)).status, 404)

  // Sent again it is the same; with another message it does not go a second time.
  assert.equal((await say(world, ADA, id, body)).task?.id, task?.id)
  const path = `/v1/threads/${id}/messages`
  const second = await world.call(ADA, 'POST', path, { text: 'and again', artifact_ids: [file.id] })
  assert.deepEqual(await refusal(second), [400, 'invalid_request'])
  const context = await world.call(ADA, 'GET', `/v1/threads/${id}/context`)
  const pack = contextSchema.parse(await context.json())
  assert.match(pack.text, /<material[^>]*from="notes\.txt"[^>]*>\s*The page shall be green\./)
})

test('what was uploaded to one conversation comes with no message of another', async (t) => {
  const world = await openWorld(t)
  const [ours, other, bobs] = [await begin(world, ADA), await begin(world, ADA), await begin(world, BOB)]
  const file = await upload(world, ADA, ours, 'a.txt', 'text/plain', 'secret')
  for (const [who, thread] of [
    [ADA, other],
    [BOB, bobs],
  ] as const) {
    const path = `/v1/threads/${thread}/messages`
    const taken = await world.call(who, 'POST', path, { text: 'read it', artifact_ids: [file.id] })
    assert.deepEqual(await refusal(taken), [400, 'invalid_request'])
  }
  // A task's file is no upload either.
  const task = await world.createTask(ADA)
  const authorization = `Bearer ${await world.tokenOf(ADA)}`
  const added = await fetch(`${world.url}/v1/tasks/${task}/artifacts?filename=b.txt`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'text/plain' },
    body: 'x',
  })
  const { id } = artifactSchema.parse(await added.json())
  const taken = await world.call(ADA, 'POST', `/v1/threads/${ours}/messages`, { text: 'x', artifact_ids: [id] })
  assert.deepEqual(await refusal(taken), [400, 'invalid_request'])
})

test('speech without words of its own is the request, and never an answer', async (t) => {
  const world = await openWorld(t)
  const id = await begin(world, ADA)
  const voice = await upload(world, ADA, id, 'note.ogg', 'audio/ogg', 'OggSmake a page about tea')
  const { task, message } = await say(world, ADA, id, { text: '', artifact_ids: [voice.id] })
  assert.equal(task?.input_text, 'make a page about tea')
  assert.equal(message.artifacts[1]?.kind, 'voice_transcript')
  await propose(world, task?.id ?? '')

  const yes = await upload(world, ADA, id, 'yes.ogg', 'audio/ogg', 'OggSyes')
  const said = await say(world, ADA, id, { text: '', artifact_ids: [yes.id] })
  assert.deepEqual([said.answered, said.task], [null, null])
  assert.deepEqual(said.waiting, [task?.id])
  assert.equal((await jsonOf(await world.call(ADA, 'GET', `/v1/tasks/${task?.id}`)))['status'], 'needs_approval')
})

test('a file without a word is kept; what can not be read of it is said', async (t) => {
  const world = await openWorld(t)
  const id = await begin(world, ADA)
  const picture = await upload(world, ADA, id, 'cat.png', 'image/png', '\x89PNG\r\n')
  const { task, message, problems } = await say(world, ADA, id, { text: '', artifact_ids: [picture.id] })
  assert.equal(task, null)
  assert.equal(message.artifacts[0]?.id, picture.id)
  assert.equal(problems.length, 1)
  const again = await upload(world, ADA, id, 'cat.png', 'image/png', '\x89PNG\r\n')
  const asked = await say(world, ADA, id, { text: 'what is this?', artifact_ids: [again.id] })
  assert.equal(asked.task?.input_text, 'what is this?')
  assert.equal(asked.problems.length, 1)
})
