import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryArtifactStore } from '../../adapters/memory/artifact-store.ts'
import { createScriptedReaders } from '../../adapters/memory/local-readers.ts'
import { createMemoryObjectStore } from '../../adapters/memory/object-store.ts'
import { createTaskRecords } from '../../adapters/memory/task-records.ts'
import { createMemoryTaskSignals } from '../../adapters/memory/task-signals.ts'
import { createMemoryTaskStore } from '../../adapters/memory/task-store.ts'
import { createSystemClock } from '../../adapters/system/clock.ts'
import { createSystemIds } from '../../adapters/system/ids.ts'
import { ModelError } from '../ports/models.ts'
import type { MediaRequest } from '../ports/models.ts'
import type { MessageId, UserId } from '../vocabulary/ids.ts'
import { acceptRequest } from '../task/accept-request.ts'
import { giveToTask, readArtifacts } from './read-artifacts.ts'
import type { KeptFile } from './read-artifacts.ts'
import { plainIntake } from '../../../test/simulation/terms.ts'

const silent = { log: () => undefined, time: () => undefined, count: () => undefined }

/** A world in which recordings cost tokens to hear, and documents nothing to read. */
function world() {
  const [clock, ids, records] = [createSystemClock(), createSystemIds(), createTaskRecords()]
  const heard: string[] = []
  const deps = {
    clock,
    ids,
    store: createMemoryTaskStore(records, clock),
    signals: createMemoryTaskSignals(),
    artifacts: createMemoryArtifactStore(records),
    objects: createMemoryObjectStore(),
    telemetry: silent,
    ...plainIntake(),
    limits: { inputCharacters: 1_000, approvalMs: 60_000 },
    models: {
      transcribe: async ({ bytes, name }: MediaRequest) => {
        heard.push(name)
        return {
          text: new TextDecoder().decode(bytes.subarray(4)),
          language: 'en',
          usage: { input_tokens: 40, output_tokens: 3, cached_input_tokens: 0 },
          model: { provider: 'openai', model: 'whisper-1', offline: false },
        }
      },
      describeImage: () => Promise.reject(new ModelError('unsupported', 'No model sees.')),
    },
    readers: createScriptedReaders({
      documentText: ({ bytes }) => ({
        type: 'read',
        text: new TextDecoder().decode(bytes),
        about: { lines: 1 },
        by: 'local/text',
        truncated: false,
      }),
    }),
  }
  const keep = async (name: string, mediaType: string, text: string): Promise<KeptFile> => {
    const bytes = new TextEncoder().encode(text)
    await deps.objects.put(`uploads/${name}`, bytes)
    return { objectKey: `uploads/${name}`, name, mediaType, bytes: bytes.byteLength }
  }
  const newTask = async () => {
    const message = { interface: 'http', chat: 'ada', externalId: ids.next<string>(), raw: {} } as const
    const request = {
      ...message,
      author: 'ada' as UserId,
      text: 'x',
      taskType: null,
      source: { type: 'empty' },
    } as const
    const accepted = await acceptRequest(deps, request)
    assert.ok('task' in accepted)
    return accepted.task
  }
  return { deps, heard, keep, newTask, messageId: ids.next<MessageId>() }
}

test('each file is kept and read once, however often the message comes; what was said is in its order', async () => {
  const { deps, heard, keep, messageId } = world()
  const files = [
    await keep('one.ogg', 'audio/ogg', 'OggSmake a page'),
    await keep('notes.txt', 'text/plain', 'It shall be green.'),
    await keep('two.ogg', 'audio/ogg', 'OggSabout tea'),
  ]
  const first = await readArtifacts(deps, messageId, files)
  const again = await readArtifacts(deps, messageId, files)
  assert.deepEqual(heard, ['one.ogg', 'two.ogg'])
  assert.equal(first.text, 'make a page\nabout tea')
  assert.equal(again.text, first.text)
  assert.deepEqual(again.artifacts, first.artifacts)
  assert.deepEqual(first.artifacts.map(({ kind }) => kind).toSorted(), [
    'file',
    'file',
    'file',
    'file_meta',
    'voice_transcript',
    'voice_transcript',
  ])
  assert.deepEqual([first.usage.model_calls, first.usage.input_tokens, again.usage.model_calls], [2, 80, 0])
  const meta = first.artifacts.find(({ kind }) => kind === 'file_meta')
  const bytes = await deps.objects.get(meta?.objectKey ?? '')
  assert.equal(new TextDecoder().decode(bytes ?? new Uint8Array()), 'It shall be green.')
  assert.notEqual(meta?.objectKey, 'uploads/notes.txt')
})

test('what can not be read is a sentence, stays kept, and is tried again', async () => {
  const { deps, keep, messageId } = world()
  const picture = await keep('cat.gif', 'image/gif', 'GIF89a…')
  for (let time = 0; time < 2; time += 1) {
    const { artifacts, problems, text } = await readArtifacts(deps, messageId, [picture])
    assert.deepEqual([artifacts.length, artifacts[0]?.kind, text], [1, 'file', null])
    assert.equal(problems.length, 1)
  }
  const gone = { ...picture, objectKey: 'uploads/nothing' }
  const { problems } = await readArtifacts(deps, messageId, [gone])
  assert.match(problems[0] ?? '', /no longer kept/)
})

test("a task gets the files, and what reading them cost is in its log, once; another task's copy costs nothing", async () => {
  const { deps, keep, newTask, messageId } = world()
  const file = await keep('one.ogg', 'audio/ogg', 'OggSmake a page')
  const { artifacts } = await readArtifacts(deps, messageId, [file])
  const [first, second] = [await newTask(), await newTask()]
  for (const task of [first, first, second]) await giveToTask(deps, task, artifacts)
  const added = async (task: typeof first) => {
    const events = await deps.store.events(task.id, 0, 100)
    const spent = events.flatMap((event) => (event.type === 'usage.recorded' ? [event.data.input_tokens] : []))
    return [events.filter(({ type }) => type === 'artifact.added').length, spent]
  }
  assert.deepEqual(await added(first), [1, [40]])
  assert.deepEqual(await added(second), [1, []])
  assert.equal((await deps.artifacts.ofTask(first.id)).length, 2)
  assert.equal((await deps.artifacts.ofTask(second.id)).length, 2)
  assert.equal((await deps.artifacts.ofMessage(messageId)).length, 2)
})
