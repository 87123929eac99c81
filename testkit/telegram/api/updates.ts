// How a bot gets its updates: by asking, or by being called.
import type { Update, WebhookInfo } from '@grammyjs/types'
import { badRequest, BotApiError } from '../world/api-error.ts'
import type { Webhook, Webhooks } from '../world/deliver.ts'
import type { UpdateKind } from '../world/model.ts'
import type { Polls } from '../world/polls.ts'
import { flagParam, integerParam, jsonParam, textParam } from './call.ts'
import type { Call, MethodTable, Params } from './call.ts'

const LONGEST_POLL_SECONDS = 50

const KINDS: Readonly<Record<UpdateKind, true>> = {
  message: true,
  edited_message: true,
  channel_post: true,
  edited_channel_post: true,
  business_connection: true,
  business_message: true,
  edited_business_message: true,
  deleted_business_messages: true,
  guest_message: true,
  stopped_message_generation: true,
  message_reaction: true,
  message_reaction_count: true,
  inline_query: true,
  chosen_inline_result: true,
  callback_query: true,
  shipping_query: true,
  pre_checkout_query: true,
  purchased_paid_media: true,
  poll: true,
  poll_answer: true,
  my_chat_member: true,
  chat_member: true,
  chat_join_request: true,
  chat_boost: true,
  removed_chat_boost: true,
  managed_bot: true,
  subscription: true,
}

export function createUpdateMethods(polls: Polls, webhooks: Webhooks): MethodTable {
  return {
    getUpdates: async ({ world, bot, params, signal }): Promise<Update[]> => {
      if (webhooks.get(bot) !== undefined) {
        const hint = 'use deleteWebhook to delete the webhook first'
        throw new BotApiError(409, `Conflict: can't use getUpdates method while webhook is active; ${hint}`)
      }
      const queue = world.queueOf(bot)
      readAllowed({ world, bot, params, signal })
      const offset = integerParam(params, 'offset') ?? 0
      if (offset !== 0) queue.confirm(offset)
      const limit = integerParam(params, 'limit') ?? 100
      const timeout = Math.min(Math.max(integerParam(params, 'timeout') ?? 0, 0), LONGEST_POLL_SECONDS)
      return await polls.wait(bot, limit < 1 || limit > 100 ? 100 : limit, timeout, signal)
    },
    setWebhook: (call) => {
      const { world, bot, params } = call
      const url = textParam(params, 'url') ?? ''
      const webhook = url === '' ? undefined : readWebhook(params, url)
      readAllowed(call)
      if (flagParam(params, 'drop_pending_updates')) world.queueOf(bot).clear()
      if (webhook === undefined) webhooks.remove(bot)
      else {
        polls.end(bot, 'setWebhook request')
        webhooks.set(bot, webhook)
      }
      return true
    },
    deleteWebhook: ({ world, bot, params }) => {
      webhooks.remove(bot)
      if (flagParam(params, 'drop_pending_updates')) world.queueOf(bot).clear()
      return true
    },
    getWebhookInfo: ({ world, bot }): WebhookInfo => {
      const queue = world.queueOf(bot)
      const webhook = webhooks.get(bot)
      const allowed = queue.allowed()
      const { lastError } = webhook ?? {}
      return {
        url: webhook?.url ?? '',
        has_custom_certificate: false,
        pending_update_count: queue.pending(),
        ...(webhook === undefined ? {} : { max_connections: webhook.maxConnections }),
        ...(webhook === undefined ? {} : { ip_address: webhook.ipAddress ?? '127.0.0.1' }),
        ...(lastError === undefined ? {} : { last_error_date: lastError.date, last_error_message: lastError.message }),
        ...(allowed === undefined ? {} : { allowed_updates: [...allowed] }),
      }
    },
  }
}

/** Kept until it is given again; unknown names are passed over. */
function readAllowed({ world, bot, params }: Call): void {
  const given = jsonParam(params, 'allowed_updates', 'allowed updates')
  if (!Array.isArray(given)) return
  world.queueOf(bot).allow(given.filter(isKind))
}

function isKind(name: unknown): name is UpdateKind {
  return typeof name === 'string' && Object.hasOwn(KINDS, name)
}

function readWebhook(params: Params, url: string): Webhook {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  // Plain HTTP is for bots on the same machine, as with a Bot API server of one's own.
  if (parsed === undefined || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) {
    throw badRequest('bad webhook: An HTTPS URL must be provided for webhook')
  }
  const secret = textParam(params, 'secret_token') ?? ''
  if (secret.length > 256) throw badRequest('secret token is too long')
  if (!/^[\w-]*$/u.test(secret)) throw badRequest('secret token contains unallowed characters')
  const connections = integerParam(params, 'max_connections') ?? 40
  const ipAddress = textParam(params, 'ip_address') ?? ''
  return {
    url,
    ...(secret === '' ? {} : { secret }),
    maxConnections: Math.min(Math.max(connections, 1), 100),
    ...(ipAddress === '' ? {} : { ipAddress }),
  }
}
