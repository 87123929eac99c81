import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message } from '@grammyjs/types'
import { messages } from './messages.ts'
import { rich } from './rich.ts'
import { createScene, png, upload } from './test-scene.ts'

/** Edits of messages, as opposed to those of inline messages, answer with the message. */
function message(answer: Message | true): Message {
  assert.ok(answer !== true)
  return answer
}

const tables = { ...messages, ...rich }

test('a rich message is sent, edited into another, into a text and back', async () => {
  const { call, refusal, user } = createScene(tables)
  const sent = await call('sendRichMessage', {
    chat_id: user.id,
    rich_message: { markdown: '# Title\n\ntext', is_rtl: true },
  })
  assert.deepEqual(sent.rich_message, {
    blocks: [
      { type: 'heading', text: 'Title', size: 1 },
      { type: 'paragraph', text: 'text' },
    ],
    is_rtl: true,
  })
  const target = { chat_id: user.id, message_id: sent.message_id }
  const html = { html: '<p>other</p>' }
  const changed = message(await call('editMessageText', { ...target, rich_message: html }))
  assert.deepEqual(changed.rich_message?.blocks, [{ type: 'paragraph', text: 'other' }])
  assert.match(await refusal('editMessageText', { ...target, rich_message: html }), /message is not modified/)
  const plain = message(await call('editMessageText', { ...target, text: 'plain' }))
  assert.deepEqual([plain.text, plain.rich_message], ['plain', undefined])
  const back = message(await call('editMessageText', { ...target, rich_message: JSON.stringify(html) }))
  assert.deepEqual([back.text, back.rich_message?.blocks.length], [undefined, 1])
})

test('media come along: bound to links in Markdown and HTML, and inside of blocks', async () => {
  const { call, user } = createScene(tables)
  const uploads = { pic: upload('p.png', png(30, 20)), log: upload('run.log', new Uint8Array([1])) }
  const media = [
    { id: 'one', media: { type: 'photo', media: 'attach://pic', has_spoiler: true } },
    { id: 'two', media: { type: 'document', media: 'attach://log' } },
  ]
  const markdown = '![](tg://photo?id=one "Caption")\n\n![](tg://document?id=two)'
  const sent = await call('sendRichMessage', { chat_id: user.id, rich_message: { markdown, media } }, uploads)
  const [photo, document] = sent.rich_message.blocks
  assert.ok(photo?.type === 'photo' && document?.type === 'document')
  assert.deepEqual([photo.photo.at(-1)?.width, photo.has_spoiler, photo.caption], [30, true, { text: 'Caption' }])
  assert.equal(document.document.file_name, 'run.log')
  const blocks = [{ type: 'document', document: { type: 'document', media: document.document.file_id } }]
  const again = await call('sendRichMessage', { chat_id: user.id, rich_message: { blocks } })
  assert.deepEqual(again.rich_message.blocks, [document])
})

test('refusals name what is wrong', async () => {
  const { refusal, user } = createScene(tables)
  const send = (rich_message: Parameters<typeof refusal>[1]) =>
    refusal('sendRichMessage', { chat_id: user.id, ...(rich_message === undefined ? {} : { rich_message }) })
  assert.equal(await send(undefined), 'Bad Request: object expected as rich message')
  assert.equal(await send({ markdown: '' }), 'Bad Request: rich message must be non-empty')
  assert.equal(
    await send({ html: '<p>' }),
    'Bad Request: can\'t parse rich message: Can\'t find end tag corresponding to start tag "p"',
  )
  assert.equal(await send({ blocks: 'x' }), 'Bad Request: field "blocks" must be of type Array')
  assert.equal(await send({ blocks: [{ type: 'list' }] }), 'Bad Request: can\'t find field "items"')
  assert.equal(await send({ markdown: '![](tg://photo?id=gone)' }), 'Bad Request: media "gone" not found')
  assert.equal(await send({ markdown: '![](https://a.b/c.png)' }), 'Bad Request: failed to get HTTP URL content')
  assert.equal(await send({ blocks: [{ type: 'photo', photo: 'x' }] }), 'Bad Request: can\'t find field "photo"')
})

test('whatever garbage stands in a block is refused, not a failure of the server', async () => {
  const { refusal, user } = createScene(tables)
  const types =
    'paragraph heading pre footer divider mathematical_expression anchor list blockquote expandable_blockquote pullquote ' +
    'collage slideshow table details map buttons photo video audio document animation voice_note thinking'
  for (const type of types.split(' ')) {
    for (const filling of [null, 1, 'x', [], [null], {}, [[null]]]) {
      const fields = [
        'text',
        'items',
        'blocks',
        'cells',
        'summary',
        'buttons',
        'location',
        'expression',
        'name',
        'caption',
        type,
      ]
      const block = { ...Object.fromEntries(fields.map((field) => [field, filling])), type }
      const answer = await refusal('sendRichMessage', {
        chat_id: user.id,
        rich_message: { blocks: [block, null, 'x'] },
      })
      assert.match(answer, /^Bad Request: /, JSON.stringify(block))
    }
  }
})

test('a button inside can be pressed', async () => {
  const { call, user, chat, world, updates } = createScene(tables)
  const html = '<p>Go? <tg-button type="callback_data" data="go">Go</tg-button></p>'
  const sent = await call('sendRichMessage', { chat_id: user.id, rich_message: { html } })
  const stored = world.message(chat, sent.message_id)
  assert.ok(stored !== undefined)
  world.pressButton(user, stored, 'go')
  assert.deepEqual(
    updates().map(({ callback_query }) => callback_query?.data),
    ['go'],
  )
})
