// The list of artifacts in memory.
import type { Artifact, ArtifactStore } from '../../core/ports/artifact-store.ts'
import type { ArtifactId } from '../../core/vocabulary/ids.ts'

export function createMemoryArtifactStore(): ArtifactStore {
  const artifacts = new Map<ArtifactId, Artifact>()
  return {
    add: async (artifact) => {
      if (!artifacts.has(artifact.id)) artifacts.set(artifact.id, artifact)
    },
    get: async (id) => artifacts.get(id) ?? null,
    ofTask: async (taskId) => [...artifacts.values()].filter((artifact) => artifact.taskId === taskId).toSorted(byTime),
  }
}

function byTime(a: Artifact, b: Artifact): number {
  return a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1)
}
