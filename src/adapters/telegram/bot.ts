// The life of one bot in this process: who it is, whose turn it is to run it, how its updates come, and how it fares.
import type { Clock } from '../../core/ports/clock.ts'
import type { Inbox } from '../../core/ports/inbox.ts'
import type { MemoStore } from '../../core/ports/memo-store.ts'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import type { ChatEvent } from '../../core/vocabulary/chat-message.ts'
import type { UserId } from '../../core/vocabulary/ids.ts'
import type { BotId } from '../../core/vocabulary/place.ts'
import { abortable, createTelegramApi } from './api.ts'
import type { TelegramApi } from './api.ts'
import { backoffMs } from './backoff.ts'
import { errorToCallFailure } from './call-failure.ts'
import { syncCommandMenu } from './command-menu.ts'
import { withDeadline } from './deadline.ts'
import { judge } from './health.ts'
import type { BotSight } from './health.ts'
import { createInboxLoop } from './inbox-loop.ts'
import type { InboxLoop } from './inbox-loop.ts'
import { keepLease, obtainLease } from './lease.ts'
import type { LeaseDeps } from './lease.ts'
import { normalize } from './normalize.ts'
import { poll } from './poll.ts'
import type { PollSettings } from './poll.ts'
import { tellOfTrouble } from './trouble-note.ts'
import type { Turns } from './turns.ts'
import { removeWebhook, watchWebhook } from './webhook-watch.ts'

export type BotDeps = LeaseDeps & {
  readonly receive: (event: ChatEvent) => Promise<void>
  readonly inbox: Inbox
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly remembered: MemoStore
  readonly owners: () => Promise<readonly UserId[]>
  /** This process runs the bot from now on. Nothing is worked off before it resolves; where it rejects, the bot starts anew. */
  readonly onHeld: (bot: BotId, username: string) => Promise<void>
  /** It does not any more. The lease is kept until this resolves, where it can be. */
  readonly onLost: (bot: BotId) => Promise<void>
  /** Bounds what is worked off at once. */
  readonly turns: Turns
  /** Bounds how many bots introduce themselves at once. */
  readonly starts: Turns
  readonly pollSettings: PollSettings
  /** How often to look into the inbox without being told. */
  readonly inboxPollMs: number
}

export type BotOptions = {
  readonly id: BotId
  readonly token: string
  readonly apiRoot: string
  readonly mode:
    | { readonly type: 'poll' }
    | { readonly type: 'webhook'; readonly url: string; readonly secretToken: string }
}

export type TelegramBot = {
  readonly id: BotId
  readonly api: TelegramApi
  /** Returns at once, and tries again whatever fails. */
  readonly start: () => void
  readonly stop: () => Promise<void>
  /** Its inbox has something new. */
  readonly wake: () => void
  /** Its inbox may have something new. */
  readonly hint: () => void
  readonly isHeld: () => boolean
  readonly username: () => string | null
  readonly sight: () => BotSight
}

const GET_ME_MS = 15_000
/** A token that was refused may only have been so by a passing fault at Telegram. */
const BROKEN_PAUSE_MS = 900_000
const REFUSED_PAUSE_MS = 1_000
const MENU_MS = 3_600_000

