// What every ChatStore promises; test/contract/chat-moves.ts has what it promises when a chat gets another id.
import assert from 'node:assert/strict'
import type { ChatStore, HeldMessage } from '../../src/core/ports/chat-store.ts'
import type { ConversationStore } from '../../src/core/ports/conversation-store.ts'
import type { TaskStore } from '../../src/core/ports/task-store.ts'
import { ADA } from './sample-task.ts'
import { assertSameText, CHAT, HOSTILE, OTHER_BOT, ref, times, TOPIC } from './sample-chat.ts'
import { withParts } from './with-parts.ts'

export type ChatsUnderTest = {
  readonly chats: ChatStore
  readonly store: TaskStore
  readonly conversations: ConversationStore
  readonly close: () => Promise<void>
}

export function held(number: number, wishes: Partial<HeldMessage> = {}): HeldMessage {
  return {
    place: CHAT,
    ref: ref(number),
    externalId: String(number),
    by: ADA,
    text: `message ${number}`,
    sentAt: new Date(Date.UTC(2026, 1, 1, 0, number)),
    ...wishes,
  }
}

export function chatStoreContract(name: string, open: () => Promise<ChatsUnderTest>): void {
  const withChats = withParts(name, open)
  const unremembered = { context: 0, verbosity: null, open: false, closed: false, title: null }

  withChats('of a chat nobody said anything about there are defaults', async ({ chats }) => {
    assert.deepEqual(await chats.get(TOPIC), { place: TOPIC, ...unremembered })
  })

  withChats('what is set is set, and the rest stays', async ({ chats }) => {
    assert.deepEqual(await chats.set(CHAT, { verbosity: 2, title: 'Ünï 🧑🏽‍🚀' }), {
      place: CHAT,
      ...unremembered,
      verbosity: 2,
      title: 'Ünï 🧑🏽‍🚀',
    })
    await chats.set(CHAT, { open: true, closed: true })
    await chats.set(CHAT, {})
    const whole = { place: CHAT, context: 0, verbosity: 2, open: true, closed: true, title: 'Ünï 🧑🏽‍🚀' }
    assert.deepEqual(await chats.get(CHAT), whole)
    const changed = await chats.set(CHAT, { verbosity: null, title: null, open: false })
    assert.deepEqual(changed, { ...whole, verbosity: null, title: null, open: false })
    assert.deepEqual(await chats.set(CHAT, { verbosity: 0 }), { ...changed, verbosity: 0 })
  })

  withChats('a topic, and the same chat of another bot, are places of their own', async ({ chats }) => {
    await chats.set(CHAT, { verbosity: 1 })
    await chats.freshContext(CHAT, 'a')
    for (const place of [TOPIC, { ...CHAT, bot: OTHER_BOT }]) {
      assert.deepEqual(await chats.get(place), { place, ...unremembered })
    }
  })

  withChats('things set at the same time are all set', async ({ chats }) => {
    await Promise.all([
      chats.set(CHAT, { verbosity: 1 }),
      chats.set(CHAT, { open: true }),
      chats.set(CHAT, { title: 't' }),
    ])
    const { verbosity, open: isOpen, title } = await chats.get(CHAT)
    assert.deepEqual([verbosity, isOpen, title], [1, true, 't'])
  })

  withChats('each cause starts one context, and is told its number again', async ({ chats }) => {
    assert.deepEqual(
      [await chats.freshContext(CHAT, 'a'), await chats.freshContext(CHAT, 'b'), await chats.freshContext(CHAT, 'a')],
      [1, 2, 1],
    )
    assert.equal((await chats.get(CHAT)).context, 2)
    assert.equal(await chats.freshContext(CHAT, 'c'), 3)
    assert.equal(await chats.freshContext(CHAT, 'b'), 2)
  })

  withChats('a cause that twenty bring at once starts one context', async ({ chats }) => {
    const numbers = await Promise.all(times(20, () => chats.freshContext(CHAT, 'a')))
    assert.deepEqual(new Set(numbers), new Set([1]))
    const others = await Promise.all(times(20, (index) => chats.freshContext(CHAT, `cause ${index}`)))
    assert.deepEqual(
      others.toSorted((a, b) => a - b),
      times(20, (index) => index + 2),
    )
    assert.equal((await chats.get(CHAT)).context, 21)
  })

  withChats('a cause is remembered for many contexts', async ({ chats }) => {
    for (let index = 1; index <= 70; index += 1) assert.equal(await chats.freshContext(CHAT, `cause ${index}`), index)
    assert.deepEqual([await chats.freshContext(CHAT, 'cause 70'), await chats.freshContext(CHAT, 'cause 31')], [70, 31])
    assert.equal((await chats.get(CHAT)).context, 70)
  })

  withChats('what is held is told oldest first, once each', async ({ chats }) => {
    assert.deepEqual(await chats.hold(held(2)), [held(2)])
    await chats.hold(held(3))
    await chats.hold(held(9, { place: TOPIC }))
    assert.deepEqual(await chats.hold(held(1)), [held(1), held(2), held(3)])
    assert.deepEqual(await chats.hold({ ...held(1), text: 'changed' }), [held(1), held(2), held(3)])
  })

  withChats('what was sent in the same second keeps the order in which it came', async ({ chats }) => {
    const sentAt = new Date('2026-02-01T00:00:00Z')
    const order = [12, 3, 7, 101]
    for (const number of order) await chats.hold(held(number, { sentAt }))
    const told = await chats.hold(held(12, { sentAt }))
    assert.deepEqual(
      told.map(({ externalId }) => externalId),
      order.map(String),
    )
  })

  withChats('one cause takes what is held, and is given the same again; another gets none', async ({ chats }) => {
    for (const number of [1, 2]) await chats.hold(held(number))
    await chats.hold(held(1, { place: TOPIC }))
    assert.deepEqual(await chats.takeHeld(CHAT, 'tap 1'), [held(1), held(2)])
    assert.deepEqual(await chats.takeHeld(CHAT, 'tap 2'), [])
    assert.deepEqual(await chats.hold(held(3)), [held(3)])
    assert.deepEqual(await chats.hold(held(1)), [held(3)])
    assert.deepEqual(await chats.takeHeld(CHAT, 'tap 1'), [held(1), held(2)])
    assert.deepEqual(await chats.takeHeld(CHAT, 'tap 2'), [])
    assert.deepEqual(await chats.takeHeld(CHAT, 'tap 3'), [held(3)])
    assert.deepEqual(await chats.takeHeld(TOPIC, 'tap 1'), [held(1, { place: TOPIC })])
  })

  withChats('of twenty causes that race one takes all; the same cause twenty times is one', async ({ chats }) => {
    for (const number of [1, 2, 3]) await chats.hold(held(number))
    const taken = await Promise.all(times(20, (index) => chats.takeHeld(CHAT, `tap ${index}`)))
    assert.deepEqual(
      taken.filter((messages) => messages.length > 0),
      [[held(1), held(2), held(3)]],
    )
    await chats.hold(held(4))
    const same = await Promise.all(times(20, () => chats.takeHeld(CHAT, 'once more')))
    assert.deepEqual(
      same,
      times(20, () => [held(4)]),
    )
  })

  withChats('whatever people say is kept', async ({ chats }) => {
    const [message] = await chats.hold(held(1, { text: HOSTILE, externalId: 'i\0d', ref: ref('r\ud800') }))
    assertSameText(message?.text, HOSTILE)
    assert.equal((await chats.hold(held(1, { externalId: 'i\0d' }))).length, 1)
    assertSameText((await chats.set(CHAT, { title: HOSTILE })).title ?? '', HOSTILE)
    assert.deepEqual([await chats.freshContext(CHAT, 'a\0'), await chats.freshContext(CHAT, 'a\0')], [1, 1])
    assert.equal((await chats.takeHeld(CHAT, 't\0')).length, 1)
    assert.equal((await chats.takeHeld(CHAT, 't\0')).length, 1)
  })
}
