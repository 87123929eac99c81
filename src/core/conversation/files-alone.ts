// Files without a word of what to do with them: kept, and taken up by the reply that says it.
import { attachFiles, deliveredBy, deliveredByRef, sizeOf } from './attachments.ts'
import { escapeMarkdown } from './markdown.ts'
import { answer, noteKey } from './notes.ts'
import type { MessageRef } from '../vocabulary/place.ts'
import type { ReceiveDeps, StoredFile, Visit } from './visit.ts'

const PART = 'stored'

/** What was sent without text, by the message that is replied to: the person's own, or ours about it. */
export async function repliedFiles(deps: ReceiveDeps, visit: Visit): Promise<readonly StoredFile[]> {
  const { message, repliedTo } = visit
  if (message.replyTo === null) return []
  const ref = repliedTo === null ? message.replyTo : storedRef(repliedTo.key)
  return ref === null ? [] : ((await deliveredByRef(deps, message.place, ref))?.files ?? [])
}

function storedRef(key: string): MessageRef | null {
  return (/^note:[^/]*\/(.+)\/stored$/.exec(key)?.[1] ?? null) as MessageRef | null
}

/** A message without text. */
export async function keptAlone(deps: ReceiveDeps, visit: Visit): Promise<void> {
  const { message } = visit
  const delivered = await deliveredBy(deps, message)
  if (delivered !== null && delivered.taskId !== null) {
    // A late part of an album whose first part asked for something.
    const task = await deps.store.get(delivered.taskId)
    if (task !== null) await attachFiles(deps, task, delivered.files)
    return
  }
  if (delivered === null || delivered.files.length === 0) {
    // Files that could not be kept were spoken of already.
    if (message.attachments.length > 0) return
    return answer(deps, message, 'I can read text and files. What shall I do?')
  }
  const names = delivered.files.map(({ name, bytes }) => `${escapeMarkdown(name)} (${sizeOf(bytes)})`).join(', ')
  const speech = message.attachments.some(({ kind }) => kind === 'voice' || kind === 'audio')
    ? " I can't understand speech yet."
    : ''
  const markdown = `Kept: ${names}.${speech} Reply to this message with a request, and they are kept with its task.`
  // One answer for a whole album, which grows with its parts.
  await answer(deps, { ...message, ref: delivered.ref }, markdown, { part: PART, wantsReply: true })
}

/** An album's text came after its first files: what was said of those is settled by the task. */
export async function settleKept(deps: ReceiveDeps, { message }: Visit): Promise<void> {
  const delivered = await deliveredBy(deps, message)
  if (delivered === null || delivered.ref === message.ref) return
  const key = noteKey(message.place, delivered.ref, PART)
  if ((await deps.outbox.find(message.place.bot, key)) === null) return
  await deps.outbox.put([{ key, place: message.place, lane: 'reply', posting: { type: 'nothing' } }])
}
