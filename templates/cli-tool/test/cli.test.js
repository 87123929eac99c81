// The tool as its users call it: as a process, with files and pipes.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(new URL('../bin/cli.js', import.meta.url))
let folder

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-'))
  writeFileSync(join(folder, 'a.txt'), 'one two two\n')
  writeFileSync(join(folder, 'b.txt'), 'three\n')
})
after(() => rmSync(folder, { recursive: true }))

function call(args, input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    cwd: folder,
    input,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

test('files are counted in a table', () => {
  const { status, stdout, stderr } = call(['count', 'a.txt', 'b.txt'])
  assert.equal(status, 0)
  assert.equal(stderr, '')
  assert.deepEqual(
    stdout.split('\n').map((line) => line.trim().split(/ +/).join(' ')),
    ['lines words characters file', '1 3 12 a.txt', '1 1 6 b.txt', ''],
  )
})

test('what is piped in is read, and other programs get JSON', () => {
  const { status, stdout } = call(['count', '--json'], 'four words are here')
  assert.equal(status, 0)
  assert.deepEqual(JSON.parse(stdout), [{ file: '-', lines: 0, words: 4, characters: 19 }])
})

test('the most frequent words are listed over all files', () => {
  const { stdout } = call(['top', '--json', '--limit', '1', 'a.txt', 'b.txt'])
  assert.deepEqual(JSON.parse(stdout), [{ word: 'two', count: 2 }])
})

test('a file that is not there is complained about, and the others are counted', () => {
  const { status, stdout, stderr } = call(['count', '--json', 'nowhere.txt', 'b.txt'])
  assert.equal(status, 1)
  assert.match(stderr, /nowhere\.txt: there is no such file/)
  assert.equal(JSON.parse(stdout).length, 1)
})

test('a wrong call is explained in one line', () => {
  for (const args of [[], ['dance'], ['count', '--frobnicate'], ['top', '--limit', 'many'], ['constructor']]) {
    const { status, stdout, stderr } = call(args)
    assert.equal(status, 2, args.join(' '))
    assert.equal(stdout, '')
    assert.match(stderr, /^[^\n]+--help\.\n$/)
  }
})

test('help and version are there', () => {
  assert.match(call(['--help']).stdout, /^Usage: [^]*count[^]*top/)
  assert.match(call(['-v']).stdout, /^\d+\.\d+\.\d+\n$/)
})
