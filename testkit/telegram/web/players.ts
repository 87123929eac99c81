// The people of the page: each is a user client, and everything the page does goes through it.
import type { World } from '../world/world.ts'
import { createUserClient } from '../user/user-client.ts'
import type { SeenChat, SeenMessage } from '../user/seen.ts'

type Client = ReturnType<typeof createUserClient>

export type Players = ReturnType<typeof createPlayers>

const SHOWN_MESSAGES = 300

export function createPlayers(world: World, first: string) {
  const clients = new Map<number, Client>()
  add(first)

  function add(firstName: string): number {
    const account = world.addUser({ firstName })
    clients.set(account.id, createUserClient(world, account))
    return account.id
  }

  function client(id: number): Client {
    const found = clients.get(id)
    if (found === undefined) throw new Error('there is no such person')
    return found
  }

  function groupsOf(me: number) {
    return [...world.chats.values()].filter((chat) => {
      const status = chat.members.get(me)?.status
      return chat.migratedTo === undefined && status !== undefined && status !== 'left' && status !== 'kicked'
    })
  }

  function messageOf(me: Client, to: number, id: unknown): SeenMessage {
    const found = me.chat(to).messages.find((message) => message.id === id)
    if (found === undefined) throw new Error('that message is gone')
    return found
  }

  async function act(given: unknown): Promise<unknown> {
    const input = fieldsOf(given)
    const what = String(input['what'])
    if (what === 'person') return { id: add(text(input, 'name')) }
    const me = client(Number(input['as']))
    const to = Number(input['to'])
    const topic = typeof input['topic'] === 'number' ? { topic: input['topic'] } : {}
    switch (what) {
      case 'send': {
        const replyTo = typeof input['replyTo'] === 'number' ? { replyTo: messageOf(me, to, input['replyTo']) } : {}
        return slim(await me.send(text(input, 'text'), { to, ...topic, ...replyTo }))
      }
      case 'tap':
        return me.tap(messageOf(me, to, input['id']), text(input, 'button'), { within: 60_000 })
      case 'press':
        return slim(await me.press(text(input, 'label'), { to, ...topic }))
      case 'edit':
        return slim(await me.edit(messageOf(me, to, input['id']), text(input, 'text')))
      case 'delete':
        return me.deleteMessage(messageOf(me, to, input['id']))
      case 'react':
        return me.react(messageOf(me, to, input['id']), input['emoji'] === null ? null : text(input, 'emoji'))
      case 'stop':
        return me.stopDraft({ to, ...topic })
      case 'topic':
        return { topic: await me.createTopic(text(input, 'name'), { to }) }
      case 'block':
        return input['blocked'] === true ? me.blockBot(to) : me.unblockBot(to)
      case 'group':
        return { id: makeGroup(me.id, text(input, 'name'), input['forum'] === true) }
      case 'bot': {
        const bot = world.addBot({ name: text(input, 'name'), username: text(input, 'username'), ...CAPABLE })
        return { id: bot.id, token: bot.token }
      }
      default:
        throw new Error(`nobody can do "${what}"`)
    }
  }

  /** Everyone of the page and every bot, each bot as an administrator so that it hears all. */
  function makeGroup(owner: number, title: string, isForum: boolean): number {
    const people = [owner, ...clients.keys()].flatMap((id) => world.users.get(id) ?? [])
    const bots = [...world.bots.values()]
    return world.addGroup({ title, isForum, members: [...new Set(people)], admins: bots }).id
  }

  return {
    act,
    list: () => [...clients.values()].map(({ id, firstName }) => ({ id, name: firstName })),
    chats: (as: number) => {
      const me = client(as)
      const bots = [...world.bots.values()].map(({ id, user }) => ({ to: id, username: user.username }))
      const groups = groupsOf(as).map(({ id }) => ({ to: id, username: null }))
      return [...bots, ...groups]
        .map(({ to, username }) => {
          const { title, type, messages } = me.chat(to)
          const last = messages.at(-1)
          return { to, username, title, type, last: last === undefined ? null : slim(last) }
        })
        .toSorted((left, right) => Number(right.last?.at ?? 0) - Number(left.last?.at ?? 0))
    },
    chat: (as: number, to: number) => {
      const me = client(as)
      const bot = world.bots.get(to)
      const chat: SeenChat = me.chat(to)
      return {
        ...chat,
        to,
        forum: world.chats.get(to)?.wire.is_forum === true || bot?.hasTopicsEnabled === true,
        blocked: bot?.blockedBy.has(as) ?? false,
        names: namesOf(world),
        messages: chat.messages.slice(-SHOWN_MESSAGES).map(slim),
        pinned: chat.pinned.map(slim),
      }
    },
    upload: async (query: URLSearchParams, bytes: Buffer) => {
      const me = client(Number(query.get('as')))
      const thread = query.get('topic')
      const at = { to: Number(query.get('to')), ...(thread !== null && { topic: Number(thread) }) }
      const mimeType = query.get('type') || 'application/octet-stream'
      const file = { bytes, name: query.get('name') ?? 'file.bin', mimeType, caption: query.get('caption') ?? '' }
      if (query.get('kind') === 'voice') return slim(await me.sendVoice(file, at))
      if (query.get('kind') === 'photo') return slim(await me.sendPhoto(file, at))
      return slim(await me.sendFile(file, at))
    },
    /** Only what browsers show without running anything is shown; all else is a download. */
    file: (id: string) => {
      const stored = world.files.byId(id)
      if (stored === undefined) throw new Error('there is no such file')
      const isShown = /^(?:image\/(?:png|jpeg|gif|webp)|audio\/[\w.+-]+|video\/[\w.+-]+)$/.test(stored.mimeType)
      const headers = {
        'content-type': isShown ? stored.mimeType : 'application/octet-stream',
        'content-disposition': `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(stored.name)}`,
        'content-security-policy': "default-src 'none'; sandbox",
      }
      return { headers, bytes: stored.bytes }
    },
    close: () => {
      for (const one of clients.values()) one.close()
    },
  }
}

const CAPABLE = { canManageBots: true, hasTopicsEnabled: false, canJoinGroups: true }

function namesOf(world: World): Readonly<Record<string, string>> {
  const users = [...world.bots.values(), ...world.users.values()].map(({ user }) => user)
  return Object.fromEntries(users.map((user) => [user.id, user.first_name]))
}

/** `under` are the buttons below the bubble, without those inside a rich message. */
function slim(message: SeenMessage) {
  const { wire, ...rest } = message
  return { ...rest, under: rest.buttons.slice(0, wire.reply_markup?.inline_keyboard.length ?? 0) }
}

function fieldsOf(given: unknown): Readonly<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null) throw new Error('an object is expected')
  return Object.fromEntries(Object.entries(given))
}

function text(input: Readonly<Record<string, unknown>>, name: string): string {
  const value = input[name]
  if (typeof value !== 'string' || value.trim() === '') throw new Error(`${name} must not be empty`)
  return value
}
