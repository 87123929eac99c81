// How tasks stand, in words: for /status, for taps on Status, and wherever a task is named.
import type { Approval } from '../vocabulary/approval.ts'
import type { Task } from '../vocabulary/task.ts'
import type { QueueState } from '../ports/task-queue.ts'
import { answer, seen } from './notes.ts'
import { code, escapeMarkdown } from './markdown.ts'
import { exactLine, oneLine } from './visible.ts'
import { openHere, ownAnywhere, waitingAnywhere } from './find-task.ts'
import { duration, shortId } from './status-words.ts'
import { idsOf, mayActOn } from './visit.ts'
import type { ReceiveDeps, Visit } from './visit.ts'

const GIST = 60
const JUST_NOW_MS = 5_000
const LISTED = 20

/** One plain sentence without its full stop. */
export function stateOf(task: Task, now: Date): string {
  const sinceStart = duration(now.getTime() - task.createdAt.getTime())
  const sinceChange = duration(now.getTime() - task.updatedAt.getTime())
  const ago = now.getTime() - task.updatedAt.getTime() < JUST_NOW_MS ? 'just now' : `${sinceChange} ago`
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
      return `is done, ${ago}`
    case 'failed':
      return `failed ${ago}`
    case 'aborted':
      return `was stopped ${ago}`
  }
}

function taskLine(task: Task, now: Date): string {
  const text = task.taskType === 'shell_command' ? exactLine(task.inputText, GIST) : oneLine(task.inputText, GIST)
  const question = task.status === 'needs_approval' ? task.approval : null
  const asked = question === null ? '' : askedLine(question)
  // What was asked for may be the command itself, which is not said twice.
  const wanted = asked === text ? code(text) : escapeMarkdown(text)
  const what = asked === '' || asked === text ? '' : `: ${code(asked)}`
  return `- ${code(shortId(task.id))} ${wanted}: ${stateOf(task, now)}${what}`
}

function askedLine({ kind, subject }: Approval): string {
  return kind === 'plan' ? oneLine(subject, GIST) : exactLine(subject, GIST)
}

/** For `/status`; with `pin` or `unpin` behind it, for the list that stays at the top. */
export async function answerStatus(deps: ReceiveDeps, visit: Visit, rest: string): Promise<void> {
  if (rest === 'pin' || rest === 'unpin') return pinStatus(deps, visit, rest === 'pin')
  const { message, visitor } = visit
  const isOwner = visitor.role === 'owner'
  const [open, queue, waiting, own] = await Promise.all([
    openHere(deps, message.place),
    isOwner ? deps.queue.state() : null,
    // What others wrote in their own chats is not for a group to read.
    isOwner && message.direct ? waitingAnywhere(deps) : [],
    !isOwner && message.direct ? ownAnywhere(deps, idsOf(visitor)) : [],
  ])
  const now = deps.clock.now()
  const mine = open.filter((task) => mayActOn(visitor, task))
  const ownElsewhere = own.filter((task) => !open.some(({ id }) => id === task.id))
  const elsewhere = waiting.filter((task) => !open.some(({ id }) => id === task.id))
  const parts = [
    mine.length === 0 ? 'Nothing is open here.' : `**Open here**\n\n${taskLines(mine, now)}`,
    ...(ownElsewhere.length === 0 ? [] : [`**Open elsewhere**\n\n${taskLines(ownElsewhere, now)}`]),
    ...(elsewhere.length === 0 ? [] : [`**Waits for your yes elsewhere**\n\n${taskLines(elsewhere, now)}`]),
    ...(queue === null ? [] : [queueLine(queue)]),
  ]
  await answer(deps, message, parts.join('\n\n'))
}

async function pinStatus(deps: ReceiveDeps, { message, visitor }: Visit, pinned: boolean): Promise<void> {
  const { place, direct } = message
  if (!direct && visitor.role !== 'owner') return answer(deps, message, 'In a group, only an owner sets that.')
  if (!pinned) {
    await deps.follower.unpin(place)
    return answer(deps, message, 'Nothing is pinned here any more.')
  }
  // What is pinned is the answer.
  await deps.outbox.put([seen(message)])
  await deps.follower.pin(place, direct)
}

/** A list in Markdown, cut where nobody would read on. */
export function taskLines(tasks: readonly Task[], now: Date): string {
  const lines = tasks.slice(0, LISTED).map((task) => taskLine(task, now))
  return [...lines, ...(tasks.length > LISTED ? [`- and ${tasks.length - LISTED} more`] : [])].join('\n')
}

function queueLine({ paused, counts, workers }: QueueState): string {
  const waiting = (counts.pending ?? 0) + (counts.queued ?? 0)
  const working = (counts.routing ?? 0) + (counts.running ?? 0) + (counts.aborting ?? 0)
  const asked = counts.needs_approval ?? 0
  const line = `Everywhere: ${working} at work, ${waiting} waiting, ${asked} to be approved.`
  if (paused) return `${line} **Everything is paused**: /panic off goes on.`
  return workers.length === 0 ? `${line} No worker is there at the moment.` : line
}
