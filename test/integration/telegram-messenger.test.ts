// The messenger against a Bot API server on loopback, as a person sees what it says.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { test } from 'node:test'
import { createMemoryObjectStore } from '../../src/adapters/memory/object-store.ts'
import { createSystemClock } from '../../src/adapters/system/clock.ts'
import { createTelegramApi } from '../../src/adapters/telegram/api.ts'
import { createTelegramMessenger } from '../../src/adapters/telegram/messenger.ts'
import type { ActionId } from '../../src/core/vocabulary/ids.ts'
import type { BotId, MessageRef } from '../../src/core/vocabulary/place.ts'
import { file, message, scene, silentTelemetry } from './telegram-messenger-world.ts'

const stop = [[{ label: 'Stop', style: 'danger', does: { type: 'act', action: 'abc234' as ActionId } }]] as const

test('a message is rich, has its buttons, answers what asked, and is changed in place with its buttons kept', async (t) => {
  const { messenger, place, ann } = await scene(t)
  const asked = await ann.send('do it')
  const posting = message('# Working\n\n| a | b |\n|-|-|\n| 1 | 2 |', {
    buttons: stop,
    folds: [{ title: 'Log', text: 'one\ntwo' }],
    replyTo: String(asked.id) as MessageRef,
  })
  const sent = await messenger.deliver({ place, posting, refs: [] })
  assert.equal(sent.type, 'delivered')
  const seen = await ann.expectReply({ where: /Working/ })
  assert.deepEqual(sent.refs, [String(seen.id)])
  assert.deepEqual(
    seen.rich?.map((block) => block.type),
    ['heading', 'table', 'details'],
  )
  assert.equal(seen.replyTo, asked.id)
  assert.deepEqual(seen.buttons, [[{ text: 'Stop', data: 'abc234', style: 'danger', disabled: false }]])

  const changed = await messenger.deliver({ place, posting: message('Done', { buttons: stop }), refs: sent.refs })
  assert.deepEqual(changed, { type: 'delivered', refs: sent.refs })
  const edited = await ann.expectEdit(seen, { where: /Done/ })
  assert.equal(edited.buttons.length, 1)
  assert.deepEqual(
    await messenger.deliver({ place, posting: message('Done', { buttons: stop }), refs: sent.refs }),
    changed,
  )
  assert.equal(ann.look(seen)?.version, 2)
})

test('a server without rich messages is asked once, and texts with entities are sent from then on', async (t) => {
  const { messenger, place, ann, telegram, calls } = await scene(t)
  const fault = telegram.faults.add({ kind: 'server_error', code: 404, method: 'sendRichMessage' })
  for (const name of ['first', 'second']) {
    const outcome = await messenger.deliver({ place, posting: message(`**${name}**`), refs: [] })
    assert.equal(outcome.type, 'delivered')
    const seen = await ann.expectReply({ where: name })
    assert.deepEqual(seen.entities, [{ type: 'bold', offset: 0, length: name.length }])
  }
  assert.equal(fault.count, 1)
  assert.equal(calls('sendMessage'), 2)
})

test('a token that does not hold is not taken for a server without rich messages', async (t) => {
  const { messenger, place, telegram, calls } = await scene(t)
  const fault = telegram.faults.add({ kind: 'server_error', code: 404 })
  const outcome = await messenger.deliver({ place, posting: message('x'), refs: [] })
  assert.equal(outcome.type, 'broken_bot')
  fault.remove()
  await messenger.deliver({ place, posting: message('y'), refs: [] })
  assert.equal(calls('sendRichMessage'), 2)
})

