// An installation of real processes on a real database in a temporary place, to be killed at will: this test process is
// the interface that accepts and looks, the workers are `factotum up --roles worker`.
import type { ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '../../src/config.ts'
import { acceptRequest } from '../../src/core/task/accept-request.ts'
import type { Request } from '../../src/core/task/accept-request.ts'
import { evolve } from '../../src/core/task/evolve.ts'
import { readLog } from '../../src/core/task/read-log.ts'
import type { TaskEvent } from '../../src/core/vocabulary/event.ts'
import { mayFollowTheEnd } from '../../src/core/vocabulary/event.ts'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'
import { OWNER } from '../../src/core/vocabulary/principal.ts'
import type { Task } from '../../src/core/vocabulary/task.ts'
import { isTerminal } from '../../src/core/vocabulary/task.ts'
import { openPlatform } from '../../src/processes/platform.ts'
import type { Platform } from '../../src/processes/platform.ts'
import { newPlace } from '../support/factotum.ts'

export type Arena = {
  readonly platform: Platform
  readonly folder: string
  /** Starts one more worker process. */
  readonly hire: () => ChildProcess
  readonly workers: ReadonlySet<ChildProcess>
  readonly ask: (text: string, taskType: Request['taskType'], externalId?: string) => Promise<Task>
  /** Waits until every one of them is over; throws when that takes too long. */
  readonly allOver: (tasks: readonly TaskId[], patienceMs: number) => Promise<readonly Task[]>
  readonly log: (taskId: TaskId) => Promise<readonly TaskEvent[]>
  /** Stops the workers the polite way and closes everything. Returns the processes of the installation that are left. */
  readonly leave: () => Promise<readonly string[]>
}

export async function openArena(environment: Readonly<Record<string, string>> = {}): Promise<Arena> {
  const settings = { WORKER_LEASE_SECONDS: '2', LOG_LEVEL: 'warn', ...environment }
  const place = await newPlace(settings, { embedded: true })
  const config = readConfig(place.folder, { DATA_DIR: place.dataDir, ...settings })
  const platform = await openPlatform(config, { say: () => undefined, logTo: 'file' })
  const workers = new Set<ChildProcess>()
  let asked = 0
  return {
    platform,
    folder: place.folder,
    workers,
    hire: () => {
      const { child, ended } = place.start('up', '--roles', 'worker')
      workers.add(child)
      void ended.then(({ code, stderr }) => {
        workers.delete(child)
        // Killed workers say nothing; one that leaves by itself should not.
        if (code !== null && code !== 0) process.stderr.write(`A worker ended with ${code}: ${stderr}\n`)
      })
      return child
    },
    ask: async (text, taskType, externalId = `message-${(asked += 1)}`) => {
      const accepted = await acceptRequest(platform, {
        interface: 'http',
        chat: 'chaos',
        externalId,
        author: OWNER,
        text,
        raw: {},
        taskType,
        source: { type: 'empty' },
      })
      if ('type' in accepted) throw new Error(`A good request was refused: ${accepted.type}`)
      return accepted.task
    },
    allOver: async (tasks, patienceMs) => {
      const until = Date.now() + patienceMs
      for (;;) {
        const now = await Promise.all(tasks.map((id) => platform.store.get(id)))
        const there = now.filter((task) => task !== null)
        if (there.length === tasks.length && there.every((task) => isTerminal(task.status))) return there
        if (Date.now() > until)
          throw new Error(`After ${patienceMs} ms: ${there.map((task) => `${task.id} ${task.status}`).join(', ')}`)
        await sleep(100)
      }
    },
    log: (taskId) => readLog(platform.store, taskId),
    leave: async () => {
      const gone = [...workers].map((child) => new Promise((resolve) => child.once('close', resolve)))
      for (const child of workers) child.kill('SIGTERM')
      await Promise.all(gone)
      await platform.close()
      // What was killed a moment ago may still be on its way out.
      for (let look = 0; look < 20 && processesIn(place.folder).length > 0; look += 1) await sleep(100)
      const left = processesIn(place.folder)
      await place.leave()
      return left
    },
  }
}

/** What a task's log breaks of the promises of every log; empty when nothing. */
export function brokenIn(task: Task, log: readonly TaskEvent[]): string[] {
  const broken: string[] = []
  if (log.some((event, index) => event.seq !== index + 1)) broken.push('its event numbers have gaps or repeats')
  const ends = log.filter((event) => /^task\.(completed|failed|aborted)$/.test(event.type))
  if (ends.length !== 1) broken.push(`it ended ${ends.length} times`)
  const late = log.filter((event) => event.seq > (ends[0]?.seq ?? 0) && !mayFollowTheEnd(event.type))
  if (ends.length > 0 && late.length > 0) broken.push(`after its end came ${late.map(({ type }) => type).join(', ')}`)
  const steps = log.flatMap((event) => (event.type === 'step.completed' ? [event.data.step] : []))
  const twice = steps.filter((step, index) => steps.indexOf(step) !== index)
  if (twice.length > 0) broken.push(`these steps were completed twice: ${twice.join(', ')}`)
  // The log may have grown since the task was read (a preview that closed): the task is the fold of what it has counted.
  const folds: Task[] = []
  for (const event of log) folds.push(evolve(folds.at(-1) ?? null, event))
  const folded = folds[task.lastSeq - 1]
  if (folded?.status !== task.status || folded.lastSeq !== task.lastSeq) broken.push('it is not the fold of its log')
  return broken
}

/** Processes of this machine that name the folder, or `mark`, in their command line. */
export function processesIn(folder: string, mark = folder): string[] {
  const found: string[] = []
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      if (command.includes(folder) || command.includes(mark)) found.push(`${pid} ${command.slice(0, 200)}`)
    } catch {
      // It ended while we looked.
    }
  }
  return found
}
