// The records that the in-memory TaskStore and TaskQueue share, as the two share tables in a database.
import type { TaskEvent } from '../../core/vocabulary/event.ts'
import type { Artifact } from '../../core/ports/artifact-store.ts'
import type { ArtifactId, MessageId, TaskId, ThreadId, WorkerId } from '../../core/vocabulary/ids.ts'
import type { Message, Thread } from '../../core/vocabulary/message.ts'
import type { SealedEntry } from '../../core/vocabulary/audit.ts'
import type { Task } from '../../core/vocabulary/task.ts'

export type TaskRecord = {
  task: Task
  events: TaskEvent[]
  token: bigint
  attempt: number
  worker: WorkerId | null
  /** Milliseconds of the store's clock; null while no worker may claim it. */
  claimableAt: number | null
  order: number
}

export type TaskRecords = {
  readonly tasks: Map<TaskId, TaskRecord>
  /** By interface, chat and external id. */
  readonly accepted: Map<string, TaskId>
  /** By interface and chat. */
  readonly threads: Map<string, Thread>
  readonly messages: Map<ThreadId, Message[]>
  /** By interface, chat and external id. */
  readonly named: Map<string, MessageId>
  readonly artifacts: Map<ArtifactId, Artifact>
  /** What tasks of erased people spent. */
  readonly spentByNobody: Pick<TaskRecord, 'task' | 'events'>[]
  readonly workers: Map<WorkerId, number>
  /** The chain of the audit log. */
  readonly audit: SealedEntry[]
  lastToken: bigint
  /** How many tasks there ever were. */
  lastTask: number
  /** How many messages were given an id. */
  lastMessage: number
  paused: boolean
}

export function createTaskRecords(): TaskRecords {
  return {
    tasks: new Map(),
    accepted: new Map(),
    threads: new Map(),
    messages: new Map(),
    named: new Map(),
    artifacts: new Map(),
    spentByNobody: [],
    workers: new Map(),
    audit: [],
    lastToken: 0n,
    lastTask: 0,
    lastMessage: 0,
    paused: false,
  }
}
