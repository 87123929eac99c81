// The content of media messages: from a file and what a bot says about it to the fields that everybody sees.
import type { PhotoSize } from '@grammyjs/types'
import { badRequest } from '../world/api-error.ts'
import type { StoredFile } from '../world/files.ts'
import type { MessageContent } from '../world/model.ts'
import { flagParam, integerParam, textParam } from './call.ts'
import type { Call, Params } from './call.ts'
import { fileIds, keepFile, photoSize, takeFile } from './files.ts'
import { imageSize } from './image-size.ts'
import type { Dimensions } from './image-size.ts'
import { captionContent } from './messages.ts'

export type MediaKind = 'photo' | 'document' | 'voice' | 'audio' | 'video' | 'animation' | 'video_note' | 'sticker'

/** What was once sent keeps its duration and size when it is sent again by file_id. */
const described = new WeakMap<StoredFile, MessageContent>()

const THUMBNAIL = 320
const LARGEST_PHOTO = 1280

/**
 * `info` are the parameters that describe the file: those of the call, or the fields of one InputMedia. Throws the Bot
 * API's refusals. No caption: see `captionedContent`.
 */
export function mediaContent(call: Call, kind: MediaKind, value: string | undefined, info: Params): MessageContent {
  const file = takeFile(call, kind, value, kind)
  const again = described.get(file)
  if (again !== undefined && kind in again && value?.startsWith('attach://') !== true) return again
  const content = describeFile(call, kind, file, info)
  described.set(file, content)
  return content
}

/** Media with its caption, spoiler and the place of the caption. */
export function captionedContent(call: Call, kind: MediaKind, value: string | undefined, info: Params): MessageContent {
  const content = mediaContent(call, kind, value, info)
  if (kind === 'sticker' || kind === 'video_note') return content
  const canBeHidden = kind === 'photo' || kind === 'video' || kind === 'animation'
  const spoiler = canBeHidden && flagParam(info, 'has_spoiler') ? ({ has_media_spoiler: true } as const) : {}
  return { ...content, ...spoiler, ...captionContent({ world: call.world, params: info }) }
}

function describeFile(call: Call, kind: MediaKind, file: StoredFile, info: Params): MessageContent {
  const sized = { ...fileIds(file), file_size: file.bytes.length }
  const named = { ...sized, file_name: file.name, mime_type: mimeType(file) }
  const duration = Math.max(0, integerParam(info, 'duration') ?? 0)
  const frame = { width: integerParam(info, 'width') ?? 320, height: integerParam(info, 'height') ?? 320, duration }
  const thumbnail = () => thumbnailOf(call, info)
  switch (kind) {
    case 'photo':
      return { photo: photoSizes(call, file) }
    case 'document':
      return { document: { ...named, ...thumbnail() } }
    case 'animation': {
      const document = { ...named, ...thumbnail() }
      return { animation: { ...document, ...frame, ...imageSize(file.bytes) }, document }
    }
    case 'video':
      return { video: { ...named, ...frame, ...thumbnail() } }
    case 'audio': {
      const [performer, title] = [textParam(info, 'performer'), textParam(info, 'title')]
      const tags = { ...(performer ? { performer } : {}), ...(title ? { title } : {}) }
      return { audio: { ...named, duration, ...tags, ...thumbnail() } }
    }
    case 'voice':
      return { voice: { ...sized, mime_type: mimeType(file), duration } }
    case 'video_note': {
      const length = integerParam(info, 'length') ?? 240
      return { video_note: { ...sized, length, duration, ...thumbnail() } }
    }
    case 'sticker': {
      const emoji = textParam(info, 'emoji')
      const size = imageSize(file.bytes) ?? { width: 512, height: 512 }
      const shape = { is_animated: /\.tgs$/i.test(file.name), is_video: /\.webm$/i.test(file.name) }
      return { sticker: { ...sized, type: 'regular', ...size, ...shape, ...(emoji ? { emoji } : {}) } }
    }
  }
}

function photoSizes(call: Call, file: StoredFile): PhotoSize[] {
  const size = imageSize(file.bytes)
  if (size === undefined) throw badRequest('IMAGE_PROCESS_FAILED')
  assertShape(size)
  const small = keepFile(call, 'thumbnail', file)
  return [photoSize(small, size, 90), photoSize(file, size, LARGEST_PHOTO)]
}

function assertShape({ width, height }: Dimensions): void {
  const isSound = width > 0 && height > 0 && width + height <= 10_000 && Math.max(width / height, height / width) <= 20
  if (!isSound) throw badRequest('PHOTO_INVALID_DIMENSIONS')
}

/** Only what is uploaded with the call counts; a thumbnail that is no picture is left out, as on Telegram. */
function thumbnailOf(call: Call, info: Params): { thumbnail?: PhotoSize } {
  const value = textParam(info, 'thumbnail')
  const name = value?.startsWith('attach://') === true ? value.slice('attach://'.length) : 'thumbnail'
  const upload = call.params.uploads.get(name)
  const size = upload === undefined ? undefined : imageSize(upload.bytes)
  if (upload === undefined || size === undefined) return {}
  return { thumbnail: photoSize(keepFile(call, 'thumbnail', upload), size, THUMBNAIL) }
}

const TYPES: Readonly<Record<string, string>> = {
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  opus: 'audio/ogg',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  mp4: 'video/mp4',
  gif: 'image/gif',
  png: 'image/png',
  jpg: 'image/jpeg',
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  json: 'application/json',
  zip: 'application/zip',
}

/** What the uploader said, unless that was nothing; then what the name says. */
function mimeType(file: StoredFile): string {
  if (file.mimeType !== 'application/octet-stream') return file.mimeType
  return TYPES[/\.([a-z0-9]+)$/i.exec(file.name)?.[1]?.toLowerCase() ?? ''] ?? file.mimeType
}
