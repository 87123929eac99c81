// What every ConversationStore promises.
import assert from 'node:assert/strict'
import type { ArtifactStore } from '../../src/core/ports/artifact-store.ts'
import type { ConversationStore } from '../../src/core/ports/conversation-store.ts'
import type { TaskStore } from '../../src/core/ports/task-store.ts'
import type { MessageId, TaskId, ThreadId, UserId } from '../../src/core/vocabulary/ids.ts'
import type { IncomingMessage, OutgoingMessage } from '../../src/core/vocabulary/message.ts'
import { artifact } from './artifact-store.ts'
import { acceptSample, ADA, everything, newId, sample } from './sample-task.ts'
import { withParts } from './with-parts.ts'

export type ConversationsUnderTest = {
  readonly store: TaskStore
  readonly conversations: ConversationStore
  readonly artifacts: ArtifactStore
  readonly close: () => Promise<void>
}

const BOB = 'bob' as UserId

export function conversationStoreContract(name: string, open: () => Promise<ConversationsUnderTest>): void {
  const withStore = withParts(name, open)

  withStore('a chat nobody wrote in has no thread, a thread nobody knows no messages', async ({ conversations }) => {
    assert.equal(await conversations.findThread('http', 'nowhere\0'), null)
    assert.equal(await conversations.findMessage('http', 'nowhere', '\0'), null)
    for (const id of ['x', '\0', newId()]) {
      assert.equal(await conversations.thread(id as ThreadId), null)
      assert.equal(await conversations.message(id as MessageId), null)
      assert.equal(await conversations.ofTask(id as TaskId), null)
      assert.deepEqual(await conversations.messages(id as ThreadId, everything(10)), [])
      await conversations.say(id as ThreadId, reply('said to nobody'))
    }
    assert.deepEqual(await conversations.threads({ startedBy: null, limit: 5, cursor: null }), {
      items: [],
      nextCursor: null,
    })
  })

  withStore('what is heard is there whole, in a thread that knows who began it', async ({ conversations }) => {
    const said = word('Ünïcode 🧑🏽‍🚀', { chat: 'c', authorName: 'Ada', direct: false, inContext: false })
    const message = await conversations.hear(said, minute(1))
    const { id, threadId, ...rest } = message
    assert.deepEqual(rest, {
      role: 'user',
      author: ADA,
      authorName: 'Ada',
      text: said.text,
      taskId: null,
      inContext: false,
      createdAt: minute(1),
    })
    const thread = { id: threadId, interface: 'http', chat: 'c', startedBy: ADA, direct: false, createdAt: minute(1) }
    await conversations.hear(word('and I', { chat: 'c', author: BOB }), minute(2))
    assert.deepEqual(await conversations.thread(threadId), thread)
    assert.deepEqual(await conversations.findThread('http', 'c'), thread)
    assert.equal(await conversations.findThread('telegram', 'c'), null)
    assert.deepEqual(await conversations.message(id), message)
    assert.deepEqual(await conversations.findMessage('http', 'c', said.externalId), message)
    assert.equal(await conversations.findMessage('telegram', 'c', said.externalId), null)
  })

  withStore('of twenty who bring one message at once, all are told of the same', async ({ conversations }) => {
    const said = word('once', { chat: 'c' })
    const heard = await Promise.all(
      Array.from({ length: 20 }, (_, index) => conversations.hear({ ...said, text: `${index}` }, minute(index))),
    )
    const [first] = heard
    assert.ok(first)
    for (const message of heard) assert.deepEqual(message, first)
    assert.deepEqual(await conversations.messages(first.threadId, everything(50)), [{ ...first, artifacts: [] }])
  })

  withStore('twenty first words of a chat make one thread, and each is kept', async ({ conversations }) => {
    const heard = await Promise.all(
      Array.from({ length: 20 }, (_, index) => conversations.hear(word(`${index}`, { chat: 'busy' }), minute(index))),
    )
    const [first] = heard
    assert.ok(first)
    assert.equal(new Set(heard.map(({ threadId }) => threadId)).size, 1)
    const texts = (await conversations.messages(first.threadId, everything(50))).map(({ text }) => text)
    assert.deepEqual(
      texts,
      heard.map((_, index) => `${index}`),
    )
  })

  withStore('what was heard and is accepted then is one message, with its task', async ({ conversations, store }) => {
    const { message, task, events } = sample({ text: 'Make a page.' })
    const heard = await conversations.hear({ ...message, text: 'please: Make a page.' }, minute(1))
    const answers = await Promise.all(
      [true, undefined, true].map((hint) => {
        const again = sample({ chat: message.chat, externalId: message.externalId })
        return store.accept(hint === true ? { ...message, heard: hint } : message, again.task, again.events)
      }),
    )
    const made = answers.filter(({ created }) => created)
    const first = made[0]?.task
    assert.ok(first !== undefined && made.length === 1)
    for (const answer of answers) assert.equal(answer.task.id, first.id)
    assert.deepEqual((await store.accept(message, task, events)).task, first)
    assert.deepEqual(await store.get(first.id), first)
    assert.equal(first.threadId, heard.threadId)
    const [created] = await store.events(first.id, 0, 1)
    assert.ok(created?.type === 'task.created' && created.data.thread_id === heard.threadId)
    const now = { ...heard, taskId: first.id }
    assert.deepEqual(await conversations.messages(heard.threadId, everything(9)), [{ ...now, artifacts: [] }])
    assert.deepEqual(await conversations.ofTask(first.id), now)
    assert.deepEqual(await conversations.hear(message, minute(9)), now)
  })

  withStore('a hint that a message was heard is not believed', async ({ conversations, store }) => {
    const { message, task, events } = sample()
    const hinted = { ...message, heard: true } as const
    assert.deepEqual(await store.accept(hinted, task, events), { task, created: true })
    assert.equal((await store.accept(hinted, task, events)).created, false)
    assert.equal((await conversations.ofTask(task.id))?.text, message.text)
  })

  withStore('many heard messages become many tasks at once', async ({ conversations, store }) => {
    const samples = Array.from({ length: 40 }, (_, index) => sample({ chat: `${index % 3}`, text: `${index}` }))
    const heard = await Promise.all(samples.map(({ message }, index) => conversations.hear(message, minute(index))))
    const accepted = await Promise.all(
      samples.map(({ message, task, events }) => store.accept({ ...message, heard: true }, task, events)),
    )
    for (const [index, { task, created }] of accepted.entries()) {
      assert.equal(created, true)
      assert.equal(task.threadId, heard[index]?.threadId)
      assert.deepEqual(await store.get(task.id), task)
      assert.equal((await conversations.ofTask(task.id))?.id, heard[index]?.id)
    }
  })

  withStore('what we say stands once, as it was said last', async ({ conversations }) => {
    const { threadId } = await conversations.hear(word('one?', { chat: 'c' }), minute(1))
    const said = reply('working on it', { externalId: '7', at: minute(2) })
    await Promise.all([conversations.say(threadId, said), conversations.say(threadId, said)])
    await conversations.say(threadId, { ...said, text: 'done', at: minute(5) })
    const [, answer] = await conversations.messages(threadId, everything(10))
    assert.deepEqual(
      { ...answer, id: 0, artifacts: 0 },
      {
        id: 0,
        threadId,
        role: 'assistant',
        author: null,
        authorName: null,
        text: 'done',
        taskId: null,
        inContext: true,
        createdAt: minute(2),
        artifacts: 0,
      },
    )
    assert.equal((await conversations.findMessage('http', 'c', '7'))?.id, answer?.id)
    assert.equal((await conversations.messages(threadId, everything(10))).length, 2)
  })

  withStore('what a person said is not replaced by what we say under its name', async ({ conversations }) => {
    const heard = await conversations.hear(word('mine', { chat: 'c', externalId: '7' }), minute(1))
    await conversations.say(heard.threadId, reply('ours', { externalId: '7' }))
    assert.deepEqual(await conversations.findMessage('http', 'c', '7'), heard)
  })

  withStore('the newest are given, oldest of them first, and before a message only older ones', async (parts) => {
    const { conversations } = parts
    const heard = []
    for (const at of [3, 1, 5, 2, 4]) heard.push(await conversations.hear(word(`${at}`, { chat: 'c' }), minute(at)))
    const [third] = heard
    assert.ok(third)
    const texts = async (limit: number, before: MessageId | null = null) =>
      (await conversations.messages(third.threadId, { limit, inContext: false, before })).map(({ text }) => text)
    assert.deepEqual(await texts(2), ['4', '5'])
    assert.deepEqual(await texts(99), ['1', '2', '3', '4', '5'])
    assert.deepEqual(await texts(0), [])
    assert.deepEqual(await texts(99, third.id), ['1', '2'])
    assert.deepEqual(await texts(1, third.id), ['2'])
    for (const id of ['x', newId()]) assert.deepEqual(await texts(9, id as MessageId), [])
  })

  withStore('pages before each other hold every message once, whatever was said at one time', async (parts) => {
    const { conversations } = parts
    const heard = []
    for (let index = 0; index < 11; index += 1)
      heard.push(await conversations.hear(word(`${index}`, { chat: 'c' }), minute(index >> 2)))
    const seen: MessageId[] = []
    let before: MessageId | null = null
    for (;;) {
      const page = await conversations.messages(heard[0]?.threadId ?? newId(), { limit: 3, inContext: false, before })
      if (page.length === 0) break
      seen.unshift(...page.map(({ id }) => id))
      before = page[0]?.id ?? null
    }
    assert.deepEqual(
      seen,
      heard.map(({ id }) => id),
    )
  })

  withStore('what is kept as a record alone is told to nobody', async ({ conversations }) => {
    const told = await conversations.hear(word('told', { chat: 'c' }), minute(1))
    await conversations.hear(word('kept', { chat: 'c', inContext: false }), minute(2))
    await conversations.say(told.threadId, reply('a card', { inContext: false, at: minute(3) }))
    const last = await conversations.hear(word('told too', { chat: 'c' }), minute(4))
    const texts = async (inContext: boolean, before: MessageId | null) =>
      (await conversations.messages(told.threadId, { limit: 2, inContext, before })).map(({ text }) => text)
    assert.deepEqual(await texts(true, null), ['told', 'told too'])
    assert.deepEqual(await texts(true, last.id), ['told'])
    assert.deepEqual(await texts(false, last.id), ['kept', 'a card'])
  })

  withStore('messages come with what they brought and what was read from that, oldest first', async (parts) => {
    const { conversations, artifacts } = parts
    const bare = await conversations.hear(word('look', { chat: 'c' }), minute(1))
    const heard = await conversations.hear(word('this', { chat: 'c' }), minute(2))
    const content = { text: 'Ünïcode "x"', by: 'a/reader', lines: 2 }
    const derived = artifact({ messageId: heard.id, kind: 'ocr_text', createdAt: minute(4), content })
    const file = artifact({ messageId: heard.id, taskId: null, bytes: 5_000_000_000, createdAt: minute(3) })
    for (const one of [derived, file, artifact({})]) await artifacts.add(one)
    assert.deepEqual(await conversations.messages(bare.threadId, everything(9)), [
      { ...bare, artifacts: [] },
      { ...heard, artifacts: [file, derived] },
    ])
  })

  withStore('what a task was made of is what a person said', async ({ conversations, store }) => {
    const task = await acceptSample(store, { text: 'Make a page.' })
    await conversations.say(task.threadId, reply('ours', { taskId: task.id, at: minute(0) }))
    const message = await conversations.ofTask(task.id)
    assert.deepEqual([message?.text, message?.role, message?.inContext], ['Make a page.', 'user', true])
  })

  withStore('threads are listed with their last word, the newest first', async ({ conversations, store }) => {
    const a = await conversations.hear(word('a', { chat: 'a' }), minute(1))
    const b = await conversations.hear(word('b', { chat: 'b', author: BOB }), minute(2))
    const c = await acceptSample(store, { chat: 'c', text: 'c' })
    const list = async (startedBy: UserId | null) =>
      (await conversations.threads({ startedBy, limit: 9, cursor: null })).items.map(
        ({ chat, lastMessage }) => `${chat}: ${lastMessage?.text}`,
      )
    assert.deepEqual(await list(null), ['c: c', 'b: b', 'a: a'])
    await conversations.say(a.threadId, reply('later', { at: new Date(Date.now() + 60_000) }))
    assert.deepEqual(await list(null), ['a: later', 'c: c', 'b: b'])
    await acceptSample(store, { chat: 'c', text: 'again' })
    assert.deepEqual(await list(ADA), ['a: later', 'c: again'])
    assert.deepEqual(await list(BOB), ['b: b'])
    assert.deepEqual(await list('nobody\0' as UserId), [])
    const [first] = (await conversations.threads({ startedBy: BOB, limit: 1, cursor: null })).items
    assert.deepEqual(first, { ...(await conversations.thread(b.threadId)), lastMessage: b })
    assert.equal((await conversations.thread(c.threadId))?.startedBy, ADA)
  })

  withStore('pages hold every thread once, and an unknown cursor is the first', async ({ conversations }) => {
    const chats = Array.from({ length: 11 }, (_, index) => `chat ${index}`)
    for (const [index, chat] of chats.entries()) await conversations.hear(word('x', { chat }), minute(index >> 2))
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page = await conversations.threads({ startedBy: null, limit: 3, cursor })
      assert.ok(page.items.length <= 3)
      seen.push(...page.items.map(({ chat }) => chat))
      cursor = page.nextCursor
    } while (cursor !== null)
    assert.deepEqual(seen.toSorted(), chats.toSorted())
    for (const odd of ['', 'x', '\0', '1_x', `1_${newId()}`, '9'.repeat(400)]) {
      const page = await conversations.threads({ startedBy: null, limit: 20, cursor: odd })
      assert.equal(page.items.length, 11, odd)
    }
  })
}

function minute(number: number): Date {
  return new Date(Date.UTC(2026, 1, 1, 0, number))
}

function word(text: string, wishes: Partial<IncomingMessage> = {}): IncomingMessage {
  return { ...sample({ text }).message, ...wishes }
}

function reply(text: string, wishes: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return { externalId: newId(), text, raw: {}, taskId: null, inContext: true, at: minute(30), ...wishes }
}
