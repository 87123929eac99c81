// The platform stops, dies and comes back: in the middle of work, and with messages that waited for it.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { createClock } from '../../testkit/telegram/world/clock.ts'
import type { Started } from '../support/factotum.ts'
import { becomes, expectChatToHold, isEvidence, openStage, PATIENT, runApproved } from './telegram-stage.ts'

const HOUR_MS = 3_600_000

test('ended in the middle of a task, orderly or not, it goes on with the same message', async (t) => {
  const stage = await openStage(t)
  const { ada, bot, up } = stage
  let platform = await up()
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    await t.test(signal, async () => {
      const command = `sleep 4 && echo after ${signal}`
      const card = await runApproved(stage, command)
      await becomes(ada, card, /Working/)
      await end(platform, signal)
      platform = await up()
      const done = await becomes(ada, card, /Done/)
      assert.match(done.text, new RegExp(`\\nafter ${signal}\\n`))
    })
  }
  await t.test('while a question waits: its buttons still work', async () => {
    const sent = await ada.send('/run echo asked before', { to: bot })
    const question = await ada.expectReply({ where: /May this command run/, ...PATIENT })
    const card = await ada.expectReply({ where: /Waiting for a yes/, ...PATIENT })
    assert.equal(card.replyTo, sent.id)
    // Nobody can know of a message whose sender died before it heard that it was sent.
    await ada.expectNoMore({ for: 1_000, to: bot })
    await end(platform, 'SIGKILL')
    const tapped = ada.tap(question, 'Approve once', { within: 60_000 })
    platform = await up()
    assert.deepEqual(await tapped, { type: 'answered', text: 'Approved.', alert: false })
    await becomes(ada, card, /Done · echo asked before/)
  })
  await t.test('software is gone on with as well, and handed over once', async () => {
    await ada.send('create a hello world web app', { to: bot })
    const card = await ada.expectReply({ where: /hello world/, ...PATIENT })
    await becomes(ada, card, /Working/)
    await end(platform, 'SIGKILL')
    platform = await up()
    await becomes(ada, card, /Done · create a hello world/)
    await ada.expectReply({ where: (one) => one.media?.name === 'report.html', ...PATIENT })
  })
  const ran = (command: string) => [
    `Ada: /run ${command}`,
    `bot: ✅ Approved by Ada, HH:MM: ${command}`,
    `bot: ✅ Done · ${command} [Fix] [Details]`,
  ]
  await expectChatToHold(ada, bot, [
    ...ran('sleep 4 && echo after SIGTERM'),
    ...ran('sleep 4 && echo after SIGKILL'),
    ...ran('echo asked before'),
    'Ada: create a hello world web app',
    'bot: ✅ Done · create a hello world web app [Accept] [Fix] [Details]',
    'bot: (document changes.patch) The whole change: 6 files',
  ])
})

test('after a downtime, fresh messages are worked on once, old ones are listed and wait for a word', async (t) => {
  const clock = createClock()
  let late = 0
  const telegramClock = {
    ...clock,
    now: () => clock.now() - late,
    unix: () => Math.floor((clock.now() - late) / 1_000),
  }
  const { ada, bot, up } = await openStage(t, { telegram: { clock: telegramClock } })
  t.after(() => clock.close())
  await ada.send('/start', { to: bot })
  late = HOUR_MS
  await ada.send('create a JSON API for notes')
  await ada.send('create a static site about my garden')
  late = 0
  await ada.send('create a hello world web app')
  const platform = await up()
  await ada.expectReply({ where: /Hello Ada/, ...PATIENT })
  const card = await ada.expectReply({ where: /hello world web app$|hello world web app\n/, ...PATIENT })
  await becomes(ada, card, /Done/)
  const note = await ada.expectReply({ where: /I was away/, ...PATIENT })
  await ada.expectReply({ where: (one) => one.media?.name === 'changes.patch', ...PATIENT })
  const listed = await ada.expectChat(
    (chat) => chat.messages.some((one) => /garden \(1 h ago\)/.test(one.text)),
    PATIENT,
  )
  const held = listed.messages.find(({ id }) => id === note.id)
  assert.equal(
    held?.text,
    'I was away when these came, and have not acted on them:\n' +
      '• create a JSON API for notes (1 h ago)\n• create a static site about my garden (1 h ago)',
  )
  assert.deepEqual(
    held.buttons.flat().map(({ text }) => text),
    ['Run them all', 'Drop'],
  )

  // The note outlives another restart, in which nothing is done again.
  await end(platform, 'SIGTERM')
  await up()
  await ada.expectNoMore({ for: 1_500, to: bot, where: (one) => !isEvidence(one) })
  await ada.tap(held, 'Run them all')
  for (const wanted of [/JSON API for notes$|JSON API for notes\n/, /my garden$|my garden\n/]) {
    const begun = await ada.expectReply({ where: wanted, ...PATIENT })
    await becomes(ada, begun, /Done/)
    await ada.expectReply({ where: (one) => one.media?.name === 'changes.patch', ...PATIENT })
  }

  late = HOUR_MS
  await ada.send('create a word count tool')
  late = 0
  const second = await ada.expectReply({ where: /I was away when this came/, ...PATIENT })
  await ada.tap(second, 'Drop')
  const files = /^bot: \(document/
  await expectChatToHold(
    ada,
    bot,
    [
      'Ada: /start',
      'Ada: create a JSON API for notes',
      'Ada: create a static site about my garden',
      'Ada: create a hello world web app',
      'bot: Hello Ada! Tell me what to build, fix or find out, in your own words. I plan it, write it, run and test it, and show you the result with its evidence.',
      'bot: Taken up: 2 messages from while I was away.',
      'bot: ✅ Done · create a hello world web app [Accept] [Fix] [Details]',
      'bot: ✅ Done · create a JSON API for notes [Accept] [Fix] [Details]',
      'bot: ✅ Done · create a static site about my garden [Accept] [Fix] [Details]',
      'Ada: create a word count tool',
      'bot: Dropped: 1 message from while I was away.',
    ],
    (line) => !files.test(line),
  )
  // They end in any order, and each hands its files over once.
  assert.equal(ada.chat(bot).messages.filter((one) => one.media?.name === 'changes.patch').length, 3)
})

async function end(platform: Started, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const ended = once(platform.child, 'close')
  platform.child.kill(signal)
  await ended
}
