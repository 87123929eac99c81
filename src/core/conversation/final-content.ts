// What stands on a task's card once it is over: what came of it, with the evidence. Pure, and the same whenever it is asked.
import type { CheckReport } from '../vocabulary/check.ts'
import type { Button, Content, Fold } from '../vocabulary/post.ts'
import type { AnswerSource, TaskResult } from '../vocabulary/task.ts'
import { clip } from '../vocabulary/short-text.ts'
import { checksLine, footerOf, planBlock, resumedLine, titleLine, withOpen, workFolds } from './card-content.ts'
import { workedMs } from './card-view.ts'
import type { CardView } from './card-view.ts'
import type { NameOf } from './names.ts'
import { agentMarkdown, code, codeBlock, escapeMarkdown } from './markdown.ts'
import type { Verbosity } from '../ports/chat-store.ts'
import { CHECK_MARKS, clockTime, duration, plural } from './status-words.ts'
import { endOf, oneLine, readable } from './visible.ts'

export type FinalSetting = {
  readonly verbosity: Verbosity
  readonly nameOf: NameOf
  /** Under the footer, e.g. who accepted it. Markdown. */
  readonly closing: string | null
  /** What a recording was taken for, where it asked a question; null where it was written. */
  readonly heard: string | null
}

/** What a chat shows of an answer; the rest goes out as a file. */
export const ANSWER_CHARACTERS = 12_000
export const OUTPUT_CHARACTERS = 6_000
/** Of what a command printed; the rest is in the task. */
const REMEMBERED_CHARACTERS = 4_000
const BLOCK_CHARACTERS = 700
const BLOCK_LINES = 14
const FAILURE_CHARACTERS = 3_000
const ERROR_CHARACTERS = 1_500
const FILES_SHOWN = 5
const CHECKS_SHOWN = 6
const SOURCES_SHOWN = 8
const HEARD_CHARACTERS = 300

export function finalContent(view: CardView, setting: FinalSetting, buttons: readonly Button[]): Content {
  const rest = { folds: foldsOf(view, setting.verbosity), buttons: withOpen(view.preview?.url ?? null, buttons) }
  const closing = [footer(view), ...(setting.closing === null ? [] : [setting.closing])].join('\n\n')
  return { markdown: [...blocksOf(view, setting), closing].join('\n\n'), ...rest }
}

/** Nothing but what the agents say. */
export function agentOnlyContent(view: CardView): Content {
  // A message can't be empty, whatever they said.
  return { markdown: spoken(view).trim() || 'Done.', folds: [], buttons: withOpen(view.preview?.url ?? null, []) }
}

/** What the conversation remembers of it as said by the assistant: Markdown, as it was written. */
export function finalText(view: CardView): string {
  const { result } = view
  if (view.status === 'completed' && result !== null) {
    const output = endOf(result.output ?? '', REMEMBERED_CHARACTERS)
    const said = result.answer ?? [result.summary, output].filter((text) => text.trim() !== '').join('\n\n')
    return result.preview_url === null ? said : `${said}\n\n${result.preview_url}`
  }
  if (view.status === 'failed') return `It failed: ${view.error ?? ''}`
  return `It was stopped: ${view.abort?.reason ?? ''}`
}

/** The beginning of an answer that is too long for a chat, cut between two paragraphs; whole where it is not. */
export function answerShown(answer: string): string {
  if (answer.length <= ANSWER_CHARACTERS) return answer
  const cut = clip(answer, ANSWER_CHARACTERS)
  const end = cut.lastIndexOf('\n\n')
  return end > ANSWER_CHARACTERS / 2 ? cut.slice(0, end) : cut
}

function footer(view: CardView): string {
  const ms = workedMs(view, view.updatedAt)
  // What was spent until the end, whatever is still counted after it.
  return footerOf([duration(ms)], { ...view, usage: view.result?.usage ?? view.usage })
}

function blocksOf(view: CardView, setting: FinalSetting): readonly string[] {
  switch (view.status) {
    case 'completed':
      return completedBlocks(view, setting)
    case 'failed':
      return failedBlocks(view, setting)
    default:
      return abortedBlocks(view, setting)
  }
}

function completedBlocks(view: CardView, { heard }: FinalSetting): readonly string[] {
  const { result } = view
  if (result === null) return [titleLine(view)]
  if (result.answer !== null) return [...heardBlock(heard), answerBlock(result.answer), ...sourcesBlock(result.sources)]
  const loopback = view.preview === null || !isLoopback(view.preview.url) ? [] : [`Preview: <${view.preview.url}>`]
  if (view.taskType === 'shell_command')
    return [titleLine(view), ...commandBlock(view), ...outputBlocks(result), ...changedBlock(result)]
  return [
    titleLine(view),
    agentMarkdown(result.summary),
    ...loopback,
    ...checkBlock(result.checks),
    ...changedBlock(result),
  ]
}

function answerBlock(answer: string): string {
  const shown = agentMarkdown(answerShown(answer))
  return answer.length <= ANSWER_CHARACTERS ? shown : `${shown}\n\n*The whole answer is in the file.*`
}

function heardBlock(heard: string | null): readonly string[] {
  return heard === null ? [] : [escapeMarkdown(`I heard: “${oneLine(heard, HEARD_CHARACTERS)}”`)]
}

