// `factotum doctor`: what this machine can do, what it lacks, and what to do about it.
import { execFile } from 'node:child_process'
import { statfs } from 'node:fs/promises'
import { promisify } from 'node:util'
import { Command } from 'commander'
import { table } from '../adapters/terminal/table.ts'
import { MODEL_TIERS, modelName } from '../core/vocabulary/usage.ts'
import { messageOf } from '../core/vocabulary/thrown.ts'
import { botReports } from '../processes/bot-reports.ts'
import type { Platform } from '../processes/platform.ts'
import { readRunning } from '../processes/running.ts'
import { isLoopback } from '../config.ts'
import { listSecrets } from '../processes/secret-list.ts'
import { createOutput, EXIT, withPlatform } from './command.ts'
import { tryToEscape } from './doctor-escape.ts'
import type { ExitCode } from './command.ts'

type Finding = { readonly name: string; readonly ok: boolean; readonly required: boolean; readonly detail: string }

const LOW_DISK_BYTES = 2_000_000_000
const run = promisify(execFile)

export function doctorCommand(exit: (code: ExitCode) => void): Command {
  return new Command('doctor')
    .description('what this machine can do, what it lacks, and what to do about it')
    .option('--json', 'the findings as JSON')
    .option(
      '--escape',
      'try to get out of the sandboxes of this machine, every way that is known; takes some ten seconds',
    )
    .action(async (options: { json?: true; escape?: true }) => {
      const output = createOutput()
      if (options.escape === true) return exit(await tryToEscape(output, options.json === true))
      const findings = await withPlatform(output, examine)
      const healthy = findings.every((finding) => finding.ok || !finding.required)
      if (options.json) output.json({ healthy, findings })
      else {
        const mark = (finding: Finding) => (finding.ok ? 'ok' : finding.required ? 'MISSING' : 'optional')
        output.line(table(findings.map((finding) => [mark(finding), finding.name, finding.detail])))
      }
      exit(healthy ? EXIT.ok : EXIT.failed)
    })
}

async function examine(platform: Platform): Promise<readonly Finding[]> {
  const [sandbox, disk, running, database, readers, git, python, objects] = await Promise.all([
    platform.sandboxes.probe(),
    statfs(platform.config.dataDir),
    readRunning(platform.config.dataDir),
    platform.databaseVersion(),
    platform.findReaders(),
    version('git', '--version'),
    version('python3', '--version'),
    objectStore(platform),
  ])
  const free = disk.bavail * disk.bsize
  const bots = await botReports(platform)
  const prompts = await promptsFinding(platform)
  const tiers = MODEL_TIERS.map((tier) => ({ tier, label: platform.models.describe(tier) }))
  const offline = tiers.every(({ label }) => label.offline)
  return [
    { name: 'node', ok: true, required: true, detail: `${process.version} on ${process.platform} ${process.arch}` },
    { name: 'database', ok: true, required: true, detail: database },
    {
      name: 'data directory',
      ok: free > LOW_DISK_BYTES,
      required: false,
      detail: `${platform.config.dataDir}, ${Math.round(free / 1e9)} GB free`,
    },
    ...objects,
    {
      name: 'sandbox',
      ok: sandbox.level !== 'L0',
      required: true,
      detail: `level ${sandbox.level}, ${sandbox.backend}`,
    },
    ...sandbox.findings.map(({ name, ok, detail }) => ({ name: `sandbox: ${name}`, ok, required: false, detail })),
    { name: 'git', ok: git !== null, required: true, detail: git ?? 'install it: apt-get install git' },
    {
      name: 'python3',
      ok: python !== null,
      required: false,
      detail: python ?? 'Python projects can not be built or tested: apt-get install python3',
    },
    {
      name: 'models',
      ok: !offline,
      required: false,
      detail: offline
        ? 'the offline model (recipes only); set ANTHROPIC_API_KEY, OPENAI_API_KEY or GEMINI_API_KEY in .env.secrets'
        : tiers.map(({ tier, label }) => `${tier}: ${modelName(label)}`).join(', '),
    },
    ...senses(platform),
    ...readers.map((reader) => ({ ...reader, required: false })),
    prompts,
    await secretsFinding(platform),
    ...bots.map(({ bot, username, state, detail }) => ({
      name: `bot: ${username === null ? bot : `@${username}`}`,
      // A bot that nobody runs just now is no fault of the machine.
      ok: state === 'connected',
      required: false,
      detail: `${state}${detail === '' ? '' : `: ${detail}`}`,
    })),
    ...(isPlainHttp(platform.config)
      ? [
          {
            name: 'PUBLIC_URL',
            ok: false,
            required: false,
            detail:
              'it is http:// and others can reach it: whoever listens on the way reads tokens and sessions; put TLS before it',
          },
        ]
      : []),
    {
      name: 'platform',
      ok: true,
      required: false,
      detail: running === null ? 'not up' : `up at ${running.url} (process ${running.pid})`,
    },
  ]
}

