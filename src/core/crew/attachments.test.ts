// Names of files that people send, as paths of a workspace.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { attachmentPaths } from './attachments.ts'

const paths = (...names: readonly string[]) => attachmentPaths(names.map((name) => ({ name })))

test('names stay readable, lose what is unsafe, and are told apart whatever their case', () => {
  assert.deepEqual(paths('Résumé 2026.pdf', '../../etc/passwd', 'C:\\x\\a b.txt', 'фото.jpg'), [
    'attachments/Résumé-2026.pdf',
    'attachments/passwd',
    'attachments/a-b.txt',
    'attachments/фото.jpg',
  ])
  assert.deepEqual(paths('a.txt', 'A.TXT', 'a.txt'), [
    'attachments/a.txt',
    'attachments/A-2.TXT',
    'attachments/a-3.txt',
  ])
})

test('names that mean something to a program, and empty ones, are given another', () => {
  assert.deepEqual(paths('.git', '.env', 'node_modules', '...', '', '-rf', '$(reboot).sh'), [
    'attachments/git',
    'attachments/env',
    'attachments/file-node_modules',
    'attachments/file',
    'attachments/file-2',
    'attachments/rf',
    'attachments/(reboot).sh',
  ])
})

test('any names: below the folder, none twice, nothing a shell or a path would read otherwise', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 200 }), { maxLength: 10 }), (names) => {
      const made = paths(...names)
      assert.equal(new Set(made.map((path) => path.toLowerCase())).size, names.length)
      for (const path of made) {
        assert.match(path, /^attachments\/[^/\\\s$`"'<>|;&*?~:\0]+$/)
        assert.doesNotMatch(path, /\/[.-]/)
        assert.ok(new TextEncoder().encode(path).length < 450)
      }
    }),
  )
})
