// The first words, and the help: only what this person can do in this place.
import { commandsFor } from './command-texts.ts'
import { escapeMarkdown } from './markdown.ts'
import { answer } from './notes.ts'
import { shownName } from './people.ts'
import type { ReceiveDeps, Visit } from './visit.ts'

export async function greet(deps: ReceiveDeps, { message, visitor }: Visit): Promise<void> {
  const owner =
    visitor.role === 'owner'
      ? '\n\nYou own me: I ask you before a command runs, and you decide who may talk to me.'
      : ''
  await answer(
    deps,
    message,
    `Hello ${escapeMarkdown(shownName(message.author.name))}! Tell me what to build, fix or find out, in your own words. ` +
      'I plan it, write it, run and test it, and show you the result with its evidence.\n\n' +
      'For example:\n' +
      '- Create a hello world web app\n' +
      '- Write a script that renames photos by the date they were taken, with tests\n' +
      `- Explain the difference between a process and a thread${owner}\n\n` +
      'Reply to a result to go on from its files. A topic is a project. /help shows everything.',
  )
}

export async function answerHelp(deps: ReceiveDeps, { message, visitor }: Visit): Promise<void> {
  const commands = commandsFor(visitor.role, message.direct).map(({ name, takes, says }) => {
    const usage = takes === '' ? `/${name}` : `/${name} ${takes}`
    return `- ${escapeMarkdown(usage)}: ${escapeMarkdown(says)}`
  })
  const how = message.direct
    ? 'Just write what you want, or reply to a result to go on from it. Files that you send are kept with the task.'
    : 'Mention me or reply to me with what you want; reply to a result to go on from it.'
  await answer(deps, message, `${how}\n\n${commands.join('\n')}`)
}
