// The quality gate beside the bare commands that it runs, on a small repository and on one of 5,000 files.
import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { createSandboxProvider } from '../src/adapters/sandbox/bubblewrap-provider.ts'
import { createWorkspaces } from '../src/adapters/sandbox/workspaces.ts'
import { createSystemIds } from '../src/adapters/system/ids.ts'
import type { SandboxLimits } from '../src/core/ports/sandbox.ts'
import { runGate } from '../src/core/quality/gate.ts'
import type { TaskId } from '../src/core/vocabulary/ids.ts'
import type { Benchmark, BenchmarkContext, Row } from './harness/benchmark.ts'
import { atMost } from './harness/benchmark.ts'
import { median } from './harness/figures.ts'
import { alternate } from './harness/rounds.ts'

const MB = 1024 * 1024
const LIMITS: SandboxLimits = { memoryBytes: 1024 * MB, processes: 256, diskBytes: 512 * MB }
const COMMANDS = ['node --test', 'python3 -m unittest discover -v -s tests']
const MOST_FILES = 5_000

export const benchmark: Benchmark = {
  name: 'gate',
  run: async (context) => {
    const dataDir = join(context.directory, 'data')
    mkdirSync(dataDir, { mode: 0o700 })
    const sandboxes = createSandboxProvider({ dataDir, log: () => undefined, say: context.say })
    const report = await sandboxes.probe()
    if (report.level !== 'L1') return [{ name: 'gate', skipped: `the level of this machine is ${report.level}` }]
    const workspaces = createWorkspaces({ dataDir, limits: LIMITS, say: context.say })
    const ids = createSystemIds()
    const rows: Row[] = []
    for (const files of [6, MOST_FILES]) {
      const folder = layOut(context, files)
      const task = ids.next<TaskId>()
      await workspaces.prepare(task, { type: 'directory', path: folder })
      const sandbox = await sandboxes.open(task, LIMITS)
      context.cleanUp(() => sandbox.close())
      const gate = () => runGate(sandbox, { servedPorts: [], report: () => undefined }, new AbortController().signal)
      const figures = await alternate(context.rounds, {
        ours: () => timed(context.quick ? 2 : 5, gate),
        bare: () => timed(context.quick ? 2 : 5, () => bare(folder)),
      })
      const baseline = { name: 'the same commands, bare and side by side', values: figures('bare') }
      rows.push({
        name: `gate on ${files.toLocaleString('en')} files`,
        unit: 'ms',
        ours: figures('ours'),
        baseline,
        goal: atMost(files === MOST_FILES ? 2 : 1.6),
      })
    }
    return rows
  },
}

/** Two suites of tests, and as many other files as it takes. */
function layOut(context: BenchmarkContext, files: number): string {
  const folder = join(context.directory, `repository-${files}`)
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  write('sum.mjs', 'export const sum = (a, b) => a + b\n')
  write(
    'sum.test.mjs',
    "import assert from 'node:assert'\nimport { test } from 'node:test'\nimport { sum } from './sum.mjs'\ntest('sums', () => assert.equal(sum(1, 2), 3))\n",
  )
  write('total.py', 'def total(xs):\n    return sum(xs)\n')
  write(
    'tests/test_total.py',
    'import unittest\n\n\nclass T(unittest.TestCase):\n    def test_x(self):\n        self.assertEqual(sum([1, 2]), 3)\n',
  )
  for (let index = 4; index < files; index += 1) write(`src/part-${index % 50}/file-${index}.txt`, `${index}\n`)
  return folder
}

async function bare(folder: string): Promise<void> {
  const run = promisify(execFile)
  await Promise.all(COMMANDS.map((command) => run('sh', ['-c', command], { cwd: folder })))
}

/** The middle of `times` runs, in milliseconds. */
async function timed(times: number, work: () => Promise<unknown>): Promise<number> {
  const values: number[] = []
  for (let index = 0; index < times; index += 1) {
    const began = performance.now()
    await work()
    values.push(performance.now() - began)
  }
  return median(values)
}