export function createTelegramBot(deps: BotDeps, options: BotOptions): TelegramBot {
  const { clock, telemetry } = deps
  const { id, mode } = options
  const api = createTelegramApi({ token: options.token, apiRoot: options.apiRoot })
  const stopping = new AbortController()
  let username: string | null = null
  /** In milliseconds of our clock: a process that stood still learns by it that the bot may be another's by now. */
  let heldUntil = 0
  let life: Promise<unknown> = Promise.resolve()
  let sight: BotSight = {
    mode: mode.type,
    phase: 'starting',
    holder: null,
    since: null,
    answeredAt: null,
    trouble: null,
    pollTimeoutMs: deps.pollSettings.timeoutSeconds * 1_000,
    webhook: null,
    lastUpdateAt: null,
  }
  const see = (change: Partial<BotSight>) => {
    sight = { ...sight, ...change }
  }

  let inboxLoop: InboxLoop | null = null

  async function live(): Promise<void> {
    const { signal } = stopping
    let refusals = 0
    while (!signal.aborted) {
      try {
        if (!(await introduce(signal))) {
          await clock.sleep(BROKEN_PAUSE_MS, signal)
          continue
        }
        const obtainedAt = await obtainLease(deps, leaseName(id), note, onLease, signal)
        if (obtainedAt !== null && username !== null) await hold(username, obtainedAt, signal)
        refusals = sight.answeredAt === null ? refusals : 0
        if (username === null) {
          // It could say who it is, and was refused everything else: a passing fault, or one that no haste ends.
          refusals += 1
          await clock.sleep(backoffMs(refusals, REFUSED_PAUSE_MS, BROKEN_PAUSE_MS), signal)
        }
      } catch (error) {
        const cause = error instanceof Error ? (error.cause ?? error) : error
        telemetry.log('error', 'A bot stumbled and starts anew', { bot: id, error: String(cause) })
        await clock.sleep(backoffMs(1, 5_000, 5_000), signal)
      }
    }
  }

  /** Asks Telegram who the bot is, until it says so. False: the token does not hold. */
  async function introduce(signal: AbortSignal): Promise<boolean> {
    for (let failures = 1; !signal.aborted && username === null; failures += 1) {
      const release = await deps.starts.take(id)
      try {
        if (signal.aborted) return true
        const me = await withDeadline({ clock, ms: GET_ME_MS, signal }, (cut) => api.raw.getMe(abortable(cut)))
        username = me.username
        see({ trouble: null })
        return true
      } catch (error) {
        if (signal.aborted) return true
        const failure = errorToCallFailure(error)
        see({ trouble: { where: 'telegram', failure } })
        telemetry.log('warn', 'A bot could not introduce itself', { bot: id, reason: failure.reason })
        if (failure.type === 'broken') return false
        release()
        await clock.sleep(
          failure.type === 'slow_down' ? failure.retryAfterMs : backoffMs(failures, 1_000, 60_000),
          signal,
        )
      } finally {
        release()
      }
    }
    return true
  }

  function onLease(observed: Parameters<Parameters<typeof obtainLease>[3]>[0]): void {
    if (observed.type === 'elsewhere') see({ phase: 'elsewhere', holder: observed.holder, trouble: null })
    else see({ trouble: { where: 'store', failure: { type: 'unreachable', reason: observed.reason } } })
  }

  /** Everything that only one process may do, until it is stopped or may not do it any more. */
  async function hold(name: string, obtainedAt: number, signal: AbortSignal): Promise<void> {
    const [ending, leaving] = [new AbortController(), new AbortController()]
    const until = AbortSignal.any([ending.signal, signal])
    const end = () => ending.abort()
    see({ phase: 'holding', holder: null, since: clock.now(), answeredAt: null, trouble: null, webhook: null })
    const working = createInboxLoop({ ...deps, bot: id, pollMs: deps.inboxPollMs, handle })
    inboxLoop = working
    // Renewed until nothing is done in its name any more, which may be later than being told to stop.
    const held = (until: number) => void (heldUntil = until)
    const lease = keepLease(deps, leaseName(id), note, obtainedAt, held, leaving.signal).then((why) => {
      if (why === 'lost') telemetry.log('warn', 'A bot was lost to another process', { bot: id })
      end()
    })
    const ready = deps.onHeld(id, name)
    const results = await Promise.allSettled([
      ready.then(() => working.run(until)).finally(end),
      receiveUpdates(until)
        .then((why) => {
          // Introduced again after a while: it may hold by then.
          if (why === 'broken') username = null
        })
        .finally(end),
      lookAfterMenu(until),
    ])
    if (!signal.aborted) see({ phase: 'starting' })
    await attempt('A bot could not be let go cleanly', () => deps.onLost(id))
    leaving.abort()
    await lease
    // Somebody else's lease is not touched by this.
    await attempt('A lease could not be given back; it will run out', () =>
      deps.leases.release(leaseName(id), deps.worker),
    )
    const broken = results.find((result) => result.status === 'rejected')
    if (broken !== undefined) throw new Error('A bot could not be run', { cause: broken.reason })
  }

  async function attempt(otherwise: string, what: () => Promise<void>): Promise<void> {
    try {
      await what()
    } catch (error) {
      telemetry.log('warn', otherwise, { bot: id, error: String(error) })
    }
  }

  async function handle(items: Parameters<typeof normalize>[0]): Promise<void> {
    const event = normalize(items, { id, username: username ?? '' })
    if (event !== null) await deps.receive(event)
  }

  async function receiveUpdates(signal: AbortSignal): Promise<'stopped' | 'broken'> {
    const shared = { bot: id, api, clock, telemetry }
    if (mode.type === 'webhook') {
      return watchWebhook(
        {
          ...shared,
          observe: (observed) => {
            if (observed.type === 'failed') see({ trouble: observed })
            else see({ trouble: null, answeredAt: observed.sight.at, webhook: observed.sight })
          },
        },
        mode,
        signal,
      )
    }
    if (!(await withoutWebhook(signal))) return signal.aborted ? 'stopped' : 'broken'
    return poll(
      {
        ...shared,
        inbox: deps.inbox,
        settings: deps.pollSettings,
        onStored: (items) => inboxLoop?.wake(items),
        observe: (observed) => {
          if (observed.type === 'failed') return see({ trouble: observed })
          const now = clock.now()
          see({ trouble: null, answeredAt: now, ...(observed.updates > 0 && { lastUpdateAt: now }) })
        },
      },
      signal,
    )
  }

  /** False where it can't be: stopped, or the token does not hold. */
  async function withoutWebhook(signal: AbortSignal): Promise<boolean> {
    for (let failures = 1; !signal.aborted; failures += 1) {
      try {
        await removeWebhook({ bot: id, api, clock, telemetry }, signal)
        return true
      } catch (error) {
        if (signal.aborted) return false
        const failure = errorToCallFailure(error)
        see({ trouble: { where: 'telegram', failure } })
        if (failure.type === 'broken') return false
        // A server that knows nothing of webhooks has none. If it has, polls are told so.
        if (failure.type === 'refused') return true
        await clock.sleep(
          failure.type === 'slow_down' ? failure.retryAfterMs : backoffMs(failures, 500, 30_000),
          signal,
        )
      }
    }
    return false
  }

  /** Owners come and go, and what failed is tried again. */
  async function lookAfterMenu(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await syncCommandMenu({ ...deps, bot: id, api }, signal)
      await clock.sleep(MENU_MS, signal)
    }
  }

  /** What operators see, whichever of their processes they ask. */
  const note = () => ({
    username,
    mode: mode.type,
    ...judge(sight, clock.now()),
    last_update_at: sight.lastUpdateAt?.toISOString() ?? null,
  })
  const troubleNote = () => (sight.phase === 'starting' && sight.trouble !== null ? note() : null)

  return {
    id,
    api,
    start: () => {
      life = Promise.all([live(), tellOfTrouble(deps, troubleName(id), troubleNote, stopping.signal)])
    },
    stop: async () => {
      stopping.abort()
      await life
      see({ phase: 'stopped' })
    },
    wake: () => inboxLoop?.wake(),
    hint: () => inboxLoop?.hint(),
    isHeld: () => sight.phase === 'holding' && clock.now().getTime() < heldUntil,
    username: () => username,
    sight: () => sight,
  }
}

function leaseName(bot: BotId): string {
  return `telegram:${bot}`
}

/** Under which a bot that nobody can run is told of. */
function troubleName(bot: BotId): string {
  return `telegram-trouble:${bot}`
}
