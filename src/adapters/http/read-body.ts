// Request bodies are hostile input: read up to a limit, decoded strictly, and checked for what could not be stored.
import { isProblem, problem } from './problem.ts'
import type { Problem } from './problem.ts'

const MAX_DEPTH = 64
/** Up to this the server's own way of reading a body whole is used, which makes no stream of it; it takes a copy more. */
const WHOLE_BYTES = 1_000_000

const CUT_OFF = problem(400, 'body_cut_off', 'The body ended before it was complete.')

function tooLarge(maxBytes: number): Problem {
  // The rest of the body is not worth waiting for.
  const headers = { connection: 'close' }
  return problem(413, 'body_too_large', `The body is larger than ${maxBytes} bytes.`, { headers })
}

/** The whole body, or 413 as soon as it is known to be larger than `maxBytes`. */
export async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | Problem> {
  const declared = request.headers.get('content-length')
  if (declared !== null) {
    if (Number(declared) > maxBytes) return tooLarge(maxBytes)
    // No more arrives than was declared: the server's parser sees to it.
    if (Number(declared) <= WHOLE_BYTES) return readWhole(request, maxBytes)
  }
  if (request.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let bytes = 0
  const reader = request.body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      bytes += value.byteLength
      if (bytes > maxBytes) {
        void reader.cancel().catch(() => undefined)
        return tooLarge(maxBytes)
      }
      chunks.push(value)
    }
  } catch {
    return CUT_OFF
  }
  const whole = new Uint8Array(bytes)
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.byteLength
  }
  return whole
}

async function readWhole(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | Problem> {
  try {
    const whole = new Uint8Array(await request.arrayBuffer())
    return whole.byteLength > maxBytes ? tooLarge(maxBytes) : whole
  } catch {
    return CUT_OFF
  }
}

/** The body as JSON; an empty one is `{}`. */
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  const bytes = await readBytes(request, maxBytes)
  if (isProblem(bytes)) return bytes
  if (bytes.byteLength === 0) return {}
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') {
    return problem(415, 'unsupported_media_type', 'Send JSON with content-type: application/json.')
  }
  return parseJson(bytes)
}

function parseJson(bytes: Uint8Array): unknown {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return problem(400, 'invalid_utf8', 'The body is not valid UTF-8.')
  }
  if (depth(text) > MAX_DEPTH) return problem(400, 'too_deep', `The JSON is nested deeper than ${MAX_DEPTH} levels.`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return problem(400, 'malformed_json', 'The body is not valid JSON.')
  }
  if (!isStorable(value)) {
    return problem(400, 'invalid_text', 'A text in the body holds a NUL character or half of a surrogate pair.')
  }
  return value
}

/** How deep brackets are nested outside of strings; measured before anything recursive touches the text. */
function depth(text: string): number {
  let open = 0
  let deepest = 0
  let quoted = false
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (quoted) {
      if (code === 92) at += 1
      else if (code === 34) quoted = false
    } else if (code === 34) quoted = true
    else if (code === 91 || code === 123) deepest = Math.max(deepest, ++open)
    else if (code === 93 || code === 125) open -= 1
  }
  return deepest
}

/** PostgreSQL keeps neither NUL nor lone surrogates in text. */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return isStorableText(value)
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(isStorable)
  return Object.entries(value).every(([key, inner]) => isStorableText(key) && isStorable(inner))
}
