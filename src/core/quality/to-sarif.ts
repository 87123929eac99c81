// Checks as SARIF 2.1.0, the format in which code hosts and editors read what static analysis and tests found (OASIS standard).
import type { CheckReport, Finding } from '../vocabulary/check.ts'

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json'

/** One run for each check, in their order, as JSON text. Pure: the same checks give the same bytes. */
export function toSarif(checks: readonly CheckReport[]): string {
  return `${JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: checks.map(runOf) }, null, 2)}\n`
}

function runOf(check: CheckReport) {
  const findings = resultsOf(check)
  const rules = [...new Set(findings.map(ruleOf))]
  return {
    tool: {
      driver: { name: check.check.toWellFormed(), rules: rules.map((id) => ({ id })) },
    },
    invocations: [
      {
        executionSuccessful: check.status !== 'skipped' && check.exit_code !== null,
        ...(check.command === null ? {} : { commandLine: check.command.toWellFormed() }),
        ...(check.exit_code === null ? {} : { exitCode: check.exit_code }),
        ...(check.reason === null
          ? {}
          : {
              toolExecutionNotifications: [
                { level: check.status === 'failed' ? 'error' : 'note', message: textOf(check.reason) },
              ],
            }),
      },
    ],
    columnKind: 'utf16CodeUnits',
    results: findings.map((finding) => ({
      ruleId: ruleOf(finding),
      ruleIndex: rules.indexOf(ruleOf(finding)),
      level: finding.severity,
      message: textOf(finding.message),
      ...(check.failed_before === undefined ? {} : { baselineState: check.failed_before ? 'unchanged' : 'new' }),
      ...(finding.file === null ? {} : { locations: [locationOf(finding.file, finding.line)] }),
    })),
    properties: {
      status: check.status,
      kind: check.kind ?? null,
      durationMs: check.duration_ms,
      moreFindings: check.more_findings ?? 0,
    },
  }
}

/** A check that failed and named nothing is a result all the same: readers look at results. */
function resultsOf({ status, findings = [], reason }: CheckReport): readonly Finding[] {
  if (status !== 'failed' || findings.some(({ severity }) => severity === 'error')) return findings
  return [...findings, { file: null, line: null, rule: null, message: reason ?? 'It failed.', severity: 'error' }]
}

function ruleOf({ rule }: Finding): string {
  return (rule ?? 'failed').toWellFormed()
}

function textOf(text: string): { readonly text: string } {
  return { text: text.toWellFormed() }
}

function locationOf(file: string, line: number | null) {
  return {
    physicalLocation: {
      artifactLocation: {
        uri: file.toWellFormed().split('/').map(encodeURIComponent).join('/'),
        uriBaseId: '%SRCROOT%',
      },
      ...(line === null ? {} : { region: { startLine: line } }),
    },
  }
}
