// The worker: claims tasks, runs several at once, keeps their leases alive, and stops them the moment it is told to.
import type { TaskId, WorkerId } from '../vocabulary/ids.ts'
import type { Task } from '../vocabulary/task.ts'
import type { Claim, TaskQueue } from '../ports/task-queue.ts'
import { applyStandingApproval } from '../approval/standing.ts'
import type { StandingDeps } from '../approval/standing.ts'
import type { Workshop } from '../crew/workshop.ts'
import { noteOfTheDay } from '../memory/daily-notes.ts'
import { onlyWhileHeld } from './held.ts'
import { createResidents } from './residents.ts'
import type { ResidentLimits } from './residents.ts'
import { runTask } from './run-task.ts'
import type { Interruption, RunDeps, RunEnd } from './run-task.ts'

export type WorkerDeps = Omit<RunDeps, 'worker'> & StandingDeps & { readonly queue: TaskQueue }

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

type Job = {
  readonly claim: Claim
  readonly controller: AbortController
  /** Milliseconds of this worker's clock: until then nobody else can have the task. */
  heldUntil: number
  done: Promise<void>
}

export function createWorker(deps: WorkerDeps, config: WorkerConfig): Worker {
  /** By token: a task whose lease ran out may come back to this very worker before it has let go of it. */
  const jobs = new Map<bigint, Job>()
  const residents = createResidents(deps, config)
  const stopping = new AbortController()
  const loops: Promise<void>[] = []
  let wake: () => void = () => undefined

  const unsubscribe = deps.signals.subscribe((signal) => {
    if (signal.type === 'work') wake()
    if (signal.type === 'panic') dropEverything()
    if (signal.type !== 'abort') return
    interrupt(signal.taskId, 'aborting')
    void residents.close(signal.taskId, 'closed on request')
  })

  /** What it means for the tasks is recorded by whoever stops everything. */
  function dropEverything(): void {
    for (const job of jobs.values()) job.controller.abort('panic' satisfies Interruption)
    void residents.closeAll('everything was stopped')
  }

  function interrupt(taskId: TaskId, why: Interruption): void {
    for (const job of jobs.values()) if (job.claim.task.id === taskId) job.controller.abort(why)
  }

  async function claimLoop(): Promise<void> {
    while (!stopping.signal.aborted) {
      const pause = new AbortController()
      wake = () => pause.abort()
      try {
        const free = config.concurrency - jobs.size
        const request = { worker: config.id, limit: free, leaseMs: config.leaseMs, only: config.only }
        const heldUntil = deps.clock.now().getTime() + config.leaseMs
        const claims = free > 0 ? await deps.queue.claim(request) : []
        for (const claim of claims) begin(claim, heldUntil)
        if (claims.length > 0 && jobs.size < config.concurrency) continue
      } catch (error) {
        deps.telemetry.log('error', 'Claiming failed', { worker: config.id, error: String(error) })
      }
      await deps.clock.sleep(config.pollMs, AbortSignal.any([pause.signal, stopping.signal]))
    }
  }

  function begin(claim: Claim, heldUntil: number): void {
    for (const job of jobs.values()) if (job.claim.task.id === claim.task.id) lose(job)
    const controller = new AbortController()
    // Told to stop between the claim and now.
    if (stopping.signal.aborted) controller.abort('shutdown' satisfies Interruption)
    deps.telemetry.count('claims_total')
    const job: Job = { claim, controller, heldUntil, done: Promise.resolve() }
    jobs.set(claim.token, job)
    job.done = work(job).finally(() => {
      jobs.delete(claim.token)
      wake()
    })
  }

  async function work(job: Job): Promise<void> {
    const { claim, controller } = job
    const held = onlyWhileHeld(deps, () => deps.clock.now().getTime() < job.heldUntil)
    const end = await runTask({ ...held, worker: config.id }, claim, controller.signal)
    // A task that is over is nobody else's any more, and its previews are this worker's to close.
    if (end.type === 'over') job.heldUntil = Number.POSITIVE_INFINITY
    await settle(claim, end)
  }

  async function settle(claim: Claim, end: RunEnd): Promise<void> {
    const { id } = claim.task
    if (end.type === 'over') {
      deps.telemetry.count('tasks_finished_total', { status: end.task.status })
      deps.telemetry.time('task_seconds', (deps.clock.now().getTime() - end.task.createdAt.getTime()) / 1_000, {
        status: end.task.status,
      })
      if (end.workshop !== null) {
        void watch(end.task, end.workshop)
        await residents.keep(id, end.workshop)
      }
      await noteOfTheDay(deps.gather, end.task)
    }
    if (end.type === 'waiting') await answerByRule(id)
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

  /** What still serves a preview may try to get out as well. */
  async function watch(task: Task, { sandbox }: Workshop): Promise<void> {
    const { reason, detail } = await sandbox.ended
    if (reason === 'escape') await deps.onEscape(task, detail)
  }

  /** What was approved for good need not wait for anybody. */
  async function answerByRule(id: TaskId): Promise<void> {
    try {
      const task = await deps.store.get(id)
      if (task !== null) await applyStandingApproval(deps, task)
    } catch (error) {
      deps.telemetry.log('warn', 'A rule could not be applied; the caretaker tries again', {
        task_id: id,
        error: String(error),
      })
    }
  }

  async function leaseLoop(): Promise<void> {
    while (!stopping.signal.aborted) {
      await deps.clock.sleep(config.leaseMs / 3, stopping.signal)
      if (stopping.signal.aborted) return
      const held = new Map<TaskId, Job>()
      for (const job of jobs.values()) if (job.controller.signal.reason !== 'lost') held.set(job.claim.task.id, job)
      const claims = [...held].map(([taskId, job]) => ({ taskId, token: job.claim.token }))
      const began = deps.clock.now().getTime()
      try {
        for (const { taskId, state } of await deps.queue.renew(config.id, claims, config.leaseMs)) {
          const job = held.get(taskId)
          if (job === undefined) continue
          if (state !== 'lost') job.heldUntil = Math.max(job.heldUntil, began + config.leaseMs)
          if (state === 'aborting') job.controller.abort('aborting' satisfies Interruption)
          if (state === 'lost') lose(job)
        }
      } catch (error) {
        deps.telemetry.log('error', 'Leases could not be renewed', { worker: config.id, error: String(error) })
        // Past its lease somebody else may run the task: better to stop than to work for nothing beside them.
        for (const job of held.values()) if (deps.clock.now().getTime() >= job.heldUntil) lose(job)
      }
    }
  }

  function lose(job: Job): void {
    // What is over or was handed on has no lease to lose.
    if (!jobs.has(job.claim.token) || job.heldUntil === Number.POSITIVE_INFINITY) return
    job.heldUntil = 0
    deps.telemetry.count('leases_lost_total')
    job.controller.abort('lost' satisfies Interruption)
  }

  async function settled(): Promise<void> {
    await Promise.all([...jobs.values()].map((job) => job.done))
    await residents.closeAll('the platform was stopped')
  }

  return {
    start: () => {
      // The first task need not wait for what is found out once.
      void deps.sandboxes.probe()
      loops.push(claimLoop(), leaseLoop(), residents.sweep(stopping.signal))
    },
    stop: async () => {
      stopping.abort()
      for (const job of jobs.values()) job.controller.abort('shutdown' satisfies Interruption)
      await settled()
      await Promise.all(loops)
      // A claim that was under way has become a job meanwhile.
      await settled()
      unsubscribe()
    },
    idle: async () => {
      while (jobs.size > 0 || residents.count() > 0) {
        await Promise.all([...jobs.values()].map((job) => job.done))
        await deps.clock.sleep(100)
      }
    },
  }
}
