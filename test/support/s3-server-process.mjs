// An S3 server that others wrote, as a process of its own: a folder, a bucket in it, and a line that says where it listens.
import { createHash } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { buffer } from 'node:stream/consumers'

const S3rver = createRequire(new URL('../servers/package.json', import.meta.url))('s3rver')
const [directory, bucket, port] = process.argv.slice(2)
const server = new S3rver({
  address: '127.0.0.1',
  port: Number(port),
  silent: true,
  directory,
  configureBuckets: [{ name: bucket }],
})

// It writes objects in place and answers before they are written; S3 shows an object whole or not at all.
const { store } = server
let turn = Promise.resolve()
store.putObject = (object) => {
  const put = turn.then(() => putWhole(object))
  turn = put.catch(() => undefined)
  return put
}

async function putWhole({ bucket: name, key, content, metadata }) {
  const bytes = Buffer.isBuffer(content) ? content : await buffer(content)
  const path = store.getResourcePath(name, key, 'object')
  const md5 = createHash('md5').update(bytes).digest('hex')
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.draft`, bytes)
  await store.putMetadata(name, key, metadata, md5)
  await rename(`${path}.draft`, path)
  return { size: bytes.length, md5 }
}

const { port: listening } = await server.run()
process.stdout.write(`${listening}\n`)
