// The command line with its objects in S3: what a task gives out is there, and nothing of it in the data directory.
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { test } from 'node:test'
import { createS3ObjectStore } from '../../src/adapters/objects/s3.ts'
import { connectPostgres } from '../../src/adapters/postgres/connect.ts'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'
import { eventsOf, newPlace } from '../support/factotum.ts'
import { createTestDatabase, databaseUrl, withoutPostgres } from '../support/postgres.ts'
import { S3_BUCKET, S3_KEY, startS3Server, withoutS3 } from '../support/s3-server.ts'

test('a whole task with its files in S3', { skip: withoutPostgres || withoutS3 }, async () => {
  const [server, database] = await Promise.all([startS3Server(), createTestDatabase()])
  const keys = { S3_ACCESS_KEY_ID: S3_KEY, S3_SECRET_ACCESS_KEY: S3_KEY }
  const place = await newPlace({
    DATABASE_URL: databaseUrl(database),
    S3_ENDPOINT: server.endpoint,
    S3_BUCKET,
    ...keys,
  })
  try {
    const { code, stdout, stderr } = await place.run('run', 'create a hello world web app', '--json')
    assert.equal(code, 0, stderr)
    const events = eventsOf(stdout)
    const stores = await connectPostgres({ connection: database.connection, log: () => undefined })
    const artifacts = await stores.artifacts.ofTask(String(events[0]?.task_id) as TaskId)
    await stores.close()
    assert.ok(artifacts.length > 0)
    const objects = createS3ObjectStore({
      endpoint: server.endpoint,
      bucket: S3_BUCKET,
      region: 'us-east-1',
      accessKeyId: S3_KEY,
      secretAccessKey: S3_KEY,
    })
    for (const { objectKey, bytes } of artifacts) assert.equal((await objects.get(objectKey))?.length, bytes, objectKey)
    assert.ok(!(await readdir(place.dataDir)).includes('objects'))

    const { stdout: healthy } = await place.run('doctor', '--json')
    assert.match(healthy, /"name":"objects","required":true,"ok":true,"detail":"the bucket \\"factotum\\" at http/)
    await server.die()
    const { code: sick, stdout: told } = await place.run('doctor')
    assert.equal(sick, 1)
    assert.match(told, /MISSING\s+objects\s+The object doctor\/\S+ could not be stored: .*can't be reached/)
  } finally {
    await place.leave()
    await Promise.all([server.stop(), database.drop()])
  }
})
