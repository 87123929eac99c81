// Rich messages: sent, and put in the place of a text or of another rich message.
import type { InputRichMessageMedia, Message } from '@grammyjs/types'
import { parseRich } from '../text/rich.ts'
import type { InputMediaBlock, MediaBlock } from '../text/rich-check.ts'
import type { RichInput } from '../text/rich.ts'
import { badRequest, BotApiError } from '../world/api-error.ts'
import type { MessageContent } from '../world/model.ts'
import { flagParam, isJsonObject, jsonParam, textParam } from './call.ts'
import type { Call, Json, JsonObject, MethodTable, Params } from './call.ts'
import { mediaContent } from './media-content.ts'
import { edited, messages, messageToEdit } from './messages.ts'
import { readSendTarget } from './send-options.ts'

const MEDIA_ID = /^[A-Za-z0-9_-]{1,64}$/

/** `editMessageText` is here once more: with `rich_message` it is this one's, otherwise that of `messages`. */
export const rich: MethodTable = {
  sendRichMessage: (call) => {
    const { bot, chat, options, extra } = readSendTarget(call)
    const content = richContent(call, { isDraft: false })
    return richMessage(call.world.toWire(call.world.sendAsBot(bot, chat, { ...content, ...extra }, options)))
  },
  editMessageText: (call) => {
    if (jsonParam(call.params, 'rich_message', 'rich message') === undefined) {
      if (messages.editMessageText === undefined) throw new Error('There is no editMessageText for texts.')
      return messages.editMessageText(call)
    }
    const message = messageToEdit(call)
    if (message.content.text === undefined && message.content.rich_message === undefined) {
      throw badRequest('there is no text in the message to edit')
    }
    return edited(call, message, richContent(call, { isDraft: false }), richMessage)
  },
}

/** The parameter `rich_message` as content. Throws the Bot API's refusals. Drafts upload nothing. */
export function richContent(call: Call, { isDraft }: { readonly isDraft: boolean }): MessageContent {
  const given = jsonParam(call.params, 'rich_message', 'rich message')
  if (!isJsonObject(given)) throw badRequest('object expected as rich message')
  const bound = boundMedia(given)
  const { world } = call
  const parsed = parseRich(readInput(given), {
    isDraft,
    userById: (id) => (world.users.get(id) ?? world.bots.get(id))?.user,
    resolveMedia: (block) => resolveMedia(call, block, bound, isDraft),
  })
  if ('error' in parsed) throw new BotApiError(400, parsed.error)
  return { rich_message: parsed.rich }
}

function readInput(given: JsonObject): RichInput {
  const params: Params = { values: given, uploads: new Map() }
  const blocks = given['blocks']
  if (blocks !== undefined && !isBlockList(blocks)) throw badRequest('field "blocks" must be of type Array')
  return {
    markdown: textParam(params, 'markdown'),
    html: textParam(params, 'html'),
    blocks,
    is_rtl: flagParam(params, 'is_rtl'),
    skip_entity_detection: flagParam(params, 'skip_entity_detection'),
  }
}

/** What the blocks hold is checked one by one when they are used. */
function isBlockList(value: unknown): value is NonNullable<RichInput['blocks']> {
  return Array.isArray(value)
}

/** The media that Markdown and HTML speak of as `tg://photo?id=…`, by id. */
function boundMedia(given: JsonObject): ReadonlyMap<string, JsonObject> {
  const list = given['media']
  if (list === undefined) return new Map()
  if (!Array.isArray(list)) throw badRequest('field "media" must be of type Array')
  return new Map(
    (list as readonly Json[]).map((item) => {
      if (!isJsonObject(item) || !isJsonObject(item['media'])) throw badRequest('can\'t find field "media"')
      const id: InputRichMessageMedia<never>['id'] = String(item['id'])
      if (!MEDIA_ID.test(id)) throw badRequest('invalid media identifier specified')
      return [id, item['media']]
    }),
  )
}

function resolveMedia(
  call: Call,
  block: InputMediaBlock,
  bound: ReadonlyMap<string, JsonObject>,
  isDraft: boolean,
): MediaBlock {
  const own = mediaOf(block)
  const id = /^tg:(?:\/\/)?(?:photo|video|document|audio)\?id=(.*)$/i.exec(textParam(own, 'media') ?? '')?.[1]
  const found = id === undefined ? undefined : bound.get(id)
  if (id !== undefined && found === undefined) throw badRequest(`media "${id}" not found`)
  const info: Params = found === undefined ? own : { values: found, uploads: call.params.uploads }
  const source = textParam(info, 'media')
  if (source === undefined) throw badRequest('can\'t find field "media"')
  if (isDraft && /^(?:attach|https?):\/\//i.test(source)) throw badRequest("drafts can't upload files")
  const params: Params = { values: info.values, uploads: call.params.uploads }
  const spoiler = flagParam(info, 'has_spoiler') ? ({ has_spoiler: true } as const) : {}
  const type = textParam(info, 'type') ?? block.type
  return mediaBlock(call, type, source, params, spoiler)
}

function mediaOf(block: InputMediaBlock): Params {
  const { type } = block
  const media: unknown = type in block ? block[type as keyof InputMediaBlock] : undefined
  if (!isRecord(media)) throw badRequest(`can't find field "${type}"`)
  if (media['type'] === undefined) throw badRequest('can\'t find field "type"')
  return { values: media, uploads: new Map() }
}

function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function mediaBlock(
  call: Call,
  type: string,
  source: string,
  params: Params,
  spoiler: { readonly has_spoiler?: true },
): MediaBlock {
  const content = (kind: Parameters<typeof mediaContent>[1]) => mediaContent(call, kind, source, params)
  switch (type) {
    case 'photo':
      return { type, photo: content('photo').photo ?? [], ...spoiler }
    case 'video':
      return { type, video: present(content('video').video), ...spoiler }
    case 'animation':
      return { type, animation: present(content('animation').animation), ...spoiler }
    case 'audio':
      return { type, audio: present(content('audio').audio) }
    case 'document':
      return { type, document: present(content('document').document) }
    case 'voice_note':
      return { type, voice_note: present(content('voice').voice) }
    default:
      throw badRequest(`type "${type}" is unsupported`)
  }
}

/** A file_id may be of a kind that the block cannot show. */
function present<T>(media: T | undefined): T {
  if (media === undefined) throw badRequest("can't use the media of the specified type in the block")
  return media
}

function richMessage(wire: Message): Message.RichMessageMessage {
  if (wire.rich_message === undefined) throw new Error(`Message ${wire.message_id} is not rich.`)
  return { ...wire, rich_message: wire.rich_message }
}
