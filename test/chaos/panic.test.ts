// Twenty busy sandboxes of two workers, one of which is stopped and one of which does not come to anything else: a second after the
// panic nothing of any sandbox is left, whatever the workers do.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createSandboxProvider } from '../../src/adapters/sandbox/bubblewrap-provider.ts'
import { createStopLatch } from '../../src/adapters/sandbox/stop-latch.ts'
import { SandboxGone } from '../../src/core/ports/sandbox.ts'
import type { SandboxProvider } from '../../src/core/ports/sandbox.ts'
import type { TaskId, UserId } from '../../src/core/vocabulary/ids.ts'

const EACH = 10
const LIMITS = { memoryBytes: 256 * 1024 ** 2, processes: 64, diskBytes: 256 * 1024 ** 2 }
const BUSY: Readonly<Record<string, string>> = {
  spins: 'while :; do :; done',
  forks: 'while :; do sleep 0.01 & wait; done',
  sleeps: 'sleep 1000',
  'ignores every signal': `trap '' TERM INT HUP QUIT; while :; do sleep 1; done`,
  'is stopped': 'kill -STOP $$; sleep 1000',
  prints: 'while :; do echo x; done',
  'hides in sessions': 'setsid sh -c "setsid sleep 1000 & sleep 1000" & sleep 1000',
  // Not before its host has seen that it is busy.
  'stops the runner': 'sleep 3; kill -STOP 2; sleep 1000',
}

type Ground = { readonly dataDir: string; readonly mark: string; readonly provider: SandboxProvider }

async function openGround(t: TestContext): Promise<Ground | null> {
  const dataDir = mkdtempSync(join(tmpdir(), 'factotum-panic-'))
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const silent = (): void => undefined
  const provider = createSandboxProvider({ dataDir, log: silent, say: silent })
  const { level, findings } = await provider.probe()
  if (level === 'L1') return { dataDir, mark: `panic-${process.pid}-${Math.trunc(performance.now())}`, provider }
  t.skip(findings.find(({ ok }) => !ok)?.detail ?? 'this machine has no sandbox')
  return null
}

/** A process that holds its share of the sandboxes; says so once all of them are busy. */
async function hire(t: TestContext, { dataDir, mark }: Ground, name: string, then = ''): Promise<ChildProcess> {
  const provider = new URL('../../src/adapters/sandbox/bubblewrap-provider.ts', import.meta.url).href
  const commands = Array.from({ length: EACH }, (_, index) => {
    const scripts = Object.values(BUSY)
    return `: ${mark}; touch begun; ${scripts[index % scripts.length]}`
  })
  const program = `
const { createSandboxProvider } = await import(${JSON.stringify(provider)})
const silent = () => undefined
const provider = createSandboxProvider({ dataDir: ${JSON.stringify(dataDir)}, log: silent, say: silent })
const commands = ${JSON.stringify(commands)}
await Promise.all(commands.map(async (command, index) => {
  const sandbox = await provider.open('${name}-' + index, ${JSON.stringify(LIMITS)})
  if (index === 0) await sandbox.serve({ command: ': ${mark}; node -e "require(\\'http\\').createServer((q, a) => a.end()).listen(7100)"', cwd: '.', env: {}, port: 7100, readyTimeoutMs: 20000 }, new AbortController().signal)
  sandbox.exec({ command, cwd: '.', env: {}, timeoutMs: 600000, maxOutputBytes: 1000 }, new AbortController().signal).catch(silent)
  while (!(await sandbox.list('.', 10).catch(() => [{ path: 'begun' }])).some(({ path }) => path === 'begun')) await new Promise((go) => setTimeout(go, 20))
}))
console.log('busy')
${then}
setInterval(() => undefined, 1000)
`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve())
    child.once('exit', () => reject(new Error('the worker ended')))
  })
  return child
}

/** Of any sandbox of this test: by the words in their command lines, those waiting to be buried left out. */
function left(mark: string, but: readonly (number | undefined)[]): readonly string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name) || but.includes(Number(name))) return false
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(mark)
    } catch {
      return false
    }
  })
}

/** Whatever descends from these processes and still runs. */
function descendants(workers: readonly (number | undefined)[]): readonly number[] {
  const parents = new Map<number, { readonly parent: number; readonly state: string }>()
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'latin1')
      const [state = '', parent] = text.slice(text.lastIndexOf(')') + 2).split(' ')
      parents.set(Number(name), { parent: Number(parent), state })
    } catch {
      // It has just ended.
    }
  }
  const isOf = (pid: number): boolean => {
    const parent = parents.get(pid)?.parent ?? 0
    return parent > 1 && (workers.includes(parent) || isOf(parent))
  }
  return [...parents].filter(([pid, { state }]) => state !== 'Z' && isOf(pid)).map(([pid]) => pid)
}

for (const [what, disturb, then] of [
  ['both of which work', () => undefined, ''],
  ['one of which is stopped', (worker: ChildProcess) => worker.kill('SIGSTOP'), ''],
  ['one of which comes to nothing else', () => undefined, 'for (;;) {}'],
] as const)
  test(`panic with 20 busy sandboxes of two workers, ${what}`, { timeout: 120_000 }, async (t) => {
    const ground = await openGround(t)
    if (ground === null) return
    const workers = await Promise.all([hire(t, ground, 'one', then), hire(t, ground, 'two')])
    const pids = workers.map(({ pid }) => pid)
    if (workers[0] !== undefined) disturb(workers[0])
    assert.ok(descendants(pids).length >= 2 * EACH)
    const began = performance.now()
    await createStopLatch(ground.dataDir).set({ by: 'ada' as UserId, at: new Date(), recorded: true })
    const killed = await ground.provider.kill('all')
    await sleep(Math.max(0, 1_000 - (performance.now() - began)))
    assert.deepEqual(descendants(pids), [])
    assert.deepEqual(left(ground.mark, pids), [])
    assert.equal(killed.length, 2 * EACH)
    await assert.rejects(ground.provider.open('late' as TaskId, LIMITS), SandboxGone)
    await createStopLatch(ground.dataDir).set(null)
    const again = await ground.provider.open('late' as TaskId, LIMITS)
    await again.close()
  })

test('what is being opened while everything is stopped ends with the rest', { timeout: 60_000 }, async (t) => {
  const ground = await openGround(t)
  if (ground === null) return
  const latch = createStopLatch(ground.dataDir)
  const opening = Array.from({ length: 6 }, (_, index) => ground.provider.open(`opening-${index}` as TaskId, LIMITS))
  const outcomes = Promise.allSettled(opening)
  await sleep(15)
  await latch.set({ by: 'ada' as UserId, at: new Date(), recorded: true })
  await ground.provider.kill('all')
  for (const outcome of await outcomes) {
    if (outcome.status === 'fulfilled') assert.notEqual((await outcome.value.ended).reason, 'escape')
    else assert.ok(outcome.reason instanceof SandboxGone, String(outcome.reason))
  }
  assert.deepEqual(descendants([process.pid]), [])
})
