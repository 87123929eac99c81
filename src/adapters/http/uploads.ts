// Files on their way in and out: read up to a limit, named so that a name leads nowhere, and never shown in place.
import type { ArtifactId, ThreadId } from '../../core/vocabulary/ids.ts'
import type { Artifact } from '../../core/ports/artifact-store.ts'
import type { HttpDeps } from './deps.ts'
import { invalidField, isProblem, problem } from './problem.ts'
import type { Problem } from './problem.ts'
import { isStorableText, readBytes } from './read-body.ts'

export type Upload = { readonly name: string; readonly mediaType: string; readonly bytes: Uint8Array }

const MAX_NAME = 200
export const BINARY = 'application/octet-stream'
export const UPLOAD_BODIES = [BINARY, 'multipart/form-data']

/** Never shown in place: what came out of a sandbox must not run as a page of this server. */
export async function download(deps: HttpDeps, artifact: Artifact): Promise<Response | Problem> {
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

/** The one file of a request: its body, or the one file of a multipart form. */
export async function readUpload(request: Request, maxBytes: number, filename?: string): Promise<Upload | Problem> {
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

/** Where an upload is kept that no message brought yet: the conversation that it is for stands in it. */
export function uploadKey(thread: ThreadId, id: ArtifactId): string {
  return `uploads/${thread}/${id}`
}

/** The conversation of an upload; null of every other object. */
export function threadOfUpload(objectKey: string): string | null {
  return /^uploads\/([0-9a-f-]{36})\//.exec(objectKey)?.[1] ?? null
}
