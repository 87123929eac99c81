// The files in a message, in terms of the vocabulary.
import type { Message } from 'grammy/types'
import type { Attachment } from '../../core/vocabulary/chat-message.ts'
import { fileRef } from './file-ref.ts'

type TelegramFile = { readonly file_id: string; readonly file_size?: number; readonly mime_type?: string }

const LONGEST_NAME = 120
const MEDIA_TYPE = /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/

/** At most one: what a person sends together arrives as one message each. Their client chose name and type: both are cleaned. */
export function attachmentsOf(message: Message): readonly Attachment[] {
  const id = message.message_id
  const { photo, animation, video, video_note: note, voice, audio, document } = message
  const largest = photo?.at(-1)
  if (largest !== undefined) return [attachment('photo', largest, 'image/jpeg', `photo-${id}.jpg`)]
  // An animation is a document as well, for programs that know no animations.
  if (animation !== undefined) {
    return [attachment('video', animation, 'video/mp4', animation.file_name ?? `animation-${id}.mp4`)]
  }
  if (video !== undefined) return [attachment('video', video, 'video/mp4', video.file_name ?? `video-${id}.mp4`)]
  if (note !== undefined) return [attachment('video', note, 'video/mp4', `video-note-${id}.mp4`)]
  if (voice !== undefined) return [attachment('voice', voice, 'audio/ogg', `voice-${id}.ogg`)]
  if (audio !== undefined) return [attachment('audio', audio, 'audio/mpeg', audio.file_name ?? `audio-${id}.mp3`)]
  if (document === undefined) return []
  return [attachment('document', document, 'application/octet-stream', document.file_name ?? `document-${id}`)]
}

function attachment(kind: Attachment['kind'], file: TelegramFile, mediaType: string, name: string): Attachment {
  const { file_size: size, mime_type: type } = file
  const bytes = size !== undefined && Number.isSafeInteger(size) && size >= 0 ? size : null
  return {
    kind,
    name: cleanName(name) || `${kind}-${file.file_id.slice(-8)}`,
    mediaType: type !== undefined && MEDIA_TYPE.test(type) ? type : mediaType,
    bytes,
    fileRef: fileRef(file.file_id, bytes),
  }
}

/** The last part of a path, without what breaks a line or hides what a name is, such as marks that turn it around. */
function cleanName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? ''
  const clean = last
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .trim()
  if (/^\.*$/.test(clean)) return ''
  const characters = Array.from(clean)
  if (characters.length <= LONGEST_NAME) return clean
  const ending = /\.\w{1,12}$/.exec(clean)?.[0] ?? ''
  return characters.slice(0, LONGEST_NAME - ending.length).join('') + ending
}
