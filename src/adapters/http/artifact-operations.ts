// Files that go with a task: uploaded by people, or made by the crew.
import { z } from 'zod'
import type { ArtifactId } from '../../core/vocabulary/ids.ts'
import type { Artifact } from '../../core/ports/artifact-store.ts'
import { maySee } from './authenticate.ts'
import type { Caller } from './authenticate.ts'
import type { HttpDeps } from './deps.ts'
import { findThread, isRefusal, isUuid, json, operation, taskOperation } from './operation.ts'
import { isProblem, problem, refusalToProblem } from './problem.ts'
import { limitProblem } from './request-limit.ts'
import { BINARY, download, readUpload, threadOfUpload, UPLOAD_BODIES } from './uploads.ts'
import { artifactSchema, artifactToWire, listOf } from './wire.ts'

const PATCH = { name: 'changes.patch', mediaType: 'text/x-diff' }
const NO_SUCH_ARTIFACT = problem(404, 'artifact_not_found', 'There is no artifact with this id that you may see.')

export const artifactOperations = [
  taskOperation({
    method: 'post',
    path: '/v1/tasks/{task_id}/artifacts',
    id: 'addArtifact',
    summary: 'Attach a file: as the body, named by `filename`, or as the one file of a multipart form.',
    access: 'tasks:write',
    query: z.object({ filename: z.string().max(1_000).optional() }),
    rawBody: UPLOAD_BODIES,
    responses: { 201: { description: 'Stored durably.', schema: artifactSchema } },
    handle: async ({ deps, config, caller, task, request, query }) => {
      const limited = await limitProblem(deps, config, caller, { startsWork: false })
      if (limited !== null) return limited
      const upload = await readUpload(request, config.limits.uploadBytes, query.filename)
      if (isProblem(upload)) return upload
      const id = deps.ids.next<ArtifactId>()
      const objectKey = `artifacts/${task.id}/${id}`
      const { name, mediaType, bytes } = upload
      const artifact: Artifact = {
        id,
        taskId: task.id,
        messageId: null,
        kind: 'file',
        name,
        mediaType,
        bytes: bytes.byteLength,
        objectKey,
        content: null,
        createdAt: deps.clock.now(),
      }
      await deps.objects.put(objectKey, bytes)
      await deps.artifacts.add(artifact)
      const told = await deps.appendFromOutside(task.id, [
        { type: 'artifact.added', data: { artifact_id: id, name, media_type: mediaType, bytes: artifact.bytes } },
      ])
      if (isRefusal(told)) return refusalToProblem(told)
      return json(artifactToWire(artifact), 201, { location: `/v1/artifacts/${id}` })
    },
  }),
  taskOperation({
    method: 'get',
    path: '/v1/tasks/{task_id}/artifacts',
    id: 'listArtifacts',
    summary: "The task's files, oldest first.",
    access: 'tasks:read',
    responses: { 200: { description: 'All of them.', schema: listOf('ArtifactPage', artifactSchema) } },
    handle: async ({ deps, task }) => {
      const artifacts = await deps.artifacts.ofTask(task.id)
      return json({ items: artifacts.map(artifactToWire), next_cursor: null })
    },
  }),
  taskOperation({
    method: 'get',
    path: '/v1/tasks/{task_id}/patch',
    id: 'getPatch',
    summary: 'What the task changed, as a unified diff.',
    access: 'tasks:read',
    responses: { 200: { description: 'The diff.', mediaType: PATCH.mediaType } },
    handle: async ({ deps, task }) => {
      const all = await deps.artifacts.ofTask(task.id)
      const patch = all.findLast((it) => it.name === PATCH.name && it.mediaType === PATCH.mediaType)
      if (patch === undefined) return problem(404, 'no_patch', 'This task has recorded no changes.')
      return download(deps, patch)
    },
  }),
  operation({
    method: 'get',
    path: '/v1/artifacts/{artifact_id}',
    id: 'getArtifact',
    summary: 'The file itself.',
    access: 'tasks:read',
    responses: { 200: { description: 'Its bytes.', mediaType: BINARY } },
    handle: async ({ deps, caller, params }) => {
      const id = params['artifact_id'] ?? ''
      const artifact = isUuid(id) ? await deps.artifacts.get(id as ArtifactId) : null
      if (artifact === null || !(await mayHave(deps, caller, artifact))) return NO_SUCH_ARTIFACT
      return download(deps, artifact)
    },
  }),
]

/** Through its task, its message, or the conversation that it was uploaded for. */
export async function mayHave(deps: HttpDeps, caller: Caller, artifact: Artifact): Promise<boolean> {
  const task = artifact.taskId === null ? null : await deps.store.get(artifact.taskId)
  if (task !== null && maySee(caller.principal, task)) return true
  const message = artifact.messageId === null ? null : await deps.conversations.message(artifact.messageId)
  const thread = message?.threadId ?? threadOfUpload(artifact.objectKey)
  return thread !== null && (await findThread(deps, caller, thread)) !== null
}
