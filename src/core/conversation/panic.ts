// The big red button, as it is pressed in a chat: what was stopped is told where it was pressed.
import type { Stopped } from '../stop/panic.ts'
import { code, escapeMarkdown } from './markdown.ts'
import { answer } from './notes.ts'
import { shortId } from './status-words.ts'
import { oneLine } from './visible.ts'
import type { ReceiveDeps, Visit } from './visit.ts'

const NAMED = 10

export async function panic(deps: ReceiveDeps, { message, visitor }: Visit, given: string): Promise<void> {
  switch (given.toLowerCase()) {
    case 'on': {
      const stopped = await deps.stop.on(visitor.userId)
      await answer(deps, message, stoppedMarkdown(stopped))
      // The answer comes first: cards of other chats may take a while.
      await Promise.all(stopped.tasks.map(({ id }) => deps.follower.refresh(id)))
      return
    }
    case 'off': {
      const { waiting } = await deps.stop.off(visitor.userId)
      const next =
        waiting === 0 ? 'Nothing waits.' : `${counted(waiting, 'task')} that waited ${isOrAre(waiting)} taken up again.`
      return answer(deps, message, `Going on: ${next} What was stopped stays stopped.`)
    }
    default:
      return answer(deps, message, 'Say /panic on to stop everything at once, /panic off to go on.')
  }
}

/** The same for the same panic, however often it is told. */
function stoppedMarkdown({ tasks, previews, sandboxes, killMs, problems }: Stopped): string {
  const lines = tasks
    .slice(0, NAMED)
    .map((task) => `- ${code(shortId(task.id))} ${escapeMarkdown(oneLine(task.inputText, 60))}`)
  const more = tasks.length > NAMED ? [`- and ${tasks.length - NAMED} more`] : []
  const what =
    tasks.length === 0
      ? 'No task was at work.'
      : `${counted(tasks.length, 'task')} ${wasOrWere(tasks.length)} at work and had to stop:`
  const ended = [
    ...(sandboxes === 0 ? [] : [counted(sandboxes, 'sandbox')]),
    ...(previews === 0 ? [] : [counted(previews, 'preview')]),
  ].join(' and ')
  const took = ended === '' ? '' : ` ${ended} ended within ${(killMs / 1_000).toFixed(1)} s.`
  const text = `**Everything is stopped.** Nothing starts until /panic off; what waits goes on waiting.${took}`
  return [
    ...(lines.length === 0 ? [`${text} ${what}`] : [`${text} ${what}`, '', ...lines, ...more]),
    ...(problems.length === 0 ? [] : ['', `⚠️ Not done yet, and tried again: ${escapeMarkdown(problems.join('; '))}`]),
  ].join('\n')
}

function counted(count: number, word: string): string {
  if (count === 1) return `1 ${word}`
  return `${count} ${word.endsWith('x') ? `${word}es` : `${word}s`}`
}

function wasOrWere(count: number): string {
  return count === 1 ? 'was' : 'were'
}

function isOrAre(count: number): string {
  return count === 1 ? 'is' : 'are'
}
