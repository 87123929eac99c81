// Files that go with a task: uploaded by people, or made by the crew.
import { z } from 'zod'
import type { ArtifactId } from '../../core/vocabulary/ids.ts'
import type { Artifact } from '../../core/ports/artifact-store.ts'
import { maySee } from './authenticate.ts'
import type { HttpDeps } from './deps.ts'
import { isRefusal, isUuid, json, operation, taskOperation } from './operation.ts'
import { invalidField, isProblem, problem, refusalToProblem } from './problem.ts'
import type { Problem } from './problem.ts'
import { isStorableText, readBytes } from './read-body.ts'
import { artifactSchema, artifactToWire, listOf } from './wire.ts'

type Upload = { readonly name: string; readonly mediaType: string; readonly bytes: Uint8Array }

const MAX_NAME = 200
const BINARY = 'application/octet-stream'
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
    rawBody: [BINARY, 'multipart/form-data'],
    responses: { 201: { description: 'Stored durably.', schema: artifactSchema } },
    handle: async ({ deps, config, task, request, query }) => {
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
        createdAt: deps.clock.now(),
      }
      await deps.objects.put(objectKey, bytes)
      await deps.artifacts.add(artifact)
      const told = await deps.appendFromOutside(task.id, [
        { type: 'artifact.added', data: { artifact_id: id, name, media_type: mediaType, bytes: artifact.bytes } },
      ])
      if (isRefusal(told)) return refusalToProblem(told)
      return json(artifactToWire(artifact, task.id), 201, { location: `/v1/artifacts/${id}` })
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
      return json({ items: artifacts.map((artifact) => artifactToWire(artifact, task.id)), next_cursor: null })
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
      const taskId = artifact?.taskId ?? null
      const task = taskId === null ? null : await deps.store.get(taskId)
      if (artifact === null || task === null || !maySee(caller.principal, task)) return NO_SUCH_ARTIFACT
      return download(deps, artifact)
    },
  }),
]

/** Never shown in place: what came out of a sandbox must not run as a page of this server. */
async function download(deps: HttpDeps, artifact: Artifact): Promise<Response | Problem> {
  const bytes = await deps.objects.get(artifact.objectKey)
  if (bytes === null) return problem(404, 'artifact_gone', 'The bytes of this artifact are no longer kept.')
  const plain = artifact.name.replaceAll(/[^\w.-]/g, '_')
  const encoded = encodeURIComponent(artifact.name).replaceAll(
    /['()*]/g,
    (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return new Response(new Uint8Array(bytes), {
    headers: {
      'content-type': artifact.mediaType,
      'content-length': String(bytes.byteLength),
      'content-disposition': `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`,
      'content-security-policy': "sandbox; default-src 'none'",
      'cache-control': 'private, no-store',
    },
  })
}

async function readUpload(request: Request, maxBytes: number, filename?: string): Promise<Upload | Problem> {
  const bytes = await readBytes(request, maxBytes)
  if (isProblem(bytes)) return bytes
  const type = request.headers.get('content-type')
  const upload = type?.toLowerCase().startsWith('multipart/form-data')
    ? await fileOfForm(bytes, type)
    : { name: filename ?? 'file', mediaType: type ?? BINARY, bytes }
  if (isProblem(upload)) return upload
  if (upload.bytes.byteLength === 0) return problem(400, 'empty_file', 'The file is empty.')
  const name = safeName(filename ?? upload.name)
  if (name === null) return invalidField('filename', 'give a file name')
  return { name, mediaType: safeType(upload.mediaType), bytes: upload.bytes }
}

async function fileOfForm(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<Upload | Problem> {
  let form: FormData
  try {
    form = await new Response(bytes, { headers: { 'content-type': type } }).formData()
  } catch {
    return problem(400, 'malformed_form', 'The multipart form could not be read.')
  }
  const files = [...form.values()].filter((value) => value instanceof File)
  const file = files[0]
  if (file === undefined || files.length > 1) return problem(400, 'one_file', 'Send exactly one file in the form.')
  return { name: file.name, mediaType: file.type, bytes: await file.bytes() }
}

/** The last part of a path, without what could break a line, a header or a file system. */
function safeName(given: string): string | null {
  if (!isStorableText(given)) return null
  const last = given.split(/[/\\]/).at(-1) ?? ''
  // Control and format characters hide what a name is (a right-to-left mark before an ending).
  const name = Array.from(last.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ''))
    .slice(0, MAX_NAME)
    .join('')
    .trim()
  return name === '' || name === '.' || name === '..' ? null : name
}

function safeType(given: string): string {
  return /^[\w.+-]{1,100}\/[\w.+-]{1,100}(;\s?charset=[\w-]{1,40})?$/.test(given) ? given : BINARY
}
