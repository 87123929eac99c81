// What files say that people send with their words: each is read once, and what was read is kept beside it as material of the message.
import type { Artifact, ArtifactContent, ArtifactStore } from '../ports/artifact-store.ts'
import type { Ids } from '../ports/ids.ts'
import type { Clock } from '../ports/clock.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import { readFile } from '../reading/read-file.ts'
import type { FileToRead, ReadFileDeps, Reading } from '../reading/read-file.ts'
import type { ArtifactId, MessageId } from '../vocabulary/ids.ts'
import type { TaskEventBody } from '../vocabulary/event.ts'
import type { Task } from '../vocabulary/task.ts'
import { NO_TOKENS, NO_USAGE, withCall } from '../vocabulary/usage.ts'
import type { ModelLabel, Usage, UsageTotals } from '../vocabulary/usage.ts'
import { appendFromOutside } from '../task/apply-command.ts'
import type { LogDeps } from '../task/apply-command.ts'
import { readLog } from '../task/read-log.ts'

/** Bytes that are kept already. `sentAs` is what the interface knows it was sent as. */
export type KeptFile = Pick<Artifact, 'objectKey' | 'name' | 'mediaType' | 'bytes'> & {
  readonly sentAs?: FileToRead['kind']
  /** What it says, where that is known without reading it. */
  readonly says?: ArtifactContent
}

export type ReadDeps = ReadFileDeps & {
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
  /** What was spent now; also told to the task that the files are given to. */
  readonly usage: UsageTotals
}

/**
 * Keeps the files as artifacts of the message, reads each, and keeps what was read beside it. Safe to repeat: what was read before is not
 * read again, what could not be read is tried again. Calls for one message must not overlap. Throws where a store can't be reached, and
 * when `signal` aborts; a file that can't be read is a problem.
 */
export async function readArtifacts(
  deps: ReadDeps,
  messageId: MessageId,
  files: readonly KeptFile[],
  signal: AbortSignal = new AbortController().signal,
): Promise<ReadFiles> {
  const before = await deps.artifacts.ofMessage(messageId)
  const spoken: string[] = []
  const problems: string[] = []
  let usage: UsageTotals = NO_USAGE
  for (const file of files) {
    const kept =
      before.find((it) => it.kind === 'file' && it.objectKey === file.objectKey) ?? newFile(deps, messageId, file)
    await deps.artifacts.add(kept)
    let read = before.find((it) => it.content?.[OF] === kept.id) ?? null
    if (read === null) {
      const reading = await readKept(deps, file, signal)
      if (reading.type === 'failed') {
        problems.push(reading.reason)
        continue
      }
      if (reading.model !== null) usage = withCall(usage, reading.usage)
      read = await keepReading(deps, kept, reading)
    }
    if (read.kind === 'voice_transcript' && read.content !== null) spoken.push(read.content.text)
  }
  const artifacts = await deps.artifacts.ofMessage(messageId)
  return { artifacts, text: spoken.length === 0 ? null : spoken.join('\n'), problems, usage }
}

type GiveDeps = LogDeps & Pick<ReadDeps, 'artifacts' | 'ids'>

/**
 * Gives files of a message, and what was read from them, to a task too: its crew finds the files, and its log has what reading them cost.
 * What another task has already is given as a copy, which costs nothing. Safe to repeat: the log names each once.
 */
export async function giveToTask(deps: GiveDeps, task: Task, artifacts: readonly Artifact[]): Promise<void> {
  if (artifacts.length === 0) return
  const [given, log] = await Promise.all([deps.artifacts.ofTask(task.id), readLog(deps.store, task.id)])
  const had = [...given]
  const added = new Set(log.flatMap((it) => (it.type === 'artifact.added' ? [it.data.artifact_id] : [])))
  const counted = new Set(log.flatMap((it) => (it.type === 'usage.recorded' ? [it.data.step] : [])))
  for (const artifact of artifacts) {
    const same = had.find(({ kind, objectKey }) => kind === artifact.kind && objectKey === artifact.objectKey)
    const own = same ?? (await give(deps, task, artifact))
    const { id, name, mediaType, bytes } = own
    const isCopy = id !== artifact.id
    const spent = own.content === null || isCopy ? null : spentOn(id, own.content)
    const bodies: TaskEventBody[] = []
    if (own.kind === 'file' && !added.has(id))
      bodies.push({ type: 'artifact.added', data: { artifact_id: id, name, media_type: mediaType, bytes } })
    if (spent !== null && !counted.has(spent.data.step)) bodies.push(spent)
    if (bodies.length > 0) await appendFromOutside(deps, task.id, bodies)
    // The same may be among them twice.
    added.add(id)
    if (same === undefined) had.push(own)
  }
}

