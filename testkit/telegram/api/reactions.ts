// What a bot shows without a message: reactions, and that it is busy.
import type { ReactionType, ReactionTypeEmoji } from '@grammyjs/types'
import { badRequest } from '../world/api-error.ts'
import { integerParam, isJsonObject, jsonParam, textParam } from './call.ts'
import type { Json, MethodTable } from './call.ts'
import { readChat } from './send-options.ts'

const ACTION_MS = 5000

const ACTIONS: readonly string[] = [
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
]

// prettier-ignore
const EMOJI: readonly ReactionTypeEmoji['emoji'][] = [
  '👍', '👎', '❤', '🔥', '🥰', '👏', '😁', '🤔', '🤯', '😱', '🤬', '😢', '🎉', '🤩', '🤮', '💩', '🙏', '👌', '🕊', '🤡',
  '🥱', '🥴', '😍', '🐳', '❤‍🔥', '🌚', '🌭', '💯', '🤣', '⚡', '🍌', '🏆', '💔', '🤨', '😐', '🍓', '🍾', '💋', '🖕', '😈',
  '😴', '😭', '🤓', '👻', '👨‍💻', '👀', '🎃', '🙈', '😇', '😨', '🤝', '✍', '🤗', '🫡', '🎅', '🎄', '☃', '💅', '🤪', '🗿',
  '🆒', '💘', '🙉', '🦄', '😘', '💊', '🙊', '😎', '👾', '🤷‍♂', '🤷', '🤷‍♀', '😡',
]
const VARIATION = /\uFE0F/gu

export const reactions: MethodTable = {
  setMessageReaction: (call) => {
    const { world, bot, params } = call
    const chat = readChat(call)
    world.assertWritable(bot, chat)
    const given = jsonParam(params, 'reaction', 'reaction types') ?? []
    if (!Array.isArray(given)) throw badRequest("can't parse reaction types JSON object")
    const wanted = given.map(readReaction)
    const message = world.message(chat, integerParam(params, 'message_id') ?? 0)
    if (message === undefined) throw badRequest('message to react not found')
    // Bots have the one reaction of people without a subscription.
    if (wanted.length > 1) throw badRequest('REACTIONS_TOO_MANY')
    world.react(message, bot.id, wanted)
    return true
  },
  sendChatAction: (call) => {
    const { world, bot, params } = call
    const chat = readChat(call)
    world.assertWritable(bot, chat)
    const action = textParam(params, 'action')?.toLowerCase() ?? ''
    if (!ACTIONS.includes(action)) throw badRequest('wrong parameter action in request')
    const threadId = integerParam(params, 'message_thread_id') || undefined
    if (threadId !== undefined && !chat.topics.has(threadId)) throw badRequest('message thread not found')
    const until = world.clock.now() + ACTION_MS
    const shown = { bot, action, ...(threadId === undefined ? {} : { threadId }), until }
    chat.actions.set(`${bot.id}:${threadId ?? 0}`, shown)
    world.emit({ type: 'action', chat, shown })
    return true
  },
}

function readReaction(given: Json): ReactionType {
  const name = isJsonObject(given) && given['type'] === 'emoji' ? given['emoji'] : undefined
  const plain = typeof name === 'string' ? name.replaceAll(VARIATION, '') : undefined
  const emoji = EMOJI.find((known) => known === plain)
  if (emoji === undefined) throw badRequest('REACTION_INVALID')
  return { type: 'emoji', emoji }
}
