// Work given in a private chat, from the request to the accepted result, as the person at the phone sees it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  becomes,
  expectChatToHold,
  labels,
  moment,
  openStage,
  outline,
  PATIENT,
  runApproved,
  isEvidence,
} from './telegram-stage.ts'
import type { Stage } from './telegram-stage.ts'
import type { SeenMessage } from '../../testkit/telegram/user/seen.ts'

const HELLO = 'create a hello world web app'

test('a request becomes a running program, is changed, looked into and accepted', async (t) => {
  const stage = await openStage(t, { telegram: { checkAnswers: true } })
  const { ada, bot, telegram, up } = stage
  await up()

  const asked = await ada.send(`/new_task ${HELLO}`, { to: bot })
  assert.equal(await ada.expectReaction(asked, PATIENT), '👀')
  const card = await ada.expectReply({ where: (one) => !isEvidence(one), ...PATIENT })
  assert.equal(card.replyTo, asked.id)
  assert.deepEqual(labels(card), ['Stop', 'Status', 'Details'])
  assert.equal(await ada.expectAction({ to: bot, action: 'typing', ...PATIENT }), 'typing')
  await becomes(ada, card, /Working/)
  const done = await becomes(ada, card, /Done/)
  assert.deepEqual(labels(done), ['Accept', 'Fix', 'Details'])
  assert.match(done.text, /✅ npm test/)
  assert.match(done.text, /6 files changed: README\.md/)

  const [address, ...others] = done.text.match(/http:\/\/\S+/g) ?? []
  assert.deepEqual(others, [], 'the address is said once')
  const page = await fetch(address ?? '')
  assert.equal(page.status, 200)
  assert.match(await page.text(), /Hello, world!/)

  const patch = await ada.expectReply({ where: (one) => one.media?.name === 'changes.patch', ...PATIENT })
  const report = await ada.expectReply({ where: (one) => one.media?.name === 'report.html', ...PATIENT })
  assert.match(new TextDecoder().decode(await ada.download(report)), /<h1>Create a hello world|<h1>/i)
  assert.match(new TextDecoder().decode(await ada.download(patch)), /\+\+\+ b\/server\.js/)

  assert.deepEqual(await ada.tap(done, 'Details'), { type: 'answered', text: '', alert: false })
  const details = await ada.expectReply({ where: (one) => !isEvidence(one), ...PATIENT })
  assert.equal(details.replyTo, card.id)
  assert.match(details.text, /Asked for by/)

  assert.deepEqual(await ada.tap(done, 'Fix'), { type: 'answered', text: '', alert: false })
  const question = await ada.expectReply({ where: /What should be different/, ...PATIENT })
  await moment()
  await ada.send('make it dark red', { replyTo: question })
  const fixed = await doneAfter(stage, /make it dark red/)
  assert.match(fixed.text, /1 file changed: public\/style\.css/)
  assert.deepEqual(await ada.tap(fixed, 'Accept'), { type: 'answered', text: 'Accepted.', alert: false })
  const accepted = await becomes(ada, fixed, /👍 Accepted by/)
  assert.deepEqual(labels(accepted), ['Fix', 'Details'])

  // A reply to a result, without the button, goes on from its files too.
  await ada.send('make it green', { replyTo: accepted })
  const again = await doneAfter(stage, /make it green/)
  assert.match(again.text, /1 file changed: public\/style\.css/)

  assert.equal((await fetch(address ?? '')).status, 200)
  await ada.tap(done, 'Accept')
  const closed = await ada.expectEdit(done, {
    where: (now) => /Accepted/.test(now.text) && !/http:/.test(now.text),
    ...PATIENT,
  })
  assert.deepEqual(labels(closed), ['Fix', 'Details'])
  await assertGone(address ?? '')

  const file = 'bot: (document changes.patch) The whole change:'
  await expectChatToHold(ada, bot, [
    `Ada: /new_task ${HELLO}`,
    `bot: ✅ Done · ${HELLO} [Fix] [Details]`,
    `${file} 6 files`,
    `bot: ✅ Done · ${HELLO}`,
    'bot: What should be different? Reply to this message, and I go on from these files.',
    'Ada: make it dark red',
    'bot: ✅ Done · make it dark red [Fix] [Details]',
    `${file} 1 file`,
    'Ada: make it green',
    'bot: ✅ Done · make it green [Accept] [Fix] [Details]',
    `${file} 1 file`,
  ])
  assert.deepEqual(telegram.wrongAnswers, [])
})

