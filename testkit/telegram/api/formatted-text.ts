// Text with its entities from a call's parameters, refused as Telegram refuses it.
import type { MessageEntity } from '@grammyjs/types'
import { parseText } from '../text/parse-text.ts'
import type { FormattedText } from '../text/parse-text.ts'
import { badRequest, BotApiError } from '../world/api-error.ts'
import { jsonParam, textParam } from './call.ts'
import type { Params } from './call.ts'

export const MAX_TEXT = 4096
export const MAX_CAPTION = 1024

/** Of sendMessage and editMessageText: required, 1 to 4,096 UTF-16 units after parsing. */
export function readMessageText(params: Params): FormattedText {
  const parsed = readFormatted(params, 'text', 'entities')
  if (parsed === undefined || parsed.text.trim() === '') throw badRequest('message text is empty')
  if (parsed.text.length > MAX_TEXT) throw badRequest('message is too long')
  return parsed
}

/** Of media: optional, up to 1,024 UTF-16 units after parsing. Undefined when it is absent. */
export function readCaption(params: Params): FormattedText | undefined {
  const parsed = readFormatted(params, 'caption', 'caption_entities')
  if (parsed !== undefined && parsed.text.length > MAX_CAPTION) throw badRequest('message caption is too long')
  return parsed
}

/** The text of a parameter by its parse mode, or by its entities when there is no mode. Undefined when it is absent. */
export function readFormatted(
  params: Params,
  textName: string,
  entitiesName: string,
  modeName = 'parse_mode',
): FormattedText | undefined {
  const text = textParam(params, textName)
  if (text === undefined) return undefined
  const given = jsonParam(params, entitiesName, 'message entities')
  // Parsing refuses entities that are none, one by one.
  const entities = Array.isArray(given) ? (given as unknown[] as MessageEntity[]) : undefined
  const parsed = parseText({ text, parse_mode: textParam(params, modeName) || undefined, entities })
  if ('error' in parsed) throw new BotApiError(400, parsed.error)
  return parsed
}
