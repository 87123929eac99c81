// The stage of the Telegram scenarios: a Telegram of our own, the real platform as a process of its own, and people with apps.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { startTelegram } from '../../testkit/telegram/server.ts'
import type { Telegram, TelegramOptions } from '../../testkit/telegram/server.ts'
import type { SeenChat, SeenMessage } from '../../testkit/telegram/user/seen.ts'
import type { NewBot } from '../../testkit/telegram/world/model.ts'
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
  readonly bot?: NewBot
  /** Without one, nobody owns the bot. */
  readonly owner?: false
}

/** Everything ends with the test. */
export async function openStage(t: TestContext, options: StageOptions = {}): Promise<Stage> {
  const telegram = await startTelegram(options.telegram)
  const bot = telegram.newBot({ username: 'factotum_bot', ...options.bot })
  const ada = telegram.newUser({ firstName: 'Ada' })
  const environment = {
    TELEGRAM_BOT_TOKEN: bot.token,
    TELEGRAM_API_ROOT: telegram.url,
    ...(options.owner === false ? {} : { TG_OWNER_IDS: String(ada.id) }),
    PREVIEW_MINUTES: '5',
    // Where the OK is not what a scene is about.
    CONFIRM_WORK: 'never',
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

/** For what has to wait for work: two cores may have a lot of it. */
export const PATIENT = { within: 60_000 } as const
const QUIET_MS = 1_500

/** One line for each message of a chat: who, the first line of what it says (or its file), and its buttons. */
export function outline(chat: SeenChat): readonly string[] {
  // Whether work took long enough to be heard at its end is the machine's affair, and so is whether a page can be looked at.
  return chat.messages.filter((message) => !HEARD.test(message.text) && !isEvidence(message)).map(lineOf)
}
const HEARD = /^(?:✅ Done|❌ Failed), see above: /

/** A picture of the preview, or the report. */
export function isEvidence({ from, media }: SeenMessage): boolean {
  return from.isBot && (media?.type === 'photo' || media?.name === 'report.html')
}

function lineOf({ from, text, media, buttons }: SeenMessage): string {
  const file = media === null ? '' : `(${media.type}${media.name === undefined ? '' : ` ${media.name}`}) `
  const [said = ''] = text.replaceAll(/(?:\d{4}-\d\d-\d\d )?\d\d:\d\d UTC/g, 'HH:MM').split('\n')
  const keys = buttons.flat().map((button) => ` [${button.text}]`)
  return `${from.isBot ? 'bot' : from.name}: ${file}${said}${keys.join('')}`.trimEnd()
}

/** Nothing more comes, and what stands in the chat is exactly this, as far as it counts. */
export async function expectChatToHold(
  person: UserClient,
  place: { readonly id: number },
  lines: readonly string[],
  counts: (line: string) => boolean = () => true,
): Promise<void> {
  const held = (chat = person.chat(place)) => outline(chat).filter(counts)
  const isSame = (chat: SeenChat) => JSON.stringify(held(chat)) === JSON.stringify(lines)
  await person.expectChat(isSame, { to: place, within: 15_000 }).catch((error: unknown) => {
    assert.deepEqual(held(), lines)
    throw error
  })
  // All of it was seen: what an expectation has not asked for is no surprise, what comes from now on is one.
  while (true) {
    const seen = await person.expectReply({ to: place, within: 1 }).catch(() => null)
    if (seen === null) break
  }
  const said = () => person.chat(place).messages.length
  for (let before = -1; before !== said();) {
    before = said()
    await person
      .expectNoMore({ for: QUIET_MS, to: place, where: (one) => !isEvidence(one) })
      .catch((error: unknown) => {
        if (said() === before || !HEARD.test(person.chat(place).messages.at(-1)?.text ?? '')) throw error
      })
  }
  assert.deepEqual(held(), lines)
}

/** The message as it is given, or the first later version of it that reads like that. */
export async function becomes(person: UserClient, message: SeenMessage, where: RegExp): Promise<SeenMessage> {
  return where.test(message.text) ? message : person.expectEdit(message, { where, ...PATIENT })
}

export function labels(message: SeenMessage): readonly string[] {
  return message.buttons.flat().map((button) => button.text)
}

/** As long as nobody needs less to read and answer. */
export function moment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 500))
}

export type Asked = { readonly sent: SeenMessage; readonly question: SeenMessage; readonly card: SeenMessage }

/** Sends a command; gives the question whether it may run, and the card that waits for the answer. */
export async function askToRun({ ada, bot }: Stage, command: string): Promise<Asked> {
  const sent = await ada.send(`/run ${command}`, { to: bot })
  const question = await ada.expectReply({ where: /May this command run/, ...PATIENT })
  const card = await ada.expectReply({ where: /Waiting for a yes/, ...PATIENT })
  await moment()
  return { sent, question, card }
}

/** Sends a command and approves it with the button. Gives its card while it waits. */
export async function runApproved(stage: Stage, command: string): Promise<SeenMessage> {
  const { question, card } = await askToRun(stage, command)
  await stage.ada.tap(question, 'Approve once')
  return card
}
