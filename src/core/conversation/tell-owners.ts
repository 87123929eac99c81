// News that owners have to hear wherever they are: it stands in their own chats with our bots. Any process can tell it, also one that
// talks to nobody itself.
import type { ConversationStore } from '../ports/conversation-store.ts'
import type { Outbox } from '../ports/outbox.ts'
import type { TaskSignals } from '../ports/task-signals.ts'
import type { UserId } from '../vocabulary/ids.ts'
import type { BotId, Place } from '../vocabulary/place.ts'
import { chatInContext } from '../vocabulary/thread-chat.ts'
import { saying } from './notes.ts'
import { ownerIds } from './people.ts'
import type { OwnersDeps } from './people.ts'

export type TellOwnersDeps = OwnersDeps & {
  readonly outbox: Pick<Outbox, 'put'>
  readonly conversations: Pick<ConversationStore, 'threads'>
  readonly signals: Pick<TaskSignals, 'publish'>
}

const INTERFACE = 'telegram'
/** Of an owner's conversations, the newest: whoever talks that much has talked to each bot among them. */
const THREADS = 200

/**
 * Tells every owner, with each of our bots that they ever wrote to, in a chat of their own. `key` names the news: told again under the
 * same key, the same words change nothing and others replace them. `except` is who knows already. Returns in how many chats it is told;
 * 0 where no owner has written to a bot.
 */
export async function tellOwners(
  deps: TellOwnersDeps,
  key: string,
  markdown: string,
  { except = null }: { readonly except?: UserId | null } = {},
): Promise<number> {
  const owners = (await ownerIds(deps)).filter((owner) => owner !== except)
  const places = (await Promise.all(owners.map((owner) => chatsOf(deps, owner)))).flat()
  if (places.length === 0) return 0
  await deps.outbox.put(
    places.map((place) => ({
      key: `owners:${key}/${place.chat}`,
      place,
      lane: 'reply',
      posting: saying(markdown),
    })),
  )
  for (const bot of new Set(places.map(({ bot }) => bot))) deps.signals.publish({ type: 'mail', bot })
  return places.length
}

/** A person's own id names their chat. */
async function chatsOf(deps: TellOwnersDeps, owner: UserId): Promise<readonly Place[]> {
  if (!owner.startsWith(`${INTERFACE}:`)) return []
  const own = owner.slice(INTERFACE.length + 1)
  const { items } = await deps.conversations.threads({ startedBy: owner, limit: THREADS, cursor: null })
  const bots = items.flatMap((thread): BotId[] => {
    if (thread.interface !== INTERFACE) return []
    const [bot = '', chat] = chatInContext(thread.chat).chat.split('/')
    return chat === own && bot !== '' ? [bot as BotId] : []
  })
  return [...new Set(bots)].map((bot) => ({ interface: INTERFACE, bot, chat: own, topic: null }))
}
