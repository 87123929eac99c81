// Places as the columns of a table, and back: the chat itself, which has no topic, has the empty one there.
import type { InterfaceName } from '../../core/vocabulary/message.ts'
import type { BotId, Place } from '../../core/vocabulary/place.ts'
import { storableText } from './storable-text.ts'

export type PlaceRow = {
  readonly interface: InterfaceName
  readonly bot: BotId
  readonly chat: string
  readonly topic: string
}

export function placeToColumns(place: Place) {
  return {
    interface: place.interface,
    bot: storableText(place.bot),
    chat: storableText(place.chat),
    topic: storableText(place.topic ?? ''),
  }
}

export function rowToPlace(row: PlaceRow): Place {
  return { interface: row.interface, bot: row.bot, chat: row.chat, topic: row.topic === '' ? null : row.topic }
}
