// Every way in which Telegram or the line to it can fail, one by one, while the platform is at work: what people see in the end is
// what they would have seen without it, once, or the log says what can't be known.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FaultKind, FaultSpec } from '../../testkit/telegram/world/faults.ts'
import type { UserClient } from '../../testkit/telegram/user/user-client.ts'
import { withoutPostgres } from '../support/postgres.ts'
import { answerTo, openFaultStage, PATIENT, saidBy, saying, until } from './telegram-fault-stage.ts'
import type { FaultStage } from './telegram-fault-stage.ts'

type Trouble = Omit<FaultSpec, 'method' | 'chat' | 'bot'>

/** Nothing was done, and Telegram or the line says so. */
const REFUSED: readonly Trouble[] = [
  { kind: 'rate_limit', retryAfter: 2 },
  { kind: 'server_error', code: 503 },
  { kind: 'slow', ms: 1_500 },
]
/** Nobody can tell from the outside whether it was done. */
const UNCLEAR: readonly Trouble[] = [
  { kind: 'accept_then_reset' },
  { kind: 'reset_before' },
  { kind: 'server_error', code: 500 },
  { kind: 'server_error', code: 502, accepted: true },
  { kind: 'bad_gateway_html' },
  { kind: 'bad_gateway_html', accepted: true },
  { kind: 'invalid_json', accepted: true },
  { kind: 'invalid_json' },
  { kind: 'hang' },
  { kind: 'hang', accepted: true },
]
const WAS_DONE = ({ kind, accepted }: Trouble) => kind === 'accept_then_reset' || accepted === true

test('while a task is under way', { skip: withoutPostgres, concurrency: 200, timeout: 280_000 }, async (t) => {
  const stage = await openFaultStage(t, { bots: 2 })
  const { telegram, bots, up, undelivered } = stage
  const [bot, oldServer] = bots
  assert.ok(oldServer !== undefined)
  // A Bot API server that knows no rich messages: it gets them as text with entities.
  telegram.faults.add({ kind: 'server_error', code: 404, method: 'sendRichMessage', bot: oldServer.id })
  await up()
  const doubtful: { readonly name: string; readonly person: UserClient }[] = []
  const running: Promise<void>[] = []

  /** One person, one fault, one question: all of them side by side, because what one suffers must not touch another. */
  function scene(method: string, trouble: Trouble, play: (scene: Scene) => Promise<void>, times = 1, on = bot): void {
    const done = trouble.accepted === true ? ', done' : ''
    const name = `${method}-${trouble.kind}${trouble.code ?? ''}${done === '' ? '' : '-done'}-${on === bot ? 0 : 1}`
    const title = `${method}: ${trouble.kind}${trouble.code === undefined ? '' : ` ${trouble.code}`}${done}`
    running.push(
      t.test(title, async () => {
        const person = await stage.somebody(name)
        const fault = telegram.faults.add({ ...trouble, method, chat: person.id, bot: on.id, times })
        await play({ stage, bot: on, name, person })
        assert.equal(fault.count, times, 'the fault struck')
      }),
    )
  }

  for (const trouble of REFUSED) {
    scene('sendRichMessage', trouble, asksAndIsAnsweredInOneMessage)
    scene('sendMessage', trouble, asksAndIsAnsweredInOneMessage, 1, oldServer)
    scene('editMessageText', trouble, asksAndIsAnsweredInOneMessage, 2)
    scene('setMessageReaction', trouble, asksAndSeesItWasRead)
    scene('sendDocument', trouble, getsTheFileOnce)
    scene('sendChatAction', trouble, asksAndIsAnsweredInOneMessage)
  }
  for (const trouble of UNCLEAR) {
    // The first word of a card is lost or stays behind; its end comes as a message of its own, once.
    const strays = WAS_DONE(trouble) ? 1 : 0
    scene('sendRichMessage', trouble, (given) => asksAndIsAnsweredBeside(given, strays))
    scene('sendMessage', trouble, (given) => asksAndIsAnsweredBeside(given, strays), 1, oldServer)
    scene('editMessageText', trouble, asksAndIsAnsweredInOneMessage)
    scene('setMessageReaction', trouble, asksAndSeesItWasRead)
    scene('sendChatAction', trouble, asksAndIsAnsweredInOneMessage)
    scene('sendDocument', trouble, async (given) => {
      doubtful.push(given)
      const listed = doubtful.length === 1 ? undelivered : null
      await getsTheFileAgainIfSheWants(given, WAS_DONE(trouble) ? 1 : 0, listed)
    })
  }
  scene('editMessageText', { kind: 'not_modified' }, async (given) => {
    await given.person.send(`slowly: ${given.name}`, { to: given.bot })
    const card = await given.person.expectReply(PATIENT)
    await until('the card was to be changed', () => edits(stage, given.person) > 0)
    stage.release(given.name)
    assert.equal((await answerTo(given.person, given.bot, given.name)).id, card.id)
    await onlyThen(given, 1)
  })
  for (const kind of ['blocked', 'chat_not_found'] as const satisfies readonly FaultKind[]) {
    scene('sendRichMessage', { kind }, getsItWhenSheComesBack)
    scene('editMessageText', { kind }, getsItWhenSheComesBack)
  }
  scene('editMessageText', { kind: 'thread_not_found' }, asksAndIsAnsweredInOneMessage)

  await Promise.all(running)
  await t.test('what was sent again on request is told of no more', async () => {
    assert.ok(doubtful.length > 0)
    assert.deepEqual(
      (await undelivered()).filter(({ key }) => key.startsWith('files:')),
      [],
    )
  })
})