/** What the marks of the answer stand for. Where a file lies on this machine is nothing for a chat. */
function sourcesBlock(sources: readonly AnswerSource[]): readonly string[] {
  const lines = sources.slice(0, SOURCES_SHOWN).map(({ mark, title, uri }) => {
    const address = /^https?:\/\/[^\s<>]+$/.test(uri) ? ` <${uri}>` : ''
    return `- \\[${mark}\\] ${escapeMarkdown(oneLine(title, 120))}${address}`
  })
  return lines.length === 0 ? [] : [lines.join('\n')]
}

/** Where the command is not what was asked for but what it was understood as. */
function commandBlock({ understood, inputText }: CardView): readonly string[] {
  const command = understood?.command ?? ''
  return command.trim() === inputText.trim() ? [] : [code(oneLine(command, 200))]
}

function outputBlocks(result: TaskResult): readonly string[] {
  const output = readable(result.output ?? '').trimEnd()
  if (output === '') return ['It printed nothing.']
  return isShort(output) ? [codeBlock(output)] : []
}

function isShort(output: string): boolean {
  return output.length <= BLOCK_CHARACTERS && output.split('\n').length <= BLOCK_LINES
}

function checkBlock(checks: readonly CheckReport[]): readonly string[] {
  if (checks.length === 0) return []
  if (checks.length > CHECKS_SHOWN) return checksLine(checks)
  const [only] = checks
  // Where nothing was checked, the reason says more than the name of what was not done.
  if (checks.length === 1 && only?.status === 'skipped' && only.reason !== null)
    return [`${CHECK_MARKS.skipped} ${escapeMarkdown(oneLine(only.reason, 200))}`]
  return [checks.map((check) => `${CHECK_MARKS[check.status]} ${code(oneLine(check.check, 40))}`).join(' · ')]
}

function changedBlock({ changed_files: files }: Pick<TaskResult, 'changed_files'>): readonly string[] {
  if (files.length === 0) return []
  const names = files.slice(0, FILES_SHOWN).map((path) => code(oneLine(path, 60)))
  const more = files.length - names.length
  return [`${plural(files.length, 'file')} changed: ${names.join(', ')}${more === 0 ? '' : ` and ${more} more`}`]
}

function failedBlocks(view: CardView, { verbosity }: FinalSetting): readonly string[] {
  return [
    titleLine(view),
    escapeMarkdown(clip(readable(view.error ?? 'It could not be done.'), ERROR_CHARACTERS)),
    ...(verbosity === 0 ? [] : planBlock(view)),
    ...checkBlock(view.result?.checks ?? []),
    ...changedBlock(view.result ?? NOTHING_CHANGED),
    ...(view.resumes === 0 ? [] : [resumedLine(view.resumes)]),
  ]
}
const NOTHING_CHANGED = { changed_files: [] } as const

function abortedBlocks(view: CardView, { nameOf }: FinalSetting): readonly string[] {
  const { abort, endedAt, createdAt } = view
  if (abort === null) return [titleLine(view)]
  const when = endedAt === null ? '' : `, ${clockTime(endedAt, createdAt)}`
  const reason = oneLine(abort.reason, 300)
  const why = reason === '' ? '' : `: ${escapeMarkdown(reason)}`
  return [titleLine(view), `By ${escapeMarkdown(nameOf(abort.by))}${when}${why}`]
}

function foldsOf(view: CardView, verbosity: Verbosity): readonly Fold[] {
  const { result } = view
  const output = readable(result?.output ?? '').trimEnd()
  const shown = view.status === 'completed' && isShort(output)
  const printed = output === '' || shown ? [] : [{ title: 'Output', text: endOf(output, OUTPUT_CHARACTERS) }]
  const failing = view.status !== 'failed' ? [] : (result?.checks ?? []).filter((check) => check.status === 'failed')
  const failures = failing.map((check) => ({
    title: `${oneLine(check.check, 60)}${check.exit_code === null ? '' : ` · exit code ${check.exit_code}`}`,
    text: endOf([check.reason ?? '', check.output].map(readable).join('\n').trim(), FAILURE_CHARACTERS),
  }))
  return [
    ...printed,
    ...failures.filter((fold) => fold.text !== ''),
    ...(verbosity === 2 ? workFolds(view).slice(0, 1) : []),
  ]
}

function spoken(view: CardView): string {
  const { result } = view
  if (view.status !== 'completed' || result === null) {
    const printed = readable(result?.output ?? '').trimEnd()
    const shown = printed === '' ? [] : [codeBlock(endOf(printed, OUTPUT_CHARACTERS))]
    return [escapeMarkdown(readable(finalText(view))), ...shown].join('\n\n')
  }
  if (result.answer !== null) return [answerBlock(result.answer), ...sourcesBlock(result.sources)].join('\n\n')
  const preview = view.preview === null ? [] : [`<${view.preview.url}>`]
  if (view.taskType !== 'shell_command') return [agentMarkdown(result.summary), ...preview].join('\n\n')
  const output = readable(result.output ?? '').trimEnd()
  return output === '' ? agentMarkdown(result.summary) : codeBlock(endOf(output, OUTPUT_CHARACTERS))
}

/** Of an address that only opens on the machine itself. */
function isLoopback(url: string): boolean {
  const host = URL.parse(url)?.hostname ?? ''
  return host === 'localhost' || host.endsWith('.localhost') || host.startsWith('127.') || host === '[::1]'
}
