// How often people may ask for work, and how much of it they may have open at once.
import type { RateLimit, RateLimits } from '../ports/rate-limits.ts'
import type { TaskStore } from '../ports/task-store.ts'
import type { UserId } from '../vocabulary/ids.ts'
import type { TaskStatus } from '../vocabulary/task.ts'
import type { Role } from './scopes.ts'

/** 0 is no limit. */
export type RequestSettings = {
  /** Of one person. */
  readonly perMinute: number
  /** Of all who are not owners. */
  readonly perMinuteAll: number
  /** Of one owner, whose requests are none of the others'. */
  readonly ownerPerMinute: number
  /** Tasks of one person that run or wait for a worker. */
  readonly tasksAtOnce: number
}

export const NO_REQUEST_LIMITS: RequestSettings = { perMinute: 0, perMinuteAll: 0, ownerPerMinute: 0, tasksAtOnce: 0 }

export type Asker = {
  readonly userId: UserId
  readonly role: Role
  /** All ids of the same person, in the same order whichever they ask with. */
  readonly ids: readonly UserId[]
}

/** Why not now. `waitMs`: when asking again may help; null where that depends on tasks that end. */
export type TooMuch =
  | { readonly type: 'too_often'; readonly waitMs: number; readonly all: boolean }
  | { readonly type: 'too_many_tasks'; readonly most: number }

type RequestDeps = { readonly rates: RateLimits; readonly store: Pick<TaskStore, 'list'> }

const MINUTE_MS = 60_000
const ALL = 'requests:all'
const BUSY: readonly TaskStatus[] = ['pending', 'routing', 'queued', 'running', 'aborting']

/** Which limits a request counts for: the person is one, whichever of their ids they ask with. */
function requestLimits({ userId, role, ids }: Asker, settings: RequestSettings): readonly RateLimit[] {
  const key = `requests:${ids[0] ?? userId}`
  const wanted: readonly RateLimit[] =
    role === 'owner'
      ? [{ key: `${key}/owner`, points: settings.ownerPerMinute, perMs: MINUTE_MS }]
      : [
          { key, points: settings.perMinute, perMs: MINUTE_MS },
          { key: ALL, points: settings.perMinuteAll, perMs: MINUTE_MS },
        ]
  return wanted.filter(({ points }) => points > 0)
}

/** Whether anything is counted for them at all. */
export function isLimited(asker: Asker, settings: RequestSettings): boolean {
  return (asker.role !== 'owner' && settings.tasksAtOnce > 0) || requestLimits(asker, settings).length > 0
}

/**
 * Counts a request, unless it is one too many: null where it may go on. `startsWork`: whether a task may come of it. Of requests that
 * race one more task than is allowed may begin; never one more request than is allowed.
 */
export async function takeRequest(
  deps: RequestDeps,
  asker: Asker,
  settings: RequestSettings,
  { startsWork }: { readonly startsWork: boolean },
): Promise<TooMuch | null> {
  if (startsWork && asker.role !== 'owner' && settings.tasksAtOnce > 0) {
    const limit = settings.tasksAtOnce
    const { items } = await deps.store.list({ userId: asker.ids, statuses: BUSY, limit, cursor: null })
    if (items.length >= limit) return { type: 'too_many_tasks', most: limit }
  }
  const limits = requestLimits(asker, settings)
  if (limits.length === 0) return null
  const answer = await deps.rates.take(limits)
  return answer.type === 'ok' ? null : { type: 'too_often', waitMs: answer.waitMs, all: answer.key === ALL }
}

/** In whole seconds, at least one. */
export function secondsOf(waitMs: number): number {
  return Math.max(1, Math.ceil(waitMs / 1_000))
}

/** For people: what is too much, and when to come back. */
export function tooMuchText(it: TooMuch): string {
  switch (it.type) {
    case 'too_often': {
      const seconds = secondsOf(it.waitMs)
      const why = it.all ? 'A lot is asked of me right now.' : 'That was a lot in a minute.'
      return `${why} Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`
    }
    case 'too_many_tasks':
      return `${it.most} of your tasks are open already, which is as many as go at once. Try again when one is done, or stop one.`
  }
}
