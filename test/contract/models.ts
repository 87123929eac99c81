// What every Models promises. Each implementation's test calls this with its own way to get models that can answer.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import type { ChatRequest, MediaRequest, Models, ObjectRequest } from '../../src/core/ports/models.ts'
import { ModelError } from '../../src/core/ports/models.ts'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'
import { MODEL_TIERS } from '../../src/core/vocabulary/usage.ts'

/** The shape of the route, the one question that every implementation can answer. */
export const ROUTE = z.object({
  task_type: z.enum(['dev_pipeline', 'shell_command', 'question']),
  summary: z.string(),
  command: z.string().nullable(),
})

export const ROUTE_REQUEST: ObjectRequest<z.infer<typeof ROUTE>> = {
  tier: 'small',
  purpose: {
    taskId: '01890000-0000-7000-8000-000000000001' as TaskId,
    role: 'router',
    step: 'route',
    subject: 'route',
  },
  system: 'Decide what the request is.',
  prompt: '<request>\nrun `ls -la`\n</request>',
  schemaName: 'route',
  schema: ROUTE,
  maxOutputTokens: 500,
  deadlineMs: 20_000,
}

export const CHAT_REQUEST: ChatRequest = {
  tier: 'main',
  purpose: {
    taskId: '01890000-0000-7000-8000-000000000001' as TaskId,
    role: 'coder',
    step: 'subtask/web-app-files/turn/1',
    subject: 'web-app-files',
  },
  system: 'You write software.',
  messages: [{ role: 'user', text: '<request>\ncreate a hello world web app\n</request>\nWrite the program.' }],
  tools: [
    {
      name: 'write',
      description: 'Writes a file.',
      inputSchema: {
        type: 'object',
        properties: { path: { type: 'string' }, content: { type: 'string' } },
        required: ['path', 'content'],
        additionalProperties: false,
      },
    },
  ],
  maxOutputTokens: 1_000,
  deadlineMs: 20_000,
}

export const MEDIA_REQUEST: MediaRequest = {
  purpose: { taskId: null, role: 'assistant', step: 'read/a', subject: 'media' },
  bytes: new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  mediaType: 'image/png',
  name: 'a.png',
  deadlineMs: 20_000,
}

export const RECORDING_REQUEST: MediaRequest = {
  ...MEDIA_REQUEST,
  bytes: new TextEncoder().encode(`OggS\0${'sound '.repeat(40)}`),
  mediaType: 'audio/ogg',
  name: 'a.ogg',
}

/** What the models can do beside words. */
type Senses = { readonly hears: boolean; readonly sees: boolean; readonly embeds: boolean }
const NO_SENSES: Senses = { hears: false, sees: false, embeds: false }

/**
 * `open` gives models that answer ROUTE_REQUEST with a shell command and CHAT_REQUEST with at least one call of `write`; those with
 * senses hear, and see as a description, “two words”.
 */
