// Each provider's adapter against a server on loopback that speaks its wire protocol, on good days and bad ones.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createModels } from '../../src/adapters/models/models.ts'
import { KEY_VARIABLES } from '../../src/adapters/models/providers.ts'
import type { ChatMessage, ChatRequest, ChatTurn, ModelErrorKind, Models } from '../../src/core/ports/models.ts'
import { ModelError } from '../../src/core/ports/models.ts'
import type { ProviderUnderTest } from '../../testkit/llm/provider-config.ts'
import { PROVIDERS_UNDER_TEST, SECRET, configOf } from '../../testkit/llm/provider-config.ts'
import type { ScriptedLlm, ScriptedLlmOptions } from '../../testkit/llm/server.ts'
import { createScriptedLlm } from '../../testkit/llm/server.ts'
import type { LlmRequest, ScriptedTurn } from '../../testkit/llm/turn.ts'
import { CHAT_REQUEST, ROUTE_REQUEST } from '../contract/models.ts'

const WIRE_OF = {
  anthropic: 'anthropic',
  openai: 'openai-responses',
  google: 'gemini',
  'openai-compatible': 'openai-chat',
} as const
const OK: ScriptedTurn = { text: 'All is well.' }
const never = (): AbortSignal => new AbortController().signal

type World = { readonly llm: ScriptedLlm; readonly models: Models; readonly log: readonly string[] }

async function inWorld(
  order: readonly ProviderUnderTest[],
  behaviour: readonly ScriptedTurn[] | NonNullable<ScriptedLlmOptions['respond']>,
  check: (world: World) => Promise<void>,
): Promise<void> {
  const llm = await createScriptedLlm(typeof behaviour === 'function' ? { respond: behaviour } : { script: behaviour })
  const log: string[] = []
  try {
    const models = createModels(configOf(llm.url, order), {
      log: (_level, message) => void log.push(message),
      backoffMs: 1,
    })
    await check({ llm, models, log })
  } finally {
    await llm.close()
  }
}

const chat = (models: Models, changes: Partial<ChatRequest> = {}): Promise<ChatTurn> =>
  models.chat({ ...CHAT_REQUEST, ...changes }, never())

