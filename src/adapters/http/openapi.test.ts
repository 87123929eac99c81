import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import manifest from '#package' with { type: 'json' }
import type { JsonObject } from '../../core/vocabulary/json.ts'
import { eventsDocument, openApiDocument } from './openapi.ts'
import { operations } from './operations.ts'

const contracts = new URL('../../../contracts/', import.meta.url)

async function published(file: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(file, contracts), 'utf8'))
}

test('the published contracts are what the code says; if not: npm run contracts', async () => {
  assert.deepEqual(await published('openapi.json'), openApiDocument(manifest.version))
  assert.deepEqual(await published('events.schema.json'), eventsDocument())
})

test('every operation has an id of its own and describes what it answers with', () => {
  const ids = operations.map((it) => it.id)
  assert.equal(new Set(ids).size, ids.length)
  for (const it of operations) assert.ok(Object.keys(it.responses).length > 0, it.id)
})

test('every reference in the documents leads somewhere', () => {
  for (const document of [openApiDocument('0.0.0'), eventsDocument()]) {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((it) => it[1] ?? '')
    assert.ok(references.length > 5)
    for (const reference of references) assert.notEqual(at(document, reference.split('/')), undefined, reference)
  }
})

function at(document: JsonObject, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    return typeof inner === 'object' && inner !== null ? Object.getOwnPropertyDescriptor(inner, key)?.value : undefined
  }, document)
}
