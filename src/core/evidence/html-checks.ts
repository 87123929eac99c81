// The parts of a report's page that prove: checks with what they found, rounds of healing, the diff.
import type { CheckReport, Finding } from '../vocabulary/check.ts'
import { escape, list, mono, section } from './html-parts.ts'
import type { Section } from './html-parts.ts'
import type { Report, ReportedApproval } from './report.ts'
import { count, endOf, milderWords, oneLine, plural, readable, seconds, verdict } from './words.ts'

const OUTPUT_CHARACTERS = 8_000
const FINDINGS = 100
const PATCH_LINES = 1_500
const TONES = { passed: 'good', failed: 'bad', skipped: '' } as const

export function checksHtml(report: Report): Section | null {
  const { checks, failedBefore, gates } = report
  if (checks.length === 0 && gates.length === 0) return null
  const before =
    failedBefore.length === 0
      ? ''
      : `<p class="note wait">Failed in the files as they came, before anything was done: ${failedBefore.map(mono).join(', ')}.</p>`
  const rounds =
    gates.length < 2
      ? ''
      : `<h3>Rounds</h3><div class="card">${list(gates.map((gate) => `${mono(gate.step)} <span class="${gate.passed === 0 ? 'dim' : 'plus'}">${plural(gate.passed, 'passed', 'passed')}</span>, <span class="${gate.failed === 0 ? 'dim' : 'minus'}">${count(gate.failed)} failed</span>, <span class="dim">${count(gate.skipped)} skipped</span>`))}</div>`
  const order = checks.toSorted((a, b) => ORDER[a.status] - ORDER[b.status])
  return section('checks', 'Checks', verdict(report), `${order.map(checkHtml).join('')}${before}${rounds}`)
}

const ORDER = { failed: 0, passed: 1, skipped: 2 } as const

function checkHtml(check: CheckReport): string {
  const { findings = [], more_findings: more = 0 } = check
  const output = endOf(check.output, OUTPUT_CHARACTERS)
  const took = check.duration_ms > 0 ? `<span class="why">${seconds(check.duration_ms)}</span>` : ''
  const before = check.failed_before === true ? '<span class="pill wait">failed before already</span>' : ''
  const reason = check.reason === null ? '' : `<span class="why">${escape(oneLine(check.reason, 400))}</span>`
  const found = findings.length + more
  const head = `<summary><span class="pill ${TONES[check.status]}">${check.status}</span><span class="name">${escape(oneLine(check.check, 100))}</span>${found === 0 ? '' : `<span class="why">${plural(found, 'finding')}</span>`}${before}${took}${reason}</summary>`
  const inside = [
    findingsHtml(findings, more),
    ...(check.command === null
      ? []
      : [
          `<p class="dim">${mono(oneLine(check.command, 1_000))}${check.exit_code === null ? '' : ` ended with ${check.exit_code}`}</p>`,
        ]),
    ...(output === '' ? [] : [`<pre>${escape(output)}</pre>`]),
  ].join('')
  if (inside === '') return `<details class="bare" open>${head}</details>`
  return `<details${check.status === 'failed' ? ' open' : ''}>${head}${inside}</details>`
}

export function milderTestsHtml({ milderTests }: Report): Section | null {
  if (milderTests === null) return null
  const { left, more, putBack, accepted, asked } = milderTests
  const tone = left.length === 0 ? 'good' : accepted === null ? 'bad' : 'wait'
  const parts = [
    `<p class="note ${tone}">${escape(milderWords(milderTests))}</p>`,
    ...(left.length === 0 ? [] : [findingsHtml(left, more)]),
    ...(putBack.length === 0 ? [] : [`<h3>Put back as it was</h3>${findingsHtml(putBack, 0)}`]),
    ...(asked.length === 0 ? [] : [`<h3>Who was asked</h3>${list(asked.map(askedHtml))}`]),
  ]
  return section('milder-tests', 'Tests made milder', null, `<div class="card">${parts.join('')}</div>`)
}