test('a text that changes its number of parts changes those that stand, sends the rest and deletes the surplus', async (t) => {
  const { messenger, place, ann, telegram } = await scene(t)
  telegram.faults.add({ kind: 'server_error', code: 404, method: 'sendRichMessage' })
  const lines = (count: number, word: string) => `${word.repeat(12)}\n\n`.repeat(count)
  const one = await messenger.deliver({ place, posting: message('short', { buttons: stop }), refs: [] })
  const three = await messenger.deliver({
    place,
    posting: message(lines(160, 'alpha '), { buttons: stop }),
    refs: one.refs,
  })
  assert.equal(three.type, 'delivered')
  assert.equal(three.refs.length, 3)
  assert.equal(three.refs[0], one.refs[0])
  const shown = () => ann.chat().messages.filter((each) => !each.mine && !each.service)
  assert.deepEqual(
    shown().map((each) => each.buttons.length),
    [0, 0, 1],
  )
  const two = await messenger.deliver({
    place,
    posting: message(lines(100, 'beta '), { buttons: stop }),
    refs: three.refs,
  })
  assert.deepEqual(two.refs, three.refs.slice(0, 2))
  assert.deepEqual(
    shown().map((each) => each.buttons.length),
    [0, 1],
  )
  assert.ok(shown().every((each) => each.text.startsWith('beta')))
  const none = await messenger.deliver({ place, posting: { type: 'nothing' }, refs: two.refs })
  assert.deepEqual(none, { type: 'delivered', refs: [] })
  assert.deepEqual(shown(), [])
})

test('one part that a person deleted is replaced together with those behind it; all of them gone is missing', async (t) => {
  const { messenger, place, ann, telegram } = await scene(t)
  telegram.faults.add({ kind: 'server_error', code: 404, method: 'sendRichMessage' })
  const text = `${'alpha '.repeat(12)}\n\n`
  const { refs } = await messenger.deliver({ place, posting: message(text.repeat(100)), refs: [] })
  const own = () => ann.chat().messages.filter((each) => !each.mine)
  const [, second] = own()
  assert.ok(second)
  await ann.deleteMessage(second)
  const again = await messenger.deliver({ place, posting: message(text.repeat(101)), refs })
  assert.equal(again.type, 'delivered')
  assert.equal(own().length, 2)
  for (const each of own()) await ann.deleteMessage(each)
  const gone = await messenger.deliver({ place, posting: message('new'), refs: again.refs })
  assert.deepEqual(gone, { type: 'missing', refs: [] })
  assert.deepEqual(own(), [])
})

test('a wall of text is its beginning and a document, and both are changed in place', async (t) => {
  const { messenger, place, ann } = await scene(t)
  const markdown = 'A line of no great interest.\n\n'.repeat(2000)
  const sent = await messenger.deliver({ place, posting: message(markdown, { buttons: stop }), refs: [] })
  assert.equal(sent.type, 'delivered')
  assert.equal(sent.refs.length, 2)
  const document = await ann.expectReply({ where: (each) => each.media !== null })
  assert.equal(document.media?.name, 'output.txt')
  assert.equal(new TextDecoder().decode(await ann.download(document)), markdown)
  const changed = await messenger.deliver({ place, posting: message(`**x**\n\n${markdown}`), refs: sent.refs })
  assert.equal(changed.type, 'delivered')
  const [head, attached] = ann.chat().messages.filter((each) => !each.mine)
  assert.match(head?.text ?? '', /^x/)
  assert.equal(attached?.media?.name, 'output.md')
  const short = await messenger.deliver({ place, posting: message('short'), refs: changed.refs })
  assert.deepEqual(short, { type: 'delivered', refs: changed.refs.slice(0, 1) })
})

