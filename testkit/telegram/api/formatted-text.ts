// Text with its entities from a call's parameters, refused as Telegram refuses it.
import type { MessageEntity, User } from '@grammyjs/types'
import { parseText } from '../text/parse-text.ts'
import type { FormattedText } from '../text/parse-text.ts'
import { badRequest, BotApiError } from '../world/api-error.ts'
import { jsonParam, textParam } from './call.ts'
import type { Call, Json } from './call.ts'

/** A call, or one part of it as parameters of its own, such as an item of an album. */
export type TextSource = Pick<Call, 'world' | 'params'>

export const MAX_TEXT = 4096
const MAX_CAPTION = 1024

/** Of sendMessage and editMessageText: required, 1 to 4,096 UTF-16 units after parsing. */
export function readMessageText(source: TextSource): FormattedText {
  const parsed = readFormatted(source, 'text', 'entities')
  if (parsed === undefined || parsed.text.trim() === '') throw badRequest('message text is empty')
  if (parsed.text.length > MAX_TEXT) throw badRequest('message is too long')
  return parsed
}

/** Of media: optional, up to 1,024 UTF-16 units after parsing. Undefined when it is absent. */
export function readCaption(source: TextSource): FormattedText | undefined {
  const parsed = readFormatted(source, 'caption', 'caption_entities')
  if (parsed !== undefined && parsed.text.length > MAX_CAPTION) throw badRequest('message caption is too long')
  return parsed
}

/** The text of a parameter by its parse mode, or by its entities when there is no mode. Undefined when it is absent. */
export function readFormatted(
  { world, params }: TextSource,
  textName: string,
  entitiesName: string,
  modeName = 'parse_mode',
): FormattedText | undefined {
  const text = textParam(params, textName)
  if (text === undefined) return undefined
  const given = jsonParam(params, entitiesName, 'message entities')
  const entities = Array.isArray(given) ? given.map(readEntity) : undefined
  const userById = (id: number): User | undefined => (world.users.get(id) ?? world.bots.get(id))?.user
  const parsed = parseText({ text, parse_mode: textParam(params, modeName) || undefined, entities, userById })
  if ('error' in parsed) throw new BotApiError(400, parsed.error)
  return parsed
}

function readEntity(given: Json): MessageEntity {
  if (!isEntity(given)) throw badRequest("can't parse MessageEntity: an Object with type, offset and length expected")
  return given
}

/** The kind and what it needs besides is looked at when the entity is used. */
function isEntity(given: unknown): given is MessageEntity {
  if (typeof given !== 'object' || given === null) return false
  const { type, offset, length }: { type?: unknown; offset?: unknown; length?: unknown } = given
  return typeof type === 'string' && Number.isInteger(offset) && Number.isInteger(length)
}
