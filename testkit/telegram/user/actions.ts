// Everything that a person does in an app, in the names of the user client.
import type { ReactionType } from '@grammyjs/types'
import { isAdmin } from '../world/members.ts'
import type { Chat, Draft, Topic } from '../world/model.ts'
import { keyboardRows, titleOf } from './look.ts'
import type { At, Place, TapOutcome, Within } from './options.ts'
import type { Person } from './person.ts'
import { createSending } from './sending.ts'
import type { SeenMessage } from './seen.ts'

const TAP_WITHIN_MS = 15_000
const ICON_COLOR = 0x6fb9f0

export function createActions(person: Person) {
  const { world, account } = person
  const sending = createSending(person)

  async function createManagedBot(options: {
    readonly manager: Place
    readonly name: string
    readonly username: string
    readonly requestId?: number
  }): Promise<{ readonly id: number; readonly username: string }> {
    const chat = person.act({ to: options.manager })
    const manager = chat.bot
    if (manager === undefined || !manager.canManageBots) throw new Error(`${titleOf(chat)} does not manage bots`)
    const { name, username } = options
    if (!/^\w{2,29}bot$/i.test(username)) throw new Error(`a bot's username ends in "bot": ${username}`)
    const bot = world.addBot({ name, username, managerId: manager.id, ownerId: account.id })
    world.pushUpdate(manager, 'managed_bot', { user: account.user, bot: bot.user })
    if (options.requestId !== undefined) world.sendAsUser(account, chat, { managed_bot_created: { bot: bot.user } })
    return { id: bot.id, username }
  }

  return {
    ...sending,
    createManagedBot,

    deleteMessage: async (message: SeenMessage): Promise<void> => {
      const stored = person.stored(message)
      const mayDelete =
        stored.chat.bot !== undefined || stored.fromId === account.id || isAdmin(stored.chat, account.id)
      if (!mayDelete) throw new Error('people delete their own messages only, unless they are administrators')
      world.remove(stored, account.id)
    },

    react: async (message: SeenMessage, emoji: string | null): Promise<void> => {
      const stored = person.stored(message)
      // An app offers what Telegram knows; a test may try others, and sees what the bot makes of them.
      const reactions = emoji === null ? [] : [{ type: 'emoji', emoji } as ReactionType]
      world.react(stored, account.id, reactions)
    },

    tap: async (message: SeenMessage, labelOrData: string, options: Within = {}): Promise<TapOutcome> => {
      const stored = person.stored(message)
      const now = person.seen(stored)
      const buttons = now.deleted ? [] : now.buttons.flat()
      const button = buttons.find((one) => one.text === labelOrData) ?? buttons.find((one) => one.data === labelOrData)
      if (button === undefined) {
        const there = buttons.map((one) => `[${one.text}]`).join(' ') || 'no buttons'
        throw new Error(`#${now.id} has no button "${labelOrData}", but ${now.deleted ? 'was deleted' : there}`)
      }
      if (button.disabled) throw new Error(`the button "${button.text}" is disabled`)
      if (button.url !== undefined) return { type: 'opened', url: button.url }
      if (button.copyText !== undefined) return { type: 'copied', text: button.copyText }
      if (button.data === undefined) throw new Error(`the button "${button.text}" does nothing that is known here`)
      const bot = world.bots.get(stored.fromId)
      if (bot === undefined) throw new Error(`#${now.id} is no message of a bot`)
      const pressed = world.pressData(bot, account, stored, button.data)
      const answer = await withDeadline(pressed.answered, options.within ?? TAP_WITHIN_MS)
      if (answer === 'expired') return { type: 'expired' }
      return {
        type: 'answered',
        text: answer.text ?? '',
        alert: answer.showAlert,
        ...(answer.url !== undefined && { url: answer.url }),
      }
    },

    press: async (label: string, options: At = {}): Promise<SeenMessage> => {
      const chat = person.placeOf(options.to)
      const keys = keyboardRows(world.keyboardOf(chat)).flat()
      const key = keys.find((one) => one.text === label)
      if (key === undefined) {
        const there = keys.map((one) => one.text).join(', ') || 'no keys'
        throw new Error(`the keyboard has no key "${label}", but ${there}`)
      }
      if (!('request_managed_bot' in key)) return sending.send(label, options)
      const { request_id: requestId, suggested_name: name, suggested_username: username } = key.request_managed_bot
      const suggested = { name: name ?? 'New bot', username: username ?? `new_${world.bots.size}_bot` }
      await createManagedBot({ manager: chat.bot ?? chat, ...suggested, requestId })
      const made = [...chat.messages.values()].at(-1)
      if (made === undefined) throw new Error('the new bot was not announced')
      return person.seen(made)
    },

    stopDraft: async (options: At = {}): Promise<void> => {
      const chat = person.placeOf(options.to)
      const shown = [...chat.drafts].filter(([, draft]) => isStoppable(draft, world.clock.now(), options.topic))
      const [key, draft] = shown.at(-1) ?? []
      if (key === undefined || draft === undefined)
        throw new Error(
          `${titleOf(chat)} shows no draft that can be stopped. What happened:\n${person.transcript(chat)}`,
        )
      const wire = chat.wire
      if (wire.type !== 'private') throw new Error('drafts are for private chats')
      if (!draft.keepOnStop) {
        chat.drafts.delete(key)
        world.emit({ type: 'draft', chat, botId: draft.bot.id, draftId: draft.id, why: 'stopped' })
      }
      world.pushUpdate(draft.bot, 'stopped_message_generation', {
        chat: wire,
        draft_id: draft.id,
        ...(draft.threadId !== undefined && { message_thread_id: draft.threadId }),
      })
    },

    createTopic: async (name: string, options: At & { readonly implicit?: boolean } = {}): Promise<number> => {
      const chat = person.act(options)
      const mayCreate = chat.bot === undefined ? chat.wire.is_forum === true : chat.bot.allowsUsersToCreateTopics
      if (!mayCreate) throw new Error(`${titleOf(chat)} lets nobody make topics`)
      // A topic's id is that of the message that says it was made, so the topic is there before its message.
      const id = (chat.bot ?? chat).lastMessageId + 1
      const topic: Topic = { id, name, iconColor: ICON_COLOR, closed: false, hidden: false }
      chat.topics.set(id, topic)
      const implicit = options.implicit === true ? { is_name_implicit: true as const } : {}
      const created = { name, icon_color: ICON_COLOR, ...implicit }
      world.sendAsUser(account, chat, { forum_topic_created: created }, { threadId: id })
      world.emit({ type: 'topic', chat, topic, change: 'created' })
      return id
    },

    closeTopic: async (topicId: number, options: At = {}): Promise<void> => {
      const chat = person.act(options)
      const topic = chat.topics.get(topicId)
      if (topic === undefined) throw new Error(`${titleOf(chat)} has no topic ${topicId}`)
      if (topic.closed) return
      world.sendAsUser(account, chat, { forum_topic_closed: {} }, { threadId: topicId })
      topic.closed = true
      world.emit({ type: 'topic', chat, topic, change: 'closed' })
    },

    blockBot: async (bot: Place): Promise<void> => block(person, bot, true),
    unblockBot: async (bot: Place): Promise<void> => block(person, bot, false),

    deleteChat: async (place: Place): Promise<void> => {
      const chat = person.placeOf(place)
      if (chat.bot === undefined) {
        leave(person, chat)
        return
      }
      for (const message of chat.messages.values()) world.remove(message, account.id)
    },

    migrateGroup: async (place: Place): Promise<number> => world.migrateGroup(person.placeOf(place)).id,

    download: async (message: SeenMessage): Promise<Uint8Array> => {
      const file = message.media === null ? undefined : world.files.byId(message.media.fileId)
      if (file === undefined) throw new Error(`#${message.id} has no file`)
      return file.bytes
    },
  }
}

