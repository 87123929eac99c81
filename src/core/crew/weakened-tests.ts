// Tests that the work made milder: found by the platform at each gate, asked about once, and put back where nobody says yes.
import { findUnrun } from '../quality/compare-runs.ts'
import { findWeakenings, mayWeaken } from '../quality/find-weakenings.ts'
import type { ChangedFile, Weakening } from '../quality/weakening.ts'
import type { ChangedContent } from '../ports/workspaces.ts'
import { approvalDigest } from '../task/accept-request.ts'
import type { ApprovalPolicy } from '../vocabulary/approval.ts'
import type { CheckReport, Finding } from '../vocabulary/check.ts'
import type { CommitId } from '../vocabulary/ids.ts'
import type { Answer } from './answers.ts'
import { failedAtFirst } from './check-baseline.ts'
import { bindingOf, NeedsApproval } from './needs-approval.ts'
import { redactedChecks, withoutSecretsOf } from './redaction.ts'
import { checksOf } from './recorded-checks.ts'
import type { Run } from './run.ts'
import type { Workshop } from './workshop.ts'

const INTEGRITY_CHECK = 'test integrity'

const LIMITS = { fileBytes: 500_000, totalBytes: 40_000_000 }
const MOST_FINDINGS = 200
const OUTPUT_CHARACTERS = 16_000
const SUBJECT_CHARACTERS = 3_000
/** A task that asks more often than this is not asked about tests any more: it puts them back. */
const MOST_QUESTIONS = 5

/** What ran just now. `isWhole`: all checks, and not only those that a change can have an influence on. */
type Ran = { readonly checks: readonly CheckReport[]; readonly isWhole: boolean }

/**
 * The check of what the work did to the tests since it began, and since its subtasks were done: whoever mends has to leave alone what the
 * tester wrote. What ran before the work, or at its first gate, has to run still. It is passed where a person said yes to exactly these changes. Repeatable: the same snapshots give the same report. Null
 * where nothing was there that could have become milder.
 */
export async function weakenedTests(
  run: Run,
  workshop: Pick<Workshop, 'baseline'>,
  now: CommitId,
  ran: Ran,
): Promise<CheckReport | null> {
  const began = run.clock.now().getTime()
  const starts = [...new Set([workshop.baseline, writtenAt(run) ?? workshop.baseline])].filter((start) => start !== now)
  const found: Weakening[] = []
  let isComparable = false
  for (const start of starts) {
    const changed = await run.workspaces.changed(run.task.id, start, now, LIMITS)
    const files = changed.filter(({ path }) => mayWeaken(path)).map(textsOf)
    if (files.some(({ before }) => before !== null)) isComparable = true
    // What came between is found from both starts, and told of once.
    for (const one of findWeakenings(files)) if (!found.some((other) => isSame(one, other))) found.push(one)
  }
  if (!isComparable) found.splice(0)
  for (const earlier of [failedAtFirst(run), checksOf(run, 'gate/1')])
    for (const one of findUnrun(earlier, ran.checks, ran.isWhole))
      if (!found.some((other) => isSame(one, other))) found.push(one)
  if (!isComparable && found.length === 0) return null
  const errors = found.filter(({ severity }) => severity === 'error')
  const name = digestOf(run, errors)
  const report: CheckReport = {
    check: INTEGRITY_CHECK,
    kind: 'integrity',
    status: errors.length === 0 ? 'passed' : 'failed',
    command: null,
    exit_code: null,
    duration_ms: Math.max(0, Math.round(run.clock.now().getTime() - began)),
    output: [...(errors.length === 0 ? [] : [`${NAMED}${name}`]), ...[...errors, ...notesOf(found)].map(describe)]
      .join('\n\n')
      .slice(0, OUTPUT_CHARACTERS),
    reason: errors.length === 0 ? null : reasonOf(errors.length),
    findings: await Promise.all(
      [...errors, ...notesOf(found)].slice(0, MOST_FINDINGS).map((one) => toFinding(run, one)),
    ),
    more_findings: Math.max(0, found.length - MOST_FINDINGS),
  }
  const [clean = report] = await redactedChecks(run, [report])
  return errors.length === 0 ? clean : answered(run, clean)
}

/**
 * The checks as they count once people were asked. Where nothing but the tests' integrity fails, throws NeedsApproval for it, once for each
 * set of changes; a yes passes it, a no and silence leave it failed with what is to be done.
 */
