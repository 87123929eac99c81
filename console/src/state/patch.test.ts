import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDiff } from './patch.ts'

const patch = [
  'diff --git a/a.txt b/a.txt',
  'index 1..2 100644',
  '--- a/a.txt',
  '+++ b/a.txt',
  '@@ -1,3 +1,3 @@ section',
  ' same',
  '--- removed, and looks like a header',
  '+++ added, and looks like a header',
  ' end',
  '\\ No newline at end of file',
  'diff --git "a/na\\303\\257ve.md" "b/na\\303\\257ve.md"',
  'new file mode 100644',
  '--- /dev/null',
  '+++ "b/na\\303\\257ve.md"',
  '@@ -0,0 +1 @@',
  '+hello',
  '',
].join('\n')

const file = (path: string, change: string) => ({ path, change, additions: 1, deletions: 0 })

test('lines belong to their file, with the numbers they have in it', () => {
  const diff = readDiff({ files: [file('a.txt', 'modified'), file('naïve.md', 'added')], patch, truncated: false })
  assert.deepEqual(
    diff?.files[0]?.lines.map((line) => [line.type, line.before, line.after, line.text]),
    [
      ['hunk', null, null, '@@ -1,3 +1,3 @@ section'],
      ['same', 1, 1, 'same'],
      ['remove', 2, null, '-- removed, and looks like a header'],
      ['add', null, 2, '++ added, and looks like a header'],
      ['same', 3, 3, 'end'],
      ['about', null, null, 'No newline at end of file'],
    ],
  )
  assert.deepEqual(diff?.files[1]?.lines.at(-1), { type: 'add', text: 'hello', before: null, after: 1 })
})

test('a file whose lines were cut off is still listed, and what is no diff is none', () => {
  const diff = readDiff({ files: [file('cut.txt', 'added')], patch: 'diff --git a/', truncated: true })
  assert.deepEqual(diff, { files: [{ ...file('cut.txt', 'added'), lines: [] }], truncated: true })
  assert.equal(readDiff('nothing'), null)
  assert.equal(readDiff({ patch: '' }), null)
})
