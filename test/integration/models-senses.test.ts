// Hearing, seeing and embedding over real HTTP: what goes over the wire, and what happens when a provider misbehaves.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createModels } from '../../src/adapters/models/models.ts'
import { senseReports } from '../../src/adapters/models/senses.ts'
import { configOf } from '../../testkit/llm/provider-config.ts'
import type { LlmRequest, ScriptedTurn } from '../../testkit/llm/turn.ts'
import { MEDIA_REQUEST, RECORDING_REQUEST } from '../contract/models.ts'
import { failureOf, inWorld, never } from '../contract/models-world.ts'

const SEEN = { description: 'A dog.', text: 'BEWARE', kind: 'photo', objects: ['dog'] } as const
const status = (code: number): ScriptedTurn => ({ fault: 'status', status: code })

for (const provider of ['openai', 'openai-compatible', 'google'] as const) {
  test(`${provider}: the recording arrives whole, with its type, and the words come back`, () =>
    inWorld([provider], [{ text: 'Hello there.', language: 'english' }], async ({ llm, models }) => {
      const heard = await models.transcribe(RECORDING_REQUEST, never())
      assert.equal(heard.text, 'Hello there.')
      assert.ok(heard.usage.output_tokens > 0)
      const [sent] = llm.requests[0]?.media ?? []
      assert.equal(sent?.mediaType, 'audio/ogg')
      assert.deepEqual(sent?.bytes, RECORDING_REQUEST.bytes)
      if (provider !== 'google') assert.equal(heard.language, 'en')
    }))
}

for (const provider of ['anthropic', 'openai', 'openai-compatible', 'google'] as const) {
  test(`${provider}: the image arrives whole, and its description has the shape`, () =>
    inWorld([provider], [{ object: SEEN }], async ({ llm, models }) => {
      const { value, model } = await models.describeImage(MEDIA_REQUEST, never())
      assert.deepEqual(value, SEEN)
      assert.equal(model.provider, provider)
      const [sent] = llm.requests[0]?.media ?? []
      assert.equal(sent?.mediaType, 'image/png')
      assert.deepEqual(sent?.bytes, MEDIA_REQUEST.bytes)
    }))
}

test('a description of another shape is asked for again, with the image', () =>
  inWorld(['anthropic'], [{ object: { description: 7 } }, { object: SEEN }], async ({ llm, models }) => {
    assert.deepEqual((await models.describeImage(MEDIA_REQUEST, never())).value, SEEN)
    assert.equal(llm.requests[1]?.media.length, 1)
  }))

test('tokens are those that the provider counts', () =>
  inWorld(['openai'], [{ text: 'Hello.', usage: { input: 31, output: 4 } }], async ({ models }) => {
    const { usage } = await models.transcribe(RECORDING_REQUEST, never())
    assert.deepEqual(usage, { input_tokens: 31, output_tokens: 4, cached_input_tokens: 0 })
  }))

test('silence is a transcript without words, and no failure', async () => {
  await inWorld(['openai'], [{ text: '' }], async ({ llm, models }) => {
    assert.equal((await models.transcribe(RECORDING_REQUEST, never())).text, '')
    assert.equal(llm.requests.length, 1)
  })
  await inWorld(['google'], [{ text: '[no speech]' }], async ({ models }) => {
    assert.equal((await models.transcribe(RECORDING_REQUEST, never())).text, '')
  })
})

/** The first provider misbehaves, the second answers well. */
const firstFails = (turn: ScriptedTurn) => (request: LlmRequest) =>
  request.wire === 'openai-transcription' || request.wire === 'openai-responses'
    ? turn
    : request.media[0]?.mediaType === 'image/png'
      ? { object: SEEN }
      : { text: 'From the fallback.' }

for (const code of [429, 500, 401, 400]) {
  test(`${code} of the first model: the next one hears and sees`, () =>
    inWorld(['openai', 'google'], firstFails(status(code)), async ({ models, log }) => {
      const heard = await models.transcribe(RECORDING_REQUEST, never())
      assert.equal(heard.text, 'From the fallback.')
      assert.equal(heard.model.provider, 'google')
      assert.equal((await models.describeImage(MEDIA_REQUEST, never())).model.provider, 'google')
      assert.ok(log.some((line) => line.includes('openai/whisper-1')))
    }))
}

test('a limit of rate that passes is waited for', () =>
  inWorld(['openai'], [status(429), status(500), { text: 'At last.' }], async ({ models }) => {
    assert.equal((await models.transcribe(RECORDING_REQUEST, never())).text, 'At last.')
  }))

