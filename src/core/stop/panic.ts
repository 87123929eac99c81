// The big red button: everything that runs is stopped, and nothing starts until somebody says so. The kill comes first and needs no
// database and no worker that answers; what it means is recorded beside it, and made up for by whoever looks after the platform where
// that was cut off.
import type { AuditRecorder } from '../ports/audit-log.ts'
import type { MemoStore } from '../ports/memo-store.ts'
import type { PreviewStore } from '../ports/preview-store.ts'
import type { SandboxProvider } from '../ports/sandbox.ts'
import type { StopLatch } from '../ports/stop-latch.ts'
import type { TaskQueue } from '../ports/task-queue.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { LogDeps } from '../task/apply-command.ts'
import { appendFromOutside, applyCommand } from '../task/apply-command.ts'
import { closePreviews } from '../task/close-previews.ts'
import type { TaskId, UserId } from '../vocabulary/ids.ts'
import type { Task, TaskStatus } from '../vocabulary/task.ts'
import { messageOf } from '../vocabulary/thrown.ts'
import { addStopped, isOver, notOverAt, panicRecord, recordOver, recordPanic, stoppedBy } from './panic-record.ts'
import type { PanicRecord } from './panic-record.ts'

export type StopDeps = LogDeps & {
  readonly sandboxes: Pick<SandboxProvider, 'kill'>
  readonly latch: StopLatch
  readonly memos: MemoStore
  readonly queue: Pick<TaskQueue, 'setPaused' | 'state'>
  readonly previewStore: PreviewStore
  readonly recorder: AuditRecorder
  readonly telemetry: Telemetry
  /** Tells whoever has to know beside the one who did it. Called again for the same it tells nothing new. */
  readonly tell: (news: StopNews) => Promise<void>
}

/** `at`: since when everything is, or was, stopped. */
export type StopNews = { readonly type: 'on' | 'off'; readonly by: UserId; readonly at: Date }

/** What a panic came to, since it began. */
export type Stopped = {
  /** That were at work and had to stop. */
  readonly tasks: readonly Task[]
  readonly previews: number
  /** On this machine. */
  readonly sandboxes: number
  /** Until none of their processes was left, on this machine. */
  readonly killMs: number
  /** What could not be done yet, one sentence each; it is tried again until it is. */
  readonly problems: readonly string[]
}

const PANIC_REASON = 'Panic: everything was stopped.'

const AT_WORK: readonly TaskStatus[] = ['routing', 'running', 'aborting']
const PAGE = 100
const AT_ONCE = 16
/** Work that was taken up a moment before claims paused shows at the next look. */
const LOOKS = 5
/** A database that does not answer keeps nobody from hearing that everything is stopped. */
const RECORDED_MS = 10_000
/** Whoever began it is still at it. */
const OWN_BUSINESS_MS = 5_000

/**
 * Stops everything. Safe to repeat, and beside others that do the same or the opposite: the last one counts. Never rejects: what could
 * not be done is among the problems.
 */
export async function panicOn(deps: StopDeps, by: UserId): Promise<Stopped> {
  return stopEverything(deps, by, null)
}

/** `since`: of one that was cut off, when it began. It is not begun anew by whoever finishes it. */
async function stopEverything(deps: StopDeps, by: UserId, since: Date | null): Promise<Stopped> {
  const problems: string[] = []
  const at = deps.clock.now()
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      problems.push(`${what}: ${messageOf(error)}`)
      deps.telemetry.log('error', 'A panic could not do all of its work', { what, error: messageOf(error) })
    }
  }
  const killed = new Set<TaskId>()
  const kill = () =>
    attempt('Sandboxes of this machine could not be ended', async () => {
      for (const id of await deps.sandboxes.kill('all')) killed.add(id)
    })

  // What is being opened just now looks at the latch once it is open.
  await attempt('The latch could not be set', () => deps.latch.set({ by, at: since ?? at, recorded: false }))
  deps.signals.publish({ type: 'panic' })
  const killing = kill().then(() => deps.clock.now().getTime() - at.getTime())
  let settled: Settled | null = null
  const settling = within(deps, RECORDED_MS, async () => {
    const known = await panicRecord(deps.memos)
    const record = known ?? { by, at: since ?? (await notOverAt(deps.memos, at)) }
    await recordPanic(deps.memos, record)
    settled = await settle(deps, record)
  })
  const [killMs] = await Promise.all([killing, attempt('It is not recorded yet', () => settling)])
  // Nothing was restarted in between.
  await kill()
  const done: Settled = settled ?? NOTHING_SETTLED
  const { record } = done
  if (record !== null) {
    await attempt('The latch could not be set', () => deps.latch.set({ ...record, recorded: true }))
    await attempt('It is not in the audit log', () =>
      deps.recorder.record(by, 'panic', 'everything was stopped', { on: true }),
    )
    await attempt('Others could not be told', () => deps.tell({ type: 'on', ...record }))
  }
  return { tasks: done.tasks, previews: done.previews, sandboxes: killed.size, killMs, problems }
}

