// The stop that stops: one red button on every page, and while it holds, a line on every page that says so.
import { useState } from 'preact/hooks'
import type { ConsoleApp } from '../live/console-app.ts'
import { isAdmin } from '../state/access-view.ts'
import type { WireStopped } from '../state/control.ts'
import { toLine } from '../state/inert-text.ts'
import { routeLink } from '../state/route.ts'
import { sayStopped } from '../state/stop-view.ts'
import { ConfirmButton } from './confirm-button.tsx'
import { Icon, ProblemLine } from './pieces.tsx'

type Props = { readonly app: ConsoleApp }

export function StopButton({ app, short = false }: Props & { readonly short?: boolean }) {
  const [busy, setBusy] = useState(false)
  if (!isAdmin(app.me.value) || app.admin.value?.paused === true) return null
  const stop = async () => {
    setBusy(true)
    await app.stopEverything()
    setBusy(false)
  }
  return (
    <ConfirmButton
      label={
        <>
          <Icon name="halt" /> {busy ? 'Stopping…' : short ? 'Stop all' : 'Stop everything'}
        </>
      }
      name="Stop everything"
      look="button danger small stop-button"
      disabled={busy}
      title="Stop everything?"
      yes="Stop everything now"
      no="Keep going"
      onYes={() => void stop()}
    >
      <p>
        Every task that runs is ended at once, with all its programs. Previews close, and nothing new is started until
        you say “Go on”. What waits in the queue stays there, and the chats stay open.
      </p>
    </ConfirmButton>
  )
}

/** Shown on every page while nothing is started, whoever stopped it and wherever. */
export function StoppedBanner({ app }: Props) {
  const [busy, setBusy] = useState(false)
  const { problem, report } = app.stopped.value
  if (!isAdmin(app.me.value)) return null
  const goOn = async () => {
    setBusy(true)
    await app.goOn()
    setBusy(false)
  }
  return (
    <div role="status">
      {problem !== null && <ProblemLine text={problem} />}
      {(report?.problems ?? []).map((each) => (
        <ProblemLine key={each} text={each} />
      ))}
      {app.admin.value?.paused === true && (
        <div class="stopped">
          <Icon name="halt" />
          <div>
            <strong>Stopped.</strong> Nothing new is started{report === null ? '.' : ` (${sayStopped(report)}).`}
            {report !== null && report.stopped.length > 0 && <StoppedTasks report={report} />}
          </div>
          <button type="button" class="button small" disabled={busy} onClick={() => void goOn()}>
            <Icon name="play" /> Go on
          </button>
        </div>
      )}
    </div>
  )
}

function StoppedTasks({ report }: { readonly report: WireStopped }) {
  return (
    <details>
      <summary>What was stopped</summary>
      <ul>
        {report.stopped.map((task) => (
          <li key={task.task_id}>
            <a href={routeLink({ type: 'task', id: task.task_id, tab: null })}>{toLine(task.input_text, 90)}</a>
          </li>
        ))}
      </ul>
    </details>
  )
}
