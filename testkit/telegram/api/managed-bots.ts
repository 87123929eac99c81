// Bots that a bot looks after for their owners: how they come to be, their tokens, and who may use them.
import type { BotAccessSettings, ManagedBotUpdated, User } from '@grammyjs/types'
import { badRequest } from '../world/api-error.ts'
import type { BotAccount, UserAccount } from '../world/model.ts'
import type { World } from '../world/world.ts'
import { flagParam, integerParam, jsonParam } from './call.ts'
import type { Call, Json, MethodTable } from './call.ts'

/** As many bots as one person may own. */
const MAX_OWNED_BOTS = 20
const MAX_ADDED_USERS = 10

const settings = new WeakMap<BotAccount, BotAccessSettings>()

export const managedBots: MethodTable = {
  getManagedBotToken: (call) => managedBot(call).token,
  replaceManagedBotToken: (call) => {
    const bot = managedBot(call)
    const token = call.world.replaceToken(bot)
    call.world.pushUpdate(call.bot, 'managed_bot', ownershipOf(call.world, bot))
    return token
  },
  getManagedBotAccessSettings: (call) => settings.get(managedBot(call)) ?? { is_access_restricted: false },
  setManagedBotAccessSettings: (call) => {
    const bot = managedBot(call)
    if (!flagParam(call.params, 'is_access_restricted')) {
      settings.set(bot, { is_access_restricted: false })
      return true
    }
    const given = jsonParam(call.params, 'added_user_ids', 'user identifiers') ?? []
    if (!Array.isArray(given)) throw badRequest('expected an Array of user identifiers')
    const ids = new Set((given as readonly Json[]).map(Number).filter((id) => id !== bot.ownerId))
    if (ids.size > MAX_ADDED_USERS) throw badRequest('too many users specified')
    const added_users = Array.from(ids, (id): User => {
      const user = call.world.users.get(id)?.user
      if (user === undefined) throw badRequest('user not found')
      return user
    })
    settings.set(bot, { is_access_restricted: true, added_users })
    return true
  },
}

/**
 * What a person's app does with a `request_managed_bot` button or a t.me/newbot link: makes the bot and tells its
 * manager. With `announce`, the chat with the manager also says so. The string is Telegram's refusal.
 */
export function createManagedBot(
  world: World,
  owner: UserAccount,
  manager: BotAccount,
  bot: { readonly name: string; readonly username: string; readonly announce: boolean },
): BotAccount | string {
  if (!manager.canManageBots) return 'MANAGER_PERMISSION_MISSING'
  if (!/^[a-z]\w{1,28}bot$/i.test(bot.username)) return 'USERNAME_INVALID'
  if (world.accountByUsername(bot.username) !== undefined) return 'USERNAME_OCCUPIED'
  const owned = Array.from(world.bots.values()).filter(({ ownerId }) => ownerId === owner.id)
  if (owned.length >= MAX_OWNED_BOTS) return 'BOT_CREATE_LIMIT_EXCEEDED'
  const { name, username } = bot
  const made = world.addBot({ name, username, managerId: manager.id, ownerId: owner.id })
  world.pushUpdate(manager, 'managed_bot', ownershipOf(world, made))
  if (bot.announce) {
    world.sendAsUser(owner, world.privateChat(manager, owner), { managed_bot_created: { bot: made.user } })
  }
  return made
}

/** A person without access: what they write does not reach the bot. The owner always has access. */
export function hasAccess(bot: BotAccount, userId: number): boolean {
  const { is_access_restricted, added_users = [] } = settings.get(bot) ?? { is_access_restricted: false }
  return !is_access_restricted || bot.ownerId === userId || added_users.some(({ id }) => id === userId)
}

/** The bot that `user_id` names, if the calling bot manages it. */
function managedBot({ world, bot, params }: Call): BotAccount {
  const found = world.bots.get(integerParam(params, 'user_id') ?? 0)
  if (found === undefined) throw badRequest('user not found')
  if (!bot.canManageBots) throw badRequest('MANAGER_PERMISSION_MISSING')
  if (found.managerId !== bot.id) throw badRequest('BOT_ACCESS_FORBIDDEN')
  return found
}

function ownershipOf(world: World, bot: BotAccount): ManagedBotUpdated {
  const owner = bot.ownerId === undefined ? undefined : world.users.get(bot.ownerId)
  if (owner === undefined) throw new Error(`The bot ${bot.id} has no owner.`)
  return { user: owner.user, bot: bot.user }
}
