// The record of a panic: that it is on, since when and by whom, and what it stopped. It outlives whoever began it.
import type { MemoStore } from '../ports/memo-store.ts'
import type { TaskId, UserId } from '../vocabulary/ids.ts'

export type PanicRecord = { readonly by: UserId; readonly at: Date }

const NAME = 'panic'
/** When work last went on. A record from before is over, also one that reaches the store later, from a process that was slow. */
const OVER = 'panic/over'
/** Apart from the other, so that whoever adds to it never turns on what somebody just turned off. */
const STOPPED = 'panic/stopped'
const MOST_NAMED = 1_000

/** Null while nothing is stopped. */
export async function panicRecord(memos: MemoStore): Promise<PanicRecord | null> {
  const text = await memos.get(NAME)
  if (text === null || text === '') return null
  const { by, at }: { readonly by: UserId; readonly at: string } = JSON.parse(text)
  const record = { by, at: new Date(at) }
  return (await isOver(memos, record.at)) ? null : record
}

/** Whether somebody let work go on since then. */
export async function isOver(memos: MemoStore, at: Date): Promise<boolean> {
  const over = await overSince(memos)
  return over !== null && over >= at
}

/** A moment that is after the last time that work went on, whichever machine's clock said so. */
export async function notOverAt(memos: MemoStore, now: Date): Promise<Date> {
  const over = await overSince(memos)
  return over === null || over < now ? now : new Date(over.getTime() + 1)
}

async function overSince(memos: MemoStore): Promise<Date | null> {
  const text = await memos.get(OVER)
  return text === null ? null : new Date(text)
}

export async function recordPanic(memos: MemoStore, record: PanicRecord): Promise<void> {
  await memos.set(NAME, JSON.stringify(record))
}

/** Whatever was recorded until then is over. */
export async function recordOver(memos: MemoStore, at: Date): Promise<void> {
  await memos.set(OVER, (await notOverAt(memos, at)).toISOString())
  await memos.set(NAME, '')
}

/** What a panic stopped so far, oldest first; at most 1,000 are named. */
export async function stoppedBy(memos: MemoStore, { at }: PanicRecord): Promise<readonly TaskId[]> {
  const text = await memos.get(STOPPED)
  if (text === null) return []
  const known: { readonly at: string; readonly tasks: readonly TaskId[] } = JSON.parse(text)
  return known.at === at.toISOString() ? known.tasks : []
}

export async function addStopped(memos: MemoStore, record: PanicRecord, tasks: readonly TaskId[]): Promise<void> {
  const all = [...new Set([...(await stoppedBy(memos, record)), ...tasks])].slice(0, MOST_NAMED)
  await memos.set(STOPPED, JSON.stringify({ at: record.at.toISOString(), tasks: all }))
}
