// Proves each project template from outside: makes a project of it, installs, builds, tests and starts it, and asks how it is.
// `node templates/verify.ts [--json] [NAME…]`: ends with 1 when something failed; what can't be done here is skipped and says why.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createDirectoryTemplates } from '../src/adapters/templates/directory.ts'
import { fillFile, projectNames } from '../src/core/crew/fill-template.ts'
import type { Template, TemplateInfo } from '../src/core/ports/templates.ts'

const PHASES = ['install', 'build', 'test', 'start'] as const
type Phase = (typeof PHASES)[number]
type Outcome = {
  readonly phase: Phase
  readonly status: 'passed' | 'failed' | 'skipped'
  readonly reason: string | null
  readonly ms: number
}
type Report = { readonly template: string; readonly outcomes: readonly Outcome[] }
type Ran = { readonly code: number | null; readonly output: string; readonly timedOut: boolean }

const TEMPLATES = fileURLToPath(new URL('.', import.meta.url))
const AT_ONCE = 2
const WHOLE_MS = 150_000
const STEP_MS: Readonly<Record<Phase, number>> = { install: 100_000, build: 60_000, test: 60_000, start: 30_000 }
const OUTPUT_CHARACTERS = 4_000
/** What package managers say when it is the network or the registry, and not the project, that is to blame. */
const NOT_REACHABLE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET|network|No matching distribution|Could not find a version|Temporary failure|E404|E50\d|ensurepip/i
/** A person's own settings have no say in whether a template is right. */
const NOT_PASSED_ON = /^(?:npm_|PORT$|HOST$|DATABASE_FILE$|API_TOKEN$|DJANGO_|TELEGRAM_|NODE_TEST|NODE_OPTIONS)/

const given = process.argv.slice(2)
const asJson = given.includes('--json')
const wanted = given.filter((argument) => !argument.startsWith('-'))
const until = Date.now() + WHOLE_MS

const templates = createDirectoryTemplates(TEMPLATES)
const known = (await templates.list()).map(({ name }) => name)
const unknown = wanted.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  process.stderr.write(`There is no template ${unknown.join(', ')}. There are: ${known.join(', ')}.\n`)
  process.exitCode = 2
} else {
  const reports = await sideBySide(wanted.length > 0 ? wanted : known, verify)
  process.stdout.write(asJson ? `${JSON.stringify(reports)}\n` : tableOf(reports))
  if (reports.some(({ outcomes }) => outcomes.some(({ status }) => status === 'failed'))) process.exitCode = 1
}

async function sideBySide(names: readonly string[], work: (name: string) => Promise<Report>): Promise<Report[]> {
  const reports = new Map<string, Report>()
  const waiting = [...names]
  const worker = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) reports.set(name, await work(name))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return names.flatMap((name) => reports.get(name) ?? [])
}

