import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryFactStore } from '../../adapters/memory/fact-store.ts'
import { createMemoryIdentityStore } from '../../adapters/memory/identity-store.ts'
import { createMemoryMemoryFiles } from '../../adapters/memory/memory-files.ts'
import { createSystemIds } from '../../adapters/system/ids.ts'
import type { MemoryFileName } from '../ports/memory-files.ts'
import type { FactId, MessageId, ThreadId, UserId } from '../vocabulary/ids.ts'
import { chatScope, personScope, SHARED } from '../vocabulary/memory.ts'
import type { Thread } from '../vocabulary/message.ts'
import { MOST_RULES } from './propose.ts'
import { decideFact, forget, memoryOf, rememberNow, shortFactId } from './remember.ts'
import type { Wish } from './remember.ts'
import type { ScopeName, Standing } from './scopes.ts'

const [ADA, BEN, OWNER] = ['telegram:1', 'telegram:2', 'owner'] as UserId[] as [UserId, UserId, UserId]
const NOON = new Date('2026-11-21T12:00:00Z')
const thread = (chat: string, direct: boolean): Thread => ({
  id: chat as ThreadId,
  interface: 'telegram',
  chat,
  startedBy: ADA,
  direct,
  createdAt: NOON,
})
const ada: Standing = { author: ADA, isOwner: false, thread: thread('9/1#1', true) }
const ben: Standing = { author: BEN, isOwner: false, thread: thread('9/2#1', true) }
const owner: Standing = { author: OWNER, isOwner: true, thread: null }
const group = { thread: thread('9/-100#4', false) }
const adaInGroup: Standing = { ...ada, ...group }
const benInGroup: Standing = { ...ben, ...group }

function world() {
  const deps = {
    facts: createMemoryFactStore(),
    identities: createMemoryIdentityStore(),
    memoryFiles: createMemoryMemoryFiles(),
    clock: { now: () => NOON, sleep: async () => undefined },
    ids: createSystemIds(),
  }
  const wish = (text: string, wishes: Partial<Wish> = {}): Wish => ({
    text,
    kind: null,
    scope: null,
    messageId: null,
    taskId: null,
    ...wishes,
  })
  const remember = async (standing: Standing, text: string, wishes: Partial<Wish> = {}) => {
    const remembered = await rememberNow(deps, standing, wish(text, wishes))
    if (remembered.type !== 'remembered') assert.fail(JSON.stringify(remembered))
    return remembered.fact
  }
  const texts = async (standing: Standing) => (await memoryOf(deps, standing)).facts.map(({ text }) => text).toSorted()
  return { deps, wish, remember, texts }
}

test('what is said to be remembered is kept, and a rule is a constraint', async () => {
  const { remember } = world()
  const rule = await remember(ada, ' Please never touch\nproduction. ')
  assert.deepEqual(
    [rule.kind, rule.rule, rule.text, rule.status, rule.scope, rule.proposedBy, rule.decidedBy],
    ['constraint', 'never', 'Never touch production', 'kept', personScope(ADA), 'person', ADA],
  )
  const fact = await remember(ada, 'the staging server is otter.example')
  assert.deepEqual([fact.kind, fact.rule, fact.quote, fact.confidence], ['fact', null, null, 1])
  assert.equal((await remember(ada, 'niemals freitags ausliefern', { kind: 'constraint' })).rule, null)
})

test('what can’t be a fact is refused with a sentence', async () => {
  const { deps, wish } = world()
  const refused = async (standing: Standing, given: Wish) => {
    const remembered = await rememberNow(deps, standing, given)
    return remembered.type === 'refused' ? remembered.problem : remembered.type
  }
  assert.match(await refused(ada, wish('  ')), /nothing to remember/)
  assert.match(await refused(ada, wish('x'.repeat(301))), /at most 300/)
  assert.match(await refused(ada, wish('a\u202eb')), /do not show/)
  assert.match(await refused(ada, wish('the deploy failed today', { kind: 'lesson' })), /failed once/)
  assert.match(await refused(owner, wish('x', { scope: 'thread' })), /no conversation/)
  assert.equal(await refused(ada, wish('x', { scope: 'shared' })), 'not_yours')
  assert.equal(await refused(ada, wish('the deploy failed today')), 'remembered')
})

test('the same message is the same fact; the same words again find what is there', async () => {
  const { deps, remember } = world()
  const messageId = 'm1' as MessageId
  const first = await remember(ada, 'likes tea', { messageId })
  assert.deepEqual(await remember(ada, 'likes tea', { messageId }), first)
  assert.deepEqual(await remember(ada, 'Likes tea.'), first)
  await decideFact(deps, ada, first.id, 'dropped')
  assert.equal((await remember(ada, 'likes tea', { messageId })).status, 'dropped')
  assert.equal((await remember(ada, 'likes tea')).status, 'kept')
})

