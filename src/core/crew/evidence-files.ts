// Keeps the files of a task's evidence: each once, whole, under its name.
import type { ReportedFile } from '../evidence/report.ts'
import { evidenceKey } from '../vocabulary/evidence-files.ts'
import type { ArtifactId } from '../vocabulary/ids.ts'
import type { TaskEventBody } from '../vocabulary/event.ts'
import { fileAdded, fileArtifact } from './keep-file.ts'
import type { FileToKeep } from './keep-file.ts'
import type { Run } from './run.ts'

export type KeptEvidence = { readonly files: readonly ReportedFile[]; readonly events: readonly TaskEventBody[] }

/**
 * Stores the files as artifacts of the task. What an attempt that was cut off had stored whole stays as it is, so that nothing is doubled
 * and every digest holds; the events tell of it now.
 */
export async function keepEvidence(run: Run, files: readonly FileToKeep[]): Promise<KeptEvidence> {
  const before = await run.artifacts.ofTask(run.task.id)
  const kept: ReportedFile[] = []
  const events: TaskEventBody[] = []
  for (const file of files) {
    const objectKey = evidenceKey(run.task.id, file.name)
    const earlier = before.find((artifact) => artifact.objectKey === objectKey)
    const earlierBytes = earlier === undefined ? null : await run.objects.get(objectKey)
    const bytes = earlierBytes ?? file.bytes
    const id = earlier?.id ?? run.ids.next<ArtifactId>()
    if (earlierBytes === null) await run.objects.put(objectKey, bytes)
    const { name, mediaType } = file
    const stored = { name, mediaType, bytes }
    if (earlier === undefined) await run.artifacts.add(fileArtifact(run, id, objectKey, stored))
    kept.push({ name, mediaType, bytes: bytes.length, sha256: run.ids.digest(bytes) })
    events.push(fileAdded(id, stored))
  }
  return { files: kept, events }
}
