// What each typed command does.
import { abort } from './abort.ts'
import { freshContext, setOpen, setVerbosity } from './chat-settings.ts'
import { COMMANDS, commandsFor } from './command-texts.ts'
import { showContext } from './context-command.ts'
import { detailsPosts } from './details.ts'
import { findTask, isIdLike, newestHere } from './find-task.ts'
import { answerHelp, greet } from './greetings.ts'
import { escapeMarkdown } from './markdown.ts'
import { sendLogin } from './login-command.ts'
import { forgetFact, link, remember, showMemory } from './memory-commands.ts'
import { answer } from './notes.ts'
import { panic } from './panic.ts'
import { nearest } from './parse-command.ts'
import type { Command } from './parse-command.ts'
import { orderedWords, startTask } from './requests.ts'
import { answerStatus } from './status.ts'
import { answerByCommand } from './typed-answers.ts'
import type { ReceiveDeps, Visit } from './visit.ts'

/** Safe to repeat. */
export async function runCommand(deps: ReceiveDeps, visit: Visit, { name, rest, bot }: Command): Promise<void> {
  const { message, visitor } = visit
  const known = COMMANDS.find((command) => command.name === name)
  if (known?.for === 'owners' && visitor.role !== 'owner' && name !== 'approve' && name !== 'deny')
    return answer(deps, message, `/${escapeMarkdown(name)} is for owners only.`)
  switch (name) {
    case 'start':
      return greet(deps, visit)
    case 'help':
      return answerHelp(deps, visit)
    case 'new_task':
      return newTask(deps, visit, rest)
    case 'task':
      return task(deps, visit, rest)
    case 'run':
      return run(deps, visit, rest)
    case 'status':
      return answerStatus(deps, visit, rest)
    case 'approve':
      return answerByCommand(deps, visit, true, rest)
    case 'deny':
      return answerByCommand(deps, visit, false, rest)
    case 'abort':
      return abort(deps, visit, rest)
    case 'new':
    case 'reset':
      return freshContext(deps, visit)
    case 'context':
      return showContext(deps, visit, rest)
    case 'memory':
      return showMemory(deps, visit, rest)
    case 'remember':
      return remember(deps, visit, rest)
    case 'forget':
      return forgetFact(deps, visit, rest)
    case 'link':
      return link(deps, visit, rest)
    case 'login':
      return sendLogin(deps, visit)
    case 'verbosity':
      return setVerbosity(deps, visit, rest)
    case 'open':
      return setOpen(deps, visit, true)
    case 'close':
      return setOpen(deps, visit, false)
    case 'panic':
      return panic(deps, visit, rest)
    default:
      // In a group it may be meant for another bot.
      if (message.direct || bot !== null) await unknown(deps, visit, name)
  }
}

async function newTask(deps: ReceiveDeps, visit: Visit, text: string): Promise<void> {
  if (text === '') {
    await answer(deps, visit.message, 'What shall I do? Reply to this message in your own words.', { wantsReply: true })
    return
  }
  await startTask(deps, visit, orderedWords(visit, text))
}

async function run(deps: ReceiveDeps, visit: Visit, command: string): Promise<void> {
  if (command === '') return answer(deps, visit.message, 'Write the command behind it, for example: /run ls -la')
  await startTask(deps, visit, orderedWords(visit, command, 'shell_command'))
}

async function task(deps: ReceiveDeps, visit: Visit, rest: string): Promise<void> {
  const { message } = visit
  const found = isIdLike(rest) ? await findTask(deps, visit, rest) : { type: 'none' as const }
  if (found.type === 'several') return answer(deps, message, 'More than one task fits: write more of its id.')
  const shown = found.type === 'one' ? found.task : rest === '' ? await newestHere(deps, visit) : null
  if (shown !== null) {
    await deps.outbox.put(await detailsPosts(deps, shown, message.place, message.ref))
    return
  }
  if (rest === '') return answer(deps, message, 'There is no task here yet. Just tell me what to do.')
  // `feed` may be a word; with a figure in it, it is an id.
  if (isIdLike(rest) && /\d/.test(rest)) return answer(deps, message, 'I know no task with that id.')
  await newTask(deps, visit, rest)
}

async function unknown(deps: ReceiveDeps, { message, visitor }: Visit, name: string): Promise<void> {
  const names = commandsFor(visitor.role, message.direct).map((command) => command.name)
  const near = nearest(name, names)
  const hint = near === null ? '/help shows what I know.' : `Did you mean /${near.replaceAll('_', '\\_')}?`
  await answer(deps, message, `I don't know /${escapeMarkdown(name)}. ${hint}`)
}
