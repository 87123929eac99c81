// Events sorted into sections. Works on a draft: within one batch each section is copied once, however many events it gets.
import type { Verdict } from '../../../src/core/vocabulary/policy.ts'
import type { ApprovalKind } from '../../../src/core/vocabulary/approval.ts'
import { targetText } from '../../../src/core/vocabulary/egress.ts'
import type { Entry, Section, ToolEntry } from './log-entry.ts'
import { sectionKeyOf, titleOf } from './log-entry.ts'
import { sayBytes, sayCount } from './time.ts'
import type { WireEvent } from './wire.ts'

/** Of what a running tool prints, this much of the end is kept. */
const OUTPUT_CHARACTERS = 16_000

const POLICY_WORDS: Readonly<Record<Verdict, string>> = {
  allow: 'The policy lets through',
  ask: 'The policy wants a yes to',
  deny: 'The policy refused',
}

/** Questions in the middle of work: what is asked about is the exact text. */
const ASKED_WORDS: Readonly<Partial<Record<ApprovalKind, string>>> = {
  tool: 'Waits for a yes to do this:',
  egress: 'Waits for a yes to reach',
  secret: 'Waits for a yes to send a secret:',
}

type NoteTone = Extract<Entry, { type: 'note' }>['tone']
type Draft = { -readonly [Key in keyof Section]: Section[Key] } & { entries: Entry[] }

export type LogDraft = {
  readonly add: (event: WireEvent) => void
  /** Whatever still runs will not end any more. */
  readonly cut: () => void
  readonly sections: () => readonly Section[]
}

