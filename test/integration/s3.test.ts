// Objects in a real S3 server: what every ObjectStore promises, and what becomes of it when the server does not do its part.
import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { createS3ObjectStore } from '../../src/adapters/objects/s3.ts'
import type { S3Settings } from '../../src/adapters/objects/s3.ts'
import { objectStoreContract } from '../contract/object-store.ts'
import { S3_BUCKET, S3_KEY, startS3Server, withoutS3 } from '../support/s3-server.ts'

const options = { skip: withoutS3 }
const IMPATIENT = { tryMs: 5_000, tries: 3, pauseMs: 1 }
const bytes = (...values: number[]) => Uint8Array.from(values)

function settings(endpoint: string, change: Partial<S3Settings> = {}): S3Settings {
  const keys = { accessKeyId: S3_KEY, secretAccessKey: S3_KEY }
  return { endpoint, bucket: S3_BUCKET, region: 'us-east-1', ...keys, ...change }
}

if (withoutS3 === false)
  objectStoreContract('S3', async () => {
    const server = await startS3Server()
    return { objects: createS3ObjectStore(settings(server.endpoint)), close: server.stop }
  })

test('an unknown key and a missing bucket are told apart', options, async () => {
  const server = await startS3Server()
  try {
    const cases = [
      [{ accessKeyId: 'AKIA0000' }, /refuses the key for the bucket "factotum" \(403 InvalidAccessKeyId\)\. Check/],
      [{ bucket: 'elsewhere' }, /there is no bucket "elsewhere" at http:.*Create it, or correct S3_BUCKET/],
    ] as const
    for (const [change, expected] of cases) {
      const objects = createS3ObjectStore(settings(server.endpoint, change), IMPATIENT)
      for (const act of [() => objects.put('k', bytes(1)), () => objects.get('k'), () => objects.delete('k')])
        await assert.rejects(act, (error: Error) => {
          assert.match(error.message, expected)
          assert.match(error.message, /^The object k could not be (?:stored|read|deleted): /)
          return true
        })
    }
    assert.equal(await createS3ObjectStore(settings(server.endpoint)).get('k'), null)
  } finally {
    await server.stop()
  }
})

// The server above knows keys by their names alone, so what is signed is held against the definition here.
test('requests are signed for their very content, and a wrong secret is told without a word of it', async () => {
  const secret = 'wJalrXUtnFEMI/K7MDENG'
  const { endpoint, close } = await serve(async (request, response) => {
    const body = await buffer(request)
    const signed = isSigned(request, body, secret)
    response.statusCode = signed ? 200 : 403
    response.end(
      signed ? body : `<Error><Code>SignatureDoesNotMatch</Code><StringToSign>${secret}</StringToSign></Error>`,
    )
  })
  try {
    const region = 'eu-central-1'
    const objects = createS3ObjectStore(settings(endpoint, { region, secretAccessKey: secret }), IMPATIENT)
    await objects.put('a/b-c_d.e', bytes(1, 2, 3))
    assert.deepEqual(await objects.get('a/b'), bytes())
    await objects.delete('a')
    const wrong = createS3ObjectStore(settings(endpoint, { region, secretAccessKey: `${secret}x` }), IMPATIENT)
    for (const act of [() => wrong.put('k', bytes(1)), () => wrong.get('k'), () => wrong.delete('k')])
      await assert.rejects(act, (error: Error) => {
        assert.match(error.message, /\(403 SignatureDoesNotMatch\)\. Check S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY/)
        assert.ok(!`${error.message} ${String(error.cause)} ${error.stack}`.includes(secret))
        return true
      })
  } finally {
    await close()
  }
})

