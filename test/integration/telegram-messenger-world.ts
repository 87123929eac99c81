// A bot's messenger and a person on a Bot API server of their own, for the tests of what goes out.
import type { TestContext } from 'node:test'
import { createMemoryObjectStore } from '../../src/adapters/memory/object-store.ts'
import { createSystemClock } from '../../src/adapters/system/clock.ts'
import { createTelegramApi } from '../../src/adapters/telegram/api.ts'
import { createTelegramMessenger } from '../../src/adapters/telegram/messenger.ts'
import type { Messenger } from '../../src/core/ports/messenger.ts'
import type { BotId, MessageRef, Place } from '../../src/core/vocabulary/place.ts'
import type { Content, Posting } from '../../src/core/vocabulary/post.ts'
import { startTelegram } from '../../testkit/telegram/server.ts'
import type { Telegram } from '../../testkit/telegram/server.ts'
import type { UserClient } from '../../testkit/telegram/user/user-client.ts'

export type Scene = {
  readonly telegram: Telegram
  readonly bot: { readonly token: string; readonly id: number; readonly username: string }
  readonly ann: UserClient
  readonly place: Place
  readonly messenger: Messenger
  readonly objects: ReturnType<typeof createMemoryObjectStore>
  /** Of an API method, how often it was asked for. */
  readonly calls: (method: string) => number
}

export const silentTelemetry = { log: () => {}, count: () => {}, time: () => {} }

export async function scene(t: TestContext, deadlineMs = 20_000): Promise<Scene> {
  const telegram = await startTelegram({ checkAnswers: false })
  t.after(() => telegram.close())
  const bot = telegram.newBot()
  const ann = telegram.newUser({ firstName: 'Ann' })
  await ann.send('/start', { to: bot })
  const objects = createMemoryObjectStore()
  const api = createTelegramApi({ token: bot.token, apiRoot: telegram.url })
  const counted = new Map<string, number>()
  const raw = new Proxy(api.raw, {
    get: (target, method, receiver) => {
      if (typeof method === 'string') counted.set(method, (counted.get(method) ?? 0) + 1)
      return Reflect.get(target, method, receiver)
    },
  })
  const messenger = createTelegramMessenger({
    api: (id) => (id === String(bot.id) ? { raw } : null),
    username: () => bot.username,
    objects,
    clock: createSystemClock(),
    telemetry: silentTelemetry,
    deadlineMs,
  })
  const place: Place = { interface: 'telegram', bot: String(bot.id) as BotId, chat: String(ann.id), topic: null }
  return { telegram, bot, ann, place, messenger, objects, calls: (method) => counted.get(method) ?? 0 }
}

export function message(
  markdown: string,
  more: Partial<Content & { pinned: boolean; wantsReply: boolean; replyTo: MessageRef; silent: boolean }> = {},
): Posting {
  const { pinned = false, wantsReply = false, replyTo = null, silent = false, folds = [], buttons = [] } = more
  return { type: 'message', content: { markdown, folds, buttons }, replyTo, silent, wantsReply, pinned }
}

export function file(name: string, mediaType: string, bytes: number, caption = ''): Posting {
  return { type: 'file', file: { objectKey: name, name, mediaType, bytes }, caption, replyTo: null, silent: false }
}
