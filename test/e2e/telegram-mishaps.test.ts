// What people do while work goes on: edit what they asked for, delete messages, block the bot, upgrade the group.
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { becomes, expectChatToHold, labels, moment, openStage, PATIENT, runApproved } from './telegram-stage.ts'

const HELLO = 'create a hello world web app'
const GARDEN = 'create a static site about my garden'
const NOTES = 'create a JSON API for notes'

test('edited requests, a deleted card, and a bot that is blocked for a while', async (t) => {
  const stage = await openStage(t, { telegram: { checkAnswers: true }, environment: { WORKER_CONCURRENCY: '1' } })
  const { ada, bot, telegram, up } = stage
  await up()

  await t.test('edited before it began: the new text is what is done', async () => {
    const busy = await runApproved(stage, 'sleep 3')
    await becomes(ada, busy, /Working/)
    const asked = await ada.send(HELLO, { to: bot })
    const card = await ada.expectReply({ where: /hello world/, ...PATIENT })
    await ada.edit(asked, NOTES)
    const next = await ada.expectReply({ where: /JSON API for notes/, ...PATIENT })
    assert.equal(next.replyTo, asked.id)
    await becomes(ada, card, /Stopped/)
    await becomes(ada, next, /Done/)
    await ada.expectReply({ where: (one) => one.media?.name === 'report.html', ...PATIENT })
    assert.match(ada.look(busy)?.text ?? '', /^✅ Done · sleep 3/)
  })

  await t.test('edited while it runs: asked whether to start again', async () => {
    const asked = await ada.send(HELLO, { to: bot })
    const card = await ada.expectReply({ where: /hello world/, ...PATIENT })
    if (!/Working/.test(card.text)) await becomes(ada, card, /Working/)
    await ada.edit(asked, GARDEN)
    const offer = await ada.expectReply({ where: /Shall I stop and start again/, ...PATIENT })
    assert.deepEqual(labels(offer), ['Start again'])
    assert.equal(offer.replyTo, asked.id)
    const tapped = await ada.tap(offer, 'Start again')
    assert.deepEqual(tapped, { type: 'answered', text: 'Started again.', alert: false })
    const next = await ada.expectReply({ where: /static site about my garden/, ...PATIENT })
    await becomes(ada, next, /Done/)
    await ada.expectReply({ where: (one) => one.media?.name === 'report.html', ...PATIENT })
  })

  await t.test('the card is deleted: what came of it comes all the same, once', async () => {
    const card = await runApproved(stage, 'sleep 2 && echo still here')
    await becomes(ada, card, /Working/)
    await ada.deleteMessage(card)
    const done = await ada.expectReply({ where: /Done · sleep 2/, ...PATIENT })
    assert.match(done.text, /still here/)
  })

  await t.test('blocked while it works: the end is told when the bot is let back', async () => {
    const card = await runApproved(stage, 'sleep 3 && echo told later')
    await becomes(ada, card, /Working/)
    await ada.blockBot(bot)
    await new Promise((resolve) => setTimeout(resolve, 6_000))
    await ada.unblockBot(bot)
    await ada.expectChat((chat) => chat.messages.some((one) => /Done · sleep 3[^]*told later/.test(one.text)), {
      to: bot,
      ...PATIENT,
    })
  })

  const stopped = `bot: 🛑 Stopped · ${HELLO} [Details]`
  const ran = (command: string) => [
    `bot: ✅ Approved by Ada, HH:MM: ${command}`,
    `bot: ✅ Done · ${command} [Fix] [Details]`,
  ]
  await expectChatToHold(ada, bot, [
    'Ada: /run sleep 3',
    ...ran('sleep 3'),
    `Ada: ${NOTES}`,
    stopped,
    `bot: ✅ Done · ${NOTES} [Accept] [Fix] [Details]`,
    'bot: (document changes.patch) The whole change: 5 files',
    `Ada: ${GARDEN}`,
    stopped,
    'bot: Stopped, and started again with what this message says now.',
    `bot: ✅ Done · ${GARDEN} [Accept] [Fix] [Details]`,
    'bot: (document changes.patch) The whole change: 7 files',
    'Ada: /run sleep 2 && echo still here',
    ...ran('sleep 2 && echo still here'),
    'Ada: /run sleep 3 && echo told later',
    ...ran('sleep 3 && echo told later'),
  ])
  assert.deepEqual(telegram.wrongAnswers, [])
})

test('a group becomes a supergroup in the middle of a task, whose end is told there', async (t) => {
  const { ada, bot, telegram, up } = await openStage(t, { telegram: { checkAnswers: true } })
  const group = telegram.newGroup({ title: 'Team', type: 'group', members: [ada, bot] })
  await up()
  await ada.send('/run@factotum_bot sleep 3 && echo moved', { to: group })
  const question = await ada.expectReply({ to: group, where: /May this command run/, ...PATIENT })
  const card = await ada.expectReply({ to: group, where: /Waiting for a yes/, ...PATIENT })
  await ada.tap(question, 'Approve once')
  await becomes(ada, card, /Working/)
  const moved = { id: await ada.migrateGroup(group) }
  const done = await ada.expectReply({ to: moved, where: /Done · sleep 3/, ...PATIENT })
  assert.match(done.text, /moved/)
  await ada.send('/status@factotum_bot', { to: moved })
  await ada.expectReply({ to: moved, where: /Nothing is open here/, ...PATIENT })
  await expectChatToHold(ada, moved, [
    'Ada: turned the group into this supergroup',
    'bot: ✅ Done · sleep 3 && echo moved [Fix] [Details]',
    'Ada: /status@factotum_bot',
    'bot: Nothing is open here.',
  ])
  assert.deepEqual(telegram.wrongAnswers, [])
})

test('a secret in a message is kept nowhere, and its sender hears what to do about it', async (t) => {
  const { ada, bot, place, up } = await openStage(t)
  const platform = await up()
  // As GitHub makes them; put together, so that it stands in no file of ours either.
  const secret = ['gh', 'p_', 'R7tQ2mX9bK4wZ1nV6cJ8', 'yH3dF5gL0sPaTeUi'].join('')
  for (const words of [
    `what can I do with ${secret} ?`,
    `/run curl -H "authorization: ${secret}" https://example.org`,
  ]) {
    const sent = await ada.send(words, { to: bot })
    const told = await ada.expectReply({ where: /looked like a secret/, ...PATIENT })
    assert.equal(told.replyTo, sent.id)
    assert.match(told.text, /Remove it from this chat.*factotum secret set NAME/)
    assert.equal(told.text.endsWith('The command was not run.'), words.startsWith('/run'))
  }
  await moment()
  const said = ada.chat(bot).messages.filter(({ from }) => from.isBot)
  assert.ok(!said.some(({ text }) => text.includes(secret) || text.includes('May this command run')))
  platform.child.kill('SIGTERM')
  const { stdout, stderr } = await platform.ended
  const holding = [stdout, stderr].filter((text) => text.includes(secret))
  const entries = await readdir(place.dataDir, { withFileTypes: true, recursive: true })
  for (const entry of entries.filter((one) => one.isFile())) {
    const file = join(entry.parentPath, entry.name)
    if ((await readFile(file, 'latin1')).includes(secret)) holding.push(file)
  }
  assert.deepEqual(holding, [], 'neither in the database nor in its journal, neither in logs nor in files')
})
