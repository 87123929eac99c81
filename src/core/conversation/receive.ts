// What the platform does with what arrives from a chat. Whatever it does can be done again after a crash at any point and comes to the
// same: an event counts as handled only when this resolves.
import type { ChatEvent, ChatMessage } from '../vocabulary/chat-message.ts'
import { REDACTED } from '../vocabulary/secret.ts'
import type { UserId } from '../vocabulary/ids.ts'
import type { Artifact } from '../ports/artifact-store.ts'
import type { ChatRecord, HeldMessage } from '../ports/chat-store.ts'
import { onDraftStopped } from './abort.ts'
import { askToBeLetIn, refuseInGroup } from './admission.ts'
import { deliveredBy, keepFiles } from './attachments.ts'
import type { Cards } from './cards.ts'
import { onClosed, onOpened, onTopicOpened, reopen } from './chat-settings.ts'
import { runCommand } from './commands.ts'
import type { ConversationDeps } from './deps.ts'
import { onEdited } from './edits.ts'
import { keptAlone, repliedFiles, unreadWords } from './files-alone.ts'
import { commandIn, hearEdit, hearMessage, hearOpened, hearStop, isBlank, isConversation } from './hear-message.ts'
import { holdMessage, mayBeHeld } from './held-messages.ts'
import { moveChat } from './move-chat.ts'
import { escapeMarkdown } from './markdown.ts'
import { answer, seen } from './notes.ts'
import { becomeOwner } from './ownership.ts'
import { rememberOwner, visitorOf } from './people.ts'
import { readArtifacts, spokenIn } from './read-artifacts.ts'
import { asksForWork, turnAway } from './request-limit.ts'
import { plainWords, startTask } from './requests.ts'
import { onTap } from './taps.ts'
import { answerTooEarly } from './too-early.ts'
import { answerByReply } from './typed-answers.ts'
import { wholeChat } from './visit.ts'
import type { ReceiveDeps, Visit, Visitor } from './visit.ts'

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
      case 'edited':
        return onChanged(deps, event.message, event.editedAt)
      case 'tap':
        await rememberOwner(deps, event.author, known)
        return onTap(deps, event, (held, direct) => replay(deps, held, direct))
      case 'draft_stopped':
        await onDraftStopped(deps, event)
        return hearStop(deps, event)
      case 'opened':
        // Whatever is said there belongs to a conversation, which begins here.
        await hearOpened(deps, event)
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

const SECRET_NOTE = escapeMarkdown(
  'That looked like a secret, so I kept your words without it. Remove it from this chat, and replace it where it comes from: others may have seen it. Secrets are kept with `factotum secret set NAME --host HOST` on the machine I run on, and work can use them from there.',
)

async function onMessage(deps: ReceiveDeps, message: ChatMessage, receivedAt: Date): Promise<void> {
  const command = commandIn(message)
  const isOurs = message.addressed && (command === null || !isForAnother(deps, message, command.bot))
  if (isOurs && command?.name === 'start' && command.rest !== '' && message.direct)
    await becomeOwner(deps, message, command.rest)
  const around = await lookAround(deps, message)
  const inContext = around.visitor !== null && (isOurs || command === null) && isConversation(message)
  // Kept before anything follows from it, and also where nothing does.
  const heard = await hearMessage(deps, message, { chat: around.chat, inContext })
  if (!isOurs) return
  const { visitor } = around
  if (visitor === null) return message.direct ? askToBeLetIn(deps, message) : refuseInGroup(deps, message)
  const visit: Visit = { ...around, message, visitor, heard, artifacts: [] }
  if (message.text.includes(REDACTED)) {
    // A command that is not run as it was typed is another command.
    const isRun = command?.name === 'run'
    await answer(deps, message, isRun ? `${SECRET_NOTE} The command was not run.` : SECRET_NOTE, { part: 'secret' })
    if (isRun) return
  }
  const late = receivedAt.getTime() - message.sentAt.getTime() > deps.settings.staleMs
  // To a sign of long ago nothing is said any more.
  if (late && isBlank(message)) return
  if (!late || !mayBeHeld(command?.name ?? null)) return act(deps, visit)
  // Its files may be gone by the time somebody decides.
  if (isMaterial(message)) await keepFiles(deps, message, heard.id)
  // Words that were passed on are among its files, and nothing to be run.
  await holdMessage(deps, message.forwardedFrom === null ? message : { ...message, text: '' })
}

