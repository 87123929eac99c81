// What the platform itself ran to find out whether the work is right, and what the reviewer said.
import type { CheckReport, Finding } from '../../../src/core/vocabulary/check.ts'
import type { HealRound } from '../../../src/core/vocabulary/healing.ts'
import type { Review } from '../../../src/core/vocabulary/plan.ts'
import { useState } from 'preact/hooks'
import { toLine, toPlain } from '../state/inert-text.ts'
import { latestChecks } from '../state/task-view.ts'
import type { CheckRound, TaskView } from '../state/task-view.ts'
import { sayCount, sayDuration } from '../state/time.ts'
import { Icon, StateIcon } from './pieces.tsx'

export function ChecksPanel({ view }: { readonly view: TaskView }) {
  const checks = latestChecks(view)
  const earlier = view.rounds.slice(0, -1)
  if (checks.length === 0) return <p class="faint">The platform has run no checks yet.</p>
  return (
    <div class="checks">
      <p class="lead">Run by the platform in the sandbox, on the work as it stood. Nobody’s word is taken for it.</p>
      {checks.map((check, at) => (
        <CheckLine key={at} report={check} open={check.status === 'failed'} />
      ))}
      {view.reviews.toReversed().map((review, at) => (
        <ReviewBlock key={view.reviews.length - at} review={review} />
      ))}
      {view.healing.length > 0 && <Healing rounds={view.healing} />}
      {earlier.toReversed().map((round) => (
        <details key={round.step} class="earlier-round">
          <summary>{roundWords(round, earlier)}</summary>
          {round.checks.map((check, index) => (
            <CheckLine key={index} report={check} />
          ))}
        </details>
      ))}
    </div>
  )
}

const BASELINE = 'gate/baseline'

function roundWords(round: CheckRound, earlier: readonly CheckRound[]): string {
  const failed = round.checks.filter((check) => check.status === 'failed').length
  if (round.step === BASELINE) return `Before the work began: ${failed === 0 ? 'nothing failed' : `${failed} failed`}`
  const number = earlier.filter(({ step }) => step !== BASELINE).indexOf(round) + 1
  return `Round ${number}: ${failed} failed${failed === 0 ? '' : ', then repaired'}`
}

const HEALERS = { rule: 'a rule, no model was asked', analysis: 'a targeted fix', agent: 'a coder' } as const

function Healing({ rounds }: { readonly rounds: readonly HealRound[] }) {
  return (
    <section class="healing">
      <h3>What was tried to mend it</h3>
      <ol>
        {rounds.map((round) => (
          <li key={round.round} class={`heal heal-${round.outcome}`}>
            <p>
              <strong>{round.outcome}</strong> by {HEALERS[round.by]}
              <span class="faint">
                {' '}
                {round.failures_before} → {round.failures_after} failures
                {round.rolled_back && ', rolled back'}
              </span>
            </p>
            <ul>
              {[
                ...round.causes.map((line) => `Cause: ${line}`),
                ...round.applied.map((line) => `Changed ${line}`),
                ...round.refused.map((line) => `Not done: ${line}`),
              ].map((line, at) => (
                <li key={at}>{toLine(line, 400)}</li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
    </section>
  )
}

const FINDINGS = 100

/** By file, in the order in which the check named them. */
function Findings({ findings, more }: { readonly findings: readonly Finding[]; readonly more: number }) {
  if (findings.length === 0) return null
  const byFile = Map.groupBy(findings.slice(0, FINDINGS), ({ file }) => file)
  const rest = more + Math.max(0, findings.length - FINDINGS)
  return (
    <div class="labelled">
      <p>{sayCount(findings.length + more, 'finding')}</p>
      {[...byFile].map(([file, found]) => (
        <div class="found" key={file ?? ''}>
          <p class="found-file">{file === null ? 'In no file' : toLine(file, 300)}</p>
          <ul>
            {found.map(({ line, rule, message, severity }, at) => (
              <li key={at} class={`finding-${severity}`}>
                <span class="found-place">{line === null ? severity : `line ${line}`}</span>
                <span>
                  {toLine(message, 600)} {rule !== null && <code>{toLine(rule, 120)}</code>}
                </span>
              </li>
            ))}
          </ul>
        </div>
      ))}
      {rest > 0 && <p class="faint">and {rest.toLocaleString('en')} more</p>}
    </div>
  )
}

export function CheckLine({ report, open = false }: { readonly report: CheckReport; readonly open?: boolean }) {
  const [shown, setShown] = useState(open)
  const state = report.status === 'passed' ? 'done' : report.status === 'failed' ? 'failed' : 'cut'
  return (
    <details class={`tool check-${report.status}`} open={open} onToggle={(event) => setShown(event.currentTarget.open)}>
      <summary>
        {state === 'cut' ? (
          <span class="state" role="img" aria-label="skipped">
            <Icon name="dash" />
          </span>
        ) : (
          <StateIcon state={state} running={false} />
        )}
        <span class="tool-name">{toLine(report.check, 80)}</span>
        {report.failed_before === true && <span class="mark-before">failed before already</span>}
        <span class="tool-about">
          {toLine(report.reason ?? (report.command === report.check ? '' : (report.command ?? '')), 160)}
        </span>
        <span class="tool-time">
          {report.exit_code !== null && `exit ${report.exit_code}, `}
          {report.status === 'skipped' ? 'skipped' : sayDuration(report.duration_ms)}
        </span>
        <Icon name="chevron" />
      </summary>
      {shown && (
        <div class="tool-body">
          <Findings findings={report.findings ?? []} more={report.more_findings ?? 0} />
          {report.command !== null && (
            <div class="labelled">
              <p>Command</p>
              <pre tabIndex={0}>{toPlain(report.command)}</pre>
            </div>
          )}
          <div class="labelled">
            <p>Output</p>
            <pre tabIndex={0}>{report.output.trim() === '' ? '(it printed nothing)' : toPlain(report.output)}</pre>
          </div>
        </div>
      )}
    </details>
  )
}

function ReviewBlock({ review }: { readonly review: Review }) {
  return (
    <section class={`review ${review.approved ? 'review-good' : 'review-bad'}`}>
      <h3>
        <Icon name={review.approved ? 'check' : 'cross'} />
        {review.approved ? 'The reviewer approved the work' : 'The reviewer asked for changes'}
      </h3>
      <p class="text">{toPlain(review.summary)}</p>
      {review.findings.length > 0 && (
        <ul>
          {review.findings.map((finding, at) => (
            <li key={at}>
              {finding.blocking && <strong class="bad">Blocking. </strong>}
              {finding.file !== null && <code>{toLine(finding.file, 160)}</code>} {toPlain(finding.problem)}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
