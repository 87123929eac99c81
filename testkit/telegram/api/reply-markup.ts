// Keyboards: read from parameters, checked, and rebuilt with the fields that the Bot API knows.
import type { ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup } from '@grammyjs/types'
import { checkLink } from '../text/links.ts'
import { badRequest } from '../world/api-error.ts'
import type { ReplyMarkup } from '../world/model.ts'
import { isJsonObject, jsonParam } from './call.ts'
import type { Json, JsonObject, Params } from './call.ts'
import { readKeyboardButton } from './reply-keyboard.ts'

const MAX_DATA_BYTES = 64
const MAX_BUTTONS = 100
const MAX_COPY_TEXT = 256
const STYLES = ['danger', 'success', 'primary'] as const

/** Undefined when there is none, and for an inline keyboard without buttons, which is the same as none. */
export function readReplyMarkup(params: Params): ReplyMarkup | undefined {
  const given = jsonParam(params, 'reply_markup', 'reply keyboard markup')
  if (given === undefined) return undefined
  if (!isJsonObject(given)) throw badRequest('object expected as reply markup')
  if (given['inline_keyboard'] !== undefined) return inlineKeyboard(given)
  if (given['keyboard'] !== undefined) return replyKeyboard(given)
  const selective = given['selective'] === true ? { selective: true } : {}
  if (given['remove_keyboard'] === true) return { remove_keyboard: true, ...selective }
  if (given['force_reply'] === true) return { force_reply: true, ...placeholder(given), ...selective }
  if (Object.keys(given).length === 0) return undefined
  throw badRequest('object expected as reply markup')
}

/** Of edits: only an inline keyboard can be attached to a message that was sent. */
export function readInlineKeyboard(params: Params): InlineKeyboardMarkup | undefined {
  const markup = readReplyMarkup(params)
  if (markup === undefined) return undefined
  if (!('inline_keyboard' in markup)) throw badRequest('inline keyboard expected')
  return markup
}

function inlineKeyboard(given: JsonObject): InlineKeyboardMarkup | undefined {
  const rows = rowsOf(given, 'inline_keyboard', 'InlineKeyboardMarkup').map((row) => row.map(inlineButton))
  const filled = rows.filter((row) => row.length > 0)
  if (filled.length === 0) return undefined
  if (filled.flat().length > MAX_BUTTONS) throw badRequest('reply markup is too long')
  return { inline_keyboard: filled, ...(given['force_reply'] === true ? { force_reply: true } : {}) }
}

function replyKeyboard(given: JsonObject): ReplyKeyboardMarkup {
  const keyboard = rowsOf(given, 'keyboard', 'ReplyKeyboardMarkup').map((row) => row.map(readKeyboardButton))
  const flags: Partial<Record<'is_persistent' | 'resize_keyboard' | 'one_time_keyboard' | 'selective', true>> = {}
  for (const flag of ['is_persistent', 'resize_keyboard', 'one_time_keyboard', 'selective'] as const) {
    if (given[flag] === true) flags[flag] = true
  }
  return { keyboard: keyboard.filter((row) => row.length > 0), ...flags, ...placeholder(given) }
}

function placeholder(given: JsonObject): Pick<ForceReply, 'input_field_placeholder'> {
  const text = given['input_field_placeholder']
  if (typeof text !== 'string' || text === '') return {}
  if (text.length > 64) throw badRequest('reply markup input field placeholder is too long')
  return { input_field_placeholder: text }
}

function rowsOf(given: JsonObject, field: string, what: string): readonly (readonly Json[])[] {
  const rows = given[field]
  if (!Array.isArray(rows)) throw badRequest(`field "${field}" of the ${what} must be an Array of Arrays`)
  return rows.map((row: Json) => {
    if (!Array.isArray(row)) throw badRequest(`field "${field}" of the ${what} must be an Array of Arrays`)
    return row as readonly Json[]
  })
}

function inlineButton(given: Json): InlineKeyboardButton {
  const refuse = (why: string): Error => badRequest(`can't parse inline keyboard button: ${why}`)
  if (!isJsonObject(given)) throw refuse('InlineKeyboardButton must be an Object')
  const text = given['text']
  if (typeof text !== 'string') throw refuse('Can\'t find field "text"')
  if (text === '') throw badRequest('inline keyboard button text must be non-empty')
  const style = STYLES.find((name) => name === given['style'])
  if (given['style'] !== undefined && style === undefined) throw refuse('invalid button style specified')
  const icon = given['icon_custom_emoji_id']
  const look = {
    text,
    ...(style === undefined ? {} : { style }),
    ...(typeof icon === 'string' ? { icon_custom_emoji_id: icon } : {}),
  }
  return { ...look, ...buttonAction(given, refuse) }
}

type Action<B = InlineKeyboardButton> = B extends InlineKeyboardButton
  ? Omit<B, keyof InlineKeyboardButton.AbstractInlineKeyboardButton>
  : never

function buttonAction(given: JsonObject, refuse: (why: string) => Error): Action {
  const textOf = (name: string): string | undefined => {
    const value = given[name]
    return typeof value === 'string' ? value : undefined
  }
  const data = textOf('callback_data')
  if (data !== undefined) {
    const bytes = Buffer.byteLength(data)
    if (bytes === 0 || bytes > MAX_DATA_BYTES) throw badRequest('BUTTON_DATA_INVALID')
    return { callback_data: data }
  }
  const url = textOf('url')
  if (url !== undefined) return { url: checkedUrl(url) }
  const copy = given['copy_text']
  if (isJsonObject(copy)) {
    const text = copy['text']
    if (typeof text !== 'string' || text === '' || text.length > MAX_COPY_TEXT) {
      throw badRequest('BUTTON_COPY_TEXT_INVALID')
    }
    return { copy_text: { text } }
  }
  const web = given['web_app']
  if (isJsonObject(web)) return { web_app: { url: checkedWebAppUrl(web) } }
  if (given['disabled'] !== undefined && given['disabled'] !== false) return { disabled: {} }
  const login = given['login_url']
  if (isJsonObject(login) && typeof login['url'] === 'string') return { login_url: { url: checkedUrl(login['url']) } }
  const query = textOf('switch_inline_query')
  if (query !== undefined) return { switch_inline_query: query }
  const here = textOf('switch_inline_query_current_chat')
  if (here !== undefined) return { switch_inline_query_current_chat: here }
  if (isJsonObject(given['switch_inline_query_chosen_chat'])) return { switch_inline_query_chosen_chat: {} }
  throw refuse('Text buttons are unallowed in the inline keyboard')
}

function checkedUrl(url: string): string {
  const checked = checkLink(url)
  if ('problem' in checked) throw badRequest(`inline keyboard button ${checked.problem}`)
  return checked.url
}

function checkedWebAppUrl(given: JsonObject): string {
  const url = given['url']
  if (typeof url !== 'string' || !url.startsWith('https://')) {
    throw badRequest(`inline keyboard button Web App URL '${String(url)}' is invalid: Only HTTPS links are allowed`)
  }
  return url
}
