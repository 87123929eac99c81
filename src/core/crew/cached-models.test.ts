// What is answered from the cache, and what never is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { createMemoryPromptCache } from '../../adapters/memory/prompt-cache.ts'
import { createSystemIds } from '../../adapters/system/ids.ts'
import type { ChatRequest, ChatTurn, Models, ObjectRequest } from '../ports/models.ts'
import type { PromptCache } from '../ports/prompt-cache.ts'
import type { TaskId, UserId } from '../vocabulary/ids.ts'
import { cachedModels } from './cached-models.ts'

const [ADA, EVE] = ['ada', 'eve'] as UserId[] as [UserId, UserId]
const SIGNAL = new AbortController().signal
const USAGE = { input_tokens: 10, output_tokens: 5, cached_input_tokens: 0 }

function world({
  offline = false,
  keepMs = 1_000,
  cache: given,
}: { offline?: boolean; keepMs?: number; cache?: PromptCache } = {}) {
  let at = 0
  let asked = 0
  let finish: ChatTurn['finish'] = 'stop'
  let value: unknown = { n: 1 }
  const label = { provider: 'openai', model: 'm', offline }
  const bare = {
    describe: () => label,
    chat: async (request: ChatRequest) => {
      asked += 1
      const text = `${request.messages.length} ${asked}`
      return { text, toolCalls: [], finish, providerData: null, usage: USAGE, model: label }
    },
    object: async <T>(request: ObjectRequest<T>) => {
      asked += 1
      return { value: request.schema.parse(value), usage: USAGE, model: label }
    },
  } as Pick<Models, 'describe' | 'chat' | 'object'> as Models
  const cache = given ?? createMemoryPromptCache({ now: () => new Date(at) })
  const counted: string[] = []
  const models = cachedModels(bare, {
    cache,
    ids: createSystemIds(),
    telemetry: { log: () => undefined, count: (_, labels) => void counted.push(labels?.['outcome'] ?? '') },
    keepMs,
  })
  return {
    models,
    counted,
    asked: () => asked,
    pass: (ms: number) => void (at += ms),
    finishWith: (how: ChatTurn['finish']) => void (finish = how),
    answerWith: (what: unknown) => void (value = what),
  }
}

function chat(userId: UserId | null, words = 'hello', more: Partial<ChatRequest> = {}): ChatRequest {
  return {
    tier: 'main',
    purpose: {
      taskId: 't' as TaskId,
      role: 'coder',
      step: words,
      subject: 's',
      ...(userId === null ? {} : { userId }),
    },
    system: 'Be good.',
    maxOutputTokens: 100,
    deadlineMs: 1_000,
    messages: [{ role: 'user', text: words }],
    tools: [],
    ...more,
  }
}

test('the very same call is answered again for nothing, until its time is up', async () => {
  const { models, asked, pass, counted } = world()
  const first = await models.chat(chat(ADA), SIGNAL)
  assert.equal(first.fromCache, undefined)
  const again = await models.chat(
    { ...chat(ADA), purpose: { ...chat(ADA).purpose, step: 'elsewhere', taskId: 'u' as TaskId } },
    SIGNAL,
  )
  assert.deepEqual([again.text, again.fromCache, again.usage.input_tokens], [first.text, true, 0])
  pass(1_001)
  assert.equal((await models.chat(chat(ADA), SIGNAL)).fromCache, undefined)
  assert.equal(asked(), 2)
  assert.deepEqual(counted, ['miss', 'hit', 'miss'])
})

test('nobody is answered with what somebody else asked for, and nobody in particular is not remembered', async () => {
  const { models, asked } = world()
  for (const person of [ADA, EVE, null, null]) await models.chat(chat(person), SIGNAL)
  assert.equal(asked(), 4)
})

