// `factotum task …`: look at tasks, and approve, reject, abort and close them; replay and fork are in task-again.ts.
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { table } from '../adapters/terminal/table.ts'
import { alwaysLine, subjectLines, termsLines } from '../adapters/terminal/approval-lines.ts'
import { exact, oneLine, visible } from '../adapters/terminal/visible.ts'
import { giveAnswer } from '../core/approval/give-answer.ts'
import { keepRule, KEPT_COMMENT } from '../core/approval/standing.ts'
import { isRefusal } from '../core/task/apply-command.ts'
import type { TaskCommand } from '../core/task/decide.ts'
import type { Approval } from '../core/vocabulary/approval.ts'
import type { ApprovalId } from '../core/vocabulary/ids.ts'
import { reportOfTask } from '../core/evidence/report-of-task.ts'
import { readLog } from '../core/task/read-log.ts'
import { messageOf } from '../core/vocabulary/thrown.ts'
import { isTerminal, TASK_STATUSES } from '../core/vocabulary/task.ts'
import { callsText } from '../core/vocabulary/usage.ts'
import type { Task, TaskStatus } from '../core/vocabulary/task.ts'
import { eventToWire, taskToWire } from '../adapters/http/wire.ts'
import { OWNER } from '../core/vocabulary/principal.ts'
import type { Platform } from '../processes/platform.ts'
import { CommandError, createOutput, EXIT, parseCount, refusalText, taskIdOf, withPlatform } from './command.ts'
import type { ExitCode } from './command.ts'
import { reportCommand } from './report-command.ts'
import { forkCommand, replayCommand } from './task-again.ts'

type Json = { readonly json?: true }

export function taskCommand(exit: (code: ExitCode) => void): Command {
  const task = new Command('task').description('look at tasks and decide about them')

  task
    .command('list')
    .description('the newest tasks first')
    .option('--status <status>', 'only tasks with this status', parseStatus)
    .option('--limit <n>', 'how many', parseCount, 20)
    .option('--cursor <cursor>', 'go on after an earlier page')
    .option('--json', 'one JSON object {items, next_cursor}')
    .action(async (options: Json & { status?: TaskStatus; limit: number; cursor?: string }) => {
      const output = createOutput()
      await withPlatform(output, async ({ store }) => {
        const { status = null, limit, cursor = null } = options
        const page = await store.list({ userId: null, statuses: status === null ? null : [status], limit, cursor })
        if (options.json) return output.json({ items: page.items.map(taskToWire), next_cursor: page.nextCursor })
        if (page.items.length === 0)
          return output.line('No tasks yet. Try: factotum run "create a hello world web app"')
        output.line(
          table(page.items.map((item) => [item.id, item.status, item.createdAt.toISOString(), titleOf(item)])),
        )
      })
    })

  task
    .command('show <id>')
    .description('one task: its status, result and evidence')
    .option('--json', 'the task as JSON, with the command for its report')
    .action(async (id: string, options: Json) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const found = await existing(platform, id)
        const report = await reportCommand(platform, found.id)
        if (options.json) return output.json({ ...taskToWire(found), report })
        for (const line of describeTask(found, report)) output.line(line)
      })
    })

  task
    .command('events <id>')
    .description("the task's log")
    .option('--after <seq>', 'only events after this number', parseCount, 0)
    .option('--json', 'one JSON event a line')
    .action(async (id: string, options: Json & { after: number }) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const found = await existing(platform, id)
        for (const event of await readLog(platform.store, found.id, options.after)) {
          if (options.json) output.json(eventToWire(event))
          else
            output.line(
              `${String(event.seq).padStart(4)}  ${event.at.toISOString()}  ${event.type.padEnd(18)} ${oneLine(JSON.stringify(event.data), 120)}`,
            )
        }
      })
    })

  task
    .command('report <id>')
    .description(
      'what was asked, planned, done, checked, decided and spent: Markdown to the terminal, or a page to a file',
    )
    .option('--html', 'a page that needs nothing beside itself')
    .option('--md', 'Markdown (the default)')
    .option('--out <file>', 'write it there, and print where')
    .action(async (id: string, options: { html?: true; md?: true; out?: string }) => {
      if (options.html && options.md) throw new CommandError('Give --html or --md, not both.', EXIT.usage)
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const found = await existing(platform, id)
        const text = await reportOfTask(platform, found, options.html ? 'html' : 'md')
        if (options.out === undefined) return output.line(text.trimEnd())
        const path = resolve(options.out)
        await writeReport(path, text)
        output.line(path)
      })
    })

  decision('approve <id>', 'approve what the task waits for', (comment, shown) => ({
    type: 'approve',
    approvalId: shown,
    by: OWNER,
    comment,
  })).option('--always', 'from now on without a question; prints exactly what that holds for')
  decision(
    'reject <id>',
    'reject what the task waits for; a command or a plan ends with it, work that has begun goes on without',
    (comment, shown) => ({
      type: 'reject',
      approvalId: shown,
      by: OWNER,
      comment,
    }),
  )
  decision('abort <id>', 'stop the task', (comment) => ({
    type: 'abort',
    by: OWNER,
    reason: comment ?? 'Stopped by the owner.',
  }))

  /** `shown` is the approval whose exact text was just printed: the answer is to that one, and to no later one. */
  function decision(
    name: string,
    description: string,
    command: (comment: string | null, shown: ApprovalId | null) => TaskCommand,
  ): Command {
    return task
      .command(name)
      .description(description)
      .option('--comment <text>', 'why')
      .option('--json', 'the task as JSON')
      .action(async (id: string, options: Json & { comment?: string; always?: true }) => {
        const output = createOutput()
        await withPlatform(output, async (platform) => {
          const before = await existing(platform, id)
          const asked = before.status === 'needs_approval' ? before.approval : null
          if (asked !== null) output.note(['It waits for a yes to exactly this:', ...approvalLines(asked)].join('\n'))
          if (options.always) output.note(await keptForGood(platform, before))
          const comment = options.comment ?? (options.always ? KEPT_COMMENT : null)
          const decided = command(comment, asked?.id ?? null)
          const after = accepted(await giveAnswer(platform, before.id, decided), id)
          if (options.json) return output.json(taskToWire(after))
          if (after.approval?.status === 'pending' && after.approval.secondedBy.length > 0)
            output.note('One of two said yes: another owner has to say it too.')
          output.line(`Task ${after.id} is ${after.status}.${await hintFor(platform, after)}`)
        })
      })
  }

  task
    .command('close <id>')
    .description('close the previews that a completed task left open')
    .option('--json', 'the closed previews as JSON')
    .action(async (id: string, options: Json) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const found = await existing(platform, id)
        if (!isTerminal(found.status))
          throw new CommandError(`Task ${found.id} is ${found.status}: its previews are its own until it is over.`)
        const closed = await platform.closePreviews(found.id)
        if (options.json) return output.json(closed.map((preview) => ({ preview_id: preview.id, url: preview.url })))
        output.line(
          closed.length === 0 ? 'No preview was open.' : `Closed ${closed.map((preview) => preview.url).join(', ')}`,
        )
      })
    })

  task.addCommand(replayCommand(exit)).addCommand(forkCommand(exit))
  return task
}