function block(person: Person, bot: Place, blocked: boolean): void {
  const chat = person.act({ to: bot })
  if (chat.bot === undefined) throw new Error(`${titleOf(chat)} is no chat with a bot`)
  person.world.setBlocked(chat.bot, person.account, blocked)
}

/** The owner's group is gone for everyone, bots first, so that each of them still hears of it. */
function leave(person: Person, chat: Chat): void {
  const { world, account } = person
  const isOwner = chat.members.get(account.id)?.status === 'creator'
  const others = [...chat.members.values()].filter(({ user }) => user.id !== account.id && isOwner)
  const leaving = others.toSorted((left, right) => Number(right.user.is_bot) - Number(left.user.is_bot))
  for (const { user } of leaving) world.setMember(chat, { status: 'left', user }, account.id)
  world.setMember(chat, { status: 'left', user: account.user }, account.id)
}

function isStoppable(draft: Draft, now: number, topic: number | undefined): boolean {
  return draft.canStop && draft.until > now && (topic === undefined || draft.threadId === topic)
}

function withDeadline<T>(promise: Promise<T>, ms: number): Promise<T | 'expired'> {
  const { promise: late, resolve } = Promise.withResolvers<'expired'>()
  const timer = setTimeout(() => resolve('expired'), ms)
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
