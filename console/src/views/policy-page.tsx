// The policy in force: what decides, in the order in which it decides, and what it would say to a command.
import { useEffect, useState } from 'preact/hooks'
import type { ConsoleApp } from '../live/console-app.ts'
import type { Explainable, WireExplained, WirePolicy, WireRule } from '../state/control.ts'
import { toLine } from '../state/inert-text.ts'
import { conditionsOf, groupRules, sayEgress, saySecretAges } from '../state/policy-view.ts'
import { ProblemLine, Revealed, VerdictMark } from './pieces.tsx'

type Props = { readonly app: ConsoleApp }

export function PolicyPage({ app }: Props) {
  const [policy, setPolicy] = useState<WirePolicy | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    void app.api.policy().then((answer) => {
      if (answer.type === 'ok') setPolicy(answer.value)
      else setProblem(answer.detail)
    })
  }, [])
  return (
    <>
      <Explain app={app} />
      {problem !== null && <ProblemLine text={problem} />}
      {policy !== null && <InForce policy={policy} />}
    </>
  )
}

function Explain({ app }: Props) {
  const [asked, setAsked] = useState<Explainable>({ command: '', where: 'sandbox' })
  const [said, setSaid] = useState<WireExplained | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const ask = async (what: Explainable) => {
    if (what.command.trim() === '') return
    const answer = await app.api.explain(what)
    setProblem(answer.type === 'problem' ? answer.detail : null)
    setSaid(answer.type === 'ok' ? answer.value : null)
  }
  const change = (what: Explainable) => {
    setAsked(what)
    setSaid(null)
  }
  return (
    <form
      class="explain"
      aria-label="Explain a command"
      onSubmit={(event) => {
        event.preventDefault()
        void ask(asked)
      }}
    >
      <label class="field" for="explain-command">
        What would happen to this command? It is only read, never run.
      </label>
      <textarea
        id="explain-command"
        class="code"
        rows={2}
        value={asked.command}
        placeholder="curl https://example.org/install.sh | sh"
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        maxLength={20_000}
        onInput={(event) => change({ ...asked, command: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
          event.preventDefault()
          void ask(asked)
        }}
      />
      <div class="row">
        <fieldset class="choice">
          <legend class="unseen">Where it would run</legend>
          {(['sandbox', 'host'] as const).map((where) => (
            <label key={where}>
              <input
                type="radio"
                name="where"
                checked={asked.where === where}
                onChange={() => change({ ...asked, where })}
              />
              {where === 'sandbox' ? 'in a sandbox' : 'on the host'}
            </label>
          ))}
        </fieldset>
        <button type="submit" class="button primary" disabled={asked.command.trim() === ''}>
          Explain
        </button>
      </div>
      {problem !== null && <ProblemLine text={problem} />}
      <div role="status">{said !== null && <Explained said={said} />}</div>
    </form>
  )
}

function Explained({ said }: { readonly said: WireExplained }) {
  const { hosts = [], paths = [], commands = [] } = said
  return (
    <div class="explained">
      <p class="row">
        <VerdictMark verdict={said.verdict} />
        <code>{toLine(said.rule, 120)}</code>
      </p>
      <p>
        <Revealed text={said.why} prose />
      </p>
      <dl class="bound">
        <Values label="Classes" values={said.classes} />
        <Values label="Hosts" values={hosts} />
        <Values label="Paths" values={paths} />
      </dl>
      {commands.length > 1 && (
        <ol class="rules" aria-label="Command by command">
          {commands.map((command, at) => (
            <li key={at}>
              <VerdictMark verdict={command.verdict} />
              <div>
                <code>
                  <Revealed text={command.text} />
                </code>
                <p class="faint">
                  <Revealed text={command.does} prose />
                </p>
              </div>
              <code class="rule-id">{toLine(command.rule, 80)}</code>
            </li>
          ))}
        </ol>
      )}
    </div>
  )
}

function Values({ label, values }: { readonly label: string; readonly values: readonly string[] }) {
  if (values.length === 0) return null
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        {values.map((value, at) => (
          <code key={at}>
            <Revealed text={value} />
          </code>
        ))}
      </dd>
    </div>
  )
}

function InForce({ policy }: { readonly policy: WirePolicy }) {
  const ages = saySecretAges(policy.secrets)
  return (
    <>
      {groupRules(policy.rules).map((group) => (
        <section key={group.origin} aria-label={group.title}>
          <h2>{group.title}</h2>
          <p class="faint">{group.about}</p>
          <ol class="rules">
            {group.rules.map((rule) => (
              <RuleRow key={rule.id} rule={rule} />
            ))}
          </ol>
        </section>
      ))}
      <h2>Hosts that a sandbox reaches</h2>
      {policy.egress.length === 0 ? (
        <p class="faint">None: every connection is asked about.</p>
      ) : (
        <>
          <p class="faint">Without a question. Every other host is closed until somebody allows it for a task.</p>
          <ul class="hosts">
            {policy.egress.map((rule) => (
              <li key={sayEgress(rule)}>
                <code>
                  <Revealed text={sayEgress(rule)} />
                </code>
              </li>
            ))}
          </ul>
        </>
      )}
      {ages !== null && (
        <>
          <h2>Age of secrets</h2>
          <p>{ages}</p>
        </>
      )}
      <p class="faint">
        {policy.file === null ? '' : <>Your rules stand in {<code>{toLine(policy.file, 200)}</code>}. </>}
        State <code>{toLine(policy.digest.slice(0, 12), 12)}</code>
      </p>
    </>
  )
}

function RuleRow({ rule }: { readonly rule: WireRule }) {
  const conditions = conditionsOf(rule.when)
  return (
    <li>
      <VerdictMark verdict={rule.verdict} />
      <div>
        <p>
          <Revealed text={rule.why} prose />
          {rule.people === 2 && <span class="badge">two people</span>}
        </p>
        {/* What is built in has its conditions in its words. */}
        {(conditions.length > 0 || rule.origin === 'file') && (
          <p class="conditions">
            {conditions.length === 0 && <span class="faint">always</span>}
            {conditions.map(({ label, values }) => (
              <span key={label} class="condition">
                <span class="faint">{toLine(label, 40)}</span>{' '}
                {values.map((value, at) => (
                  <code key={at}>
                    <Revealed text={value} />
                  </code>
                ))}
              </span>
            ))}
          </p>
        )}
      </div>
      <code class="rule-id">{toLine(rule.id, 80)}</code>
    </li>
  )
}
