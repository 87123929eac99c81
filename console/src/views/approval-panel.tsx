// The question before something is done: exactly what would happen, why it is asked, what a yes is bound to. Nothing in it hides.
import { useState } from 'preact/hooks'
import type { ConsoleApp } from '../live/console-app.ts'
import { alwaysRule, boundFacts, questionOf, votesOf } from '../state/approval-view.ts'
import { reveal, revealHidden, toPlain } from '../state/inert-text.ts'
import type { WireApproval } from '../state/wire.ts'
import { sayEstimate } from '../state/time.ts'
import { ProblemLine, Revealed, Until } from './pieces.tsx'

type Props = { readonly app: ConsoleApp; readonly taskId: string; readonly approval: WireApproval }

export function ApprovalPanel({ app, taskId, approval }: Props) {
  const [busy, setBusy] = useState(false)
  const [rejecting, setRejecting] = useState(false)
  const [proposing, setProposing] = useState(false)
  const [comment, setComment] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const question = questionOf(approval.kind)
  const votes = votesOf(approval, app.me.value?.user_id ?? null)
  const rule = alwaysRule(approval, app.me.value)
  const expired = Date.parse(approval.expires_at) <= app.now.value

  const decide = async (yes: boolean, always = false) => {
    setBusy(true)
    setProblem(null)
    const answer = yes
      ? await app.api.approve(taskId, approval.id, always)
      : await app.api.reject(taskId, approval.id, comment.trim())
    setBusy(false)
    if (answer.type === 'problem') setProblem(answer.detail)
    await app.refresh(taskId)
  }

  return (
    <section class="approval" aria-label="Approval">
      <h2>{question.title}</h2>
      <Subject text={approval.subject} prose={question.isProse} />
      <Why approval={approval} prose={question.isProse} />
      {approval.estimate != null && <p class="estimate">{sayEstimate(approval.estimate)}</p>}
      {!question.isProse && <Bound app={app} approval={approval} />}
      {votes !== null && (
        <p class="votes" role="status">
          {toPlain(votes.text)}
        </p>
      )}
      <p class="faint">
        {question.holds}{' '}
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
      {rejecting && question.afterNo !== null && <p class="faint">{question.afterNo}</p>}
      {proposing && rule !== null && (
        <p class="rule" role="status">
          {toPlain(rule)}
        </p>
      )}
      {problem !== null && <ProblemLine text={problem} />}
      <div class="row">
        {proposing ? (
          <>
            <button
              type="button"
              class="button primary"
              disabled={busy || expired}
              onClick={() => void decide(true, true)}
            >
              Confirm
            </button>
            <button type="button" class="button" disabled={busy} onClick={() => setProposing(false)}>
              Back
            </button>
          </>
        ) : rejecting ? (
          <>
            <button type="button" class="button danger" disabled={busy} onClick={() => void decide(false)}>
              {question.no} it
            </button>
            <button type="button" class="button" disabled={busy} onClick={() => setRejecting(false)}>
              Back
            </button>
          </>
        ) : (
          <>
            <button
              type="button"
              class="button primary"
              disabled={busy || expired || votes?.mine === true}
              onClick={() => void decide(true)}
            >
              {question.yes}
            </button>
            {rule !== null && (
              <button type="button" class="button" disabled={busy || expired} onClick={() => setProposing(true)}>
                Always…
              </button>
            )}
            <button
              type="button"
              class="button"
              disabled={busy}
              onClick={() => (question.isProse ? void decide(false) : setRejecting(true))}
            >
              {question.no}
            </button>
          </>
        )}
      </div>
    </section>
  )
}

function Subject({ text, prose }: { readonly text: string; readonly prose: boolean }) {
  const hides = (prose ? revealHidden(text) : reveal(text)).some((piece) => piece.escape)
  return (
    <>
      <pre class={`subject ${prose ? 'words' : ''}`} tabIndex={0} aria-label="Exactly what is approved">
        <Revealed text={text} prose={prose} />
      </pre>
      {hides && (
        <p class="warning">
          It holds characters that hide{prose ? '' : ' or pose as others'}. They are spelt out above, marked.
        </p>
      )}
    </>
  )
}

/** Why somebody is asked at all; a plan says it by itself, unless the policy wanted more. */
function Why({ approval, prose }: { readonly approval: WireApproval; readonly prose: boolean }) {
  const { policy = null, reason } = approval
  const classes = policy?.classes ?? []
  return (
    <>
      {classes.length > 0 && (
        <ul class="classes" aria-label="What it does">
          {classes.map((each) => (
            <li key={each} class={`class-${each}`}>
              {each}
            </li>
          ))}
        </ul>
      )}
      {!prose && <p class="approval-reason">{toPlain(reason)}</p>}
      {policy !== null && policy.why !== reason && <p class="approval-reason">{toPlain(policy.why)}</p>}
    </>
  )
}

function Bound({ app, approval }: { readonly app: ConsoleApp; readonly approval: WireApproval }) {
  const facts = boundFacts(approval, app.me.value?.user_id ?? null)
  if (facts.length === 0) return null
  return (
    <dl class="bound" aria-label="What your yes is bound to">
      {facts.map(({ label, value, exact }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            {exact === true ? (
              <code>
                <Revealed text={value} />
              </code>
            ) : (
              toPlain(value)
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}