function isPlainHttp({ PUBLIC_URL, HTTP_HOST }: Platform['config']): boolean {
  if (PUBLIC_URL === undefined || !PUBLIC_URL.startsWith('http:')) return false
  return !isLoopback(HTTP_HOST) || !isLoopback(new URL(PUBLIC_URL).hostname)
}

async function promptsFinding(platform: Platform): Promise<Finding> {
  const about = { name: 'prompts', required: true }
  try {
    const { crew, promptPack } = await platform.crew()
    const names = [crew.roles, promptPack.skills].map((list) => list.map(({ name }) => name).join(', '))
    return { ...about, ok: true, detail: `version ${promptPack.version}, roles: ${names[0]}; skills: ${names[1]}` }
  } catch (error) {
    return { ...about, ok: false, detail: messageOf(error) }
  }
}

/** Where the vault's key is, and what is to be replaced. */
async function secretsFinding(platform: Platform): Promise<Finding> {
  const { kind, place } = platform.keySource
  const key = `the vault's key is in a ${kind} (${place})`
  try {
    const old = (await listSecrets(platform)).filter(({ age }) => age.state !== 'fresh')
    const names = old.map(({ name, age }) => `${name} is ${age.days} days old (${age.state})`)
    const detail = old.length === 0 ? `${key}; none is due to be replaced` : `${names.join(', ')}; ${key}`
    return { name: 'secrets', ok: old.length === 0, required: false, detail }
  } catch (error) {
    return { name: 'secrets', ok: false, required: true, detail: messageOf(error) }
  }
}

/** Whether objects can be put, read and deleted where they are kept apart from the data directory. */
async function objectStore({ config, objects, worker }: Platform): Promise<readonly Finding[]> {
  if (config.s3 === null) return []
  const found = { name: 'objects', required: true }
  const key = `doctor/${worker}`
  try {
    await objects.put(key, new Uint8Array(1))
    const read = await objects.get(key)
    await objects.delete(key)
    const detail = `the bucket "${config.s3.bucket}" at ${config.s3.endpoint}`
    return [{ ...found, ok: read !== null, detail: read === null ? `${detail} loses what is put into it` : detail }]
  } catch (error) {
    return [{ ...found, ok: false, detail: messageOf(error) }]
  }
}

/** Who hears, sees and embeds beside what this machine reads by itself. */
function senses({ senses: list }: Platform): readonly Finding[] {
  return list.map(({ name, models, how }) => ({
    name: `models: ${name}`,
    ok: models.length > 0,
    required: false,
    detail: models.length > 0 ? models.join(', ') : how,
  }))
}

async function version(command: string, flag: string): Promise<string | null> {
  try {
    return (await run(command, [flag], { timeout: 5_000 })).stdout.trim()
  } catch {
    return null
  }
}
