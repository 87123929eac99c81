// What the platform does with what arrives from a chat. Whatever it does can be done again after a crash at any point and comes to the
// same: an event counts as handled only when this resolves.
import type { ChatEvent, ChatMessage } from '../vocabulary/chat-message.ts'
import type { UserId } from '../vocabulary/ids.ts'
import type { ChatRecord, HeldMessage } from '../ports/chat-store.ts'
import { onDraftStopped } from './abort.ts'
import { askToBeLetIn, refuseInGroup } from './admission.ts'
import { deliveredBy, keepFiles } from './attachments.ts'
import type { Cards } from './cards.ts'
import { onClosed, onOpened, onTopicOpened, reopen } from './chat-settings.ts'
import { runCommand } from './commands.ts'
import type { ConversationDeps } from './deps.ts'
import { onEdited } from './edits.ts'
import { keptAlone, repliedFiles } from './files-alone.ts'
import { holdMessage, mayBeHeld } from './held-messages.ts'
import { moveChat } from './move-chat.ts'
import { escapeMarkdown } from './markdown.ts'
import { answer, seen } from './notes.ts'
import { becomeOwner } from './ownership.ts'
import { parseCommand } from './parse-command.ts'
import { rememberOwner, roleOf } from './people.ts'
import { ownWords, startTask } from './requests.ts'
import { onTap } from './taps.ts'
import { answerTooEarly } from './too-early.ts'
import { answerByReply } from './typed-answers.ts'
import { wholeChat } from './visit.ts'
import type { ReceiveDeps, Visit } from './visit.ts'

/**
 * Resolves once everything that follows from the event is durable; rejects where a store or the chat's interface is broken, and
 * must then be called again with the same event. Events of one place are to be given one after the other, in their order.
 */
export function createReceive(conversation: ConversationDeps, follower: Cards): (event: ChatEvent) => Promise<void> {
  const deps: ReceiveDeps = { ...conversation, follower }
  const known = new Set<UserId>()
  return async (event) => {
    switch (event.type) {
      case 'message':
        if (event.message.addressed) await rememberOwner(deps, event.message.author, known)
        return onMessage(deps, event.message, event.receivedAt)
      case 'edited': {
        const visit = event.message.addressed ? await admitted(deps, event.message) : null
        return visit === null || visit === 'refused' ? undefined : onEdited(deps, visit, event.editedAt)
      }
      case 'tap':
        await rememberOwner(deps, event.author, known)
        return onTap(deps, event, (held, direct) => replay(deps, held, direct))
      case 'draft_stopped':
        return onDraftStopped(deps, event)
      case 'opened':
        return onOpened(deps, event)
      case 'closed':
        return onClosed(deps, event.place)
      case 'migrated':
        return moveChat(deps, event.bot, event.from, event.to)
      case 'topic_opened':
        return onTopicOpened(deps, event)
    }
  }
}

async function onMessage(deps: ReceiveDeps, message: ChatMessage, receivedAt: Date): Promise<void> {
  if (!message.addressed) return
  const command = parseCommand(message.text)
  if (command !== null && isForAnother(deps, message, command.bot)) return
  if (command?.name === 'start' && command.rest !== '' && message.direct) await becomeOwner(deps, message, command.rest)
  const visit = await admitted(deps, message)
  if (visit === null) return
  if (visit === 'refused') return message.direct ? askToBeLetIn(deps, message) : refuseInGroup(deps, message)
  const late = receivedAt.getTime() - message.sentAt.getTime() > deps.settings.staleMs
  if (!late || !mayBeHeld(command?.name ?? null)) return act(deps, visit)
  // Its files may be gone by the time somebody decides.
  if (message.attachments.length > 0) await keepFiles(deps, message)
  await holdMessage(deps, message)
}

/** In a group, a command may name another bot. */
function isForAnother(deps: ReceiveDeps, message: ChatMessage, bot: string | null): boolean {
  if (message.direct || bot === null) return false
  const own = deps.messenger.username(message.place.bot)
  return own !== null && own.toLowerCase() !== bot
}

/** What is known of a message's author and place, in one round; `refused` where they may not speak here. */
async function admitted(deps: ReceiveDeps, message: ChatMessage): Promise<Visit | 'refused' | null> {
  const { place, author, replyTo } = message
  const [role, chat, whole, repliedTo] = await Promise.all([
    roleOf(deps, author.userId),
    deps.chats.get(place),
    place.topic === null ? null : deps.chats.get(wholeChat(place)),
    replyTo === null ? null : deps.outbox.findByRef(place.bot, place.chat, replyTo),
  ])
  const all: ChatRecord = whole ?? chat
  // Whoever writes is there again, whether or not the interface said so.
  if (all.closed) await reopen(deps, place)
  if (role === null || (role === 'member' && !message.direct && !all.open)) return 'refused'
  return { message, visitor: { userId: author.userId, role }, chat, repliedTo, files: [] }
}

async function act(deps: ReceiveDeps, given: Visit): Promise<void> {
  const { message } = given
  const command = parseCommand(message.text)
  const visit = { ...given, files: await filesOf(deps, given) }
  if (command !== null) return runCommand(deps, visit, command)
  if (message.text.trim() === '') return keptAlone(deps, visit)
  if (await answerByReply(deps, visit)) return
  if (await answerTooEarly(deps, visit)) return
  await startTask(deps, visit, ownWords(visit, message.text))
}

/** What came with the message, and with the one that it is a reply to. */
async function filesOf(deps: ReceiveDeps, visit: Visit): Promise<Visit['files']> {
  const { message } = visit
  const others = [...visit.files, ...(await repliedFiles(deps, visit))]
  if (message.attachments.length === 0) return others
  // Fetching may take a while: that it is read is said before.
  await deps.outbox.put([seen(message)])
  const { files, problems } = await keepFiles(deps, message)
  if (problems.length > 0) await answer(deps, message, problems.map(escapeMarkdown).join('\n\n'), { part: 'files' })
  return [...files, ...others]
}

/** As if it had come now. Whoever wrote it may have lost their say since. */
async function replay(deps: ReceiveDeps, held: HeldMessage, direct: boolean): Promise<void> {
  const { place, ref, externalId, by: userId, text, sentAt } = held
  const message: ChatMessage = {
    place,
    ref,
    parts: [ref],
    externalId,
    author: { userId, name: '' },
    direct,
    addressed: true,
    text,
    attachments: [],
    replyTo: null,
    sentAt,
    raw: {},
  }
  const visit = await admitted(deps, message)
  if (visit === null || visit === 'refused') return
  await act(deps, { ...visit, files: (await deliveredBy(deps, message))?.files ?? [] })
}
