// What files say that people send with their words: each is read once, and what was read is kept beside it as material of the message.
import type { Artifact, ArtifactStore } from '../ports/artifact-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { Ids } from '../ports/ids.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { ArtifactId, MessageId } from '../vocabulary/ids.ts'
import type { Task } from '../vocabulary/task.ts'
import { NO_USAGE } from '../vocabulary/usage.ts'
import type { UsageTotals } from '../vocabulary/usage.ts'
import { appendFromOutside } from '../task/apply-command.ts'
import type { LogDeps } from '../task/apply-command.ts'
import { readLog } from '../task/read-log.ts'

/** Bytes that are kept already. */
export type KeptFile = Pick<Artifact, 'objectKey' | 'name' | 'mediaType' | 'bytes'>

export type ReadDeps = {
  readonly artifacts: ArtifactStore
  readonly objects: ObjectStore
  readonly clock: Clock
  readonly ids: Ids
}

export type ReadFiles = {
  /** The files and what was read from them, as artifacts of the message, oldest first. */
  readonly artifacts: readonly Artifact[]
  /** What was said in recordings among the files, in order: the request where the message has no words of its own. Null without any. */
  readonly text: string | null
  /** Sentences for the person about files of which nothing could be read; the files themselves are kept. */
  readonly problems: readonly string[]
  readonly usage: UsageTotals
}

/**
 * Keeps the files as artifacts of the message, reads each, and keeps what was read beside it. Safe to repeat: what was read before is not
 * read again. Calls for one message must not overlap. Throws where a store can't be reached; a file that can't be read is a problem.
 */
export async function readArtifacts(
  deps: ReadDeps,
  messageId: MessageId,
  files: readonly KeptFile[],
): Promise<ReadFiles> {
  const known = await deps.artifacts.ofMessage(messageId)
  for (const file of files) {
    if (known.some(({ kind, objectKey }) => kind === 'file' && objectKey === file.objectKey)) continue
    const id = deps.ids.next<ArtifactId>()
    await deps.artifacts.add({
      ...file,
      id,
      taskId: null,
      messageId,
      kind: 'file',
      content: null,
      createdAt: deps.clock.now(),
    })
  }
  return { artifacts: await deps.artifacts.ofMessage(messageId), text: null, problems: [], usage: NO_USAGE }
}

type GiveDeps = LogDeps & Pick<ReadDeps, 'artifacts'>

/** Gives files of a message, and what was read from them, to a task too. Safe to repeat: the log names each once. */
export async function giveToTask(deps: GiveDeps, task: Task, artifacts: readonly Artifact[]): Promise<void> {
  if (artifacts.length === 0) return
  const told = new Set<ArtifactId>()
  for (const event of await readLog(deps.store, task.id))
    if (event.type === 'artifact.added') told.add(event.data.artifact_id)
  for (const { id, kind, name, mediaType, bytes } of artifacts) {
    await deps.artifacts.attach(id, task.id)
    if (kind !== 'file' || told.has(id)) continue
    await appendFromOutside(deps, task.id, [
      { type: 'artifact.added', data: { artifact_id: id, name, media_type: mediaType, bytes } },
    ])
  }
}
