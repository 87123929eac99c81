// One button of the keyboard under the input field.
import type { KeyboardButton } from '@grammyjs/types'
import { badRequest } from '../world/api-error.ts'
import { isJsonObject } from './call.ts'
import type { Json } from './call.ts'

export function readKeyboardButton(given: Json): KeyboardButton {
  if (typeof given === 'string') return { text: nonEmpty(given) }
  if (!isJsonObject(given)) {
    throw badRequest("can't parse keyboard button: KeyboardButton must be a String or an Object")
  }
  const text = given['text']
  if (typeof text !== 'string') throw badRequest('can\'t parse keyboard button: Can\'t find field "text"')
  const button = { text: nonEmpty(text) }
  if (given['request_contact'] === true) return { ...button, request_contact: true }
  if (given['request_location'] === true) return { ...button, request_location: true }
  const web = given['web_app']
  if (isJsonObject(web) && typeof web['url'] === 'string') return { ...button, web_app: { url: web['url'] } }
  const bot = given['request_managed_bot']
  if (isJsonObject(bot)) {
    const requestId = bot['request_id']
    if (typeof requestId !== 'number') throw badRequest('can\'t parse keyboard button: Can\'t find field "request_id"')
    const name = bot['suggested_name']
    const username = bot['suggested_username']
    const suggested = {
      ...(typeof name === 'string' ? { suggested_name: name } : {}),
      ...(typeof username === 'string' ? { suggested_username: username } : {}),
    }
    return { ...button, request_managed_bot: { request_id: requestId, ...suggested } }
  }
  return button
}

function nonEmpty(text: string): string {
  if (text === '') throw badRequest('keyboard button text must be non-empty')
  return text
}
