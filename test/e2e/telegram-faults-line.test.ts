// What fails between Telegram and the bots while they listen: taps whose answer is lost, polls that break or hang, updates that
// come twice or in another order, tokens that do not hold.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FaultSpec } from '../../testkit/telegram/world/faults.ts'
import { withoutPostgres } from '../support/postgres.ts'
import { answerTo, openFaultStage, PATIENT, saidBy, saying, until } from './telegram-fault-stage.ts'
import type { Bot, FaultStage } from './telegram-fault-stage.ts'

type Trouble = Omit<FaultSpec, 'method' | 'chat' | 'bot'>

const TAP_TROUBLE: readonly Trouble[] = [
  { kind: 'rate_limit', retryAfter: 1 },
  { kind: 'server_error', code: 500 },
  { kind: 'server_error', code: 502, accepted: true },
  { kind: 'accept_then_reset' },
  { kind: 'reset_before' },
  { kind: 'bad_gateway_html' },
  { kind: 'invalid_json', accepted: true },
  { kind: 'slow', ms: 1_000 },
]
const POLL_TROUBLE: readonly Trouble[] = [
  { kind: 'rate_limit', retryAfter: 2 },
  { kind: 'server_error', code: 500 },
  { kind: 'server_error', code: 502 },
  { kind: 'accept_then_reset' },
  { kind: 'reset_before' },
  { kind: 'bad_gateway_html' },
  { kind: 'invalid_json' },
  { kind: 'invalid_json', accepted: true },
  { kind: 'slow', ms: 1_500 },
  { kind: 'unauthorized' },
]

test('taps and polls', { skip: withoutPostgres, concurrency: 200, timeout: 280_000 }, async (t) => {
  const stage = await openFaultStage(t, { bots: TAP_TROUBLE.length + POLL_TROUBLE.length + 6 })
  const { telegram, up } = stage
  const { faults } = telegram
  const spare = [...stage.bots]
  await up()
  const running: Promise<void>[] = []

  /** Each with a bot of its own. */
  function scene(title: string, play: (bot: Bot, name: string) => Promise<void>): void {
    const bot = spare.shift()
    assert.ok(bot !== undefined)
    running.push(t.test(title, () => play(bot, title.replaceAll(/[^\w]+/g, '-'))))
  }

  for (const trouble of TAP_TROUBLE)
    scene(`answerCallbackQuery: ${titleOf(trouble)}`, async (bot, name) => {
      const person = await stage.somebody(name)
      await person.send(`slowly: ${name}`, { to: bot })
      const card = await person.expectReply(PATIENT)
      const fault = faults.add({ ...trouble, method: 'answerCallbackQuery', bot: bot.id, times: 1 })
      const answered = await person.tap(card, 'Status', PATIENT)
      assert.equal(answered.type, 'answered')
      const stopped = await person.tap(card, 'Stop', PATIENT)
      assert.equal(stopped.type, 'answered')
      await person.expectEdit(card, { where: /Stopped/, ...PATIENT })
      assert.equal(fault.count, 1)
      await assertSaid(stage, bot, name, { person, messages: 1, answers: 0 })
    })

  scene('answerCallbackQuery: hang, and the tap has done what it does', async (bot, name) => {
    const person = await stage.somebody(name)
    await person.send(`slowly: ${name}`, { to: bot })
    const card = await person.expectReply(PATIENT)
    faults.add({ kind: 'hang', method: 'answerCallbackQuery', bot: bot.id, times: 1 })
    void person.tap(card, 'Stop', PATIENT)
    await person.expectEdit(card, { where: /Stopped/, ...PATIENT })
    await assertSaid(stage, bot, name, { person, messages: 1, answers: 0 })
  })

  for (const trouble of POLL_TROUBLE)
    scene(`getUpdates: ${titleOf(trouble)}`, async (bot, name) => {
      const person = await stage.somebody(name)
      const fault = faults.add({ ...trouble, method: 'getUpdates', bot: bot.id, times: 3 })
      for (const one of ['1', '2', '3']) {
        await person.send(`ask: ${name}-${one}`, { to: bot })
        await answerTo(person, bot, `${name}-${one}`)
      }
      await until('the polls broke', () => fault.count > 0)
      await assertSaid(stage, bot, `${name}-.`, { person, messages: 3, answers: 3 })
    })

  scene('getUpdates: hang, which nothing but a watchdog ends', async (bot, name) => {
    const person = await stage.somebody(name)
    const fault = faults.add({ kind: 'hang', method: 'getUpdates', bot: bot.id, times: 1 })
    // The poll that is open brings the first; the next one hangs.
    await person.send(`ask: ${name}-1`, { to: bot })
    await answerTo(person, bot, `${name}-1`)
    await person.send(`ask: ${name}-2`, { to: bot })
    await answerTo(person, bot, `${name}-2`)
    assert.equal(fault.count, 1)
    await assertSaid(stage, bot, `${name}-.`, { person, messages: 2, answers: 2 })
  })

  scene('sendRichMessage: the token is refused once, and holds after all', async (bot, name) => {
    const person = await stage.somebody(name)
    faults.add({ kind: 'unauthorized', method: 'sendRichMessage', bot: bot.id, times: 1 })
    await person.send(`ask: ${name}`, { to: bot })
    await answerTo(person, bot, name)
    await assertSaid(stage, bot, name, { person, messages: 1, answers: 1 })
  })

  await Promise.all(running)
})