export function startLog(before: readonly Section[]): LogDraft {
  const sections: Section[] = [...before]
  const index = new Map(before.map((section, at) => [section.key, at]))
  const drafts = new Map<string, Draft>()

  function draftOf(key: string, fresh: () => Section): Draft {
    const known = drafts.get(key)
    if (known !== undefined) return known
    const at = index.get(key) ?? sections.length
    const section = sections[at] ?? fresh()
    const draft: Draft = { ...section, entries: [...section.entries] }
    index.set(key, at)
    drafts.set(key, draft)
    sections[at] = draft
    return draft
  }

  function stepOf(event: {
    readonly at: string
    readonly data: { readonly step: string; readonly agent: Section['agent'] }
  }): Draft {
    const key = sectionKeyOf(event.data.step)
    return draftOf(key, () => newSection(key, 'step', titleOf(key), event.data.agent, event.at))
  }

  function notesAt(event: WireEvent): Draft {
    const last = sections.at(-1)
    const key = last?.type === 'notes' ? last.key : `notes/${event.seq}`
    return draftOf(key, () => newSection(key, 'notes', '', 'platform', event.at))
  }

  function note(event: WireEvent, tone: NoteTone, text: string, exact: string | null = null, after = ''): void {
    notesAt(event).entries.push({ type: 'note', seq: event.seq, at: event.at, tone, text, exact, after })
  }

  function connection(event: Extract<WireEvent, { type: 'egress.decided' }>): void {
    const { host, port, verdict, rule, connections, bytes_in: bytesIn, bytes_out: bytesOut } = event.data
    const place = targetText({ host, port })
    const { entries } = notesAt(event)
    const last = entries.at(-1)
    const ended = { type: 'egress', seq: event.seq, at: event.at, place, verdict, rule } as const
    if (last?.type !== 'egress' || last.place !== place || last.verdict !== verdict) {
      entries.push({ ...ended, connections, bytesIn, bytesOut })
      return
    }
    entries[entries.length - 1] = {
      ...ended,
      connections: last.connections + connections,
      bytesIn: last.bytesIn + bytesIn,
      bytesOut: last.bytesOut + bytesOut,
    }
  }

  function add(event: WireEvent): void {
    const { seq, at } = event
    switch (event.type) {
      case 'step.started': {
        const section = stepOf(event)
        cutTools(section, event.data.step)
        const { step, title, agent } = event.data
        if (step === section.key) Object.assign(section, { title, agent, step, state: 'running', startedAt: at })
        // Such parts come without a whole around them, or after it: a merge is decided once it was tried.
        else if (section.step === '' || section.state !== 'running') Object.assign(section, { step, state: 'running' })
        return
      }
      case 'step.progress': {
        const section = stepOf(event)
        const running = section.entries.findLastIndex((entry) => isRunning(entry, event.data.step))
        const tool = section.entries[running]
        if (tool?.type === 'tool') {
          const output = (tool.output + event.data.message).slice(-OUTPUT_CHARACTERS)
          section.entries[running] = { ...tool, output }
          return
        }
        const last = section.entries.at(-1)
        if (last?.type === 'progress' && last.agent === event.data.agent) {
          const text = `${last.text}\n${event.data.message}`.slice(-OUTPUT_CHARACTERS)
          section.entries[section.entries.length - 1] = { ...last, text }
        } else {
          section.entries.push({ type: 'progress', seq, at, agent: event.data.agent, text: event.data.message })
        }
        return
      }
      case 'step.completed': {
        const section = stepOf(event)
        if (event.data.step === section.step) {
          const before = section.step === section.key ? 0 : (section.durationMs ?? 0)
          Object.assign(section, { state: 'done', durationMs: before + event.data.duration_ms })
        }
        return
      }
      case 'step.failed': {
        const section = stepOf(event)
        cutTools(section, event.data.step)
        if (event.data.step === section.step) section.state = 'failed'
        const last = section.entries.at(-1)
        // The same failure passes through every step that it is part of.
        if (last?.type !== 'problem' || last.text !== event.data.error) {
          section.entries.push({ type: 'problem', seq, at, text: event.data.error })
        }
        return
      }
      case 'tool.started': {
        const { agent, step, call_id: callId, tool, input } = event.data
        const entry: ToolEntry = {
          type: 'tool',
          seq,
          at,
          agent,
          step,
          callId,
          tool,
          input,
          state: 'running',
          output: '',
          durationMs: null,
          rule: event.data.policy?.rule ?? null,
          approved: event.data.approval_id !== undefined,
        }
        stepOf(event).entries.push(entry)
        return
      }
      case 'tool.finished': {
        const { agent, step, call_id: callId, tool, ok, output, duration_ms: durationMs } = event.data
        const section = stepOf(event)
        const started = section.entries.findLastIndex((entry) => isRunning(entry, step) && entry.callId === callId)
        const entry = section.entries[started]
        const done = { state: ok ? 'ok' : 'failed', output, durationMs } as const
        if (entry?.type === 'tool') section.entries[started] = { ...entry, ...done }
        else {
          const unknown = { input: null, rule: null, approved: false }
          section.entries.push({ type: 'tool', seq, at, agent, step, callId, tool, ...unknown, ...done })
        }
        return
      }
      case 'agent.message': {
        const { agent, text, offline } = event.data
        const section = stepOf(event)
        section.entries.push({ type: 'said', seq, at, agent, text, offline })
        section.offline ||= offline
        return
      }
      case 'check.finished':
        stepOf(event).entries.push({ type: 'check', seq, at, report: event.data })
        return
      case 'usage.recorded': {
        const section = stepOf(event)
        section.modelCalls += 1
        section.tokens += event.data.input_tokens + event.data.output_tokens
        section.offline ||= event.data.offline
        return
      }
      case 'task.created':
        return note(event, 'plain', `Received over ${event.data.interface}.`)
      case 'task.routed':
        return note(event, 'plain', `${event.data.summary} ${event.data.plan}`.trim())
      case 'task.split':
        return note(
          event,
          'plain',
          `The message asked for more: ${sayCount(event.data.task_ids.length, 'further task')}.`,
        )
      case 'task.queued':
        return note(event, 'plain', `Queued: ${event.data.reason}`)
      case 'task.started':
        return note(event, 'plain', `Started on ${event.data.worker}, sandbox ${event.data.sandbox_level}.`)
      case 'approval.requested':
        return ASKED_WORDS[event.data.kind] === undefined
          ? note(event, 'wait', `Waits for approval: ${event.data.reason}`)
          : note(event, 'wait', ASKED_WORDS[event.data.kind] ?? '', event.data.subject)
      case 'approval.seconded':
        return note(event, 'wait', `${event.data.by} said yes; somebody else has to as well.`)
      case 'policy.decided': {
        const { verdict, rule, tool, subject, why } = event.data
        const tone = verdict === 'allow' ? 'good' : verdict === 'ask' ? 'wait' : 'bad'
        return note(event, tone, `${POLICY_WORDS[verdict]} ${tool}:`, subject, `${why} (${rule})`)
      }
      case 'egress.decided':
        return connection(event)
      case 'secret.used':
        return note(event, 'plain', `The secret ${event.data.name} was put in on the way to ${event.data.host}.`)
      case 'secret.found':
        return note(event, 'bad', `What looks like a secret (${event.data.rule}) was kept back: ${event.data.where}`)
      case 'heal.finished': {
        const { by, outcome, causes, rolled_back } = event.data
        const tone = outcome === 'healed' || outcome === 'better' ? 'good' : 'bad'
        return note(
          event,
          tone,
          `Healing by ${by}: ${outcome}${rolled_back ? ', rolled back' : ''}.`,
          causes.join('; '),
        )
      }
      case 'branch.merged': {
        const { branch, conflicts } = event.data
        if (conflicts.length === 0) return note(event, 'good', `The work of ${branch} was merged.`)
        return note(event, 'bad', `The work of ${branch} conflicts in:`, conflicts.join(', '))
      }
      case 'sandbox.escape':
        return note(event, 'bad', `Tried to get out of its sandbox and was stopped: ${event.data.detail}`)
      case 'approval.resolved': {
        const { status, by, comment } = event.data
        return note(
          event,
          status === 'approved' ? 'good' : 'bad',
          `Approval ${status} by ${by}${comment === null ? '.' : `: ${comment}`}`,
        )
      }
      case 'preview.ready':
        return note(event, 'good', `Preview on port ${event.data.port} is open.`)
      case 'preview.closed':
        return note(event, 'plain', `Preview closed: ${event.data.reason}`)
      case 'artifact.added':
        return note(event, 'plain', `Artifact ${event.data.name} (${sayBytes(event.data.bytes)}).`)
      case 'budget.exhausted':
        return note(event, 'bad', `Limit reached: ${event.data.used} of ${event.data.allowed} ${event.data.limit}.`)
      case 'task.aborting':
        return note(event, 'bad', `Stopping: ${event.data.reason}`)
      case 'task.aborted':
        return note(event, 'bad', `Aborted: ${event.data.reason}`)
      case 'task.completed':
        return note(event, 'good', 'Completed.')
      case 'task.failed':
        return note(event, 'bad', `Failed: ${event.data.error}`)
    }
  }

  function cut(): void {
    for (const section of [...sections]) {
      const running = section.entries.some((entry) => entry.type === 'tool' && entry.state === 'running')
      if (section.state !== 'running' && !running) continue
      const draft = draftOf(section.key, () => section)
      if (draft.state === 'running') draft.state = draft.type === 'notes' ? 'done' : 'cut'
      cutTools(draft, null)
    }
  }

  return { add, cut, sections: () => sections }
}

function newSection(key: string, type: Section['type'], title: string, agent: Section['agent'], at: string): Section {
  return {
    key,
    type,
    title,
    agent,
    step: '',
    state: type === 'notes' ? 'done' : 'running',
    startedAt: at,
    durationMs: null,
    entries: [],
    modelCalls: 0,
    tokens: 0,
    offline: false,
  }
}

function isRunning(entry: Entry, step: string): entry is ToolEntry {
  return entry.type === 'tool' && entry.state === 'running' && entry.step === step
}

/** A step that begins again, or ended badly, leaves tool calls that will never report. */
function cutTools(section: Draft, step: string | null): void {
  section.entries.forEach((entry, at) => {
    if (entry.type !== 'tool' || entry.state !== 'running') return
    if (step === null || entry.step === step || entry.step.startsWith(`${step}/`)) {
      section.entries[at] = { ...entry, state: 'cut' }
    }
  })
}
