// Telegram on loopback: the Bot API over HTTP in front of a world in memory, and the controls over it.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createHttpFace } from './http-face.ts'
import { createRegistry } from './api/registry.ts'
import { readParams } from './api/read-request.ts'
import { runCall } from './api/run-call.ts'
import { createAnswerCheck } from './schema/answer-check.ts'
import { createUserClient } from './user/user-client.ts'
import type { UserClient } from './user/user-client.ts'
import { createClock } from './world/clock.ts'
import type { VirtualClock } from './world/clock.ts'
import { createWebhooks } from './world/deliver.ts'
import { createFaults } from './world/faults.ts'
import type { Faults } from './world/faults.ts'
import type { BotAccount, NewBot, NewUser, UserAccount } from './world/model.ts'
import { createPolls } from './world/polls.ts'
import { createRateLimits } from './world/rate-limit.ts'
import { createWorld } from './world/world.ts'
import type { World } from './world/world.ts'

export type TelegramOptions = {
  /** Default: any free one. */
  readonly port?: number
  /** Default 127.0.0.1. */
  readonly host?: string
  readonly clock?: VirtualClock
  /** Checks each answer against schemas of the Bot API's types; wrong ones become a 500 and are kept. Slow to start. */
  readonly checkAnswers?: boolean
  /** Refuses what comes too fast. Off by default. */
  readonly rateLimits?: boolean
  /** Answers paths that are no Bot API: true when it did. */
  readonly other?: (incoming: IncomingMessage, outgoing: ServerResponse) => boolean
}

/** A member by its account, its client, or what newBot gave. */
export type MemberRef = { readonly id: number }

export type NewGroupOptions = {
  readonly title: string
  /** The first one is the owner. */
  readonly members: readonly MemberRef[]
  readonly admins?: readonly MemberRef[]
  readonly type?: 'group' | 'supergroup' | 'channel'
  readonly isForum?: boolean
  readonly username?: string
}

export type Telegram = {
  /** The API root, such as `http://127.0.0.1:8081`. */
  readonly url: string
  readonly world: World
  readonly faults: Faults
  readonly clock: VirtualClock
  /** Problems that `checkAnswers` found, one line each. */
  readonly wrongAnswers: readonly string[]
  readonly newBot: (bot?: NewBot) => { readonly token: string; readonly id: number; readonly username: string }
  readonly newUser: (user: NewUser) => UserClient
  readonly newGroup: (group: NewGroupOptions) => { readonly id: number }
  /** Ends polls, webhooks and connections. Repeating it changes nothing. */
  readonly close: () => Promise<void>
}

export async function startTelegram(options: TelegramOptions = {}): Promise<Telegram> {
  const clock = options.clock ?? createClock()
  const world = createWorld({ clock })
  const wrongAnswers: string[] = []
  const server = createServer()
  const host = options.host ?? '127.0.0.1'
  const faults = createFaults(() => server.closeAllConnections())
  const polls = createPolls(world, faults)
  const webhooks = createWebhooks(world, faults, async (bot, contentType, body) => {
    const params = await readParams(new URLSearchParams(), contentType, body).catch(() => undefined)
    const method = params?.values['method']
    if (params === undefined || typeof method !== 'string') return
    await face.call(bot, method, params, new AbortController().signal)
  })
  world.onTokenReplaced((bot) => {
    webhooks.remove(bot)
    polls.end(bot, 'new token')
  })
  const face = createHttpFace({
    world,
    faults,
    run: (bot, name, params, signal) => runCall(runner, bot, name, params, signal),
    ...(options.other === undefined ? {} : { other: options.other }),
  })
  const runner = {
    world,
    registry: createRegistry(polls, webhooks),
    limits: options.rateLimits === true ? createRateLimits(clock.now) : undefined,
    check: options.checkAnswers === true ? createAnswerCheck() : undefined,
    onWrongAnswer: (problem: string) => void wrongAnswers.push(problem),
  }
  server.on('request', (incoming, outgoing) => void face.handle(incoming, outgoing))
  // Long polls and hangs are held as long as their callers want.
  server.requestTimeout = 0
  server.listen(options.port ?? 0, host)
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0

  const accountOf = ({ id }: MemberRef): BotAccount | UserAccount => {
    const account = world.bots.get(id) ?? world.users.get(id)
    if (account === undefined) throw new Error(`There is no account ${id}.`)
    return account
  }
  return {
    url: `http://${host}:${port}`,
    world,
    faults,
    clock,
    wrongAnswers,
    newBot: (bot) => {
      const { token, id, user } = world.addBot(bot)
      return { token, id, username: user.username }
    },
    newUser: (user) => createUserClient(world, world.addUser(user)),
    newGroup: (group) => {
      const members = group.members.map(accountOf)
      const { id } = world.addGroup({ ...group, members, admins: (group.admins ?? []).map(accountOf) })
      return { id }
    },
    close: async () => {
      webhooks.close()
      if (options.clock === undefined) clock.close()
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
