// What only owners may decide and members ask for, the end that is heard, and the list that stays at the top.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UserClient } from '../../testkit/telegram/user/user-client.ts'
import { expectChatToHold, labels, openStage, PATIENT } from './telegram-stage.ts'

test("a member's command is asked about in the owners' chats, and its end is heard", async (t) => {
  const { ada, bot, telegram, place, up } = await openStage(t, { telegram: { checkAnswers: true } })
  const bob = telegram.newUser({ firstName: 'Bob *B*' })
  const carl = telegram.newUser({ firstName: 'Carl' })
  for (const [person, role, name] of [
    [bob, 'member', 'Bob *B*'],
    [carl, 'owner', 'Carl'],
  ] as const) {
    const added = await place.run('user', 'add', `telegram:${person.id}`, '--role', role, '--name', name)
    assert.equal(added.code, 0, added.stderr)
  }
  await up()
  for (const person of [ada, bob, carl]) {
    await person.send('/start', { to: bot })
    await person.expectReply({ where: /^Hello/, ...PATIENT })
  }
  const asks = async (command: string) => {
    await bob.send(`run \`${command}\``)
    const card = await bob.expectReply({ where: /An owner is asked/, ...PATIENT })
    assert.deepEqual(labels(card), ['Stop', 'Status', 'Details'])
    const questionOf = (person: UserClient) =>
      person.expectReply({ where: (one) => one.text.includes(`run \`${command}\``), ...PATIENT })
    const [hers, his] = [await questionOf(ada), await questionOf(carl)]
    for (const question of [hers, his]) {
      assert.match(question.text, /May this command run\?\s+Bob \*B\* asks: run/)
      assert.deepEqual(labels(question), ['Approve once', 'Always…', 'Deny'])
    }
    return { card, hers, his }
  }

  await t.test('one owner answers with the button: everybody reads who and when', async () => {
    const { card, hers, his } = await asks('echo one')
    await ada.tap(hers, 'Always…')
    const rule = await ada.expectEdit(hers, { where: /whenever Bob \*B\* asks for it/, ...PATIENT })
    await ada.tap(rule, 'Back')
    const back = await ada.expectEdit(rule, { where: /Bob \*B\* asks: run/, ...PATIENT })
    assert.deepEqual(labels(back), ['Approve once', 'Always…', 'Deny'])
    assert.deepEqual(await carl.tap(his, 'Approve once'), { type: 'answered', text: 'Approved.', alert: false })
    for (const [person, question] of [
      [ada, back],
      [carl, his],
    ] as const) {
      const answered = await person.expectEdit(question, { where: /^✅ Approved by Carl, .*: echo one$/, ...PATIENT })
      assert.deepEqual(labels(answered), [])
    }
    await bob.expectEdit(card, { where: /Done · [^]*\none\n/, ...PATIENT })
  })

  await t.test('a reply answers it, too, and so does the terminal', async () => {
    const first = await asks('echo two')
    await ada.send('no, not now', { replyTo: first.hers })
    await ada.expectReply({ where: /^Denied/, ...PATIENT })
    await carl.expectEdit(first.his, { where: /^❌ Denied by Ada.*not now/, ...PATIENT })
    await bob.expectEdit(first.card, { where: /^🛑 Stopped/, ...PATIENT })
    const second = await asks('echo three')
    const listed = await place.run('task', 'list', '--json')
    const id = /"id":\s*"([0-9a-f-]{36})"/.exec(listed.stdout)?.[1] ?? ''
    assert.equal((await place.run('task', 'approve', id)).code, 0)
    await ada.expectEdit(second.hers, { where: /^✅ Approved by the console/, ...PATIENT })
    await carl.expectEdit(second.his, { where: /^✅ Approved by the console/, ...PATIENT })
    await bob.expectEdit(second.card, { where: /Done/, ...PATIENT })
  })

  await t.test('what an owner approved for good is asked again once they are shut out', async () => {
    const first = await asks('echo four')
    await carl.tap(first.his, 'Always…')
    const rule = await carl.expectEdit(first.his, { where: /Always run exactly this/, ...PATIENT })
    await carl.tap(rule, 'Confirm')
    await bob.expectEdit(first.card, { where: /Done/, ...PATIENT })
    await bob.send('run `echo four`')
    const free = await bob.expectReply({ where: (one) => one.text.includes('echo four'), ...PATIENT })
    await bob.expectEdit(free, { where: /Done/, ...PATIENT })
    const removed = await place.run('user', 'remove', `telegram:${carl.id}`)
    assert.match(removed.stdout, /is shut out\. The command that they approved for good will be asked about again\./)
    await bob.send('run `echo four`')
    const again = await bob.expectReply({ where: /An owner is asked/, ...PATIENT })
    const question = await ada.expectReply({ where: (one) => one.text.includes('run `echo four`'), ...PATIENT })
    await bob.tap(again, 'Stop')
    await ada.expectEdit(question, { where: /^➖ No longer asked, stopped by Bob \*B\*/, ...PATIENT })
    await bob.expectEdit(again, { where: /^🛑 Stopped/, ...PATIENT })
  })

  await t.test('long work without a file ends with one message that is heard', async () => {
    const sent = await ada.send('/run sleep 21')
    const question = await ada.expectReply({ where: /May this command run\?\s+sleep 21/, ...PATIENT })
    const card = await ada.expectReply({ where: /Waiting for a yes/, ...PATIENT })
    await ada.tap(question, 'Approve once')
    await ada.expectEdit(card, { where: /Done/, ...PATIENT })
    const heard = await ada.expectReply({ where: /^✅ Done, see above: sleep 21$/, ...PATIENT })
    assert.equal(heard.replyTo, sent.id)
    await ada.expectNoMore({ for: 1_500 })
  })
  assert.deepEqual(telegram.wrongAnswers, [])
})

