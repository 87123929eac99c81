// The conversation in a chat as a person has it: understood, agreed to, corrected, remembered; spoken words; and nothing of it lost.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createScriptedLlm } from '../../testkit/llm/server.ts'
import type { SeenMessage } from '../../testkit/telegram/user/seen.ts'
import { becomes, isEvidence, labels, moment, openStage, PATIENT } from './telegram-stage.ts'
import type { Stage } from './telegram-stage.ts'

const UNDERSTOOD = /^Understood: /m
const HELLO = 'create a hello world web app'

/** What was understood of the words, as the first that is said to them. */
async function propose({ ada, bot }: Stage, words: string): Promise<SeenMessage> {
  const sent = await ada.send(words, { to: bot })
  // What earlier work leaves behind may still be on its way.
  const proposal = await ada.expectReply({ to: bot, where: (one) => !isEvidence(one), ...PATIENT })
  assert.match(proposal.text, UNDERSTOOD)
  assert.match(proposal.text, /^Will: /m)
  assert.ok(proposal.text.length <= 1_000)
  assert.equal(proposal.replyTo, sent.id)
  assert.deepEqual(labels(proposal), ['OK', 'Cancel'])
  await moment()
  return proposal
}

/** The card of work that was agreed to, once it is done and its change is there. */
async function ends({ ada, bot }: Stage): Promise<SeenMessage> {
  const card = await ada.expectReply({ to: bot, where: /Queued|Working|Done/, ...PATIENT })
  const done = await becomes(ada, card, /✅ Done/)
  await ada.expectReply({ to: bot, where: /The whole change/, ...PATIENT })
  return done
}

