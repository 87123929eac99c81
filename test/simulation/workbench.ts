// One worker over memory, in real time, whose models and programs say what a test tells them to.
import { createMemoryArtifactStore } from '../../src/adapters/memory/artifact-store.ts'
import { createScriptedModels } from '../../src/adapters/memory/models.ts'
import type { Script } from '../../src/adapters/memory/models.ts'
import { createMemoryObjectStore } from '../../src/adapters/memory/object-store.ts'
import { createMemoryPacking } from '../../src/adapters/memory/packing.ts'
import { createMemoryPreviewStore } from '../../src/adapters/memory/preview-store.ts'
import { createMemoryPreviews } from '../../src/adapters/memory/previews.ts'
import { createMemorySandboxProvider } from '../../src/adapters/memory/sandbox.ts'
import type { MemorySandboxScript } from '../../src/adapters/memory/sandbox.ts'
import { createMemoryStandingApprovals } from '../../src/adapters/memory/standing-approvals.ts'
import { createMemoryTaskQueue } from '../../src/adapters/memory/task-queue.ts'
import { createTaskRecords } from '../../src/adapters/memory/task-records.ts'
import { createMemoryTaskSignals } from '../../src/adapters/memory/task-signals.ts'
import { createMemoryTaskStore } from '../../src/adapters/memory/task-store.ts'
import { createMemoryWorkspaces } from '../../src/adapters/memory/workspaces.ts'
import { createSystemClock } from '../../src/adapters/system/clock.ts'
import { createSystemIds } from '../../src/adapters/system/ids.ts'
import { createAgentSlots } from '../../src/core/crew/agent-slots.ts'
import type { CrewLimits } from '../../src/core/crew/run.ts'
import { runTask } from '../../src/core/dispatch/run-task.ts'
import type { WorkerDeps } from '../../src/core/dispatch/worker.ts'
import { acceptRequest } from '../../src/core/task/accept-request.ts'
import { forkTask } from '../../src/core/task/fork.ts'
import type { AcceptDeps, Request } from '../../src/core/task/accept-request.ts'
import type { TaskEvent, TaskEventType } from '../../src/core/vocabulary/event.ts'
import type { TaskId, UserId, WorkerId, WorktreeId } from '../../src/core/vocabulary/ids.ts'
import type { SubtaskRole } from '../../src/core/vocabulary/plan.ts'
import type { Task, TaskType } from '../../src/core/vocabulary/task.ts'
import { createMemories, crewDeps } from './crew-deps.ts'
import { plainIntake, plainRules } from './terms.ts'
import type { UsableSecret } from '../../src/core/secrets/vault.ts'

export type WorkbenchOptions = {
  readonly script?: Partial<Script>
  readonly sandbox?: Partial<MemorySandboxScript>
  readonly limits?: Partial<CrewLimits>
  readonly terms?: Parameters<typeof plainIntake>[0]
  readonly secrets?: readonly UsableSecret[]
  /** Of the host; what is in them may change. */
  readonly directories?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Changes the deps of the worker, to have them break. */
  readonly tamper?: (deps: WorkerDeps) => Partial<WorkerDeps>
}

const WORKER = 'worker' as WorkerId
export const ADA = 'ada' as UserId

/** Answers of models in the shapes that the crew asks for; the plan is one subtask. */
export function usualAnswers(role: SubtaskRole = 'coder'): Script['object'] {
  return ({ schemaName }) => {
    if (schemaName === 'review') return { approved: true, summary: 'Fine.', findings: [] }
    const subtask = { id: 'work', title: 'The work', role, instructions: 'Do it.', acceptance: [], depends_on: [] }
    return { summary: 'One thing to do.', subtasks: [subtask] }
  }
}

export const FINISH = { tool: 'finish', input: { summary: 'Done.', evidence: [] } }

