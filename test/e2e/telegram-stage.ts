// The stage of the Telegram scenarios: a Telegram of our own, the real platform as a process of its own, and people with apps.
import type { TestContext } from 'node:test'
import { startTelegram } from '../../testkit/telegram/server.ts'
import type { Telegram, TelegramOptions } from '../../testkit/telegram/server.ts'
import type { UserClient } from '../../testkit/telegram/user/user-client.ts'
import { newPlace } from '../support/factotum.ts'
import type { Place, Started } from '../support/factotum.ts'

export type Stage = {
  readonly telegram: Telegram
  readonly bot: { readonly token: string; readonly id: number; readonly username: string }
  /** The bot's owner. */
  readonly ada: UserClient
  readonly place: Place
  /** Starts the platform and waits until the bot listens. */
  readonly up: (...words: readonly string[]) => Promise<Started>
  /** What the platform logged. */
  readonly environment: Readonly<Record<string, string>>
}

type StageOptions = {
  readonly environment?: Readonly<Record<string, string>>
  readonly telegram?: TelegramOptions
  /** Without one, nobody owns the bot. */
  readonly owner?: false
}

/** Everything ends with the test. */
export async function openStage(t: TestContext, options: StageOptions = {}): Promise<Stage> {
  const telegram = await startTelegram(options.telegram)
  const bot = telegram.newBot({ username: 'factotum_bot' })
  const ada = telegram.newUser({ firstName: 'Ada' })
  const environment = {
    TELEGRAM_BOT_TOKEN: bot.token,
    TELEGRAM_API_ROOT: telegram.url,
    ...(options.owner === false ? {} : { TG_OWNER_IDS: String(ada.id) }),
    PREVIEW_MINUTES: '5',
    ...options.environment,
  }
  const place = await newPlace(environment)
  t.after(async () => {
    await place.leave()
    await telegram.close()
  })
  return {
    telegram,
    bot,
    ada,
    place,
    environment,
    up: async (...words) => {
      const started = place.start('up', ...words)
      await started.said(/Telegram: @factotum_bot is listening/)
      return started
    },
  }
}
