// Parameters out of an HTTP request: query, JSON, urlencoded form and multipart, together.
import type { IncomingMessage } from 'node:http'
import { badRequest, BotApiError } from '../world/api-error.ts'
import { isJsonObject } from './call.ts'
import type { Json, Params, Upload } from './call.ts'

/** 50 MB of file and what is around it. */
const MAX_BODY = 51 * 1024 * 1024

export async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    const part = Buffer.from(chunk)
    size += part.length
    // The rest is read and thrown away, so that the answer reaches a caller that is still sending.
    if (size <= MAX_BODY) chunks.push(part)
  }
  if (size > MAX_BODY) throw new BotApiError(413, 'Request Entity Too Large')
  return Buffer.concat(chunks)
}

/** Body over query, where both have a name. */
export async function readParams(query: URLSearchParams, contentType: string, body: Buffer): Promise<Params> {
  const values: Record<string, Json> = Object.fromEntries(query)
  const uploads = new Map<string, Upload>()
  if (body.length === 0) return { values, uploads }
  if (contentType.startsWith('application/json')) return { values: { ...values, ...parseObject(body) }, uploads }
  if (contentType.startsWith('multipart/form-data')) {
    for (const [name, value] of await parseForm(contentType, body)) {
      if (typeof value === 'string') values[name] = value
      else uploads.set(name, { name: value.name, mimeType: mimeOf(value.type), bytes: await value.bytes() })
    }
    return { values, uploads }
  }
  return { values: { ...values, ...Object.fromEntries(new URLSearchParams(body.toString('utf8'))) }, uploads }
}

function parseObject(body: Buffer): Readonly<Record<string, Json>> {
  let parsed: Json
  try {
    parsed = JSON.parse(body.toString('utf8')) as Json
  } catch {
    throw badRequest("can't parse request JSON object")
  }
  if (!isJsonObject(parsed)) throw badRequest('request body must be a JSON object')
  return parsed
}

async function parseForm(contentType: string, body: Buffer): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData()
  } catch {
    throw badRequest("can't parse multipart form")
  }
}

function mimeOf(type: string): string {
  return type === '' ? 'application/octet-stream' : type
}
