// What a conversation promises, through Telegram, the real process and its real database: models are told of the last thirty messages,
// what was understood is acknowledged in a few words, and work starts with an OK to it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutPostgres } from '../support/postgres.ts'
import { answered, keptOf, openScriptedStage, PIXEL, requestIn, routed, settled } from './scripted-stage.ts'
import { becomes, labels, moment, PATIENT } from './telegram-stage.ts'

const UNDERSTOOD = /^Understood: /m
const VOICE = { bytes: new TextEncoder().encode('OggS the sound of a voice'), seconds: 3 }

test(
  'models are told of the last thirty messages, with their times and what was read from their files',
  { skip: withoutPostgres },
  async (t) => {
    const stage = await openScriptedStage(t, { people: ['Ada'], respond: answered })
    const { bot, llm } = stage
    const [ada] = stage.people
    assert.ok(ada !== undefined)
    await stage.up()
    const ask = async (words: string) => {
      await ada.send(words, { to: bot })
      await ada.expectReply({ to: bot, where: (message) => message.text.includes(`answer to: ${words}`), ...PATIENT })
    }
    for (let number = 1; number <= 17; number += 1) await ask(`what is thing ${number}?`)
    await ada.sendPhoto({ bytes: PIXEL }, { to: bot })
    await ada.expectReply({ to: bot, where: /^Kept:[\s\S]*A red bicycle/, ...PATIENT })
    await ada.sendVoice(VOICE, { to: bot })
    await ada.expectReply({ to: bot, where: /answer to: the orchard/, ...PATIENT })
    await ask('what is thing 18?')
    await settled(stage)
    const before = (await keptOf(stage, ada)).filter(({ in_context }) => in_context)
    assert.ok(before.length > 36, `${before.length} messages`)

    const asked = llm.requests.length
    await ask('what did I show you?')
    const requests = llm.requests.slice(asked).filter((request) => requestIn(request) === 'what did I show you?')
    assert.equal(requests.length, 2, 'it was understood and it was answered')
    const expected = before.slice(-30).map(({ role, body, created_at }) => {
      const at = created_at.toISOString().slice(0, 16).replace('T', ' ')
      return `[${at} UTC] ${role === 'user' ? 'Ada' : 'you'}: ${body}`.trimEnd()
    })
    for (const { text } of requests) {
      const told = /<conversation>\n([\s\S]*?)\n<\/conversation>/.exec(text)?.[1] ?? ''
      const lines = told.split('\n').filter((line) => /^\[\d{4}-\d\d-\d\d \d\d:\d\d UTC\] /.test(line))
      assert.deepEqual(
        lines.map((line) => line.trimEnd()),
        expected,
      )
    }
    const [router, assistant] = requests.map(({ text }) => text)
    assert.match(
      assistant ?? '',
      /<material from="[^"]*" kind="image_json" read_by="[^"]+">\nA red bicycle against a wall\.\n\nText in the image:\nRENT ME\n<\/material>/,
    )
    assert.match(
      assistant ?? '',
      /<material from="[^"]*" kind="voice_transcript" read_by="[^"]+">\nthe orchard has nine apple trees\n<\/material>/,
    )
    // What a file says chooses no tools.
    assert.doesNotMatch(router ?? '', /red bicycle|RENT ME/)
  },
)

