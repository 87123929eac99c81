// Files without a word of what to do with them: kept, and taken up by the reply that says it.
import type { Artifact, ArtifactContent } from '../ports/artifact-store.ts'
import { deliveredBy, deliveredByRef, sizeOf } from './attachments.ts'
import { escapeMarkdown } from './markdown.ts'
import { answer, noteKey } from './notes.ts'
import { giveToTask } from './read-artifacts.ts'
import { plural } from './status-words.ts'
import { oneLine } from './visible.ts'
import type { MessageRef } from '../vocabulary/place.ts'
import type { ReceiveDeps, Visit } from './visit.ts'

const PART = 'stored'
const GIST = 160
const GISTS = 4

/** What was sent without text, by the message that is replied to: the person's own, or ours about it. */
export async function repliedFiles(
  deps: ReceiveDeps,
  visit: Pick<Visit, 'message' | 'repliedTo'>,
): Promise<readonly Artifact[]> {
  const { message, repliedTo } = visit
  if (message.replyTo === null) return []
  const ref = repliedTo === null ? message.replyTo : storedRef(repliedTo.key)
  const delivered = ref === null ? null : await deliveredByRef(deps, message.place, ref)
  return delivered === null ? [] : deps.artifacts.ofMessage(delivered.messageId)
}

function storedRef(key: string): MessageRef | null {
  return (/^note:[^/]*\/(.+)\/stored$/.exec(key)?.[1] ?? null) as MessageRef | null
}

/** A message without words of its own. `unread` says why something in it could not be read. */
export async function keptAlone(deps: ReceiveDeps, visit: Visit, unread: readonly string[]): Promise<void> {
  const { message } = visit
  const delivered = await deliveredBy(deps, message)
  if (delivered !== null && delivered.taskId !== null) {
    // A late part of an album whose first part asked for something.
    const task = await deps.store.get(delivered.taskId)
    if (task !== null) await giveToTask(deps, task, visit.artifacts)
    return
  }
  if (delivered === null || delivered.files.length === 0) {
    // Files that could not be kept were spoken of already.
    if (message.attachments.length > 0) return
    return answer(deps, message, 'I can read text and files. What shall I do?')
  }
  const names = delivered.files.map(({ name, bytes, says }) =>
    says === undefined ? `${escapeMarkdown(name)} (${sizeOf(bytes)})` : `what ${escapeMarkdown(saidFirst(says))} said`,
  )
  const markdown = [
    `Kept: ${names.join(', ')}.`,
    ...gists(visit.artifacts),
    ...(unread.length === 0 ? [] : [unreadWords(unread)]),
    'Reply to this message with a request, and they are kept with its task.',
  ].join('\n\n')
  // One answer for a whole album, which grows with its parts.
  await answer(deps, { ...message, ref: delivered.ref }, markdown, { part: PART, wantsReply: true })
}

/** Markdown: why files could not be read, of many the first. */
export function unreadWords(unread: readonly string[]): string {
  const [first = '', ...more] = unread
  const others = more.length === 0 ? '' : ` ${plural(more.length, 'other file')} could not be read either.`
  return escapeMarkdown(`${first}${others}`)
}

/** One line of what was read, for each of the first few. */
function gists(artifacts: readonly Artifact[]): readonly string[] {
  const lines = artifacts.flatMap(({ content }) => {
    const gist = content === null || content.by === 'forward' ? '' : oneLine(content.text, GIST)
    return gist === '' ? [] : [`> ${escapeMarkdown(gist)}`]
  })
  return lines.slice(0, GISTS)
}

function saidFirst(says: ArtifactContent): string {
  const from = says['from']
  return typeof from === 'string' && from !== '' ? from : 'somebody'
}

/** An album's text came after its first files: what was said of those is settled by the task. */
export async function settleKept(deps: ReceiveDeps, { message }: Visit): Promise<void> {
  const delivered = await deliveredBy(deps, message)
  if (delivered === null || delivered.ref === message.ref) return
  const key = noteKey(message.place, delivered.ref, PART)
  if ((await deps.outbox.find(message.place.bot, key)) === null) return
  await deps.outbox.put([{ key, place: message.place, lane: 'reply', posting: { type: 'nothing' } }])
}
