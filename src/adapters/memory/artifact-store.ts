// The list of artifacts in memory.
import type { Artifact, ArtifactStore } from '../../core/ports/artifact-store.ts'
import type { MessageId } from '../../core/vocabulary/ids.ts'
import { createTaskRecords } from './task-records.ts'
import type { TaskRecords } from './task-records.ts'

type Records = Pick<TaskRecords, 'artifacts'>

/** Of its own records, unless it is given those over which messages are read. */
export function createMemoryArtifactStore(records: Records = createTaskRecords()): ArtifactStore {
  const { artifacts } = records
  return {
    add: async (artifact) => {
      if (!artifacts.has(artifact.id)) artifacts.set(artifact.id, artifact)
    },
    get: async (id) => artifacts.get(id) ?? null,
    ofTask: async (taskId) => oldestFirst(records, (artifact) => artifact.taskId === taskId),
    ofMessage: async (messageId) => ofMessage(records, messageId),
    bring: async (id, messageId) => {
      const artifact = artifacts.get(id)
      if (artifact?.messageId === null) artifacts.set(id, { ...artifact, messageId })
    },
    attach: async (id, taskId) => {
      const artifact = artifacts.get(id)
      if (artifact?.taskId === null) artifacts.set(id, { ...artifact, taskId })
    },
  }
}

/** Oldest first. */
export function ofMessage(records: Records, messageId: MessageId): readonly Artifact[] {
  return oldestFirst(records, (artifact) => artifact.messageId === messageId)
}

function oldestFirst({ artifacts }: Records, wanted: (artifact: Artifact) => boolean): readonly Artifact[] {
  return [...artifacts.values()].filter(wanted).toSorted(byTime)
}

function byTime(a: Artifact, b: Artifact): number {
  return a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1)
}
