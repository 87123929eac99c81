import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message } from '@grammyjs/types'
import { BotApiError } from '../world/api-error.ts'
import { files } from './files.ts'
import { media } from './media.ts'
import { messages } from './messages.ts'
import { createScene, png, upload } from './test-scene.ts'

const tables = { ...files, ...messages, ...media }
const text = (content: string) => new TextEncoder().encode(content)

test('a photo has a small and a large size, a caption with entities, and can be downloaded', async () => {
  const { call, user, world } = createScene(tables)
  const photo = upload('cat.png', png(2560, 1280), 'image/png')
  const sent = await call(
    'sendPhoto',
    { chat_id: user.id, caption: '*cat*', parse_mode: 'MarkdownV2', has_spoiler: true },
    { photo },
  )
  assert.deepEqual([sent.caption, sent.caption_entities?.[0]?.type, sent.has_media_spoiler], ['cat', 'bold', true])
  assert.deepEqual(
    sent.photo.map(({ width, height }) => [width, height]),
    [
      [90, 45],
      [1280, 640],
    ],
  )
  const file = await call('getFile', { file_id: sent.photo[1]?.file_id ?? '' })
  assert.equal(file.file_size, 64)
  assert.deepEqual(world.files.byPath(file.file_path ?? '')?.bytes, photo.bytes)
})

test('a file is sent again by its file_id, with what was known about it', async () => {
  const { call, user } = createScene(tables)
  const audio = upload('song.mp3', text('la'))
  const first = await call('sendAudio', { chat_id: user.id, duration: 7, title: 'Song' }, { audio })
  const again = await call('sendAudio', { chat_id: user.id, audio: first.audio.file_id })
  assert.deepEqual(again.audio, first.audio)
  assert.deepEqual([again.audio.mime_type, again.audio.duration, again.audio.title], ['audio/mpeg', 7, 'Song'])
})

test("another bot's file_id is refused, unless both are in the group where it was sent", async () => {
  const { call, user, forum, world } = createScene(tables)
  const other = world.addBot({ username: 'other_bot' })
  world.privateChat(other, user)
  const sent = await call('sendDocument', { chat_id: user.id }, { document: upload('a.txt', text('a')) })
  const again = () => call('sendDocument', { chat_id: user.id, document: sent.document.file_id }, {}, other)
  await assert.rejects(again, new BotApiError(400, 'Bad Request: wrong file identifier/HTTP URL specified'))
  await assert.rejects(() => call('getFile', { file_id: sent.document.file_id }, {}, other), BotApiError)
  world.setMember(forum, { status: 'member', user: other.user }, user.id)
  await call('sendDocument', { chat_id: forum.id, document: sent.document.file_id })
  assert.equal((await again()).document.file_id, sent.document.file_id)
})

test('documents keep name and type, a thumbnail is attached, an animation says its size', async () => {
  const { call, user } = createScene(tables)
  const uploads = { document: upload('a.txt', text('a')), small: upload('t.png', png(640, 320), 'image/png') }
  const sent = await call('sendDocument', { chat_id: user.id, thumbnail: 'attach://small' }, uploads)
  assert.deepEqual(
    [sent.document.file_name, sent.document.mime_type, sent.document.file_size],
    ['a.txt', 'text/plain', 1],
  )
  assert.deepEqual([sent.document.thumbnail?.width, sent.document.thumbnail?.height], [320, 160])
  const gif = new Uint8Array([0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 10, 0, 20, 0])
  const moving = await call('sendAnimation', { chat_id: user.id }, { animation: upload('a.gif', gif, 'image/gif') })
  assert.deepEqual([moving.animation.width, moving.animation.height], [10, 20])
})

test('voice, video, animation, video note and sticker', async () => {
  const { call, user } = createScene(tables)
  const to = { chat_id: user.id }
  const voice = await call('sendVoice', { ...to, duration: 4 }, { voice: upload('v.ogg', text('v')) })
  assert.deepEqual([voice.voice.duration, voice.voice.mime_type], [4, 'audio/ogg'])
  const video = await call('sendVideo', { ...to, width: 64, height: 32 }, { video: upload('v.mp4', text('v')) })
  assert.deepEqual([video.video.width, video.video.height, video.video.mime_type], [64, 32, 'video/mp4'])
  const animation = await call('sendAnimation', to, { animation: upload('a.mp4', text('v')) })
  assert.equal(animation.document.file_id, animation.animation.file_id)
  const note = await call('sendVideoNote', { ...to, length: 99 }, { video_note: upload('n.mp4', text('v')) })
  assert.equal(note.video_note.length, 99)
  const sticker = await call('sendSticker', { ...to, emoji: '👍' }, { sticker: upload('s.webp', text('s')) })
  assert.deepEqual([sticker.sticker.emoji, sticker.sticker.is_animated], ['👍', false])
})

