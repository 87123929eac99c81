// Each provider's adapter against a server on loopback that misbehaves in every way that providers do.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createModels } from '../../src/adapters/models/models.ts'
import { KEY_VARIABLES } from '../../src/adapters/models/providers.ts'
import type { ModelErrorKind } from '../../src/core/ports/models.ts'
import { PROVIDERS_UNDER_TEST, SECRET, configOf } from '../../testkit/llm/provider-config.ts'
import { createScriptedLlm } from '../../testkit/llm/server.ts'
import type { ScriptedTurn } from '../../testkit/llm/turn.ts'
import { CHAT_REQUEST } from '../contract/models.ts'
import { OK, WIRE_OF, call, chat, failureOf, inWorld, testsOf } from '../contract/models-world.ts'

for (const provider of PROVIDERS_UNDER_TEST) {
  const { other, it, withFallback } = testsOf(provider)

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
