// The table of attempts to get out of a sandbox, each as a test: the same table that an operator tries on their own machine.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createEgressGate } from '../../src/adapters/egress/egress-gate.ts'
import { createSandboxProvider } from '../../src/adapters/sandbox/bubblewrap-provider.ts'
import { createWorkspaces } from '../../src/adapters/sandbox/workspaces.ts'
import type { Attempt } from '../../src/adapters/sandbox/escape/attempt.ts'
import { ATTEMPTS, tryAttempts } from '../../src/adapters/sandbox/escape/try-attempts.ts'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'

const silent = (): void => undefined

test('every attempt of the table is stopped', { timeout: 300_000 }, async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'factotum-escapes-'))
  const tasks: TaskId[] = []
  t.after(async () => {
    // Attempts lock folders that only they who know how can take away as an ordinary user.
    const workspaces = createWorkspaces({ dataDir, limits: { diskBytes: 1e9 }, say: silent })
    for (const task of tasks) await workspaces.remove(task)
    rmSync(dataDir, { recursive: true, force: true })
  })
  const egressGate = createEgressGate({ log: silent })
  const sandboxes = createSandboxProvider({ dataDir, log: silent, say: silent, egressGate })
  const { level, findings } = await sandboxes.probe()
  if (level !== 'L1') return t.skip(findings.find(({ ok }) => !ok)?.detail ?? 'this machine has no sandbox')
  const newTask = () => {
    const task = `escape-${tasks.length + 1}` as TaskId
    tasks.push(task)
    return task
  }

  const outcomes = await tryAttempts({ sandboxes, newTask })
  for (const { id, what, verdict, detail } of outcomes)
    await t.test(`${id}: tries to ${what}`, (one) => {
      if (verdict === 'not tried' && !detail.startsWith('the sandbox')) return one.skip(detail)
      assert.equal(verdict, 'stopped', detail)
      return undefined
    })
  assert.deepEqual(
    outcomes.map(({ id }) => id),
    ATTEMPTS.map(({ id }) => id),
  )

  await t.test('what is not stopped is told as such, and what can not be tried has its reason', async () => {
    const harmless = { layer: 'mounts', language: 'shell', program: () => 'echo "\u001b[31mgot out"; exit 3' } as const
    const made: readonly Attempt[] = [
      { ...harmless, id: 'through', what: 'do something that is let through', stopped: () => false },
      { ...harmless, id: 'broken', what: 'be judged by nobody', stopped: () => assert.fail('no judge') },
    ]
    const [through, broken] = await tryAttempts({ sandboxes, newTask }, made)
    assert.equal(through?.verdict, 'NOT stopped')
    assert.match(through?.detail ?? '', /^exit 3: +\[31mgot out/)
    assert.deepEqual([broken?.verdict, broken?.detail], ['not tried', 'no judge'])
  })
  assert.deepEqual(await sandboxes.kill('all'), [])
  return undefined
})

test('each attempt has a name of its own', () => {
  assert.equal(new Set(ATTEMPTS.map(({ id }) => id)).size, ATTEMPTS.length)
  assert.equal(new Set(ATTEMPTS.map(({ what }) => what)).size, ATTEMPTS.length)
})
