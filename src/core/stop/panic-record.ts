// The record of a panic: that it is on, since when and by whom, and what it stopped. It outlives whoever began it.
import type { MemoStore } from '../ports/memo-store.ts'
import type { TaskId, UserId } from '../vocabulary/ids.ts'

export type PanicRecord = { readonly by: UserId; readonly at: Date }

const NAME = 'panic'
/** Apart from the other, so that whoever adds to it never turns on what somebody just turned off. */
const STOPPED = 'panic/stopped'
const MOST_NAMED = 1_000

/** Null while nothing is stopped. */
export async function panicRecord(memos: MemoStore): Promise<PanicRecord | null> {
  const text = await memos.get(NAME)
  if (text === null || text === '') return null
  const { by, at }: { readonly by: UserId; readonly at: string } = JSON.parse(text)
  return { by, at: new Date(at) }
}

export async function recordPanic(memos: MemoStore, record: PanicRecord | null): Promise<void> {
  await memos.set(NAME, record === null ? '' : JSON.stringify(record))
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
