// The door: a login link is used up once; without one, this says where to get one.
import { useEffect, useState } from 'preact/hooks'
import type { ConsoleApp } from '../live/console-app.ts'
import type { WireWays } from '../state/control.ts'
import { toLine } from '../state/inert-text.ts'
import { telegramSignInUrl } from '../state/telegram-login.ts'
import { Icon, ProblemLine } from './pieces.tsx'

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
  return <Door app={app} problem={app.refused.value} />
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
      <TelegramButton app={app} />
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

/** A link, and nothing of Telegram's on this page: they come back here with what Telegram signed. */
function TelegramButton({ app }: Props) {
  const [ways, setWays] = useState<WireWays | null>(null)
  useEffect(() => {
    void app.api.waysIn().then((answer) => answer.type === 'ok' && setWays(answer.value))
  }, [])
  const telegram = ways?.telegram ?? null
  if (telegram === null) return null
  return (
    <p class="telegram">
      <a class="button primary" href={telegramSignInUrl(telegram.bot_id, location.origin)} rel="noreferrer">
        <Icon name="send" /> Sign in with Telegram
      </a>
      {telegram.bot_username !== null && <span class="faint">as @{toLine(telegram.bot_username, 60)} knows you</span>}
    </p>
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