async function failureOf(promise: Promise<unknown>): Promise<ModelError> {
  const error: unknown = await promise.then(
    () => assert.fail('it should have failed'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof ModelError, String(error))
  assert.ok(!error.message.includes('\n'), 'one line')
  for (let layer: unknown = error; layer instanceof Error; layer = layer.cause)
    assert.ok(!`${layer.message}${layer.stack}`.includes(SECRET), 'no key in it')
  return error
}

for (const provider of PROVIDERS_UNDER_TEST) {
  const other: ProviderUnderTest = provider === 'openai' ? 'anthropic' : 'openai'
  const it = (
    title: string,
    behaviour: readonly ScriptedTurn[] | NonNullable<ScriptedLlmOptions['respond']>,
    check: (world: World) => Promise<void>,
    order: readonly ProviderUnderTest[] = [provider],
  ): void => {
    test(`${provider}: ${title}`, () => inWorld(order, behaviour, check))
  }
  /** The provider under test answers with these turns; the fallback always answers well. */
  const withFallback = (turns: readonly ScriptedTurn[]) => {
    let asked = 0
    return (request: LlmRequest): ScriptedTurn => {
      if (request.wire !== WIRE_OF[provider]) return { text: 'From the fallback.' }
      asked += 1
      return turns[Math.min(asked, turns.length) - 1] ?? OK
    }
  }

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

  it('429, then success', [{ fault: 'status', status: 429, retryAfter: 0 }, OK], async ({ llm, models }) => {
    assert.equal((await chat(models)).text, 'All is well.')
    assert.equal(llm.requests.length, 2)
  })

  it(
    '429 without end falls back to another provider',
    withFallback([{ fault: 'status', status: 429 }]),
    async ({ llm, models, log }) => {
      const turn = await chat(models)
      assert.equal(turn.text, 'From the fallback.')
      assert.equal(turn.model.provider, other)
      assert.equal(llm.requests.filter(({ wire }) => wire === WIRE_OF[provider]).length, 3)
      assert.ok(log.length > 0 && !log.join('').includes(SECRET))
    },
    [provider, other],
  )

  it(
    'who is asked to wait long goes to the fallback at once',
    withFallback([{ fault: 'status', status: 429, retryAfter: 3_600 }]),
    async ({ llm, models }) => {
      assert.equal((await chat(models)).text, 'From the fallback.')
      assert.equal(llm.requests.length, 2)
    },
    [provider, other],
  )

  it(
    'waiting for a retry-after ends with the deadline',
    [{ fault: 'status', status: 429, retryAfter: 3_600 }],
    async ({ models }) => {
      assert.equal((await failureOf(chat(models, { deadlineMs: 150 }))).kind, 'timeout')
    },
  )

  for (const [status, kind] of [
    [429, 'rate_limited'],
    [500, 'overloaded'],
    [503, 'overloaded'],
    [529, 'overloaded'],
  ] as const) {
    it(
      `${status} without end is ${kind} after three tries`,
      () => ({ fault: 'status', status }),
      async ({ llm, models }) => {
        assert.equal((await failureOf(chat(models))).kind, kind)
        assert.equal(llm.requests.length, 3)
      },
    )
  }

  it(
    '401 names the variable and hides the key, without a second try',
    () => ({ fault: 'status', status: 401, message: `Incorrect API key provided: ${SECRET}` }),
    async ({ llm, models, log }) => {
      const error = await failureOf(chat(models))
      assert.equal(error.kind, 'unauthorized')
      assert.ok(error.message.includes(KEY_VARIABLES[provider]))
      assert.ok(!log.join('').includes(SECRET))
      assert.equal(llm.requests.length, 1)
    },
  )

  it(
    '400 says what the provider said, without a second try',
    () => ({ fault: 'status', status: 400, message: `the prompt is too long ${SECRET}` }),
    async ({ llm, models }) => {
      const error = await failureOf(chat(models))
      assert.equal(error.kind, 'bad_request')
      assert.match(error.message, /prompt is too long/)
      assert.equal(llm.requests.length, 1)
    },
  )

  for (const how of ['end', 'reset'] as const) {
    it(
      `a stream cut before any content (${how}) is asked for again`,
      [{ fault: 'cut', when: 'before_content', how, reply: OK }, OK],
      async ({ llm, models }) => {
        assert.equal((await chat(models)).text, 'All is well.')
        assert.equal(llm.requests.length, 2)
      },
    )

    it(
      `a stream cut after the first content (${how}) fails: it is neither taken as whole nor asked elsewhere`,
      () => ({
        fault: 'cut',
        when: 'after_content',
        how,
        reply: { text: 'The first half, the second half, the third half.' },
      }),
      async ({ llm, models }) => {
        assert.equal((await failureOf(chat(models))).kind, 'unreachable')
        assert.equal(llm.requests.length, 1)
      },
      [provider, other],
    )

    it(
      `a tool call cut in the middle (${how}) fails`,
      () => ({ fault: 'cut', when: 'after_content', how, reply: { toolCalls: [call('a', 'a.txt')] } }),
      async ({ llm, models }) => {
        // Gemini sends a call whole in one frame, but the turn's end is missing all the same.
        assert.equal((await failureOf(chat(models))).kind, 'unreachable')
        assert.equal(llm.requests.length, 1)
      },
      [provider, other],
    )
  }

  it(
    'an error frame before any content is asked for again',
    [{ fault: 'error_frame', when: 'before_content', reply: OK }, OK],
    async ({ models }) => {
      assert.equal((await chat(models)).text, 'All is well.')
    },
  )

  it(
    'an error frame after content fails as what it says',
    () => ({ fault: 'error_frame', when: 'after_content', reply: { text: 'Some words to begin with.' } }),
    async ({ llm, models }) => {
      assert.equal((await failureOf(chat(models))).kind, 'overloaded')
      assert.equal(llm.requests.length, 1)
    },
  )

  it(
    'a frame that is no JSON, before content, without end: the fallback answers',
    withFallback([{ fault: 'malformed', when: 'before_content', reply: OK }]),
    async ({ models }) => assert.equal((await chat(models)).text, 'From the fallback.'),
    [provider, other],
  )

  it(
    'a frame that is no JSON, after content, is malformed',
    () => ({ fault: 'malformed', when: 'after_content', reply: { text: 'Some words to begin with.' } }),
    async ({ llm, models }) => {
      assert.equal((await failureOf(chat(models))).kind, 'malformed')
      assert.equal(llm.requests.length, 1)
    },
    [provider, other],
  )

  for (const fault of ['empty', 'wrong_content_type'] as const) {
    it(
      `${fault} answers are asked for again, then the fallback answers`,
      withFallback([{ fault }]),
      async ({ llm, models }) => {
        assert.equal((await chat(models)).text, 'From the fallback.')
        assert.equal(llm.requests.length, 4)
      },
      [provider, other],
    )
  }

  for (const headers of [true, false]) {
    it(
      `a server that hangs ${headers ? 'after' : 'before'} its headers meets the deadline`,
      () => ({ fault: 'hang', headers }),
      async ({ models }) => {
        assert.equal((await failureOf(chat(models, { deadlineMs: 200 }))).kind, 'timeout')
      },
    )
  }

  it(
    'an answer that drips longer than the deadline is a timeout, not a short answer',
    () => ({ fault: 'drip', everyMs: 100, reply: { text: 'slow and long and slow' } }),
    async ({ models }) => {
      assert.equal((await failureOf(chat(models, { deadlineMs: 350 }))).kind, 'timeout')
    },
  )

  it(
    'a slow drip within the deadline is a whole answer',
    () => ({ fault: 'drip', everyMs: 5, reply: { text: 'slow and long and slow' } }),
    async ({ models }) => {
      assert.equal((await chat(models)).text, 'slow and long and slow')
    },
  )

  it(
    'stop means stopped: the call ends and the connection closes',
    () => ({ fault: 'hang', headers: true }),
    async ({ llm, models }) => {
      const controller = new AbortController()
      const failure = failureOf(models.chat(CHAT_REQUEST, controller.signal))
      while (llm.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      controller.abort(new Error('panic'))
      assert.equal((await failure).kind, 'aborted')
    },
  )

  if (provider !== 'google') {
    const broken: ScriptedTurn = { toolCalls: [{ ...call('a', 'a.txt'), rawInput: '{"path": "a.txt", "content": ' }] }
    it(
      'arguments that are no JSON are asked for once more',
      [broken, { toolCalls: [call('b', 'b.txt')] }],
      async ({ llm, models }) => {
        const turn = await chat(models)
        assert.deepEqual(
          turn.toolCalls.map(({ input }) => input),
          [call('b', 'b.txt').input],
        )
        assert.equal(turn.usage.output_tokens, 10)
        assert.match(llm.requests[1]?.text ?? '', /not valid JSON/)
      },
    )

    it(
      'arguments that are never JSON are malformed',
      () => broken,
      async ({ llm, models }) => {
        assert.equal((await failureOf(chat(models))).kind, 'malformed')
        assert.equal(llm.requests.length, 2)
      },
    )
  }
}

test('nobody listens: unreachable, in a sentence', async () => {
  const llm = await createScriptedLlm()
  await llm.close()
  for (const provider of PROVIDERS_UNDER_TEST) {
    const models = createModels(configOf(llm.url, [provider]), { log: () => {}, backoffMs: 1 })
    assert.equal((await failureOf(chat(models))).kind, 'unreachable')
  }
})

test('when every model failed, the sentence tells of each and the kind says whether to try again', () =>
  inWorld(
    ['anthropic', 'google'],
    ({ wire }) => ({ fault: 'status', status: wire === 'anthropic' ? 401 : 529 }),
    async ({ models }) => {
      const error = await failureOf(chat(models))
      const kind: ModelErrorKind = 'overloaded'
      assert.equal(error.kind, kind)
      assert.match(error.message, /anthropic\/.*ANTHROPIC_API_KEY.*google\/.*overloaded/)
    },
  ))

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

function call(id: string, path: string) {
  return { id, name: 'write', input: { path, content: 'é “quoted” \\ \n' } }
}
