// Who the bot is, and leaving the server.
import type { UserFromGetMe } from '@grammyjs/types'
import type { MethodTable } from './call.ts'

const LOGGED_OUT_MS = 10 * 60 * 1000

export const basics: MethodTable = {
  getMe: ({ bot }): UserFromGetMe => ({
    ...bot.user,
    can_join_groups: bot.canJoinGroups,
    can_read_all_group_messages: bot.canReadAllGroupMessages,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
    has_topics_enabled: bot.hasTopicsEnabled,
    allows_users_to_create_topics: bot.allowsUsersToCreateTopics,
    can_manage_bots: bot.canManageBots,
    supports_join_request_queries: false,
  }),
  logOut: ({ bot, world }) => {
    bot.loggedOutUntil = world.clock.now() + LOGGED_OUT_MS
    return true
  },
  close: () => true,
}
