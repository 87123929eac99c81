// A file that a task made, kept as an artifact under a name of which the task has one.
import type { Artifact } from '../ports/artifact-store.ts'
import type { TaskEventBody } from '../vocabulary/event.ts'
import type { ArtifactId } from '../vocabulary/ids.ts'
import type { Run } from './run.ts'

export type FileToKeep = { readonly name: string; readonly mediaType: string; readonly bytes: Uint8Array }

export type KeptFile = { readonly id: ArtifactId; readonly event: TaskEventBody }

/** Bytes first, record second. What an attempt that was cut off had stored under the name is replaced, not doubled. */
export async function keepFile(run: Run, file: FileToKeep): Promise<KeptFile> {
  const earlier = (await run.artifacts.ofTask(run.task.id)).find((artifact) => artifact.name === file.name)
  const id = earlier?.id ?? run.ids.next<ArtifactId>()
  const objectKey = `artifacts/${run.task.id}/${id}`
  await run.objects.put(objectKey, file.bytes)
  await run.artifacts.add(fileArtifact(run, id, objectKey, file))
  return { id, event: fileAdded(id, file) }
}

export function fileArtifact(run: Run, id: ArtifactId, objectKey: string, file: FileToKeep): Artifact {
  return {
    id,
    name: file.name,
    mediaType: file.mediaType,
    bytes: file.bytes.length,
    taskId: run.task.id,
    messageId: null,
    kind: 'file',
    content: null,
    objectKey,
    createdAt: run.clock.now(),
  }
}

export function fileAdded(id: ArtifactId, { name, mediaType, bytes }: FileToKeep): TaskEventBody {
  return { type: 'artifact.added', data: { artifact_id: id, name, media_type: mediaType, bytes: bytes.length } }
}
