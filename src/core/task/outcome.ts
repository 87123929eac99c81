// What a task says to its person: what was understood, and in the end what came of it. Kept as messages of its thread.
import type { ApprovalKind } from '../vocabulary/approval.ts'
import type { TaskEvent } from '../vocabulary/event.ts'
import { isTerminal } from '../vocabulary/task.ts'
import type { Task } from '../vocabulary/task.ts'
import { REPLACED } from './decide.ts'

/** Of what a command printed; the rest is in the task. */
const OUTPUT_CHARACTERS = 4_000

/** What `events`, of which `next` is the fold, say; null for nothing. Nothing is said of what a newer message replaced. */
export function saidBy(next: Task, events: readonly TaskEvent[]): string | null {
  const asked = events.findLast((event) => event.type === 'approval.requested')
  if (asked?.type === 'approval.requested' && next.confirm) return proposalOf(asked.data.kind, asked.data.subject)
  const ended = events.some(
    ({ type }) => type === 'task.completed' || type === 'task.failed' || type === 'task.aborted',
  )
  return ended ? outcomeText(next) : null
}

const QUESTIONS: Readonly<Record<Exclude<ApprovalKind, 'plan'>, string>> = {
  shell_command: 'May this command run?',
  tool: 'May the agents do this?',
  egress: 'May this task reach this host?',
  secret: 'May this task use this secret?',
  tests: 'May these tests go, or become milder?',
  delivery: 'May this be sent?',
}

function proposalOf(kind: ApprovalKind, subject: string): string {
  return kind === 'plan' ? subject : `${QUESTIONS[kind]}\n\n${subject}`
}

/** Markdown, as it was written; null while the task is not over, and where there is nothing to say. */
export function outcomeText(task: Task): string | null {
  const { status, result, error } = task
  if (!isTerminal(status) || error === REPLACED) return null
  if (status === 'failed') return `It failed: ${error ?? ''}`
  if (status === 'aborted') return `It was stopped: ${error ?? ''}`
  if (result === null) return null
  const output = (result.output ?? '').slice(-OUTPUT_CHARACTERS)
  const said = result.answer ?? [result.summary, output].filter((text) => text.trim() !== '').join('\n\n')
  return result.preview_url === null ? said : `${said}\n\n${result.preview_url}`
}
