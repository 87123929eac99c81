// What every ChatStore promises when a chat gets another id.
import assert from 'node:assert/strict'
import type { TaskStore } from '../../src/core/ports/task-store.ts'
import type { InterfaceName } from '../../src/core/vocabulary/message.ts'
import { placeKey } from '../../src/core/vocabulary/place.ts'
import type { Place } from '../../src/core/vocabulary/place.ts'
import type { Task } from '../../src/core/vocabulary/task.ts'
import { held } from './chat-store.ts'
import type { ChatsUnderTest } from './chat-store.ts'
import { BOT, CHAT, OTHER_BOT, soon, times, TOPIC } from './sample-chat.ts'
import { everything, sample } from './sample-task.ts'
import { withParts } from './with-parts.ts'

const NEW = '-100999'
const at = (place: Place): Place => ({ ...place, chat: NEW })
const threadOf = (place: Place, context = 0) => `${placeKey(place)}#${context}`

export function chatMovesContract(name: string, open: () => Promise<ChatsUnderTest>): void {
  const withChats = withParts(name, open)

  withChats('what was set of a chat and its topics holds at its new id', async ({ chats }) => {
    await chats.set(CHAT, { verbosity: 2, open: true })
    await chats.set(TOPIC, { title: 'Shop' })
    await chats.freshContext(CHAT, 'a')
    for (const _ of [1, 2]) await chats.moveChat(BOT, CHAT.chat, NEW)
    const { verbosity, open: isOpen, context, place } = await chats.get(at(CHAT))
    assert.deepEqual([verbosity, isOpen, context, place], [2, true, 1, at(CHAT)])
    assert.equal((await chats.get(at(TOPIC))).title, 'Shop')
    assert.equal(await chats.freshContext(at(CHAT), 'a'), 1)
    assert.equal(await chats.freshContext(at(CHAT), 'b'), 2)
  })

  withChats('moving again undoes nothing of what was set since', async ({ chats }) => {
    await chats.set(CHAT, { verbosity: 2 })
    await chats.moveChat(BOT, CHAT.chat, NEW)
    await chats.set(at(CHAT), { verbosity: 0 })
    await chats.freshContext(at(CHAT), 'a')
    await chats.moveChat(BOT, CHAT.chat, NEW)
    const { verbosity, context } = await chats.get(at(CHAT))
    assert.deepEqual([verbosity, context], [0, 1])
  })

  withChats('contexts never count back, even where the new chat was used before', async ({ chats }) => {
    for (const cause of ['a', 'b']) await chats.freshContext(at(CHAT), cause)
    await chats.freshContext(CHAT, 'c')
    await chats.moveChat(BOT, CHAT.chat, NEW)
    assert.equal((await chats.get(at(CHAT))).context, 2)
    assert.equal(await chats.freshContext(at(CHAT), 'b'), 2)
    assert.equal(await chats.freshContext(at(CHAT), 'd'), 3)
  })

  withChats('what is held waits at the new id, and is taken there', async ({ chats }) => {
    await chats.hold(held(1))
    await chats.takeHeld(CHAT, 'tap 1')
    await chats.hold(held(2))
    await chats.moveChat(BOT, CHAT.chat, NEW)
    const [moved, fresh] = [held(2, { place: at(CHAT) }), held(3, { place: at(CHAT) })]
    assert.deepEqual(await chats.hold(fresh), [moved, fresh])
    assert.deepEqual(await chats.takeHeld(at(CHAT), 'tap 1'), [held(1, { place: at(CHAT) })])
    assert.deepEqual(await chats.takeHeld(at(CHAT), 'tap 2'), [moved, fresh])
    assert.deepEqual(await chats.takeHeld(CHAT, 'tap 3'), [])
  })

  withChats(
    'a held message of the new chat is not taken for one of the old, whatever its number',
    async ({ chats }) => {
      await chats.hold(held(5))
      await chats.moveChat(BOT, CHAT.chat, NEW)
      const later = held(5, { place: at(CHAT), sentAt: new Date('2026-06-01T00:00:00Z') })
      assert.deepEqual(await chats.hold(later), [held(5, { place: at(CHAT) }), later])
      assert.deepEqual(await chats.hold(held(5)), [])
    },
  )

  withChats('its threads go along, each context and topic', async ({ chats, store, conversations }) => {
    const names = [threadOf(CHAT), threadOf(CHAT, 1), threadOf(TOPIC)]
    const tasks = await Promise.all(names.map((chat) => accept(store, chat)))
    for (const _ of [1, 2]) await chats.moveChat(BOT, CHAT.chat, NEW)
    const moved = [threadOf(at(CHAT)), threadOf(at(CHAT), 1), threadOf(at(TOPIC))]
    const found = await Promise.all(moved.map((chat) => conversations.findThread('telegram', chat)))
    assert.deepEqual(
      found.map((thread) => thread?.id),
      tasks.map(({ threadId }) => threadId),
    )
    for (const chat of names) assert.equal(await conversations.findThread('telegram', chat), null)
    const next = await accept(store, threadOf(at(CHAT), 1))
    assert.equal(next.threadId, tasks[1]?.threadId)
  })

  withChats('nobody else goes along', async ({ chats, store, conversations }) => {
    const others: readonly (readonly [InterfaceName, string])[] = [
      ['telegram', threadOf({ ...CHAT, bot: OTHER_BOT })],
      ['telegram', threadOf({ ...CHAT, chat: `${CHAT.chat}5` })],
      ['telegram', threadOf({ ...CHAT, chat: '%' })],
      ['http', threadOf(CHAT)],
    ]
    for (const [interfaceName, chat] of others) await accept(store, chat, '1', interfaceName)
    await chats.set({ ...CHAT, bot: OTHER_BOT }, { verbosity: 1 })
    await chats.moveChat(BOT, CHAT.chat, NEW)
    for (const [interfaceName, chat] of others) assert.ok(await conversations.findThread(interfaceName, chat), chat)
    assert.equal((await chats.get({ ...CHAT, bot: OTHER_BOT })).verbosity, 1)
    assert.equal((await chats.get(at({ ...CHAT, bot: OTHER_BOT }))).verbosity, null)
  })

  withChats('a message of before the move that comes again is known', async ({ chats, store }) => {
    await chats.freshContext(CHAT, 'a')
    const first = await accept(store, threadOf(CHAT, 1), '5')
    await chats.moveChat(BOT, CHAT.chat, NEW)
    // As it is worked off again after a crash: where it came from, in the context that its chat has there.
    const { context } = await chats.get(CHAT)
    assert.equal((await accept(store, threadOf(CHAT, context), '5')).id, first.id)
    await chats.moveChat(BOT, CHAT.chat, NEW)
    assert.equal((await accept(store, threadOf(CHAT, context), '5')).id, first.id)
  })

  withChats('a new message is new, though one of before the move bore its number', async ({ chats, store }) => {
    const first = await accept(store, threadOf(CHAT), '5')
    await chats.moveChat(BOT, CHAT.chat, NEW)
    const second = await accept(store, threadOf(at(CHAT)), '5')
    assert.notEqual(second.id, first.id)
    assert.equal(second.threadId, first.threadId)
  })

  withChats(
    'where both ids had a thread, one thread has all that was said',
    async ({ chats, store, conversations }) => {
      const before = await accept(store, threadOf(CHAT), '1')
      const after = await accept(store, threadOf(at(CHAT)), '2')
      const reply = { externalId: '3', text: 'Yes.', raw: {}, taskId: before.id, inContext: true, at: soon(60_000) }
      await conversations.say(before.threadId, reply)
      await conversations.hear({ ...sample({ chat: 'between' }).message }, soon(30_000))
      await chats.moveChat(BOT, CHAT.chat, NEW)
      const { items } = await conversations.threads({ startedBy: null, limit: 9, cursor: null })
      assert.deepEqual(
        items.map(({ lastMessage }) => lastMessage?.text),
        ['Yes.', 'Make a page.'],
      )
      assert.equal((await conversations.findThread('telegram', threadOf(at(CHAT))))?.id, after.threadId)
      const said = await conversations.messages(after.threadId, everything(10))
      assert.deepEqual(
        new Set(said.map(({ taskId, text }) => `${taskId} ${text}`)),
        new Set([`${before.id} Make a page.`, `${after.id} Make a page.`, `${before.id} Yes.`]),
      )
      assert.equal((await store.get(before.id))?.threadId, after.threadId)
      assert.deepEqual(await conversations.messages(before.threadId, everything(10)), [])
    },
  )

  withChats(
    'moving twenty times at once, while people write, is moving once',
    async ({ chats, store, conversations }) => {
      await chats.freshContext(CHAT, 'a')
      const first = await accept(store, threadOf(CHAT, 1), '1')
      await Promise.all([
        ...times(20, () => chats.moveChat(BOT, CHAT.chat, NEW)),
        ...times(20, (index) => accept(store, threadOf(at(CHAT), 1), `new ${index}`)),
      ])
      await chats.moveChat(BOT, CHAT.chat, NEW)
      const thread = await conversations.findThread('telegram', threadOf(at(CHAT), 1))
      assert.ok(thread)
      assert.equal((await conversations.messages(thread.id, everything(50))).length, 21)
      assert.equal((await store.get(first.id))?.threadId, thread.id)
    },
  )
}

async function accept(
  store: TaskStore,
  chat: string,
  externalId = '1',
  interfaceName: InterfaceName = 'telegram',
): Promise<Task> {
  const { message, task, events } = sample({ chat, externalId })
  return (await store.accept({ ...message, interface: interfaceName }, task, events)).task
}
