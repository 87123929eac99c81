import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { libraryPath } from './binaries.ts'

async function installation(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'binaries-'))
  t.after(() => rm(folder, { recursive: true }))
  const root = join(folder, 'package')
  await mkdir(join(root, 'native', 'lib'), { recursive: true })
  await writeFile(join(root, 'native', 'lib', 'libx.so.1.2'), 'x')
  const links = [
    { source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so' },
    { source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so.1' },
  ]
  await writeFile(join(root, 'native', 'pg-symlinks.json'), JSON.stringify(links))
  return { root, libraries: join(folder, 'libraries') }
}

test('where the install script ran there is nothing to add', async (t) => {
  const { root, libraries } = await installation(t)
  for (const name of ['libx.so', 'libx.so.1']) await symlink('libx.so.1.2', join(root, 'native', 'lib', name))
  assert.deepEqual(await libraryPath(root, libraries), {})
})

test('where install scripts are blocked the links are made elsewhere, as often as asked', async (t) => {
  const { root, libraries } = await installation(t)
  const path = `${libraries}:${join(root, 'native', 'lib')}`
  const expected = { LD_LIBRARY_PATH: path, DYLD_LIBRARY_PATH: path }
  assert.deepEqual(await libraryPath(root, libraries), expected)
  assert.deepEqual(await libraryPath(root, libraries), expected)
  for (const name of ['libx.so', 'libx.so.1']) assert.equal(await readFile(join(libraries, name), 'utf8'), 'x')
})

test('links of an installation that moved away are replaced', async (t) => {
  const { root, libraries } = await installation(t)
  await mkdir(libraries)
  await symlink('/nowhere/libx.so.1.2', join(libraries, 'libx.so'))
  await libraryPath(root, libraries)
  assert.equal(await readFile(join(libraries, 'libx.so'), 'utf8'), 'x')
})

test('a package without a list of links needs none', async (t) => {
  const { root, libraries } = await installation(t)
  await rm(join(root, 'native', 'pg-symlinks.json'))
  assert.deepEqual(await libraryPath(root, libraries), {})
})
