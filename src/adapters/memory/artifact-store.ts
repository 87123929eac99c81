// The list of artifacts in memory.
import type { Artifact, ArtifactStore } from '../../core/ports/artifact-store.ts'
import type { ArtifactId } from '../../core/vocabulary/ids.ts'

export function createMemoryArtifactStore(): ArtifactStore {
  const artifacts = new Map<ArtifactId, Artifact>()
  const oldestFirst = (wanted: (artifact: Artifact) => boolean) =>
    [...artifacts.values()].filter(wanted).toSorted(byTime)
  return {
    add: async (artifact) => {
      if (!artifacts.has(artifact.id)) artifacts.set(artifact.id, artifact)
    },
    get: async (id) => artifacts.get(id) ?? null,
    ofTask: async (taskId) => oldestFirst((artifact) => artifact.taskId === taskId),
    ofMessage: async (messageId) => oldestFirst((artifact) => artifact.messageId === messageId),
    attach: async (id, taskId) => {
      const artifact = artifacts.get(id)
      if (artifact?.taskId === null) artifacts.set(id, { ...artifact, taskId })
    },
  }
}

function byTime(a: Artifact, b: Artifact): number {
  return a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1)
}
