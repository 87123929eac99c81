// What the platform itself ran to find out whether the work is right, and what the reviewer said.
import type { CheckReport } from '../../../src/core/vocabulary/check.ts'
import type { Review } from '../../../src/core/vocabulary/plan.ts'
import { useState } from 'preact/hooks'
import { toLine, toPlain } from '../state/inert-text.ts'
import { latestChecks } from '../state/task-view.ts'
import type { TaskView } from '../state/task-view.ts'
import { sayDuration } from '../state/time.ts'
import { Icon, StateIcon } from './pieces.tsx'

export function ChecksPanel({ view }: { readonly view: TaskView }) {
  const checks = latestChecks(view)
  const earlier = view.rounds.slice(0, -1).toReversed()
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
      {earlier.map((round, at) => (
        <details key={round.step} class="earlier-round">
          <summary>
            Round {earlier.length - at}: {round.checks.filter((check) => check.status === 'failed').length} failed, then
            repaired
          </summary>
          {round.checks.map((check, index) => (
            <CheckLine key={index} report={check} />
          ))}
        </details>
      ))}
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
