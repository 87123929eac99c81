// Files that people send: fetched once, kept as objects, and listed by the message, or the album, that brought them.
import type { Attachment, ChatMessage } from '../vocabulary/chat-message.ts'
import type { MessageId, TaskId } from '../vocabulary/ids.ts'
import type { MessageRef, Place } from '../vocabulary/place.ts'
import { placeKey } from '../vocabulary/place.ts'
import { keepJson, keptJson } from '../ports/object-store.ts'
import { toStorable } from '../task/storable.ts'
import type { ConversationDeps } from './deps.ts'
import { oneLine } from './visible.ts'
import type { KeptFile } from './read-artifacts.ts'

const MAX_NAME = 200
const UNKNOWN_TYPE = 'application/octet-stream'

/** What one message, or one album, brought. */
export type Delivered = {
  /** Of the message, or of the album's first. */
  readonly ref: MessageRef
  /** As which it is kept. */
  readonly messageId: MessageId
  /** The task that was made of it; null while there is none. */
  readonly taskId: TaskId | null
  readonly files: readonly KeptFile[]
  /** Sentences about files that could not be kept. */
  readonly problems: readonly string[]
}

type Source = { readonly place: Place; readonly externalId: string }

/**
 * Fetches and keeps what came with the message, together with what the album's other parts brought before. Files that are kept are
 * not fetched again. Throws where the interface can't be reached.
 */
export async function keepFiles(
  deps: ConversationDeps,
  message: ChatMessage,
  messageId: MessageId,
): Promise<Delivered> {
  const before = await deliveredBy(deps, message)
  const files = [...(before?.files ?? [])]
  const problems: string[] = []
  const passedOn = await keepForwarded(deps, message)
  if (passedOn !== null && !files.some(({ objectKey }) => objectKey === passedOn.objectKey)) files.push(passedOn)
  for (const attachment of message.attachments) {
    const objectKey = `chat-files/${deps.ids.digest(`${sourceName(message)}/${attachment.fileRef}`)}`
    if (files.some((file) => file.objectKey === objectKey)) continue
    const fetched = await deps.files.fetch(message.place.bot, attachment.fileRef)
    const name = nameOf(attachment)
    if (fetched.type !== 'fetched') {
      problems.push(
        fetched.type === 'too_big'
          ? `${name} is too big: I can take files of up to ${Math.floor(fetched.limitBytes / 1_000_000)} MB.`
          : `${name} can't be fetched any more: please send it again.`,
      )
      continue
    }
    await deps.objects.put(objectKey, fetched.bytes)
    const mediaType = oneLine(attachment.mediaType, MAX_NAME) || UNKNOWN_TYPE
    files.push({ objectKey, name, mediaType, bytes: fetched.bytes.byteLength, sentAs: attachment.kind })
  }
  const delivered = { ref: before?.ref ?? message.ref, messageId, taskId: before?.taskId ?? null, files, problems }
  await record(deps, message, delivered)
  // Each part of an album can be replied to.
  for (const part of message.parts)
    if (part !== message.externalId)
      await keepJson(deps.objects, partKey(deps, message.place, part), message.externalId)
  return delivered
}

/** Remembers whose files these are. */
export async function recordTask(deps: ConversationDeps, message: ChatMessage, taskId: TaskId): Promise<void> {
  const delivered = await deliveredBy(deps, message)
  if (delivered !== null && delivered.taskId === null) await record(deps, message, { ...delivered, taskId })
}

/** What a message that was handled before brought; null when it brought nothing. */
export async function deliveredBy(deps: ConversationDeps, source: Source): Promise<Delivered | null> {
  return (await keptJson<Delivered>(deps.objects, listKey(deps, source))) ?? null
}

/** The same by a message of a person, or by one of an album's. */
export async function deliveredByRef(deps: ConversationDeps, place: Place, ref: MessageRef): Promise<Delivered | null> {
  const externalId = await keptJson<string>(deps.objects, partKey(deps, place, ref))
  return deliveredBy(deps, { place, externalId: externalId ?? ref })
}

/** Words that a person passed on are kept as a file: they are what somebody else said. */
async function keepForwarded(deps: ConversationDeps, message: ChatMessage): Promise<KeptFile | null> {
  const { forwardedFrom, text, externalId, place, ref } = message
  if (forwardedFrom === null || text.trim() === '') return null
  const objectKey = `chat-files/${deps.ids.digest(`${sourceName({ place, externalId })}/forwarded`)}`
  const bytes = new TextEncoder().encode(text.toWellFormed())
  await deps.objects.put(objectKey, bytes)
  return {
    objectKey,
    name: `forwarded-${ref}.txt`,
    mediaType: 'text/plain',
    bytes: bytes.byteLength,
    says: { text, by: 'forward', from: oneLine(forwardedFrom, MAX_NAME) },
  }
}

/** E.g. `12 KB`. */
export function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} KB`
  return megabytes(bytes)
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 100_000) / 10} MB`
}

/** A person's client chooses names: they must not lead anywhere. */
function nameOf(attachment: Attachment): string {
  const name = toStorable(oneLine(attachment.name, MAX_NAME)).replaceAll(/[/\\]/g, '_')
  return name === '' || /^\.+$/.test(name) ? attachment.kind : name
}

function sourceName({ place, externalId }: Source): string {
  return `${placeKey(place)}/${externalId}`
}

function listKey(deps: ConversationDeps, source: Source): string {
  return `chat-files/${deps.ids.digest(sourceName(source))}/list`
}

function partKey(deps: ConversationDeps, place: Place, ref: MessageRef): string {
  return `chat-files/${deps.ids.digest(`${placeKey(place)}/${ref}`)}/part`
}

function record(deps: ConversationDeps, source: Source, delivered: Delivered): Promise<void> {
  return keepJson(deps.objects, listKey(deps, source), { ...delivered, problems: [] })
}