test('pictures go as photos, other files and odd pictures as documents, too big ones not at all', async (t) => {
  const { messenger, place, objects, ann, telegram } = await scene(t)
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  )
  await objects.put('shot.png', png)
  const photo = await messenger.deliver({
    place,
    posting: file('shot.png', 'image/png', png.length, 'c'.repeat(2000)),
    refs: [],
  })
  assert.equal(photo.type, 'delivered')
  const seen = await ann.expectReply({ where: (each) => each.media?.type === 'photo' })
  assert.equal(seen.text.length, 1024)
  telegram.faults.add({ kind: 'server_error', code: 400, method: 'sendPhoto' })
  assert.equal(
    (await messenger.deliver({ place, posting: file('shot.png', 'image/png', png.length), refs: [] })).type,
    'delivered',
  )
  await ann.expectReply({ where: (each) => each.media?.type === 'document' && each.media.name === 'shot.png' })
  const patch = new TextEncoder().encode('--- a\n+++ b\n')
  await objects.put('../change "1".patch', patch)
  await messenger.deliver({ place, posting: file('../change "1".patch', 'text/x-diff', patch.length), refs: [] })
  const document = await ann.expectReply({ where: (each) => each.media?.name === 'change_1_.patch' })
  assert.deepEqual(new Uint8Array(await ann.download(document)), patch)
  const huge = await messenger.deliver({
    place,
    posting: file('core.dump', 'application/octet-stream', 61 * 1024 * 1024),
    refs: [],
  })
  assert.deepEqual(huge, {
    type: 'refused',
    reason: 'core.dump has 61.0 MB; Telegram takes at most 50 MB from a bot.',
    refs: [],
  })
  const lost = await messenger.deliver({ place, posting: file('lost.txt', 'text/plain', 5), refs: [] })
  assert.deepEqual(lost, { type: 'refused', reason: 'lost.txt is not kept any more.', refs: [] })
})

test('an answer to a message that is gone is said all the same', async (t) => {
  const { messenger, place, ann, objects } = await scene(t)
  const replyTo = '4711' as MessageRef
  assert.equal((await messenger.deliver({ place, posting: message('x', { replyTo }), refs: [] })).type, 'delivered')
  assert.equal((await ann.expectReply()).replyTo, null)
  await objects.put('a.txt', new TextEncoder().encode('a'))
  const posting = { ...file('a.txt', 'text/plain', 1), replyTo }
  assert.equal((await messenger.deliver({ place, posting, refs: [] })).type, 'delivered')
})

test('a store that fails for now is no reason to give a file up', async (t) => {
  const { messenger, place, objects } = await scene(t, 500)
  t.mock.method(objects, 'get', () => Promise.reject(new Error('disk is away')), { times: 1 })
  const broken = await messenger.deliver({ place, posting: file('a.txt', 'text/plain', 5), refs: [] })
  assert.deepEqual(broken, { type: 'unsent', reason: 'a.txt could not be read: disk is away', refs: [] })
  t.mock.method(objects, 'get', () => new Promise(() => {}), { times: 1 })
  assert.equal((await messenger.deliver({ place, posting: file('a.txt', 'text/plain', 5), refs: [] })).type, 'unsent')
})

test('a rich message that is refused is sent as text with the same buttons', async (t) => {
  const { messenger, place, ann, telegram, calls } = await scene(t)
  const open = [
    [{ label: 'Open', style: 'plain', does: { type: 'open', url: 'https://a.example/' } }],
    ...stop,
  ] as const
  const fault = telegram.faults.add({ kind: 'server_error', code: 400, method: 'sendRichMessage', times: 1 })
  await messenger.deliver({ place, posting: message('x', { buttons: open }), refs: [] })
  assert.equal(fault.count, 1)
  const seen = await ann.expectReply({ where: 'x' })
  assert.equal(seen.buttons.flat().length, 2)
  assert.equal(calls('sendMessage'), 1)
})

