// `factotum chat "<text>"`: says something in a conversation that lasts, and shows what becomes of it.
import { Command } from 'commander'
import { chatLines } from '../adapters/terminal/chat-lines.ts'
import { oneLine } from '../adapters/terminal/visible.ts'
import { orderIn } from '../core/conversation/orders.ts'
import { takeWords } from '../core/conversation/take-words.ts'
import type { Taken } from '../core/conversation/take-words.ts'
import { readLog } from '../core/task/read-log.ts'
import type { Approval } from '../core/vocabulary/approval.ts'
import type { TaskId } from '../core/vocabulary/ids.ts'
import type { Task } from '../core/vocabulary/task.ts'
import { OWNER } from '../core/vocabulary/principal.ts'
import type { Platform } from '../processes/platform.ts'
import { askPerson } from './ask-person.ts'
import { CommandError, createOutput, EXIT, refusalText, withPlatform } from './command.ts'
import type { ExitCode, Output } from './command.ts'
import { foreground, isYes, questionFor } from './foreground.ts'
import type { Choice } from './foreground.ts'
import { beginAfresh, placeOfThread, terminalPlace } from './terminal-thread.ts'
import type { ChatPlace } from './terminal-thread.ts'

type ChatOptions = {
  readonly thread?: string
  readonly new?: true
  readonly yes?: true
  readonly json?: true
}

export function chatCommand(exit: (code: ExitCode) => void): Command {
  return new Command('chat')
    .description('say something: a question is answered, work is proposed and starts with your OK')
    .argument('<text...>', 'what you have to say; yes or no answers what waits')
    .option('--thread <id>', 'in this conversation instead of the terminal’s own')
    .option('--new', 'in a fresh context: nothing that was said before is known there')
    .option('--yes', 'say OK to what is proposed')
    .option('--json', 'one JSON event a line')
    .addHelpText('after', '\nExit codes: 0 answered or done, 1 failed, 2 usage, 3 an OK is needed.')
    .action(async (words: readonly string[], options: ChatOptions) => {
      if (options.new && options.thread !== undefined)
        throw new CommandError(
          '--new begins a conversation and --thread goes on with one: give one of them.',
          EXIT.usage,
        )
      const output = createOutput()
      exit(await withPlatform(output, (platform) => converse(platform, words.join(' '), options, output)))
    })
}

/** Takes the words, and those that the person says instead of OK, until nothing is left to say. */
async function converse(platform: Platform, text: string, options: ChatOptions, output: Output): Promise<ExitCode> {
  if (text.trim() === '') throw new CommandError('Say something: factotum chat "what is a monad?"', EXIT.usage)
  const limit = platform.limits.inputCharacters
  if (text.length > limit)
    throw new CommandError(`That has ${text.length} characters; at most ${limit} are taken.`, EXIT.usage)
  const place = await placeFor(platform, options)
  for (let words: string | null = text; ;) {
    const { code, said } = await say(platform, place, words, options, output)
    if (said === null) return code
    words = said
  }
}

async function placeFor(platform: Platform, options: ChatOptions): Promise<ChatPlace> {
  if (options.thread !== undefined) return placeOfThread(platform, options.thread)
  return options.new ? beginAfresh(platform) : terminalPlace(platform)
}

/** `said`: what the person said instead of OK, to be taken next. */
type Outcome = { readonly code: ExitCode; readonly said: string | null }

async function say(
  platform: Platform,
  { interface: name, chat }: ChatPlace,
  text: string,
  options: ChatOptions,
  output: Output,
): Promise<Outcome> {
  const order = orderIn(text)
  const taken = await takeWords(platform, {
    interface: name,
    chat,
    externalId: platform.ids.next(),
    author: OWNER,
    text,
    raw: { text },
    ...(order === null ? {} : { request: order.request }),
    taskType: order?.taskType ?? null,
    source: { type: 'empty' },
    confirm: order === null,
    mayAnswer: () => true,
  })
  switch (taken.type) {
    case 'task':
      return watch(platform, taken.task, 0, options, output)
    case 'answered':
      return afterAnswer(platform, taken, options, output)
    case 'unclear':
      return { code: await tellWaiting(platform, taken.waiting, options, output), said: null }
    default:
      throw new CommandError(refusalText(taken, ''), EXIT.usage)
  }
}

