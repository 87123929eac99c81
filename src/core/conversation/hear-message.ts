// Everything that reaches us from a chat is kept before anything follows from it, also what is not for us to act on.
import type { ChatEvent, ChatMessage } from '../vocabulary/chat-message.ts'
import type { Message } from '../vocabulary/message.ts'
import type { Place } from '../vocabulary/place.ts'
import type { ChatRecord } from '../ports/chat-store.ts'
import type { ConversationDeps } from './deps.ts'
import { parseCommand } from './parse-command.ts'
import type { Command } from './parse-command.ts'
import { threadChat } from './visit.ts'
import type { Tap } from './visit.ts'

/** Commands by which work is asked for or decided on: the others are about the bot, and no part of the conversation. */
const TOLD = new Set(['new_task', 'task', 'run', 'abort', 'approve', 'deny', 'remember'])

const BEGINS = new Set(['new', 'reset'])
const FORWARDED = '(forwarded)'

/** What a message is as a command; passed on it is somebody else's words. */
export function commandIn(message: ChatMessage): Command | null {
  return message.forwardedFrom === null ? parseCommand(message.text) : null
}

/** Whether models may be told of it, where its author may speak. */
export function isConversation(message: ChatMessage): boolean {
  const command = commandIn(message)
  if (isBlank(message) && message.gist === undefined) return false
  return command === null || (TOLD.has(command.name) && command.rest !== '')
}

/** Neither words nor files: there is nothing to act on. */
export function isBlank({ text, attachments }: Pick<ChatMessage, 'text' | 'attachments'>): boolean {
  return text.trim() === '' && attachments.length === 0
}

/** Safe to repeat. `chat` says in which context of the place it was said. */
export async function hearMessage(
  deps: Pick<ConversationDeps, 'conversations' | 'clock'>,
  message: ChatMessage,
  { chat, inContext }: { readonly chat: ChatRecord; readonly inContext: boolean },
): Promise<Message> {
  const { place, externalId, author, direct, raw } = message
  // What began the present context was said in the one before.
  if (chat.context > 0 && BEGINS.has(commandIn(message)?.name ?? '')) {
    const before = threadChat({ ...chat, context: chat.context - 1 })
    const known = await deps.conversations.findMessage(place.interface, before, externalId)
    if (known !== null) return known
  }
  const text = message.forwardedFrom === null ? message.text || (message.gist ?? '') : FORWARDED
  return deps.conversations.hear(
    {
      interface: place.interface,
      chat: threadChat(chat),
      externalId,
      author: author.userId,
      authorName: author.name,
      text,
      raw,
      direct,
      inContext,
    },
    deps.clock.now(),
  )
}

/** The changed message is one of its own; told again only where its words are others. */
export async function hearEdit(
  deps: Pick<ConversationDeps, 'conversations' | 'clock'>,
  message: ChatMessage,
  { chat, inContext, editedAt }: { readonly chat: ChatRecord; readonly inContext: boolean; readonly editedAt: Date },
): Promise<Message> {
  const before = await deps.conversations.findMessage(message.place.interface, threadChat(chat), message.externalId)
  const told = inContext && before?.text.trim() !== message.text.trim()
  return hearMessage(deps, { ...message, externalId: editId(message, editedAt) }, { chat, inContext: told })
}

export function editId({ ref }: Pick<ChatMessage, 'ref'>, editedAt: Date): string {
  return `${ref}@${editedAt.getTime()}`
}

/** A tap in a few words, as a record. `label` is what the button said, where that is known. */
export async function hearTap(deps: ConversationDeps, tap: Tap, label: string | null): Promise<void> {
  const raw = { tap: tap.tap, action: tap.action, on: tap.on }
  await hearDeed(deps, tap, { externalId: `tap:${tap.tap}`, text: `tapped ${label ?? 'a button'}`, raw })
}

/** What somebody did that is no message. */
async function hearDeed(
  deps: ConversationDeps,
  { place, author, direct }: { readonly place: Place; readonly author: Tap['author']; readonly direct: boolean },
  deed: { readonly externalId: string; readonly text: string; readonly raw: ChatMessage['raw'] },
): Promise<void> {
  const chat = await deps.chats.get(place)
  await deps.conversations.hear(
    {
      ...deed,
      interface: place.interface,
      chat: threadChat(chat),
      author: author.userId,
      authorName: author.name,
      direct,
      inContext: false,
    },
    deps.clock.now(),
  )
}

/** The bot was let into a chat, or back. */
export function hearOpened(deps: ConversationDeps, event: Extract<ChatEvent, { type: 'opened' }>): Promise<void> {
  const { place, by, direct } = event
  const deed = { externalId: `opened:${by.userId}`, text: 'let the bot in', raw: {} }
  return hearDeed(deps, { place, author: by, direct }, deed)
}

/** The Stop of a draft. */
export function hearStop(
  deps: ConversationDeps,
  { place, author, draft }: Extract<ChatEvent, { type: 'draft_stopped' }>,
): Promise<void> {
  const deed = { externalId: `stop:${draft}`, text: 'tapped Stop', raw: { draft } }
  return hearDeed(deps, { place, author, direct: true }, deed)
}
