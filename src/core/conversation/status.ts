// How tasks stand, in words: for /status, for taps on Status, and wherever a task is named.
import type { Task } from '../vocabulary/task.ts'
import type { QueueState } from '../ports/task-queue.ts'
import { answer } from './notes.ts'
import { code, escapeMarkdown } from './markdown.ts'
import { oneLine } from './visible.ts'
import { openHere } from './find-task.ts'
import { duration, shortId } from './status-words.ts'
import { mayActOn } from './visit.ts'
import type { ReceiveDeps, Visit } from './visit.ts'

const GIST = 60

/** One plain sentence without its full stop. */
export function stateOf(task: Task, now: Date): string {
  const sinceStart = duration(now.getTime() - task.createdAt.getTime())
  const sinceChange = duration(now.getTime() - task.updatedAt.getTime())
  switch (task.status) {
    case 'pending':
    case 'queued':
      return `waits for its turn, for ${sinceStart}`
    case 'routing':
      return 'is being read'
    case 'needs_approval':
      return `waits for ${task.approval?.kind === 'plan' ? 'a yes' : "an owner's yes"}, for ${sinceChange}`
    case 'running':
      return `is being worked on, since ${sinceStart}`
    case 'aborting':
      return 'is being stopped'
    case 'completed':
      return `is done, ${sinceChange} ago`
    case 'failed':
      return `failed ${sinceChange} ago`
    case 'aborted':
      return `was stopped ${sinceChange} ago`
  }
}

/** One line of Markdown. */
export function taskLine(task: Task, now: Date): string {
  const asked = task.status !== 'needs_approval' ? null : (task.approval?.subject ?? null)
  const question = asked === null ? '' : `: ${code(oneLine(asked, GIST))}`
  return `- ${code(shortId(task.id))} ${escapeMarkdown(oneLine(task.inputText, GIST))}: ${stateOf(task, now)}${question}`
}

export async function answerStatus(deps: ReceiveDeps, { message, visitor }: Visit): Promise<void> {
  const now = deps.clock.now()
  const [open, queue] = await Promise.all([
    openHere(deps, message.place),
    visitor.role === 'owner' ? deps.queue.state() : null,
  ])
  const mine = open.filter((task) => mayActOn(visitor, task))
  const lines =
    mine.length === 0 ? ['Nothing is open here.'] : ['**Open here**', '', ...mine.map((task) => taskLine(task, now))]
  if (queue !== null) lines.push('', queueLine(queue))
  await answer(deps, message, lines.join('\n'))
}

function queueLine({ paused, counts, workers }: QueueState): string {
  const waiting = (counts.pending ?? 0) + (counts.queued ?? 0)
  const working = (counts.routing ?? 0) + (counts.running ?? 0) + (counts.aborting ?? 0)
  const asked = counts.needs_approval ?? 0
  const line = `Everywhere: ${working} at work, ${waiting} waiting, ${asked} to be approved.`
  if (paused) return `${line} **Everything is paused**: /panic off goes on.`
  return workers.length === 0 ? `${line} No worker is there at the moment.` : line
}
