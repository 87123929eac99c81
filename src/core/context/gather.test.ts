// What a pack is made of: of this conversation alone, for this person, and without what can't be read.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemories } from '../../../test/simulation/crew-deps.ts'
import { createTaskRecords } from '../../adapters/memory/task-records.ts'
import { createMemoryTaskStore } from '../../adapters/memory/task-store.ts'
import { createSystemClock } from '../../adapters/system/clock.ts'
import { createSystemIds } from '../../adapters/system/ids.ts'
import type { MemoryFileName } from '../ports/memory-files.ts'
import { acceptRequest } from '../task/accept-request.ts'
import type { FactId, UserId } from '../vocabulary/ids.ts'
import type { Fact, MemoryScope } from '../vocabulary/memory.ts'
import { chatScope, personScope, SHARED } from '../vocabulary/memory.ts'
import type { TaskType } from '../vocabulary/task.ts'
import { gatherContext } from './gather.ts'
import type { GatherDeps } from './gather.ts'
import { plainIntake } from '../../../test/simulation/terms.ts'

const ada = 'telegram:1' as UserId
const bob = 'telegram:2' as UserId

async function stage(change: Partial<GatherDeps> = {}) {
  const records = createTaskRecords()
  const logged: string[] = []
  const telemetry = {
    log: (_: string, text: string) => void logged.push(text),
    count: () => undefined,
    time: () => undefined,
  }
  const clock = createSystemClock()
  const store = createMemoryTaskStore(records, clock)
  const deps: GatherDeps = { ...createMemories(records), store, telemetry, ...change }
  let count = 0
  const incoming = (chat: string, text: string, author = ada, direct = true) => ({
    interface: 'telegram' as const,
    chat,
    externalId: String((count += 1)),
    author,
    text,
    raw: {},
    direct,
  })
  const limits = { inputCharacters: 1_000, approvalMs: 1_000 }
  const accepting = {
    ...plainIntake(),
    store,
    clock,
    ids: createSystemIds(),
    telemetry,
    limits,
    signals: { publish: () => undefined, subscribe: () => () => undefined },
  }
  return {
    deps,
    logged,
    hear: (chat: string, text: string, author = ada, direct = true) =>
      deps.conversations.hear(incoming(chat, text, author, direct), clock.now()),
    ask: (chat: string, text: string, taskType: TaskType) =>
      acceptRequest(accepting, { ...incoming(chat, text), taskType, source: { type: 'empty' } }),
    gather: async (chat: string, author = ada, words = '') => {
      const thread = await deps.conversations.findThread('telegram', chat)
      assert.ok(thread !== null)
      return gatherContext(deps, { thread, author, words, before: null, now: clock.now() })
    },
    keep: async (scope: MemoryScope, text: string, kind: Fact['kind'] = 'fact') => {
      const at = clock.now()
      const shared = {
        confidence: 1,
        quote: null,
        from: ada,
        messageId: null,
        taskId: null,
        proposedBy: 'person' as const,
      }
      const status = { status: 'kept' as const, decidedBy: ada, createdAt: at, decidedAt: at }
      await deps.facts.add({
        ...shared,
        ...status,
        id: `${scope} ${text}` as FactId,
        scope,
        kind,
        text,
        rule: kind === 'constraint' ? 'never' : null,
      })
    },
    write: (scope: MemoryScope, name: string, text: string) =>
      deps.memoryFiles.write({ scope, name: name as MemoryFileName, text }),
  }
}

test('only what was said in this context of this chat is told', async () => {
  const { hear, gather } = await stage()
  await hear('1#0', 'before the fresh start')
  await hear('1#1', 'here')
  await hear('2#0', 'elsewhere', bob)
  await hear('1:7#0', 'in a topic')
  assert.deepEqual(
    (await gather('1#1')).messages.map(({ text }) => text),
    ['here'],
  )
})

test('in a group nothing that only concerns the person is told but their rules; alone with them all is', async () => {
  const { hear, gather, keep, write } = await stage()
  await hear('1#0', 'alone')
  await hear('-5#0', 'in the group', ada, false)
  const group = chatScope({ interface: 'telegram', chat: '-5#0' })
  await keep(personScope(ada), 'Ada is ill')
  await keep(personScope(ada), 'touch production', 'constraint')
  await keep(personScope(bob), 'Bob is rich')
  await keep(group, 'The group builds boats')
  await keep(SHARED, 'The server is called moon')
  await write(personScope(ada), 'MEMORY.md', 'A diary.')
  await write(SHARED, 'SOUL.md', 'Be kind.')
  const [alone, together, bobs] = [await gather('1#0'), await gather('-5#0'), await gather('-5#0', bob)]
  const told = (found: typeof alone) => found.facts.map(({ text }) => text).toSorted()
  assert.deepEqual(told(alone), ['Ada is ill', 'The server is called moon', 'touch production'])
  assert.deepEqual(told(together), ['The group builds boats', 'The server is called moon', 'touch production'])
  assert.deepEqual(told(bobs), ['The group builds boats', 'The server is called moon'])
  assert.deepEqual(
    alone.files.map(({ text }) => text),
    ['Be kind.', 'A diary.'],
  )
  assert.deepEqual(
    together.files.map(({ text }) => text),
    ['Be kind.'],
  )
})

