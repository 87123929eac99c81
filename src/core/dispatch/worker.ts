// The worker: claims tasks, runs several at once, keeps their leases alive, and stops them the moment it is told to.
import type { TaskId, WorkerId } from '../vocabulary/ids.ts'
import type { Claim, TaskQueue } from '../ports/task-queue.ts'
import { createResidents } from './residents.ts'
import type { ResidentLimits } from './residents.ts'
import { runTask } from './run-task.ts'
import type { Interruption, RunDeps, RunEnd } from './run-task.ts'

export type WorkerDeps = Omit<RunDeps, 'worker'> & { readonly queue: TaskQueue }

export type WorkerConfig = ResidentLimits & {
  readonly id: WorkerId
  readonly concurrency: number
  readonly leaseMs: number
  /** How often to look for work without being told of it. */
  readonly pollMs: number
  /** Work on this task alone; null for whatever comes. */
  readonly only: TaskId | null
}

export type Worker = {
  /** Runs until `stop`. Rejects never: what breaks is logged and tried again. */
  readonly start: () => void
  /** Interrupts what runs, gives the claims back, ends the previews. Resolves when no process of a task is left. */
  readonly stop: () => Promise<void>
  /** Resolves when nothing is running and no preview is kept. */
  readonly idle: () => Promise<void>
}

type Job = { readonly claim: Claim; readonly controller: AbortController; readonly done: Promise<void> }

export function createWorker(deps: WorkerDeps, config: WorkerConfig): Worker {
  const jobs = new Map<TaskId, Job>()
  const residents = createResidents(deps, config)
  const stopping = new AbortController()
  const loops: Promise<void>[] = []
  let wake: () => void = () => undefined

  const unsubscribe = deps.signals.subscribe((signal) => {
    if (signal.type === 'work') wake()
    if (signal.type !== 'abort') return
    interrupt(signal.taskId, 'aborting')
    void residents.close(signal.taskId, 'closed on request')
  })

  function interrupt(taskId: TaskId, why: Interruption): void {
    jobs.get(taskId)?.controller.abort(why)
  }

  async function claimLoop(): Promise<void> {
    while (!stopping.signal.aborted) {
      const pause = new AbortController()
      wake = () => pause.abort()
      try {
        const free = config.concurrency - jobs.size
        const request = { worker: config.id, limit: free, leaseMs: config.leaseMs, only: config.only }
        const claims = free > 0 ? await deps.queue.claim(request) : []
        for (const claim of claims) begin(claim)
        if (claims.length > 0 && jobs.size < config.concurrency) continue
      } catch (error) {
        deps.telemetry.log('error', 'Claiming failed', { worker: config.id, error: String(error) })
      }
      await deps.clock.sleep(config.pollMs, AbortSignal.any([pause.signal, stopping.signal]))
    }
  }

  function begin(claim: Claim): void {
    const controller = new AbortController()
    // Told to stop between the claim and now.
    if (stopping.signal.aborted) controller.abort('shutdown' satisfies Interruption)
    deps.telemetry.count('claims_total')
    const done = work(claim, controller).finally(() => {
      jobs.delete(claim.task.id)
      wake()
    })
    jobs.set(claim.task.id, { claim, controller, done })
  }

  async function work(claim: Claim, controller: AbortController): Promise<void> {
    const end = await runTask({ ...deps, worker: config.id }, claim, controller.signal)
    await settle(claim, end)
  }

  async function settle(claim: Claim, end: RunEnd): Promise<void> {
    const { id } = claim.task
    if (end.type === 'over') {
      deps.telemetry.count('tasks_finished_total', { status: end.task.status })
      deps.telemetry.time('task_seconds', (deps.clock.now().getTime() - end.task.createdAt.getTime()) / 1_000, {
        status: end.task.status,
      })
      if (end.workshop !== null) await residents.keep(id, end.workshop)
    }
    if (end.type === 'released') {
      try {
        await deps.queue.release({ taskId: id, token: claim.token }, end.delayMs)
        deps.signals.publish({ type: 'work' })
      } catch (error) {
        deps.telemetry.log('warn', 'A claim could not be given back; its lease will run out', {
          task_id: id,
          error: String(error),
        })
      }
    }
  }

  async function leaseLoop(): Promise<void> {
    let renewed = deps.clock.now().getTime()
    while (!stopping.signal.aborted) {
      await deps.clock.sleep(config.leaseMs / 3, stopping.signal)
      if (stopping.signal.aborted) return
      const held = [...jobs.values()].map((job) => ({ taskId: job.claim.task.id, token: job.claim.token }))
      try {
        const began = deps.clock.now().getTime()
        const states = await deps.queue.renew(config.id, held, config.leaseMs)
        renewed = began
        for (const { taskId, state } of states) {
          if (state === 'held') continue
          if (state === 'lost') deps.telemetry.count('leases_lost_total')
          interrupt(taskId, state)
        }
      } catch (error) {
        deps.telemetry.log('error', 'Leases could not be renewed', { worker: config.id, error: String(error) })
        // Past its lease somebody else may run the task: better to stop than to work for nothing beside them.
        if (deps.clock.now().getTime() - renewed < config.leaseMs) continue
        for (const { taskId } of held) interrupt(taskId, 'lost')
      }
    }
  }

  return {
    start: () => {
      loops.push(claimLoop(), leaseLoop(), residents.sweep(stopping.signal))
    },
    stop: async () => {
      stopping.abort()
      for (const taskId of jobs.keys()) interrupt(taskId, 'shutdown')
      await Promise.all([...jobs.values()].map((job) => job.done))
      await residents.closeAll('the platform was stopped')
      unsubscribe()
      await Promise.all(loops)
    },
    idle: async () => {
      while (jobs.size > 0 || residents.count() > 0) {
        await Promise.all([...jobs.values()].map((job) => job.done))
        await deps.clock.sleep(100)
      }
    },
  }
}