test('work is understood, acknowledged, and starts with an OK', { skip: withoutPostgres }, async (t) => {
  const long = 'word '.repeat(3_000).trim()
  const stage = await openScriptedStage(t, {
    people: ['Ada'],
    respond: (asked, request) => {
      const words = requestIn(request)
      if (asked === 'answer' && words.includes('at length')) return { text: long }
      if (asked === 'route' && words.includes('endlessly'))
        return { object: { ...routedObject(words), summary: 'x '.repeat(1_500), plan: 'y '.repeat(1_500) } }
      return answered(asked, request)
    },
  })
  const { bot, telegram, rows, llm } = stage
  const [ada] = stage.people
  assert.ok(ada !== undefined)
  await stage.up()
  const propose = async (words: string) => {
    const sent = await ada.send(words, { to: bot })
    // The first that is said to these words.
    const proposal = await ada.expectReply({ to: bot, where: ({ replyTo }) => replyTo === sent.id, ...PATIENT })
    assert.match(proposal.text, /^Understood: .+\nWill: .+/)
    assert.ok(proposal.text.length <= 1_000, `${proposal.text.length} characters`)
    assert.deepEqual(labels(proposal), ['OK', 'Cancel'])
    await moment()
    return proposal
  }
  const taskOf = async (words: string) => {
    const [task] = await rows<{ readonly id: string; readonly status: string; readonly approval: string | null }>(
      `select id, status, approval ->> 'status' as approval from tasks where input_text = $1`,
      [words],
    )
    assert.ok(task !== undefined)
    return task
  }

  await t.test('a question is answered at once, without a button to agree with', async () => {
    await ada.send('what is an orchard?', { to: bot })
    const answer = await becomes(ada, await ada.expectReply({ to: bot, ...PATIENT }), /answer to: what is an orchard/)
    assert.ok(!labels(answer).includes('OK'))
    assert.deepEqual(await taskOf('what is an orchard?').then(({ approval }) => approval), null)
  })

  await t.test('an answer has a thousand words at most', async () => {
    await ada.send('tell me at length', { to: bot })
    await ada.expectReply({ to: bot, where: /Cut off here, after 1000 words/, ...PATIENT })
    const [row] = await rows<{ readonly body: string }>(
      `select body from messages where role = 'assistant' and in_context and body like 'word word%'`,
    )
    assert.equal(row?.body.replace(/\n\n\(Cut off[^)]*\)$/, '').split(' ').length, 1_000)
  })

  await t.test('nothing is done before the OK, and then what was agreed to', async () => {
    const asked = llm.requests.length
    const proposal = await propose('make a first note')
    await ada.expectNoMore({ to: bot, for: 1_000 })
    assert.equal(llm.requests.length, asked + 1, 'only what is wanted was asked about')
    assert.deepEqual(await taskOf('make a first note').then(({ status }) => status), 'needs_approval')
    assert.deepEqual(await ada.tap(proposal, 'OK'), { type: 'answered', text: 'OK, I start.', alert: false })
    assert.deepEqual(labels(await becomes(ada, proposal, /^👌 OK by Ada/)), [])
    await ada.expectReply({ to: bot, where: ({ media }) => media !== null, ...PATIENT })
    const { id, status, approval } = await taskOf('make a first note')
    assert.deepEqual([status, approval], ['completed', 'approved'])
    const plan = llm.requests.slice(asked).find(({ text }) => text.includes('You are the planner'))
    assert.match(plan?.text ?? '', /<proposal>\nUnderstood: A file is wanted \(make a first note\)\.\nWill: Write it/)
    const [{ asks, answers } = { asks: '', answers: '' }] = await rows<{
      readonly asks: string
      readonly answers: string
    }>(
      `select count(*) filter (where type = 'approval.requested') as asks,
         count(*) filter (where type = 'approval.resolved') as answers from task_events where task_id = $1`,
      [id],
    )
    assert.deepEqual([asks, answers], ['1', '1'])
  })

  await t.test('a model that goes on and on is cut short', async () => {
    const proposal = await propose('make it endlessly')
    await ada.tap(proposal, 'Cancel')
    assert.deepEqual(labels(await becomes(ada, proposal, /^❌ Cancelled by Ada/)), [])
    assert.deepEqual(await taskOf('make it endlessly').then(({ approval }) => approval), 'rejected')
  })

  await t.test('a further comment takes the place of what waits, whose buttons are dead and say so', async () => {
    const first = await propose('make a second note')
    const stale = first.buttons.flat().find(({ text }) => text === 'OK')?.data ?? ''
    const second = await propose('make it in capitals')
    assert.deepEqual(labels(await becomes(ada, first, /^➖ Replaced by a newer message/)), [])
    // A phone that has not heard of the change yet.
    const [account, user] = [telegram.world.bots.get(bot.id), telegram.world.users.get(ada.id)]
    const under = stage.stored(ada).find(({ id }) => id === first.id)
    assert.ok(account !== undefined && user !== undefined && under !== undefined)
    const pressed = await telegram.world.pressData(account, user, under, stale).answered
    assert.equal(pressed === 'expired' ? pressed : pressed.text, 'A newer message took its place: that one counts.')
    const [one, other] = [await taskOf('make a second note'), await taskOf('make it in capitals')]
    assert.deepEqual([one.status, one.approval], ['aborted', 'superseded'])
    assert.deepEqual([other.status, other.approval], ['needs_approval', 'pending'])
    await ada.tap(second, 'OK')
    const isOver = async () => (await taskOf('make it in capitals')).status === 'completed'
    for (let tries = 0; tries < 200 && !(await isOver()); tries += 1) await moment()
    assert.ok(await isOver())
    const plan = llm.requests.findLast(({ text }) => text.includes('You are the planner'))
    assert.match(plan?.text ?? '', /\] you: Understood: A file is wanted \(make a second note\)/)
  })
})

test('an OK that comes too late starts nothing', { skip: withoutPostgres }, async (t) => {
  const stage = await openScriptedStage(t, {
    people: ['Ada'],
    respond: answered,
    environment: { APPROVAL_HOURS: '0.001' },
  })
  const { bot, rows } = stage
  const [ada] = stage.people
  assert.ok(ada !== undefined)
  await stage.up()
  await ada.send('make a note', { to: bot })
  const proposal = await ada.expectReply({ to: bot, where: UNDERSTOOD, ...PATIENT })
  const expired = await becomes(ada, proposal, /^⌛ Nobody said OK in time/)
  assert.deepEqual(labels(expired), [])
  const [task] = await rows<{ readonly status: string; readonly approval: string }>(
    `select status, approval ->> 'status' as approval from tasks`,
  )
  assert.deepEqual(task, { status: 'aborted', approval: 'expired' })
  await ada.send('OK', { to: bot })
  await ada.expectReply({ to: bot, ...PATIENT })
  await settled(stage)
  assert.deepEqual(
    (await rows<{ readonly type: string }>(`select type from task_events where type = 'task.started'`)).length,
    1,
    'only the word that came too late was taken up, as a word',
  )
  assert.deepEqual(
    stage.llm.requests.filter(({ text }) => text.includes('You are the planner')),
    [],
  )
})

function routedObject(words: string): Record<string, unknown> {
  const turn = routed(words)
  const object: unknown = 'object' in turn ? turn.object : null
  return typeof object === 'object' ? { ...object } : {}
}
