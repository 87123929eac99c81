// Objects in a bucket of any server that speaks S3, by the address of the server and not of the bucket (path-style).
import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { AwsClient } from 'aws4fetch'
import type { ObjectStore } from '../../core/ports/object-store.ts'
import { partsOf } from './object-key.ts'

export type S3Settings = {
  /** E.g. `https://s3.eu-central-1.amazonaws.com` or `http://minio:9000`. */
  readonly endpoint: string
  /** Has to be there: nothing is created. */
  readonly bucket: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export type S3Patience = {
  /** For one try, its whole answer included. */
  readonly tryMs: number
  readonly tries: number
  /** Before the second try; twice as long before each further one. */
  readonly pauseMs: number
}

const PATIENCE: S3Patience = { tryMs: 30_000, tries: 4, pauseMs: 200 }

type Answer = { readonly status: number; readonly bytes: Uint8Array<ArrayBuffer> }
type Tried = { readonly type: 'answer'; readonly answer: Answer } | { readonly type: 'failed'; readonly error: unknown }

/**
 * What the server can't do now is tried again, boundedly; what it refuses is not. Throws one sentence that says what to do, never a
 * secret, and for keys that can't be named anywhere.
 */
export function createS3ObjectStore(settings: S3Settings, patience: S3Patience = PATIENCE): ObjectStore {
  const client = new AwsClient({ ...settings, service: 's3', retries: 0 })
  const bucketUrl = `${settings.endpoint.replace(/\/+$/, '')}/${settings.bucket}`
  const send = async (method: 'PUT' | 'GET' | 'DELETE', key: string, bytes: Uint8Array<ArrayBuffer> | null) => {
    const url = `${bucketUrl}/${partsOf(key).join('/')}`
    const hash = createHash('sha256').update(bytes ?? '')
    const headers = { 'x-amz-content-sha256': hash.digest('hex') }
    return insist(patience, async (signal) => {
      const request = await client.sign(url, { method, headers, ...(bytes === null ? {} : { body: bytes }) })
      const response = await fetch(request, { signal, redirect: 'manual' })
      return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) }
    })
  }
  const fail = (doing: string, tried: Tried): never => {
    if (tried.type === 'answer') throw new Error(`${doing}: ${refusal(settings, tried.answer)}`)
    throw new Error(`${doing}: the object store at ${settings.endpoint} can't be reached or is too slow.`, {
      cause: tried.error,
    })
  }
  return {
    put: async (key, bytes) => {
      const tried = await send('PUT', key, Uint8Array.from(bytes))
      if (!isDone(tried)) fail(`The object ${key} could not be stored`, tried)
    },
    get: async (key) => {
      const tried = await send('GET', key, null)
      if (isMissing(tried)) return null
      if (isDone(tried)) return tried.answer.bytes
      return fail(`The object ${key} could not be read`, tried)
    },
    delete: async (key) => {
      const tried = await send('DELETE', key, null)
      if (!isDone(tried) && !isMissing(tried)) fail(`The object ${key} could not be deleted`, tried)
    },
  }
}

/** The first answer that trying again would not change, or how the last try went. */
async function insist(patience: S3Patience, attempt: (signal: AbortSignal) => Promise<Answer>): Promise<Tried> {
  for (let count = 1; ; count += 1) {
    const tried = await attempt(AbortSignal.timeout(patience.tryMs)).then(
      (answer): Tried => ({ type: 'answer', answer }),
      (error: unknown): Tried => ({ type: 'failed', error }),
    )
    const again = tried.type === 'failed' || tried.answer.status >= 500 || tried.answer.status === 429
    if (!again || count >= patience.tries) return tried
    await pause(patience.pauseMs * 2 ** (count - 1))
  }
}

function isDone(tried: Tried): tried is Extract<Tried, { type: 'answer' }> {
  return tried.type === 'answer' && tried.answer.status >= 200 && tried.answer.status < 300
}

/** The object, and not its bucket. */
function isMissing(tried: Tried): boolean {
  return tried.type === 'answer' && tried.answer.status === 404 && codeOf(tried.answer) !== 'NoSuchBucket'
}

/** Nothing of the answer but its code is told: it may repeat what was signed. */
function codeOf({ bytes }: Answer): string | null {
  const text = new TextDecoder().decode(bytes.subarray(0, 2_000))
  return /<Code>([A-Za-z0-9]{1,60})<\/Code>/.exec(text)?.[1] ?? null
}

const CLOCK = new Set(['RequestTimeTooSkewed', 'RequestExpired'])

function refusal({ endpoint, bucket, region }: S3Settings, answer: Answer): string {
  const code = codeOf(answer)
  const said = `${answer.status}${code === null ? '' : ` ${code}`}`
  if (code === 'NoSuchBucket') return `there is no bucket "${bucket}" at ${endpoint}. Create it, or correct S3_BUCKET.`
  if (code !== null && CLOCK.has(code)) return `${endpoint} refuses it because this machine's clock is wrong (${said}).`
  if (answer.status === 401 || answer.status === 403)
    return `${endpoint} refuses the key for the bucket "${bucket}" (${said}). Check S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY and what they may do.`
  if (code === 'AuthorizationHeaderMalformed' || (answer.status >= 300 && answer.status < 400))
    return `the bucket "${bucket}" is not in the region ${region} (${said}). Correct S3_REGION or S3_ENDPOINT.`
  if (answer.status >= 500 || answer.status === 429) return `the object store at ${endpoint} is in trouble (${said}).`
  return `the object store at ${endpoint} answered ${said}.`
}
