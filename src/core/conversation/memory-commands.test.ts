// Memory by typing and tapping: who sees what, what is kept, what is taken back, and two ids that become one person.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADA, BOB, BOT, buttonsOf, createChatStage, GROUP, userOf } from '../../../test/simulation/chat-stage.ts'
import type { ChatStage } from '../../../test/simulation/chat-stage.ts'
import { personScope, SHARED } from '../vocabulary/memory.ts'

async function letBobIn(stage: ChatStage): Promise<void> {
  await stage.base.members.put({ userId: userOf(BOB), role: 'member', name: 'Bob', since: stage.now() })
  await stage.base.chats.set(GROUP, { open: true })
}
const factsOf = (stage: ChatStage, person = ADA) =>
  stage.base.facts.list({ scopes: [personScope(userOf(person))], statuses: ['kept'], limit: 50 })
const shown = async (stage: ChatStage, part = 'memory') => {
  const entry = (await stage.entries()).findLast(({ key }) => key.startsWith('note:') && key.endsWith(`/${part}`))
  const posting = entry?.posting
  return posting?.type === 'message'
    ? {
        text: posting.content.markdown,
        labels: buttonsOf({ posting }).map(({ label }) => label),
        key: entry?.key ?? '',
      }
    : { text: '', labels: [], key: '' }
}

test('what is to be remembered is kept once, however often it is delivered; a rule is told to be one', async () => {
  const stage = createChatStage()
  const message = stage.said(ADA, '/remember never touch production')
  await stage.give({ type: 'message', message, receivedAt: stage.now() }, 3)
  assert.match(await stage.answerTo(message), /^Noted: Never touch production\. It is told with every task/)
  const [rule, ...others] = await factsOf(stage)
  assert.deepEqual([rule?.kind, rule?.rule, others.length], ['constraint', 'never', 0])
  const plain = await stage.say(ADA, '/remember I like *tabs*')
  assert.equal(await stage.answerTo(plain), 'Noted: I like \\*tabs\\*. /memory shows everything.')
  assert.match(await stage.answerTo(await stage.say(ADA, '/remember')), /Write what I shall remember/)
})

test('/memory shows pages with buttons that forget; what was forgotten can be kept again', async () => {
  const stage = createChatStage()
  for (const number of [1, 2, 3, 4, 5, 6]) {
    stage.pass(1_000)
    await stage.say(ADA, `/remember thing number ${number}`)
  }
  await stage.say(ADA, '/memory')
  const first = await shown(stage)
  assert.match(first.text, /^\*\*What I remember · 1\/2\*\*\n\n1\. thing number 6\./)
  assert.match(first.text, /The files can be edited in `\/data\/memory`/)
  assert.deepEqual(first.labels, ['Forget 1', 'Forget 2', 'Forget 3', 'Forget 4', 'Forget 5', 'More ›'])
  await stage.tap(ADA, first.key, 'More ›')
  assert.deepEqual((await shown(stage)).labels, ['Forget 6', '‹ Back'])
  assert.equal((await stage.tap(ADA, first.key, 'Forget 6', 2)).text, 'Forgotten.')
  const left = await shown(stage)
  assert.match(left.text, /^\*\*What I remember\*\*/)
  assert.equal((await factsOf(stage)).length, 5)
  await stage.say(ADA, '/memory forgotten')
  const forgotten = await shown(stage, 'forgotten')
  assert.match(forgotten.text, /What I was told to forget\*\*\n\n1\. thing number 1\./)
  assert.equal((await stage.tap(ADA, forgotten.key, 'Keep 1')).text, 'Kept.')
  assert.equal((await factsOf(stage)).length, 6)
})

