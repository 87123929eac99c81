// What people complain about most in bots of this kind, each as a scene of its own that has to go well: bots that stop hearing, that
// say things twice or never, or in the wrong place, that run into Telegram's limits and stay there, buttons that do nothing.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { TestContext } from 'node:test'
import { withoutPostgres } from '../support/postgres.ts'
import { answerTo, openFaultStage, PATIENT, saidBy, saying, until } from './telegram-fault-stage.ts'
import type { Bot, BotLine, FaultStage } from './telegram-fault-stage.ts'
import type { UserClient } from '../../testkit/telegram/user/user-client.ts'

const OPTIONS = { skip: withoutPostgres, timeout: 240_000 }

// Nearly all of it is waiting, so that what can goes side by side: what befalls one bot is nothing to another.
suite('complaints', { concurrency: true }, () => {
  test('hearing', { ...OPTIONS, concurrency: true }, hearing)
  test(
    'a process that stood still for too long says nothing that another has said, or that is not so any more',
    OPTIONS,
    stoodStill,
  )
})

async function hearing(t: TestContext): Promise<void> {
  const stage = await openFaultStage(t, { bots: 4 })
  const { telegram, bots, somebody } = stage
  const { faults } = telegram
  const [bot, other, well, shared] = bots
  assert.ok(other !== undefined && well !== undefined && shared !== undefined)
  const bea = await somebody('Bea')

  const slow = faults.add({ kind: 'slow', ms: 12_000, method: 'getUpdates', bot: bot.id })
  await bea.send('ask: over-a-slow-line', { to: bot })
  await stage.up()
  const slowly = t.test('a line so slow that every poll outlasts the patience for it is not cut for ever', async () => {
    await until('somebody is told', async () => (await lineOf(stage, bot)).state === 'unreachable')
    await answerTo(bea, bot, 'over-a-slow-line')
    slow.remove()
    assert.ok(slow.count >= 2)
    await until('all is well', async () => (await lineOf(stage, bot)).state === 'connected', 90_000)
  })

  const quietly = t.test('nobody writes: that is no trouble', async () => {
    const line = await lineOf(stage, well)
    assert.deepEqual([line.state, line.detail], ['connected', ''])
    const state = await adminState(stage)
    assert.equal(state.find((one) => one.bot === String(well.id))?.state, 'connected')
  })

  const unheard = t.test(
    'it hears nothing because polls fail: that is told, with what to do, until it hears again',
    async () => {
      const away = faults.add({ kind: 'bad_gateway_html', method: 'getUpdates', bot: other.id })
      await bea.send('/status', { to: other })
      await bea.expectReply({ to: other, ...PATIENT })
      await until('it is told', async () => (await lineOf(stage, other)).state === 'unreachable')
      assert.match((await lineOf(stage, other)).detail, /Telegram can't be reached \(HTTP 502.*see to the network/)
      const state = await adminState(stage)
      assert.equal(state.find((one) => one.bot === String(other.id))?.state, 'unreachable')
      assert.equal((await lineOf(stage, well)).state, 'connected', 'the other bot has nothing to do with it')
      assert.equal((await stage.place.run('bot', 'list')).code, 1)
      await bea.send('ask: unheard', { to: other })
      away.remove()
      await answerTo(bea, other, 'unheard')
      await until('all is well', async () => (await lineOf(stage, other)).state === 'connected')
    },
  )

  const foreignly = t.test("another program with the bot's token: told, survived, forgotten", async (t) => {
    const polling = new AbortController()
    t.after(() => polling.abort())
    const foreign = (async () => {
      while (!polling.signal.aborted)
        await fetch(`${telegram.url}/bot${shared.token}/getUpdates?timeout=20`, { signal: polling.signal }).catch(
          () => null,
        )
    })()
    await until('it is told', async () => (await lineOf(stage, shared)).state === 'conflict')
    assert.match((await lineOf(stage, shared)).detail, /Another program uses this token .*: stop it/)
    polling.abort()
    await foreign
    await bea.send('ask: after-the-other', { to: shared })
    await answerTo(bea, shared, 'after-the-other')
    await until('all is well', async () => (await lineOf(stage, shared)).state === 'connected')
    await assertOnce(stage, shared, bea, ['after-the-other'])
  })

  // What follows ends processes or stops them.
  await Promise.all([slowly, quietly, unheard, foreignly])

  await t.test(
    'a second process with the same bots waits for its turn and takes it at once when it comes',
    async () => {
      const conflicts = () =>
        stage.calls.filter(({ outcome }) => !outcome.ok && outcome.error.includes('Conflict')).length
      const before = conflicts()
      const first = stage.running()
      const second = stage.place.start('up', '--roles', 'telegram,worker')
      await new Promise((resolve) => setTimeout(resolve, 3_000))
      await bea.send('ask: two-processes', { to: bot })
      await answerTo(bea, bot, 'two-processes')
      assert.equal(conflicts(), before, 'they never poll side by side')
      first.child.kill('SIGKILL')
      await first.ended
      await bea.send('ask: one-process', { to: bot })
      await answerTo(bea, bot, 'one-process')
      assert.equal(conflicts(), before)
      await assertOnce(stage, bot, bea, ['two-processes', 'one-process'])
      second.child.kill('SIGTERM')
      await second.ended
      await stage.up()
    },
  )

  await t.test('a process that stands still for a while goes on as if nothing had been', async () => {
    const { child } = stage.running()
    child.kill('SIGSTOP')
    for (const name of ['still-1', 'still-2']) await bea.send(`ask: ${name}`, { to: bot })
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    child.kill('SIGCONT')
    for (const name of ['still-1', 'still-2']) await answerTo(bea, bot, name)
    await assertOnce(stage, bot, bea, ['still-1', 'still-2'])
  })
}

async function stoodStill(t: TestContext): Promise<void> {
  const stage = await openFaultStage(t)
  const { telegram, bots, place, somebody } = stage
  const { faults } = telegram
  const [bot] = bots
  const [bea, cem] = [await somebody('Bea'), await somebody('Cem')]
  place.start('up', '--roles', 'worker')
  const first = place.start('up', '--roles', 'telegram')
  await first.said(/is listening/)
  await bea.send('slowly: edited', { to: bot })
  const card = await bea.expectReply(PATIENT)
  // One has an edit to make, the other a first word to say, both in a moment; then time stops for the process.
  const edit = faults.add({ kind: 'rate_limit', retryAfter: 2, method: 'editMessageText', chat: bea.id })
  const send = faults.add({ kind: 'rate_limit', retryAfter: 2, method: 'sendRichMessage', chat: cem.id })
  await cem.send('slowly: sent', { to: bot })
  await until('both wait', () => edit.count > 0 && send.count > 0)
  first.child.kill('SIGSTOP')
  faults.removeAll()
  const second = place.start('up', '--roles', 'telegram')
  await second.said(/is listening/)
  for (const name of ['edited', 'sent']) stage.release(name)
  await answerTo(bea, bot, 'edited')
  await answerTo(cem, bot, 'sent')
  first.child.kill('SIGCONT')
  await new Promise((resolve) => setTimeout(resolve, 4_000))
  assert.match(bea.look(card)?.text ?? '', /The answer to edited\./, bea.transcript(bot))
  assert.equal(saidBy(stage, bot, cem).length, 1, cem.transcript(bot))
  await assertOnce(stage, bot, bea, ['edited'])
  await assertOnce(stage, bot, cem, ['sent'])
}

async function lineOf(stage: FaultStage, bot: Bot): Promise<BotLine> {
  const line = (await stage.botList()).find((one) => one.bot === String(bot.id))
  assert.ok(line !== undefined, 'the bot is listed')
  return line
}

async function adminState({ place, running }: FaultStage): Promise<readonly { bot: string; state: string }[]> {
  const [, url = ''] = await running().line(/^Factotum is up: (http:\/\/[^/]+)/)
  const token = (await place.run('token', 'issue')).stdout.trim()
  const answer = await fetch(`${url}/v1/admin/state`, { headers: { authorization: `Bearer ${token}` } })
  assert.equal(answer.status, 200)
  const { bots } = (await answer.json()) as { bots: readonly { bot: string; state: string }[] }
  return bots
}

/** All is said, and the answer to each stands in one message. */
async function assertOnce(stage: FaultStage, bot: Bot, person: UserClient, names: readonly string[]): Promise<void> {
  const waiting = `select key from outbox where chat = '${person.id}' and state in ('waiting', 'sending')`
  await until('all is said', async () => (await stage.query(waiting)).length === 0)
  for (const name of names)
    assert.equal(
      saying(saidBy(stage, bot, person), new RegExp(`The answer to ${name}\\.`)).length,
      1,
      person.transcript(bot),
    )
}
