// The quality gate: the platform runs the checks itself, in the sandbox, and believes nobody's word for it.
import type { CheckReport } from '../vocabulary/check.ts'
import type { CommandResult, Sandbox } from '../ports/sandbox.ts'
import { detectChecks } from './detect-checks.ts'
import type { CheckPlan } from './detect-checks.ts'
import { pageCheck, TOOL_PROBE } from './scripts.ts'

const OUTPUT_CHARACTERS = 16_000
const MAX_FILES = 5_000
const MANIFEST_BYTES = 1_000_000
/** Node colours its test output when it thinks somebody watches; checks are read by machines and people alike. */
const CHECK_ENV = { CI: 'true', NO_COLOR: '1', PYTHONDONTWRITEBYTECODE: '1' }

/** Runs every check that the workspace calls for, and asks each served port for its page. `report` is called as each ends. */
export async function runGate(
  sandbox: Sandbox,
  servedPorts: readonly number[],
  signal: AbortSignal,
  report: (check: CheckReport) => void,
): Promise<readonly CheckReport[]> {
  const detected = await detect(sandbox, signal)
  const plans = [
    ...detected.run,
    ...servedPorts.map((port) => ({ check: `preview on ${port}`, command: pageCheck(port), timeoutMs: 20_000 })),
  ]
  for (const skipped of detected.skipped) report(skipped)
  const ran = await Promise.all(
    plans.map(async (plan) => {
      const result = await runCheck(sandbox, plan, signal)
      report(result)
      return result
    }),
  )
  const all = [...ran, ...detected.skipped]
  if (ran.length > 0) return all
  const none: CheckReport = {
    check: 'none',
    status: 'skipped',
    command: null,
    exit_code: null,
    duration_ms: 0,
    output: '',
    reason: 'No check of the platform applies to these files.',
  }
  report(none)
  return [...all, none]
}

export function isPassed(checks: readonly CheckReport[]): boolean {
  return checks.every((check) => check.status !== 'failed')
}

async function detect(sandbox: Sandbox, signal: AbortSignal) {
  const [entries, probe, manifest] = await Promise.all([
    sandbox.list('.', MAX_FILES),
    sandbox.exec({ command: TOOL_PROBE, cwd: '.', env: {}, timeoutMs: 10_000, maxOutputBytes: 64_000 }, signal),
    sandbox.readFile('package.json', MANIFEST_BYTES),
  ])
  return detectChecks({
    files: 'type' in entries ? [] : entries.filter((entry) => entry.type === 'file').map((entry) => entry.path),
    manifest: manifest instanceof Uint8Array ? new TextDecoder().decode(manifest) : null,
    tools: new Set(
      probe.stdout
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== ''),
    ),
  })
}

async function runCheck(sandbox: Sandbox, plan: CheckPlan, signal: AbortSignal): Promise<CheckReport> {
  // Dependencies' own commands come first, as they do under npm.
  const command = `PATH="$PWD/node_modules/.bin:$PATH"; ${plan.command}`
  const result = await sandbox.exec(
    { command, cwd: '.', env: CHECK_ENV, timeoutMs: plan.timeoutMs, maxOutputBytes: OUTPUT_CHARACTERS },
    signal,
  )
  const passed = result.exitCode === 0 && !result.timedOut
  return {
    check: plan.check,
    status: passed ? 'passed' : 'failed',
    command: plan.command,
    exit_code: result.exitCode,
    duration_ms: Math.round(result.durationMs),
    output: outputOf(result),
    reason: passed ? null : reasonOf(result, plan),
  }
}

function reasonOf(result: CommandResult, plan: CheckPlan): string {
  if (result.timedOut) return `It was still running after ${plan.timeoutMs / 1000} seconds.`
  if (result.signal !== null) return `It was ended by ${result.signal}.`
  return `It ended with exit code ${result.exitCode}.`
}

/** What a command printed, the end of it, as a person would see it: escape sequences are left out. */
export function outputOf(result: Pick<CommandResult, 'stdout' | 'stderr'>, limit = OUTPUT_CHARACTERS): string {
  const text = [result.stdout, result.stderr].filter((part) => part !== '').join('\n')
  return stripEscapes(text).slice(-limit).toWellFormed()
}

/** Without ANSI escape sequences and control characters other than tab and line feed (ECMA-48). */
export function stripEscapes(text: string): string {
  return text
    .replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g, '')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
}