type Scene = {
  readonly stage: FaultStage
  readonly bot: FaultStage['bots'][number]
  readonly name: string
  readonly person: UserClient
}

async function asksAndIsAnsweredInOneMessage({ stage, bot, name, person }: Scene): Promise<void> {
  await person.send(`slowly: ${name}`, { to: bot })
  const card = await person.expectReply(PATIENT)
  await person.expectAction({ to: bot, action: 'typing', ...PATIENT }).catch(() => undefined)
  stage.release(name)
  const answer = await answerTo(person, bot, name)
  assert.equal(answer.id, card.id)
  await onlyThen({ stage, bot, name, person }, 1)
}

/** The first word of her card went wrong: its end comes as a message of its own, and `strays` of the first are there too. */
async function asksAndIsAnsweredBeside(scene: Scene, strays: number): Promise<void> {
  const { stage, bot, name, person } = scene
  await person.send(`slowly: ${name}`, { to: bot })
  stage.release(name)
  await answerTo(person, bot, name)
  await onlyThen(scene, 1 + strays)
}

async function asksAndSeesItWasRead(scene: Scene): Promise<void> {
  const { bot, name, person } = scene
  const sent = await person.send(`ask: ${name}`, { to: bot })
  assert.equal(await person.expectReaction(sent, PATIENT), '👀')
  await answerTo(person, bot, name)
  await onlyThen(scene, 1)
}

async function getsTheFileOnce(scene: Scene): Promise<void> {
  const { bot, name, person } = scene
  await person.send(`at length: ${name}`, { to: bot })
  await person.expectReply({ where: ({ media }) => media?.name === 'answer.md', ...PATIENT })
  await onlyThen(scene, 2)
  assert.equal(filesIn(scene).length, 1)
}

/** `listed`: what the operator is told, where that is to be looked at. */
async function getsTheFileAgainIfSheWants(
  scene: Scene,
  arrived: number,
  listed: FaultStage['undelivered'] | null,
): Promise<void> {
  const { bot, name, person } = scene
  await person.send(`at length: ${name}`, { to: bot })
  const note = await person.expectReply({ where: /a file, so I can't tell whether it is here/, ...PATIENT })
  await onlyThen(scene, 2 + arrived)
  assert.equal(filesIn(scene).length, arrived)
  const told = `select state from outbox where chat = '${person.id}' and key like 'files:%'`
  assert.deepEqual(await scene.stage.query(told), [{ state: 'ambiguous' }])
  const lines = await listed?.()
  const isHers = ({ chat, state }: { chat: string; state: string }) =>
    chat === String(person.id) && state === 'ambiguous'
  if (lines !== undefined) assert.ok(lines.some(isHers), JSON.stringify(lines))
  assert.deepEqual(await person.tap(note, 'Send it again', PATIENT), {
    type: 'answered',
    text: 'Sent again.',
    alert: false,
  })
  await person.expectDelete(note, PATIENT)
  await until('the file is there', () => filesIn(scene).length === arrived + 1)
  await onlyThen(scene, 2 + arrived)
}

async function getsItWhenSheComesBack(scene: Scene): Promise<void> {
  const { stage, bot, name, person } = scene
  await person.send(`slowly: ${name}`, { to: bot })
  stage.release(name)
  const held = `select key from outbox where chat = '${person.id}' and state = 'held' and key like 'task:%'`
  await until('what can not be said is kept', async () => (await stage.query(held)).length === 1)
  await person.send('/help', { to: bot })
  await person.expectReply({ to: bot, where: /write what you want/, ...PATIENT })
  await answerTo(person, bot, name)
  await onlyThen(scene, 2)
}

function edits({ calls }: FaultStage, person: UserClient): number {
  return calls.filter(({ method, params }) => method === 'editMessageText' && params['chat_id'] === person.id).length
}

function filesIn({ stage, bot, person }: Scene) {
  return saidBy(stage, bot, person).filter(({ content }) => content.document !== undefined)
}

/** Nothing is left to say to her, so many messages of the bot stand in the chat, and one of them, only one, is the answer. */
async function onlyThen({ stage, bot, name, person }: Scene, messages: number): Promise<void> {
  const waiting = `select key from outbox where chat = '${person.id}' and state in ('waiting', 'sending')`
  await until('all is said', async () => (await stage.query(waiting)).length === 0)
  const said = saidBy(stage, bot, person).filter(({ deletedAt }) => deletedAt === undefined)
  assert.equal(said.length, messages, person.transcript(bot))
  const [answer, ...others] = saying(saidBy(stage, bot, person), new RegExp(`The answer to ${name}\\.`))
  assert.deepEqual(others, [], person.transcript(bot))
  assert.ok(answer !== undefined && answer.deletedAt === undefined)
}
