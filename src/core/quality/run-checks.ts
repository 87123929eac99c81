// Runs planned checks side by side in a sandbox, each in a process group of its own, with its own temporary folder.
import type { CheckReport } from '../vocabulary/check.ts'
import type { CommandResult, Sandbox } from '../ports/sandbox.ts'
import { boundFindings } from './bound-findings.ts'
import type { CheckPlan, CommandPlan, LookPlan } from './check-plan.ts'
import { foldersFrom } from './find-projects.ts'
import { outputOf, stripEscapes } from './plain-output.ts'
import type { Parsed } from './runner.ts'
import { skippedCheck } from './skipped-check.ts'

const AT_ONCE = 4
/** Of each stream; people are shown the end of it, the parser sees it all. */
const OUTPUT_BYTES = 256_000
/** Node colours its test output when it thinks somebody watches; checks are read by machines and people alike. */
const CHECK_ENV = { CI: 'true', NO_COLOR: '1', PYTHONDONTWRITEBYTECODE: '1', CARGO_TERM_COLOR: 'never' }
/**
 * What tools remember from run to run, and would leave among the files. What cargo builds is larger than a temporary folder, which lies
 * in memory, may be: it goes where no snapshot looks.
 */
const ASIDE =
  'export COVERAGE_FILE="$TMPDIR/coverage" PYTEST_ADDOPTS="-o cache_dir=$TMPDIR/pytest" RUFF_CACHE_DIR="$TMPDIR/ruff" MYPY_CACHE_DIR="$TMPDIR/mypy" CARGO_TARGET_DIR="$PWD/.cache/cargo"; '
const NO_FINDINGS: Parsed = { findings: [] }

/**
 * The reports in the order of the plans; `report` is told of each as it ends. Tests that failed while other tests ran beside them run
 * once more alone, and that is what counts: two suites may want the same port or the same file.
 */
export async function runChecks(
  sandbox: Sandbox,
  plans: readonly CheckPlan[],
  signal: AbortSignal,
  report: (check: CheckReport) => void,
): Promise<readonly CheckReport[]> {
  const done = new Map<CheckPlan, CheckReport>()
  const disturbed = new Set<CheckPlan>()
  const running = new Set<CheckPlan>()
  const again: CheckPlan[] = []
  const waiting = plans.values()

  async function work(): Promise<void> {
    for (const plan of waiting) {
      running.add(plan)
      const tests = [...running].filter(({ kind }) => kind === 'tests')
      if (tests.length > 1) for (const one of tests) disturbed.add(one)
      const result = await runCheck(sandbox, plan, signal).finally(() => running.delete(plan))
      done.set(plan, result)
      if (result.status === 'failed' && plan.kind === 'tests' && disturbed.has(plan)) again.push(plan)
      else report(result)
    }
  }

  await Promise.all(Array.from({ length: Math.min(AT_ONCE, plans.length) }, work))
  for (const plan of again) {
    const result = await runCheck(sandbox, plan, signal)
    done.set(plan, result)
    report(result)
  }
  return plans.flatMap((plan) => done.get(plan) ?? [])
}

function runCheck(sandbox: Sandbox, plan: CheckPlan, signal: AbortSignal): Promise<CheckReport> {
  return plan.type === 'look' ? takeLook(plan, signal) : runCommand(sandbox, plan, signal)
}

async function runCommand(sandbox: Sandbox, plan: CommandPlan, signal: AbortSignal): Promise<CheckReport> {
  const result = await sandbox.exec(
    {
      command: `${preamble(plan)}${plan.command}`,
      cwd: plan.folder === '' ? '.' : plan.folder,
      env: { ...CHECK_ENV, ...plan.env },
      timeoutMs: plan.timeoutMs,
      maxOutputBytes: OUTPUT_BYTES,
    },
    signal,
  )
  const { findings, skip } = parsedSafely(plan, result)
  const isSkipped = skip !== undefined && !result.timedOut && result.signal === null
  const passed = result.exitCode === 0 && !result.timedOut
  return {
    check: plan.check,
    status: isSkipped ? 'skipped' : passed ? 'passed' : 'failed',
    command: plan.command,
    exit_code: result.exitCode,
    duration_ms: Math.round(result.durationMs),
    output: outputOf(result),
    reason: isSkipped ? skip : passed ? null : reasonOf(result, plan),
    kind: plan.kind,
    ...boundFindings(findings, plan.folder),
  }
}

/**
 * Dependencies' own commands come first, as they do under npm, those of the nearest folder before all. They lie in folders that no diff
 * shows, so a script there that stands in for a shell or for node itself, and so for every check, ends the check; a dependency that is a
 * node of its own is a program of the machine's kind.
 */
function preamble({ folder }: CommandPlan): string {
  const places = foldersFrom(folder).map((_, up) => `$PWD/${'../'.repeat(up)}`)
  const folders = places.flatMap((place) => [`${place}node_modules/.bin`, `${place}.venv/bin`])
  const path = folders.join(':')
  const standIns = `for f in ${folders.map((one) => `"${one}"`).join(' ')}; do for t in sh bash env node; do if [ -e "$f/$t" ] && [ "$(head -c 4 "$f/$t" | tail -c 3)" != ELF ]; then echo "$f/$t stands in for $t of the machine: remove it" >&2; exit 97; fi; done; done; `
  const temporary = `TMPDIR=$(mktemp -d) && export TMPDIR && trap 'rm -rf "$TMPDIR"' EXIT; ${ASIDE}`
  return `${temporary}${standIns}PATH="${path}:$PATH"; `
}

/** What a parser makes of hostile output can be wrong; it can't be the end of the gate. */
function parsedSafely(plan: CommandPlan, { stdout, stderr, exitCode }: CommandResult): Parsed {
  try {
    return plan.parse({ stdout: stripEscapes(stdout), stderr: stripEscapes(stderr), exitCode })
  } catch {
    return NO_FINDINGS
  }
}

async function takeLook(plan: LookPlan, signal: AbortSignal): Promise<CheckReport> {
  const { findings, skip } = await plan.look(signal)
  if (skip !== undefined) return skippedCheck(plan.check, plan.kind, skip)
  const bounded = boundFindings(findings, plan.folder)
  const errors = findings.filter(({ severity }) => severity === 'error').length
  return {
    check: plan.check,
    status: errors === 0 ? 'passed' : 'failed',
    command: null,
    exit_code: null,
    duration_ms: 0,
    output: bounded.findings.map(findingLine).join('\n').slice(0, 16_000),
    reason: errors === 0 ? null : `It found ${errors} error${errors === 1 ? '' : 's'}.`,
    kind: plan.kind,
    ...bounded,
  }
}

function findingLine({ file, line, rule, message }: NonNullable<CheckReport['findings']>[number]): string {
  const place = [file, line].filter((part) => part !== null).join(':')
  return [place, rule ?? '', message].filter((part) => part !== '').join(' ')
}

function reasonOf(result: CommandResult, plan: CommandPlan): string {
  if (result.timedOut) return `It was still running after ${plan.timeoutMs / 1000} seconds.`
  if (result.signal !== null) return `It was ended by ${result.signal}.`
  return `It ended with exit code ${result.exitCode}.`
}
