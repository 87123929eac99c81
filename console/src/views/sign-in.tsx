// The door: a login link is used up once; without one, this says where to get one.
import { useEffect, useState } from 'preact/hooks'
import type { ConsoleApp } from '../live/console-app.ts'
import { ProblemLine } from './pieces.tsx'

type Props = { readonly app: ConsoleApp }

export function SigningIn({ app }: Props) {
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    const token = new URLSearchParams(location.search).get('token') ?? ''
    // Out of the address bar and the history at once: it is a key.
    history.replaceState(null, '', '/login')
    if (token === '') setProblem('This login address carries no token.')
    else void app.signIn(token).then((answer) => answer.type === 'problem' && setProblem(answer.detail))
  }, [])
  if (problem !== null) return <Door app={app} problem={problem} />
  return (
    <main class="door">
      <Mark />
      <p aria-live="polite">Signing in…</p>
    </main>
  )
}

export function SignedOut({ app }: Props) {
  return <Door app={app} problem={null} />
}

function Door({ app, problem }: Props & { readonly problem: string | null }) {
  const [token, setToken] = useState('')
  const [refused, setRefused] = useState<string | null>(problem)
  const [busy, setBusy] = useState(false)
  const submit = async (event: Event) => {
    event.preventDefault()
    setBusy(true)
    const answer = await app.signIn(tokenIn(token))
    setBusy(false)
    if (answer.type === 'problem') setRefused(answer.detail)
  }
  return (
    <main class="door">
      <Mark />
      <h1>Sign in</h1>
      {refused !== null && <ProblemLine text={refused} />}
      <p>Factotum has no passwords. A one-time login address is printed on the machine it runs on:</p>
      <dl class="ways">
        <dt>
          <code>npm start</code>
        </dt>
        <dd>prints one when it comes up</dd>
        <dt>
          <code>factotum token login</code>
        </dt>
        <dd>prints a new one at any time</dd>
      </dl>
      <p>Open that address here, or paste it:</p>
      <form class="door-form" onSubmit={(event) => void submit(event)}>
        <label for="token">Login address or token</label>
        <div class="row">
          <input
            id="token"
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
            autocomplete="off"
            spellcheck={false}
            autoFocus
          />
          <button type="submit" class="button primary" disabled={busy || token.trim() === ''}>
            Sign in
          </button>
        </div>
      </form>
    </main>
  )
}

/** The whole address may be pasted: the token is what counts. */
function tokenIn(text: string): string {
  return /[?&]token=([^&\s]+)/.exec(text)?.[1] ?? text.trim()
}

function Mark() {
  return (
    <p class="brand">
      <img src="/mark.svg" width="34" height="34" alt="" />
      Factotum
    </p>
  )
}
