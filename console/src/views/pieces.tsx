// Small things that every screen uses: status, badges, clocks, icons, buttons that copy.
import type { TaskStatus } from '../../../src/core/vocabulary/task.ts'
import type { Verdict } from '../../../src/core/vocabulary/policy.ts'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { ConsoleApp } from '../live/console-app.ts'
import { reveal, revealHidden, toPlain } from '../state/inert-text.ts'
import { VERDICT_LOOKS } from '../state/policy-view.ts'
import { readProse } from '../state/prose.ts'
import type { Span } from '../state/prose.ts'
import type { Section } from '../state/log-entry.ts'
import { statusLabel, statusTone } from '../state/status.ts'
import { sayAge, sayClock, sayUntil } from '../state/time.ts'

export function Status({ status }: { readonly status: TaskStatus }) {
  return <span class={`status tone-${statusTone(status)}`}>{statusLabel(status)}</span>
}

export function OfflineBadge() {
  return (
    <span class="badge badge-offline" title="No real model was asked: this is the work of the built-in offline model.">
      offline model
    </span>
  )
}

type WithApp = { readonly app: ConsoleApp }

/** Reads the store's clock, so that only this much of the page is drawn again each second. */
export function Age({ app, at }: WithApp & { readonly at: string }) {
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {sayAge(at, app.now.value)}
    </time>
  )
}

export function RunningFor({ app, since }: WithApp & { readonly since: string }) {
  return <span class="clock">{sayClock(app.now.value - Date.parse(since))}</span>
}

export function Until({ app, at }: WithApp & { readonly at: string }) {
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {sayUntil(at, app.now.value)}
    </time>
  )
}

const ICONS = {
  arrow: 'M10 3 5 8l5 5',
  chevron: 'm6 4 4 4-4 4',
  check: 'm3.5 8.5 3 3 6-7',
  cross: 'm4 4 8 8m0-8-8 8',
  dash: 'M4 8h8',
  dot: 'M8 8h.01',
  out: 'M6 4H3v9h9v-3M9 3h4v4m0-4L7.5 8.5',
  copy: 'M6 6h7v7H6zM10 6V3H3v7h3',
  send: 'M8 13V3m-4 4 4-4 4 4',
  chat: 'M2.5 3.5h11v8h-6l-3 2.5v-2.5h-2z',
  list: 'M5.5 4h8m-8 4h8m-8 4h8M2.5 4h.01M2.5 8h.01M2.5 12h.01',
  gauge: 'M2.5 11.5a5.5 5.5 0 1 1 11 0M8 11l2.5-3.5',
  plus: 'M8 3v10M3 8h10',
  clip: 'M11 5.5 6.5 10a1.4 1.4 0 0 0 2 2l5-5a2.8 2.8 0 0 0-4-4l-5.5 5.5a4.2 4.2 0 0 0 6 6L13.5 11',
  book: 'M3 3.5h4.2c.5 0 .8.3.8.8V13c0-.6-.5-1-1.1-1H3zm10 0H8.8c-.5 0-.8.3-.8.8V13c0-.6.5-1 1.1-1H13z',
  shield: 'M8 2l5 1.8v4c0 3-2 5-5 6.2-3-1.2-5-3.2-5-6.2v-4z',
  halt: 'M5.5 2.5h5l3 3v5l-3 3h-5l-3-3v-5zM6 8h4',
  play: 'M5 3.5v9L12.5 8z',
  question: 'M5.8 6a2.2 2.2 0 1 1 3.3 1.9C8.3 8.4 8 8.8 8 9.6M8 12.2h.01',
  download: 'M8 2.5v7M5 7l3 3 3-3M3 13h10',
  note: 'M3.5 2.5h9v11h-9zM6 5.5h4m-4 2.5h4m-4 2.5h2.5',
} as const
export type IconName = keyof typeof ICONS

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={ICONS[name]} />
    </svg>
  )
}

export function StateIcon({ state, running }: { readonly state: Section['state']; readonly running: boolean }) {
  if (running) return <span class="spinner" role="img" aria-label="running" />
  const name = state === 'done' ? 'check' : state === 'failed' ? 'cross' : 'dash'
  return (
    <span
      class={`state state-${state}`}
      role="img"
      aria-label={state === 'cut' || state === 'running' ? 'interrupted' : state}
    >
      <Icon name={name} />
    </span>
  )
}

export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const [said, say] = useState<string | null>(null)
  const copy = async () => {
    say((await copyText(text)) ? 'Copied' : 'Select and copy it by hand')
    setTimeout(() => say(null), 2_000)
  }
  return (
    <button type="button" class="button quiet" onClick={() => void copy()}>
      <Icon name="copy" />
      <span aria-live="polite">{said ?? label}</span>
    </button>
  )
}

/** The clipboard is there on secure pages only; elsewhere the old way still works. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    area.className = 'unseen'
    document.body.append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}

/** Exactly what is there: characters that hide or pose as others are spelt out and marked. `prose` leaves quotes and dashes be. */
export function Revealed({ text, prose = false }: { readonly text: string; readonly prose?: boolean }) {
  const pieces = prose ? revealHidden(text) : reveal(text)
  return <>{pieces.map((piece, at) => (piece.escape ? <mark key={at}>{piece.text}</mark> : piece.text))}</>
}

export function VerdictMark({ verdict }: { readonly verdict: Verdict }) {
  const look = VERDICT_LOOKS[verdict] ?? VERDICT_LOOKS.ask
  return (
    <span class={`verdict tone-${look.tone}`}>
      <Icon name={look.icon} />
      {look.word}
    </span>
  )
}

/** One line about what went wrong. */
export function ProblemLine({ text, children }: { readonly text: string; readonly children?: ComponentChildren }) {
  return (
    <p class="problem" role="alert">
      <span class="text">{toPlain(text)}</span> {children}
    </p>
  )
}

/** Text by a model or a person: paragraphs, lists and code, never markup or links. */
export function Prose({ text }: { readonly text: string }) {
  return (
    <div class="prose">
      {readProse(toPlain(text)).map((block, at) => {
        if (block.type === 'code') return <pre key={at}>{block.text}</pre>
        if (block.type === 'heading')
          return (
            <p key={at} class="prose-heading">
              <Spans spans={block.spans} />
            </p>
          )
        if (block.type === 'paragraph')
          return (
            <p key={at}>
              <Spans spans={block.spans} />
            </p>
          )
        const items = block.items.map((spans, index) => (
          <li key={index}>
            <Spans spans={spans} />
          </li>
        ))
        return block.ordered ? <ol key={at}>{items}</ol> : <ul key={at}>{items}</ul>
      })}
    </div>
  )
}

function Spans({ spans }: { readonly spans: readonly Span[] }) {
  return (
    <>
      {spans.map((span, at) => {
        if (span.type === 'code') return <code key={at}>{span.text}</code>
        if (span.type === 'strong') return <strong key={at}>{span.text}</strong>
        return span.text
      })}
    </>
  )
}