async function give(deps: GiveDeps, task: Task, artifact: Artifact): Promise<Artifact> {
  await deps.artifacts.attach(artifact.id, task.id)
  const now = await deps.artifacts.get(artifact.id)
  if (now?.taskId === task.id) return now
  const copy = { ...artifact, id: deps.ids.next<ArtifactId>(), taskId: task.id, messageId: null }
  await deps.artifacts.add(copy)
  return copy
}

/** What was said in recordings among them, in order; null where nothing was. */
export function spokenIn(artifacts: readonly Artifact[]): string | null {
  const said = artifacts.flatMap(({ kind, content }) =>
    kind === 'voice_transcript' && content !== null ? [content.text] : [],
  )
  return said.length === 0 ? null : said.join('\n')
}

/** The same, where it is all that was asked: nothing was written beside it. */
export function requestHeard(artifacts: readonly Artifact[], request: string): string | null {
  const heard = spokenIn(artifacts)
  return heard?.trim() === request.trim() ? heard : null
}

/** In what was read: the file that it was read from, and what that cost. */
const OF = 'of'
const COST = 'cost'

function newFile(deps: ReadDeps, messageId: MessageId, { objectKey, name, mediaType, bytes }: KeptFile): Artifact {
  const id = deps.ids.next<ArtifactId>()
  const createdAt = deps.clock.now()
  return { id, taskId: null, messageId, kind: 'file', name, mediaType, bytes, objectKey, content: null, createdAt }
}

async function readKept(
  deps: ReadDeps,
  { objectKey, name, mediaType, sentAs, says }: KeptFile,
  signal: AbortSignal,
): Promise<Reading> {
  if (says !== undefined) return { type: 'read', kind: 'file_meta', content: says, usage: NO_TOKENS, model: null }
  const bytes = await deps.objects.get(objectKey)
  if (bytes === null) return { type: 'failed', reason: `${name} is no longer kept: send it again.` }
  return readFile(deps, { bytes, name, mediaType, ...(sentAs === undefined ? {} : { kind: sentAs }) }, signal)
}

async function keepReading(
  deps: ReadDeps,
  file: Artifact,
  reading: Extract<Reading, { type: 'read' }>,
): Promise<Artifact> {
  const { kind, usage, model } = reading
  const cost = model === null ? {} : { [COST]: { ...usage, ...model } }
  const content: ArtifactContent = { ...reading.content, ...cost, [OF]: file.id }
  const bytes = new TextEncoder().encode(content.text)
  const objectKey = `${file.objectKey}.${kind}.txt`
  await deps.objects.put(objectKey, bytes)
  const artifact: Artifact = {
    ...file,
    id: deps.ids.next<ArtifactId>(),
    kind,
    mediaType: 'text/plain; charset=utf-8',
    bytes: bytes.byteLength,
    objectKey,
    content,
    createdAt: deps.clock.now(),
  }
  await deps.artifacts.add(artifact)
  return artifact
}

/** What reading cost, for the log of a task; null where this machine read it by itself. */
function spentOn(id: ArtifactId, content: ArtifactContent): Extract<TaskEventBody, { type: 'usage.recorded' }> | null {
  // Only we write what stands there.
  const cost = (content[COST] ?? null) as (Usage & ModelLabel) | null
  if (cost === null) return null
  const { input_tokens, output_tokens, cached_input_tokens, provider, model, offline } = cost
  const spent = { input_tokens, output_tokens, cached_input_tokens, provider, model, offline }
  return { type: 'usage.recorded', data: { step: `read/${id}`, agent: 'platform', ...spent, tier: 'small' } }
}