export function modelsContract(
  name: string,
  open: () => Promise<{ readonly models: Models; readonly close: () => Promise<void> }>,
  senses: Senses = NO_SENSES,
): void {
  const withModels = (title: string, check: (models: Models) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      const { models, close } = await open()
      try {
        await check(models)
      } finally {
        await close()
      }
    })
  }

  withModels('says who answers, for each tier', async (models) => {
    for (const tier of MODEL_TIERS) {
      const { provider, model } = models.describe(tier)
      assert.ok(provider.length > 0 && model.length > 0)
    }
  })

  withModels('a turn has calls with ids that differ, an input each, usage and a label', async (models) => {
    const turn = await models.chat(CHAT_REQUEST, new AbortController().signal)
    assert.equal(turn.finish, 'tool_calls')
    assert.ok(turn.toolCalls.length > 0)
    assert.equal(new Set(turn.toolCalls.map(({ id }) => id)).size, turn.toolCalls.length)
    for (const { id, tool, input } of turn.toolCalls) {
      assert.ok(id.length > 0)
      assert.equal(tool, 'write')
      assert.ok(typeof input === 'object' && input !== null && 'path' in input)
    }
    assert.ok(turn.usage.input_tokens > 0 && turn.usage.output_tokens > 0)
    assert.ok(turn.usage.cached_input_tokens <= turn.usage.input_tokens)
    assert.ok(turn.model.model.length > 0)
  })

  withModels('a turn survives being kept as JSON, and can be sent back with its results', async (models) => {
    const turn = await models.chat(CHAT_REQUEST, new AbortController().signal)
    const kept: typeof turn = JSON.parse(JSON.stringify(turn))
    assert.deepEqual(kept, turn)
    const results = kept.toolCalls.map(({ id, tool }) => ({
      role: 'tool' as const,
      callId: id,
      tool,
      output: 'written',
      ok: true,
    }))
    const messages = [...CHAT_REQUEST.messages, { role: 'assistant' as const, ...kept }, ...results]
    const next = await models.chat({ ...CHAT_REQUEST, messages }, new AbortController().signal)
    assert.ok(next.text.length > 0 || next.toolCalls.length > 0)
  })

  withModels('an object has the shape that was asked for', async (models) => {
    const { value, usage, model } = await models.object(ROUTE_REQUEST, new AbortController().signal)
    assert.equal(value.task_type, 'shell_command')
    assert.equal(value.command, 'ls -la')
    assert.ok(usage.output_tokens > 0)
    assert.ok(model.provider.length > 0)
  })

  withModels('a call that was stopped before it began is aborted', async (models) => {
    const stopped = AbortSignal.abort()
    const isAborted = (error: unknown): boolean => error instanceof ModelError && error.kind === 'aborted'
    await assert.rejects(models.chat(CHAT_REQUEST, stopped), isAborted)
    await assert.rejects(models.object(ROUTE_REQUEST, stopped), isAborted)
  })

  withModels('calls side by side do not disturb each other', async (models) => {
    const signal = new AbortController().signal
    const [chat, object, again] = await Promise.all([
      models.chat(CHAT_REQUEST, signal),
      models.object(ROUTE_REQUEST, signal),
      models.chat(CHAT_REQUEST, signal),
    ])
    assert.equal(object.value.command, 'ls -la')
    assert.deepEqual(chat.toolCalls, again.toolCalls)
  })

  sensePromises(withModels, senses)
}

function sensePromises(
  withModels: (title: string, check: (models: Models) => Promise<void>) => void,
  { hears, sees, embeds }: Senses,
): void {
  const signal = new AbortController().signal
  const isOf = (kind: string) => (error: unknown) => error instanceof ModelError && error.kind === kind

  withModels(hears ? 'what is heard comes with its usage and a label' : 'what can not hear says so', async (models) => {
    const hearing = models.transcribe(RECORDING_REQUEST, signal)
    if (!hears) return await assert.rejects(hearing, isOf('unsupported'))
    const { text, usage, model } = await hearing
    assert.equal(text, 'two words')
    assert.ok(usage.input_tokens + usage.output_tokens > 0 && !model.offline)
  })

  withModels(sees ? 'what is seen comes in the shape of a description' : 'what can not see says so', async (models) => {
    const seeing = models.describeImage(MEDIA_REQUEST, signal)
    if (!sees) return await assert.rejects(seeing, isOf('unsupported'))
    const { value, usage, model } = await seeing
    assert.equal(value.description, 'two words')
    assert.equal(value.kind, 'photo')
    assert.ok(usage.output_tokens > 0 && !model.offline)
  })

  withModels(
    embeds ? 'texts have a vector each, in order, of one length' : 'what can not embed says so',
    async (models) => {
      if (!embeds) {
        assert.equal(models.embeddingModel(), null)
        return await assert.rejects(models.embed(['a'], signal), isOf('unsupported'))
      }
      const texts = ['the red house', 'a red house', 'zzz', '']
      const { vectors, model } = await models.embed(texts, signal)
      assert.equal(models.embeddingModel(), `${model.provider}/${model.model}`)
      assert.equal(vectors.length, texts.length)
      assert.equal(new Set(vectors.map((vector) => vector.length)).size, 1)
      const [alone] = (await models.embed(['zzz'], signal)).vectors
      assert.deepEqual(alone, vectors[2])
      assert.deepEqual((await models.embed([], signal)).vectors, [])
    },
  )

  withModels('a sense that was called off before it began is aborted', async (models) => {
    const stopped = AbortSignal.abort()
    await assert.rejects(models.transcribe(MEDIA_REQUEST, stopped), isOf('aborted'))
    await assert.rejects(models.describeImage(MEDIA_REQUEST, stopped), isOf('aborted'))
    await assert.rejects(models.embed(['a'], stopped), isOf('aborted'))
  })
}