test('anything that differs is another call', async () => {
  const { models, asked } = world()
  const tool = { name: 'read', description: '', inputSchema: {} }
  const calls = [
    chat(ADA),
    chat(ADA, 'hello!'),
    chat(ADA, 'hello', { tier: 'small' }),
    chat(ADA, 'hello', { system: 'Be bad.' }),
    chat(ADA, 'hello', { maxOutputTokens: 99 }),
    chat(ADA, 'hello', { tools: [tool] }),
    chat(ADA, 'hello', { tools: [{ ...tool, description: 'reads' }] }),
    chat(ADA, 'hello', {
      messages: [
        { role: 'user', text: 'hello' },
        { role: 'user', text: 'hello' },
      ],
    }),
  ]
  for (const call of calls) await models.chat(call, SIGNAL)
  assert.equal(asked(), calls.length)
  for (const call of calls) assert.equal((await models.chat(call, SIGNAL)).fromCache, true)
})

test('what was cut off is not kept, nor anything of the offline model, nor at zero minutes', async () => {
  const cut = world()
  cut.finishWith('length')
  await cut.models.chat(chat(ADA), SIGNAL)
  await cut.models.chat(chat(ADA), SIGNAL)
  assert.equal(cut.asked(), 2)
  for (const bare of [world({ offline: true }), world({ keepMs: 0 })]) {
    await bare.models.chat(chat(ADA), SIGNAL)
    await bare.models.chat(chat(ADA), SIGNAL)
    assert.equal(bare.asked(), 2)
  }
})

test('objects are kept by their shape, and one that fits no more is asked for again', async () => {
  const { models, asked, answerWith } = world()
  const ask = <T>(schema: z.ZodType<T>) => {
    const { messages: _, tools: __, ...rest } = chat(ADA)
    return models.object({ ...rest, prompt: 'p', schemaName: 'n', schema }, SIGNAL)
  }
  const loose = z.object({ n: z.number() })
  assert.deepEqual((await ask(loose)).value, { n: 1 })
  answerWith({ n: 2 })
  const again = await ask(loose)
  assert.deepEqual([again.value, again.fromCache, again.usage.output_tokens], [{ n: 1 }, true, 0])
  // JSON Schema does not tell these two apart, but their checks do.
  const strict = z.object({ n: z.number() }).refine(({ n }) => n > 1)
  assert.deepEqual((await ask(strict)).value, { n: 2 })
  assert.equal(asked(), 2)
})

test('a cache that is out of reach costs nobody an answer', async () => {
  const broken: PromptCache = {
    get: () => Promise.reject(new Error('down')),
    put: () => Promise.reject(new Error('down')),
    forget: () => Promise.reject(new Error('down')),
  }
  const { models, asked } = world({ cache: broken })
  await models.chat(chat(ADA), SIGNAL)
  await models.chat(chat(ADA), SIGNAL)
  assert.equal(asked(), 2)
})

test('a row that is no answer is as good as none', async () => {
  const model = { provider: 'openai', model: 'm', offline: false }
  for (const row of [
    'x',
    5,
    [],
    {},
    { text: 'x', model },
    { value: { n: 1 } },
    { text: 'x', toolCalls: [{}], model },
  ]) {
    const { models } = world({
      cache: { ...createMemoryPromptCache({ now: () => new Date(0) }), get: async () => row },
    })
    const purpose = { userId: ADA } as ChatRequest['purpose']
    const shared = { purpose, tier: 'main', system: 's', maxOutputTokens: 1 } as const
    const turn = await models.chat(
      { ...shared, messages: [], tools: [] } as Partial<ChatRequest> as ChatRequest,
      SIGNAL,
    )
    assert.deepEqual([turn.text, turn.fromCache], ['0 1', undefined], JSON.stringify(row))
    const wanted = { ...shared, prompt: 'p', schemaName: 's', schema: z.object({ n: z.number() }) }
    const object = await models.object(
      wanted as Partial<ObjectRequest<{ n: number }>> as ObjectRequest<{ n: number }>,
      SIGNAL,
    )
    assert.deepEqual([object.value, object.fromCache], [{ n: 1 }, undefined], JSON.stringify(row))
  }
})
