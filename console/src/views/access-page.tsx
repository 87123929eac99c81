// Who holds a key to this: tokens and sessions, each of which can be made worthless at once.
import { useEffect, useState } from 'preact/hooks'
import { SCOPES } from '../../../src/core/vocabulary/principal.ts'
import type { ConsoleApp } from '../live/console-app.ts'
import {
  EMPTY_TOKEN,
  inOrder,
  isAdmin,
  isLiveCredential,
  sayLabel,
  sayScopes,
  SCOPE_WORDS,
  toggled,
  tokenProblem,
  tokenToSend,
} from '../state/access-view.ts'
import type { TokenForm } from '../state/access-view.ts'
import { ROLES } from '../state/control.ts'
import type { WireCredential, WireSession } from '../state/control.ts'
import { toLine } from '../state/inert-text.ts'
import { sayMoment, sayUntil } from '../state/time.ts'
import { ConfirmButton } from './confirm-button.tsx'
import { Age, CopyButton, Icon, ProblemLine, Revealed } from './pieces.tsx'

type Props = { readonly app: ConsoleApp; readonly me: WireSession }

export function AccessPage({ app, me }: Props) {
  const [credentials, setCredentials] = useState<readonly WireCredential[] | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const load = async () => {
    const answer = await app.api.credentials()
    setProblem(answer.type === 'problem' ? answer.detail : null)
    if (answer.type === 'ok') setCredentials(answer.value.items)
  }
  useEffect(() => void load(), [])
  const revoke = async (credential: WireCredential) => {
    const answer = await app.api.revokeCredential(credential.id)
    if (answer.type === 'problem') return setProblem(answer.detail)
    if (credential.current) return app.signOut()
    await load()
  }
  const now = Date.now()
  const shown = inOrder(credentials ?? [], now)
  const live = shown.filter((credential) => isLiveCredential(credential, now))
  const over = shown.filter((credential) => !isLiveCredential(credential, now))
  const rows = (some: readonly WireCredential[]) => (
    <ul class="things">
      {some.map((credential) => (
        <CredentialRow
          key={credential.id}
          app={app}
          me={me}
          credential={credential}
          onRevoke={() => void revoke(credential)}
        />
      ))}
    </ul>
  )
  return (
    <>
      <p class="lead">
        You are {toLine(me.user_id, 80)}, {me.role === 'owner' ? 'an owner' : `a ${me.role}`}. A session is a browser
        that signed in; a token is for a program.
      </p>
      {isAdmin(me) && <IssueToken app={app} onIssued={load} />}
      {problem !== null && <ProblemLine text={problem} />}
      <section aria-label="In force">
        <h2>In force</h2>
        {rows(live)}
      </section>
      {over.length > 0 && (
        <details class="fold">
          <summary>
            <Icon name="chevron" /> Over, {over.length}
          </summary>
          {rows(over)}
        </details>
      )}
    </>
  )
}

type RowProps = Props & { readonly credential: WireCredential; readonly onRevoke: () => void }

function CredentialRow({ app, me, credential, onRevoke }: RowProps) {
  const { kind, user_id: userId, issued_by: by } = credential
  const live = isLiveCredential(credential, app.now.value)
  const what = toLine(sayLabel(credential), 80)
  return (
    <li class={live ? '' : 'over'}>
      <div>
        <p class="row">
          <span class="agent">{kind}</span>
          <strong class="thing-name">
            <Revealed text={what} prose />
          </strong>
          {credential.current && <span class="badge this-one">this one</span>}
        </p>
        <p>
          {userId === me.user_id ? 'You' : <Revealed text={toLine(userId, 80)} />}, as {credential.role}, may{' '}
          {sayScopes(credential.scopes)}
        </p>
        <p class="faint">
          issued <Age app={app} at={credential.issued_at} />
          {by !== userId && ` by ${toLine(by, 60)}`},{' '}
          {credential.revoked_at !== null
            ? `revoked ${sayMoment(credential.revoked_at)}`
            : live
              ? `ends ${sayUntil(credential.expires_at, app.now.value)}`
              : `ended ${sayMoment(credential.expires_at)}`}
        </p>
      </div>
      {live && (credential.user_id === me.user_id || isAdmin(me)) && (
        <ConfirmButton
          label="Revoke"
          name={`Revoke ${what}`}
          look="button small danger"
          title={`Revoke ${what}?`}
          yes="Revoke it"
          no="Keep it"
          onYes={onRevoke}
        >
          <p>
            {credential.current
              ? 'It is the one that you are using: you will be signed out here.'
              : 'Whoever holds it is shut out at once, open connections included. It can’t be taken back.'}
          </p>
        </ConfirmButton>
      )}
    </li>
  )
}

function IssueToken({ app, onIssued }: { readonly app: ConsoleApp; readonly onIssued: () => Promise<void> }) {
  const [form, setForm] = useState<TokenForm>(EMPTY_TOKEN)
  const [token, setToken] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const issue = async (event: Event) => {
    event.preventDefault()
    const wrong = tokenProblem(form)
    setProblem(wrong)
    if (wrong !== null) return
    const answer = await app.api.issueToken(tokenToSend(form))
    if (answer.type === 'problem') return setProblem(answer.detail)
    setToken(answer.value.token)
    setForm(EMPTY_TOKEN)
    await onIssued()
  }
  return (
    <details class="fold">
      <summary>
        <Icon name="chevron" /> Issue a token
      </summary>
      <form class="add issue" aria-label="Issue a token" onSubmit={(event) => void issue(event)}>
        <label class="field grow">
          What it is for
          <input
            value={form.label}
            placeholder="deploy script"
            maxLength={100}
            onInput={(event) => setForm({ ...form, label: event.currentTarget.value })}
          />
        </label>
        <label class="field grow">
          For whom
          <input
            value={form.user}
            placeholder="me"
            autocomplete="off"
            spellcheck={false}
            maxLength={200}
            onInput={(event) => setForm({ ...form, user: event.currentTarget.value })}
          />
        </label>
        <label class="field">
          As
          <select
            value={form.role}
            onChange={(event) =>
              setForm({ ...form, role: ROLES.find((role) => role === event.currentTarget.value) ?? '' })
            }
          >
            <option value="">what they are</option>
            {ROLES.map((role) => (
              <option key={role} value={role}>
                {role}
              </option>
            ))}
          </select>
        </label>
        <label class="field hours">
          Hours it holds
          <input
            value={form.hours}
            inputMode="decimal"
            onInput={(event) => setForm({ ...form, hours: event.currentTarget.value })}
          />
        </label>
        <fieldset class="choice whole">
          <legend>It may</legend>
          {SCOPES.map((scope) => (
            <label key={scope} title={scope}>
              <input
                type="checkbox"
                checked={form.scopes.includes(scope)}
                onChange={() => setForm({ ...form, scopes: toggled(form.scopes, scope) })}
              />
              {SCOPE_WORDS[scope]}
            </label>
          ))}
        </fieldset>
        <button type="submit" class="button primary">
          Issue
        </button>
        {problem !== null && <ProblemLine text={problem} />}
      </form>
      <div role="status">
        {token !== null && (
          <div class="issued">
            <p>
              <strong>This is the only time it is shown.</strong> Copy it now.
            </p>
            <pre tabIndex={0} aria-label="The token">
              {token}
            </pre>
            <div class="row">
              <CopyButton text={token} label="Copy" />
              <button type="button" class="button small" onClick={() => setToken(null)}>
                I have it
              </button>
            </div>
          </div>
        )}
      </div>
    </details>
  )
}