test('reactions, answers to taps, activity, pins and questions reach the person', async (t) => {
  const { messenger, place, ann } = await scene(t)
  const asked = await ann.send('hello')
  const to = String(asked.id) as MessageRef
  assert.deepEqual(await messenger.deliver({ place, posting: { type: 'reaction', to, emoji: '❤️' }, refs: [] }), {
    type: 'delivered',
    refs: [],
  })
  assert.equal(await ann.expectReaction(asked), '❤')
  assert.equal(
    (await messenger.deliver({ place, posting: { type: 'reaction', to, emoji: '🥦' }, refs: [] })).type,
    'refused',
  )
  assert.equal(
    (await messenger.deliver({ place, posting: { type: 'reaction', to, emoji: null }, refs: [] })).type,
    'delivered',
  )
  await messenger.showActivity(place)
  assert.equal(await ann.expectAction(), 'typing')
  await messenger.deliver({ place, posting: message('Status', { pinned: true, wantsReply: true }), refs: [] })
  const pinned = await ann.expectReply({ where: /Status/ })
  await ann.expectChat((chat) => chat.pinned.some((each) => each.id === pinned.id))
  const tap = { type: 'tap_answer', tap: '4711', text: 'x', loud: false } as const
  assert.deepEqual(await messenger.deliver({ place, posting: tap, refs: [] }), { type: 'delivered', refs: [] })
})

test('drafts show in chats of one person and nowhere else', async (t) => {
  const { messenger, place, ann, telegram, bot } = await scene(t)
  assert.equal(await messenger.showDraft(place, '77', '**thinking** about it'), true)
  const draft = await ann.expectDraft()
  assert.deepEqual([draft.id, draft.canStop, draft.text.trim()], [77, true, 'thinking about it'])
  assert.equal(await messenger.showDraft(place, '77', ''), true)
  const group = telegram.newGroup({ title: 'G', members: [ann, bot] })
  assert.equal(await messenger.showDraft({ ...place, chat: String(group.id) }, '78', 'x'), false)
})

test('a post stays in its topic, one of a topic that is gone says so, and topics can be renamed', async (t) => {
  const { messenger, place, ann, telegram, bot } = await scene(t)
  const group = telegram.newGroup({ title: 'G', members: [ann, bot], admins: [bot], isForum: true, type: 'supergroup' })
  const topic = await ann.createTopic('old', { to: group.id })
  const there = { ...place, chat: String(group.id), topic: String(topic) }
  assert.equal(
    (await messenger.deliver({ place: there, posting: message('in the topic'), refs: [] })).type,
    'delivered',
  )
  assert.equal((await ann.expectReply({ to: group.id, topic, where: /in the topic/ })).topic, topic)
  assert.equal(await messenger.renameTopic(there, 'new\nname'), true)
  await ann.expectChat((chat) => chat.topics.some(({ name }) => name === 'new name'), { to: group.id })
  const general = { ...place, chat: String(group.id), topic: null }
  assert.equal(
    (await messenger.deliver({ place: general, posting: message('in general'), refs: [] })).type,
    'delivered',
  )
  const gone = { ...place, chat: String(group.id), topic: '999' }
  assert.deepEqual(await messenger.deliver({ place: gone, posting: message('x'), refs: [] }), {
    type: 'topic_missing',
    refs: [],
  })
})

test('each fault is told for what it is, and nothing is tried twice', async (t) => {
  const { messenger, place, telegram, calls } = await scene(t, 1_000)
  const { refs } = await messenger.deliver({ place, posting: message('first'), refs: [] })
  const expected = {
    rate_limit: ['slow_down', 'slow_down'],
    server_error: ['ambiguous', 'unsent'],
    bad_gateway_html: ['ambiguous', 'unsent'],
    invalid_json: ['ambiguous', 'unsent'],
    accept_then_reset: ['ambiguous', 'unsent'],
    reset_before: ['ambiguous', 'unsent'],
    hang: ['ambiguous', 'unsent'],
    unauthorized: ['broken_bot', 'broken_bot'],
    blocked: ['closed', 'closed'],
    thread_not_found: ['topic_missing', 'topic_missing'],
    chat_not_found: ['closed', 'closed'],
  } as const
  for (const [kind, [fresh, change]] of Object.entries(expected)) {
    const fault = telegram.faults.add({ kind: kind as keyof typeof expected, retryAfter: 3 })
    const before = calls('sendRichMessage') + calls('editMessageText')
    const sent = await messenger.deliver({ place, posting: message(`fresh ${kind}`), refs: [] })
    const edited = await messenger.deliver({ place, posting: message(`changed ${kind}`), refs })
    fault.remove()
    assert.deepEqual([sent.type, edited.type], [fresh, change], kind)
    assert.deepEqual([sent.refs, edited.refs], [[], refs], kind)
    assert.equal(calls('sendRichMessage') + calls('editMessageText') - before, 2, kind)
    if (sent.type === 'slow_down') assert.equal(sent.retryAfterMs, 3000)
  }
})

