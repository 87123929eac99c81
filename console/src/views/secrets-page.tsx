// Secrets: which there are, where they may go and how old they are. A value goes in here, and never comes out again.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ConsoleApp } from '../live/console-app.ts'
import type { WireSecret, WireSession } from '../state/control.ts'
import { toLine, toPlain } from '../state/inert-text.ts'
import {
  EMPTY_SECRET,
  ownersToChoose,
  sayForWhom,
  sayState,
  sayWhereItLives,
  secretProblem,
  secretToSend,
} from '../state/secret-view.ts'
import type { SecretForm } from '../state/secret-view.ts'
import { ConfirmButton } from './confirm-button.tsx'
import { Age, ProblemLine, Revealed } from './pieces.tsx'

type Props = { readonly app: ConsoleApp; readonly me: WireSession }

export function SecretsPage({ app, me }: Props) {
  const [secrets, setSecrets] = useState<readonly WireSecret[] | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [form, setForm] = useState<SecretForm>(EMPTY_SECRET)
  const value = useRef<HTMLInputElement>(null)
  const load = async () => {
    const answer = await app.api.secrets()
    setProblem(answer.type === 'problem' ? answer.detail : null)
    if (answer.type === 'ok') setSecrets(answer.value.items)
  }
  useEffect(() => void load(), [])
  const replace = ({ name, hosts, owner }: WireSecret) => {
    setForm({ name, hosts: hosts.join('\n'), owner })
    value.current?.focus()
  }
  const remove = async (name: string) => {
    const answer = await app.api.removeSecret(name)
    await load()
    if (answer.type === 'problem') setProblem(answer.detail)
  }
  const known = (secrets ?? []).some((secret) => secret.source === 'vault' && secret.name === form.name)
  return (
    <>
      <p class="lead">
        Work uses a secret under its name and never sees its value: it is put in on the way to its hosts, and to no
        others.
      </p>
      <SecretFields app={app} me={me} form={form} change={setForm} value={value} replaces={known} onSaved={load} />
      {problem !== null && <ProblemLine text={problem} />}
      {secrets !== null && secrets.length === 0 && <p class="faint">There is none yet.</p>}
      <ul class="things" aria-label="Secrets">
        {(secrets ?? []).map((secret) => (
          <SecretRow
            key={`${secret.owner ?? ''}/${secret.name}`}
            app={app}
            me={me}
            secret={secret}
            onReplace={() => replace(secret)}
            onRemove={() => void remove(secret.name)}
          />
        ))}
      </ul>
    </>
  )
}

type FieldsProps = Props & {
  readonly form: SecretForm
  readonly change: (form: SecretForm) => void
  readonly value: { readonly current: HTMLInputElement | null }
  readonly replaces: boolean
  readonly onSaved: () => Promise<void>
}

function SecretFields({ app, me, form, change, value, replaces, onSaved }: FieldsProps) {
  const [problem, setProblem] = useState<string | null>(null)
  const [done, setDone] = useState<string | null>(null)
  const save = async (event: Event) => {
    event.preventDefault()
    const field = value.current
    const typed = field?.value ?? ''
    setDone(null)
    const wrong = secretProblem(form, typed)
    setProblem(wrong)
    if (wrong !== null || field === null) return
    // Whatever the server says, the page keeps nothing of it.
    field.value = ''
    const answer = await app.api.setSecret(form.name, secretToSend(form, typed))
    if (answer.type === 'problem') return setProblem(answer.detail)
    setDone(`${form.name} is kept, version ${answer.value.version}.`)
    change(EMPTY_SECRET)
    await onSaved()
  }
  return (
    <form
      class="add panel"
      aria-label="Add or replace a secret"
      autocomplete="off"
      onSubmit={(event) => void save(event)}
    >
      <label class="field grow">
        Name
        <input
          value={form.name}
          placeholder="API_TOKEN"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          maxLength={64}
          onInput={(event) => change({ ...form, name: event.currentTarget.value.trim() })}
        />
      </label>
      <label class="field grow">
        Value
        {/* Nobody but the field itself holds what is typed; password managers are asked to leave it alone. */}
        <input
          ref={value}
          type="password"
          autocomplete="off"
          spellcheck={false}
          data-1p-ignore
          data-lpignore="true"
          data-bwignore
        />
      </label>
      <label class="field whole">
        Hosts it is for
        <textarea
          class="code"
          rows={2}
          value={form.hosts}
          placeholder="api.example.org"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          onInput={(event) => change({ ...form, hosts: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        For
        <select
          value={form.owner ?? ''}
          onChange={(event) => change({ ...form, owner: event.currentTarget.value || null })}
        >
          {ownersToChoose(form, me.user_id).map(({ id, label }) => (
            <option key={id} value={id ?? ''}>
              {toLine(label, 80)}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="button primary">
        {replaces ? 'Replace its value' : 'Keep it'}
      </button>
      {problem !== null && <ProblemLine text={problem} />}
      <p class="faint" role="status">
        {done === null ? '' : toLine(done, 120)}
      </p>
    </form>
  )
}

type RowProps = Props & {
  readonly secret: WireSecret
  readonly onReplace: () => void
  readonly onRemove: () => void
}

function SecretRow({ app, me, secret, onReplace, onRemove }: RowProps) {
  const state = sayState(secret)
  const elsewhere = sayWhereItLives(secret)
  return (
    <li>
      <div>
        <p class="row">
          <strong class="thing-name">{toLine(secret.name, 80)}</strong>
          <span class={`status tone-${state.tone}`}>{state.text}</span>
        </p>
        <p class="conditions">
          {secret.hosts.map((host) => (
            <code key={host}>
              <Revealed text={host} />
            </code>
          ))}
        </p>
        <p class="faint">
          {elsewhere === null ? (
            <>
              {toLine(sayForWhom(secret, me.user_id), 120)}, version {secret.version}, by{' '}
              {toLine(secret.created_by, 60)},{' '}
              {secret.last_used_at === null ? (
                'never used'
              ) : (
                <>
                  last used <Age app={app} at={secret.last_used_at} />
                </>
              )}
            </>
          ) : (
            toPlain(elsewhere)
          )}
        </p>
      </div>
      {elsewhere === null && (
        <div class="row">
          <button
            type="button"
            class="button small"
            aria-label={`Replace ${toLine(secret.name, 80)}`}
            onClick={onReplace}
          >
            Replace
          </button>
          <ConfirmButton
            label="Remove"
            name={`Remove ${toLine(secret.name, 80)}`}
            look="button small quiet"
            title={`Remove ${toLine(secret.name, 80)}?`}
            yes="Remove it"
            no="Keep it"
            onYes={onRemove}
          >
            <p>Work that needs it is refused by its hosts from then on. The value can’t be had back.</p>
          </ConfirmButton>
        </div>
      )}
    </li>
  )
}