test('everybody sees what is theirs, of their chat, and shared; in a group nothing of their own', async () => {
  const { remember, texts } = world()
  await remember(ada, 'ada’s')
  await remember(ben, 'ben’s')
  await remember(adaInGroup, 'the group’s')
  await remember(owner, 'everybody’s', { scope: 'shared' })
  await remember(owner, 'the owner’s')
  assert.deepEqual(await texts(ada), ['ada’s', 'everybody’s'])
  assert.deepEqual(await texts(ben), ['ben’s', 'everybody’s'])
  assert.deepEqual(await texts(adaInGroup), ['everybody’s', 'the group’s'])
  assert.deepEqual(await texts(benInGroup), ['everybody’s', 'the group’s'])
  assert.deepEqual(await texts(owner), ['everybody’s', 'the owner’s'])
  // A fresh context of the chat, and another topic of it.
  assert.deepEqual(await texts({ ...ada, thread: thread('9/-100#5', false) }), ['everybody’s', 'the group’s'])
  assert.deepEqual(await texts({ ...ada, thread: thread('9/-100/7#1', false) }), ['everybody’s'])
})

test('who may keep and drop: the person, whoever is in the chat, owners what is shared', async () => {
  const { deps, remember } = world()
  const own = await remember(ada, 'ada’s')
  const groups = await remember(adaInGroup, 'the group’s')
  const shared = await remember(owner, 'everybody’s', { scope: 'shared' })
  const drop = async (standing: Standing, id: FactId) => (await decideFact(deps, standing, id, 'dropped')).type
  assert.equal(await drop(ben, own.id), 'not_found')
  assert.equal(await drop(owner, own.id), 'not_found')
  assert.equal(await drop(ben, groups.id), 'not_found')
  assert.equal(await drop(ada, shared.id), 'not_yours')
  assert.equal(await drop(benInGroup, groups.id), 'decided')
  assert.equal(await drop(owner, shared.id), 'decided')
  // Named by its id it is hers in the group too.
  assert.equal(await drop(adaInGroup, own.id), 'decided')
  assert.equal(await drop(ada, 'unknown' as FactId), 'not_found')
})

test('kept, dropped and kept again, with every decision on record', async () => {
  const { deps, remember, texts } = world()
  const { id } = await remember(ada, 'likes tea')
  await decideFact(deps, ada, id, 'dropped')
  assert.deepEqual(await texts(ada), [])
  const again = await decideFact(deps, ada, id, 'kept')
  assert.equal(again.type === 'decided' && again.fact.status, 'kept')
  assert.deepEqual(
    (await deps.facts.history(id)).map(({ status, by }) => [status, by]),
    [
      ['kept', ADA],
      ['dropped', ADA],
      ['kept', ADA],
    ],
  )
})

test('something is forgotten by its text, a part of it, or the end of its id', async () => {
  const { deps, remember } = world()
  const said = async (standing: Standing, words: string) => {
    const decided = await forget(deps, standing, words)
    return decided.type === 'decided' ? decided.fact.text : decided.type
  }
  const all = ['likes green tea', 'likes black tea', 'works at Initech', 'has a red car']
  const facts = await Promise.all(all.map((text) => remember(ada, text)))
  assert.equal(await said(ada, 'LIKES  green tea.'), 'likes green tea')
  assert.equal(await said(ada, 'initech'), 'works at Initech')
  assert.equal(await said(ada, `#${shortFactId(facts[3]?.id ?? ('' as FactId))}`), 'has a red car')
  await remember(ada, 'likes green tea')
  const unclear = await forget(deps, ada, 'tea')
  assert.equal(unclear.type === 'unclear' && unclear.facts.length, 2)
  for (const words of ['', ' ', 'coffee', 'a']) assert.equal(await said(ada, words), 'not_found', words)
  assert.equal(await said(ben, 'likes green tea'), 'not_found')
  // In a group words show nothing of one's own.
  assert.equal(await said(adaInGroup, 'black tea'), 'not_found')
  assert.equal(await said(adaInGroup, facts[1]?.id ?? ''), 'likes black tea')
})

test('linked ids remember the same, and each its own when they part', async () => {
  const { deps, remember, texts } = world()
  await remember(ada, 'said in the chat')
  await remember(owner, 'said at the terminal')
  await deps.memoryFiles.write({ scope: personScope(ADA), name: 'SOUL.md' as MemoryFileName, text: 'x' })
  await deps.identities.offerLink(OWNER, 'code', new Date(NOON.getTime() + 1))
  await deps.identities.takeLink('code', ADA, NOON)
  const both = ['said at the terminal', 'said in the chat']
  assert.deepEqual([await texts(ada), await texts(owner)], [both, both])
  assert.deepEqual((await memoryOf(deps, owner)).files, [{ scope: personScope(ADA), scopeName: 'me', name: 'SOUL.md' }])
  await remember(owner, 'said in the chat')
  assert.equal((await forget(deps, ada, 'said in the chat')).type, 'decided')
  assert.deepEqual(await texts(owner), ['said at the terminal'])
  await deps.identities.unlink(ADA)
  assert.deepEqual([await texts(ada), await texts(owner)], [[], ['said at the terminal']])
})

test('constraints have an end, and scopes their own', async () => {
  const { deps, remember, wish } = world()
  for (let index = 0; index < MOST_RULES; index += 1) await remember(ada, `never do ${index}`)
  const more = await rememberNow(deps, ada, wish('never do more'))
  assert.match(more.type === 'refused' ? more.problem : '', /drop one first/)
  assert.equal((await remember(ben, 'never do more')).scope, personScope(BEN))
  const named = async (scope: ScopeName) => (await remember(adaInGroup, `in ${scope}`, { scope })).scope
  assert.deepEqual([await named('me'), await named('thread')], [personScope(ADA), chatScope(group.thread)])
  assert.equal((await remember(owner, 'for all', { scope: 'shared' })).scope, SHARED)
})
