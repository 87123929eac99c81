// Bots and users: made, named, found; and a bot's token exchanged.
import type { BotAccount, NewBot, NewUser, UserAccount } from './model.ts'
import type { WorldState } from './state.ts'
import { newToken } from './state.ts'
import { createUpdateQueue } from './updates.ts'

const FIRST_UPDATE_ID = 100_000_000

export function addBot(state: WorldState, bot: NewBot): BotAccount {
  const id = state.nextNumber('account')
  const username = bot.username ?? `testkit_${id}_bot`
  const account: BotAccount = {
    id,
    token: newToken(id),
    user: { id, is_bot: true, first_name: bot.name ?? username, username },
    canJoinGroups: bot.canJoinGroups ?? true,
    canReadAllGroupMessages: bot.canReadAllGroupMessages ?? false,
    canManageBots: bot.canManageBots ?? false,
    hasTopicsEnabled: bot.hasTopicsEnabled ?? false,
    allowsUsersToCreateTopics: bot.allowsUsersToCreateTopics ?? bot.hasTopicsEnabled ?? false,
    ...(bot.managerId === undefined ? {} : { managerId: bot.managerId }),
    ...(bot.ownerId === undefined ? {} : { ownerId: bot.ownerId }),
    commands: new Map(),
    names: new Map(),
    descriptions: new Map(),
    shortDescriptions: new Map(),
    menuButtons: new Map(),
    blockedBy: new Set(),
    lastMessageId: 0,
  }
  takeUsername(state, username, account)
  state.bots.set(id, account)
  state.botsByToken.set(account.token, account)
  state.queues.set(id, createUpdateQueue(FIRST_UPDATE_ID + (id % 1000) * 1000, state.clock.now))
  return account
}

export function addUser(state: WorldState, user: NewUser): UserAccount {
  const id = state.nextNumber('account')
  const account: UserAccount = {
    id,
    deactivated: false,
    user: {
      id,
      is_bot: false,
      first_name: user.firstName,
      ...(user.lastName === undefined ? {} : { last_name: user.lastName }),
      ...(user.username === undefined ? {} : { username: user.username }),
      ...(user.languageCode === undefined ? {} : { language_code: user.languageCode }),
    },
  }
  if (user.username !== undefined) takeUsername(state, user.username, account)
  state.users.set(id, account)
  return account
}

export function replaceToken(state: WorldState, bot: BotAccount): string {
  state.botsByToken.delete(bot.token)
  bot.token = newToken(bot.id)
  state.botsByToken.set(bot.token, bot)
  for (const listener of state.tokenListeners) listener(bot)
  return bot.token
}

function takeUsername(state: WorldState, username: string, account: BotAccount | UserAccount): void {
  const key = username.toLowerCase()
  if (state.usernames.has(key)) throw new Error(`The username @${username} is taken.`)
  state.usernames.set(key, account)
}
