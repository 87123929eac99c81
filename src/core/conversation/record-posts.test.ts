// What is said in chats is kept in its conversation, also what a process put that died before it kept it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADA, BOT, chatOf, createChatStage } from '../../../test/simulation/chat-stage.ts'
import { createMemoryOutbox } from '../../adapters/memory/outbox.ts'
import { answer } from './notes.ts'
import { recordPosts } from './record-posts.ts'

async function died() {
  const stage = createChatStage()
  const asked = await stage.say(ADA, 'hello')
  const outbox = createMemoryOutbox(stage.base.clock)
  await answer({ outbox }, asked, 'An answer that nobody kept.')
  const record = recordPosts(stage.base, outbox)
  const task = await stage.newest()
  const kept = async () => {
    const messages = await stage.base.conversations.messages(task.threadId, {
      limit: 50,
      inContext: false,
      before: null,
    })
    return messages.map(({ text }) => text).filter((text) => text.includes('answer that'))
  }
  return { stage, asked, outbox, record, kept }
}

test('what was put and not kept is kept by whoever has the bot next, once', async () => {
  const { record, kept, stage } = await died()
  assert.deepEqual(await kept(), [])
  await record.catchUp(BOT)
  await record.catchUp(BOT)
  assert.deepEqual(await kept(), ['An answer that nobody kept.'])
  assert.equal((await stage.base.conversations.findThread('telegram', `${BOT}/${ADA.id}/#1`)) ?? null, null)
})

test('what was kept is left alone, and what is put meanwhile is what stays', async () => {
  const { record, kept, outbox, asked } = await died()
  const catching = record.catchUp(BOT)
  await answer({ outbox: record.outbox }, asked, 'Another answer that is newer.')
  await catching
  await record.settle()
  assert.deepEqual(await kept(), ['Another answer that is newer.'])
  await answer({ outbox }, asked, 'Another answer that is newer.')
  await record.catchUp(BOT)
  assert.deepEqual(await kept(), ['Another answer that is newer.'])
})

test('where nobody ever said anything nothing is kept, and a store that is broken breaks nothing', async () => {
  const { stage, outbox } = await died()
  const nobody = { ...chatOf(ADA), chat: '99' }
  await answer({ outbox }, { place: nobody, ref: '1' as never }, 'May they come in?')
  const broken = { ...outbox, list: () => Promise.reject(new Error('out of reach')) }
  await recordPosts(stage.base, broken).catchUp(BOT)
  const record = recordPosts(stage.base, outbox)
  await record.catchUp(BOT)
  assert.equal(await stage.base.conversations.findThread('telegram', `${BOT}/99/#0`), null)
})