export function createWorkbench(options: WorkbenchOptions = {}) {
  const clock = createSystemClock()
  const ids = createSystemIds()
  const records = createTaskRecords()
  const files = new Map<WorktreeId, Map<string, Uint8Array>>()
  const workspaces = createMemoryWorkspaces({ files, directories: options.directories ?? {} })
  const previewStore = createMemoryPreviewStore()
  const objects = createMemoryObjectStore()
  const logged: string[] = []
  const memories = createMemories(records)
  const accepting: AcceptDeps = {
    store: createMemoryTaskStore(records, clock),
    signals: createMemoryTaskSignals(),
    clock,
    ids,
    ...plainIntake({ workspaces, objects, ...options.terms }),
    limits: { inputCharacters: 10_000, approvalMs: 60_000 },
    telemetry: {
      log: (level, message, fields) => void logged.push(`${level}: ${message} ${JSON.stringify(fields ?? {})}`),
      count: () => undefined,
      time: () => undefined,
    },
  }
  const base: WorkerDeps & Pick<AcceptDeps, 'keepable'> = {
    ...accepting,
    ...crewDeps(records, memories, accepting),
    ...(options.terms?.rules ?? plainRules),
    secretsFor: async () => options.secrets ?? [],
    queue: createMemoryTaskQueue(records, clock),
    models: createScriptedModels({ chat: () => ({ calls: [FINISH] }), object: usualAnswers(), ...options.script }),
    recordedModels: () => {
      throw new Error('Nothing is replayed here')
    },
    sandboxes: createMemorySandboxProvider({ files, script: options.sandbox ?? {} }),
    workspaces,
    worktrees: workspaces,
    packing: createMemoryPacking(files),
    agents: createAgentSlots(3),
    previews: createMemoryPreviews({ store: previewStore, ids, clock, worker: WORKER, previewMs: 60_000 }),
    artifacts: createMemoryArtifactStore(records),
    objects,
    limits: {
      turnsPerAgent: 20,
      agentsAtOnce: 3,
      repairRounds: 1,
      healMs: 1_200_000,
      healTokens: 1_000_000,
      reviewRounds: 1,
      modelCallsPerTask: 100,
      tokensPerTask: 1_000_000,
      modelDeadlineMs: 1_000,
      maxOutputTokens: 1_000,
      commandMs: 1_000,
      contextTokens: 2_000,
      sandbox: { memoryBytes: 1e9, processes: 10, diskBytes: 1e9 },
      ...options.limits,
    },
    approvalMs: 60_000,
    onEscape: async () => undefined,
    attempts: 3,
    standing: createMemoryStandingApprovals(),
  }
  const deps: WorkerDeps = { ...base, ...options.tamper?.(base) }
  let asked = 0

  async function ask(request: Partial<Request>): Promise<Task> {
    const given: Request = {
      interface: 'http',
      chat: 'c',
      externalId: String((asked += 1)),
      author: ADA,
      text: 'Make it work.',
      raw: {},
      taskType: null,
      source: { type: 'empty' },
      ...request,
    }
    // As every interface does: words are kept before anything follows from them.
    if (given.confirm === true) await memories.conversations.hear(given, clock.now())
    const accepted = await acceptRequest(accepting, given)
    if ('type' in accepted) throw new Error(`It was refused: ${accepted.type}`)
    return accepted.task
  }

  const accept = (taskType: TaskType = 'dev_pipeline', text = 'Make it work.'): Promise<Task> => ask({ taskType, text })
  /** Plain words in a conversation. */
  const say = (text: string, more: Partial<Request> = {}): Promise<Task> => ask({ text, confirm: true, ...more })

  /** Claims the task and runs it once, as a worker does. */
  async function runOnce(taskId: TaskId, signal = new AbortController().signal) {
    const [claim] = await base.queue.claim({ worker: WORKER, limit: 1, leaseMs: 60_000, only: taskId })
    if (claim === undefined) throw new Error('There is nothing to claim')
    const end = await runTask({ ...deps, worker: WORKER }, claim, signal)
    if (end.type === 'released') await base.queue.release({ taskId, token: claim.token }, 0)
    return end
  }

  async function fork(taskId: TaskId, seq: number): Promise<Task> {
    const externalId = String((asked += 1))
    const request = { interface: 'http', chat: 'c', externalId, author: ADA, raw: {}, taskId, seq } as const
    const forked = await forkTask(accepting, request)
    if ('type' in forked) throw new Error(`It was refused: ${forked.type}`)
    return forked.task
  }

  const log = (taskId: TaskId): Promise<readonly TaskEvent[]> => base.store.events(taskId, 0, 10_000)
  return {
    deps,
    base,
    files,
    previewStore,
    logged,
    memories,
    ask,
    accept,
    say,
    runOnce,
    fork,
    /** What a worker held that is gone may be taken up again. */
    expireLeases: () => base.queue.bury(WORKER),
    log,
    task: async (taskId: TaskId): Promise<Task> => {
      const task = await base.store.get(taskId)
      if (task === null) throw new Error('There is no such task')
      return task
    },
    /** The data of every event of a type. */
    told: async <Type extends TaskEventType>(taskId: TaskId, type: Type) =>
      (await log(taskId)).flatMap((event) =>
        event.type === type ? [event.data as Extract<TaskEvent, { type: Type }>['data']] : [],
      ),
  }
}
