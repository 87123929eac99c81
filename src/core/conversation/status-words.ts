// The words and symbols in which chats tell of tasks: one place, so that every message speaks alike.
import type { CheckStatus } from '../vocabulary/check.ts'
import type { TaskId } from '../vocabulary/ids.ts'
import type { TaskStatus } from '../vocabulary/task.ts'

const STATES: Readonly<Record<TaskStatus, { readonly symbol: string; readonly word: string }>> = {
  pending: { symbol: '🕓', word: 'Received' },
  routing: { symbol: '🔎', word: 'Understanding' },
  needs_approval: { symbol: '✋', word: 'Waiting for a yes' },
  queued: { symbol: '🕓', word: 'Queued' },
  running: { symbol: '⚙️', word: 'Working' },
  aborting: { symbol: '🛑', word: 'Stopping' },
  completed: { symbol: '✅', word: 'Done' },
  failed: { symbol: '❌', word: 'Failed' },
  aborted: { symbol: '🛑', word: 'Stopped' },
}

export const CHECK_MARKS: Readonly<Record<CheckStatus, string>> = { passed: '✅', failed: '❌', skipped: '➖' }
export const SUBTASK_MARKS = { open: '▫️', at_work: '⚙️', done: '✅', failed: '❌' } as const

/** E.g. `⚙️ Working`. */
export function statusWords(status: TaskStatus): string {
  const { symbol, word } = STATES[status]
  return `${symbol} ${word}`
}

/** The end of the id, which is its random part: enough to tell a person's tasks apart. */
export function shortId(taskId: TaskId): string {
  return taskId.slice(-6)
}

/** Whole seconds below a minute, then minutes and seconds, then hours and minutes. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** For what is looked at now and then and must not change all the time: minutes, then fives of them, then hours. */
export function coarseDuration(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / 60_000)
  if (minutes < 1) return 'just begun'
  if (minutes < 10) return `${minutes} min`
  return minutes < 60 ? `${minutes - (minutes % 5)} min` : `${Math.floor(minutes / 60)} h`
}

/**
 * How finely a running task's time is told, in milliseconds: coarser the longer it runs and in groups, where edits are dear, so
 * that time alone seldom changes a message.
 */
export function elapsedGrain(ms: number, direct: boolean): number {
  if (ms < 60_000) return direct ? 5_000 : 15_000
  if (ms < 600_000) return direct ? 15_000 : 30_000
  return 60_000
}

/** Rounded down to its grain. */
export function elapsedNow(ms: number, direct: boolean): number {
  const grain = elapsedGrain(ms, direct)
  return Math.floor(Math.max(0, ms) / grain) * grain
}

/** E.g. `980`, `12.3k`, `1.2M`. */
export function quantity(count: number): string {
  if (count < 1_000) return String(count)
  // What would round up to 1000k is a million.
  const [value, unit] = count < 999_950 ? [count / 1_000, 'k'] : [count / 1_000_000, 'M']
  return `${value.toFixed(1).replace(/\.0$/, '')}${unit}`
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

/** E.g. `14:05 UTC`, with the day where it is another than `near`'s. */
export function clockTime(at: Date, near: Date): string {
  const [day = '', time = ''] = at.toISOString().split('T')
  const minutes = `${time.slice(0, 5)} UTC`
  return near.toISOString().startsWith(day) ? minutes : `${day} ${minutes}`
}
