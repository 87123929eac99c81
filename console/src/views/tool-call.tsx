// One tool call: a line that says what was done, with what went in and what came out folded behind it.
import type { JsonValue } from '../../../src/core/vocabulary/json.ts'
import { useState } from 'preact/hooks'
import { toLine, toPlain } from '../state/inert-text.ts'
import { sayInput } from '../state/log-entry.ts'
import type { ToolEntry } from '../state/log-entry.ts'
import { sayDuration } from '../state/time.ts'
import { Icon, StateIcon } from './pieces.tsx'

const SHOWN_CHARACTERS = 20_000

export function ToolCall({ entry }: { readonly entry: ToolEntry }) {
  const [open, setOpen] = useState(false)
  const state = entry.state === 'ok' ? 'done' : entry.state
  return (
    <>
      <details class={`tool tool-${entry.state}`} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <StateIcon state={state} running={entry.state === 'running'} />
          <span class="tool-name">{toLine(entry.tool, 60)}</span>
          <span class="tool-about">{toLine(sayInput(entry.input), 160)}</span>
          {entry.durationMs !== null && <span class="tool-time">{sayDuration(entry.durationMs)}</span>}
          <Icon name="chevron" />
        </summary>
        {open && (
          <div class="tool-body">
            {(entry.approved || entry.rule !== null) && (
              <p class="faint">
                {entry.approved ? 'A person said yes to exactly this' : 'The policy let it through'}
                {entry.rule !== null && (
                  <>
                    {' '}
                    (<code>{toLine(entry.rule, 80)}</code>)
                  </>
                )}
                .
              </p>
            )}
            <Input value={entry.input} />
            {entry.output !== '' && (
              <Labelled label={entry.state === 'running' ? 'Output so far' : 'Output'} text={entry.output} />
            )}
          </div>
        )}
      </details>
      {!open && entry.state === 'running' && entry.output !== '' && <pre class="tool-tail">{tail(entry.output)}</pre>}
    </>
  )
}

function Input({ value }: { readonly value: JsonValue }) {
  if (value === null) return null
  if (typeof value !== 'object') return <Labelled label="Input" text={String(value)} />
  if (Array.isArray(value)) return <Labelled label="Input" text={JSON.stringify(value, null, 2)} />
  return (
    <>
      {Object.entries(value).map(([key, field]) => (
        <Labelled key={key} label={key} text={typeof field === 'string' ? field : JSON.stringify(field, null, 2)} />
      ))}
    </>
  )
}

function Labelled({ label, text }: { readonly label: string; readonly text: string }) {
  const cut = text.length > SHOWN_CHARACTERS
  return (
    <div class="labelled">
      <p>{toLine(label, 60)}</p>
      <pre tabIndex={0} aria-label={toLine(label, 60)}>
        {toPlain(cut ? text.slice(0, SHOWN_CHARACTERS) : text)}
        {cut && `\n… ${text.length - SHOWN_CHARACTERS} more characters`}
      </pre>
    </div>
  )
}

function tail(output: string): string {
  return toPlain(output.slice(-2_000)).trimEnd().split('\n').slice(-6).join('\n')
}
