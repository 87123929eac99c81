// The question before something is done: exactly what would run, or what was understood, with nothing in it that hides.
import { useState } from 'preact/hooks'
import type { ConsoleApp } from '../live/console-app.ts'
import { reveal, revealHidden, toPlain } from '../state/inert-text.ts'
import type { WireApproval } from '../state/wire.ts'
import { sayEstimate } from '../state/time.ts'
import { ProblemLine, Until } from './pieces.tsx'

type Props = { readonly app: ConsoleApp; readonly taskId: string; readonly approval: WireApproval }

export function ApprovalPanel({ app, taskId, approval }: Props) {
  const [busy, setBusy] = useState(false)
  const [rejecting, setRejecting] = useState(false)
  const [comment, setComment] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const isPlan = approval.kind === 'plan'
  const pieces = isPlan ? revealHidden(approval.subject) : reveal(approval.subject)
  const expired = Date.parse(approval.expires_at) <= app.now.value

  const decide = async (yes: boolean) => {
    setBusy(true)
    setProblem(null)
    const answer = yes
      ? await app.api.approve(taskId, approval.id)
      : await app.api.reject(taskId, approval.id, comment.trim())
    setBusy(false)
    if (answer.type === 'problem') setProblem(answer.detail)
    await app.refresh(taskId)
  }

  return (
    <section class="approval" aria-label="Approval">
      <h2>{isPlan ? 'Is this what you want?' : 'Run this command?'}</h2>
      <pre class={`subject ${isPlan ? 'words' : ''}`} tabIndex={0} aria-label="Exactly what is approved">
        {pieces.map((piece, at) => (piece.escape ? <mark key={at}>{piece.text}</mark> : piece.text))}
      </pre>
      {pieces.some((piece) => piece.escape) && (
        <p class="warning">
          It holds characters that hide{isPlan ? '' : ' or pose as others'}. They are spelt out above, marked.
        </p>
      )}
      {!isPlan && <p class="approval-reason">{toPlain(approval.reason)}</p>}
      {approval.estimate != null && <p class="estimate">{sayEstimate(approval.estimate)}</p>}
      <p class="faint">
        {isPlan ? 'Or say what should be different: that takes its place.' : 'Your answer holds for exactly this text.'}{' '}
        {expired ? (
          'The question has expired.'
        ) : (
          <>
            The question expires <Until app={app} at={approval.expires_at} />.
          </>
        )}
      </p>
      {rejecting && (
        <label class="field">
          Why not? (optional)
          <input
            value={comment}
            onInput={(event) => setComment(event.currentTarget.value)}
            maxLength={1000}
            autoFocus
          />
        </label>
      )}
      {problem !== null && <ProblemLine text={problem} />}
      <div class="row">
        {rejecting ? (
          <>
            <button type="button" class="button danger" disabled={busy} onClick={() => void decide(false)}>
              Reject it
            </button>
            <button type="button" class="button" disabled={busy} onClick={() => setRejecting(false)}>
              Back
            </button>
          </>
        ) : (
          <>
            <button type="button" class="button primary" disabled={busy || expired} onClick={() => void decide(true)}>
              {isPlan ? 'OK' : 'Approve'}
            </button>
            <button
              type="button"
              class="button"
              disabled={busy}
              onClick={() => (isPlan ? void decide(false) : setRejecting(true))}
            >
              {isPlan ? 'Cancel' : 'Reject'}
            </button>
          </>
        )}
      </div>
    </section>
  )
}