async function afterAnswer(
  platform: Platform,
  taken: Extract<Taken, { type: 'answered' }>,
  options: ChatOptions,
  output: Output,
): Promise<Outcome> {
  const task = await platform.store.get(taken.taskId)
  if (taken.refused !== null || task === null) {
    output.note('That question is not open any more.')
    return { code: EXIT.failed, said: null }
  }
  const log = await readLog(platform.store, task.id)
  const resolved = log.findLast(({ type }) => type === 'approval.resolved')?.seq ?? task.lastSeq
  if (taken.yes) return watch(platform, task, resolved, options, output)
  if (options.json) output.json({ type: 'answered', task_id: task.id, yes: false })
  else output.line('Cancelled.')
  return { code: EXIT.ok, said: null }
}

/** Follows the task, then what else the words asked for. */
async function watch(
  platform: Platform,
  task: Task,
  after: number,
  options: ChatOptions,
  output: Output,
): Promise<Outcome> {
  const { json = false, yes = false } = options
  let said: string | null = null
  const ask = async (approval: Approval): Promise<Choice> => {
    const answer = await askPerson(
      approval.kind === 'plan' ? 'OK? [y/n, or what should be different] ' : `${questionFor(approval.kind)} [y/n] `,
    )
    if (answer === null || answer === '') return null
    if (isYes(answer)) return 'approve'
    if (['n', 'no'].includes(answer.toLowerCase())) return 'reject'
    said = answer
    return 'left'
  }
  const command = options.thread === undefined ? 'factotum chat' : `factotum chat --thread ${options.thread}`
  const later = `It waits for your OK: ${command} yes (or no, or what should be different).`
  const code = await foreground(platform, task, { json, yes, output, after, lines: chatLines, ask, later })
  if (said !== null) return { code, said }
  const declined = (await platform.store.get(task.id))?.approval?.status === 'rejected'
  const codes = [declined ? EXIT.ok : code]
  for (const other of await othersOf(platform, task)) {
    if (!json) output.line(`\n${output.paint.bold(oneLine(other.inputText))}`)
    const next = await watch(platform, other, 0, options, output)
    codes.push(next.code)
    if (next.said !== null) return next
  }
  return { code: worst(codes), said: null }
}

/** One message may have asked for several things: each is a task of its own. */
async function othersOf(platform: Platform, task: Task): Promise<readonly Task[]> {
  const log = await readLog(platform.store, task.id)
  const ids: readonly TaskId[] = log.flatMap((event) => (event.type === 'task.split' ? event.data.task_ids : []))
  const others = await Promise.all(ids.map((id) => platform.store.get(id)))
  return others.filter((other): other is Task => other !== null)
}

function worst(codes: readonly ExitCode[]): ExitCode {
  return codes.find((code) => code === EXIT.failed) ?? codes.find((code) => code !== EXIT.ok) ?? EXIT.ok
}

async function tellWaiting(
  platform: Platform,
  waiting: readonly TaskId[],
  options: ChatOptions,
  output: Output,
): Promise<ExitCode> {
  if (options.json) output.json({ type: 'unclear', waiting })
  else {
    output.note(waiting.length === 1 ? 'This waits for your word:' : 'More than one thing waits for your word:')
    for (const id of waiting) {
      const task = await platform.store.get(id)
      output.note(`  factotum task approve ${id}   ${oneLine(task?.inputText ?? '', 80)}`)
    }
  }
  return EXIT.needsApproval
}
