// What stands on a task's card while it goes on: calm, compact, and the same for the same state. Pure.
import type { Verbosity } from '../ports/chat-store.ts'
import type { CheckReport } from '../vocabulary/check.ts'
import { limitSentence } from '../vocabulary/limit.ts'
import type { Button, Content, Fold } from '../vocabulary/post.ts'
import { clip } from '../vocabulary/short-text.ts'
import { pendingApproval, workedMs } from './card-view.ts'
import type { CardView, ToolView } from './card-view.ts'
import { code, escapeMarkdown } from './markdown.ts'
import {
  clockTime,
  duration,
  elapsedNow,
  plural,
  quantity,
  shortId,
  statusWords,
  SUBTASK_MARKS,
} from './status-words.ts'
import { endOf, exactLine, oneLine, readable } from './visible.ts'

export type CardSetting = {
  readonly verbosity: Verbosity
  readonly direct: boolean
  /** No task is started at the moment, by an operator's order. */
  readonly paused: boolean
  readonly now: Date
}

const TITLE_CHARACTERS = 80
const LINE_CHARACTERS = 120
const SUBJECT_CHARACTERS = 60
/** Less than is kept of it, so that it begins with a whole line. */
const PRINTED_CHARACTERS = 1_400
const SUBTASKS_SHOWN = 12

/** While the task is not over. `buttons` are those that act; the way to a preview is added to them. */
export function cardContent(view: CardView, setting: CardSetting, buttons: readonly Button[]): Content {
  const { verbosity } = setting
  const head = titleLine(view)
  const rows = withOpen(view.preview?.url ?? null, buttons)
  if (verbosity === 0)
    return { markdown: [head, ...waitingLines(view, setting)].join('\n\n'), folds: [], buttons: rows }
  const blocks = [head, ...waitingLines(view, setting), ...progressBlocks(view, verbosity), footer(view, setting)]
  return { markdown: blocks.join('\n\n'), folds: verbosity === 2 ? workFolds(view) : [], buttons: rows }
}

/** Whether time alone changes what is shown. */
export function showsTime(view: CardView): boolean {
  return view.status === 'routing' || view.status === 'running' || view.status === 'aborting'
}

/** Bold: the state, and what was asked for. */
export function titleLine(view: CardView): string {
  return `**${statusWords(view.status)} · ${escapeMarkdown(titleOf(view))}**`
}

/** Plain, in one line. A command is decided on: nothing in it hides. */
export function titleOf({ inputText, taskType }: Pick<CardView, 'inputText' | 'taskType'>): string {
  const first = inputText.split('\n').find((line) => line.trim() !== '') ?? ''
  return titleLineOf(taskType, first)
}

function titleLineOf(taskType: CardView['taskType'], text: string): string {
  return taskType === 'shell_command' ? exactLine(text, TITLE_CHARACTERS) : oneLine(text, TITLE_CHARACTERS)
}

/** In italics: what it took, by which kind of model, and how to name it. */
export function footerOf(parts: readonly string[], view: CardView): string {
  const tokens = view.usage.input_tokens + view.usage.output_tokens
  const all = [
    ...parts,
    ...(tokens === 0 ? [] : [`${quantity(tokens)} tokens`]),
    ...(view.offline ? ['offline model'] : []),
    code(shortId(view.taskId)),
  ]
  return `_${all.join(' · ')}_`
}

/** Rows with the way to a preview first, where there is one. */
export function withOpen(url: string | null, buttons: readonly Button[]): readonly (readonly Button[])[] {
  const open: readonly Button[] = url === null ? [] : [{ label: 'Open', style: 'good', does: { type: 'open', url } }]
  return [open, buttons].filter((row) => row.length > 0)
}

function footer(view: CardView, { now, direct }: CardSetting): string {
  const ms = elapsedNow(workedMs(view, now), direct)
  return footerOf(showsTime(view) && ms > 0 ? [duration(ms)] : [], view)
}

function waitingLines(view: CardView, { paused, now }: CardSetting): readonly string[] {
  const asked = pendingApproval(view)
  if (asked !== null) {
    const until = clockTime(asked.expiresAt, now)
    if (asked.kind === 'plan') return [`Say OK below, until ${until}.`]
    const voices = asked.policy?.people === 2 ? ` ${asked.secondedBy.length} of 2 said yes.` : ''
    return [`An owner is asked, until ${until}.${voices}`]
  }
  if (view.status === 'aborting' && view.abort !== null) return ['What runs is being stopped.']
  if (paused && (view.status === 'pending' || view.status === 'queued'))
    return ['All work is paused. It starts once an owner says `/panic off`.']
  return []
}

