// What is said in answer to a message or a tap: posts whose keys are made from what they answer, so that repeating repeats nothing.
import type { ActionStore } from '../ports/action-store.ts'
import type { Ids } from '../ports/ids.ts'
import type { Outbox } from '../ports/outbox.ts'
import type { ChatMessage } from '../vocabulary/chat-message.ts'
import type { ActionId, UserId } from '../vocabulary/ids.ts'
import type { MessageRef, Place } from '../vocabulary/place.ts'
import type { Button, Post, Posting } from '../vocabulary/post.ts'
import { actionToJson } from './action.ts'
import type { ActionDoes } from './action.ts'

type Buttons = readonly (readonly Button[])[]
type Said = {
  readonly buttons?: Buttons
  readonly replyTo?: MessageRef | null
  readonly wantsReply?: boolean
  /** Without a sound. */
  readonly silent?: boolean
}

export type Offer = {
  readonly name: string
  readonly label: string
  readonly style: Button['style']
  readonly does: ActionDoes
  /** Where it is not used up with the others. */
  readonly group?: string
}

export type OfferTo = {
  readonly group: string
  readonly place: Place
  readonly onlyFor: UserId | null
  readonly expiresAt: Date
}

export function saying(
  markdown: string,
  { buttons = [], replyTo = null, wantsReply = false, silent = false }: Said = {},
): Posting {
  const content = { markdown, folds: [], buttons }
  return { type: 'message', content, replyTo, silent, wantsReply, pinned: false }
}

/** `part` tells the answers to one message apart. */
export function noteKey(place: Place, ref: MessageRef, part: string): string {
  return `note:${place.chat}/${ref}/${part}`
}

/** Of a note, the message that it answers; null for every other post. */
export function repliedRef(key: string): MessageRef | null {
  return (/^note:[^/]*\/(.+)\/[^/]+$/.exec(key)?.[1] ?? null) as MessageRef | null
}

/** Says it in reply to the message. The same part again replaces what was said. */
export async function answer(
  deps: { readonly outbox: Outbox },
  { place, ref }: Pick<ChatMessage, 'place' | 'ref'>,
  markdown: string,
  { part = '0', ...said }: Omit<Said, 'replyTo'> & { readonly part?: string } = {},
): Promise<void> {
  const posting = saying(markdown, { ...said, replyTo: ref })
  await deps.outbox.put([{ key: noteKey(place, ref, part), place, lane: 'reply', posting }])
}

/** The reaction that tells a person: it is read, and kept. */
export function seen({ place, ref }: Pick<ChatMessage, 'place' | 'ref'>, emoji = '👀'): Post {
  const posting = { type: 'reaction', to: ref, emoji } as const
  return { key: `seen:${place.chat}/${ref}`, place, lane: 'reply', posting }
}

/** Buttons for one message, in one row; the same offer again gives the same buttons while they are unused. */
export async function offerButtons(
  deps: { readonly actions: ActionStore; readonly ids: Ids },
  to: OfferTo,
  offers: readonly Offer[],
): Promise<Buttons> {
  const offered = await deps.actions.offer(
    offers.map(({ name, label, does, group = to.group }) => ({
      ...to,
      id: deps.ids.unguessable<ActionId>(),
      group,
      name,
      does: actionToJson(does, label),
    })),
  )
  const row = offers.flatMap(({ label, style }, index): Button[] => {
    const action = offered[index]
    return action === undefined ? [] : [{ label, style, does: { type: 'act', action: action.id } }]
  })
  return [row]
}
