// One person in the world: which chats they can see, where they are, and what has happened there so far.
import type { BotAccount, Chat, StoredMessage, UserAccount, WorldEvent } from '../world/model.ts'
import type { World } from '../world/world.ts'
import { draftToSeen, keyboardRows, messageToSeen, titleOf } from './look.ts'
import type { At, Place } from './options.ts'
import type { SeenChat, SeenMessage } from './seen.ts'
import { entriesToText, eventToEntry, refusalToEntry } from './transcript.ts'
import type { Entry } from './transcript.ts'

/** An event and its number: expectations ask what came after something the person did. */
export type Witnessed = { readonly number: number; readonly chat: Chat; readonly event: WorldEvent }

export type Person = ReturnType<typeof createPerson>

export function createPerson(world: World, account: UserAccount) {
  const start = world.clock.now()
  const entries: Entry[] = []
  const witnessed: Witnessed[] = []
  const waiting = new Set<() => void>()
  const lastActs = new Map<string, number>()
  let here: Chat | undefined
  let count = 0

  const unsubscribe = world.subscribe((event) => {
    count += 1
    const entry = eventToEntry(world, account.id, event) ?? refusalToEntry(world, chatOfCall, event)
    if (entry !== null && sees(entry.chat)) {
      entries.push(entry)
      if (event.type === 'action' || event.type === 'draft' || event.type === 'reaction')
        witnessed.push({ number: count, chat: entry.chat, event })
    }
    for (const look of waiting) look()
  })

  function sees(chat: Chat): boolean {
    if (chat.bot !== undefined) return chat.userId === account.id
    const status = chat.members.get(account.id)?.status
    return status !== undefined && status !== 'left' && status !== 'kicked'
  }

  function chatOfCall(id: number, botId: number): Chat | undefined {
    const bot = world.bots.get(botId)
    return id === account.id && bot !== undefined ? chatWith(bot) : world.chats.get(id)
  }

  /** Only if there is one: looking must not open a conversation, because from then on the bot may write to it. */
  function chatWith(bot: BotAccount): Chat | undefined {
    try {
      return world.chatOf(bot, account.id)
    } catch {
      return undefined
    }
  }

  function follow(chat: Chat): Chat {
    const next = chat.migratedTo === undefined ? undefined : world.chats.get(chat.migratedTo)
    return next === undefined ? chat : follow(next)
  }

  /** Without a place, the one of the last action. A bot stands for a chat that need not be there yet. */
  function find(place: Place | undefined): Chat | BotAccount {
    if (place === undefined) {
      if (here === undefined) throw new Error(`${account.user.first_name} is in no chat yet: say \`to\``)
      return follow(here)
    }
    const id = typeof place === 'number' ? place : place.id
    const bot = world.bots.get(id)
    if (bot !== undefined) return chatWith(bot) ?? bot
    const group = world.chats.get(id)
    if (group === undefined) throw new Error(`there is no bot and no group with the id ${id}`)
    return follow(group)
  }

  function placeOf(place: Place | undefined): Chat {
    const found = find(place)
    if ('token' in found) throw new Error(`${account.user.first_name} never wrote to ${found.user.first_name}`)
    return found
  }

  /** Where an action happens: from then on the place of this person. Opens the conversation with a bot. */
  function act(at: At): Chat {
    const found = find(at.to)
    const chat = 'token' in found ? world.privateChat(found, account) : found
    if (!sees(chat)) throw new Error(`${account.user.first_name} is not a member of ${titleOf(chat)}`)
    here = chat
    lastActs.set(chat.key, count)
    return chat
  }

  function stored(message: SeenMessage): StoredMessage {
    const chat = message.bot === null ? world.chats.get(message.chat) : placeOf(message.bot)
    const found = chat?.messages.get(message.id)
    if (found === undefined) throw new Error(`there is no message #${message.id} in the chat ${message.chat}`)
    return found
  }

  function view(place: Place | undefined): SeenChat {
    const chat = find(place)
    if ('token' in chat)
      return { ...EMPTY, id: account.id, title: chat.user.first_name, commands: menuOf(chat, account) }
    const now = world.clock.now()
    const seen = [...chat.messages.values()].flatMap((message) =>
      message.deletedAt === undefined ? [messageToSeen(world, account.id, message)] : [],
    )
    const { type } = chat.wire
    return {
      id: chat.id,
      title: titleOf(chat),
      type: type === 'channel' ? 'supergroup' : type,
      messages: seen,
      actions: [...chat.actions.values()]
        .filter((shown) => shown.until > now)
        .map((shown) => ({ from: shown.bot.id, topic: shown.threadId ?? null, action: shown.action })),
      drafts: [...chat.drafts.values()].filter((draft) => draft.until > now).map(draftToSeen),
      pinned: chat.pinned.flatMap((id) => seen.find((message) => message.id === id) ?? []),
      topics: [...chat.topics.values()].map(({ id, name, closed }) => ({ id, name, closed })),
      keyboard: keyboardRows(world.keyboardOf(chat)).map((row) => row.map((key) => key.text)),
      commands: chat.bot === undefined ? [] : menuOf(chat.bot, account),
    }
  }

  return {
    world,
    account,
    start,
    placeOf,
    act,
    stored,
    view,
    sees,
    /** The place of the last action, and every visible one when there was none. */
    placesOf: (at: At): readonly Chat[] => {
      if (at.to !== undefined || here !== undefined) {
        const found = find(at.to)
        return 'token' in found ? [] : [found]
      }
      return [...[...world.bots.values()].flatMap((bot) => chatWith(bot) ?? []), ...world.chats.values()].filter(sees)
    },
    witnessed: (): readonly Witnessed[] => witnessed,
    lastActIn: (chat: Chat): number => lastActs.get(chat.key) ?? 0,
    seen: (message: StoredMessage): SeenMessage => messageToSeen(world, account.id, message),
    look: (message: SeenMessage): SeenMessage | undefined => {
      try {
        return messageToSeen(world, account.id, stored(message))
      } catch {
        return undefined
      }
    },
    transcript: (chat?: Chat): string =>
      entriesToText(chat ? entries.filter((entry) => entry.chat === chat) : entries, start),
    /** Calls `look` after each event. Returns how to stop. */
    watch: (look: () => void): (() => void) => {
      waiting.add(look)
      return () => waiting.delete(look)
    },
    close: unsubscribe,
  }
}

/** The most narrow scope that has commands wins, in the person's language first. Keys are `<scope>|<language>`. */
function menuOf(bot: BotAccount, account: UserAccount): SeenChat['commands'] {
  const language = account.user.language_code ?? ''
  for (const scope of [`chat:${account.id}`, 'all_private_chats', 'default'])
    for (const key of [`${scope}|${language}`, `${scope}|`]) {
      const commands = bot.commands.get(key) ?? []
      if (commands.length > 0) return commands.map(({ command, description }) => ({ command, description }))
    }
  return []
}

const EMPTY = {
  type: 'private',
  messages: [],
  actions: [],
  drafts: [],
  pinned: [],
  topics: [],
  keyboard: [],
} as const
