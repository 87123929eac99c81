// The maps behind the world, and the ways things are found in them without a scan.
import { randomBytes } from 'node:crypto'
import type { VirtualClock } from './clock.ts'
import type { BotAccount, CallbackAnswer, Chat, PressedButton, UserAccount, WorldEvent } from './model.ts'
import type { UpdateQueue } from './updates.ts'

export type WorldState = {
  readonly clock: VirtualClock
  readonly bots: Map<number, BotAccount>
  readonly users: Map<number, UserAccount>
  readonly botsByToken: Map<string, BotAccount>
  /** Lower case, without the @. */
  readonly usernames: Map<string, BotAccount | UserAccount>
  readonly queues: Map<number, UpdateQueue>
  readonly privateChats: Map<string, Chat>
  readonly chats: Map<number, Chat>
  readonly chatUsernames: Map<string, Chat>
  /** By query id. */
  readonly pressed: Map<string, PressedButton & { settle: (answer: CallbackAnswer) => void }>
  /** Told when a bot's token was replaced. */
  readonly tokenListeners: Set<(bot: BotAccount) => void>
  readonly nextNumber: (counter: 'account' | 'group' | 'supergroup' | 'query') => number
  readonly emit: (event: WorldEvent) => void
  readonly subscribe: (listener: (event: WorldEvent) => void) => () => void
}

export function createWorldState(clock: VirtualClock): WorldState {
  const listeners = new Set<(event: WorldEvent) => void>()
  const counters = { account: 700_000_000, group: 4_000_000, supergroup: 1_500_000_000, query: 1 }
  return {
    clock,
    bots: new Map(),
    users: new Map(),
    botsByToken: new Map(),
    usernames: new Map(),
    queues: new Map(),
    privateChats: new Map(),
    chats: new Map(),
    chatUsernames: new Map(),
    pressed: new Map(),
    tokenListeners: new Set(),
    nextNumber: (counter) => (counters[counter] += 1),
    emit: (event) => {
      for (const listener of listeners) listener(event)
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** `<bot id>:` and 35 characters, as BotFather makes them. */
export function newToken(botId: number): string {
  return `${botId}:AA${randomBytes(25).toString('base64url').slice(0, 33)}`
}
