// The second half of what people complain about most: things said twice, never, or in the wrong place; Telegram's limits; endless
// typing; buttons that do nothing.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { TestContext } from 'node:test'
import { contentText } from '../../testkit/telegram/user/look.ts'
import type { UserClient } from '../../testkit/telegram/user/user-client.ts'
import type { ApiCallRecord } from '../../testkit/telegram/world/model.ts'
import { withoutPostgres } from '../support/postgres.ts'
import { answerTo, IN_PARTS, openFaultStage, PATIENT, saidBy, saying, until } from './telegram-fault-stage.ts'
import type { Bot, FaultStage } from './telegram-fault-stage.ts'

const OPTIONS = { skip: withoutPostgres, timeout: 240_000 }

// Nearly all of it is waiting, so that what can goes side by side: everybody has a chat of their own.
suite('more complaints', { concurrency: true }, () => {
  test('said once, and where it belongs', { ...OPTIONS, concurrency: true }, saidOnce)
  test("Telegram's limits are kept to, and what people wait for comes first", OPTIONS, withinLimits)
})

async function saidOnce(t: TestContext): Promise<void> {
  const stage = await openFaultStage(t, { bots: 2, environment: { TG_DRAFTS: 'true' } })
  const { telegram, bots, ada, somebody, release, calls, query } = stage
  const { faults } = telegram
  const [bot, plain] = bots
  assert.ok(plain !== undefined)
  // A Bot API server that knows no rich messages: what is longer than 4,096 units takes several of its messages.
  faults.add({ kind: 'server_error', code: 404, method: 'sendRichMessage', bot: plain.id })
  // And one that wants its menus of commands not now.
  const menus = faults.add({ kind: 'rate_limit', retryAfter: 480, method: 'setMyCommands', bot: plain.id })
  await stage.up()

  await t.test('a menu of commands that Telegram wants later holds nothing up', async () => {
    const bea = await somebody('Bea')
    await bea.send('ask: meanwhile', { to: plain })
    await answerTo(bea, plain, 'meanwhile')
    await until('the menu was tried', () => menus.count === 1)
    menus.remove()
  })

  await t.test('what could not be sent counts as unsent, and is sent when it can be', async () => {
    const bea = await somebody('Bea')
    const away = faults.add({ kind: 'server_error', code: 503, chat: bea.id })
    await bea.send('ask: kept', { to: bot })
    await until('the work is done', async () => {
      return (await query(`select id from tasks where status = 'completed' and input_text = 'ask: kept'`)).length === 1
    })
    await until('it was tried', () => away.count >= 2)
    assert.deepEqual(saidBy(stage, bot, bea), [])
    const waiting = (await stage.botList()).find((line) => line.bot === String(bot.id))?.outbox ?? 0
    assert.ok(waiting >= 1, 'the operator sees that something waits')
    away.remove()
    await answerTo(bea, bot, 'kept')
    await assertOnce(stage, bot, bea, ['kept'])
    assert.equal(saidBy(stage, bot, bea).length, 1)
  })

  const shown = t.test(
    'an answer that was shown while it was written ends as one message, whatever becomes of the edits',
    async () => {
      const bea = await somebody('Bea')
      faults.add({ kind: 'accept_then_reset', method: 'editMessageText', chat: bea.id, times: 3 })
      for (const name of ['written-1', 'written-2']) {
        await bea.send(`ask: ${name}`, { to: bot })
        await answerTo(bea, bot, name)
      }
      await assertOnce(stage, bot, bea, ['written-1', 'written-2'])
      assert.equal(saidBy(stage, bot, bea).length, 2)
      // What was shown while it was written goes by itself, and what stands stays.
      await bea.expectChat(({ drafts }) => drafts.length === 0, { to: bot, ...PATIENT })
      await assertOnce(stage, bot, bea, ['written-1', 'written-2'])
    },
  )

  const several = t.test(
    'an answer of several messages: each part once, in order, whatever becomes of the edits',
    async () => {
      const bea = await somebody('Bea')
      faults.add({ kind: 'accept_then_reset', method: 'editMessageText', chat: bea.id, times: 3 })
      await bea.send('in parts: long', { to: plain })
      await answerTo(bea, plain, 'long')
      await allSaid(stage, bea)
      const parts = saidBy(stage, plain, bea).map(({ content }) => contentText(content))
      assert.ok(parts.length >= 3, `${parts.length} messages`)
      assert.ok(parts.every((part) => part.length <= 4_096))
      assert.deepEqual(paragraphsIn(parts), paragraphsIn(IN_PARTS))
    },
  )

  const torn = t.test('a part whose answer was lost is not sent again by itself, and that is told', async () => {
    const bea = await somebody('Bea')
    // The first is the card, which becomes the first part.
    faults.add({ kind: 'accept_then_reset', method: 'sendMessage', chat: bea.id, after: 1, times: 1 })
    await bea.send('in parts: torn', { to: plain })
    const note = await bea.expectReply({ to: plain, where: /can't tell whether it is here/, ...PATIENT })
    await allSaid(stage, bea)
    const seen = paragraphsIn(saidBy(stage, plain, bea).map(({ content }) => contentText(content)))
    assert.deepEqual(seen, [...new Set(seen)], 'nothing is there twice')
    const [entry, ...others] = (await stage.undelivered()).filter(({ chat }) => chat === String(bea.id))
    assert.deepEqual([entry?.state, others], ['ambiguous', []])
    assert.equal((await bea.tap(note, 'Send it again', PATIENT)).type, 'answered')
    await bea.expectDelete(note, PATIENT)
    await allSaid(stage, bea)
    const all = paragraphsIn(saidBy(stage, plain, bea).map(({ content }) => contentText(content)))
    assert.deepEqual(all.slice(-paragraphsIn(IN_PARTS).length), paragraphsIn(IN_PARTS))
  })

  const never = t.test('what Telegram will never take is told to the operator', async () => {
    const bea = await somebody('Bea')
    faults.add({ kind: 'thread_not_found', method: 'sendRichMessage', chat: bea.id, times: 1 })
    await bea.send('/help', { to: bot })
    await until('it is told', async () => {
      const mine = (await stage.undelivered()).filter(({ chat }) => chat === String(bea.id))
      return mine.length === 1 && mine[0]?.state === 'failed'
    })
  })

  const grouped = t.test(
    'each topic of a group hears of its own work alone, also when it ends later than others',
    async () => {
      const { group, topics } = await forum(stage, ['Garden', 'Kitchen', 'Attic'])
      const [garden = 0, kitchen = 0, attic = 0] = topics
      const ask = (text: string, topic?: number) =>
        ada.send(`@${bot.username} ${text}`, { to: group, ...(topic !== undefined && { topic }) })
      await ask('slowly: garden', garden)
      await ask('slowly: attic', attic)
      const attics = await ada.expectReply({ to: group, topic: attic, where: /attic/, ...PATIENT })
      await ask('ask: kitchen', kitchen)
      await ask('ask: hall')
      const topicOf = async (name: string) => {
        const where = (one: { readonly text: string; readonly mine: boolean }) =>
          !one.mine && one.text.includes(`The answer to ${name}.`)
        const chat = await ada.expectChat(({ messages }) => messages.some(where), { to: group, ...PATIENT })
        const answers = chat.messages.filter(where)
        assert.equal(answers.length, 1)
        return answers[0]?.topic
      }
      assert.deepEqual([await topicOf('kitchen'), await topicOf('hall')], [kitchen, null])
      release('garden')
      assert.equal(await topicOf('garden'), garden)

      // Its topic is deleted with everything in it: what was promised is said in the group itself.
      const url = `${telegram.url}/bot${bot.token}/deleteForumTopic?chat_id=${group.id}&message_thread_id=${attic}`
      assert.equal((await fetch(url)).status, 200)
      assert.equal(ada.look(attics)?.deleted, true)
      release('attic')
      assert.equal(await topicOf('attic'), null)
    },
  )

  const apart = t.test('topics in a private chat keep apart, too', async () => {
    const bea = await somebody('Bea')
    await bea.send('ask: beside-1', { to: bot })
    const [one, two] = [await bea.createTopic('One', { to: bot }), await bea.createTopic('Two', { to: bot })]
    await bea.send('slowly: one', { to: bot, topic: one })
    await bea.send('ask: two', { to: bot, topic: two })
    await bea.send('ask: beside-2', { to: bot })
    for (const [name, topic] of [
      ['two', two],
      ['beside-1', null],
      ['beside-2', null],
    ] as const)
      assert.equal((await answerTo(bea, bot, name)).topic, topic)
    release('one')
    assert.equal((await answerTo(bea, bot, 'one')).topic, one)
    await assertOnce(stage, bot, bea, ['one', 'two', 'beside-1', 'beside-2'])
  })

  const typing = t.test('typing that is refused is not insisted on, and ends with the work', async () => {
    const bea = await somebody('Bea')
    const began = telegram.clock.now()
    const refused = faults.add({ kind: 'server_error', code: 500, method: 'sendChatAction', chat: bea.id })
    await bea.send('slowly: typing', { to: bot })
    await until('it typed', () => refused.count > 0)
    await new Promise((resolve) => setTimeout(resolve, 10_000))
    release('typing')
    await answerTo(bea, bot, 'typing')
    const most = Math.ceil((telegram.clock.now() - began) / 4_000) + 1
    assert.ok(refused.count <= most, `${refused.count} times, and at most ${most}`)
    const before = refused.count
    await new Promise((resolve) => setTimeout(resolve, 6_000))
    assert.equal(refused.count, before)
  })

  // After it the plain bot hears nothing for minutes.
  await Promise.all([several, torn, typing])
  await t.test('the number 401 in what Telegram says, or anybody, is no broken token', async () => {
    const [bea, cem] = [await somebody('Bea'), await somebody('Cem')]
    const late = faults.add({ kind: 'rate_limit', retryAfter: 401, method: 'sendRichMessage', chat: bea.id, times: 1 })
    await bea.send('ask: error-401-Unauthorized', { to: bot })
    await until('it was told to wait for 401 seconds', () => late.count === 1)
    await cem.send('ask: 401-Unauthorized', { to: bot })
    await answerTo(cem, bot, '401-Unauthorized')
    const polls = faults.add({ kind: 'rate_limit', retryAfter: 401, method: 'getUpdates', bot: plain.id, times: 1 })
    await cem.send('/status', { to: plain })
    await until('polls are told to wait', () => polls.count === 1)
    const stateOf = async (one: Bot) => (await stage.botList()).find((line) => line.bot === String(one.id))
    assert.equal((await stateOf(bot))?.state, 'connected')
    await until('it is told', async () => /asks to wait for 401 s/.test((await stateOf(plain))?.detail ?? ''))
    assert.notEqual((await stateOf(plain))?.state, 'broken')
  })

  // It counts what is there, and the next one ends the process.
  await Promise.all([shown, never, grouped, apart])
  await t.test('a tap is never taken for a message, and what a button carries always fits', async () => {
    const count = async () => [
      (await query('select id from tasks')).length,
      // That somebody tapped is a record, and no word of theirs.
      (await query(`select id from messages where role = 'user' and in_context`)).length,
    ]
    const words = `echo ${'a very long command '.repeat(100)}`
    await ada.send(`/run ${words}`, { to: bot })
    const question = await ada.expectReply({ to: bot, where: /May this command run/, ...PATIENT })
    const card = await ada.expectReply({ to: bot, where: /Waiting for a yes/, ...PATIENT })
    const before = await count()
    assert.equal((await ada.tap(card, 'Status', PATIENT)).type, 'answered')
    assert.equal((await ada.tap(card, 'Details', PATIENT)).type, 'answered')
    assert.equal((await ada.tap(question, 'Deny', PATIENT)).type, 'answered')
    await ada.expectEdit(card, { where: /Stopped/, ...PATIENT })
    assert.deepEqual(await count(), before)
    const data = calls.flatMap(({ params }) => [...JSON.stringify(params).matchAll(/callback_data\W+([^"\\]*)/g)])
    assert.ok(data.length > 0)
    for (const [, carried = ''] of data) assert.ok(Buffer.byteLength(carried) >= 1 && Buffer.byteLength(carried) <= 64)
    assert.deepEqual(
      calls.filter(({ outcome }) => !outcome.ok && /button|keyboard|data_invalid/i.test(outcome.error)),
      [],
    )
  })

  await t.test('menus of commands are not told to Telegram again at the next start', async () => {
    const menuCalls = () => calls.filter(({ method, botId }) => method === 'setMyCommands' && botId === bot.id).length
    // The owner had no chat with the bot when it started first, so that her own menu comes now.
    await stage.end('SIGKILL')
    await stage.up()
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    const before = menuCalls()
    assert.ok(before > 0)
    await stage.end('SIGKILL')
    await stage.up()
    const bea = await somebody('Bea')
    await bea.send('ask: after-a-start', { to: bot })
    await answerTo(bea, bot, 'after-a-start')
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    assert.equal(menuCalls(), before)
  })
}

async function withinLimits(t: TestContext): Promise<void> {
  const stage = await openFaultStage(t, { telegram: { rateLimits: true } })
  const { telegram, bots, ada, calls, release } = stage
  const [bot] = bots
  await stage.up()

  await t.test('more than the chat bears: told to wait, it waits, and everything is said once', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `many-${index}`)
    for (const name of names) await ada.send(`ask: ${name}`, { to: bot })
    for (const name of names) await answerTo(ada, bot, name)
    await assertOnce(stage, bot, ada, names)
    const refused = calls.filter(isRefusedForPace)
    assert.ok(refused.length > 0, 'it was too much')
    assert.deepEqual(hasty(calls, refused), [])
    assert.equal(stage.running().child.exitCode, null)
    t.diagnostic(`${refused.length} of ${calls.length} calls were too early`)
  })

  await t.test('a question that waits for a yes goes before the progress of others', async () => {
    const names = Array.from({ length: 4 }, (_, index) => `busy-${index}`)
    for (const name of names) await ada.send(`slowly: ${name}`, { to: bot })
    for (const name of names) await ada.expectReply({ where: new RegExp(name), ...PATIENT })
    const slow = telegram.faults.add({ kind: 'rate_limit', retryAfter: 4, method: 'editMessageText', times: 1 })
    await until('progress was told to wait', () => slow.count === 1)
    const from = calls.length
    await ada.send('/run echo hello', { to: bot })
    const question = await ada.expectReply({ where: /May this command run/, ...PATIENT })
    const said = () =>
      calls.slice(from).filter(({ method, outcome }) => outcome.ok && /^(send(?!Chat)|edit)/.test(method))
    await until('it is told of', () => said().length > 0)
    assert.match(JSON.stringify(said()[0]?.params), /May this command run/)
    await ada.tap(question, 'Deny', PATIENT)
    for (const name of names) release(name)
    for (const name of names) await answerTo(ada, bot, name)
    await assertOnce(stage, bot, ada, names)
  })
}

function paragraphsIn(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) =>
    [...text.matchAll(/This-is-the-paragraph (\d+) of-the-answer\./g)].map(([, number = '']) => number),
  )
}

async function forum(stage: FaultStage, names: readonly string[]) {
  const { telegram, ada, bots } = stage
  const group = telegram.newGroup({ title: 'House', members: [ada, bots[0]], admins: [bots[0]], isForum: true })
  const topics: number[] = []
  for (const name of names) topics.push(await ada.createTopic(name, { to: group }))
  return { group, topics }
}

function isRefusedForPace({ outcome }: ApiCallRecord): boolean {
  return !outcome.ok && outcome.error.startsWith('Too Many Requests')
}

/** Calls that make or change a message in a chat before the time that Telegram asked for there was over. */
function hasty(calls: readonly ApiCallRecord[], refused: readonly ApiCallRecord[]): readonly string[] {
  return refused.flatMap((one) => {
    const seconds = Number(/retry after (\d+)/.exec(one.outcome.ok ? '' : one.outcome.error)?.[1] ?? 0)
    return calls
      .filter(
        ({ method, params }) => /^(send(?!Chat)|edit)/.test(method) && params['chat_id'] === one.params['chat_id'],
      )
      .filter(({ at }) => at > one.at && at < one.at + seconds * 1_000 - 50)
      .map(({ method, at }) => `${method} ${at - one.at} ms after it was told to wait for ${seconds} s`)
  })
}

async function allSaid(stage: FaultStage, person: UserClient): Promise<void> {
  const waiting = `select key from outbox where chat = '${person.id}' and state in ('waiting', 'sending')`
  await until('all is said', async () => (await stage.query(waiting)).length === 0)
}

/** All is said, and the answer to each stands in one message. */
async function assertOnce(stage: FaultStage, bot: Bot, person: UserClient, names: readonly string[]): Promise<void> {
  await allSaid(stage, person)
  for (const name of names) {
    const answers = saying(saidBy(stage, bot, person), new RegExp(`The answer to ${name}\\.`))
    assert.equal(answers.length, 1, person.transcript(bot))
  }
}
