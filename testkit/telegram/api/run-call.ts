// One call from its name and parameters to what goes out: the flood control, the method, its refusal, the record of it.
import type { ApiError } from '@grammyjs/types'
import { BotApiError } from '../world/api-error.ts'
import type { BotAccount } from '../world/model.ts'
import type { RateLimits } from '../world/rate-limit.ts'
import type { World } from '../world/world.ts'
import { textParam } from './call.ts'
import type { Params } from './call.ts'
import type { Method } from './registry.ts'

export type Answer = { readonly ok: true; readonly result: unknown } | ApiError

export type CallRunner = {
  readonly world: World
  readonly registry: ReadonlyMap<string, Method>
  readonly limits: RateLimits | undefined
  /** What is wrong with a result, or null. */
  readonly check: ((method: string, result: unknown) => string | null) | undefined
  readonly onWrongAnswer: (problem: string) => void
}

export async function runCall(
  { world, registry, limits, check, onWrongAnswer }: CallRunner,
  bot: BotAccount,
  name: string,
  params: Params,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const method = registry.get(name.toLowerCase())
    if (method === undefined) throw new BotApiError(404, 'Not Found: method not found')
    if ((bot.loggedOutUntil ?? 0) > world.clock.now()) throw new BotApiError(400, 'Logged out')
    const chat = textParam(params, 'chat_id')
    const wait = limits?.take({ bot: bot.id, method: name, ...(chat === undefined ? {} : { chat }) }) ?? 0
    if (wait > 0) throw tooMany(wait)
    const result = await method.run({ world, bot, params, signal })
    const problem = check?.(method.name, result) ?? null
    if (problem !== null) {
      onWrongAnswer(problem)
      throw new BotApiError(500, `Internal Server Error: the answer has the wrong shape: ${problem}`)
    }
    return { ok: true, result }
  } catch (error) {
    return errorAnswer(error)
  }
}

export function tooMany(seconds: number): BotApiError {
  return new BotApiError(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds })
}

export function errorAnswer(error: unknown): ApiError {
  if (!(error instanceof BotApiError)) {
    const why = error instanceof Error ? error.message : String(error)
    return { ok: false, error_code: 500, description: `Internal Server Error: ${why}` }
  }
  const { code, message, parameters } = error
  return { ok: false, error_code: code, description: message, ...(parameters === undefined ? {} : { parameters }) }
}
