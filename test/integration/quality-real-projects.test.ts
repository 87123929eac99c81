// Projects that others wrote, judged by the gate: its verdict is what their own commands say, before and after a fault was planted.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Sandbox } from '../../src/core/ports/sandbox.ts'
import { runGate } from '../../src/core/quality/gate.ts'
import type { CheckReport } from '../../src/core/vocabulary/check.ts'
import { LIMITS, prepareGround } from '../hostile/ground.ts'

type Project = {
  readonly name: string
  /** In the place of its test script, whose other half is linters and coverage that are not installed: its unit tests alone. */
  readonly script?: string
  /** Of its tarball, which leaves it out. */
  readonly tsconfig?: object
  readonly file: string
  readonly fault: string
}

const BROKEN = '\nmodule.exports = () => { throw new Error("planted") }\n'
const PROJECTS: readonly Project[] = [
  // Its pretest calls a linter that is not there: it fails as it is, and has to be seen to fail.
  { name: 'concat-map', file: 'index.js', fault: BROKEN },
  { name: 'fast-uri', file: 'index.js', fault: BROKEN },
  { name: 'process-warning', script: 'node --test test/*.test.js', file: 'index.js', fault: BROKEN },
  { name: 'pump', file: 'index.js', fault: BROKEN },
  { name: 'reusify', file: 'reusify.js', fault: BROKEN },
  { name: 'secure-json-parse', script: 'tape "test/*.test.js"', file: 'index.js', fault: BROKEN },
  {
    name: 'tiny-invariant',
    tsconfig: {
      compilerOptions: { strict: true, noEmit: true, types: [], lib: ['es2020'], skipLibCheck: true },
      include: ['src'],
    },
    file: 'src/tiny-invariant.ts',
    fault: '\nexport const planted: string = 1\n',
  },
]
const INSTALLED = fileURLToPath(new URL('../real-projects/node_modules', import.meta.url))
const ground = prepareGround()

/** All of them in one repository, as packages with their tools above them. */
function layOut(): string {
  const folder = mkdtempSync(join(tmpdir(), 'factotum-real-projects-'))
  const own = new Set(PROJECTS.map(({ name }) => join(INSTALLED, name)))
  cpSync(INSTALLED, join(folder, 'node_modules'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !own.has(path),
  })
  for (const { name, script, tsconfig } of PROJECTS) {
    const target = join(folder, 'packages', name)
    mkdirSync(dirname(target), { recursive: true })
    cpSync(join(INSTALLED, name), target, { recursive: true })
    // One type check is enough: each takes the compiler seconds.
    rmSync(join(target, 'tsconfig.json'), { force: true })
    const manifest = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'))
    if (script !== undefined) manifest.scripts.test = script
    writeFileSync(join(target, 'package.json'), JSON.stringify(manifest))
    if (tsconfig === undefined) continue
    writeFileSync(join(target, 'tsconfig.json'), JSON.stringify(tsconfig))
    writeFileSync(join(target, 'src/process.d.ts'), 'declare const process: { env: Record<string, string> }\n')
  }
  return folder
}

/** Whether the command itself, run on this machine without anything of the platform, is content. */
async function isContent(folder: string, { check, command }: CheckReport): Promise<boolean> {
  const cwd = join(folder, /\((.+)\)$/.exec(check)?.[1] ?? '')
  const own = check.startsWith('npm test') ? 'npm test' : (command ?? '')
  const bin = [join(folder, 'node_modules/.bin'), dirname(process.execPath)].join(':')
  const { NODE_TEST_CONTEXT: _, ...rest } = process.env
  const env = { ...rest, CI: 'true', PATH: `${bin}:${process.env['PATH']}` }
  const [code] = await once(spawn('sh', ['-c', own], { cwd, env, stdio: 'ignore' }), 'close')
  return code === 0
}

async function openOver(t: TestContext, folder: string): Promise<Sandbox> {
  const id = ground.newTask()
  await ground.workspaces.prepare(id, { type: 'directory', path: folder })
  const sandbox = await ground.open(t, { ...LIMITS, memoryBytes: 2 * 1024 ** 3, processes: 512 }, id)
  assert.ok(sandbox !== null)
  return sandbox
}

/** In the sandbox and in the folder beside it. */
async function plant(sandbox: Sandbox, folder: string, { name, file, fault }: Project): Promise<void> {
  const path = join('packages', name, file)
  appendFileSync(join(folder, path), fault)
  await sandbox.writeFile(path, readFileSync(join(folder, path)))
}

test('the verdict on each is the exit code of its own command, also once a fault was planted', async (t) => {
  if (!existsSync(INSTALLED)) return t.skip('the projects are not installed: npm ci in test/real-projects')
  if (!(await ground.isUsable(t))) return
  const folder = layOut()
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const sandbox = await openOver(t, folder)
  const verdicts: boolean[] = []
  for (const planted of [false, true]) {
    if (planted) await Promise.all(PROJECTS.map((project) => plant(sandbox, folder, project)))
    const checks = await runGate(sandbox, { servedPorts: [], report: () => undefined }, new AbortController().signal)
    for (const { name } of PROJECTS) {
      const ofIt = checks.filter(({ check }) => check.includes(`(packages/${name})`) && check.startsWith('npm test'))
      assert.equal(ofIt.length, 1, `${name} is tested`)
    }
    assert.ok(checks.some(({ check }) => check === 'tsc (packages/tiny-invariant)'))
    await Promise.all(
      checks
        .filter(({ status }) => status !== 'skipped')
        .map(async (check) => {
          const passed = check.status === 'passed'
          assert.equal(passed, await isContent(folder, check), `${check.check}: ${check.reason}\n${check.output}`)
          verdicts.push(passed)
        }),
    )
    if (planted) {
      const tests = checks.filter(({ check }) => check.startsWith('npm test'))
      assert.deepEqual(
        tests.filter(({ status }) => status !== 'failed').map(({ check }) => check),
        [],
      )
      const types = checks.find(({ check }) => check === 'tsc (packages/tiny-invariant)')
      assert.equal(types?.findings?.[0]?.file, 'packages/tiny-invariant/src/tiny-invariant.ts')
      assert.equal(types.findings[0].rule, 'TS2322')
    }
  }
  assert.ok(verdicts.includes(true) && verdicts.includes(false))
})
