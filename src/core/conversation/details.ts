// Everything there is to tell about a task, for somebody who asks: what was asked, planned, done, checked and spent.
import { readLog } from '../task/read-log.ts'
import type { CheckReport } from '../vocabulary/check.ts'
import { placeKey } from '../vocabulary/place.ts'
import type { MessageRef, Place } from '../vocabulary/place.ts'
import type { Content, Fold, Post } from '../vocabulary/post.ts'
import type { Task, TaskType } from '../vocabulary/task.ts'
import { clip } from '../vocabulary/short-text.ts'
import { planBlock, resumedLine, titleLine, withOpen, workFolds } from './card-content.ts'
import { foldLog, workedMs } from './card-view.ts'
import type { CardView } from './card-view.ts'
import type { ConversationDeps } from './deps.ts'
import { code, escapeMarkdown } from './markdown.ts'
import { namesOf } from './names.ts'
import type { NameOf } from './names.ts'
import { callsText } from '../vocabulary/usage.ts'
import { CHECK_MARKS, clockTime, duration, plural, quantity } from './status-words.ts'
import { endOf, oneLine, readable } from './visible.ts'

const REQUEST_CHARACTERS = 4_000
const OUTPUT_CHARACTERS = 4_000
const CHECK_CHARACTERS = 2_000
const CHECK_FOLDS = 4
const FILES_SHOWN = 20
const KINDS: Readonly<Record<TaskType, string>> = {
  dev_pipeline: 'software',
  shell_command: 'a shell command',
  question: 'a question',
  delivery: 'a delivery',
}
const ANSWERS = {
  pending: 'waits for an answer',
  approved: 'approved',
  rejected: 'denied',
  superseded: 'no longer asked',
  expired: 'not answered in time',
} as const

/** What to put for it, as the task now is. Reads only; asking again at the same message replaces what was said there. */
export async function detailsPosts(
  deps: ConversationDeps,
  task: Task,
  place: Place,
  replyTo: MessageRef | null,
): Promise<readonly Post[]> {
  const view = foldLog(await readLog(deps.store, task.id))
  if (view === null) return []
  const people = view.approvals.flatMap((approval) => approval.resolvedBy ?? [])
  const nameOf = await namesOf(deps.members, [task.userId, ...people, ...(view.abort === null ? [] : [view.abort.by])])
  const content = detailsContent(view, task, nameOf, deps.clock.now())
  return [
    {
      key: `details:${task.id}/${placeKey(place)}/${replyTo ?? ''}`,
      place,
      lane: 'reply',
      posting: { type: 'message', content, replyTo, silent: true, wantsReply: false, pinned: false },
    },
  ]
}

function detailsContent(view: CardView, task: Task, nameOf: NameOf, now: Date): Content {
  const blocks = [
    titleLine(view),
    ...understoodBlock(view),
    ...planBlock(view),
    ...checksBlock(view.result?.checks ?? view.checks),
    ...filesBlock(view),
    factsOf(view, task, nameOf, now)
      .map((fact) => `- ${fact}`)
      .join('\n'),
  ]
  return { markdown: blocks.join('\n\n'), folds: foldsOf(view), buttons: withOpen(view.preview?.url ?? null, []) }
}

function understoodBlock({ understood, planned }: CardView): readonly string[] {
  const text = oneLine(planned ?? understood?.summary ?? '', 500)
  return text === '' ? [] : [escapeMarkdown(text)]
}

function checksBlock(checks: readonly CheckReport[]): readonly string[] {
  if (checks.length === 0) return []
  const lines = checks.map(({ status, check, duration_ms: ms, reason }) => {
    const why = reason === null ? '' : `: ${escapeMarkdown(oneLine(reason, 200))}`
    return `- ${CHECK_MARKS[status]} ${code(oneLine(check, 60))} ${duration(ms)}${why}`
  })
  return [lines.join('\n')]
}

function filesBlock({ result }: CardView): readonly string[] {
  const files = result?.changed_files ?? []
  if (files.length === 0) return []
  const more = files.length - FILES_SHOWN
  const names = files.slice(0, FILES_SHOWN).map((path) => code(oneLine(path, 100)))
  return [`${plural(files.length, 'file')} changed: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`]
}

function factsOf(view: CardView, task: Task, nameOf: NameOf, now: Date): readonly string[] {
  const { createdAt, endedAt, understood, worker, sandboxLevel, usage, abort, preview } = view
  const time =
    endedAt === null
      ? `open for ${duration(now.getTime() - createdAt.getTime())}`
      : `took ${duration(workedMs(view, endedAt))}`
  const command = understood?.command ?? null
  const calls = callsText(usage)
  const spent = `${calls}, ${quantity(usage.input_tokens)} tokens in`
  const cached = usage.cached_input_tokens === 0 ? '' : ` (${quantity(usage.cached_input_tokens)} from the cache)`
  const by = view.offline ? ', by the offline model' : ''
  return [
    `Asked for by ${escapeMarkdown(nameOf(task.userId))}, ${clockTime(createdAt, now)}; ${time}`,
    ...(view.taskType === null ? [] : [`Understood as ${KINDS[view.taskType]}`]),
    ...(command === null ? [] : [`Command: ${code(oneLine(command, 300))}`]),
    ...view.approvals.map((approval) => {
      const who = approval.resolvedBy === null ? '' : ` by ${escapeMarkdown(nameOf(approval.resolvedBy))}`
      const subject = code(oneLine(approval.subject, 80))
      const when = approval.resolvedAt === null ? '' : `, ${clockTime(approval.resolvedAt, now)}`
      return `Approval of ${subject}: ${ANSWERS[approval.status]}${who}${when}`
    }),
    ...(worker === null ? [] : [`Worker ${code(oneLine(worker, 60))}, sandbox ${escapeMarkdown(sandboxLevel ?? '')}`]),
    ...(view.repairRound === 0 ? [] : [plural(view.repairRound, 'round of repair', 'rounds of repair')]),
    ...(view.resumes === 0 ? [] : [resumedLine(view.resumes)]),
    ...(calls === null ? [] : [`${spent}${cached}, ${quantity(usage.output_tokens)} out${by}`]),
    ...(preview === null ? [] : [`Preview: <${preview.url}>`]),
    ...(view.error === null ? [] : [`It failed: ${escapeMarkdown(oneLine(view.error, 500))}`]),
    ...(abort === null
      ? []
      : [`Stopped by ${escapeMarkdown(nameOf(abort.by))}: ${escapeMarkdown(oneLine(abort.reason, 300))}`]),
    `Task ${code(view.taskId)}`,
  ]
}

function foldsOf(view: CardView): readonly Fold[] {
  const request = readable(view.inputText).trim()
  const output = readable(view.result?.output ?? '').trim()
  const checks = (view.result?.checks ?? view.checks).filter((check) => check.output.trim() !== '')
  // What failed is what one looks for.
  const worst = [...checks].sort((a, b) => Number(b.status === 'failed') - Number(a.status === 'failed'))
  return [
    { title: 'Request', text: clip(request, REQUEST_CHARACTERS) },
    ...workFolds(view).filter((fold) => output === '' || fold.title !== 'Output'),
    ...(output === '' ? [] : [{ title: 'Output', text: endOf(output, OUTPUT_CHARACTERS) }]),
    ...worst.slice(0, CHECK_FOLDS).map((check) => ({
      title: oneLine(check.check, 60),
      text: endOf(readable(check.output).trim(), CHECK_CHARACTERS),
    })),
  ]
}
