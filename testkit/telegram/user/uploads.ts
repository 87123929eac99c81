// Media that a person sends: bytes into the world's store, and the content of a message that speaks of them.
import type { MessageContent } from '../world/model.ts'
import type { World } from '../world/world.ts'
import type { UserFile } from './options.ts'
import { writtenText } from './written-text.ts'

export function photoContent(
  world: World,
  file: UserFile & { readonly width?: number; readonly height?: number },
): MessageContent {
  const size = imageSize(file.bytes)
  const width = file.width ?? size?.width ?? 1280
  const height = file.height ?? size?.height ?? 960
  const stored = world.files.add({ bytes: file.bytes, name: 'photo.jpg', mimeType: 'image/jpeg', folder: 'photos' })
  // Telegram keeps the small sizes too; here they are the same bytes under another id.
  const small = world.files.add({ bytes: file.bytes, name: 'photo.jpg', mimeType: 'image/jpeg', folder: 'thumbnails' })
  const scale = Math.min(1, 90 / Math.max(width, height))
  const sized = (entry: typeof stored, factor: number) => ({
    file_id: entry.fileId,
    file_unique_id: entry.fileUniqueId,
    width: Math.max(1, Math.round(width * factor)),
    height: Math.max(1, Math.round(height * factor)),
    file_size: file.bytes.length,
  })
  return { photo: [sized(small, scale), sized(stored, 1)], ...captionContent(file.caption) }
}

export function documentContent(world: World, file: UserFile): MessageContent {
  const name = file.name ?? 'file.bin'
  const mimeType = file.mimeType ?? 'application/octet-stream'
  return {
    document: { ...added(world, file, name, mimeType, 'documents'), file_name: name },
    ...captionContent(file.caption),
  }
}

export function voiceContent(world: World, file: UserFile & { readonly seconds?: number }): MessageContent {
  const mimeType = file.mimeType ?? 'audio/ogg'
  const voice = added(world, file, file.name ?? 'voice.oga', mimeType, 'voice')
  return { voice: { ...voice, duration: file.seconds ?? 3 }, ...captionContent(file.caption) }
}

function added(world: World, file: UserFile, name: string, mimeType: string, folder: string) {
  const stored = world.files.add({ bytes: file.bytes, name, mimeType, folder })
  return {
    file_id: stored.fileId,
    file_unique_id: stored.fileUniqueId,
    mime_type: mimeType,
    file_size: file.bytes.length,
  }
}

/** Nothing for an empty one. Throws when it is too long: an app does not let people write more. */
export function captionContent(written: string | undefined): MessageContent {
  const caption = written?.trim() ?? ''
  if (caption === '') return {}
  if (caption.length > 1024) throw new Error(`a caption has at most 1,024 units, this one ${caption.length}`)
  const { text, entities } = writtenText(caption)
  return { caption: text, ...(entities.length > 0 && { caption_entities: entities }) }
}

/** Of a PNG, which says it at once. Null for others. */
function imageSize(bytes: Uint8Array): { readonly width: number; readonly height: number } | null {
  const isPng = bytes.length > 24 && bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47
  if (!isPng) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { width: view.getUint32(16), height: view.getUint32(20) }
}