async function verify(name: string): Promise<Report> {
  const template = await templates.read(name)
  if (template === null) throw new Error(`there is no template ${name}`)
  const folder = await mkdtemp(join(tmpdir(), `template-${name}-`))
  try {
    await generate(template, folder)
    const outcomes: Outcome[] = []
    let stopped: string | null = null
    for (const phase of PHASES) {
      const command = template.info.commands[phase]
      if (command === null) continue
      const began = Date.now()
      const found = stopped === null ? await attempt(phase, command, template.info, folder) : skipped(stopped)
      outcomes.push({ phase, ...found, ms: Date.now() - began })
      if (phase === 'install' && found.status !== 'passed') stopped = 'nothing was installed'
    }
    return { template: name, outcomes }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function generate(template: Template, folder: string): Promise<void> {
  const names = projectNames(`my-${template.info.name}`)
  for (const file of template.files.map((one) => fillFile(one, names))) {
    const path = join(folder, file.path)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, file.bytes)
  }
}

type Found = Omit<Outcome, 'phase' | 'ms'>

function skipped(reason: string): Found {
  return { status: 'skipped', reason }
}

async function attempt(phase: Phase, command: string, info: TemplateInfo, folder: string): Promise<Found> {
  const left = Math.min(STEP_MS[phase], until - Date.now())
  if (left < 2_000) return skipped('the time for all of it is over')
  if (phase === 'start') return start(command, info, folder, left)
  const ran = await run(phase === 'install' ? impatient(command) : command, folder, left)
  if (ran.code === 0) return { status: 'passed', reason: null }
  const why = ran.timedOut ? `it took longer than ${Math.round(left / 1_000)} s` : endOf(ran.output)
  // A slow or missing registry says nothing about the template.
  const excused = phase === 'install' && (ran.timedOut || NOT_REACHABLE.test(ran.output))
  return { status: excused ? 'skipped' : 'failed', reason: excused ? `the packages could not be fetched: ${why}` : why }
}

/** A registry that can't be reached is found out at once. Packages that were fetched before are used. */
function impatient(command: string): string {
  return command
    .replace(
      'npm ci',
      'npm ci --prefer-offline --no-audit --no-fund --ignore-scripts --fetch-retries=0 --fetch-timeout=20000',
    )
    .replace('pip install', 'pip install --quiet --retries 0 --timeout 15 --disable-pip-version-check')
}

async function start(command: string, info: TemplateInfo, folder: string, ms: number): Promise<Found> {
  const missing = info.needs.filter((need) => /^[A-Z][A-Z0-9_]+$/.test(need))
  if (missing.length > 0) return skipped(`it needs ${missing.join(', ')}`)
  if (info.port === null) {
    const ran = await run(command, folder, ms)
    return ran.code === 0 ? { status: 'passed', reason: null } : { status: 'failed', reason: endOf(ran.output) }
  }
  const port = await freePort()
  const process = launch(command, folder, { PORT: String(port), HOST: '127.0.0.1' })
  const end = Date.now() + ms
  let answer = 'nothing listened'
  try {
    while (Date.now() < end && process.child.exitCode === null) {
      const url = `http://127.0.0.1:${port}${info.health ?? '/'}`
      const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => null)
      if (response?.ok === true) return await stopped(process)
      if (response !== null) answer = `${url} answered ${response.status}`
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    return { status: 'failed', reason: `${answer}. ${endOf(process.output())}` }
  } finally {
    process.kill('SIGKILL')
    await process.over
  }
}

/** Whoever is told to stop has to do so within seconds, and without a complaint. */
async function stopped(process: Launched): Promise<Found> {
  process.kill('SIGTERM')
  const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), 8_000).unref())
  if ((await Promise.race([process.over, late])) === 'late')
    return { status: 'failed', reason: 'it did not stop when it was told to' }
  return { status: 'passed', reason: null }
}

type Launched = {
  readonly child: ReturnType<typeof spawn>
  readonly output: () => string
  readonly over: Promise<unknown>
  readonly kill: (signal: 'SIGTERM' | 'SIGKILL') => void
}

/** In a process group of its own, so that nothing of it is left. */
function launch(command: string, cwd: string, more: Readonly<Record<string, string>> = {}): Launched {
  const mine = Object.entries(process.env).filter(([name]) => !NOT_PASSED_ON.test(name))
  const path = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`
  const env = { ...Object.fromEntries(mine), PATH: path, PYTHONDONTWRITEBYTECODE: '1', ...more }
  const child = spawn('/bin/sh', ['-c', command], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => (output = (output + part.toString('utf8')).slice(-OUTPUT_CHARACTERS)))
  return {
    child,
    output: () => output,
    over: once(child, 'close'),
    kill: (signal) => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal)
      } catch {
        // It is gone already.
      }
    },
  }
}

async function run(command: string, folder: string, ms: number): Promise<Ran> {
  const launched = launch(command, folder)
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    launched.kill('SIGKILL')
  }, ms)
  await launched.over
  clearTimeout(timer)
  return { code: launched.child.exitCode, output: launched.output(), timedOut }
}

function endOf(output: string): string {
  return output.trim().split('\n').slice(-25).join('\n')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('there is no free port')
  return address.port
}

function tableOf(reports: readonly Report[]): string {
  const width = Math.max(...reports.map(({ template }) => template.length))
  const lines = reports.map(({ template, outcomes }) => {
    const cells = PHASES.map((phase) => {
      const outcome = outcomes.find((one) => one.phase === phase)
      return `${phase} ${outcome === undefined ? '-' : `${outcome.status} ${(outcome.ms / 1_000).toFixed(1)}s`}`.padEnd(
        22,
      )
    })
    return `${template.padEnd(width)}  ${cells.join('').trimEnd()}`
  })
  const reasons = reports.flatMap(({ template, outcomes }) =>
    outcomes.flatMap(({ phase, status, reason }) =>
      reason === null ? [] : [`\n${template}: ${phase} ${status}: ${reason}`],
    ),
  )
  return `${[...lines, ...reasons].join('\n')}\n`
}
