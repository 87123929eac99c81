// A simulated installation: one database, one machine, signals that get lost, and workers that crash, freeze and come
// back. Every call between them is slow, may fail, or may fail after it took effect.
import { createMemoryPreviews } from '../../src/adapters/memory/previews.ts'
import { createMemoryStandingApprovals } from '../../src/adapters/memory/standing-approvals.ts'
import { createMemoryTaskQueue } from '../../src/adapters/memory/task-queue.ts'
import { createTaskRecords } from '../../src/adapters/memory/task-records.ts'
import type { TaskRecords } from '../../src/adapters/memory/task-records.ts'
import { createMemoryTaskStore } from '../../src/adapters/memory/task-store.ts'
import { createAgentSlots } from '../../src/core/crew/agent-slots.ts'
import { takeCare } from '../../src/core/dispatch/caretaker.ts'
import { createWorker } from '../../src/core/dispatch/worker.ts'
import type { Worker } from '../../src/core/dispatch/worker.ts'
import type { Artifact, ArtifactStore } from '../../src/core/ports/artifact-store.ts'
import type { PreviewRecord, PreviewStore } from '../../src/core/ports/preview-store.ts'
import type { TaskQueue } from '../../src/core/ports/task-queue.ts'
import type { TaskSignal, TaskSignals } from '../../src/core/ports/task-signals.ts'
import type { TaskStore } from '../../src/core/ports/task-store.ts'
import type { Telemetry } from '../../src/core/ports/telemetry.ts'
import type { AcceptDeps } from '../../src/core/task/accept-request.ts'
import type { TaskId, WorkerId } from '../../src/core/vocabulary/ids.ts'
import { createMemories, crewDeps } from './crew-deps.ts'
import { createCrewModels } from './crew-script.ts'
import { createCountedIds } from './ids.ts'
import { createMachine } from './machine.ts'
import type { Machine } from './machine.ts'
import { createProcess, remotely } from './process.ts'
import type { Faults, Process } from './process.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import { sabotageStore } from './sabotage.ts'
import type { Sabotage } from './sabotage.ts'
import { plainIntake, plainRules } from './terms.ts'
import { watchCommands } from './watch-commands.ts'
import { createWorldStop } from './world-stop.ts'
import type { WorldStop } from './world-stop.ts'

export type World = {
  readonly scheduler: Scheduler
  readonly records: TaskRecords
  readonly machine: Machine
  readonly workers: readonly Hand[]
  readonly previews: Map<string, PreviewRecord>
  readonly artifacts: readonly Artifact[]
  /** What must never happen, noticed as it happened. */
  readonly violations: string[]
  /** For somebody outside: an interface process and what it needs to accept and command. */
  readonly office: Process
  readonly acceptDeps: AcceptDeps
  readonly stop: WorldStop['button']
  /** From this moment of virtual time on nothing breaks any more. */
  readonly wellFrom: number
  /** No more crashes and freezes; calls may still break. */
  readonly makePeace: () => void
}

/** A place on which a worker process runs, the present one. */
export type Hand = { process: Process; worker: Worker }

export type WorldSettings = {
  readonly workers: number
  readonly faults: Faults
  readonly modelFailRate: number
  readonly sandboxDeathRate: number
  readonly signalLossRate: number
  readonly troubleMs: number
  /** Of the trouble that workers get into; the others freeze. */
  readonly crashShare: number
  readonly leaseMs: number
  readonly sabotage: Sabotage | null
  readonly trace: ((line: string) => void) | null
}

type Lease = { readonly token: bigint; readonly until: number; readonly holder: string }

const APPROVAL_MS = 120_000
const TOKENS_PER_TASK = 4_000
const AGENTS_AT_ONCE = 2
const telemetryOf = (trace: WorldSettings['trace'], name: string): Telemetry => ({
  log: (level, message, fields) => trace?.(`${name} ${level}: ${message} ${JSON.stringify(fields ?? {})}`),
  count: () => undefined,
  time: () => undefined,
})

