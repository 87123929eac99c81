// What was learned about each bot's server and chats while sending, so that it is not learned again with every post.
import { createHash } from 'node:crypto'
import type { Clock } from '../../core/ports/clock.ts'
import { placeKey } from '../../core/vocabulary/place.ts'
import type { BotId, MessageRef, Place } from '../../core/vocabulary/place.ts'
import type { Form } from './render/render-content.ts'

/** Forgotten at a restart, which costs a request or two and harms nothing. */
export type KnownOfBots = {
  /** The best form that the bot's server is not known to refuse. */
  readonly form: (bot: BotId) => Form
  /** Rich messages were refused: for good where the method is unknown, else for some minutes, as it may have been the content. */
  readonly richRefused: (bot: BotId, forGood: boolean) => void
  readonly drafts: (bot: BotId) => boolean
  readonly draftsRefused: (bot: BotId, forGood: boolean) => void
  /** Whether a place takes signs of work: not for a while after one was not taken, as nobody waits for them. */
  readonly activity: (place: Place) => boolean
  readonly activityRefused: (place: Place) => void
  /** What a message of ours shows, as far as is known: a digest. */
  readonly shows: (place: Place, ref: MessageRef, digest: string | null) => void
  readonly shown: (place: Place, ref: MessageRef) => string | null
  readonly pinned: (place: Place, ref: MessageRef) => boolean
  readonly pin: (place: Place, ref: MessageRef, pinned: boolean) => void
}

const DOUBT_MS = 10 * 60_000
const NO_ACTIVITY_MS = 60_000
const MOST_REMEMBERED = 2_000

export function createKnownOfBots(clock: Clock): KnownOfBots {
  const noRich = new Map<BotId, number>()
  const noDrafts = new Map<BotId, number>()
  const noActivity = createRecent<number>()
  const shown = createRecent<string>()
  const pinned = createRecent<true>()
  const until = (forGood: boolean) => (forGood ? Number.POSITIVE_INFINITY : clock.now().getTime() + DOUBT_MS)
  const holds = (refused: Map<BotId, number>, bot: BotId) => (refused.get(bot) ?? 0) > clock.now().getTime()
  return {
    form: (bot) => (holds(noRich, bot) ? 'entities' : 'rich'),
    richRefused: (bot, forGood) => void noRich.set(bot, until(forGood)),
    drafts: (bot) => !holds(noDrafts, bot),
    draftsRefused: (bot, forGood) => void noDrafts.set(bot, until(forGood)),
    activity: (place) => (noActivity.get(placeKey(place)) ?? 0) <= clock.now().getTime(),
    activityRefused: (place) => noActivity.set(placeKey(place), clock.now().getTime() + NO_ACTIVITY_MS),
    shows: (place, ref, digest) => shown.set(keyOf(place, ref), digest),
    shown: (place, ref) => shown.get(keyOf(place, ref)),
    pinned: (place, ref) => pinned.get(keyOf(place, ref)) === true,
    pin: (place, ref, is) => pinned.set(keyOf(place, ref), is ? true : null),
  }
}

export function digestOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('\0')
  return hash.digest('base64')
}

function keyOf(place: Place, ref: MessageRef): string {
  return `${place.bot}/${place.chat}/${ref}`
}

function createRecent<Value>() {
  const values = new Map<string, Value>()
  return {
    get: (key: string): Value | null => values.get(key) ?? null,
    set: (key: string, value: Value | null) => {
      values.delete(key)
      if (value !== null) values.set(key, value)
      const oldest = values.keys().next()
      if (values.size > MOST_REMEMBERED && oldest.done !== true) values.delete(oldest.value)
    },
  }
}
