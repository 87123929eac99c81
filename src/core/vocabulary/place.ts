// Where people and the platform talk: a chat of one of our bots, or a topic in it.
import type { InterfaceName } from './message.ts'

/** One of our accounts at an interface: Telegram's number of a bot. */
export type BotId = string & { readonly brand: 'BotId' }
/** How the interface names one message; unique within its chat. */
export type MessageRef = string & { readonly brand: 'MessageRef' }

export type Place = {
  readonly interface: InterfaceName
  readonly bot: BotId
  readonly chat: string
  /** Null: the chat itself, or its general topic. */
  readonly topic: string | null
}

/** One text for one place: for keys and for the `chat` of its thread. */
export function placeKey(place: Place): string {
  return `${place.bot}/${place.chat}/${place.topic ?? ''}`
}
