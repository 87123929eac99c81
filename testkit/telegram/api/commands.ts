// How the bot presents itself: command menus by scope and language, names, descriptions, the menu button.
import type { BotCommand, MenuButton } from '@grammyjs/types'
import { badRequest } from '../world/api-error.ts'
import type { BotAccount } from '../world/model.ts'
import { integerParam, isJsonObject, jsonParam, textParam } from './call.ts'
import type { Call, Json, JsonObject, MethodTable, Params } from './call.ts'

const MAX_COMMANDS = 100
const SCOPES: readonly string[] = [
  'default',
  'all_private_chats',
  'all_group_chats',
  'all_chat_administrators',
  'chat',
  'chat_administrators',
  'chat_member',
]

export const commands: MethodTable = {
  setMyCommands: (call) => {
    const given = jsonParam(call.params, 'commands', 'commands')
    if (!Array.isArray(given)) throw badRequest("can't parse commands JSON object")
    const key = menuKey(call)
    if (given.length > MAX_COMMANDS) throw badRequest('BOT_COMMANDS_TOO_MUCH')
    const menu = given.map(readCommand)
    if (menu.length === 0) call.bot.commands.delete(key)
    else call.bot.commands.set(key, menu)
    return true
  },
  getMyCommands: (call) => [...(call.bot.commands.get(menuKey(call)) ?? [])],
  deleteMyCommands: (call) => {
    call.bot.commands.delete(menuKey(call))
    return true
  },
  setMyName: ({ bot, params }) => {
    const name = setText(bot.names, params, 'name', 64)
    const language = readLanguage(params)
    if (language === '' && name !== '') bot.user = { ...bot.user, first_name: name }
    return true
  },
  getMyName: ({ bot, params }) => ({ name: bot.names.get(readLanguage(params)) ?? bot.user.first_name }),
  setMyDescription: ({ bot, params }) => {
    setText(bot.descriptions, params, 'description', 512)
    return true
  },
  getMyDescription: ({ bot, params }) => ({ description: textIn(bot.descriptions, params) }),
  setMyShortDescription: ({ bot, params }) => {
    setText(bot.shortDescriptions, params, 'short_description', 120)
    return true
  },
  getMyShortDescription: ({ bot, params }) => ({ short_description: textIn(bot.shortDescriptions, params) }),
  setChatMenuButton: (call) => {
    const given = jsonParam(call.params, 'menu_button', 'menu button') ?? { type: 'default' }
    call.bot.menuButtons.set(menuChat(call), readMenuButton(given))
    return true
  },
  getChatMenuButton: (call) => {
    const own = call.bot.menuButtons.get(menuChat(call))
    return own ?? call.bot.menuButtons.get(0) ?? { type: 'commands' }
  },
}

/** The menu that this user sees in this chat, by Telegram's order of scopes. */
export function commandsFor(
  bot: BotAccount,
  where: { readonly chatId: number; readonly userId: number; readonly isPrivate: boolean; readonly isAdmin: boolean },
  language = '',
): readonly BotCommand[] {
  const scopes = where.isPrivate
    ? [`chat:${where.chatId}`, 'all_private_chats', 'default']
    : [
        `chat_member:${where.chatId}:${where.userId}`,
        ...(where.isAdmin ? [`chat_administrators:${where.chatId}`] : []),
        `chat:${where.chatId}`,
        ...(where.isAdmin ? ['all_chat_administrators'] : []),
        'all_group_chats',
        'default',
      ]
  for (const scope of scopes) {
    const menu = bot.commands.get(`${scope}|${language}`) ?? bot.commands.get(`${scope}|`)
    if (menu !== undefined) return menu
  }
  return []
}

function menuKey(call: Call): string {
  const given = jsonParam(call.params, 'scope', 'bot command scope') ?? { type: 'default' }
  if (!isJsonObject(given)) throw badRequest('object expected as bot command scope')
  return `${scopeKey(call, given)}|${readLanguage(call.params)}`
}

function scopeKey(call: Call, given: JsonObject): string {
  const type = given['type']
  if (typeof type !== 'string' || !SCOPES.includes(type))
    throw badRequest("can't parse BotCommandScope: unsupported type specified")
  if (!type.startsWith('chat')) return type
  const scope = { values: given, uploads: call.params.uploads }
  const chatId = textParam(scope, 'chat_id')
  if (chatId === undefined) throw badRequest("can't parse BotCommandScope: chat_id is empty")
  const chat = call.world.chatOf(call.bot, chatId)
  if (type === 'chat_administrators' && chat.userId !== undefined) {
    throw badRequest("can't change commands in private chats for administrators")
  }
  if (type !== 'chat_member') return `${type}:${chat.id}`
  const userId = integerParam(scope, 'user_id')
  if (userId === undefined || !chat.members.has(userId)) throw badRequest('invalid user_id specified')
  return `${type}:${chat.id}:${userId}`
}

function readCommand(given: Json): BotCommand {
  if (!isJsonObject(given)) throw badRequest("can't parse commands JSON object")
  const command = given['command']
  const description = given['description']
  const name = typeof command === 'string' ? command.replace(/^\//u, '') : ''
  if (!/^[a-z0-9_]{1,32}$/u.test(name)) throw badRequest('BOT_COMMAND_INVALID')
  if (typeof description !== 'string' || description.trim() === '' || description.length > 256) {
    throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID')
  }
  return { command: name, description, ...(given['is_ephemeral'] === true ? { is_ephemeral: true } : {}) }
}

function readLanguage(params: Params): string {
  const language = textParam(params, 'language_code') ?? ''
  if (!/^([a-z]{2})?$/u.test(language)) throw badRequest('invalid language code specified')
  return language
}

function setText(texts: Map<string, string>, params: Params, name: string, max: number): string {
  const text = textParam(params, name) ?? ''
  if (text.length > max) throw badRequest(`${name.replaceAll('_', ' ')} is too long`)
  if (text === '') texts.delete(readLanguage(params))
  else texts.set(readLanguage(params), text)
  return text
}

function textIn(texts: ReadonlyMap<string, string>, params: Params): string {
  return texts.get(readLanguage(params)) ?? texts.get('') ?? ''
}

function menuChat(call: Call): number {
  const chatId = textParam(call.params, 'chat_id')
  if (chatId === undefined) return 0
  const chat = call.world.chatOf(call.bot, chatId)
  if (chat.userId === undefined) throw badRequest('chat must be private')
  return chat.id
}

function readMenuButton(given: Json): MenuButton {
  if (!isJsonObject(given)) throw badRequest('object expected as menu button')
  const { type, text, web_app: web } = given
  if (type === 'commands' || type === 'default') return { type }
  if (type === 'web_app' && typeof text === 'string' && isJsonObject(web) && typeof web['url'] === 'string') {
    return { type, text, web_app: { url: web['url'] } }
  }
  throw badRequest("can't parse menu button: MenuButton has unsupported type")
}
