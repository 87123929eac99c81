import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { memoryFilesContract } from '../../../test/contract/memory-files.ts'
import type { MemoryFileName } from '../../core/ports/memory-files.ts'
import { MEMORY_FILE_BYTES } from '../../core/ports/memory-files.ts'
import type { UserId } from '../../core/vocabulary/ids.ts'
import { chatScope, personScope, SHARED } from '../../core/vocabulary/memory.ts'
import { createDirectoryMemoryFiles } from './directory.ts'

const [SOUL, MEMORY, TODAY] = ['SOUL.md', 'MEMORY.md', 'memory/2026-11-21.md'] as MemoryFileName[] as [
  MemoryFileName,
  MemoryFileName,
  MemoryFileName,
]
const ADA = personScope('telegram:4711' as UserId)

async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'memory-'))
  const root = join(folder, 'memory')
  const close = () => rm(folder, { recursive: true, force: true })
  return { memoryFiles: createDirectoryMemoryFiles(root), root, folder, close }
}

async function opened(t: TestContext) {
  const parts = await open()
  t.after(parts.close)
  return parts
}

memoryFilesContract('directory', open)

test('a person finds the files, and they are for the owner alone', async (t) => {
  const { memoryFiles, root } = await opened(t)
  await memoryFiles.write({ scope: ADA, name: SOUL, text: 'Calm.' })
  await memoryFiles.append(ADA, TODAY, '14:02 something')
  await memoryFiles.write({ scope: SHARED, name: MEMORY, text: 'x' })
  const own = join(root, 'people', 'telegram.4711')
  assert.equal(memoryFiles.folder(ADA), own)
  assert.equal(await readFile(join(own, 'SOUL.md'), 'utf8'), 'Calm.')
  assert.equal(await readFile(join(own, 'memory', '2026-11-21.md'), 'utf8'), '14:02 something\n')
  assert.deepEqual((await readdir(own)).toSorted(), ['SOUL.md', 'memory'])
  for (const folder of [root, own, join(own, 'memory')]) assert.equal((await stat(folder)).mode & 0o777, 0o700)
  for (const file of ['SOUL.md', 'memory/2026-11-21.md'])
    assert.equal((await stat(join(own, file))).mode & 0o777, 0o600)
})

test("a chat's folder says which chat it is, and so does a person's whose id makes no name", async (t) => {
  const { memoryFiles } = await opened(t)
  const chat = chatScope({ interface: 'telegram', chat: '4711/-100200/7' })
  const odd = personScope('../Ada\n' as UserId)
  for (const scope of [chat, odd]) await memoryFiles.append(scope, TODAY, 'x')
  assert.equal(
    await readFile(join(memoryFiles.folder(chat), 'about.txt'), 'utf8'),
    'The memory of the chat "telegram/4711/-100200/7".\n',
  )
  assert.equal(
    await readFile(join(memoryFiles.folder(odd), 'about.txt'), 'utf8'),
    'The memory of the person "../Ada\\n".\n',
  )
  assert.deepEqual(await memoryFiles.list(chat), [TODAY])
})

test('what is edited by hand is read at once, as whatever editors write', async (t) => {
  const { memoryFiles, root } = await opened(t)
  await mkdir(join(root, 'shared'), { recursive: true })
  await writeFile(join(root, 'shared', 'MEMORY.md'), Buffer.from('\ufeffone\r\ntwo\u00e9', 'utf8'))
  assert.equal((await memoryFiles.read(SHARED, MEMORY))?.text, 'one\ntwoé')
  await writeFile(join(root, 'shared', 'MEMORY.md'), Buffer.concat([Buffer.from('a'), Buffer.from([0xff, 0xfe, 0xc3])]))
  assert.equal((await memoryFiles.read(SHARED, MEMORY))?.text, 'a')
  await writeFile(join(root, 'shared', 'MEMORY.md'), Buffer.alloc(MEMORY_FILE_BYTES * 2, 'é'))
  assert.equal((await memoryFiles.read(SHARED, MEMORY))?.text, 'é'.repeat(MEMORY_FILE_BYTES / 2))
  await writeFile(join(root, 'shared', 'MEMORY.md'), Buffer.alloc(MEMORY_FILE_BYTES * 2, 'aé'))
  assert.doesNotMatch((await memoryFiles.read(SHARED, MEMORY))?.text ?? '', /\ufffd/)
})

