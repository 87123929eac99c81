// The conversation that the terminal goes on with: one that lasts, until it is begun afresh or another one is named.
import type { ThreadId } from '../core/vocabulary/ids.ts'
import type { InterfaceName, Thread } from '../core/vocabulary/message.ts'
import { OWNER } from '../core/vocabulary/principal.ts'
import { threadChatOf } from '../core/vocabulary/thread-chat.ts'
import type { Platform } from '../processes/platform.ts'
import { CommandError, EXIT } from './command.ts'

/** Where something is said; there need be nothing in it yet. */
export type ChatPlace = { readonly interface: InterfaceName; readonly chat: string }

/** Which of its contexts the terminal is in. */
const MEMO = 'terminal/context'
/** Held where we can answer: in other places people would not see what is said here. */
const OPEN_HERE: ReadonlySet<InterfaceName> = new Set(['terminal', 'http', 'console'])
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export async function terminalPlace({ memos }: Pick<Platform, 'memos'>): Promise<ChatPlace> {
  return placeOf(Number((await memos.get(MEMO)) ?? 0))
}

/** From now on the terminal is in a context in which nothing was said; its rules stay. Its first word is the order to begin. */
export async function beginAfresh(platform: Pick<Platform, 'memos' | 'conversations' | 'clock'>): Promise<Thread> {
  const { memos, conversations, clock } = platform
  const number = Number((await memos.get(MEMO)) ?? 0) + 1
  const order = { externalId: 'new', author: OWNER, text: '/new', raw: {}, inContext: false }
  const { threadId } = await conversations.hear({ ...placeOf(number), ...order }, clock.now())
  await memos.set(MEMO, String(number))
  return existingThread(platform, threadId)
}

/** The conversation of an id in which the owner may go on from here. */
export async function placeOfThread(platform: Pick<Platform, 'conversations'>, id: string): Promise<ChatPlace> {
  const thread = await existingThread(platform, id)
  if (thread.startedBy !== OWNER)
    throw new CommandError(`Conversation ${id} is somebody else's: \`factotum thread show\` reads it.`, EXIT.usage)
  if (!OPEN_HERE.has(thread.interface))
    throw new CommandError(`Conversation ${id} is held in ${thread.interface}: go on there.`, EXIT.usage)
  return thread
}

export async function existingThread({ conversations }: Pick<Platform, 'conversations'>, id: string): Promise<Thread> {
  if (!UUID.test(id))
    throw new CommandError(`"${id}" is no conversation's id. \`factotum thread list\` shows what there is.`, EXIT.usage)
  const thread = await conversations.thread(id.toLowerCase() as ThreadId)
  if (thread === null)
    throw new CommandError(`There is no conversation ${id}. \`factotum thread list\` shows what there is.`)
  return thread
}

function placeOf(context: number): ChatPlace {
  return { interface: 'terminal', chat: threadChatOf(OWNER, context) }
}
