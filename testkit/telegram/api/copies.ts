// Copies and forwards: the content of one message in another chat, without or with its origin.
import type { MessageId, MessageOrigin } from '@grammyjs/types'
import { badRequest } from '../world/api-error.ts'
import type { Chat, MessageContent, StoredMessage } from '../world/model.ts'
import { isService } from '../world/privacy.ts'
import { integerParam, textParam } from './call.ts'
import type { Call, MethodTable } from './call.ts'
import { captionContent, readIds } from './messages.ts'
import { readChat, readSendTarget } from './send-options.ts'
import type { SendTarget } from './send-options.ts'

export const copies: MethodTable = {
  forwardMessage: (call) => {
    const target = readSendTarget(call)
    const message = messageOf(call, readChat(call, 'from_chat_id'), 'forward')
    return call.world.toWire(send(call, target, forwarded(call, message)))
  },
  forwardMessages: (call) => many(call, 'forward', (message) => forwarded(call, message)),
  copyMessage: (call) => {
    const target = readSendTarget(call)
    const message = messageOf(call, readChat(call, 'from_chat_id'), 'copy')
    const content = withoutOrigin(message.content)
    if (textParam(call.params, 'caption') === undefined || content.text !== undefined) {
      return idOf(send(call, target, content))
    }
    const { caption: _text, caption_entities: _entities, ...rest } = content
    return idOf(send(call, target, { ...rest, ...captionContent(call) }))
  },
  copyMessages: (call) => many(call, 'copy', (message) => withoutOrigin(message.content)),
}

function many(
  call: Call,
  what: 'forward' | 'copy',
  contentOf: (message: StoredMessage) => MessageContent,
): MessageId[] {
  const target = readSendTarget(call)
  const from = readChat(call, 'from_chat_id')
  const found = readIds(call.params)
    .flatMap((id) => call.world.message(from, id) ?? [])
    .filter((message) => !isService(message.content) && message.content.has_protected_content !== true)
  if (found.length === 0) throw badRequest(`there are no messages to ${what}`)
  return found.map((message) => idOf(send(call, target, contentOf(message))))
}

function send(call: Call, { bot, chat, options, extra }: SendTarget, content: MessageContent): StoredMessage {
  return call.world.sendAsBot(bot, chat, { ...content, ...extra }, options)
}

function messageOf(call: Call, from: Chat, what: 'forward' | 'copy'): StoredMessage {
  const message = call.world.message(from, integerParam(call.params, 'message_id') ?? 0)
  if (message === undefined) throw badRequest(`message to ${what} not found`)
  const participle = what === 'copy' ? 'copied' : 'forwarded'
  if (isService(message.content) || message.content.has_protected_content === true) {
    throw badRequest(`message can't be ${participle}`)
  }
  return message
}

function withoutOrigin(content: MessageContent): MessageContent {
  const { forward_origin: _origin, external_reply: _reply, effect_id: _effect, ...rest } = content
  return rest
}

function forwarded(call: Call, message: StoredMessage): MessageContent {
  const { from, chat } = call.world.toWire(message)
  const origin: MessageOrigin =
    from !== undefined
      ? { type: 'user', date: message.date, sender_user: from }
      : chat.type === 'channel'
        ? { type: 'channel', date: message.date, chat, message_id: message.id }
        : { type: 'chat', date: message.date, sender_chat: chat }
  return { ...withoutOrigin(message.content), forward_origin: message.content.forward_origin ?? origin }
}

function idOf(message: StoredMessage): MessageId {
  return { message_id: message.id }
}
