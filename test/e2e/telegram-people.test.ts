// Who may speak: the owner by link or by configuration, people who are let in, strangers, and groups.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UserClient } from '../../testkit/telegram/user/user-client.ts'
import { becomes, expectChatToHold, labels, moment, openStage, outline, PATIENT } from './telegram-stage.ts'

const CODE = /this code: ([A-Z0-9]{8})/

test('people ask to be let in, and work beside the owner without seeing what is not theirs', async (t) => {
  const { ada, bot, telegram, up } = await openStage(t, { telegram: { checkAnswers: true } })
  const bob = telegram.newUser({ firstName: 'Bob' })
  const eve = telegram.newUser({ firstName: 'Eve' })
  await up()
  const codeOf = async (person: UserClient): Promise<string> => {
    const reply = await person.expectReply({ to: bot, where: CODE, ...PATIENT })
    return CODE.exec(reply.text)?.[1] ?? ''
  }

  await t.test('a stranger gets a code, and an owner who has not written yet is asked as soon as they do', async () => {
    await bob.send('create a hello world web app', { to: bot })
    const code = await codeOf(bob)
    await bob.send('hello?', { to: bot })
    await ada.send('/start', { to: bot })
    await ada.expectReply({ where: /^Hello Ada!/, ...PATIENT })
    const asked = await ada.expectReply({ where: /asks to work with me/, ...PATIENT })
    assert.ok(asked.text.includes(`Bob (telegram:${bob.id}) asks to work with me. Their code: ${code}`))
    assert.deepEqual(labels(asked), ['Let in', 'Refuse'])
    assert.deepEqual(await ada.tap(asked, 'Let in'), { type: 'answered', text: 'They are in.', alert: false })
    assert.equal((await ada.expectEdit(asked, PATIENT)).text, 'Ada let Bob in.')
    await bob.expectReply({ where: /^You are in/, ...PATIENT })
  })

  await t.test('one who is refused hears of it, and may ask again', async () => {
    await eve.send('let me in', { to: bot })
    const first = await codeOf(eve)
    const asked = await ada.expectReply({ where: /Eve .* asks/, ...PATIENT })
    assert.deepEqual(await ada.tap(asked, 'Refuse'), { type: 'answered', text: 'Refused.', alert: false })
    assert.equal((await ada.expectEdit(asked, PATIENT)).text, 'Ada refused Eve.')
    await eve.expectReply({ where: /did not let you in/, ...PATIENT })
    assert.notEqual(first, '')
  })

  await t.test('both work at once; each chat holds its own', async () => {
    await Promise.all([
      ada.send('create a JSON API for notes', { to: bot }),
      bob.send('create a static site about my garden', { to: bot }),
    ])
    const [hers, his] = await Promise.all(
      [ada, bob].map(async (person) => {
        const card = await person.expectReply({ to: bot, where: /^(?!Hello|You)/, ...PATIENT })
        return becomes(person, card, /Done/)
      }),
    )
    assert.match(hers?.text ?? '', /JSON API for notes/)
    assert.match(his?.text ?? '', /static site about my garden/)
    for (const person of [ada, bob])
      await person.expectReply({ to: bot, where: (one) => one.media?.name === 'changes.patch', ...PATIENT })
    const id = /([0-9a-f]{6})$/.exec(hers?.text ?? '')?.[1] ?? 'none'
    const asked = await bob.send(`/task ${id}`)
    const told = await bob.expectReply({ where: (one) => one.replyTo === asked.id, ...PATIENT })
    assert.equal(told.text, 'I know no task with that id.')
  })

  await t.test('a member has less to say', async () => {
    const asks = async (text: string): Promise<string> => {
      const sent = await bob.send(text, { to: bot })
      return (await bob.expectReply({ where: (one) => one.replyTo === sent.id, ...PATIENT })).text
    }
    assert.doesNotMatch(await asks('/help'), /\/run|\/panic|\/approve/)
    assert.equal(await asks('/run ls'), '/run is for owners only.')
    assert.equal(await asks('/panic on'), '/panic is for owners only.')
    assert.equal(await asks('/status'), 'Nothing is open here.')
    assert.match(await asks('/approve'), /Nothing here waits for your approval/)
    await bob.send('run `ls -la`')
    const card = await bob.expectReply({ where: /ls -la/, ...PATIENT })
    const question = await ada.expectReply({ to: bot, where: /May this command run/, ...PATIENT })
    assert.match(question.text, /Bob/)
    assert.match(question.text, /\nls -la\n/)
    assert.deepEqual(await ada.tap(question, 'Approve once'), { type: 'answered', text: 'Approved.', alert: false })
    await becomes(ada, question, /^✅ Approved by Ada/)
    await becomes(bob, card, /Done/)

    await bob.send('run `rm -rf build`')
    const second = await bob.expectReply({ where: /rm -rf build/, ...PATIENT })
    const other = await ada.expectReply({ to: bot, where: /May this command run/, ...PATIENT })
    await moment()
    await ada.send('no, not that', { to: bot, replyTo: other })
    await ada.expectReply({ where: /^Denied: it will not run\.$/, ...PATIENT })
    const denied = await becomes(bob, second, /^🛑 Stopped/)
    assert.match(denied.text, /By Ada.*not that/)
  })
  await t.test('five may wait for an answer, the sixth is asked to come again', async () => {
    const crowd = Array.from({ length: 6 }, (_, index) => telegram.newUser({ firstName: `Guest ${index}` }))
    for (const guest of crowd.slice(0, 5)) {
      await guest.send('hello', { to: bot })
      await codeOf(guest)
    }
    const last = crowd[5]
    assert.ok(last !== undefined)
    await last.send('hello', { to: bot })
    await last.expectReply({ where: /too many people are asking/, ...PATIENT })
    await expectChatToHold(last, bot, [
      'Guest 5: hello',
      'bot: I work for my owner only, and too many people are asking to be let in right now. Try again in an hour.',
    ])
  })

  const hello = 'Hello! I work for my owner and the people they let in. Show them this code:'
  const hers = ada.chat(bot).messages.map(({ text }) => text)
  const asked = hers.filter((text) => text.startsWith('Guest')).map((text) => text.split('\n')[0])
  assert.equal(asked.length, 5)
  await expectChatToHold(ada, bot, [
    'Ada: /start',
    'bot: Ada let Bob in.',
    `bot: ${hers.find((text) => text.startsWith('Hello Ada!'))?.split('\n')[0]}`,
    'bot: Ada refused Eve.',
    'Ada: create a JSON API for notes',
    'bot: ✅ Done · create a JSON API for notes [Accept] [Fix] [Details]',
    'bot: (document changes.patch) The whole change: 5 files',
    'bot: ✅ Approved by Ada, HH:MM: ls -la',
    'bot: ❌ Denied by Ada, HH:MM: rm -rf build · not that',
    'Ada: no, not that',
    'bot: Denied: it will not run.',
    ...asked.map((line) => `bot: ${line} [Let in] [Refuse]`),
  ])
  const code = (person: UserClient) => CODE.exec(person.chat(bot).messages[1]?.text ?? '')?.[1]
  const id = /\/task ([0-9a-f]{6})/.exec(bob.transcript(bot))?.[1]
  await expectChatToHold(bob, bot, [
    'Bob: create a hello world web app',
    `bot: ${hello} ${code(bob)}`,
    'Bob: hello?',
    'bot: You are in: tell me what to do, in your own words. /help shows what else there is.',
    'Bob: create a static site about my garden',
    'bot: ✅ Done · create a static site about my garden [Accept] [Fix] [Details]',
    'bot: (document changes.patch) The whole change: 7 files',
    `Bob: /task ${id}`,
    'bot: I know no task with that id.',
    'Bob: /help',
    'bot: Just write what you want, or reply to a result to go on from it. Files that you send are kept with the task.',
    'Bob: /run ls',
    'bot: /run is for owners only.',
    'Bob: /panic on',
    'bot: /panic is for owners only.',
    'Bob: /status',
    'bot: Nothing is open here.',
    'Bob: /approve',
    'bot: Nothing here waits for your approval.',
    'Bob: run `ls -la`',
    'bot: ✅ Done · run `ls -la` [Fix] [Details]',
    'Bob: run `rm -rf build`',
    'bot: 🛑 Stopped · run `rm -rf build` [Details]',
  ])
  await expectChatToHold(eve, bot, [
    'Eve: let me in',
    `bot: ${hello} ${code(eve)}`,
    'bot: Sorry, my owner did not let you in.',
  ])
  assert.deepEqual(telegram.wrongAnswers, [])
})

