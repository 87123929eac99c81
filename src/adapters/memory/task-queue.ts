// A TaskQueue in memory, over the records of the in-memory TaskStore.
import type { Clock } from '../../core/ports/clock.ts'
import type { Claim, TaskQueue } from '../../core/ports/task-queue.ts'
import type { TaskStatus } from '../../core/vocabulary/task.ts'
import type { TaskRecords } from './task-records.ts'

const ALIVE_MS = 30_000

export function createMemoryTaskQueue(records: TaskRecords, clock: Clock): TaskQueue {
  const now = () => clock.now().getTime()
  return {
    claim: async ({ worker, limit, leaseMs, only }) => {
      records.workers.set(worker, now())
      if (records.paused) return []
      const ready = [...records.tasks.values()]
        .filter((record) => record.claimableAt !== null && record.claimableAt <= now())
        .filter((record) => only === null || record.task.id === only)
        .toSorted((a, b) => (a.claimableAt ?? 0) - (b.claimableAt ?? 0) || a.order - b.order)
        .slice(0, Math.max(0, limit))
      return ready.map((record): Claim => {
        records.lastToken += 1n
        record.token = records.lastToken
        record.attempt += 1
        record.worker = worker
        record.claimableAt = now() + leaseMs
        return { task: record.task, token: record.token, attempt: record.attempt }
      })
    },
    renew: async (worker, claims, leaseMs) => {
      records.workers.set(worker, now())
      return claims.map(({ taskId, token }) => {
        const record = records.tasks.get(taskId)
        if (record === undefined || record.token !== token || record.claimableAt === null) {
          return { taskId, state: 'lost' as const }
        }
        record.claimableAt = now() + leaseMs
        return { taskId, state: record.task.status === 'aborting' ? ('aborting' as const) : ('held' as const) }
      })
    },
    release: async ({ taskId, token }, delayMs) => {
      const record = records.tasks.get(taskId)
      if (record === undefined || record.token !== token || record.claimableAt === null) return
      // A token of nobody: what the former holder still writes is stale from here on.
      records.lastToken += 1n
      record.token = records.lastToken
      record.worker = null
      record.claimableAt = now() + delayMs
    },
    bury: async (worker) => {
      records.workers.delete(worker)
      const held = [...records.tasks.values()].filter(
        (record) => record.worker === worker && record.claimableAt !== null,
      )
      for (const record of held) {
        records.lastToken += 1n
        record.token = records.lastToken
        record.worker = null
        record.claimableAt = now()
      }
      return held.length
    },
    setPaused: async (paused) => {
      records.paused = paused
    },
    state: async () => {
      const counts: Partial<Record<TaskStatus, number>> = {}
      for (const { task } of records.tasks.values()) counts[task.status] = (counts[task.status] ?? 0) + 1
      const workers = [...records.workers].filter(([, seen]) => now() - seen <= ALIVE_MS).map(([worker]) => worker)
      return { paused: records.paused, counts, workers }
    },
  }
}
