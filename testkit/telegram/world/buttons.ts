// Pressed buttons: a query per press, answered at most once, expired after a while.
import { createHash } from 'node:crypto'
import type { BotAccount, CallbackAnswer, PressedButton, StoredMessage, UserAccount } from './model.ts'
import { push } from './messages.ts'
import type { WorldState } from './state.ts'
import { messageToWire } from './wire.ts'

const QUERY_LIFE_MS = 15 * 60 * 1000

export function pressButton(state: WorldState, user: UserAccount, message: StoredMessage, data: string): PressedButton {
  const isThere = hasButton([message.inlineKeyboard, message.content.rich_message], data)
  const bot = state.bots.get(message.fromId)
  if (!isThere || bot === undefined || message.deletedAt !== undefined) {
    throw new Error(`Message ${message.id} has no button with the data ${JSON.stringify(data)}.`)
  }
  return pressData(state, bot, user, message, data)
}

/** As pressButton, without looking for the button: a client may press what was edited away a moment ago. */
export function pressData(
  state: WorldState,
  bot: BotAccount,
  user: UserAccount,
  message: StoredMessage,
  data: string,
): PressedButton {
  const number = state.nextNumber('query')
  const id = String(BigInt(user.id) * 2n ** 32n + BigInt(number))
  const { promise, resolve } = Promise.withResolvers<CallbackAnswer | 'expired'>()
  const cancel = state.clock.after(QUERY_LIFE_MS, () => {
    state.pressed.delete(id)
    resolve('expired')
  })
  const pressed = {
    id,
    bot,
    user,
    message,
    query: {
      id,
      from: user.user,
      message: messageToWire(state, message),
      chat_instance: chatInstance(message.chat.key),
      data,
    },
    expiresAt: state.clock.now() + QUERY_LIFE_MS,
    answered: promise,
    settle: (answer: CallbackAnswer) => {
      cancel()
      resolve(answer)
    },
  }
  state.pressed.set(id, pressed)
  state.emit({ type: 'pressed', pressed })
  push(state, bot.id, 'callback_query', pressed.query)
  return pressed
}

export function answerButton(state: WorldState, bot: BotAccount, queryId: string, answer: CallbackAnswer): boolean {
  const pressed = state.pressed.get(queryId)
  if (pressed === undefined || pressed.bot !== bot || pressed.expiresAt <= state.clock.now()) return false
  state.pressed.delete(queryId)
  pressed.answer = answer
  pressed.settle(answer)
  state.emit({ type: 'answered', pressed })
  return true
}

/** Looks into keyboards and rich blocks alike: in both, a button is whatever has the callback data. */
function hasButton(part: unknown, data: string): boolean {
  if (typeof part !== 'object' || part === null) return false
  if ('callback_data' in part && part.callback_data === data) return true
  return Object.values(part).some((inner) => hasButton(inner, data))
}

function chatInstance(key: string): string {
  return createHash('sha256').update(key).digest().readBigInt64BE().toString()
}
