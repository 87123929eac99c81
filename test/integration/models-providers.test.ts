// Each provider's adapter against a server on loopback that speaks its wire protocol, on good days; and which models are chosen.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createModels } from '../../src/adapters/models/models.ts'
import type { ChatMessage, ChatTurn } from '../../src/core/ports/models.ts'
import { PROVIDERS_UNDER_TEST, SECRET } from '../../testkit/llm/provider-config.ts'
import { CHAT_REQUEST, ROUTE_REQUEST } from '../contract/models.ts'
import { OK, WIRE_OF, call, chat, failureOf, never, testsOf } from '../contract/models-world.ts'

for (const provider of PROVIDERS_UNDER_TEST) {
  const { other, it, withFallback } = testsOf(provider)

  it(
    'a turn of text, with its usage, on the right wire with the key',
    [{ text: 'Hello there.', usage: { input: 120, output: 7, cached: 100 } }],
    async ({ llm, models }) => {
      const turn = await chat(models, { maxOutputTokens: 321 })
      assert.equal(turn.text, 'Hello there.')
      assert.equal(turn.finish, 'stop')
      assert.deepEqual(turn.toolCalls, [])
      assert.deepEqual(turn.usage, { input_tokens: 120, output_tokens: 7, cached_input_tokens: 100 })
      assert.equal(turn.model.provider, provider)
      const [request] = llm.requests
      assert.equal(request?.wire, WIRE_OF[provider])
      assert.equal(request.stream, true)
      assert.ok(Object.values(request.headers).some((value) => value.includes(SECRET)))
      assert.ok(JSON.stringify(request.body).includes('321'))
      assert.deepEqual(request.tools, ['write'])
      assert.ok(request.text.includes('You write software.') && request.text.includes('create a hello world web app'))
    },
  )

  it(
    'several tool calls in one turn, beside text',
    [{ text: 'Two files.', toolCalls: [call('a', 'a.txt'), call('b', 'b.txt')] }],
    async ({ models }) => {
      const turn = await chat(models)
      assert.equal(turn.text, 'Two files.')
      assert.equal(turn.finish, 'tool_calls')
      assert.deepEqual(
        turn.toolCalls.map(({ tool, input }) => [tool, input]),
        [
          ['write', { path: 'a.txt', content: 'é “quoted” \\ \n' }],
          ['write', { path: 'b.txt', content: 'é “quoted” \\ \n' }],
        ],
      )
    },
  )

  it(
    'a conversation of many turns goes over the wire whole, with results, failures and signatures',
    [
      {
        thought: { text: 'I should write.', signature: 'c2lnbmVkLWJ5LXByb3ZpZGVy' },
        text: 'I write.',
        toolCalls: [call('call_1', 'a.txt')],
      },
      { text: 'Again.', toolCalls: [call('call_2', 'a.txt')] },
      OK,
    ],
    async ({ llm, models }) => {
      const messages: ChatMessage[] = [...CHAT_REQUEST.messages]
      for (const [output, ok] of [
        ['disk is full', false],
        ['written well', true],
      ] as const) {
        const turn: ChatTurn = JSON.parse(JSON.stringify(await chat(models, { messages })))
        messages.push({
          role: 'assistant',
          text: turn.text,
          toolCalls: turn.toolCalls,
          providerData: turn.providerData,
        })
        for (const { id, tool } of turn.toolCalls) messages.push({ role: 'tool', callId: id, tool, output, ok })
      }
      assert.equal((await chat(models, { messages })).text, 'All is well.')
      const wire = JSON.stringify(llm.requests.at(-1)?.body)
      for (const expected of ['create a hello world', 'I write.', 'a.txt', 'disk is full', 'Again.', 'written well'])
        assert.ok(wire.includes(expected), expected)
      if (provider === 'anthropic') assert.ok(wire.includes('"is_error":true'))
      if (provider !== 'openai-compatible')
        assert.ok(wire.includes('c2lnbmVkLWJ5LXByb3ZpZGVy'), 'the signature goes back')
      assert.ok(!wire.includes('item_reference'), 'nothing relies on what the provider kept')
    },
  )

  it(
    "another provider's turn goes along without its private data",
    withFallback([{ fault: 'status', status: 401 }]),
    async ({ llm, models }) => {
      const providerData = {
        provider,
        messages: [
          {
            role: 'assistant',
            content: [{ type: 'text', text: 'x', providerOptions: { secret: { signature: 'only-for-me' } } }],
          },
        ],
      }
      const messages: ChatMessage[] = [
        ...CHAT_REQUEST.messages,
        {
          role: 'assistant',
          text: 'I read it.',
          toolCalls: [{ id: 'odd id/1', tool: 'write', input: { path: 'p.txt', content: '' } }],
          providerData,
        },
        { role: 'tool', callId: 'odd id/1', tool: 'write', output: 'fine', ok: true },
      ]
      const turn = await chat(models, { messages })
      assert.equal(turn.text, 'From the fallback.')
      const wire = JSON.stringify(llm.requests.at(-1)?.body)
      assert.ok(wire.includes('I read it.') && wire.includes('p.txt') && !wire.includes('only-for-me'))
    },
    [provider, other],
  )

  it(
    'structured output',
    [{ object: { task_type: 'question', summary: 'A question.', command: null } }],
    async ({ llm, models }) => {
      const { value, model } = await models.object(ROUTE_REQUEST, never())
      assert.deepEqual(value, { task_type: 'question', summary: 'A question.', command: null })
      assert.equal(model.provider, provider)
      assert.ok(llm.requests[0]?.wantsJson === true || llm.requests[0]?.forcedTool !== null)
    },
  )

  it(
    'structured output that does not fit is asked for once more, with what was wrong',
    [{ object: { task_type: 'nonsense' } }, { object: { task_type: 'question', summary: 'Better.', command: null } }],
    async ({ llm, models }) => {
      const { value, usage } = await models.object(ROUTE_REQUEST, never())
      assert.equal(value.summary, 'Better.')
      assert.equal(usage.output_tokens, 10)
      assert.match(llm.requests[1]?.text ?? '', /does not fit[\s\S]*task_type/)
    },
  )

  it(
    'structured output that never fits is malformed after two tries',
    () => ({ text: 'I would rather talk.' }),
    async ({ llm, models }) => {
      assert.equal((await failureOf(models.object(ROUTE_REQUEST, never()))).kind, 'malformed')
      assert.equal(llm.requests.length, 2)
    },
  )

  it('a turn that its length cut off says so', [{ text: 'Once upon a', cutByLength: true }], async ({ models }) => {
    assert.equal((await chat(models)).finish, 'length')
  })
}

