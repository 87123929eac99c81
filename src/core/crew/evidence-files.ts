// Keeps the files of a task's evidence: each once, whole, under its name.
import type { ReportedFile } from '../evidence/report.ts'
import { evidenceKey } from '../vocabulary/evidence-files.ts'
import type { ArtifactId } from '../vocabulary/ids.ts'
import type { TaskEventBody } from '../vocabulary/event.ts'
import type { Run } from './run.ts'

export type EvidenceFile = { readonly name: string; readonly mediaType: string; readonly bytes: Uint8Array }

export type KeptEvidence = { readonly files: readonly ReportedFile[]; readonly events: readonly TaskEventBody[] }

/**
 * Stores the files as artifacts of the task. What an attempt that was cut off had stored whole stays as it is, so that nothing is doubled
 * and every digest holds; the events tell of it now.
 */
export async function keepEvidence(run: Run, files: readonly EvidenceFile[]): Promise<KeptEvidence> {
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
    if (earlier === undefined)
      await run.artifacts.add({
        id,
        name: file.name,
        mediaType: file.mediaType,
        bytes: bytes.length,
        taskId: run.task.id,
        messageId: null,
        kind: 'file',
        content: null,
        objectKey,
        createdAt: run.clock.now(),
      })
    const { name, mediaType } = file
    kept.push({ name, mediaType, bytes: bytes.length, sha256: run.ids.digest(bytes) })
    events.push({ type: 'artifact.added', data: { artifact_id: id, name, media_type: mediaType, bytes: bytes.length } })
  }
  return { files: kept, events }
}