test('/forget by words or id, once for a message; where several fit it asks', async () => {
  const stage = createChatStage()
  await stage.say(ADA, '/remember the red door')
  await stage.say(ADA, '/remember the blue door')
  const several = await stage.say(ADA, '/forget door')
  assert.match(
    await stage.answerTo(several),
    /More than one fits.*\n\n- `\w{6}` the blue door\.\n- `\w{6}` the red door\./,
  )
  const one = stage.said(ADA, '/forget red')
  await stage.give({ type: 'message', message: one, receivedAt: stage.now() }, 2)
  assert.match(await stage.answerTo(one), /^Forgotten: the red door\./)
  const [blue] = await factsOf(stage)
  await stage.say(ADA, `/forget ${blue?.id.slice(-6)}`)
  assert.deepEqual(await factsOf(stage), [])
  assert.match(await stage.answerTo(await stage.say(ADA, '/forget green')), /remember nothing like that/)
})

test('in a group nothing of a person alone is shown, and what is shared only owners change', async () => {
  const stage = createChatStage()
  await letBobIn(stage)
  await stage.say(BOB, '/remember my secret garden')
  await stage.say(BOB, '/remember we meet on Mondays', { place: GROUP })
  const fact = {
    id: '01890000-0000-7000-8000-00000000000f' as never,
    scope: SHARED,
    kind: 'fact',
    text: 'the office is closed',
    rule: null,
    confidence: 1,
    quote: null,
    from: userOf(ADA),
    messageId: null,
    taskId: null,
    proposedBy: 'person',
    status: 'kept',
    decidedBy: null,
    createdAt: stage.now(),
    decidedAt: null,
  } as const
  await stage.base.facts.add(fact)
  await stage.say(BOB, '/memory', { place: GROUP })
  const group = await shown(stage)
  assert.match(group.text, /we meet on Mondays/)
  assert.match(group.text, /the office is closed\. _\(for everybody/)
  assert.doesNotMatch(group.text, /secret|\/data\/memory/)
  assert.equal(group.labels.length, 1)
  const refused = await stage.say(BOB, '/forget the office is closed')
  assert.match(await stage.answerTo(refused), /Only an owner/)
})

test('two ids become one person with a code that one of them shows to the other', async () => {
  const stage = createChatStage()
  await letBobIn(stage)
  const offered = await stage.say(ADA, '/link')
  const code = /`\/link ([\w-]+)`/.exec(await stage.answerTo(offered))?.[1] ?? ''
  const given = stage.said(BOB, `/link ${code}`)
  await stage.give({ type: 'message', message: given, receivedAt: stage.now() }, 2)
  assert.match(await stage.answerTo(given), /^Linked/)
  const { identities } = stage.base
  assert.equal(await identities.personOf(userOf(BOB)), await identities.personOf(userOf(ADA)))
  assert.match(await stage.answerTo(await stage.say(BOB, `/link ${code}`)), /don't know the code/)
  assert.match(await stage.answerTo(await stage.say(ADA, '/link', { place: GROUP })), /in our own chat/)
})

test('/context shows the rules, what else is told and how much, and all of it as a file', async () => {
  const stage = createChatStage()
  assert.match(await stage.answerTo(await stage.say(ADA, '/context')), /^Nothing yet/)
  await stage.say(ADA, '/remember never touch production')
  await stage.say(ADA, 'Create a page')
  const asked = await stage.say(ADA, '/context')
  const text = await stage.answerTo(asked)
  assert.match(
    text,
    /^\*\*Beside your words I am told \d+ of at most 6k tokens\*\*\n\nRules:\n\n- Never touch production/,
  )
  assert.match(text, /- 1 rule, always told: \d+ tokens/)
  assert.match(text, /- \d messages of this conversation: \d+ tokens/)
  const file = (await stage.base.outbox.find(BOT, `context:1/11//${asked.ref}`))?.posting
  assert.ok(file?.type === 'file')
  const bytes = await stage.base.objects.get(file.file.objectKey)
  assert.match(new TextDecoder().decode(bytes ?? new Uint8Array()), /Ada: Create a page/)
  await stage.say(ADA, '/new')
  assert.doesNotMatch(await stage.answerTo(await stage.say(ADA, '/context')), /of this conversation/)
})