async function writeReport(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text)
  } catch (error) {
    throw new CommandError(`The report could not be written to ${path}: ${messageOf(error)}`)
  }
}

/** Makes the rule, in the words that it prints. */
async function keptForGood(platform: Platform, task: Task): Promise<string> {
  const { approval } = task
  if (approval === null) throw new CommandError(`Task ${task.id} waits for no approval.`)
  const kept = await keepRule(platform, task, approval.id, OWNER)
  const rule = alwaysLine(approval, task.userId)
  if (kept === 'answered') throw new CommandError(`Task ${task.id} waits for no approval.`)
  if (kept === 'no_rule' || rule === null) throw new CommandError(ASKED_EVERY_TIME)
  return rule
}

const ASKED_EVERY_TIME = 'This can not be approved for good: it is asked about every time.'

async function existing(platform: Platform, id: string): Promise<Task> {
  return accepted((await platform.store.get(taskIdOf(id))) ?? { type: 'not_found' }, id)
}

function accepted(result: Task | Parameters<typeof refusalText>[0], id: string): Task {
  if (isRefusal(result)) throw new CommandError(refusalText(result, id))
  return result
}

async function hintFor(platform: Platform, task: Task): Promise<string> {
  if (task.status !== 'queued') return ''
  const { workers } = await platform.queue.state()
  return workers.length > 0 ? '' : ' It runs as soon as a worker is up: factotum up'
}

function describeTask(task: Task, report: string | null): readonly string[] {
  const rows: (readonly [string, string])[] = [
    ['task', task.id],
    ['status', task.status],
    ['kind', task.taskType ?? 'not routed yet'],
    ['request', task.taskType === 'shell_command' ? exact(task.inputText).shown : visible(task.inputText)],
    ['created', task.createdAt.toISOString()],
  ]
  if (task.approval !== null) {
    const [subject = '', ...more] = approvalLines(task.approval)
    rows.push(['approval', [`${task.approval.status}: ${subject}`, ...more].join('\n')])
  }
  if (task.error !== null) rows.push(['error', visible(task.error)])
  const { result } = task
  if (result !== null) {
    rows.push(['summary', visible(result.summary)])
    if (result.offline) rows.push(['model', 'offline (recipes)'])
    if (result.preview_url !== null) rows.push(['preview', result.preview_url])
    if (result.commit !== null) rows.push(['commit', result.commit])
    if (result.changed_files.length > 0) rows.push(['changed', visible(result.changed_files.join(', '))])
    for (const check of result.checks) rows.push(['check', `${check.status}: ${check.check}`])
    rows.push([
      'usage',
      `${callsText(result.usage) ?? 'no model call'}, ${result.usage.input_tokens} tokens in, ${result.usage.output_tokens} out`,
    ])
  }
  if (report !== null) rows.push(['report', report])
  const text = rows.map(([name, value]) => `${name.padEnd(9)} ${value.replaceAll('\n', `\n${' '.repeat(10)}`)}`)
  return result?.answer == null ? text : [...text, '', visible(result.answer)]
}

function titleOf({ taskType, inputText }: Task): string {
  return oneLine(taskType === 'shell_command' ? exact(inputText).shown : inputText, 60)
}

/** What is asked, and, as long as it is open, on which terms. */
function approvalLines(approval: Approval): readonly string[] {
  const asked = { ...approval, expiresAt: approval.expiresAt.toISOString() }
  const seconded =
    approval.secondedBy.length === 0 ? [] : [`1 of 2 said yes: ${oneLine(approval.secondedBy.join(', '))}`]
  return [...subjectLines(asked), ...(approval.status === 'pending' ? [...termsLines(asked), ...seconded] : [])]
}

function parseStatus(value: string): TaskStatus {
  const status = TASK_STATUSES.find((known) => known === value)
  if (status === undefined) throw new InvalidArgumentError(`One of: ${TASK_STATUSES.join(', ')}.`)
  return status
}