test('/status pin: the list at the top is kept true over a restart, and goes when it is told to', async (t) => {
  const { ada, bot, telegram, up } = await openStage(t, { telegram: { checkAnswers: true } })
  const first = await up()
  await ada.send('/status pin', { to: bot })
  const list = await ada.expectReply({ where: /^Nothing is open here/, ...PATIENT })
  await ada.expectChat((chat) => chat.pinned.some((one) => one.id === list.id), { to: bot, ...PATIENT })
  await ada.send('/run sleep 1')
  const question = await ada.expectReply({ where: /May this command run/, ...PATIENT })
  await ada.expectEdit(list, { where: /^Open here\s[^]*✋ Waiting for a yes · sleep 1 · just begun/, ...PATIENT })
  first.child.kill('SIGKILL')
  await first.ended
  const second = await up()
  await ada.tap(question, 'Approve once')
  const card = ada.chat(bot).messages.find(({ text }) => text.includes('Waiting for a yes · sleep 1'))
  assert.ok(card !== undefined)
  await ada.expectEdit(list, { where: /^Nothing is open here/, ...PATIENT })
  await ada.send('/status unpin')
  await ada.expectReply({ where: /Nothing is pinned here any more/, ...PATIENT })
  await ada.expectChat((chat) => chat.pinned.length === 0, { to: bot, ...PATIENT })
  await expectChatToHold(ada, bot, [
    'Ada: /status pin',
    'bot: pinned a message',
    'Ada: /run sleep 1',
    'bot: ✅ Approved by Ada, HH:MM: sleep 1',
    'bot: ✅ Done · sleep 1 [Fix] [Details]',
    'Ada: /status unpin',
    'bot: Nothing is pinned here any more.',
  ])
  const [address = ''] = await second.line(/http:\/\/[^\s/]+/)
  const metrics = await (await fetch(`${address}/metrics`)).text()
  assert.match(metrics, /chat_updates_total\{kind="tap"\} 1\n/)
  assert.match(metrics, /chat_updates_total\{kind="message"\} 1\n/)
  assert.deepEqual(telegram.wrongAnswers, [])
})