test(
  'updates that come twice, in another order, or all at once after a downtime',
  { skip: withoutPostgres },
  async (t) => {
    const stage = await openFaultStage(t)
    const { telegram, bots, somebody, up, query } = stage
    const { faults } = telegram
    const [bot] = bots
    faults.duplicateUpdates = true
    faults.reorderUpdates = true
    const person = await somebody('Bea')
    const names = Array.from({ length: 30 }, (_, index) => `backlog-${String(index).padStart(2, '0')}`)
    for (const name of names) await person.send(`ask: ${name}`, { to: bot })
    const first = await up()
    for (const name of names) await answerTo(person, bot, name)
    await assertSaid(stage, bot, 'backlog-..', { person, messages: 30, answers: 30 })
    const asked = await query<{ input_text: string }>('select input_text from tasks order by created_at, id')
    assert.deepEqual(
      asked.map(({ input_text }) => input_text),
      names.map((name) => `ask: ${name}`),
    )

    await t.test('every connection is dropped again and again', async () => {
      for (let time = 1; time <= 8; time += 1) {
        await person.send(`ask: dropped-${time}`, { to: bot })
        await new Promise((resolve) => setTimeout(resolve, 150))
        faults.dropConnections()
      }
      for (let time = 1; time <= 8; time += 1) await answerTo(person, bot, `dropped-${time}`)
      const answers = saying(saidBy(stage, bot, person), /The answer to dropped-.\./)
      assert.equal(answers.length, 8, 'each once, whatever became of what was said on the way')
    })

    await t.test('what Telegram brings again after a kill is known', async () => {
      first.child.kill('SIGKILL')
      await first.ended
      await person.send('ask: while-away', { to: bot })
      await up()
      await answerTo(person, bot, 'while-away')
      await until('all is said', async () => (await query(UNSAID)).length === 0)
      assert.equal(saying(saidBy(stage, bot, person), /The answer to while-away\./).length, 1)
      assert.equal((await query('select id from tasks')).length, 39)
    })
  },
)

test('a token that does not hold is told of, and the other bots work', { skip: withoutPostgres }, async (t) => {
  const stage = await openFaultStage(t, { bots: 2 })
  const { telegram, bots, somebody, botList } = stage
  const [bot, other] = bots
  assert.ok(other !== undefined)
  telegram.faults.add({ kind: 'unauthorized', bot: other.id })
  telegram.faults.add({ kind: 'unauthorized', bot: other.id, method: 'getUpdates' })
  const started = stage.place.start('up')
  await started.said(/Telegram: @factotum0_bot is listening/)
  const person = await somebody('Bea')
  await person.send('ask: works', { to: bot })
  await answerTo(person, bot, 'works')
  await until('both are told of', async () => {
    const lines = await botList()
    const of = (id: number) => lines.find((line) => line.bot === String(id))?.state
    return of(bot.id) === 'connected' && of(other.id) === 'broken'
  })
  const broken = (await botList()).find((line) => line.bot === String(other.id))
  assert.match(broken?.detail ?? '', /does not accept the token \(Unauthorized\): get the right one from @BotFather/)
})

const UNSAID = `select key from outbox where state in ('waiting', 'sending')`

function titleOf({ kind, code, accepted }: Trouble): string {
  return `${kind}${code === undefined ? '' : ` ${code}`}${accepted === true ? ', done' : ''}`
}

type Said = {
  readonly person: Awaited<ReturnType<FaultStage['somebody']>>
  readonly messages: number
  readonly answers: number
}

/** Nothing is left to say to her, so many messages of the bot stand there, and so many of them are answers. */
async function assertSaid(
  stage: FaultStage,
  bot: Bot,
  name: string,
  { person, messages, answers }: Said,
): Promise<void> {
  const waiting = `select key from outbox where chat = '${person.id}' and state in ('waiting', 'sending')`
  await until('all is said', async () => (await stage.query(waiting)).length === 0)
  const said = saidBy(stage, bot, person)
  assert.equal(said.length, messages, person.transcript(bot))
  assert.equal(saying(said, new RegExp(`The answer to ${name}\\.`)).length, answers, person.transcript(bot))
}