test('whatever else lies there is no memory', async (t) => {
  const { memoryFiles, root } = await opened(t)
  const shared = join(root, 'shared')
  await mkdir(join(shared, 'memory', '2026-11-20.md'), { recursive: true })
  for (const name of [
    'notes.md',
    '.SOUL.md.swp',
    'soul.md',
    'a\nb',
    '-rf',
    'memory/2026-1-1.md',
    'memory/.2026-11-21.md',
  ])
    await writeFile(join(shared, name), 'x')
  await writeFile(join(shared, 'memory', '2026-11-21.md'), 'x')
  assert.deepEqual(await memoryFiles.list(SHARED), [TODAY])
  assert.equal(await memoryFiles.read(SHARED, 'memory/2026-11-20.md' as MemoryFileName), null)
})

test('links are neither read, listed nor written through', async (t) => {
  const { memoryFiles, root, folder } = await opened(t)
  const secret = join(folder, 'secret')
  await mkdir(secret)
  await writeFile(join(secret, 'SOUL.md'), 'secret')
  await mkdir(join(root, 'people'), { recursive: true })
  await symlink(secret, join(root, 'people', 'telegram.4711'))
  await mkdir(join(root, 'shared'))
  await symlink(join(secret, 'SOUL.md'), join(root, 'shared', 'SOUL.md'))
  await symlink(secret, join(root, 'shared', 'memory'))
  assert.deepEqual([await memoryFiles.read(ADA, SOUL), await memoryFiles.read(SHARED, SOUL)], [null, null])
  assert.deepEqual([await memoryFiles.list(ADA), await memoryFiles.list(SHARED)], [[], []])
  await assert.rejects(memoryFiles.write({ scope: ADA, name: SOUL, text: 'x' }), /something else than it should be/)
  await assert.rejects(memoryFiles.append(SHARED, TODAY, 'x'), /something else than it should be/)
  await assert.rejects(memoryFiles.append(SHARED, SOUL, 'x'), /a link stands in its place/)
  await memoryFiles.clear(ADA)
  // Written in place of the link, not to where it leads.
  await memoryFiles.write({ scope: SHARED, name: SOUL, text: 'mine' })
  assert.equal((await memoryFiles.read(SHARED, SOUL))?.text, 'mine')
  assert.deepEqual(await readdir(secret), ['SOUL.md'])
  assert.equal(await readFile(join(secret, 'SOUL.md'), 'utf8'), 'secret')
})

test('the root itself may be a link: where the data lies is its owner’s choice', async (t) => {
  const { root, folder } = await opened(t)
  await mkdir(join(folder, 'disk'))
  await symlink(join(folder, 'disk'), root)
  const memoryFiles = createDirectoryMemoryFiles(root)
  await memoryFiles.write({ scope: ADA, name: SOUL, text: 'x' })
  assert.equal((await memoryFiles.read(ADA, SOUL))?.text, 'x')
})

test('a folder or a pipe in place of a file is nothing to read and a clear error to write', async (t) => {
  const { memoryFiles, root } = await opened(t)
  await mkdir(join(root, 'shared', 'SOUL.md', 'x'), { recursive: true })
  assert.equal(await memoryFiles.read(SHARED, SOUL), null)
  await assert.rejects(memoryFiles.write({ scope: SHARED, name: SOUL, text: 'x' }), /a folder stands in its place/)
  await assert.rejects(memoryFiles.append(SHARED, SOUL, 'x'), /a folder stands in its place/)
  assert.deepEqual(await readdir(join(root, 'shared')), ['SOUL.md'])
  if (process.platform === 'win32') return
  execFileSync('mkfifo', [join(root, 'shared', 'MEMORY.md')])
  assert.equal(await memoryFiles.read(SHARED, MEMORY), null)
  await assert.rejects(memoryFiles.append(SHARED, MEMORY, 'x'), /something else/)
})

test('a file in place of a folder is nothing to read and a clear error to write', async (t) => {
  const { memoryFiles, root } = await opened(t)
  await mkdir(root)
  await writeFile(join(root, 'people'), '')
  assert.equal(await memoryFiles.read(ADA, SOUL), null)
  assert.deepEqual(await memoryFiles.list(ADA), [])
  await memoryFiles.clear(ADA)
  await assert.rejects(memoryFiles.write({ scope: ADA, name: SOUL, text: 'x' }), /could not be written/)
})

test('two processes that add lines mix none', async (t) => {
  const { memoryFiles, root } = await opened(t)
  const other = createDirectoryMemoryFiles(root)
  const lines = Array.from({ length: 40 }, (_, index) => `${index} ${'y'.repeat(200)}`)
  await Promise.all(lines.map((line, index) => (index % 2 === 0 ? memoryFiles : other).append(ADA, TODAY, line)))
  const read = (await memoryFiles.read(ADA, TODAY))?.text ?? ''
  assert.deepEqual(read.trimEnd().split('\n').toSorted(), lines.toSorted())
})