export function createWorld(scheduler: Scheduler, random: Random, settings: WorldSettings): World {
  const violations: string[] = []
  const ids = createCountedIds()
  const records = createTaskRecords()
  const storeClock = createProcess('store', scheduler, random.branch(), settings.faults).clock
  const rawStore = sabotageStore(createMemoryTaskStore(records, storeClock), records, settings.sabotage)
  const rawQueue = createMemoryTaskQueue(records, storeClock)
  const previews = new Map<string, PreviewRecord>()
  const artifacts: Artifact[] = []
  const objects = new Map<string, Uint8Array>()
  const leases = new Map<TaskId, Lease>()
  const listeners = new Set<{ readonly process: Process; readonly hear: (signal: TaskSignal) => void }>()
  const post = random.branch()
  const memories = createMemories(records)

  const machine = createMachine(scheduler, random.branch(), {
    fencing: settings.sabotage !== 'no-sandbox-fencing',
    resetWorks: settings.sabotage !== 'no-workspace-reset',
    sandboxDeathRate: settings.sandboxDeathRate,
    wellFrom: settings.faults.wellFrom,
    onCommand: watchCommands(records, ids, violations),
  })

  function storeFor(process: Process): TaskStore {
    return {
      accept: (message, task, events) => process.remote(() => rawStore.accept(message, task, events)),
      commit: (change) =>
        process.remote(async () => {
          const outcome = await rawStore.commit(change)
          const newest = leases.get(change.taskId)?.token
          if (outcome.type === 'committed' && change.token !== null && change.token !== newest)
            violations.push(`${change.taskId}: a stale worker (token ${change.token}, newest ${newest}) wrote`)
          if (outcome.type === 'committed' && change.claimable !== 'keep' && newest !== undefined)
            leases.set(change.taskId, { token: newest, until: 0, holder: '' })
          return outcome
        }),
      get: (taskId) => process.remote(() => rawStore.get(taskId)),
      list: (filter) => process.remote(() => rawStore.list(filter)),
      events: (taskId, after, limit) => process.remote(() => rawStore.events(taskId, after, limit)),
    }
  }

  function queueFor(process: Process): TaskQueue {
    return {
      claim: (request) =>
        process.remote(async () => {
          const claims = await rawQueue.claim(request)
          for (const claim of claims) {
            const held = leases.get(claim.task.id)
            if (held !== undefined && held.until > scheduler.now())
              violations.push(`${claim.task.id} was claimed (token ${claim.token}) while a lease was held`)
            leases.set(claim.task.id, {
              token: claim.token,
              until: scheduler.now() + request.leaseMs,
              holder: process.name,
            })
            settings.trace?.(
              `${request.worker} claims ${claim.task.id} (${claim.task.status}, attempt ${claim.attempt})`,
            )
          }
          return claims
        }),
      renew: (worker, claims, leaseMs) =>
        process.remote(async () => {
          const states = await rawQueue.renew(worker, claims, leaseMs)
          for (const [index, { taskId, state }] of states.entries()) {
            const token = claims[index]?.token
            if (state !== 'lost' && token !== undefined)
              leases.set(taskId, { token, until: scheduler.now() + leaseMs, holder: process.name })
          }
          return states
        }),
      release: (claim, delayMs) =>
        process.remote(async () => {
          await rawQueue.release(claim, delayMs)
          if (leases.get(claim.taskId)?.token === claim.token)
            leases.set(claim.taskId, { token: -1n, until: 0, holder: '' })
        }),
      bury: (worker) =>
        process.remote(async () => {
          const tasks = await rawQueue.bury(worker)
          for (const [taskId, lease] of leases)
            if (lease.holder === worker) leases.set(taskId, { token: -1n, until: 0, holder: '' })
          return tasks
        }),
      setPaused: (paused) => process.remote(() => rawQueue.setPaused(paused)),
      state: () => process.remote(() => rawQueue.state()),
    }
  }

  function signalsFor(process: Process): TaskSignals {
    return {
      publish: (signal) => {
        for (const listener of listeners) {
          const copies = post.chance(settings.signalLossRate) ? 0 : post.chance(0.1) ? 2 : 1
          for (let copy = 0; copy < copies; copy += 1) {
            void listener.process.pass(post.spread(10)).then(() => listeners.has(listener) && listener.hear(signal))
          }
        }
      },
      subscribe: (hear) => {
        const listener = { process, hear }
        listeners.add(listener)
        process.onDeath(() => void listeners.delete(listener))
        return () => void listeners.delete(listener)
      },
    }
  }

  function previewStoreFor(process: Process): PreviewStore {
    const key = (record: { taskId: TaskId; port: number }) => `${record.taskId} ${record.port}`
    return {
      save: (record) => process.remote(async () => void previews.set(key(record), record)),
      find: () => Promise.reject(new Error('Nobody looks at previews here')),
      takeOfTask: (taskId) => {
        const sender = leases.get(taskId)?.holder
        return process.remote(async () => {
          const taken = [...previews.values()].filter((record) => record.taskId === taskId)
          for (const record of taken) {
            previews.delete(key(record))
            const held = leases.get(taskId)
            const valid = record.expiresAt.getTime() > process.clock.now().getTime()
            const owned = valid && held !== undefined && held.until > scheduler.now() && held.holder === record.worker
            // The caretaker takes a frozen worker for a dead one, and may be right; and what a process had sent before it
            // died, or while it still held the task, may arrive after another took over.
            if (
              owned &&
              sender !== process.name &&
              process.name !== record.worker &&
              process !== office &&
              process.isAlive()
            )
              violations.push(`${process.name} closed the preview ${record.id} of ${held.holder}, which holds the task`)
          }
          return taken
        })
      },
      all: () => process.remote(async () => [...previews.values()]),
    }
  }

  function artifactsFor(process: Process): ArtifactStore {
    return {
      add: (artifact) =>
        process.remote(async () => {
          if (!artifacts.some((known) => known.id === artifact.id)) artifacts.push(artifact)
        }),
      get: (id) => process.remote(async () => artifacts.find((artifact) => artifact.id === id) ?? null),
      ofTask: (taskId) => process.remote(async () => artifacts.filter((artifact) => artifact.taskId === taskId)),
      ofMessage: (messageId) =>
        process.remote(async () => artifacts.filter((artifact) => artifact.messageId === messageId)),
      bring: (id, messageId) =>
        process.remote(async () => {
          const place = artifacts.findIndex((artifact) => artifact.id === id && artifact.messageId === null)
          const found = artifacts[place]
          if (found !== undefined) artifacts[place] = { ...found, messageId }
        }),
      attach: (id, taskId) =>
        process.remote(async () => {
          const place = artifacts.findIndex((artifact) => artifact.id === id && artifact.taskId === null)
          const found = artifacts[place]
          if (found !== undefined) artifacts[place] = { ...found, taskId }
        }),
    }
  }

  const nobody = createProcess('files', scheduler, random.branch(), settings.faults)
  const terms = plainIntake({ workspaces: machine.workspacesFor(nobody), tokensPerTask: TOKENS_PER_TASK })
  let changes = 0
  let born = 0
  function startWorker(): Hand {
    born += 1
    const id = `worker-${born}` as WorkerId
    const process = createProcess(id, scheduler, random.branch(), settings.faults)
    const { clock } = process
    const accepting = {
      store: storeFor(process),
      signals: signalsFor(process),
      clock,
      ids,
      telemetry: telemetryOf(settings.trace, id),
      ...terms,
      limits: { inputCharacters: 1_000, approvalMs: APPROVAL_MS },
    }
    const remembered = {
      conversations: remotely(process, memories.conversations),
      facts: remotely(process, memories.facts),
      memoryFiles: remotely(process, memories.memoryFiles),
      identities: remotely(process, memories.identities),
      lookUp: memories.lookUp,
    }
    const deps = {
      ...accepting,
      ...crewDeps(records, remembered, accepting),
      ...plainRules,
      queue: queueFor(process),
      models: createCrewModels(process, random.branch(), {
        freshChange: () => `c${(changes += 1)}`,
        failRate: () => (scheduler.now() < settings.faults.wellFrom ? settings.modelFailRate : 0),
      }),
      recordedModels: () => {
        throw new Error('Nothing is replayed here')
      },
      sandboxes: machine.sandboxesFor(process),
      workspaces: machine.workspacesFor(process),
      worktrees: machine.workspacesFor(process),
      agents: createAgentSlots(AGENTS_AT_ONCE),
      previews: createMemoryPreviews({ store: previewStoreFor(process), ids, clock, worker: id, previewMs: 60_000 }),
      artifacts: artifactsFor(process),
      objects: {
        put: (key: string, bytes: Uint8Array) => process.remote(async () => void objects.set(key, bytes)),
        get: (key: string) => process.remote(async () => objects.get(key) ?? null),
        delete: (key: string) => process.remote(async () => void objects.delete(key)),
      },
      limits: {
        turnsPerAgent: 8,
        agentsAtOnce: AGENTS_AT_ONCE,
        repairRounds: 2,
        healMs: 1_200_000,
        healTokens: 1_000_000,
        reviewRounds: 2,
        modelCallsPerTask: 40,
        tokensPerTask: TOKENS_PER_TASK,
        modelDeadlineMs: 60_000,
        maxOutputTokens: 1_000,
        commandMs: 60_000,
        contextTokens: 1_000,
        sandbox: { memoryBytes: 1, processes: 1, diskBytes: 1 },
      },
      approvalMs: APPROVAL_MS,
      onEscape: async () => undefined,
      attempts: 5,
      standing: createMemoryStandingApprovals(),
    }
    const worker = createWorker(deps, {
      id,
      concurrency: 2,
      leaseMs: settings.leaseMs,
      pollMs: 2_000,
      previewMs: 20_000,
      residents: 2,
      only: null,
    })
    worker.start()
    return { process, worker }
  }

  const office = createProcess('office', scheduler, random.branch(), settings.faults)
  const outside = {
    store: storeFor(office),
    signals: signalsFor(office),
    clock: office.clock,
    ids,
    telemetry: telemetryOf(settings.trace, 'office'),
    standing: createMemoryStandingApprovals(),
  }
  const queue = queueFor(office)
  const crashed = new Set<WorkerId>()
  const isDead = (worker: WorkerId) => crashed.has(worker)
  const previewStore = previewStoreFor(office)
  const stop = createWorldStop(office, { ...outside, queue, previewStore, sandboxes: machine.sandboxesFor(office) })
  const cared = { ...outside, queue, previewStore, isDead, keepStopped: stop.keepStopped }
  void takeCare(cared, new AbortController().signal)

  const workers = Array.from({ length: settings.workers }, startWorker)
  const trouble = random.branch()
  let peace = false
  function makeTrouble(): void {
    if (peace || scheduler.now() >= settings.faults.wellFrom) return
    const hand = trouble.pick(workers as [Hand, ...Hand[]])
    if (!hand.process.isAlive()) {
      // It is down already, and comes back by itself.
    } else if (trouble.chance(settings.crashShare)) {
      settings.trace?.(`${hand.process.name} crashes`)
      hand.process.crash()
      // News of a death spreads only sometimes; otherwise the lease has to run out.
      if (trouble.chance(0.5)) crashed.add(hand.process.name as WorkerId)
      scheduler.after(trouble.spread(3_000), () => Object.assign(hand, startWorker()))
    } else {
      const ms = trouble.spread(settings.leaseMs * trouble.pick([0.3, 1, 3]))
      settings.trace?.(`${hand.process.name} freezes for ${Math.round(ms)} ms`)
      hand.process.freeze(ms)
    }
    scheduler.after(trouble.spread(settings.troubleMs), makeTrouble)
  }
  scheduler.after(trouble.spread(settings.troubleMs), makeTrouble)

  return {
    scheduler,
    records,
    machine,
    workers,
    previews,
    artifacts,
    violations,
    office,
    acceptDeps: { ...outside, ...terms, limits: { inputCharacters: 1_000, approvalMs: APPROVAL_MS } },
    stop: stop.button,
    wellFrom: settings.faults.wellFrom,
    makePeace: () => {
      peace = true
    },
  }
}
