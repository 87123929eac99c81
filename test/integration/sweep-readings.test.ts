// What a crash left of files that were being read goes; what another process may be reading stays.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readingWorkspace, sweepReadings } from '../../src/processes/sweep-readings.ts'

test('old readings are removed, young ones and tasks stay, and one that can not be removed hinders nobody', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'factotum-sweep-'))
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const now = new Date('2026-05-01T12:00:00Z')
  const make = (name: string, hours: number): void => {
    const path = join(dataDir, 'workspaces', name)
    mkdirSync(path, { recursive: true })
    const at = new Date(now.getTime() - hours * 3_600_000)
    utimesSync(path, at, at)
  }
  assert.equal(await sweepReadings(dataDir, { remove: async () => assert.fail('nothing is there') }, now), 0)
  make(readingWorkspace('stuck'), 5)
  make(readingWorkspace('old'), 2)
  make(readingWorkspace('young'), 0.5)
  make('01890000-0000-7000-8000-000000000001', 50)
  const removed: string[] = []
  const remove = async (name: string): Promise<void> => {
    if (name.endsWith('stuck')) throw new Error('busy')
    removed.push(name)
  }
  assert.equal(await sweepReadings(dataDir, { remove }, now), 1)
  assert.deepEqual(removed, ['reading-old'])
})
