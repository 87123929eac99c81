// Files on their way out: what Telegram takes of them, and how.
import { InputFile } from 'grammy'
import type { MessageRef } from '../../core/vocabulary/place.ts'
import { refusedForm } from './api-outcome.ts'
import { cleanText, isVisible, shorten } from './render/clean-text.ts'
import { toMessageId, toRef, tryOnce, tryRepeatable } from './request.ts'
import type { Channel, Tried } from './request.ts'

export type Upload = {
  readonly name: string
  readonly mediaType: string
  readonly bytes: Uint8Array
  readonly caption: string
}

export type SendOptions = {
  readonly reply_parameters?: { readonly message_id: number; readonly allow_sending_without_reply: true }
  readonly disable_notification?: true
}

const MEGABYTE = 1024 * 1024
const LARGEST_FILE = 50 * MEGABYTE
const LARGEST_PHOTO = 10 * MEGABYTE
const LONGEST_CAPTION = 1024
const LONGEST_NAME = 100
const PHOTOS = new Set(['image/jpeg', 'image/png', 'image/webp'])

/** Why Telegram would never take a file of this size; null when it would. */
export function sizeRefusal(name: string, bytes: number): string | null {
  if (bytes === 0) return `${name} is empty, and Telegram takes no empty files.`
  if (bytes <= LARGEST_FILE) return null
  return `${name} has ${(bytes / MEGABYTE).toFixed(1)} MB; Telegram takes at most 50 MB from a bot.`
}

/** A picture as a photo, where Telegram takes it as one, anything else as a document. */
export async function sendUpload(channel: Channel, upload: Upload, options: SendOptions): Promise<Tried<MessageRef>> {
  const { raw, chat_id, thread, signal } = channel
  const common = { chat_id, ...thread, ...captionOf(upload), ...options }
  if (isPhoto(upload)) {
    const sent = await tryOnce(() => raw.sendPhoto({ ...common, photo: toInputFile(upload) }, signal))
    if (sent.ok) return { ok: true, value: toRef(sent.value) }
    // Odd proportions and unknown encodings are no photos, but still files.
    if (refusedForm(sent.error) === null) return sent
  }
  const sent = await tryOnce(() =>
    raw.sendDocument({ ...common, document: toInputFile(upload), disable_content_type_detection: true }, signal),
  )
  return sent.ok ? { ok: true, value: toRef(sent.value) } : sent
}

/** Puts the file in the place of what a message holds, be it a text or another file. */
export async function replaceUpload(channel: Channel, ref: MessageRef, upload: Upload): Promise<Tried<null>> {
  const { raw, chat_id, signal } = channel
  const put = (type: 'photo' | 'document') =>
    tryRepeatable(() =>
      raw.editMessageMedia(
        { chat_id, message_id: toMessageId(ref), media: { type, media: toInputFile(upload), ...captionOf(upload) } },
        signal,
      ),
    )
  const replaced = await put(isPhoto(upload) ? 'photo' : 'document')
  return replaced.ok || !isPhoto(upload) || refusedForm(replaced.error) === null ? replaced : await put('document')
}

function isPhoto(upload: Upload): boolean {
  return PHOTOS.has(upload.mediaType) && upload.bytes.byteLength <= LARGEST_PHOTO
}

function captionOf(upload: Upload): { readonly caption?: string } {
  const caption = shorten(cleanText(upload.caption).trim(), LONGEST_CAPTION)
  return isVisible(caption) ? { caption } : {}
}

/** With a name that is one on every system, and in a form's header, where grammY writes it without quotes. */
function toInputFile(upload: Upload): InputFile {
  const name = cleanText(upload.name)
    .replaceAll(/[\s"'\\/:*?<>|;,%=]+/g, '_')
    .replace(/^[._]+/, '')
  const ending = /\.[\w-]{1,16}$/.exec(name)?.[0] ?? ''
  const stem = shorten(name.slice(0, name.length - ending.length), LONGEST_NAME)
  return new InputFile(upload.bytes, isVisible(stem) ? stem + ending : `file${ending}`)
}