test('no key: every tier is offline, whatever is named', () => {
  const tiers = { small: null, main: 'anthropic/claude-sonnet-5-5', review: null }
  const models = createModels({ keys: {}, tiers }, { log: () => {} })
  for (const tier of ['small', 'main', 'review'] as const)
    assert.deepEqual(models.describe(tier), { provider: 'offline', model: 'recipes', offline: true })
})

test('a key without names: sensible models, others with keys behind them', () => {
  const tiers = { small: null, main: null, review: 'offline' }
  const models = createModels({ keys: { openai: { apiKey: 'x' }, google: { apiKey: 'y' } }, tiers }, { log: () => {} })
  assert.equal(models.describe('main').provider, 'openai')
  assert.notEqual(models.describe('small').model, models.describe('main').model)
  assert.equal(models.describe('review').offline, true)
})

test('a tier that names a provider without a key says which variable to set', async () => {
  const tiers = { small: null, main: 'anthropic/claude-sonnet-5-5', review: null }
  const models = createModels({ keys: { openai: { apiKey: 'x' } }, tiers }, { log: () => {} })
  const error = await failureOf(chat(models))
  assert.equal(error.kind, 'unauthorized')
  assert.match(error.message, /MODEL_MAIN.*ANTHROPIC_API_KEY/)
})

test('only a compatible endpoint: the tiers without a name ask the named model', () => {
  const tiers = { small: null, main: 'openai-compatible/qwen/qwen3:8b', review: null }
  const models = createModels(
    { keys: { compatible: { apiKey: '', baseUrl: 'http://127.0.0.1:1/v1' } }, tiers },
    { log: () => {} },
  )
  assert.deepEqual(models.describe('small'), { provider: 'openai-compatible', model: 'qwen/qwen3:8b', offline: false })
})

test('a list that is no list stops the start with one sentence', () => {
  for (const main of ['claude', 'anthropic/', 'anthropic/a,,openai/b', 'nobody/model', 'anthropic/a b']) {
    assert.throws(
      () =>
        createModels(
          { keys: { openai: { apiKey: 'x' } }, tiers: { small: null, main, review: null } },
          { log: () => {} },
        ),
      /^Error: MODEL_MAIN: “.*” is not a model/,
    )
  }
})
