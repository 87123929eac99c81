// `npm test`: one database server for all tests, then node's own test runner over them, then nothing left behind.
// Arguments go to the runner: files instead of all, or flags such as --test-name-pattern.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ENVIRONMENT } from '../src/config.ts'
import { SERVER_VARIABLE, startTestServer } from './support/postgres-server.ts'
import type { ServerReport, TestServer } from './support/postgres-server.ts'

/** Those beside the source are gathered in units.test.ts, with those of test/house. */
const FILES = ['test/units.test.ts', 'test/{chaos,e2e,hostile,integration,simulation}/**/*.test.ts']
/** More than a small machine has cores: half of the files wait for what comes from elsewhere most of their time. */
const FLAGS = ['--test', '--test-concurrency=4']
/** Most files load most of the source, and half of a short file is compiling it. Beside the packages, as the program's own. */
const COMPILED = fileURLToPath(new URL('../node_modules/.cache/factotum-tests', import.meta.url))

const given = process.argv.slice(2)
const flags = given.filter((argument) => argument.startsWith('-'))
const files = given.filter((argument) => !argument.startsWith('-'))

// A second Ctrl-C must not leave the server behind: the runner gets the signal by itself, and we wait for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => runner?.kill(signal))

let runner: ReturnType<typeof spawn> | null = null
let server: TestServer | null = null
let report: ServerReport
try {
  server = await startTestServer()
  report = { connection: server.connection }
} catch (error) {
  const unavailable = `no database server: ${error instanceof Error ? error.message : String(error)}`
  process.stderr.write(`Tests that need a database are skipped, ${unavailable}\n`)
  report = { unavailable }
}
try {
  process.exitCode = await runTests(report)
} finally {
  await server?.stop()
}

function runTests(where: ServerReport): Promise<number> {
  const args = [...FLAGS, ...flags, ...(files.length > 0 ? files : FILES)]
  runner = spawn(process.execPath, args, { stdio: 'inherit', env: testEnvironment(where) })
  const running = runner
  return new Promise((resolve, reject) => {
    running.on('error', reject)
    running.on('close', (code) => resolve(code ?? 1))
  })
}

/** Without the program's own settings and keys: a test reaches nothing that the person at the machine has set up. */
function testEnvironment(where: ServerReport): NodeJS.ProcessEnv {
  const ours = new Set(Object.keys(ENVIRONMENT.shape))
  const rest = Object.entries(process.env).filter(([name]) => !ours.has(name))
  return { ...Object.fromEntries(rest), NODE_COMPILE_CACHE: COMPILED, [SERVER_VARIABLE]: JSON.stringify(where) }
}
