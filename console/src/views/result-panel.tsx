// What came of the task, with the evidence behind it.
import type { TaskStatus } from '../../../src/core/vocabulary/task.ts'
import { callsText } from '../../../src/core/vocabulary/usage.ts'
import type { ComponentChildren } from 'preact'
import { toLine, toPlain } from '../state/inert-text.ts'
import { routeLink } from '../state/route.ts'
import { safeLink } from '../state/safe-link.ts'
import { latestChecks, openPreview } from '../state/task-view.ts'
import type { TaskView } from '../state/task-view.ts'
import { sayBytes, sayCount, sayDuration } from '../state/time.ts'
import type { WireTask } from '../state/wire.ts'
import { Icon, OfflineBadge, Prose } from './pieces.tsx'
import { CheckSummary } from './request-card.tsx'

type Props = { readonly view: TaskView; readonly task: WireTask | undefined; readonly status: TaskStatus }

export function ResultPanel({ view, task, status }: Props) {
  const result = view.result ?? task?.result ?? null
  const error = view.error ?? task?.error ?? null
  const checks = latestChecks(view)
  const preview = safeLink(openPreview(view)?.url ?? null, location.href)
  const id = task?.id ?? ''
  return (
    <div class="result">
      {status !== 'completed' && error !== null && (
        <p class="why">
          {status === 'aborted' ? 'Aborted: ' : ''}
          {toPlain(error)}
        </p>
      )}
      {result !== null && <Prose text={result.answer ?? result.summary} />}
      {result?.output != null && result.output.trim() !== '' && (
        <pre class="terminal" tabIndex={0} aria-label="Output">
          {toPlain(result.output)}
        </pre>
      )}
      {preview !== null && (
        <p>
          <a class="button primary" href={preview} target="_blank" rel="noopener noreferrer">
            Open the preview <Icon name="out" />
          </a>
        </p>
      )}
      <dl class="facts">
        {result?.exit_code != null && <Fact label="Exit code">{String(result.exit_code)}</Fact>}
        {checks.length > 0 && (
          <Fact label="Checks">
            <a href={routeLink({ type: 'task', id, tab: 'checks' })}>
              <CheckSummary checks={checks} />
            </a>
          </Fact>
        )}
        {result !== null && result.changed_files.length > 0 && (
          <Fact label="Changed">
            <a href={routeLink({ type: 'task', id, tab: 'changes' })}>
              {sayCount(result.changed_files.length, 'file')}
            </a>
          </Fact>
        )}
        {result?.commit != null && (
          <Fact label="Commit">
            <code title={result.commit}>{toPlain(result.commit).slice(0, 10)}</code>
          </Fact>
        )}
        {view.startedAt !== null && view.endedAt !== null && (
          <Fact label="Time">{sayDuration(Date.parse(view.endedAt) - Date.parse(view.startedAt))}</Fact>
        )}
        {result !== null && (
          <Fact label="Usage">
            {callsText(result.usage) ?? 'no model call'}, {sayCount(result.usage.input_tokens, 'token')} in,{' '}
            {result.usage.output_tokens.toLocaleString('en')} out
          </Fact>
        )}
        {view.models.map((use) => (
          <Fact key={`${use.tier} ${use.name}`} label={`Model, ${use.tier}`}>
            {toLine(use.name, 80)} <span class="faint">{sayCount(use.calls, 'call')}</span>{' '}
            {use.offline && <OfflineBadge />}
          </Fact>
        ))}
        {view.sandboxLevel !== null && <Fact label="Sandbox">{toLine(view.sandboxLevel, 60)}</Fact>}
      </dl>
      {view.artifacts.length > 0 && (
        <section>
          <h3>Artifacts</h3>
          <ul class="artifacts">
            {view.artifacts.map((artifact) => (
              <li key={artifact.id}>
                <a href={`/v1/artifacts/${encodeURIComponent(artifact.id)}`} download>
                  {toLine(artifact.name, 160)}
                </a>{' '}
                <span class="faint">
                  {toLine(artifact.mediaType, 60)}, {sayBytes(artifact.bytes)}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

function Fact({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}
