// Checks as JUnit XML, which every continuous integration reads: a suite for each check, a case for each thing that it found wrong.
import type { CheckReport, Finding } from '../vocabulary/check.ts'

/** Pure: the same checks give the same bytes. A suite without findings has one case, the check itself. */
export function toJunit(checks: readonly CheckReport[]): string {
  const suites = checks.map(suiteOf)
  const total = (count: (suite: Suite) => number) => suites.reduce((sum, suite) => sum + count(suite), 0)
  const head = attributes({
    name: 'checks',
    tests: total(({ cases }) => cases.length),
    failures: total(({ failures }) => failures),
    errors: 0,
    skipped: total(({ skipped }) => skipped),
    time: seconds(checks.reduce((sum, check) => sum + check.duration_ms, 0)),
  })
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${head}>`,
    ...suites.map(({ xml }) => xml),
    '</testsuites>',
    '',
  ].join('\n')
}

type Suite = {
  readonly xml: string
  readonly cases: readonly string[]
  readonly failures: number
  readonly skipped: number
}

function suiteOf(check: CheckReport): Suite {
  const errors = (check.findings ?? []).filter(({ severity }) => severity === 'error')
  const failing = check.status === 'failed'
  const cases = failing && errors.length > 0 ? errors.map((finding) => caseOf(check, finding)) : [wholeCase(check)]
  const failures = failing ? cases.length : 0
  const skipped = check.status === 'skipped' ? 1 : 0
  const time = seconds(check.duration_ms)
  const head = attributes({ name: check.check, tests: cases.length, failures, errors: 0, skipped, time })
  const more = (check.more_findings ?? 0) > 0 ? `\nand ${check.more_findings} more findings` : ''
  const output =
    check.output === '' && more === '' ? [] : [`    <system-out>${escaped(`${check.output}${more}`)}</system-out>`]
  return { xml: [`  <testsuite${head}>`, ...cases, ...output, '  </testsuite>'].join('\n'), cases, failures, skipped }
}

function caseOf({ check, reason }: CheckReport, { file, line, rule, message }: Finding): string {
  const place = [file, line].filter((part) => part !== null).join(':')
  const head = attributes({
    name: rule ?? message,
    classname: check,
    ...(file === null ? {} : { file }),
    ...(line === null ? {} : { line }),
    time: '0.000',
  })
  const text = escaped([message, place, reason ?? ''].filter((part) => part !== '').join('\n'))
  return `    <testcase${head}>\n      <failure${attributes({ message, type: 'failure' })}>${text}</failure>\n    </testcase>`
}

function wholeCase({ check, status, reason, duration_ms }: CheckReport): string {
  const head = attributes({ name: check, classname: check, time: seconds(duration_ms) })
  const message = attributes({ message: reason ?? '' })
  if (status === 'passed') return `    <testcase${head}/>`
  const inner =
    status === 'skipped'
      ? `<skipped${message}/>`
      : `<failure${message} type="failure">${escaped(reason ?? '')}</failure>`
  return `    <testcase${head}>\n      ${inner}\n    </testcase>`
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3)
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value)).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')}"`)
    .join('')
}

/** Without what no XML 1.0 document may hold, not even as a reference. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
