// Files: taken from uploads or by file_id, handed out by getFile, with Telegram's limits on both ways.
import type { File, PhotoSize } from '@grammyjs/types'
import { badRequest, BotApiError } from '../world/api-error.ts'
import type { BotAccount } from '../world/model.ts'
import type { StoredFile } from '../world/files.ts'
import type { World } from '../world/world.ts'
import { textParam } from './call.ts'
import type { Call, MethodTable, Upload } from './call.ts'

const MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024
const MAX_UPLOAD_BYTES = 50 * 1024 * 1024
const MAX_PHOTO_BYTES = 10 * 1024 * 1024

/** Kinds of files by the folder they are kept in, with the name that Telegram's refusals give them. */
const FOLDERS = {
  photo: ['photos', 'Photo'],
  thumbnail: ['thumbnails', 'Thumbnail'],
  document: ['documents', 'Document'],
  audio: ['music', 'Audio'],
  video: ['videos', 'Video'],
  animation: ['animations', 'Animation'],
  voice: ['voice', 'VoiceNote'],
  video_note: ['video_notes', 'VideoNote'],
  sticker: ['stickers', 'Sticker'],
} as const

export type FileKind = keyof typeof FOLDERS

/** Which bots uploaded a file themselves. Files of people are in nobody's set. */
const uploaders = new WeakMap<StoredFile, Set<number>>()

export const files: MethodTable = {
  getFile: ({ world, bot, params }): File => {
    const fileId = textParam(params, 'file_id')?.trim() ?? ''
    if (fileId === '') throw badRequest('file_id not specified')
    const file = world.files.byId(fileId)
    if (file === undefined || !isKnownTo(world, bot, file)) {
      throw badRequest('wrong file_id or the file is temporarily unavailable')
    }
    if (file.bytes.length > MAX_DOWNLOAD_BYTES) throw badRequest('file is too big')
    return { ...fileIds(file), file_size: file.bytes.length, file_path: file.path }
  },
}

/**
 * The file that a parameter stands for: `attach://<part>`, the part with the parameter's own name, or a file_id that
 * this bot knows. Addresses of the web are refused, as nothing outside the machine is asked for anything.
 */
export function takeFile(call: Call, kind: FileKind, value: string | undefined, ownPart?: string): StoredFile {
  const part = value?.startsWith('attach://') === true ? value.slice('attach://'.length) : undefined
  const upload = call.params.uploads.get(part ?? (value === undefined ? (ownPart ?? '') : ''))
  if (upload !== undefined) return addUpload(call, kind, upload)
  if (value === undefined || value === '') throw badRequest(`there is no ${kind.replace('_', ' ')} in the request`)
  if (part !== undefined) throw badRequest('wrong file identifier/HTTP URL specified')
  if (/^https?:\/\//i.test(value)) throw badRequest('failed to get HTTP URL content')
  const file = call.world.files.byId(value)
  if (file === undefined || !isKnownTo(call.world, call.bot, file)) {
    throw badRequest('wrong file identifier/HTTP URL specified')
  }
  const was = kindOf(file)
  const isPicture = (one: FileKind) => one === 'photo' || one === 'thumbnail'
  if (isPicture(was) !== isPicture(kind)) {
    throw badRequest(`can't use file of type ${FOLDERS[was][1]} as ${FOLDERS[kind][1]}`)
  }
  return file
}

function addUpload(call: Call, kind: FileKind, upload: Upload): StoredFile {
  const { bytes, name, mimeType } = upload
  if (bytes.length === 0) throw badRequest('file must be non-empty')
  if (bytes.length > MAX_UPLOAD_BYTES) throw new BotApiError(413, 'Request Entity Too Large')
  if (kind === 'photo' && bytes.length > MAX_PHOTO_BYTES) {
    throw badRequest(
      `file of size ${bytes.length} bytes is too big for a photo; the maximum size is ${MAX_PHOTO_BYTES} bytes`,
    )
  }
  return keepFile(call, kind, { bytes, name, mimeType })
}

/** Keeps bytes as a file that the calling bot may use again by its file_id. */
export function keepFile(call: Call, kind: FileKind, file: Upload): StoredFile {
  const stored = call.world.files.add({ ...file, folder: FOLDERS[kind][0] })
  uploaders.set(stored, new Set([call.bot.id]))
  return stored
}

function kindOf(file: StoredFile): FileKind {
  const folder = file.path.slice(0, file.path.indexOf('/'))
  const entries = Object.entries(FOLDERS) as [FileKind, readonly [string, string]][]
  return entries.find(([, [name]]) => name === folder)?.[0] ?? 'document'
}

export function fileIds(file: StoredFile): Pick<File, 'file_id' | 'file_unique_id'> {
  return { file_id: file.fileId, file_unique_id: file.fileUniqueId }
}

/** A file_id is for one bot: another bot's is refused, unless both see a message with it in a common chat. */
function isKnownTo(world: World, bot: BotAccount, file: StoredFile): boolean {
  const owners = uploaders.get(file)
  if (owners === undefined || owners.has(bot.id)) return true
  for (const chat of world.chats.values()) {
    if (!chat.bots.has(bot.id)) continue
    for (const { content } of chat.messages.values()) {
      if (!JSON.stringify(content).includes(file.fileId)) continue
      owners.add(bot.id)
      return true
    }
  }
  return false
}

/** One size of a photo or a thumbnail, scaled down to fit into a square. */
export function photoSize(
  file: StoredFile,
  dimensions: { readonly width: number; readonly height: number },
  longest: number,
): PhotoSize {
  const scale = Math.min(1, longest / Math.max(dimensions.width, dimensions.height))
  return {
    ...fileIds(file),
    width: Math.max(1, Math.round(dimensions.width * scale)),
    height: Math.max(1, Math.round(dimensions.height * scale)),
    file_size: file.bytes.length,
  }
}
