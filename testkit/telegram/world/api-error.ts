// The one kind of refusal there is on this wire: thrown anywhere below a method, answered by the server as JSON.
import type { ResponseParameters } from '@grammyjs/types'

export class BotApiError extends Error {
  readonly code: number
  readonly parameters: ResponseParameters | undefined

  constructor(code: number, description: string, parameters?: ResponseParameters) {
    super(description)
    this.name = 'BotApiError'
    this.code = code
    this.parameters = parameters
  }
}

/** A 400. `what` comes without the "Bad Request: " in front. */
export function badRequest(what: string, parameters?: ResponseParameters): BotApiError {
  return new BotApiError(400, `Bad Request: ${what}`, parameters)
}

/** A 403. `what` comes without the "Forbidden: " in front. */
export function forbidden(what: string): BotApiError {
  return new BotApiError(403, `Forbidden: ${what}`)
}
