// What a person says: texts as an app sends them, media, albums, forwards.
import { randomInt } from 'node:crypto'
import type { MessageContent, SendOptions as StoreOptions } from '../world/model.ts'
import { contentText, titleOf } from './look.ts'
import type { At, SendOptions, UserFile } from './options.ts'
import type { Person } from './person.ts'
import type { SeenMessage } from './seen.ts'
import { captionContent, documentContent, photoContent, voiceContent } from './uploads.ts'
import { splitText, writtenText } from './written-text.ts'

export function createSending(person: Person) {
  const { world, account } = person

  function put(contents: readonly MessageContent[], options: SendOptions): readonly SeenMessage[] {
    const chat = person.act(options)
    if (chat.bot?.blockedBy.has(account.id) === true)
      throw new Error(`${account.user.first_name} has blocked ${titleOf(chat)}: an app offers no input field there`)
    const topic = options.topic === undefined ? undefined : chat.topics.get(options.topic)
    if (options.topic !== undefined && topic === undefined)
      throw new Error(`${titleOf(chat)} has no topic ${options.topic}`)
    if (topic?.closed === true) throw new Error(`the topic "${topic.name}" is closed`)
    const where: StoreOptions = {
      ...(options.topic !== undefined && { threadId: options.topic }),
      ...(options.replyTo !== undefined && { replyToId: options.replyTo.id }),
    }
    return contents.map((content) => person.seen(world.sendAsUser(account, chat, content, where)))
  }

  function one(content: MessageContent, options: SendOptions): SeenMessage {
    return last(put([content], options))
  }

  const sendAll = async (text: string, options: SendOptions = {}): Promise<readonly SeenMessage[]> => {
    const given = options.entities
    const parts = given === undefined ? splitText(text) : [text]
    if (parts.length === 0 || parts[0] === '') throw new Error('an app sends no empty message')
    if (given !== undefined && text.length > 4096) throw new Error('a text with given entities is not split: too long')
    return put(
      parts.map((part) => textContent(part, given)),
      options,
    )
  }

  return {
    sendAll,
    send: async (text: string, options: SendOptions = {}): Promise<SeenMessage> => last(await sendAll(text, options)),
    sendVoice: async (
      file: UserFile & { readonly seconds?: number },
      options: SendOptions = {},
    ): Promise<SeenMessage> => one(voiceContent(world, file), options),
    sendPhoto: async (
      file: UserFile & { readonly width?: number; readonly height?: number },
      options: SendOptions = {},
    ): Promise<SeenMessage> => one(photoContent(world, file), options),
    sendFile: async (file: UserFile, options: SendOptions = {}): Promise<SeenMessage> =>
      one(documentContent(world, file), options),
    sendAlbum: async (
      files: readonly (UserFile & { readonly type: 'photo' | 'document' })[],
      options: SendOptions = {},
    ): Promise<readonly SeenMessage[]> => {
      if (files.length < 2 || files.length > 10) throw new Error('an album has 2 to 10 files')
      const album = { media_group_id: `${randomInt(2 ** 40, 2 ** 47)}` }
      const contents = files.map((file) =>
        file.type === 'photo' ? photoContent(world, file) : documentContent(world, file),
      )
      return put(
        contents.map((content) => ({ ...content, ...album })),
        options,
      )
    },
    forward: async (message: SeenMessage, options: At = {}): Promise<SeenMessage> => {
      const stored = person.stored(message)
      const sender = (world.bots.get(stored.fromId) ?? world.users.get(stored.fromId))?.user
      const { media_group_id: _, ...content } = stored.content
      const date = stored.date
      const origin =
        sender === undefined
          ? ({ type: 'hidden_user', date, sender_user_name: message.from.name } as const)
          : ({ type: 'user', date, sender_user: sender } as const)
      return one({ ...content, forward_origin: stored.content.forward_origin ?? origin }, options)
    },
    edit: async (message: SeenMessage, text: string): Promise<SeenMessage> => {
      const stored = person.stored(message)
      if (stored.fromId !== account.id) throw new Error('people edit their own messages only')
      if (stored.deletedAt !== undefined) throw new Error(`#${stored.id} was deleted`)
      const written = text.trim()
      const hasCaption = stored.content.text === undefined
      if (written === '' && !hasCaption) throw new Error('an app does not edit a message to nothing')
      if (written.length > 4096) throw new Error('an app does not make a message longer than 4,096 units')
      if (written === contentText(stored.content)) return person.seen(stored)
      const { caption: _, caption_entities: __, text: ___, entities: ____, ...rest } = stored.content
      const content = hasCaption ? captionContent(written) : textContent(written, undefined)
      world.edit(stored, account.id, { content: { ...rest, ...content } })
      return person.seen(stored)
    },
  }
}

function textContent(written: string, given: SendOptions['entities']): MessageContent {
  const { text, entities } = writtenText(written, given)
  return { text, ...(entities.length > 0 && { entities }) }
}

function last(messages: readonly SeenMessage[]): SeenMessage {
  const message = messages.at(-1)
  if (message === undefined) throw new Error('nothing was sent')
  return message
}