test('plain words, commands, settings, long output, and more at once than there are hands', async (t) => {
  const stage = await openStage(t, { telegram: { checkAnswers: true }, environment: { WORKER_CONCURRENCY: '1' } })
  const { ada, bot, telegram, up } = stage
  await up()
  const says = async (text: string): Promise<SeenMessage> => {
    const sent = await ada.send(text, { to: bot })
    const reply = await ada.expectReply({ where: (one) => !isEvidence(one), ...PATIENT })
    assert.equal(reply.replyTo, sent.id)
    return reply
  }

  await t.test('greeting, help, menu, and what nobody knows', async () => {
    assert.match((await says('/start')).text, /^Hello Ada!.*You own me/s)
    const help = (await says('/help')).text
    for (const command of ['/new_task', '/run', '/approve', '/panic', '/verbosity']) assert.ok(help.includes(command))
    assert.doesNotMatch(help, /\/open/)
    const menu = ada.chat(bot).commands.map(({ command }) => `/${command}`)
    assert.deepEqual(menu, help.match(/(?<=• )\/\w+/g), 'the menu offers what the help explains')
    assert.equal((await says('/stauts')).text, "I don't know /stauts. Did you mean /status?")
    assert.match((await says('/frobnicate')).text, /\/help shows what I know/)
    assert.match((await says('/status')).text, /^Nothing is open here\.\nEverywhere: 0 at work, 0 waiting/)
    assert.equal((await says('/task')).text, 'There is no task here yet. Just tell me what to do.')
    assert.match((await says('/task 0badc0de')).text, /no task with that id/)
    assert.match((await says('/run')).text, /Write the command behind it/)
    assert.match((await says('/abort')).text, /Nothing is open here/)
    assert.match((await says('/approve')).text, /Nothing here waits for your approval/)
    assert.match((await says('/panic')).text, /\/panic on to stop everything/)
  })

  await t.test('plain text is a request, and /task tells of it', async () => {
    await ada.send('what can you do?', { to: bot })
    const card = await ada.expectReply(PATIENT)
    const answered = await becomes(ada, card, /offline model/)
    assert.deepEqual(labels(answered), ['Details'])
    assert.match((await says('/task')).text, /what can you do\?/)
    const id = answered.text.match(/[0-9a-f]{6}$/)?.[0] ?? 'none'
    assert.match((await says(`/task ${id}`)).text, /Asked for by/)
  })

  await t.test('verbosity', async () => {
    assert.match((await says('/verbosity')).text, /Now it is 1/)
    assert.match((await says('/verbosity 7')).text, /Say \/verbosity 0, 1 or 2/)
    assert.match((await says('/verbosity 0')).text, /how things end/)
    const quiet = await ran(stage, 'echo quiet')
    assert.equal(quiet.text.split('\n')[0], '✅ Done · echo quiet')
    assert.match((await says('/verbosity 2')).text, /everything/)
    const loud = await ran(stage, 'echo loud')
    assert.match(loud.text, /Last steps/)
    assert.match((await says('/verbosity 1')).text, /as I go/)
  })

  await t.test('a long log: its end in the message, all of it in a file', async () => {
    const card = await ran(stage, 'for i in $(seq 1 5000); do echo "line $i of a long log, padded somewhat"; done')
    assert.ok(JSON.stringify(card.wire).length < 40_000)
    assert.match(card.text, /line 5000 of a long log/)
    assert.doesNotMatch(card.text, /line 1 of/)
    const file = await ada.expectReply({ where: (message) => message.media?.name === 'output.txt', ...PATIENT })
    assert.equal(file.media?.name, 'output.txt')
    const kept = new TextDecoder().decode(await ada.download(file))
    assert.match(kept, /^line 1 of a long log/)
    assert.match(kept, /line 5000 of a long log, padded somewhat\n$/)
    assert.match(kept, /\[… \d+ bytes left out …\]/)
  })

  await t.test('three at once: one works, the others wait their turn, each ends in its own message', async () => {
    const texts = ['create a JSON API for notes', 'create a static site about my garden', 'create a word count tool']
    for (const text of texts) await ada.send(text, { to: bot })
    const cards = []
    for (const text of texts) cards.push(await ada.expectReply({ where: (one) => one.text.includes(text), ...PATIENT }))
    const status = await says('/status')
    assert.match(status.text, /Open here/)
    for (const [index, card] of cards.entries()) {
      const done = await becomes(ada, card, /Done/)
      assert.ok(done.text.includes(texts[index] ?? '?'))
    }
    for (const _ of texts) await ada.expectReply({ where: (one) => one.media?.name === 'changes.patch', ...PATIENT })
  })

  await t.test('/new and /reset start afresh', async () => {
    assert.match((await says('/new')).text, /A fresh start/)
    assert.match((await says('/reset')).text, /A fresh start/)
  })

  const loop = 'for i in $(seq 1 5000); do echo "line $i of a long log, padded somewhat"; done'
  const held = outline(ada.chat(bot))
  await expectChatToHold(ada, bot, [
    ...held.slice(0, held.indexOf('Ada: what can you do?')),
    'Ada: what can you do?',
    'bot: I am Factotum, working with the offline model: no model key is set, so I follow recipes instead of thinking. [Details]',
    'Ada: /task',
    'bot: ✅ Done · what can you do?',
    held.find((line) => /^Ada: \/task [0-9a-f]{6}$/.test(line)) ?? '?',
    'bot: ✅ Done · what can you do?',
    'Ada: /verbosity',
    'bot: Say /verbosity 0, 1 or 2. Now it is 1: I tell you what I am doing as I go.',
    'Ada: /verbosity 7',
    'bot: Say /verbosity 0, 1 or 2. Now it is 1: I tell you what I am doing as I go.',
    'Ada: /verbosity 0',
    'bot: I tell you how things end, and little before.',
    'Ada: /run echo quiet',
    'bot: ✅ Approved by Ada, HH:MM: echo quiet',
    'bot: ✅ Done · echo quiet [Fix] [Details]',
    'Ada: /verbosity 2',
    'bot: I tell you everything, with what programs print.',
    'Ada: /run echo loud',
    'bot: ✅ Approved by Ada, HH:MM: echo loud',
    'bot: ✅ Done · echo loud [Fix] [Details]',
    'Ada: /verbosity 1',
    'bot: I tell you what I am doing as I go.',
    `Ada: /run ${loop}`,
    `bot: ✅ Approved by Ada, HH:MM: ${loop}`,
    `bot: ✅ Done · ${loop} [Fix] [Details]`,
    'bot: (document output.txt) The output',
    'Ada: create a JSON API for notes',
    'Ada: create a static site about my garden',
    'Ada: create a word count tool',
    'bot: ✅ Done · create a JSON API for notes [Accept] [Fix] [Details]',
    'bot: ✅ Done · create a static site about my garden [Accept] [Fix] [Details]',
    'bot: ✅ Done · create a word count tool [Accept] [Fix] [Details]',
    'Ada: /status',
    'bot: Open here',
    'bot: (document changes.patch) The whole change: 5 files',
    'bot: (document changes.patch) The whole change: 7 files',
    'bot: (document changes.patch) The whole change: 5 files',
    'Ada: /new',
    'bot: A fresh start: what was said before is left behind; memory and rules stay.',
    'Ada: /reset',
    'bot: A fresh start: what was said before is left behind; memory and rules stay.',
  ])
  // The eleven commands of the greeting had one answer each.
  assert.equal(held.indexOf('Ada: what can you do?'), 22)
  assert.deepEqual(telegram.wrongAnswers, [])
})

