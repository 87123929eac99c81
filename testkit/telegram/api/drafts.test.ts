import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drafts } from './drafts.ts'
import { messages } from './messages.ts'
import { createScene } from './test-scene.ts'
import { topics } from './topics.ts'

const tables = { ...messages, ...drafts, ...topics }

function witness(scene: ReturnType<typeof createScene>): string[] {
  const seen: string[] = []
  scene.world.subscribe((event) => {
    if (event.type === 'draft') seen.push(`${event.draftId} ${event.why}`)
  })
  return seen
}

test('a draft is shown for thirty seconds since its last change', async () => {
  const scene = createScene(tables)
  const { call, clock, chat, user } = scene
  const seen = witness(scene)
  const draft = { chat_id: user.id, draft_id: 5 }
  assert.equal(await call('sendMessageDraft', { ...draft, text: '*a*', parse_mode: 'MarkdownV2' }), true)
  const [shown] = chat.drafts.values()
  assert.deepEqual(shown?.content, { text: 'a', entities: [{ type: 'bold', offset: 0, length: 1 }] })
  await clock.advance(29_999)
  await call('sendMessageDraft', { ...draft, text: 'ab', can_stop: true, keep_on_stop: true })
  await clock.advance(29_999)
  const [second] = chat.drafts.values()
  assert.deepEqual([second?.content.text, second?.canStop, second?.keepOnStop], ['ab', true, true])
  await clock.advance(1)
  assert.equal(chat.drafts.size, 0)
  assert.deepEqual(seen, ['5 shown', '5 shown', '5 expired'])
})

test('another draft, or a message, takes the place of a draft; in its own thread only', async () => {
  const scene = createScene(tables, { hasTopicsEnabled: true })
  const { call, chat, user } = scene
  const to = { chat_id: user.id }
  const topic = await call('createForumTopic', { ...to, name: 'T' })
  const inside = { ...to, message_thread_id: topic.message_thread_id }
  const seen = witness(scene)
  await call('sendMessageDraft', { ...to, draft_id: 1, text: 'a' })
  await call('sendMessageDraft', { ...inside, draft_id: 2, text: 'b' })
  await call('sendMessageDraft', { ...to, draft_id: 3 })
  assert.deepEqual(seen.splice(0), ['1 shown', '2 shown', '1 replaced', '3 shown'])
  await call('sendMessage', { ...to, text: 'done' })
  assert.deepEqual(seen.splice(0), ['3 replaced'])
  assert.equal(chat.drafts.size, 1)
  await call('sendMessage', { ...inside, text: 'done' })
  assert.deepEqual(seen, ['2 replaced'])
})

test('rich drafts may think, and upload nothing', async () => {
  const { call, refusal, chat, user } = createScene(tables)
  const draft = { chat_id: user.id, draft_id: 1 }
  await call('sendRichMessageDraft', { ...draft, rich_message: { html: '<tg-thinking>Hm</tg-thinking>' } })
  const [shown] = chat.drafts.values()
  assert.deepEqual(shown?.content.rich_message?.blocks, [{ type: 'thinking', text: 'Hm' }])
  assert.equal(
    await refusal('sendRichMessageDraft', { ...draft, rich_message: { markdown: '![](https://a.b/c.png)' } }),
    "Bad Request: drafts can't upload files",
  )
})

test('drafts are for private chats, have an id, a known thread and a limit', async () => {
  const { call, refusal, forum, user, bot, world } = createScene(tables)
  const draft = { chat_id: user.id, draft_id: 1, text: 'x' }
  assert.equal(
    await refusal('sendMessageDraft', { ...draft, chat_id: forum.id }),
    'Bad Request: TEXTDRAFT_PEER_INVALID',
  )
  assert.equal(await refusal('sendMessageDraft', { ...draft, draft_id: 0 }), 'Bad Request: RANDOM_ID_INVALID')
  assert.equal(
    await refusal('sendMessageDraft', { ...draft, message_thread_id: 9 }),
    'Bad Request: message thread not found',
  )
  assert.equal(
    await refusal('sendMessageDraft', { ...draft, text: 'x'.repeat(4097) }),
    'Bad Request: message is too long',
  )
  assert.equal(await call('sendMessageDraft', { ...draft, text: 'x'.repeat(4096) }), true)
  world.setBlocked(bot, user, true)
  assert.equal(await refusal('sendMessageDraft', draft), 'Forbidden: bot was blocked by the user')
})
