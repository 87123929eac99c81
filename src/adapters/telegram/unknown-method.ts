// How a Bot API server says that it does not know a method: an older one, or one that knows only some. It is no fault of the bot's.
import { GrammyError } from 'grammy'

/** Telegram's own words; a bot that it does not know gets a 404 without them. */
export const METHOD_NOT_FOUND = { ok: false, error_code: 404, description: 'Not Found: method not found' } as const

export function isUnknownMethod(answer: { readonly error_code: number; readonly description: string }): boolean {
  return answer.error_code === 404 && /\bmethod not found\b/i.test(answer.description)
}

export function isUnknownMethodError(error: unknown): boolean {
  return error instanceof GrammyError && isUnknownMethod(error)
}

/** For answers of servers that have a form of their own: only words that name the method itself are believed. */
export function namesUnknownMethod(method: string, answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null) return false
  return Object.values(answer).some(
    (words) =>
      typeof words === 'string' &&
      words.split(/\W+/).includes(method) &&
      /\b(?:not |un)(?:supported|known|found|implemented)\b/i.test(words),
  )
}