function askedHtml({ status, by, comment }: ReportedApproval): string {
  const who = by === null ? '' : ` by ${escape(oneLine(by, 80))}`
  const said = comment === null ? '' : ` <span class="dim">“${escape(oneLine(comment, 300))}”</span>`
  return `<span class="pill ${APPROVED[status]}">${escape(status)}</span>${who}${said}`
}

const APPROVED = { approved: 'good', pending: 'wait', rejected: 'bad', superseded: '', expired: 'bad' } as const

/** By file, in the order in which the check named them. */
function findingsHtml(findings: readonly Finding[], more: number): string {
  if (findings.length === 0) return ''
  const byFile = Map.groupBy(findings.slice(0, FINDINGS), ({ file }) => file)
  const parts = [...byFile].map(([file, found]) => {
    const rows = found.map(
      ({ severity, line, rule, message }) =>
        `<div class="finding"><span class="sev ${severity}">${severity}${line === null ? '' : `, line ${line}`}</span><span>${escape(oneLine(message, 600))}${rule === null ? '' : ` ${mono(oneLine(rule, 120))}`}</span></div>`,
    )
    return `<h3>${file === null ? 'In no file' : mono(oneLine(file, 300))}</h3>${rows.join('')}`
  })
  const rest = more + Math.max(0, findings.length - FINDINGS)
  return `${parts.join('')}${rest === 0 ? '' : `<p class="dim">and ${count(rest)} more</p>`}`
}

export function healingHtml({ healing }: Report): Section | null {
  if (healing.length === 0) return null
  const rounds = healing.map((round) => {
    const tone =
      round.outcome === 'healed' || round.outcome === 'better' ? 'good' : round.outcome === 'worse' ? 'bad' : ''
    const lines = [
      ...round.causes.map((it) => `Cause: ${oneLine(it, 400)}`),
      ...round.applied.map((it) => `Changed ${oneLine(it, 400)}`),
      ...round.refused.map((it) => `Not done: ${oneLine(it, 400)}`),
    ]
    const back = round.rolled_back ? ' <span class="pill wait">rolled back, byte for byte</span>' : ''
    return `<div class="round"><span class="num">${round.round}</span><div><span class="pill ${tone}">${round.outcome}</span>${back} by ${HEALERS[round.by]} <span class="dim">${round.failures_before} → ${round.failures_after} failures, about ${round.checks.map((it) => escape(oneLine(it, 60))).join(', ')}</span>${lines.length === 0 ? '' : `<ul>${lines.map((line) => `<li>${escape(line)}</li>`).join('')}</ul>`}</div></div>`
  })
  return section('healing', 'Healing', plural(healing.length, 'round'), `<div class="card">${rounds.join('')}</div>`)
}

const HEALERS = { rule: 'a rule, no model was asked', analysis: 'a targeted fix', agent: 'a coder at work' } as const

export function diffHtml({ patch }: Report): Section | null {
  if (patch === null) return null
  const lines = readable(patch.text).replace(/\n$/, '').split('\n')
  const shown = lines.slice(0, PATCH_LINES).map((line) => {
    const tone = toneOf(line)
    return `<span${tone === '' ? '' : ` class="${tone}"`}>${escape(line)}</span>`
  })
  const goesOn = patch.truncated || lines.length > PATCH_LINES
  const html = `<details${lines.length > 400 ? '' : ' open'}><summary><span class="name">${plural(lines.length, 'line')}</span></summary><div class="scroll" tabindex="0" role="group" aria-label="The diff"><div class="diff">${shown.join('')}</div></div>${goesOn ? `<p class="dim">It goes on: all of it is in ${mono('changes.patch')}.</p>` : ''}</details>`
  return section('diff', 'Diff', null, html, true)
}

function toneOf(line: string): string {
  if (/^diff |^(?:---|\+\+\+) |^index /.test(line)) return line.startsWith('diff ') ? 'f' : 'h'
  if (line.startsWith('@@')) return 'h'
  return line.startsWith('+') ? 'a' : line.startsWith('-') ? 'd' : ''
}
