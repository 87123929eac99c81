// Notes outlive the process, and the database is brought up to date only once.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readConfig } from '../src/config.js'
import { openNotes } from '../src/notes.js'

test('notes are still there when the file is opened again', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'notes-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'below', 'app.db')
  const first = openNotes(file)
  first.add('stays', new Date('2026-01-02T03:04:05Z'))
  first.close()
  const second = openNotes(file)
  assert.deepEqual({ ...second.list()[0] }, { id: 1, text: 'stays', created_at: '2026-01-02T03:04:05.000Z' })
  second.close()
})

test('settings come from the environment, and a wrong one is named', () => {
  assert.deepEqual(readConfig({}), { port: 3000, host: '0.0.0.0', databaseFile: 'data/app.db' })
  assert.equal(readConfig({ PORT: '0' }).port, 0)
  for (const PORT of ['many', '-1', '70000', '1.5']) assert.throws(() => readConfig({ PORT }), /PORT/)
})
