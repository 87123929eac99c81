// What asks for work in a chat is counted before anything is done about it: too much of it is turned away with when to come back.
import { takeRequest, tooMuchText } from '../access/requests.ts'
import { isIdLike } from './find-task.ts'
import { escapeMarkdown } from './markdown.ts'
import { saying } from './notes.ts'
import type { Command } from './parse-command.ts'
import { idsOf } from './visit.ts'
import type { ReceiveDeps, Visit } from './visit.ts'
import { typedAnswer } from './yes-or-no.ts'

const MINUTE_MS = 60_000
const ORDERS: ReadonlySet<string> = new Set(['new_task', 'run'])

/** Files are work as well: they are fetched, read and perhaps looked at by models. Answers, questions about tasks and stops are none. */
export function asksForWork({ message }: Pick<Visit, 'message'>, command: Command | null): boolean {
  if (message.attachments.length > 0 || message.forwardedFrom !== null) return true
  if (command === null) return typedAnswer(message.text)?.comment !== null
  if (command.rest === '') return false
  return ORDERS.has(command.name) || (command.name === 'task' && !isIdLike(command.rest))
}

/**
 * Counts a request: true where it is one too many and nothing is to come of it, which its author is told once a minute at most. A message
 * that has its task already was counted when it came first.
 */
export async function turnAway(deps: ReceiveDeps, { message, visitor, heard }: Visit): Promise<boolean> {
  const { requests } = deps
  if (requests === undefined || (heard !== null && heard.taskId !== null)) return false
  const asker = { ...visitor, ids: idsOf(visitor) }
  const counted = { rates: requests.rates, store: deps.store }
  const tooMuch = await takeRequest(counted, asker, requests.settings, { startsWork: true })
  if (tooMuch === null) return false
  const { place, ref, sentAt } = message
  const minute = Math.floor(sentAt.getTime() / MINUTE_MS)
  const key = (number: number) => `limited:${place.chat}/${visitor.userId}/${number}`
  const [now, before] = await Promise.all(
    [minute, minute - 1].map((number) => deps.outbox.find(place.bot, key(number))),
  )
  const toldAt = (now ?? before)?.createdAt.getTime() ?? Number.NEGATIVE_INFINITY
  if (now !== null || toldAt > deps.clock.now().getTime() - MINUTE_MS) return true
  const posting = saying(`${escapeMarkdown(tooMuchText(tooMuch))} I have kept your message, and do nothing about it.`, {
    replyTo: ref,
  })
  await deps.outbox.put([{ key: key(minute), place, lane: 'reply', posting }])
  return true
}