export function askAboutWeakenedTests(run: Run, checks: readonly CheckReport[]): readonly CheckReport[] {
  const weakened = checks.find((check) => check.check === INTEGRITY_CHECK && check.status === 'failed')
  if (weakened === undefined) return checks
  const others = checks.some((check) => check !== weakened && check.status === 'failed' && check.failed_before !== true)
  const now = answered(run, weakened)
  if (now === weakened && !others && run.answers.asked('tests') < MOST_QUESTIONS)
    throw new NeedsApproval(questionOf(run, weakened))
  return checks.map((check) => (check === weakened ? now : check))
}

const NAMED = 'Changes '

/** The report as a person's answer to exactly it makes it; itself where there is none. */
function answered(run: Run, report: CheckReport): CheckReport {
  const { kind, subject, binding } = questionOf(run, report)
  const digest = approvalDigest(run.ids, kind, subject, binding)
  const answer = run.answers.of('tests').findLast((one) => one.digest === digest)
  if (answer === undefined) return report
  if (answer.status === 'approved')
    return {
      ...report,
      status: 'passed',
      reason: `A person accepted these changes to the tests (approval ${answer.id}).`,
    }
  return { ...report, reason: `${refusal(answer)} Put the tests back as they were, and change what they test.` }
}

function refusal({ status, comment }: Answer): string {
  if (status !== 'rejected') return 'Nobody accepted in time that the tests become milder.'
  return `A person did not accept that the tests become milder.${comment === null ? '' : ` They said: ${comment}`}`
}

function questionOf(run: Run, report: CheckReport) {
  const [first = '', ...rest] = report.output.split('\n\n')
  const name = first.startsWith(NAMED) ? first.slice(NAMED.length) : run.ids.digest(report.output)
  const findings =
    (report.findings ?? []).filter(({ severity }) => severity === 'error').length + (report.more_findings ?? 0)
  const text = rest.filter((part) => !part.startsWith(NOTE)).join('\n\n')
  const cut =
    text.length > SUBJECT_CHARACTERS
      ? `${text.slice(0, SUBJECT_CHARACTERS)}\n… (${findings} in all; the check shows the others)`
      : text
  return { kind: 'tests', subject: cut, binding: bindingOf(run, `tests:${name}`), policy: POLICY } as const
}

const POLICY: ApprovalPolicy = {
  rule: 'tests.weakened',
  why: 'The work passes its checks, and makes the tests milder that it has to pass.',
  classes: [],
  people: 1,
}

function reasonOf(count: number): string {
  const what = count === 1 ? 'a test, or what steers it, is' : `tests, or what steers them, are`
  return `In ${count} place${count === 1 ? '' : 's'} ${what} milder than before: put it back, and change what is tested.`
}

/** The last snapshot before the first gate: what the subtasks made, tests included. */
function writtenAt(run: Run): CommitId | null {
  let last: CommitId | null = null
  for (const { data } of run.journal.completed()) {
    if (data.step === 'gate/1') return last
    if (data.commit !== null && data.branch === undefined) last = data.commit
  }
  return null
}

function textsOf({ path, before, after }: ChangedContent): ChangedFile {
  return { path, before: textOf(before), after: textOf(after) }
}

/** A file that can't be read any more is as good as gone. */
function textOf(content: ChangedContent['before']): string | null {
  return content instanceof Uint8Array ? new TextDecoder().decode(content) : null
}

function isSame(one: Weakening, other: Weakening): boolean {
  return one.file === other.file && one.rule === other.rule && one.before === other.before && one.after === other.after
}

function notesOf(found: readonly Weakening[]): readonly Weakening[] {
  return found.filter(({ severity }) => severity === 'note')
}

/** Names exactly these changes, wherever in their files they stand. */
function digestOf(run: Run, errors: readonly Weakening[]): string {
  const parts = errors.map(({ file, rule, before, after }) => JSON.stringify([file, rule, before, after]))
  return run.ids.digest(parts.toSorted().join('\n'))
}

const NOTE = 'For information: '

function describe({ file, line, message, before, after, severity }: Weakening): string {
  return [
    `${severity === 'note' ? NOTE : ''}${file === '' ? '' : `${file}:${line} `}${message}`,
    ...(before === '' ? [] : [`  before: ${oneLine(before)}`]),
    ...(after === '' ? [] : [`  now:    ${oneLine(after)}`]),
  ].join('\n')
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

async function toFinding(
  run: Run,
  { file, line, rule, message, before, after, severity }: Weakening,
): Promise<Finding> {
  const change = [before === '' ? '' : `Before: ${oneLine(before)}`, after === '' ? '' : `Now: ${oneLine(after)}`]
  const told = [message, ...change.filter((part) => part !== '')].join(' ')
  const place = file === '' ? { file: null, line: null } : { file, line }
  return { ...place, rule, message: await withoutSecretsOf(run, told, INTEGRITY_CHECK), severity }
}
