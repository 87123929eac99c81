// Real provider adapters with the scripted server behind them, and what their tests ask again and again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createModels } from '../../src/adapters/models/models.ts'
import type { ChatRequest, ChatTurn, Models } from '../../src/core/ports/models.ts'
import { ModelError } from '../../src/core/ports/models.ts'
import { CHAT_REQUEST } from '../contract/models.ts'
import type { ProviderUnderTest } from '../../testkit/llm/provider-config.ts'
import { SECRET, configOf } from '../../testkit/llm/provider-config.ts'
import type { ScriptedLlm, ScriptedLlmOptions } from '../../testkit/llm/server.ts'
import { createScriptedLlm } from '../../testkit/llm/server.ts'
import type { LlmRequest, ScriptedReply, ScriptedToolCall, ScriptedTurn } from '../../testkit/llm/turn.ts'

export const WIRE_OF = {
  anthropic: 'anthropic',
  openai: 'openai-responses',
  google: 'gemini',
  'openai-compatible': 'openai-chat',
} as const
export const OK: ScriptedReply = { text: 'All is well.' }
export const never = (): AbortSignal => new AbortController().signal

export type World = { readonly llm: ScriptedLlm; readonly models: Models; readonly log: readonly string[] }

export async function inWorld(
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

export const chat = (models: Models, changes: Partial<ChatRequest> = {}): Promise<ChatTurn> =>
  models.chat({ ...CHAT_REQUEST, ...changes }, never())

export async function failureOf(promise: Promise<unknown>): Promise<ModelError> {
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

export function call(id: string, path: string): ScriptedToolCall {
  return { id, name: 'write', input: { path, content: 'é “quoted” \\ \n' } }
}

export type Behaviour = readonly ScriptedTurn[] | NonNullable<ScriptedLlmOptions['respond']>

/** Tests of one provider: `it` names them, `withFallback` lets only this provider misbehave while `other` answers well. */
export function testsOf(provider: ProviderUnderTest) {
  const other: ProviderUnderTest = provider === 'openai' ? 'anthropic' : 'openai'
  const it = (
    title: string,
    behaviour: Behaviour,
    check: (world: World) => Promise<void>,
    order: readonly ProviderUnderTest[] = [provider],
  ): void => {
    test(`${provider}: ${title}`, () => inWorld(order, behaviour, check))
  }
  const withFallback = (turns: readonly ScriptedTurn[]) => {
    let asked = 0
    return (request: LlmRequest): ScriptedTurn => {
      if (request.wire !== WIRE_OF[provider]) return { text: 'From the fallback.' }
      asked += 1
      return turns[Math.min(asked, turns.length) - 1] ?? OK
    }
  }
  return { other, it, withFallback }
}
