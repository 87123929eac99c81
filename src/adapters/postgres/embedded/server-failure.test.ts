import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPassing, serverFailure } from './server-failure.ts'

const STAMP = '2026-11-21 14:17:32.067 UTC [26486] '

test('what the server wrote becomes one sentence that says what to do', () => {
  const cases: readonly [string, RegExp][] = [
    [
      'FATAL:  could not write lock file "postmaster.pid": No space left on device',
      /^The disk is full.*free some space/,
    ],
    ['PANIC:  could not locate a valid checkpoint record at 0/1510268', /is damaged: restore a backup/],
    ['FATAL:  database files are incompatible with server', /another version of PostgreSQL/],
    ['FATAL:  data directory "/x" has wrong ownership', /belongs to another user/],
    ['FATAL:  could not map anonymous shared memory: Cannot allocate memory', /too little memory/],
    ['FATAL:  something nobody has seen', /did not start: something nobody has seen$/],
  ]
  for (const [line, sentence] of cases) {
    const { message } = serverFailure(`${STAMP}LOG:  starting\n${STAMP}${line}\n${STAMP}LOG:  shut down\n`, '/data')
    assert.match(message, sentence)
    assert.ok(!message.includes('\n'))
  }
  assert.match(serverFailure('', '/data').message, /did not start: it said nothing/)
})

test('finding another server in its place is nothing to report', () => {
  assert.equal(isPassing(`${STAMP}FATAL:  lock file "postmaster.pid" already exists`), true)
  assert.equal(isPassing(`${STAMP}FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use`), true)
  assert.equal(isPassing(`${STAMP}PANIC:  could not write to file: No space left on device`), false)
})
