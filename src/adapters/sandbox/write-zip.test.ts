import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { unzipSync } from 'fflate'
import type { RecordedFile } from '../../core/ports/packing.ts'
import { writeZip } from './write-zip.ts'

const files = fc
  .uniqueArray(
    fc.record({ path: fc.stringMatching(/^[a-zé]{1,8}(\/[a-z0-9 ._-]{1,8}){0,2}$/), bytes: fc.uint8Array() }),
    {
      selector: ({ path }) => path,
      maxLength: 12,
    },
  )
  .map((list) => list.map((one): RecordedFile => ({ ...one, type: 'file' })))

test('what was packed comes out again, to the byte', () => {
  fc.assert(
    fc.property(files, (given) => {
      const found = unzipSync(writeZip(given))
      assert.deepEqual(Object.keys(found).toSorted(), given.map(({ path }) => path).toSorted())
      for (const { path, bytes } of given) assert.deepEqual(Buffer.from(found[path] ?? []), Buffer.from(bytes))
    }),
  )
})

test('the same files are the same bytes', () => {
  fc.assert(fc.property(files, (given) => assert.deepEqual(writeZip(given), writeZip(structuredClone(given)))))
})

test('what may be run stays so, and a link is a link', () => {
  const bytes = new TextEncoder().encode('x')
  const kinds = ['file', 'executable', 'link'] as const
  const zip = Buffer.from(writeZip(kinds.map((type) => ({ path: type, type, bytes }))))
  const modes = kinds.map((type) => {
    const entry = zip.lastIndexOf(type) - 46
    assert.equal(zip.readUInt32LE(entry), 0x02014b50)
    return (zip.readUInt32LE(entry + 38) >>> 16).toString(8)
  })
  assert.deepEqual(modes, ['100644', '100755', '120777'])
})

test('an empty project is an empty zip', () => {
  assert.deepEqual(unzipSync(writeZip([])), {})
})