/** Goes on with what waits; what was stopped stays stopped. Safe to repeat. Returns how many tasks wait. */
export async function panicOff(deps: StopDeps, by: UserId): Promise<{ readonly waiting: number }> {
  const at = deps.clock.now()
  const [record, { counts }] = await Promise.all([panicRecord(deps.memos), deps.queue.state()])
  await recordOver(deps.memos, record === null || record.at < at ? at : record.at)
  await pauseAsRecorded(deps)
  await deps.latch.set(null)
  deps.signals.publish({ type: 'work' })
  if (record !== null) {
    await deps.recorder.record(by, 'panic', 'work goes on', { on: false })
    await deps.tell({ type: 'off', by, at: record.at })
  }
  return { waiting: (counts.queued ?? 0) + (counts.pending ?? 0) }
}

/**
 * For the caretaker of every machine, every second or so: finishes a panic that was cut off or that could not be recorded, ends what
 * came up again during one, and lets go of a latch of one that is over.
 */
export async function keepStopped(deps: StopDeps): Promise<void> {
  const [latched, record] = await Promise.all([deps.latch.get(), panicRecord(deps.memos)])
  // Who pulled a latch that can't be read is unknown: where the records tell, nothing is made up for.
  const isBlank = latched !== null && latched.at.getTime() === 0
  if (latched !== null && !latched.recorded && !(isBlank && record !== null)) {
    if (!isBlank && (await isOver(deps.memos, latched.at))) return deps.latch.set(null)
    if (deps.clock.now().getTime() - latched.at.getTime() > OWN_BUSINESS_MS)
      await stopEverything(deps, latched.by, isBlank ? null : latched.at)
    return
  }
  if (record === null) {
    if (latched !== null) await deps.latch.set(null)
    return
  }
  const [killed, relatched] = await Promise.allSettled([
    deps.sandboxes.kill('all'),
    latched === null || isBlank ? deps.latch.set({ ...record, recorded: true }) : null,
  ])
  if (relatched.status === 'rejected')
    deps.telemetry.log('error', 'The latch of a panic could not be set', { error: messageOf(relatched.reason) })
  await settle(deps, record)
  if (killed.status === 'rejected') throw killed.reason
}

type Settled = {
  readonly record: PanicRecord | null
  readonly tasks: readonly Task[]
  readonly previews: number
}
const NOTHING_SETTLED: Settled = { record: null, tasks: [], previews: 0 }

/** Records the panic and what follows from it: nothing is claimed, what is at work is aborted, previews lead nowhere. */
async function settle(deps: StopDeps, record: PanicRecord): Promise<Settled> {
  await pauseAsRecorded(deps)
  const closing = closeAllPreviews(deps)
  // It fails beside the others: whichever fails first is what is told, and a later one is nobody's to catch.
  closing.catch(() => undefined)
  for (let look = 0; look < LOOKS; look += 1) {
    const found = await tasksAtWork(deps)
    if (found.length === 0) break
    // Told of first: done again after a crash, it still says all that it stopped.
    await addStopped(deps.memos, record, found)
    for (let first = 0; first < found.length; first += AT_ONCE)
      await Promise.all(found.slice(first, first + AT_ONCE).map((id) => abortForGood(deps, id, record.by)))
  }
  const previews = await closing
  // Workers that came in between the kill and the pause hear it once more.
  deps.signals.publish({ type: 'panic' })
  const stopped = await Promise.all((await stoppedBy(deps.memos, record)).map((id) => deps.store.get(id)))
  return { record, tasks: stopped.filter((task) => task !== null), previews }
}

/** Its processes are dead: nobody needs to acknowledge that, least of all a worker that may not answer. */
async function abortForGood(deps: StopDeps, id: TaskId, by: UserId): Promise<void> {
  const asked = await applyCommand(deps, id, { type: 'abort', by, reason: PANIC_REASON })
  if ('type' in asked || asked.status !== 'aborting') return
  await appendFromOutside(deps, id, [{ type: 'task.aborted', data: { by, reason: PANIC_REASON } }])
}

async function closeAllPreviews(deps: StopDeps): Promise<number> {
  const tasks = new Set((await deps.previewStore.all()).map(({ taskId }) => taskId))
  const closed = await Promise.all([...tasks].map((id) => closePreviews(deps, id, 'everything was stopped')))
  return closed.flat().length
}

async function tasksAtWork(deps: StopDeps): Promise<readonly TaskId[]> {
  const ids: TaskId[] = []
  for (let cursor: string | null = null; ;) {
    const page = await deps.store.list({ userId: null, statuses: AT_WORK, limit: PAGE, cursor })
    ids.push(...page.items.map(({ id }) => id))
    cursor = page.nextCursor
    if (cursor === null) return ids
  }
}

/** Of an `on` and an `off` that race, the record says which was the last; whoever writes looks at it again. */
async function pauseAsRecorded(deps: StopDeps): Promise<void> {
  for (let round = 0; round < LOOKS; round += 1) {
    const paused = (await panicRecord(deps.memos)) !== null
    await deps.queue.setPaused(paused)
    if (((await panicRecord(deps.memos)) !== null) === paused) return
  }
}

/** Throws when the work takes longer; it goes on all the same. */
async function within(deps: StopDeps, ms: number, work: () => Promise<void>): Promise<void> {
  const late = new AbortController()
  const working = work()
  const outcome = await Promise.race([
    working.then(
      () => null,
      (error: unknown) => ({ error }),
    ),
    deps.clock.sleep(ms, late.signal).then(() => ({ error: new Error('the database does not answer') })),
  ])
  late.abort()
  if (outcome !== null) throw outcome.error
}
