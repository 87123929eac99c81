// What leaves a sandbox is looked through for secrets before it is recorded, shown to a model, or sent.
import type { CheckReport, Finding } from '../vocabulary/check.ts'
import type { AgentName, TaskEventBody } from '../vocabulary/event.ts'
import type { CommitId } from '../vocabulary/ids.ts'
import type { JsonValue } from '../vocabulary/json.ts'
import type { SecretFinding } from '../vocabulary/secret.ts'
import { stripEscapes } from '../quality/plain-output.ts'
import { findInPatch } from '../secrets/patch-findings.ts'
import { redact } from '../secrets/redact.ts'
import { redactStream } from '../secrets/redact-stream.ts'
import type { RedactedStream } from '../secrets/redact-stream.ts'
import type { Run } from './run.ts'
import type { ToolOutcome } from './tools/tool.ts'

type RedactionDeps = Pick<Run, 'scanner' | 'writer'>

const SHOWN = 50
const PATCH_BYTES = 20_000_000
const PROGRESS_CHARACTERS = 4_000
const CHECK = 'secrets'

/** The text without secrets; the log is told that there were some, once for each rule. `where` is for people. */
export async function withoutSecretsOf(run: RedactionDeps, text: string, where: string): Promise<string> {
  const { text: clean, findings } = await redact(run.scanner, text)
  noteFindings(run, findings, where)
  return clean
}

/** A tool's outcome as the model and the log may have it. A file that it wrote with a secret in it is told of. */
export async function redactedOutcome(
  run: RedactionDeps,
  call: { readonly tool: string; readonly input: JsonValue },
  outcome: ToolOutcome,
): Promise<ToolOutcome> {
  const output = await withoutSecretsOf(run, outcome.output, `the output of ${call.tool}`)
  const finished = outcome.finished === undefined ? undefined : await redactedReport(run, outcome.finished)
  const clean = { ...outcome, output, ...(finished === undefined ? {} : { finished }) }
  if (!outcome.ok || !outcome.touched) return clean
  const rules = await rulesIn(run, call.input)
  if (rules.length === 0) return clean
  noteFindings(run, rules, `what ${call.tool} wrote`)
  const warning = `What you wrote holds something that looks like a secret (${rulesText(rules)}). Take it out: read it from the environment instead. The check "${CHECK}" does not pass while it is there.`
  return { ...clean, output: `${output}\n${warning}` }
}

async function redactedReport(run: RedactionDeps, { summary, evidence }: NonNullable<ToolOutcome['finished']>) {
  const clean = (text: string) => withoutSecretsOf(run, text, 'a report')
  return { summary: await clean(summary), evidence: await Promise.all(evidence.map(clean)) }
}

async function rulesIn(run: RedactionDeps, input: JsonValue): Promise<readonly SecretFinding[]> {
  if (typeof input === 'string') return run.scanner.scan(input)
  if (typeof input !== 'object' || input === null) return []
  const parts = await Promise.all(Object.values(input).map((part) => rulesIn(run, part)))
  return parts.flat()
}

/** Live output as progress, without secrets. `end` has to be called, and lets out the last of it. */
export function progressOf(
  run: RedactionDeps,
  about: { readonly step: string; readonly agent: AgentName },
): RedactedStream {
  const note = (text: string) =>
    run.writer.note({ type: 'step.progress', data: { ...about, message: text.slice(-PROGRESS_CHARACTERS) } })
  return redactStream(run.scanner, note, stripEscapes)
}

export function redactedChecks(run: RedactionDeps, checks: readonly CheckReport[]): Promise<readonly CheckReport[]> {
  return Promise.all(
    checks.map(async (check) => {
      const where = `the output of ${check.check}`
      const output = await withoutSecretsOf(run, check.output, where)
      if (check.findings === undefined || check.findings.length === 0) return { ...check, output }
      return { ...check, output, findings: await redactedFindings(run, check.findings, where) }
    }),
  )
}

/** What findings say is part of the output, cut to one line each; so all of it is looked through at once. */
async function redactedFindings(run: RedactionDeps, findings: readonly Finding[], where: string) {
  const lines = findings.flatMap(({ rule, message }) => [rule ?? '', message])
  const clean = (await withoutSecretsOf(run, lines.join('\n'), where)).split('\n')
  const isKept = clean.length === lines.length
  return Promise.all(
    findings.map(async (finding, index) => {
      const text = (at: number) =>
        isKept ? Promise.resolve(clean[at] ?? '') : withoutSecretsOf(run, lines[at] ?? '', where)
      const [rule, message] = await Promise.all([text(2 * index), text(2 * index + 1)])
      return { ...finding, rule: finding.rule === null ? null : rule, message }
    }),
  )
}

/**
 * Whether the task put a secret into its files: what was in them before is none of its doing. Tells places and rules, never values. A
 * step that runs again finds the same.
 */
export async function checkForSecrets(run: Run, baseline: CommitId, now: CommitId): Promise<CheckReport> {
  const began = run.clock.now().getTime()
  const diff = await run.workspaces.diff(run.task.id, baseline, now, PATCH_BYTES)
  const findings = await findInPatch(run.scanner, diff.patch)
  noteFindings(run, findings, 'the files')
  const shown = findings.slice(0, SHOWN).map(({ path, line, rule }) => `${path}:${line} ${rule}`)
  const more = findings.length > SHOWN ? [`and ${findings.length - SHOWN} more`] : []
  const isClean = findings.length === 0
  return {
    check: CHECK,
    status: isClean ? 'passed' : 'failed',
    command: null,
    exit_code: null,
    duration_ms: Math.max(0, Math.round(run.clock.now().getTime() - began)),
    output: [...shown, ...more].join('\n'),
    reason: isClean ? cutOff(diff.truncated) : REASON,
  }
}

const REASON =
  'The files hold something that looks like a secret: take it out, and read it from the environment where the program runs.'

function cutOff(truncated: boolean): string | null {
  return truncated ? `Only the first ${PATCH_BYTES / 1_000_000} MB of the changes were looked through.` : null
}

function noteFindings(run: RedactionDeps, findings: readonly { readonly rule: string }[], where: string): void {
  const events = [...new Set(findings.map(({ rule }) => rule))].map((rule): TaskEventBody => ({
    type: 'secret.found',
    data: { rule, where },
  }))
  if (events.length > 0) run.writer.note(...events)
}

function rulesText(findings: readonly { readonly rule: string }[]): string {
  return [...new Set(findings.map(({ rule }) => rule))].join(', ')
}
