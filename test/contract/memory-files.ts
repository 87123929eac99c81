// What every MemoryFiles promises.
import assert from 'node:assert/strict'
import type { MemoryFileName, MemoryFiles } from '../../src/core/ports/memory-files.ts'
import { MEMORY_FILE_BYTES } from '../../src/core/ports/memory-files.ts'
import type { UserId } from '../../src/core/vocabulary/ids.ts'
import { chatScope, personScope, SHARED } from '../../src/core/vocabulary/memory.ts'
import type { MemoryScope } from '../../src/core/vocabulary/memory.ts'
import { times } from './sample-chat.ts'
import { withParts } from './with-parts.ts'

export type MemoryFilesUnderTest = { readonly memoryFiles: MemoryFiles; readonly close: () => Promise<void> }

const [SOUL, MEMORY, TODAY] = ['SOUL.md', 'MEMORY.md', 'memory/2026-11-21.md'] as MemoryFileName[] as [
  MemoryFileName,
  MemoryFileName,
  MemoryFileName,
]
const ADA = personScope('telegram:4711' as UserId)
/** Ids that are near each other, or that a file system would rather not see. */
const PEOPLE = [
  'telegram:4711',
  'telegram.4711',
  'telegram-4711',
  'telegram_4711',
  'telegram:47:11',
  'Ada',
  'ada',
  '..',
  '.',
  '',
  '/etc/passwd',
  '../shared',
  '../people/ada',
  'a\0b',
  'con',
  'ü',
  'u\u0308',
  ':',
  '::',
  '🧑🏽‍🚀',
  'x'.repeat(400),
  `${'x'.repeat(399)}y`,
]

