// Tasks outlive the process, and settings are checked when it starts.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readConfig } from '../src/config.ts'
import { openTaskStore } from '../src/task-store.ts'

test('tasks are still there when the file is opened again', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tasks-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'below', 'app.db')
  const first = openTaskStore(file)
  const added = first.add('stays')
  first.close()
  const second = openTaskStore(file)
  assert.deepEqual(second.list(10), [added])
  second.close()
})

test('settings come from the environment, and every wrong one is named', () => {
  const { STATIC_FOLDER: folder, ...rest } = readConfig({ HOST: '' })
  assert.deepEqual(rest, { PORT: 3000, HOST: '0.0.0.0', DATABASE_FILE: 'data/app.db' })
  assert.match(folder, /frontend.dist$/)
  assert.throws(() => readConfig({ PORT: 'many' }), /PORT/)
})