test('refusals of files: nothing, empty, too large, no picture, odd shape, wrong kind, unknown, of the web', async () => {
  const { call, refusal, user } = createScene(tables)
  const to = { chat_id: user.id }
  const photo = (bytes: Uint8Array) => refusal('sendPhoto', to, { photo: upload('p.png', bytes) })
  assert.equal(await refusal('sendPhoto', to), 'Bad Request: there is no photo in the request')
  assert.equal(await photo(new Uint8Array()), 'Bad Request: file must be non-empty')
  assert.equal(await photo(text('no picture')), 'Bad Request: IMAGE_PROCESS_FAILED')
  assert.equal(await photo(png(2100, 100)), 'Bad Request: PHOTO_INVALID_DIMENSIONS')
  assert.equal(
    await photo(png(100, 100, 10_485_761)),
    'Bad Request: file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes',
  )
  const huge = { document: upload('d', new Uint8Array(50 * 1024 * 1024 + 1)) }
  await assert.rejects(() => call('sendDocument', to, huge), new BotApiError(413, 'Request Entity Too Large'))
  const sent = await call('sendPhoto', to, { photo: upload('p.png', png(10, 10)) })
  const photoId = sent.photo[1]?.file_id ?? ''
  assert.equal(
    await refusal('sendDocument', { ...to, document: photoId }),
    "Bad Request: can't use file of type Photo as Document",
  )
  const wrong = 'Bad Request: wrong file identifier/HTTP URL specified'
  assert.equal(await refusal('sendDocument', { ...to, document: 'nonsense' }), wrong)
  assert.equal(await refusal('sendDocument', { ...to, document: 'attach://missing' }), wrong)
  assert.equal(
    await refusal('sendDocument', { ...to, document: 'https://example.com/a' }),
    'Bad Request: failed to get HTTP URL content',
  )
  assert.equal(
    await refusal('sendPhoto', { ...to, photo: photoId, caption: 'x'.repeat(1025) }),
    'Bad Request: message caption is too long',
  )
})

test('getFile goes to 20 MB, and knows no other file', async () => {
  const { call, refusal, user } = createScene(tables)
  const send = async (size: number) => {
    const sent = await call('sendDocument', { chat_id: user.id }, { document: upload('d', new Uint8Array(size)) })
    return sent.document.file_id
  }
  assert.equal((await call('getFile', { file_id: await send(20_971_520) })).file_size, 20_971_520)
  assert.equal(await refusal('getFile', { file_id: await send(20_971_521) }), 'Bad Request: file is too big')
  const unknown = 'Bad Request: wrong file_id or the file is temporarily unavailable'
  assert.equal(await refusal('getFile', { file_id: 'x' }), unknown)
})

test('an album: one group, each with its caption, replies and topics for all', async () => {
  const { call, user, chat } = createScene(tables)
  const item = (part: string, caption?: string) => ({
    type: 'photo',
    media: `attach://${part}`,
    ...(caption === undefined ? {} : { caption }),
  })
  const uploads = { a: upload('a.png', png(1, 1)), b: upload('b.png', png(2, 2)) }
  const first = await call('sendMessage', { chat_id: user.id, text: 'look' })
  const sent = await call(
    'sendMediaGroup',
    { chat_id: user.id, media: [item('a', 'one'), item('b')], reply_parameters: { message_id: first.message_id } },
    uploads,
  )
  const [one, two] = sent.map((message): Message => message)
  assert.deepEqual([one?.caption, two?.caption], ['one', undefined])
  assert.ok(one?.media_group_id !== undefined && one.media_group_id === two?.media_group_id)
  assert.deepEqual(
    sent.map((message) => message.reply_to_message?.message_id),
    [first.message_id, first.message_id],
  )
  assert.equal(chat.messages.size, 3)
})

test('an album is refused as a whole', async () => {
  const { refusal, user, chat } = createScene(tables)
  const uploads = { a: upload('a.png', png(1, 1)), d: upload('d.txt', text('d')) }
  const photo = { type: 'photo', media: 'attach://a' }
  const group = (...items: { readonly type: string; readonly media: string }[]) =>
    refusal('sendMediaGroup', { chat_id: user.id, media: items }, uploads)
  assert.equal(await group(), 'Bad Request: there are no messages to send')
  assert.equal(await group(photo), 'Bad Request: too few messages to send as an album')
  const eleven = Array.from({ length: 11 }, () => photo)
  assert.equal(await group(...eleven), 'Bad Request: too many messages to send as an album')
  const document = { type: 'document', media: 'attach://d' }
  assert.equal(await group(photo, document), "Bad Request: document can't be mixed with other media types")
  const animation = { type: 'animation', media: 'attach://d' }
  assert.equal(await group(photo, animation), "Bad Request: can't use the media of the specified type in the album")
  assert.equal(
    await group(photo, { type: 'photo', media: 'attach://gone' }),
    'Bad Request: wrong file identifier/HTTP URL specified',
  )
  assert.equal(chat.messages.size, 0)
})

test('editMessageMedia replaces media and caption; the same again changes nothing and is refused', async () => {
  const { call, refusal, user } = createScene(tables)
  const sent = await call('sendPhoto', { chat_id: user.id, caption: 'old' }, { photo: upload('a.png', png(1, 1)) })
  const target = { chat_id: user.id, message_id: sent.message_id }
  const media = { type: 'document', media: 'attach://log', caption: 'new' }
  const changed = await call('editMessageMedia', { ...target, media }, { log: upload('run.log', text('log')) })
  assert.ok(changed !== true)
  assert.deepEqual([changed.photo, changed.document?.file_name, changed.caption], [undefined, 'run.log', 'new'])
  const same = { ...media, media: changed.document?.file_id ?? '' }
  assert.match(await refusal('editMessageMedia', { ...target, media: same }), /^Bad Request: message is not modified/)
  assert.equal(
    await refusal('editMessageMedia', { ...target, media: { type: 'poem', media: 'x' } }),
    "Bad Request: can't parse InputMedia: unsupported type of media specified",
  )
})
