// The workshop itself: whether it takes work, who works, how well the sandbox holds, which models are asked.
import { useEffect, useState } from 'preact/hooks'
import type { BotState, Platform } from '../live/api.ts'
import type { ConsoleApp } from '../live/console-app.ts'
import { toLine } from '../state/inert-text.ts'
import { limitLines } from '../state/limit-lines.ts'
import { routeLink } from '../state/route.ts'
import { statusLabel } from '../state/status.ts'
import { TASK_ORDER } from '../state/task-order.ts'
import { sayAge, sayCount } from '../state/time.ts'
import { Icon, OfflineBadge, ProblemLine } from './pieces.tsx'

const POLL_MS = 10_000

type Props = { readonly app: ConsoleApp }

/** Asked for now and then, by whatever shows it. */
function useAdminState(app: ConsoleApp) {
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    const load = () => void app.loadAdmin().then(setProblem)
    load()
    const timer = setInterval(() => document.hidden || load(), POLL_MS)
    return () => clearInterval(timer)
  }, [app.me.value])
  return { state: app.admin.value, problem }
}

export function SystemSummary({ app }: Props) {
  const { state } = useAdminState(app)
  const workers = state?.workers.length ?? 0
  return (
    <a
      class="system-summary"
      href={routeLink({ type: 'system' })}
      aria-current={app.route.value.type === 'system' ? 'page' : undefined}
    >
      <span
        class={`dot ${state === null ? 'tone-off' : state.paused ? 'tone-ask' : workers === 0 ? 'tone-bad' : 'tone-good'}`}
        aria-hidden="true"
      />
      System
      <span class="faint">
        {state === null
          ? ''
          : state.paused
            ? 'paused'
            : workers === 0
              ? 'no worker is up'
              : sayCount(workers, 'worker')}
      </span>
    </a>
  )
}

export function SystemPage({ app }: Props) {
  const { state, problem } = useAdminState(app)
  const [system, setSystem] = useState<Platform | null>(null)
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<string | null>(null)
  useEffect(() => {
    void app.api.platform().then((answer) => answer.type === 'ok' && setSystem(answer.value))
  }, [])
  const toggle = async (paused: boolean) => {
    setBusy(true)
    const answer = paused ? await app.api.resume() : await app.api.pause()
    setRefused(answer.type === 'problem' ? answer.detail : null)
    await app.loadAdmin()
    setBusy(false)
  }
  return (
    <section class="screen system">
      <h1 class="screen-title" tabIndex={-1} data-screen-start>
        System
      </h1>
      {problem !== null && <ProblemLine text={problem} />}
      {refused !== null && <ProblemLine text={refused} />}
      {state !== null && (
        <>
          <div class="switch">
            <div>
              <h2>{state.paused ? 'Paused' : 'Taking work'}</h2>
              <p class="faint">
                {state.paused
                  ? 'New requests are kept and wait; nothing new is started.'
                  : 'Requests are started as they come.'}
              </p>
            </div>
            <button
              type="button"
              class={`button ${state.paused ? 'primary' : ''}`}
              disabled={busy}
              onClick={() => void toggle(state.paused)}
            >
              {state.paused ? 'Resume' : 'Pause'}
            </button>
          </div>
          <h2>Tasks</h2>
          <dl class="counts">
            {TASK_ORDER.filter((status) => (state.counts[status] ?? 0) > 0).map((status) => (
              <div key={status}>
                <dt>{statusLabel(status)}</dt>
                <dd>{state.counts[status]?.toLocaleString('en')}</dd>
              </div>
            ))}
            <div>
              <dt>Tokens, in and out</dt>
              <dd>{(state.usage.input_tokens + state.usage.output_tokens).toLocaleString('en')}</dd>
            </div>
          </dl>
          {state.bots.length > 0 && <Bots bots={state.bots} />}
          <h2>Workers</h2>
          {state.workers.length === 0 && <p class="faint">None is up. Requests wait until one comes.</p>}
          <ul class="plain-list">
            {state.workers.map((worker) => (
              <li key={worker}>
                <code>{toLine(worker, 80)}</code>
              </li>
            ))}
          </ul>
        </>
      )}
      {system !== null && <PlatformFacts platform={system} />}
      <p>
        <button type="button" class="button" onClick={() => void app.signOut()}>
          Sign out
        </button>
      </p>
    </section>
  )
}

/** States in which people are heard; `elsewhere` means by another process. */
const HEARS: ReadonlySet<string> = new Set(['connected', 'elsewhere'])

function Bots({ bots }: { readonly bots: readonly BotState[] }) {
  return (
    <>
      <h2>Bots</h2>
      <ul class="findings">
        {bots.map((bot) => (
          <li key={bot.bot} class={HEARS.has(bot.state) ? 'good' : 'bad'}>
            <Icon name={HEARS.has(bot.state) ? 'check' : 'cross'} />
            <span>
              {toLine(bot.username === null ? bot.bot : `@${bot.username}`, 80)} {toLine(bot.state, 40)}{' '}
              <span class="faint">{toLine(botFacts(bot), 400)}</span>
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}

function botFacts(bot: BotState): string {
  const facts = [
    bot.detail,
    bot.last_update_at === null ? 'nobody has written yet' : `last heard ${sayAge(bot.last_update_at, Date.now())}`,
    bot.inbox > 0 ? `${bot.inbox} to work off` : '',
    bot.set_aside > 0 ? `${bot.set_aside} given up, see the log` : '',
    bot.outbox > 0 ? `${bot.outbox} to send` : '',
    bot.ambiguous > 0 ? `${bot.ambiguous} may not have arrived` : '',
  ]
  return facts.filter((fact) => fact !== '').join(' · ')
}

function PlatformFacts({ platform }: { readonly platform: Platform }) {
  const { sandbox, models, limits } = platform
  return (
    <>
      <h2>Sandbox</h2>
      {sandbox === null ? (
        <p class="faint">This process holds no sandbox; the workers do.</p>
      ) : (
        <>
          <p>
            Isolation <strong>{toLine(sandbox.level, 40)}</strong>, by {toLine(sandbox.backend, 80)}
          </p>
          <ul class="findings">
            {sandbox.findings.map((finding) => (
              <li key={finding.name} class={finding.ok ? 'good' : 'bad'}>
                <Icon name={finding.ok ? 'check' : 'cross'} />
                <span>
                  {toLine(finding.name, 80)} <span class="faint">{toLine(finding.detail, 300)}</span>
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      <h2>Limits</h2>
      <dl class="facts">
        {limitLines(limits).map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h2>Models</h2>
      <dl class="facts">
        {Object.entries(models).map(([tier, model]) => (
          <div key={tier}>
            <dt>{toLine(tier, 20)}</dt>
            <dd>
              {toLine(`${model.provider}/${model.model}`, 120)} {model.offline && <OfflineBadge />}
            </dd>
          </div>
        ))}
      </dl>
      <p class="faint">Factotum {toLine(platform.version, 40)}</p>
    </>
  )
}
