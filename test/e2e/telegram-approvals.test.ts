// Commands that wait for a yes: every way to give one, to refuse, and what stands in the chat afterwards.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SeenMessage } from '../../testkit/telegram/user/seen.ts'
import { becomes, askToRun as run, expectChatToHold, labels, openStage, PATIENT } from './telegram-stage.ts'
import type { Stage } from './telegram-stage.ts'

test('a command is approved once, by typing, for good, denied, or answered elsewhere', async (t) => {
  const stage = await openStage(t, { telegram: { checkAnswers: true } })
  const { ada, bot, place, telegram, up } = stage
  await up()

  await t.test('approved once, with the button; the button is dead afterwards', async () => {
    const { sent, question, card } = await run(stage, 'echo one')
    assert.equal(question.replyTo, sent.id)
    assert.match(question.text, /\necho one\n/)
    assert.deepEqual(labels(question), ['Approve once', 'Always…', 'Deny'])
    const dead = dataOf(question, 'Approve once')
    assert.deepEqual(await ada.tap(question, 'Approve once'), { type: 'answered', text: 'Approved.', alert: false })
    const answered = await becomes(ada, question, /^✅ Approved by Ada, \d\d:\d\d UTC: echo one$/)
    assert.deepEqual(labels(answered), [])
    await becomes(ada, card, /Done · echo one\none\n/)
    // An app may still show the old buttons for a moment.
    const late = await tapOld(stage, question, dead)
    assert.match(late, /^Already taken care of by you, \d+ s ago\.$/)
  })

  await t.test('yes as a reply, /approve, and what is neither', async () => {
    const first = await run(stage, 'echo two')
    const unclear = await ada.send('hm, why?', { replyTo: first.question })
    const hint = await ada.expectReply({ where: /Is that a yes or a no/, ...PATIENT })
    assert.equal(hint.replyTo, unclear.id)
    await ada.send('Yes!', { replyTo: first.question })
    assert.equal((await ada.expectReply({ where: /Approved/, ...PATIENT })).text, 'Approved.')
    await becomes(ada, first.card, /Done · echo two\ntwo\n/)
    await becomes(ada, first.question, /^✅ Approved by Ada/)

    const second = await run(stage, 'echo three')
    await ada.send('/approve')
    assert.equal((await ada.expectReply({ where: /Approved/, ...PATIENT })).text, 'Approved.')
    await becomes(ada, second.card, /Done · echo three\nthree\n/)
  })

  await t.test('of two that wait, /approve asks which', async () => {
    const first = await run(stage, 'echo four')
    const second = await run(stage, 'echo five')
    await ada.send('/approve')
    const which = await ada.expectReply({ where: /More than one waits/, ...PATIENT })
    const id = /· ([0-9a-f]{6})/.exec(first.question.text)?.[1] ?? 'none'
    assert.ok(which.text.includes(id))
    await ada.send(`/approve ${id}`)
    await ada.expectReply({ where: /^Approved\.$/, ...PATIENT })
    await becomes(ada, first.card, /Done · echo four/)
    await ada.send('/deny not today')
    assert.equal((await ada.expectReply({ where: /Denied/, ...PATIENT })).text, 'Denied: it will not run.')
    const denied = await becomes(ada, second.question, /^❌ Denied by Ada/)
    assert.match(denied.text, /not today/)
    await becomes(ada, second.card, /^🛑 Stopped/)
  })

  await t.test('denied with the button: it never runs', async () => {
    const { question, card } = await run(stage, 'echo six')
    assert.deepEqual(await ada.tap(question, 'Deny'), {
      type: 'answered',
      text: 'Denied: it will not run.',
      alert: false,
    })
    const ended = await becomes(ada, card, /^🛑 Stopped/)
    assert.deepEqual(labels(ended), ['Details'])
    assert.match(ended.text, /\nBy Ada, \d\d:\d\d UTC: The approval was rejected\.\n/)
    await becomes(ada, question, /^❌ Denied by Ada, \d\d:\d\d UTC: echo six$/)
  })

  await t.test('always: the rule is shown, can be left again, and holds for exactly this', async () => {
    const { question, card } = await run(stage, 'echo seven')
    await ada.tap(question, 'Always…')
    const rule = await becomes(ada, question, /Always run exactly this/)
    assert.match(rule.text, /\necho seven\n/)
    assert.deepEqual(labels(rule), ['Confirm', 'Back'])
    await ada.tap(rule, 'Back')
    const back = await becomes(ada, rule, /May this command run/)
    await ada.tap(back, 'Always…')
    const again = await becomes(ada, back, /Always run exactly this/)
    assert.deepEqual(await ada.tap(again, 'Confirm'), { type: 'answered', text: 'Approved.', alert: false })
    await becomes(ada, again, /^✅ Approved by Ada.*always/)
    await becomes(ada, card, /Done · echo seven/)

    await ada.send('/run echo seven')
    const free = await ada.expectReply({ where: /echo seven/, ...PATIENT })
    await becomes(ada, free, /Done · echo seven/)
    const third = await run(stage, 'echo  seven')
    await ada.send('no', { replyTo: third.question })
    await ada.expectReply({ where: /Denied/, ...PATIENT })
    await becomes(ada, third.card, /^🛑 Stopped/)
  })

  await t.test('approved from the terminal: the question in the chat is answered, too', async () => {
    const { question, card } = await run(stage, 'echo eight')
    const listed = await place.run('task', 'list', '--json')
    const id = /"id":\s*"([0-9a-f-]{36})"/.exec(listed.stdout)?.[1] ?? ''
    const approved = await place.run('task', 'approve', id)
    assert.equal(approved.code, 0, approved.stderr)
    const answered = await becomes(ada, question, /^✅ Approved by/)
    assert.match(answered.text, /by the console/)
    assert.deepEqual(labels(answered), [])
    await becomes(ada, card, /Done · echo eight/)
  })

  await t.test('stopped while it waits: nothing is asked any more', async () => {
    const { question, card } = await run(stage, 'echo nine')
    await ada.tap(card, 'Stop')
    const over = await becomes(ada, question, /^➖ No longer asked/)
    assert.deepEqual(labels(over), [])
    await becomes(ada, card, /^🛑 Stopped/)
  })

  const done = (command: string, more = '') => [
    `Ada: /run ${command}`,
    `bot: ✅ Approved by Ada, HH:MM: ${command}${more}`,
    `bot: ✅ Done · ${command} [Fix] [Details]`,
  ]
  const denied = (command: string, why = '') => [
    `Ada: /run ${command}`,
    `bot: ❌ Denied by Ada, HH:MM: ${command}${why}`,
    `bot: 🛑 Stopped · ${command} [Details]`,
  ]
  const id = /e\.g\. \/approve ([0-9a-f]{6})/.exec(ada.transcript(bot))?.[1]
  const other = /Ada #\d+: "\/approve ([0-9a-f]{6})"/.exec(ada.transcript(bot))?.[1]
  await expectChatToHold(ada, bot, [
    ...done('echo one'),
    ...done('echo two'),
    'Ada: hm, why?',
    'bot: Is that a yes or a no? Reply yes or no, or use the buttons.',
    'Ada: Yes!',
    'bot: Approved.',
    ...done('echo three'),
    'Ada: /approve',
    'bot: Approved.',
    ...done('echo four'),
    ...denied('echo five', ' · not today'),
    'Ada: /approve',
    `bot: More than one waits. Say which, e.g. /approve ${id}`,
    `Ada: /approve ${other}`,
    'bot: Approved.',
    'Ada: /deny not today',
    'bot: Denied: it will not run.',
    ...denied('echo six'),
    ...done('echo seven', ' · From now on, always exactly this.'),
    'Ada: /run echo seven',
    'bot: ✅ Done · echo seven [Fix] [Details]',
    ...denied('echo  seven').map((line) => (line.startsWith('bot') ? line.replace('  ', ' ') : line)),
    'Ada: no',
    'bot: Denied: it will not run.',
    'Ada: /run echo eight',
    'bot: ✅ Approved by the console, HH:MM: echo eight',
    'bot: ✅ Done · echo eight [Fix] [Details]',
    'Ada: /run echo nine',
    'bot: ➖ No longer asked, stopped by Ada, HH:MM: echo nine',
    'bot: 🛑 Stopped · echo nine [Details]',
  ])
  assert.deepEqual(telegram.wrongAnswers, [])
})

function dataOf(message: SeenMessage, label: string): string {
  return message.buttons.flat().find((button) => button.text === label)?.data ?? ''
}

/** A press on a button that the message has no more. Gives what the person is told. */
async function tapOld({ telegram, ada, bot }: Stage, message: SeenMessage, data: string): Promise<string> {
  const { world } = telegram
  const [account, user] = [world.bots.get(bot.id), world.users.get(ada.id)]
  assert.ok(account !== undefined && user !== undefined)
  const stored = world.chatOf(account, ada.id).messages.get(message.id)
  assert.ok(stored !== undefined)
  const answer = await world.pressData(account, user, stored, data).answered
  return answer === 'expired' ? 'expired' : (answer.text ?? '')
}
