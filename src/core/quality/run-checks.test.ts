// Checks run side by side, bounded, and tests that may have disturbed each other run once more alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemorySandboxProvider } from '../../adapters/memory/sandbox.ts'
import type { MemorySandboxScript } from '../../adapters/memory/sandbox.ts'
import type { TaskId } from '../vocabulary/ids.ts'
import type { CheckPlan } from './check-plan.ts'
import { runChecks } from './run-checks.ts'

const LIMITS = { memoryBytes: 1, processes: 1, diskBytes: 1 }

function plan(check: string, more: Partial<CheckPlan & { type: 'command' }> = {}): CheckPlan {
  const parse = () => ({ findings: [] })
  return {
    type: 'command',
    check,
    kind: 'tests',
    folder: '',
    command: check,
    env: {},
    timeoutMs: 1_000,
    parse,
    ...more,
  }
}

async function run(plans: readonly CheckPlan[], exec: MemorySandboxScript['exec']) {
  const sandbox = await createMemorySandboxProvider({ files: new Map(), script: { exec } }).open('t' as TaskId, LIMITS)
  const told: string[] = []
  const checks = await runChecks(sandbox, plans, new AbortController().signal, ({ check }) => told.push(check))
  return { checks, told }
}

test('four at once and no more, reported as they end and returned in their order', async () => {
  let now = 0
  let most = 0
  const plans = Array.from({ length: 9 }, (_, index) => plan(`c${index}`, { kind: 'lint' }))
  const { checks, told } = await run(plans, async () => {
    now += 1
    most = Math.max(most, now)
    await Promise.resolve()
    await Promise.resolve()
    now -= 1
    return {}
  })
  assert.equal(most, 4)
  assert.deepEqual(
    checks.map(({ check }) => check),
    plans.map(({ check }) => check),
  )
  assert.deepEqual(
    told.toSorted(),
    plans.map(({ check }) => check),
  )
})

test('tests that fail beside other tests run once more alone, and that is what counts', async () => {
  const runs: string[] = []
  let beside = 0
  const { checks, told } = await run(
    [plan('one'), plan('two'), plan('tsc', { kind: 'types' })],
    async ({ command }) => {
      const name = command.split(' ').at(-1) ?? ''
      runs.push(name)
      beside += 1
      const clashes = beside > 1
      await Promise.resolve()
      beside -= 1
      return { exitCode: name !== 'one' && clashes ? 1 : 0 }
    },
  )
  assert.deepEqual(
    checks.map(({ status }) => status),
    ['passed', 'passed', 'failed'],
  )
  assert.deepEqual(runs.filter((name) => name === 'two').length, 2)
  assert.deepEqual(runs.filter((name) => name === 'tsc').length, 1)
  assert.deepEqual(told.toSorted(), ['one', 'tsc', 'two'])
})

test('the exit code is the verdict, whatever a parser makes of the output; time that is up says so', async () => {
  const broken = plan('broken', {
    kind: 'lint',
    parse: () => {
      throw new Error('odd')
    },
  })
  const lying = plan('lying', { kind: 'lint', parse: () => ({ findings: [], skip: 'nothing to do' }) })
  const { checks } = await run([broken, lying], async ({ command }) =>
    command.endsWith('broken') ? { exitCode: 1 } : { exitCode: null, timedOut: true, signal: 'SIGKILL' },
  )
  assert.deepEqual(
    checks.map(({ status, reason }) => [status, reason]),
    [
      ['failed', 'It ended with exit code 1.'],
      ['failed', 'It was still running after 1 seconds.'],
    ],
  )
})

test('each runs in its folder, with the tools of the folders above and a temporary folder of its own', async () => {
  const seen: { command: string; cwd: string }[] = []
  await run([plan('x', { folder: 'packages/web' })], async ({ command, cwd }) => {
    seen.push({ command, cwd })
    return {}
  })
  assert.equal(seen[0]?.cwd, 'packages/web')
  assert.match(
    seen[0]?.command ?? '',
    /PATH="\$PWD\/node_modules\/\.bin:.*\$PWD\/\.\.\/\.\.\/node_modules\/\.bin:.*:\$PATH"; x$/,
  )
  assert.match(seen[0]?.command ?? '', /^TMPDIR=\$\(mktemp -d\)/)
})

test('what the platform sees by itself is a check like the others', async () => {
  const look = (severity: 'error' | 'note'): CheckPlan => ({
    type: 'look',
    check: severity,
    kind: 'containers',
    folder: 'web',
    look: () => ({ findings: [{ file: 'Dockerfile', line: 2, rule: 'latest', message: 'It says latest.', severity }] }),
  })
  const { checks } = await run([look('error'), look('note')], async () => ({}))
  assert.deepEqual(
    checks.map(({ status, output }) => [status, output]),
    [
      ['failed', 'web/Dockerfile:2 latest It says latest.'],
      ['passed', 'web/Dockerfile:2 latest It says latest.'],
    ],
  )
})