test('understood, agreed to, corrected, remembered, kept', async (t) => {
  const stage = await openStage(t, { environment: { CONFIRM_WORK: 'always' }, telegram: { checkAnswers: true } })
  const { ada, bot, telegram, place, up } = stage
  let started = await up()

  await t.test('a question is answered without ceremony', async () => {
    await ada.send('what can you do?', { to: bot })
    const answer = await ada.expectReply({ to: bot, ...PATIENT })
    await becomes(ada, answer, /I am Factotum/)
  })

  await t.test('work starts with an OK, and is shown from then on', async () => {
    const proposal = await propose(stage, HELLO)
    await ada.expectNoMore({ to: bot, for: 1_000 })
    await ada.tap(proposal, 'OK')
    assert.deepEqual(labels(await becomes(ada, proposal, /^👌 OK by Ada/)), [])
    assert.match((await ends(stage)).text, /hello world/)
  })

  await t.test(
    'a further word takes the place of what waits, whose buttons are dead; a typed OK starts it',
    async () => {
      const first = await propose(stage, 'create a word count tool')
      const second = await propose(stage, 'create a JSON API for notes')
      assert.deepEqual(labels(await becomes(ada, first, /^➖ Replaced by a newer message/)), [])
      await ada.send('OK', { to: bot })
      await becomes(ada, second, /^👌 OK by Ada/)
      assert.match((await ends(stage)).text, /JSON API/)
    },
  )

  await t.test('a proposal survives a restart', async () => {
    const proposal = await propose(stage, HELLO)
    started.child.kill('SIGKILL')
    await started.ended
    started = await up()
    await ada.tap(proposal, 'Cancel')
    await becomes(ada, proposal, /^❌ Cancelled by Ada/)
  })

  await t.test('rules are remembered, shown, told to models, and forgotten again', async () => {
    await ada.send('/remember never touch production', { to: bot })
    await ada.expectReply({ to: bot, where: /^Noted: Never touch production\. It is told with every task/, ...PATIENT })
    await ada.send('/remember I like short answers', { to: bot })
    await ada.expectReply({ to: bot, where: /^Noted: I like short answers\./, ...PATIENT })
    await ada.send('/context', { to: bot })
    const context = await ada.expectReply({ to: bot, where: /^Beside your words I am told/, ...PATIENT })
    assert.match(context.text, /Rules:\s+(?:• |- )?Never touch production/)
    assert.match(context.text, /\d+ messages of this conversation: [\d.k]+ tokens/)
    const file = await ada.expectReply({ to: bot, where: ({ media }) => media?.name === 'context.txt', ...PATIENT })
    assert.equal(file.media?.type, 'document')

    await ada.send('/memory', { to: bot })
    const memory = await ada.expectReply({ to: bot, where: /^What I remember/, ...PATIENT })
    assert.match(memory.text, /1\. Never touch production\. \(a rule, always told/)
    assert.match(memory.text, /2\. I like short answers\./)
    assert.deepEqual(labels(memory), ['Forget 1', 'Forget 2'])
    await moment()
    await ada.tap(memory, 'Forget 2')
    const less = await ada.expectEdit(memory, PATIENT)
    assert.doesNotMatch(less.text, /short answers/)
    await ada.send('/forget production', { to: bot })
    await ada.expectReply({ to: bot, where: /^Forgotten: Never touch production/, ...PATIENT })
    await ada.send('/memory forgotten', { to: bot })
    const forgotten = await ada.expectReply({ to: bot, where: /^What I was told to forget/, ...PATIENT })
    assert.deepEqual(labels(forgotten).toSorted(), ['Keep 1', 'Keep 2'])
  })

  await t.test('/new leaves what was said behind', async () => {
    await ada.send('/new', { to: bot })
    await ada.expectReply({ to: bot, where: /memory and rules stay/, ...PATIENT })
    await ada.send('/context', { to: bot })
    const context = await ada.expectReply({ to: bot, where: /told|Nothing yet/, ...PATIENT })
    assert.doesNotMatch(context.text, /of this conversation/)
  })

  await t.test('every word of it is kept, both ways', async () => {
    const { stdout } = await place.run('thread', 'list', '--json')
    const threads = JSON.parse(stdout) as { items: readonly { readonly id: string; readonly chat: string }[] }
    const first = threads.items.find(({ chat }) => chat.endsWith(`/${ada.id}/#0`))
    assert.ok(first !== undefined, stdout)
    const shown = await place.run('thread', 'show', first.id, '--limit', '200')
    for (const words of [
      HELLO,
      'tapped OK',
      'Understood: ',
      'create a JSON API for notes',
      'Noted: Never touch production',
    ])
      assert.ok(shown.stdout.includes(words), `${words} in\n${shown.stdout}`)
  })
  assert.deepEqual(telegram.wrongAnswers, [])
})

test('spoken words are shown before anything comes of them', async (t) => {
  const heard: string[] = []
  const llm = await createScriptedLlm({
    respond: ({ wire }) => {
      heard.push(wire)
      return { text: heard.length === 1 ? HELLO : 'Yes.' }
    },
  })
  t.after(() => llm.close())
  const stage = await openStage(t, {
    environment: {
      CONFIRM_WORK: 'always',
      OPENAI_COMPATIBLE_BASE_URL: `${llm.url}/v1`,
      OPENAI_COMPATIBLE_API_KEY: 'sk-loopback',
      MODEL_TRANSCRIBE: 'openai-compatible/scripted',
    },
  })
  const { ada, bot, place, up } = stage
  await up()
  const voice = { bytes: new TextEncoder().encode('OggS a voice'), seconds: 3 }
  await ada.sendVoice(voice, { to: bot })
  const proposal = await ada.expectReply({ to: bot, ...PATIENT })
  assert.match(proposal.text, /^I heard: “create a hello world web app”/)
  assert.match(proposal.text, UNDERSTOOD)
  await moment()
  await ada.sendVoice({ ...voice, bytes: new TextEncoder().encode('OggS another voice') }, { to: bot })
  await ada.expectReply({ to: bot, where: /^I heard “Yes\.”\. So that nothing starts because I misheard/, ...PATIENT })
  assert.deepEqual(labels(ada.chat(bot).messages.find(({ id }) => id === proposal.id) ?? proposal), ['OK', 'Cancel'])
  await ada.send('create a JSON API for notes', { to: bot, replyTo: proposal })
  await becomes(ada, proposal, /^➖ Replaced by a newer message/)
  const second = await ada.expectReply({ to: bot, where: UNDERSTOOD, ...PATIENT })
  await moment()
  await ada.tap(second, 'Cancel')
  await becomes(ada, second, /^❌ Cancelled/)
  const listed = await place.run('task', 'list', '--json')
  const { items } = JSON.parse(listed.stdout) as {
    items: readonly { readonly id: string; readonly input_text: string }[]
  }
  const spoken = items.find(({ input_text }) => input_text === HELLO)
  const events = await place.run('task', 'events', spoken?.id ?? '', '--json')
  assert.match(events.stdout, /"type":"usage.recorded"[^\n]*"step":"read\//)
})
