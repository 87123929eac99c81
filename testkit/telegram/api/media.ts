// Sending media, alone or as an album, and putting other media into a message that was sent.
import type { Message } from '@grammyjs/types'
import { badRequest } from '../world/api-error.ts'
import type { MessageContent } from '../world/model.ts'
import { isJsonObject, jsonParam, textParam } from './call.ts'
import type { Call, Json, MethodTable, Params } from './call.ts'
import { captionedContent } from './media-content.ts'
import type { MediaKind } from './media-content.ts'
import { edited, messageToEdit } from './messages.ts'
import { readSendTarget } from './send-options.ts'

const MAX_ALBUM = 10
const INPUT_MEDIA: readonly MediaKind[] = ['photo', 'video', 'animation', 'audio', 'document']

export const media: MethodTable = {
  sendPhoto: (call) => withField(send(call, 'photo'), 'photo'),
  sendDocument: (call) => withField(send(call, 'document'), 'document'),
  sendVideo: (call) => withField(send(call, 'video'), 'video'),
  sendAudio: (call) => withField(send(call, 'audio'), 'audio'),
  sendVideoNote: (call) => withField(send(call, 'video_note'), 'video_note'),
  sendSticker: (call) => withField(send(call, 'sticker'), 'sticker'),
  sendAnimation: (call) => {
    const wire = withField(send(call, 'animation'), 'animation')
    return { ...withField(wire, 'document'), animation: wire.animation }
  },
  sendVoice: (call) => withField(send(call, 'voice'), 'voice'),
  sendMediaGroup: (call) => {
    const { bot, chat, options, extra } = readSendTarget(call)
    const { replyMarkup: _none, ...albumOptions } = options
    const contents = albumContents(call)
    // All or nothing: what is wrong with one item was found before the first is sent.
    const media_group_id = `${call.world.clock.now()}${bot.lastMessageId}${contents.length}`
    return contents.map((content) => {
      const stored = call.world.sendAsBot(bot, chat, { ...content, media_group_id, ...extra }, albumOptions)
      return call.world.toWire(stored) as Message.PhotoMessage
    })
  },
  editMessageMedia: (call) => {
    const message = messageToEdit(call)
    const given = jsonParam(call.params, 'media', 'InputMedia')
    const { content } = inputMedia(call, given, INPUT_MEDIA)
    const group = message.content.media_group_id
    const inAlbum = group === undefined ? {} : { media_group_id: group }
    return edited(call, message, { ...content, ...inAlbum }, (wire) => wire)
  },
}

function send(call: Call, kind: MediaKind): Message {
  const { bot, chat, options, extra } = readSendTarget(call)
  const content = captionedContent(call, kind, textParam(call.params, kind), call.params)
  return call.world.toWire(call.world.sendAsBot(bot, chat, { ...content, ...extra }, options))
}

function withField<K extends MediaKind>(wire: Message, field: K): Message & Record<K, NonNullable<Message[K]>> {
  const value = wire[field]
  if (value === undefined) throw new Error(`Message ${wire.message_id} has no ${field}.`)
  return { ...wire, [field]: value } as Message & Record<K, NonNullable<Message[K]>>
}

function albumContents(call: Call): MessageContent[] {
  const given = jsonParam(call.params, 'media', 'media')
  if (given !== undefined && !Array.isArray(given)) throw badRequest('media must be an Array')
  const items = (given ?? []) as readonly Json[]
  if (items.length === 0) throw badRequest('there are no messages to send')
  if (items.length > MAX_ALBUM) throw badRequest('too many messages to send as an album')
  if (items.length < 2) throw badRequest('too few messages to send as an album')
  const read = items.map((item) => inputMedia(call, item, ['photo', 'video', 'audio', 'document']))
  const kinds = new Set(read.map(({ kind }) => kind))
  for (const [kind, name] of [
    ['audio', 'Audio'],
    ['document', 'Document'],
  ] as const) {
    if (kinds.has(kind) && kinds.size > 1)
      throw badRequest(`${name.toLowerCase()} can't be mixed with other media types`)
  }
  return read.map(({ content }) => content)
}

function inputMedia(
  call: Call,
  given: Json | undefined,
  allowed: readonly MediaKind[],
): { readonly kind: MediaKind; readonly content: MessageContent } {
  if (!isJsonObject(given)) throw badRequest("can't parse InputMedia: media must be an Object")
  const info: Params = { values: given, uploads: call.params.uploads }
  const type = textParam(info, 'type')
  const kind = INPUT_MEDIA.find((one) => one === type)
  if (kind === undefined) throw badRequest("can't parse InputMedia: unsupported type of media specified")
  if (!allowed.includes(kind)) throw badRequest("can't use the media of the specified type in the album")
  const source = textParam(info, 'media')
  if (source === undefined || source === '') throw badRequest("can't parse InputMedia: media not found")
  return { kind, content: captionedContent(call, kind, source, info) }
}
