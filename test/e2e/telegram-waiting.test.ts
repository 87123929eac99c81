// For those who put the phone away: a pinned list of what is open, and a sound when long work ends.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { becomes, expectChatToHold, openStage, PATIENT, runApproved } from './telegram-stage.ts'

test('what is open stays at the top, and the end of long work is heard', async (t) => {
  const stage = await openStage(t, { telegram: { checkAnswers: true } })
  const { ada, bot, telegram, up } = stage
  await up()
  await ada.send('/status pin', { to: bot })
  const list = await ada.expectReply({ where: /open/i, ...PATIENT })
  await ada.expectChat((chat) => chat.pinned.some(({ id }) => id === list.id), { to: bot, ...PATIENT })
  const command = 'sleep 21 && echo rested'
  const card = await runApproved(stage, command)
  await becomes(ada, list, /sleep 21/)
  const done = await becomes(ada, card, /Done/)
  assert.match(done.text, /\nrested\n/)
  const heard = await ada.expectReply({ where: /^✅ Done, see above: sleep 21 && echo rested$/, ...PATIENT })
  assert.equal(heard.replyTo, done.replyTo)
  const after = await ada.expectChat(
    (chat) => chat.messages.some((one) => one.id === list.id && !one.text.includes('sleep 21')),
    { to: bot, ...PATIENT },
  )
  assert.ok(after.messages.some(({ id }) => id === list.id))
  await ada.send('/status unpin', { to: bot })
  await ada.expectReply({ where: /Nothing is pinned here any more/, ...PATIENT })
  await ada.expectChat((chat) => chat.pinned.length === 0, { to: bot, ...PATIENT })
  await expectChatToHold(ada, bot, [
    'Ada: /status pin',
    'bot: pinned a message',
    `Ada: /run ${command}`,
    `bot: ✅ Approved by Ada, HH:MM: ${command}`,
    `bot: ✅ Done · ${command} [Fix] [Details]`,
    'Ada: /status unpin',
    'bot: Nothing is pinned here any more.',
  ])
  assert.equal(ada.chat(bot).messages.filter(({ text }) => text.includes('see above')).length, 1)
  assert.deepEqual(telegram.wrongAnswers, [])
})