test('what was stored is there when a server that died comes back', options, async () => {
  const server = await startS3Server()
  try {
    const objects = createS3ObjectStore(settings(`${server.endpoint}/`), { tryMs: 5_000, tries: 9, pauseMs: 100 })
    const hasty = createS3ObjectStore(settings(server.endpoint), IMPATIENT)
    await objects.put('a/b', bytes(1, 2))
    await server.die()
    await assert.rejects(hasty.get('a/b'), /could not be read: the object store at http:\S+ can't be reached/)
    await assert.rejects(hasty.put('a/b', bytes(3)), /could not be stored/)
    await assert.rejects(hasty.delete('a/b'), /could not be deleted/)
    const [read] = await Promise.all([objects.get('a/b'), server.comeBack()])
    assert.deepEqual(read, bytes(1, 2))
  } finally {
    await server.stop()
  }
})

test('keys that name no file anywhere are refused', async () => {
  const objects = createS3ObjectStore(settings('http://127.0.0.1:1'), IMPATIENT)
  for (const key of ['', '..', '../secret', 'a/../../secret', '/etc/passwd', 'a//b', 'a\\b', 'a?b', 'a%2fb', 'ä'])
    for (const act of [() => objects.put(key, bytes(1)), () => objects.get(key), () => objects.delete(key)])
      await assert.rejects(act, /can't be the key/, key)
})

test('a server in trouble is asked again, so often and no more', async () => {
  let asked = 0
  const { endpoint, close } = await serve((request, response) => {
    asked += 1
    request.resume().on('end', () => {
      response.statusCode = asked < 3 ? 503 : 200
      response.end(asked < 3 ? '<Error><Code>SlowDown</Code></Error>' : 'x')
    })
  })
  try {
    const objects = createS3ObjectStore(settings(endpoint), IMPATIENT)
    assert.deepEqual(await objects.get('k'), bytes(120))
    assert.equal(asked, 3)
    asked = -1_000
    await assert.rejects(objects.put('k', bytes(1)), /the object store at \S+ is in trouble \(503 SlowDown\)/)
    assert.equal(asked, -997)
  } finally {
    await close()
  }
})

test('a server that is too slow, or stops in the middle, is not waited for forever', async () => {
  let how: 'silent' | 'half' | 'cut' = 'silent'
  const { endpoint, close } = await serve((_, response) => {
    if (how === 'silent') return
    response.writeHead(200, { 'content-length': '10' }).write('12345')
    if (how === 'cut') response.destroy()
  })
  try {
    const objects = createS3ObjectStore(settings(endpoint), { tryMs: 200, tries: 2, pauseMs: 1 })
    for (const next of ['silent', 'half', 'cut'] as const) {
      how = next
      await assert.rejects(objects.get('k'), /can't be reached or is too slow/, next)
    }
  } finally {
    await close()
  }
})

test('what is refused for good is not asked again, and nothing follows it elsewhere', async () => {
  const answers = [
    [403, '<Error><Code>AccessDenied</Code></Error>', /\(403 AccessDenied\)\. Check S3_ACCESS_KEY_ID/],
    [403, '<Error><Code>RequestTimeTooSkewed</Code></Error>', /this machine's clock is wrong/],
    [301, '<Error><Code>PermanentRedirect</Code></Error>', /is not in the region us-east-1/],
    [400, '<Code><script>', /answered 400\.$/],
  ] as const
  for (const [status, body, expected] of answers) {
    let asked = 0
    const { endpoint, close } = await serve((request, response) => {
      asked += 1
      assert.equal(request.url, '/factotum/a/k')
      response.writeHead(status, { location: '/elsewhere' }).end(body)
    })
    try {
      await assert.rejects(createS3ObjectStore(settings(endpoint), IMPATIENT).get('a/k'), expected)
      assert.equal(asked, 1)
    } finally {
      await close()
    }
  }
})

/** AWS Signature Version 4 of one request, as its documentation defines it. */
function isSigned({ method, url, headers }: IncomingMessage, body: Buffer, secret: string): boolean {
  const [, day = '', region = '', names = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=[^/]+\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)$/.exec(
      headers.authorization ?? '',
    ) ?? []
  const hash = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')
  const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  const content = String(headers['x-amz-content-sha256'])
  if (content !== hash(body) || !names.split(';').includes('x-amz-content-sha256')) return false
  const lines = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`)
  const canonical = [method, url, '', lines.join(''), names, content].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const key = mac(mac(mac(mac(`AWS4${secret}`, day), region), 's3'), 'aws4_request')
  return (
    mac(key, `AWS4-HMAC-SHA256\n${String(headers['x-amz-date'])}\n${scope}\n${hash(canonical)}`).toString('hex') ===
    signature
  )
}

async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { endpoint: `http://127.0.0.1:${port}`, close }
}
