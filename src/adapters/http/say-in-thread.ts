// One message of a person in a conversation over HTTP: its files are read, then the core takes the words.
import type { ArtifactId } from '../../core/vocabulary/ids.ts'
import type { IncomingMessage } from '../../core/vocabulary/message.ts'
import type { Task, WorkspaceSource } from '../../core/vocabulary/task.ts'
import type { Artifact } from '../../core/ports/artifact-store.ts'
import { orderIn } from '../../core/conversation/orders.ts'
import type { Taken, Words } from '../../core/conversation/take-words.ts'
import { typedAnswer } from '../../core/conversation/yes-or-no.ts'
import { maySee } from './authenticate.ts'
import type { Caller } from './authenticate.ts'
import { messageToWire } from './conversation-wire.ts'
import { inTurn } from './in-turn.ts'
import { hasScope, json } from './operation.ts'
import type { ThreadCall } from './operation.ts'
import { invalidField, isProblem, problem, refusalToProblem } from './problem.ts'
import type { Problem } from './problem.ts'
import { limitProblem } from './request-limit.ts'
import { uploadKey } from './uploads.ts'
import { taskToWire } from './wire.ts'

export type Said = {
  readonly text: string
  readonly externalId: string | null
  readonly artifactIds: readonly ArtifactId[]
  /** Of work that comes of it. */
  readonly source: WorkspaceSource
}

type Call = ThreadCall<unknown, unknown>

/** Messages of one conversation are taken in the order in which they came, one after the other. */
export function sayInThread(call: Call, said: Said): Promise<Response | Problem> {
  return inTurn(call.thread.id, () => say(call, said))
}

async function say(call: Call, { text, externalId, artifactIds, source }: Said): Promise<Response | Problem> {
  const { deps, config, caller, thread } = call
  const limit = deps.limits.inputCharacters
  if (text.length > limit)
    return invalidField('text', `it has ${text.length} characters; at most ${limit} are taken: send the rest as a file`)
  if (text.trim() === '' && artifactIds.length === 0) return invalidField('text', 'say something')
  const incoming: IncomingMessage = {
    interface: thread.interface,
    chat: thread.chat,
    externalId: externalId === null ? deps.ids.next() : `key:${externalId}`,
    author: caller.principal.userId,
    text,
    raw: { text, artifact_ids: artifactIds },
    direct: thread.direct,
  }
  const before = await deps.conversations.findMessage(thread.interface, thread.chat, incoming.externalId)
  if (before !== null && before.text !== text)
    return problem(409, 'external_id_reused', 'This external_id was sent before with another text.')
  // Sent again, it is the same message and not one more. An answer starts nothing.
  const startsWork = artifactIds.length > 0 || typedAnswer(text)?.comment !== null
  const limited = before === null ? await limitProblem(deps, config, caller, { startsWork }) : null
  if (limited !== null) return limited
  const files = await uploadsOf(call, artifactIds, before?.id ?? null)
  if (isProblem(files)) return files

  const message = before ?? (await deps.conversations.hear(incoming, deps.clock.now()))
  for (const { id } of files) await deps.artifacts.bring(id, message.id)
  const read = files.length === 0 ? NOTHING_READ : await deps.readArtifacts(message.id, files)
  const request = text.trim() === '' ? read.text : text
  const status = before === null ? 201 : 200
  const wire = { message: messageToWire(message, read.artifacts), problems: read.problems }
  // Files without a word: kept, and told of with the next words.
  if (request === null) return json({ ...wire, task: null, answered: null, waiting: [], replaced: [] }, status)
  const order = orderIn(text)
  const words: Words = {
    ...incoming,
    text: request,
    ...(order === null ? {} : { request: order.request }),
    artifacts: read.artifacts,
    taskType: order?.taskType ?? null,
    source,
    confirm: order === null,
    mayAnswer: (task) => mayAnswer(caller, task),
    spoken: text.trim() === '',
  }
  const taken = await deps.takeWords(words, message)
  switch (taken.type) {
    case 'task':
      await deps.giveToTask(taken.task, read.artifacts)
      return json({ ...wire, ...takenToWire(taken) }, status)
    case 'answered':
    case 'unclear':
      return json({ ...wire, ...takenToWire(taken) }, status)
    case 'invalid':
      return invalidField('text', taken.problem)
    default:
      return refusalToProblem(taken)
  }
}

const NOTHING_READ = { artifacts: [], text: null, problems: [] }

/** Uploads of this conversation that no other message brought. */
async function uploadsOf(
  { deps, thread }: Call,
  ids: readonly ArtifactId[],
  messageId: string | null,
): Promise<readonly Artifact[] | Problem> {
  const files: Artifact[] = []
  for (const [at, id] of [...new Set(ids)].entries()) {
    const artifact = await deps.artifacts.get(id)
    // The key holds the conversation that it was uploaded to, and only one person says something there.
    if (artifact === null || artifact.objectKey !== uploadKey(thread.id, id))
      return invalidField(`artifact_ids.${at}`, 'there is no upload with this id in this conversation')
    if (artifact.messageId !== null && artifact.messageId !== messageId)
      return invalidField(`artifact_ids.${at}`, 'another message brought this file already')
    files.push(artifact)
  }
  return files
}

/** An OK to what was understood is for whoever asked, or an owner; a command is approved under the same rules as everywhere. */
function mayAnswer(caller: Caller, task: Task): boolean {
  if (!maySee(caller.principal, task)) return false
  return task.approval?.kind === 'plan' || caller.principal.role === 'owner' || hasScope(caller, 'tasks:approve')
}

function takenToWire(taken: Taken) {
  const nothing = { task: null, answered: null, waiting: [], replaced: [] }
  switch (taken.type) {
    case 'task':
      return { ...nothing, task: taskToWire(taken.task), replaced: taken.replaced }
    case 'unclear':
      return { ...nothing, waiting: taken.waiting }
    case 'answered': {
      const { taskId, approvalId, yes, refused } = taken
      return {
        ...nothing,
        answered: { task_id: taskId, approval_id: approvalId, yes, refused: refused?.type ?? null },
      }
    }
  }
}