test('when all fail, one sentence names each, and trouble that passes outweighs trouble that lasts', () =>
  inWorld(
    ['openai', 'google'],
    (request) => status(request.wire === 'openai-responses' ? 401 : 503),
    async ({ models }) => {
      const error = await failureOf(models.describeImage(MEDIA_REQUEST, never()))
      assert.equal(error.kind, 'overloaded')
      assert.match(error.message, /openai.+OPENAI_API_KEY.+google/)
    },
  ))

test('a model that says nothing is given up at the deadline, and so is the call for vectors when it is called off', () =>
  inWorld(
    ['openai'],
    [
      { fault: 'hang', headers: false },
      { fault: 'hang', headers: true },
    ],
    async ({ models }) => {
      const late = await failureOf(models.transcribe({ ...RECORDING_REQUEST, deadlineMs: 200 }, never()))
      assert.equal(late.kind, 'timeout')
      const stop = new AbortController()
      const embedding = failureOf(models.embed(['a'], stop.signal))
      setTimeout(() => stop.abort(), 100)
      assert.equal((await embedding).kind, 'aborted')
    },
  ))

test('a page in place of a transcript can not be read', () =>
  inWorld(
    ['openai'],
    () => ({ fault: 'wrong_content_type' }),
    async ({ models }) => {
      assert.equal((await failureOf(models.transcribe(RECORDING_REQUEST, never()))).kind, 'malformed')
    },
  ))

for (const provider of ['openai', 'openai-compatible', 'google'] as const) {
  test(`${provider}: many texts go out in several calls and come back in order`, () =>
    inWorld(
      [provider],
      () => ({}),
      async ({ llm, models }) => {
        const texts = Array.from({ length: 150 }, (_, index) => `text number ${index}`)
        const { vectors } = await models.embed(texts, never())
        assert.equal(vectors.length, 150)
        const [last] = (await models.embed(['text number 149'], never())).vectors
        assert.deepEqual(last, vectors[149])
        assert.ok(llm.requests.every(({ inputs }) => inputs.length > 0))
      },
    ))
}

test('too few vectors, or vectors of unlike lengths, are no answer', () =>
  inWorld(
    ['openai'],
    (request) => ({ vectors: request.inputs.length === 2 ? [[1, 2]] : [[1], [1, 2], [1]] }),
    async ({ models }) => {
      assert.equal((await failureOf(models.embed(['a', 'b'], never()))).kind, 'malformed')
      assert.equal((await failureOf(models.embed(['a', 'b', 'c'], never()))).kind, 'malformed')
    },
  ))

test('a second model is no fallback for vectors: the first one is waited for, then it fails', () =>
  inWorld(
    ['openai', 'google'],
    (request) => (request.wire === 'openai-embeddings' ? status(500) : {}),
    async ({ llm, models, log }) => {
      assert.equal(models.embeddingModel(), 'openai/text-embedding-3-small')
      assert.equal((await failureOf(models.embed(['a'], never()))).kind, 'overloaded')
      assert.ok(llm.requests.every(({ wire }) => wire === 'openai-embeddings'))
      assert.ok(log.some((line) => line.includes('embeds alone')))
    },
  ))

test('by the keys that are set: who hears, sees and embeds', () => {
  const tiers = { small: null, main: null, review: null }
  const named = (keys: object) =>
    senseReports({ keys, tiers }).map(({ name, models }) => `${name}: ${models.join(', ')}`)
  assert.deepEqual(named({ anthropic: { apiKey: 'a' } }), [
    'voice: ',
    'pictures: anthropic/claude-haiku-5-5',
    'meaning: ',
  ])
  assert.deepEqual(named({ openai: { apiKey: 'a' } }), [
    'voice: openai/whisper-1',
    'pictures: openai/gpt-6-luna',
    'meaning: openai/text-embedding-3-small',
  ])
  assert.deepEqual(named({ google: { apiKey: 'a' } }), [
    'voice: google/gemini-3.8-flash',
    'pictures: google/gemini-3.8-flash',
    'meaning: google/gemini-embedding-001',
  ])
  assert.deepEqual(named({}), ['voice: ', 'pictures: ', 'meaning: '])
})

test('a model that is named without its key is refused by the variable to set; a list that can not be read is told at once', async () => {
  const base = configOf('http://127.0.0.1:1', ['openai'])
  const keys = { anthropic: { apiKey: 'a' } }
  const models = createModels({ ...base, keys }, { log: () => {} })
  const error = await failureOf(models.transcribe(RECORDING_REQUEST, never()))
  assert.equal(error.kind, 'unauthorized')
  assert.match(error.message, /OPENAI_API_KEY/)
  assert.equal(models.embeddingModel(), null)
  const senses = { transcribe: 'whisper', vision: null, embed: null }
  assert.throws(() => createModels({ ...base, senses }, { log: () => {} }), /MODEL_TRANSCRIBE: “whisper”/)
})