test('what people have linked is one person', async () => {
  const { deps, hear, gather, keep } = await stage()
  await hear('2#0', 'from the other account', bob)
  await keep(personScope(ada), 'Ada likes blue')
  await deps.identities.offerLink(ada, 'code', new Date(Date.now() + 60_000))
  assert.deepEqual((await gather('2#0', bob)).facts, [])
  await deps.identities.takeLink('code', bob, new Date())
  assert.deepEqual(
    (await gather('2#0', bob)).facts.map(({ text }) => text),
    ['Ada likes blue'],
  )
})

test('what either remembered before they were linked is told to both, and to neither of the other after', async () => {
  const { deps, hear, gather, keep } = await stage()
  for (const [chat, person] of [
    ['1#0', ada],
    ['2#0', bob],
  ] as const)
    await hear(chat, 'hello', person)
  await keep(personScope(ada), 'Ada likes blue')
  await keep(personScope(bob), 'never call before noon', 'constraint')
  await deps.memoryFiles.write({ scope: personScope(bob), name: 'MEMORY.md' as MemoryFileName, text: 'A diary.' })
  const told = async (chat: string, person: UserId) => {
    const { facts, files } = await gather(chat, person)
    return [...facts, ...files].map(({ text }) => text)
  }
  const apart = [['Ada likes blue'], ['never call before noon', 'A diary.']]
  assert.deepEqual([await told('1#0', ada), await told('2#0', bob)], apart)
  await deps.identities.offerLink(ada, 'code', new Date(Date.now() + 60_000))
  await deps.identities.takeLink('code', bob, new Date())
  const all = ['never call before noon', 'Ada likes blue', 'A diary.']
  assert.deepEqual([await told('1#0', ada), await told('2#0', bob)], [all, all])
  await deps.identities.unlink(bob)
  assert.deepEqual([await told('1#0', ada), await told('2#0', bob)], apart)
})

test('remarks in files are for people and are not told', async () => {
  const { deps, hear, gather } = await stage()
  await hear('1#0', 'hello')
  const write = (name: string, text: string) =>
    deps.memoryFiles.write({ scope: SHARED, name: name as MemoryFileName, text })
  await write('SOUL.md', '<!-- edit\nme -->\nBe kind.<!-- or not -->\nBe brief.\n<!-- not closed')
  await write('MEMORY.md', '<!-- nothing yet -->\n')
  assert.deepEqual(
    (await gather('1#0')).files.map(({ name, text }) => [name, text]),
    [['SOUL.md', 'Be kind.\nBe brief.']],
  )
})

test('work is found behind questions, newest first', async () => {
  const { ask, gather } = await stage()
  for (const text of ['first', 'second']) await ask('1#0', text, 'dev_pipeline')
  for (let number = 0; number < 8; number += 1) await ask('1#0', `what is ${number}?`, 'question')
  assert.deepEqual(
    (await gather('1#0')).work.map(({ inputText }) => inputText),
    ['second', 'first'],
  )
})

test('knowledge is looked up for words, in the scopes that may be told', async () => {
  const asked: unknown[] = []
  const { hear, gather } = await stage({ lookUp: async (scopes, words) => (asked.push([scopes, words]), []) })
  await hear('-5#0', 'x', ada, false)
  await gather('-5#0', ada, '  ')
  assert.deepEqual(asked, [])
  await gather('-5#0', ada, 'boats')
  assert.deepEqual(asked, [[[SHARED, chatScope({ interface: 'telegram', chat: '-5#0' })], 'boats']])
})

test('files and knowledge that break are left out and logged; without the rules nothing is answered', async () => {
  const { deps, hear, gather, logged } = await stage({ lookUp: () => Promise.reject(new Error('the index is gone')) })
  await hear('1#0', 'hello')
  const broken = { ...deps.memoryFiles, read: () => Promise.reject(new Error('EIO')) }
  const thread = await deps.conversations.findThread('telegram', '1#0')
  assert.ok(thread !== null)
  const query = { thread, author: ada, words: 'hello', before: null, now: new Date() }
  const found = await gatherContext({ ...deps, memoryFiles: broken }, query)
  assert.deepEqual([found.messages.length, found.files, found.knowledge], [1, [], []])
  assert.ok(logged.some((line) => line.startsWith('Knowledge could not be read')))
  const facts = { ...deps.facts, list: () => Promise.reject(new Error('no database')) }
  await assert.rejects(gatherContext({ ...deps, facts }, query), /no database/)
  assert.equal((await gather('1#0')).messages.length, 1)
})
