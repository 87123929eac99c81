import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { settingsFolder } from './settings-folder.ts'

test("a folder is its own place for settings, in a cloned repository it is the program's folder", (t) => {
  const place = mkdtempSync(join(tmpdir(), 'settings-'))
  t.after(() => rmSync(place, { recursive: true }))
  const folders = ['own/.git', 'own/src', 'plain', 'cloned/.git', 'cloned/deep/deeper', 'worktree/deep']
  for (const folder of folders) mkdirSync(join(place, folder), { recursive: true })
  writeFileSync(join(place, 'worktree/.git'), 'gitdir: elsewhere')
  const own = join(place, 'own')
  const found = (folder: string) => settingsFolder(join(place, folder), own)
  assert.equal(found('plain'), join(place, 'plain'))
  assert.equal(found('own'), own)
  assert.equal(found('own/src'), join(own, 'src'))
  for (const folder of ['cloned', 'cloned/deep/deeper', 'worktree', 'worktree/deep']) assert.equal(found(folder), own)
})