async function onChanged(deps: ReceiveDeps, message: ChatMessage, editedAt: Date): Promise<void> {
  const around = await lookAround(deps, message)
  const inContext = around.visitor !== null && isConversation(message)
  const heard = await hearEdit(deps, message, { chat: around.chat, inContext, editedAt })
  if (!message.addressed || around.visitor === null) return
  await onEdited(deps, { ...around, message, visitor: around.visitor, heard, artifacts: [] }, editedAt)
}

/** In a group, a command may name another bot. */
function isForAnother(deps: ReceiveDeps, message: ChatMessage, bot: string | null): boolean {
  if (message.direct || bot === null) return false
  const own = deps.messenger.username(message.place.bot)
  return own !== null && own.toLowerCase() !== bot
}

type Around = Pick<Visit, 'chat' | 'repliedTo'> & {
  /** Null where they may not speak here. */
  readonly visitor: Visitor | null
}

/** What is known of a message's author and place, in one round. */
async function lookAround(deps: ReceiveDeps, message: ChatMessage): Promise<Around> {
  const { place, author, replyTo } = message
  const [visitor, chat, whole, repliedTo] = await Promise.all([
    visitorOf(deps, author.userId),
    deps.chats.get(place),
    place.topic === null ? null : deps.chats.get(wholeChat(place)),
    replyTo === null ? null : deps.outbox.findByRef(place.bot, place.chat, replyTo),
  ])
  const all: ChatRecord = whole ?? chat
  // Whoever writes is there again, whether or not the interface said so.
  if (all.closed) await reopen(deps, place)
  const mayNot = visitor?.role === 'member' && !message.direct && !all.open
  return { visitor: mayNot ? null : visitor, chat, repliedTo }
}

/** `said`: its author spoke it themself; recordings that they send as files are material. */
async function act(
  deps: ReceiveDeps,
  given: Visit,
  said = given.message.attachments.some(({ kind }) => kind === 'voice'),
): Promise<void> {
  const { message } = given
  const command = commandIn(message)
  if (asksForWork(given, command) && (await turnAway(deps, given))) return
  const { artifacts, unread } = await filesOf(deps, given)
  const visit = { ...given, artifacts }
  const own = artifacts.filter(({ messageId }) => messageId === visit.heard?.id)
  const spoken = said ? spokenIn(own) : null
  const isAlone = message.forwardedFrom !== null || (message.text.trim() === '' && spoken === null)
  if (isAlone && command === null) return keptAlone(deps, visit, unread)
  if (unread.length > 0) await answer(deps, message, unreadWords(unread), { part: 'unread' })
  if (command !== null) return runCommand(deps, visit, command)
  if (spoken !== null && message.text.trim() === '') {
    if (await answerTooEarly(deps, visit)) return
    return void (await startTask(deps, visit, plainWords(visit, spoken, true)))
  }
  if (await answerByReply(deps, visit)) return
  if (await answerTooEarly(deps, visit)) return
  await startTask(deps, visit, plainWords(visit, message.text))
}

function isMaterial({ attachments, forwardedFrom }: ChatMessage): boolean {
  return attachments.length > 0 || forwardedFrom !== null
}

type Files = {
  /** What came with the message, and with the one that it is a reply to, and what was read from that. */
  readonly artifacts: readonly Artifact[]
  /** Why something could not be read. */
  readonly unread: readonly string[]
}

async function filesOf(deps: ReceiveDeps, visit: Visit): Promise<Files> {
  const { message, heard } = visit
  const others = await repliedFiles(deps, visit)
  if (heard === null || !isMaterial(message)) return { artifacts: [...visit.artifacts, ...others], unread: [] }
  // Fetching and reading may take a while: that it is seen is said before.
  await deps.outbox.put([seen(message)])
  const { files, problems } = await keepFiles(deps, message, heard.id)
  if (problems.length > 0) await answer(deps, message, problems.map(escapeMarkdown).join('\n\n'), { part: 'files' })
  const read = await readArtifacts(deps, heard.id, files, deps.stopping)
  return { artifacts: [...read.artifacts, ...others], unread: read.problems }
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
    forwardedFrom: null,
    replyTo: null,
    sentAt,
    raw: {},
  }
  const around = await lookAround(deps, message)
  const { visitor } = around
  if (visitor === null) return
  const heard = await hearMessage(deps, message, { chat: around.chat, inContext: isConversation(message) })
  const kept = await deliveredBy(deps, message)
  const read = kept === null ? null : await readArtifacts(deps, kept.messageId, kept.files, deps.stopping)
  const said = kept?.files.some(({ sentAs }) => sentAs === 'voice') ?? false
  await act(deps, { ...around, message, visitor, heard, artifacts: read?.artifacts ?? [] }, said)
}
