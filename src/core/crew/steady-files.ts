// What was checked is what goes on: checks, or what runs beside them, that change the program while it is looked at are seen.
import { isProgram } from '../quality/compare-runs.ts'
import type { CheckReport } from '../vocabulary/check.ts'
import type { CommitId } from '../vocabulary/ids.ts'
import { checksOf } from './recorded-checks.ts'
import type { Run } from './run.ts'
import type { Workshop } from './workshop.ts'

const STEADY_CHECK = 'steady files'

const SHOWN = 20

/**
 * Runs the checks and keeps the files as they left them. Where they changed files of the program, they run once more on what they made of
 * it (a formatter has nothing left to do then); where those change again, a failed check says so. Files that the checks changed before the
 * work began are no matter of the work.
 */
export async function runSteadily(
  run: Run,
  workshop: Workshop,
  check: () => Promise<readonly CheckReport[]>,
): Promise<{ readonly ran: readonly CheckReport[]; readonly commit: CommitId }> {
  const excused = new Set(
    checksOf(run, 'gate/baseline')
      .filter((one) => one.check === STEADY_CHECK)
      .flatMap(({ findings = [] }) => findings.map(({ file }) => file)),
  )
  let before = run.journal.lastCommit() ?? workshop.baseline
  for (let left = 1; ; left -= 1) {
    const ran = await check()
    run.signal.throwIfAborted()
    // Checks may leave files behind (caches, reports): they are part of the state that goes on.
    const commit = await workshop.snapshot('checks')
    const files = (await rewritten(run, before, commit)).filter((file) => !excused.has(file))
    if (files.length === 0) return { ran, commit }
    if (left === 0) return { ran: [...ran, reportOf(files, 'failed')], commit }
    before = commit
  }
}

/** What the checks before the work change of the files that the work begins with, to be told from the work's own. */
export async function rewrittenAtFirst(
  run: Run,
  workshop: Workshop,
  commit: CommitId,
): Promise<readonly CheckReport[]> {
  const files = await rewritten(run, run.journal.lastCommit() ?? workshop.baseline, commit)
  return files.length === 0 ? [] : [reportOf(files, 'passed')]
}

/** Files of the program that were there before and are different, or gone. */
async function rewritten(run: Run, from: CommitId, to: CommitId): Promise<readonly string[]> {
  if (from === to) return []
  const { files } = await run.workspaces.diff(run.task.id, from, to, 0)
  return files.flatMap(({ path, change }) => (change !== 'added' && isProgram(path) ? [path] : []))
}

function reportOf(files: readonly string[], status: 'passed' | 'failed'): CheckReport {
  const severity = status === 'failed' ? 'error' : 'note'
  const message = 'This file changed while it was checked: what was checked is not what is left.'
  return {
    check: STEADY_CHECK,
    kind: 'platform',
    status,
    command: null,
    exit_code: null,
    duration_ms: 0,
    output: files.slice(0, SHOWN).join('\n'),
    reason: status === 'failed' ? 'The checks, or a program beside them, change what is checked, each time.' : null,
    findings: files
      .slice(0, 200)
      .map((file) => ({ file, line: null, rule: 'changed-while-checked', message, severity })),
    more_findings: Math.max(0, files.length - 200),
  }
}
