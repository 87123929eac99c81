// One Bot API request as methods see it: who calls, and parameters however they came (query, JSON, form, multipart).
import type { ApiMethods } from '@grammyjs/types'
import type { BotAccount } from '../world/model.ts'
import type { World } from '../world/world.ts'
import { badRequest } from '../world/api-error.ts'

export type Upload = { readonly name: string; readonly mimeType: string; readonly bytes: Uint8Array }

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }
export type JsonObject = { readonly [name: string]: Json }

/** Parameters as they came: strings from query and forms, JSON values from a JSON body. Absent, null and '' differ. */
export type Params = {
  readonly values: Readonly<Record<string, Json>>
  /** Parts with a file name, by field name: what `attach://<name>` and a bare upload refer to. */
  readonly uploads: ReadonlyMap<string, Upload>
}

export type Call = {
  readonly world: World
  readonly bot: BotAccount
  readonly params: Params
  /** Aborted when the caller goes away: for long polls. */
  readonly signal: AbortSignal
}

export type MethodName = keyof ApiMethods<never>
export type MethodResult<M extends MethodName> = ReturnType<ApiMethods<never>[M]>

/** A family of methods. A method returns its result in wire shape, or throws a BotApiError (world/api-error.ts). */
export type MethodTable = {
  readonly [M in MethodName]?: (call: Call) => MethodResult<M> | Promise<MethodResult<M>>
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A string; numbers and booleans in a JSON body count as their text. Undefined when absent. */
export function textParam(params: Params, name: string): string | undefined {
  const value = params.values[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'object') return JSON.stringify(value)
  return String(value)
}

/** An integer; what is none counts as absent, as on Telegram. */
export function integerParam(params: Params, name: string): number | undefined {
  const text = textParam(params, name)?.trim()
  if (text === undefined || !/^[-+]?\d{1,16}$/.test(text)) return undefined
  return Number(text)
}

/** true, "true", "True", 1, "yes", "1" and "y" are true; all else, and nothing at all, is false. */
export function flagParam(params: Params, name: string): boolean {
  const text = textParam(params, name)?.trim().toLowerCase()
  return text === 'true' || text === '1' || text === 'yes' || text === 'y'
}

/** A structure: as it is from a JSON body, parsed from the text of a form. Throws "can't parse <what> JSON object". */
export function jsonParam(params: Params, name: string, what: string): Json | undefined {
  const value = params.values[name]
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value) as Json
  } catch {
    throw badRequest(`can't parse ${what} JSON object`)
  }
}