export function memoryFilesContract(name: string, open: () => Promise<MemoryFilesUnderTest>): void {
  const withFiles = withParts(name, open)

  withFiles('what was written is read, whole, and replaced whole', async ({ memoryFiles }) => {
    assert.equal(await memoryFiles.read(ADA, SOUL), null)
    await memoryFiles.write({ scope: ADA, name: SOUL, text: 'Calm.\n' })
    assert.deepEqual(await memoryFiles.read(ADA, SOUL), { scope: ADA, name: SOUL, text: 'Calm.\n' })
    await memoryFiles.write({ scope: ADA, name: SOUL, text: 'Ü 🧑🏽‍🚀' })
    assert.equal((await memoryFiles.read(ADA, SOUL))?.text, 'Ü 🧑🏽‍🚀')
    await memoryFiles.write({ scope: ADA, name: SOUL, text: '' })
    assert.equal((await memoryFiles.read(ADA, SOUL))?.text, '')
  })

  withFiles('files are listed by name, of one scope alone', async ({ memoryFiles }) => {
    assert.deepEqual(await memoryFiles.list(ADA), [])
    for (const file of [TODAY, SOUL, 'memory/2026-11-20.md' as MemoryFileName, MEMORY])
      await memoryFiles.write({ scope: ADA, name: file, text: 'x' })
    assert.deepEqual(await memoryFiles.list(ADA), [MEMORY, SOUL, 'memory/2026-11-20.md', TODAY])
    assert.deepEqual(await memoryFiles.list(SHARED), [])
  })

  withFiles('no two scopes share a file', async ({ memoryFiles }) => {
    const chats = ['4711/7', '4711', '4711/70', '../x'].map((chat) => chatScope({ interface: 'telegram', chat }))
    const scopes: readonly MemoryScope[] = [SHARED, ...PEOPLE.map((id) => personScope(id as UserId)), ...chats]
    for (const scope of scopes) await memoryFiles.write({ scope, name: MEMORY, text: `of ${scope}` })
    for (const scope of scopes) {
      assert.equal((await memoryFiles.read(scope, MEMORY))?.text, expected(scope))
      assert.deepEqual(await memoryFiles.list(scope), [MEMORY])
    }
    await memoryFiles.clear(ADA)
    assert.deepEqual(
      await Promise.all(scopes.map(async (scope) => (await memoryFiles.list(scope)).length)),
      scopes.map((scope) => (scope === ADA ? 0 : 1)),
    )
  })

  withFiles('lines are added at the end, once where it is the last already', async ({ memoryFiles }) => {
    await memoryFiles.append(ADA, TODAY, 'one')
    await memoryFiles.append(ADA, TODAY, 'one')
    await memoryFiles.append(ADA, TODAY, 'two')
    await memoryFiles.append(ADA, TODAY, 'one')
    assert.equal((await memoryFiles.read(ADA, TODAY))?.text, 'one\ntwo\none\n')
  })

  withFiles('a line is one line, and begins on its own', async ({ memoryFiles }) => {
    await memoryFiles.write({ scope: ADA, name: TODAY, text: 'by hand, without an end' })
    await memoryFiles.append(ADA, TODAY, 'a\nb\r\nc\u2028d\0')
    assert.equal((await memoryFiles.read(ADA, TODAY))?.text, 'by hand, without an end\na b c d \n')
  })

  withFiles('of thirty lines at once none is lost, mixed or doubled', async ({ memoryFiles }) => {
    const lines = times(30, (index) => `${index} ${'x'.repeat(index * 20)}`)
    await Promise.all(lines.map((line) => memoryFiles.append(ADA, TODAY, line)))
    const read = (await memoryFiles.read(ADA, TODAY))?.text ?? ''
    assert.deepEqual(read.trimEnd().split('\n').toSorted(), lines.toSorted())
  })

  withFiles('a reader sees the old or the new whole, never a mixture', async ({ memoryFiles }) => {
    const wholes = times(4, (index) => String(index).repeat(50_000))
    await memoryFiles.write({ scope: ADA, name: MEMORY, text: wholes[0] ?? '' })
    const writing = Promise.all(wholes.map((text) => memoryFiles.write({ scope: ADA, name: MEMORY, text })))
    for (let round = 0; round < 20; round += 1) {
      const seen = (await memoryFiles.read(ADA, MEMORY))?.text
      assert.ok(seen !== undefined && wholes.includes(seen))
    }
    await writing
  })

  withFiles('more than fits is refused, and what was there stays', async ({ memoryFiles }) => {
    const full = 'ü'.repeat(MEMORY_FILE_BYTES / 2)
    await memoryFiles.write({ scope: ADA, name: MEMORY, text: full })
    assert.equal((await memoryFiles.read(ADA, MEMORY))?.text, full)
    await assert.rejects(memoryFiles.write({ scope: ADA, name: MEMORY, text: `${full}.` }), /64 kB/)
    await assert.rejects(memoryFiles.append(ADA, MEMORY, 'one more'), /64 kB/)
    assert.equal((await memoryFiles.read(ADA, MEMORY))?.text, full)
  })

  withFiles('what is not text is left out', async ({ memoryFiles }) => {
    await memoryFiles.write({ scope: ADA, name: MEMORY, text: 'a\u001b[31m\r\nb\ud800\u0007c\t' })
    assert.equal((await memoryFiles.read(ADA, MEMORY))?.text, 'a[31m\nbc\t')
    await memoryFiles.write({ scope: ADA, name: MEMORY, text: 'MZ\0\u0001program' })
    assert.equal((await memoryFiles.read(ADA, MEMORY))?.text, '')
  })

  withFiles('no other names are taken', async ({ memoryFiles }) => {
    const names = [
      '',
      'x.md',
      'soul.md',
      '../SOUL.md',
      'memory/../SOUL.md',
      'memory/2026-13-01.md',
      'memory/x.md',
      '/SOUL.md',
    ]
    for (const other of [
      ...names,
      'SOUL.md\n',
      'memory/2026-11-21.md/x',
      'about.txt',
      'SOUL.md\0',
    ] as MemoryFileName[]) {
      await assert.rejects(memoryFiles.read(ADA, other), /no name/, other)
      await assert.rejects(memoryFiles.write({ scope: ADA, name: other, text: 'x' }), /no name/, other)
      await assert.rejects(memoryFiles.append(ADA, other, 'x'), /no name/, other)
    }
    assert.deepEqual(await memoryFiles.list(ADA), [])
  })

  withFiles('clearing what is not there changes nothing', async ({ memoryFiles }) => {
    await memoryFiles.clear(ADA)
    await memoryFiles.write({ scope: SHARED, name: SOUL, text: 'x' })
    await memoryFiles.clear(ADA)
    await memoryFiles.clear(SHARED)
    assert.equal(await memoryFiles.read(SHARED, SOUL), null)
  })
}

/** A text with a NUL in it is none. */
function expected(scope: MemoryScope): string {
  return scope.includes('\0') ? '' : `of ${scope}`
}