test('without a configured owner the first who opens the link from the terminal is it, and nobody after', async (t) => {
  const { ada, bot, telegram, place } = await openStage(t, { owner: false, telegram: { checkAnswers: true } })
  const bob = telegram.newUser({ firstName: 'Bob' })
  const platform = place.start('up')
  const [, code = ''] = await platform.said(/https:\/\/t\.me\/factotum_bot\?start=(\S+)/)
  await bob.send('/start wrong-code', { to: bot })
  await bob.expectReply({ where: CODE, ...PATIENT })
  await ada.send(`/start ${code}`, { to: bot })
  assert.match((await ada.expectReply({ where: /^Hello Ada!/, ...PATIENT })).text, /You own me/)
  // Who asked when there was nobody to ask is not forgotten.
  await ada.expectReply({ where: /^Bob .* asks to work with me/, ...PATIENT })
  // The link is used up.
  await bob.send(`/start ${code}`, { to: bot })
  await expectChatToHold(bob, bot, [
    'Bob: /start wrong-code',
    `bot: Hello! I work for my owner and the people they let in. Show them this code: ${CODE.exec(bob.transcript(bot))?.[1]}`,
    `Bob: /start ${code}`,
  ])
  const greeting = ada
    .chat(bot)
    .messages.find(({ text }) => text.startsWith('Hello Ada!'))
    ?.text.split('\n')[0]
  const lines = outline(ada.chat(bot))
  assert.deepEqual(lines.toSorted(), [
    `Ada: /start ${code}`,
    `bot: ${lines.find((line) => line.startsWith('bot: Bob'))?.slice(5)}`,
    `bot: ${greeting}`,
  ])
  assert.deepEqual(telegram.wrongAnswers, [])
})
