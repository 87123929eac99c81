// What is remembered of a chat and how people change it: its context, how much is told, who may speak, whether it is there at all.
import { HELD_LANES } from '../delivery/dispatcher.ts'
import type { ChatEvent } from '../vocabulary/chat-message.ts'
import type { Place } from '../vocabulary/place.ts'
import type { Verbosity } from '../ports/chat-store.ts'
import { answer, saying } from './notes.ts'
import { roleOf } from './people.ts'
import { oneLine } from './visible.ts'
import { wholeChat } from './visit.ts'
import type { ReceiveDeps, Visit } from './visit.ts'

/** The title of a topic that no person named. */
export const UNNAMED = ''

const TOLD: Readonly<Record<Verbosity, string>> = {
  0: 'I tell you how things end, and little before.',
  1: 'I tell you what I am doing as I go.',
  2: 'I tell you everything, with what programs print.',
}

/** For `/new` and `/reset`. */
export async function freshContext(deps: ReceiveDeps, { message }: Visit): Promise<void> {
  await deps.chats.freshContext(message.place, message.ref)
  const files = message.place.topic === null ? '' : " The project's files stay."
  await answer(deps, message, `A fresh start: what was said before is left behind; memory and rules stay.${files}`)
}

export async function setVerbosity(deps: ReceiveDeps, { message, visitor, chat }: Visit, given: string): Promise<void> {
  if (!message.direct && visitor.role !== 'owner') return answer(deps, message, 'In a group, only an owner sets that.')
  const verbosity = ([0, 1, 2] as const).find((one) => String(one) === given)
  if (verbosity === undefined) {
    const now = chat.verbosity ?? deps.settings.verbosity
    return answer(deps, message, `Say /verbosity 0, 1 or 2. Now it is ${now}: ${TOLD[now]}`)
  }
  await deps.recorder.record(message.author.userId, 'setting.changed', 'verbosity', {
    verbosity,
    ...whereOf(message.place),
  })
  await deps.chats.set(message.place, { verbosity })
  await answer(deps, message, TOLD[verbosity])
}

export async function setOpen(deps: ReceiveDeps, { message }: Visit, open: boolean): Promise<void> {
  if (message.direct) return answer(deps, message, 'That is for groups: here it is only you and me.')
  await deps.recorder.record(message.author.userId, 'setting.changed', 'who may speak', {
    open,
    ...whereOf(message.place),
  })
  await deps.chats.set(wholeChat(message.place), { open })
  const who = open
    ? 'From now on the people I know may give me work here, too.'
    : 'From now on only owners give me work here.'
  await answer(deps, message, who)
}

function whereOf({ bot, chat, topic }: Place) {
  return { bot, chat, topic }
}

/** The chat is there (again): what waited for that and still matters is said now. */
export async function onOpened(deps: ReceiveDeps, event: Extract<ChatEvent, { type: 'opened' }>): Promise<void> {
  await reopen(deps, event.place)
  if (event.direct || (await roleOf(deps, event.by.userId)) !== 'owner') return
  const { bot, chat } = event.place
  const name = deps.messenger.username(bot)
  const call = name === null ? 'by replying to me' : `with @${name.replaceAll('_', '\\_')} or by replying to me`
  const markdown = `Hello! Give me work here ${call}. I listen to owners only; /open lets the people I know speak, too.`
  await deps.outbox.put([
    { key: `hello:${chat}`, place: wholeChat(event.place), lane: 'reply', posting: saying(markdown) },
  ])
}

export async function reopen(deps: ReceiveDeps, place: Place): Promise<void> {
  await deps.outbox.releaseHeld(place.bot, place.chat, HELD_LANES)
  await deps.chats.set(wholeChat(place), { closed: false })
}

export async function onClosed(deps: ReceiveDeps, place: Place): Promise<void> {
  await deps.chats.set(wholeChat(place), { closed: true })
}

export async function onTopicOpened(
  deps: ReceiveDeps,
  event: Extract<ChatEvent, { type: 'topic_opened' }>,
): Promise<void> {
  const { title } = await deps.chats.get(event.place)
  // A name that we gave it meanwhile is better than the client's.
  if (event.implicit && title !== null) return
  await deps.chats.set(event.place, { title: event.implicit ? UNNAMED : oneLine(event.name, 128) })
}