test('TG_ONLY_AGENT_OUTPUT: nothing but what the crew says', async (t) => {
  const { ada, bot, up } = await openStage(t, { environment: { TG_ONLY_AGENT_OUTPUT: 'true' } })
  await up()
  await ada.send(HELLO, { to: bot })
  const said = await ada.expectReply(PATIENT)
  assert.deepEqual(labels(said), [])
  assert.doesNotMatch(said.text, /tokens|Done ·|files changed/)
  assert.equal(said.text.match(/http:\/\/\S+/g)?.length, 1)
  await ada.send('/run echo hi', { to: bot })
  const question = await ada.expectReply(PATIENT)
  await ada.tap(question, 'Approve once')
  assert.equal((await ada.expectReply(PATIENT)).text, 'hi')
  await expectChatToHold(ada, bot, [
    `Ada: ${HELLO}`,
    'bot: A web application (Node, no dependencies) whose page says “Hello, world!”, in teal.',
    'Ada: /run echo hi',
    'bot: ✅ Approved by Ada, HH:MM: echo hi',
    'bot: hi',
  ])
})

async function ran(stage: Stage, command: string): Promise<SeenMessage> {
  const card = await runApproved(stage, command)
  return becomes(stage.ada, card, /Done/)
}

async function doneAfter({ ada }: Stage, where: RegExp): Promise<SeenMessage> {
  const card = await ada.expectReply({ where, ...PATIENT })
  const done = await becomes(ada, card, /Done|Failed/)
  assert.match(done.text, /Done/)
  await ada.expectReply({ where: ({ media }) => media?.name === 'changes.patch', ...PATIENT })
  return done
}

/** The address leads nowhere any more. */
async function assertGone(address: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const status = await fetch(address).then(
      (answer) => answer.status,
      () => 0,
    )
    if (status !== 200) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  assert.fail(`${address} still answers`)
}