test('what came through before a fault is in the refs, and going on from there repeats nothing', async (t) => {
  const { messenger, place, ann, telegram } = await scene(t)
  telegram.faults.add({ kind: 'server_error', code: 404, method: 'sendRichMessage' })
  telegram.faults.add({ kind: 'rate_limit', method: 'sendMessage', after: 1, times: 1 })
  const posting = message(`${'alpha '.repeat(12)}\n\n`.repeat(160))
  const half = await messenger.deliver({ place, posting, refs: [] })
  assert.equal(half.type, 'slow_down')
  assert.equal(half.refs.length, 1)
  const whole = await messenger.deliver({ place, posting, refs: half.refs })
  assert.equal(whole.type, 'delivered')
  assert.equal(whole.refs.length, 3)
  const own = ann.chat().messages.filter((each) => !each.mine)
  assert.deepEqual(
    own.map((each) => each.version),
    [1, 1, 1],
  )
})

test('a group that became a supergroup says where it is now', async (t) => {
  const { messenger, place, ann, telegram, bot } = await scene(t)
  const group = telegram.newGroup({ title: 'G', members: [ann, bot], type: 'group' })
  const to = await ann.migrateGroup(group)
  const outcome = await messenger.deliver({
    place: { ...place, chat: String(group.id) },
    posting: message('x'),
    refs: [],
  })
  assert.deepEqual(outcome, { type: 'moved', to: String(to), refs: [] })
})

test('text of every odd kind is taken, in every form', async (t) => {
  const { messenger, place, telegram } = await scene(t)
  const odd = [
    '',
    ' ',
    '\u0000\u202e',
    '\ud83d',
    '👩🏽‍🚀'.repeat(3000),
    '`'.repeat(500),
    '| |\n|-|\n',
    '**a `b` [c](https://d.example)**',
    'x'.repeat(1_000_000),
    '> > > q\n> - l\n>   ```\n>   c',
    '<b>&amp;',
    '/start @ann #tag',
  ]
  for (const rich of [true, false]) {
    if (!rich) telegram.faults.add({ kind: 'server_error', code: 404, method: 'sendRichMessage' })
    for (const text of odd) {
      const outcome = await messenger.deliver({
        place,
        posting: message(text, { folds: [{ title: text.slice(0, 300), text }] }),
        refs: [],
      })
      assert.equal(
        outcome.type,
        'delivered',
        `${rich ? 'rich' : 'entities'} ${inspect(text.slice(0, 30))} ${inspect(outcome)}`,
      )
    }
  }
})

test('a bot that is not there is broken, and no server is unsent', async (t) => {
  const { messenger, place } = await scene(t)
  const outcome = await messenger.deliver({ place: { ...place, bot: '1' as BotId }, posting: message('x'), refs: [] })
  assert.equal(outcome.type, 'broken_bot')
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  const api = createTelegramApi({ token: '1:secret', apiRoot: `http://127.0.0.1:${port}` })
  const lonely = createTelegramMessenger({
    api: () => api,
    username: () => null,
    objects: createMemoryObjectStore(),
    clock: createSystemClock(),
    telemetry: silentTelemetry,
    deadlineMs: 5_000,
  })
  assert.deepEqual(await lonely.deliver({ place, posting: message('x'), refs: [] }), {
    type: 'unsent',
    reason: "Telegram can't be reached: ECONNREFUSED",
    refs: [],
  })
})