function progressBlocks(view: CardView, verbosity: Verbosity): readonly string[] {
  const lines = [
    ...presentLine(view),
    ...checksLine(view.checks),
    ...(view.conflicts === 0
      ? []
      : [
          `🔀 Two parts changed the same ${view.conflicts === 1 ? 'file' : `${view.conflicts} files`}: bringing them together`,
        ]),
    ...(view.repairRound === 0 ? [] : [`🔧 Repair, round ${view.repairRound}`]),
    ...(view.resumes === 0 ? [] : [resumedLine(view.resumes)]),
    ...(view.exhausted === null ? [] : [`⚠️ ${escapeMarkdown(limitSentence(view.exhausted))}`]),
  ]
  const said = verbosity === 2 && view.message !== null ? oneLine(view.message.text, 300) : ''
  return [
    ...understoodBlock(view),
    ...planBlock(view),
    ...(lines.length === 0 ? [] : [lines.join('  \n')]),
    ...(said === '' ? [] : [`> ${escapeMarkdown(said)}`]),
  ]
}

/** What the router made of it, as long as there is no plan; what it need not have guessed is not told. */
function understoodBlock(view: CardView): readonly string[] {
  const { understood, subtasks } = view
  if (understood === null || understood.confidence === 1 || subtasks.length > 0) return []
  const summary = oneLine(understood.summary, LINE_CHARACTERS * 2)
  return summary === '' ? [] : [escapeMarkdown(summary)]
}

/** As a list; of a long one, what lies around the present subtask. */
export function planBlock(view: CardView): readonly string[] {
  const { subtasks } = view
  if (subtasks.length === 0) return []
  const present = subtasks.findIndex((one) => one.state === 'at_work' || one.state === 'open')
  const from = Math.max(0, Math.min((present === -1 ? subtasks.length : present) - 4, subtasks.length - SUBTASKS_SHOWN))
  const shown = subtasks.slice(from, from + SUBTASKS_SHOWN)
  const rest = subtasks.length - from - shown.length
  return [
    [
      ...(from === 0 ? [] : [`- ${plural(from, 'step')} before`]),
      ...shown.map((one) => `- ${SUBTASK_MARKS[one.state]} ${escapeMarkdown(oneLine(one.title, LINE_CHARACTERS))}`),
      ...(rest === 0 ? [] : [`- ${plural(rest, 'more step')}`]),
    ].join('\n'),
  ]
}

function presentLine(view: CardView): readonly string[] {
  const { step, tools, status } = view
  if (status !== 'running' || step === null) return []
  const listed = view.subtasks.some((one) => `subtask/${one.id}` === step.key)
  // A command's card has the command for a title: it is not said again.
  const isTitle = (text: string) => titleLineOf(view.taskType, text) === titleOf(view)
  const tool = tools.findLast((one) => one.ok === null)
  const parts = [
    `*${escapeMarkdown(step.agent)}*`,
    ...(listed || isTitle(step.title) ? [] : [escapeMarkdown(oneLine(step.title, LINE_CHARACTERS))]),
    ...(step.turn === null ? [] : [`turn ${step.turn}`]),
    ...(tool === undefined
      ? []
      : [code(oneLine(isTitle(tool.subject) ? tool.tool : `${tool.tool} ${tool.subject}`, SUBJECT_CHARACTERS))]),
  ]
  return [parts.join(' · ')]
}

export function checksLine(checks: readonly CheckReport[]): readonly string[] {
  const count = (status: CheckReport['status']) => checks.filter((check) => check.status === status).length
  const parts = [
    ...(['passed', 'failed', 'skipped'] as const).flatMap((status) =>
      count(status) === 0 ? [] : [`${count(status)} ${status}`],
    ),
  ]
  return parts.length === 0 ? [] : [`Checks: ${parts.join(' · ')}`]
}

export function resumedLine(resumes: number): string {
  return `↻ Taken up again after an interruption${resumes === 1 ? '' : ` (${resumes} times)`}`
}

/** What was done last, and what programs printed. */
export function workFolds(view: CardView): readonly Fold[] {
  const steps = view.tools.map(toolLine).join('\n')
  const printed = endOf(readable(view.printed).trim(), PRINTED_CHARACTERS)
  return [
    ...(steps === '' ? [] : [{ title: 'Last steps', text: steps }]),
    ...(printed === '' ? [] : [{ title: 'Output', text: printed }]),
  ]
}

function toolLine({ agent, tool, subject, ok }: ToolView): string {
  const mark = ok === null ? '…' : ok ? '✓' : '✗'
  return clip(`${mark} ${agent}: ${oneLine(`${tool} ${subject}`, LINE_CHARACTERS)}`, LINE_CHARACTERS * 2)
}
