import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { objectStoreContract } from '../../../test/contract/object-store.ts'
import { createDirectoryObjectStore } from './directory.ts'

async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'objects-'))
  const objects = createDirectoryObjectStore(join(folder, 'store'))
  return { objects, folder, close: () => rm(folder, { recursive: true, force: true }) }
}

objectStoreContract('directory', open)

test('no key leads out of the folder', async () => {
  const { objects, folder, close } = await open()
  try {
    await writeFile(join(folder, '=secret'), 'secret')
    const keys = ['', '.', '..', '../secret', 'a/../../secret', '/etc/passwd', 'a//b', 'a/', 'a\\b', 'a\0b', '.hidden']
    for (const key of [...keys, 'ä', 'x'.repeat(513), `${'y'.repeat(201)}/z`, '=a']) {
      await assert.rejects(objects.get(key), /can't be the key/, key)
      await assert.rejects(objects.put(key, new Uint8Array(1)), /can't be the key/, key)
      await assert.rejects(objects.delete(key), /can't be the key/, key)
    }
    assert.deepEqual(await readdir(folder), ['=secret'])
  } finally {
    await close()
  }
})

test('objects are for their owner alone, and no draft stays behind', async () => {
  const { objects, folder, close } = await open()
  try {
    await Promise.all(Array.from({ length: 10 }, (_, index) => objects.put('a/b', new Uint8Array(index))))
    assert.deepEqual(await readdir(join(folder, 'store', 'a')), ['=b'])
    assert.equal((await stat(join(folder, 'store', 'a'))).mode & 0o777, 0o700)
    assert.equal((await stat(join(folder, 'store', 'a', '=b'))).mode & 0o777, 0o600)
  } finally {
    await close()
  }
})

test('a failing disk is an error with its cause', async () => {
  const { folder, close } = await open()
  try {
    await writeFile(join(folder, 'file'), '')
    const objects = createDirectoryObjectStore(join(folder, 'file'))
    await assert.rejects(objects.put('k', new Uint8Array(1)))
    assert.equal(await objects.get('k'), null)
  } finally {
    await close()
  }
})
