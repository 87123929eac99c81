// What every PersonData promises.
import assert from 'node:assert/strict'
import type { AuditLog } from '../../src/core/ports/audit-log.ts'
import type { ArtifactStore } from '../../src/core/ports/artifact-store.ts'
import type { ConversationStore } from '../../src/core/ports/conversation-store.ts'
import type { FactStore } from '../../src/core/ports/fact-store.ts'
import type { Ledger } from '../../src/core/ports/ledger.ts'
import type { MemberStore } from '../../src/core/ports/member-store.ts'
import type { PersonData, PersonRecord } from '../../src/core/ports/person-data.ts'
import type { SecretStore } from '../../src/core/ports/secret-store.ts'
import type { StandingApprovals } from '../../src/core/ports/standing-approvals.ts'
import type { TaskQueue } from '../../src/core/ports/task-queue.ts'
import type { TaskStore } from '../../src/core/ports/task-store.ts'
import type { FactId, UserId, WorkerId } from '../../src/core/vocabulary/ids.ts'
import { chatScope, personScope, SHARED } from '../../src/core/vocabulary/memory.ts'
import { auditEntryText } from '../../src/core/vocabulary/audit.ts'
import type { AuditEntry } from '../../src/core/vocabulary/audit.ts'
import type { Fact, MemoryScope } from '../../src/core/vocabulary/memory.ts'
import type { IncomingMessage, Message } from '../../src/core/vocabulary/message.ts'
import { artifact } from './artifact-store.ts'
import {
  acceptSample,
  append,
  change,
  everything,
  newId,
  QUEUED,
  ROUTED,
  said,
  sample,
  STARTED,
  used,
} from './sample-task.ts'
import { withParts } from './with-parts.ts'

export type PersonDataUnderTest = {
  readonly personData: PersonData
  readonly store: TaskStore
  readonly queue: TaskQueue
  readonly conversations: ConversationStore
  readonly artifacts: ArtifactStore
  readonly facts: FactStore
  readonly members: MemberStore
  readonly standing: StandingApprovals
  readonly secrets: SecretStore
  readonly audit: AuditLog
  readonly ledger: Ledger
  readonly close: () => Promise<void>
}

const EVE = 'http:eve' as UserId
const EVE_TOO = 'telegram:47' as UserId
const BOB = 'bob' as UserId
const IDS = [EVE, EVE_TOO]
const ENTRY: AuditEntry = {
  at: new Date('2026-03-02T09:00:00.123Z'),
  actor: BOB,
  action: 'person.changed',
  taskId: null,
  subject: EVE,
  data: { change: 'erase' },
}
/** Of which nothing is about two people. */
const OWN_KINDS = new Set(['members', 'threads', 'messages', 'artifacts', 'tasks', 'task_events'])

export function personDataContract(name: string, open: () => Promise<PersonDataUnderTest>): void {
  const withData = withParts(name, open)

  withData('of somebody who was never here there is nothing, to tell or to take', async ({ personData }) => {
    assert.deepEqual(await all(personData.records(['nobody\0' as UserId])), [])
    assert.deepEqual(await all(personData.records([])), [])
    assert.deepEqual(await personData.erase(IDS, ENTRY), { records: {}, objectKeys: [] })
  })

  withData('all of a person is told, of all of their ids, and of nobody else', async (parts) => {
    const lives = await live(parts)
    const records = await all(parts.personData.records(IDS))
    const kinds = [...new Set(records.map(({ kind }) => kind))]
    for (const kind of [
      'members',
      'threads',
      'messages',
      'artifacts',
      'tasks',
      'task_events',
      'facts',
      'standing_approvals',
    ])
      assert.ok(kinds.includes(kind), kind)
    assert.deepEqual(
      records.map(({ kind }) => kind),
      kinds.flatMap((kind) => records.filter((record) => record.kind === kind).map(() => kind)),
      'one kind after the other',
    )
    const text = JSON.stringify(records)
    for (const word of lives.hers) assert.ok(text.includes(word), word)
    for (const word of lives.others) assert.ok(!text.includes(word), word)
  })

  withData('who reads only the beginning leaves nothing open', async (parts) => {
    await live(parts)
    for (let round = 0; round < 30; round += 1)
      for await (const record of parts.personData.records(IDS)) if (record.kind) break
    assert.ok((await all(parts.personData.records(IDS))).length > 5)
  })

  withData('all of a person is taken away, and nothing of anybody else', async (parts) => {
    const { personData, store, conversations, artifacts, facts, members, standing, ledger } = parts
    const { direct, group, task, file, shared } = await live(parts)
    const bobs = async () => (await all(personData.records([BOB]))).filter(({ kind }) => OWN_KINDS.has(kind))
    const before = await bobs()
    const spent = await ledger.totals({ taskId: null, userId: null, since: null })
    const counted = new Map<string, number>()
    for (const { kind } of await all(personData.records(IDS))) counted.set(kind, (counted.get(kind) ?? 0) + 1)

    const erased = await personData.erase(IDS, ENTRY)
    assert.ok(!('type' in erased))
    assert.deepEqual(erased.objectKeys, [file.objectKey], 'what somebody else names as well stays')
    for (const [kind, count] of Object.entries(erased.records))
      if (counted.has(kind)) assert.equal(count, counted.get(kind), kind)
    for (const kind of ['messages', 'tasks', 'task_events', 'artifacts', 'facts', 'members', 'threads'])
      assert.ok((erased.records[kind] ?? 0) > 0, kind)

    assert.deepEqual(await all(personData.records(IDS)), [])
    assert.deepEqual(await bobs(), before)
    assert.equal(await store.get(task.id), null)
    assert.deepEqual(await store.events(task.id, 0, 10), [])
    assert.equal(await conversations.thread(direct), null)
    assert.deepEqual(await conversations.messages(direct, everything(9)), [])
    const left = (await conversations.messages(group, everything(9))).map(({ text }) => text)
    assert.deepEqual(left, ['bob in the group'])
    assert.equal((await conversations.thread(group))?.startedBy, null)
    assert.equal(await artifacts.get(file.id), null)
    assert.equal(await members.find(EVE), null)
    assert.deepEqual(
      (await standing.list()).map(({ subject }) => subject),
      ['bob always'],
    )
    assert.equal((await facts.get(shared))?.decidedBy, 'erased')

    assert.deepEqual(await ledger.totals({ taskId: null, userId: null, since: null }), spent, 'what was spent stays')
    assert.equal((await ledger.totals({ taskId: null, userId: EVE, since: null })).model_calls, 0)
    assert.equal((await ledger.totals({ taskId: null, userId: 'erased' as UserId, since: null })).model_calls, 1)
    assert.deepEqual(await personData.erase(IDS, ENTRY), { records: {}, objectKeys: [] })
  })

  withData('what it did is in the audit log where it was done, and where it was refused it is not', async (parts) => {
    const { personData, store, queue, audit } = parts
    const task = await append(store, await acceptSample(store, { userId: EVE }), [ROUTED, QUEUED])
    await queue.claim({ worker: 'w' as WorkerId, limit: 1, leaseMs: 60_000, only: task.id })
    const before = await audit.head()
    assert.deepEqual(await personData.erase(IDS, ENTRY), { type: 'busy', tasks: 1 })
    assert.deepEqual(await audit.head(), before)
    await personData.erase([BOB], { ...ENTRY, subject: BOB })
    const [last] = await audit.list({ actor: null, taskId: null, action: null, before: null, limit: 1 })
    assert.equal(last?.seq, before.seq + 1)
    assert.equal(last.entry, auditEntryText({ ...ENTRY, subject: BOB }))
  })

  withData('their secrets go with them, in all versions; of others, only their name', async (parts) => {
    const { personData, secrets } = parts
    const put = async (name: string, ...owners: readonly (UserId | null)[]) => {
      for (const [index, owner] of owners.entries()) {
        const [hosts, createdAt, sealed] = [['api.example.org'], ENTRY.at, new Uint8Array([1, 2])]
        const value = { hosts, createdAt, rotatedAt: createdAt, lastUsedAt: null, sealed, keyId: 'k' }
        assert.ok(await secrets.put({ ...value, name, owner, version: index + 1, createdBy: EVE }))
      }
      await secrets.used(name, ENTRY.at)
    }
    await put('HERS', null, EVE)
    await put('GIVEN', EVE_TOO, BOB)
    await put('ALL', null)
    const told = (await all(personData.records(IDS))).filter(({ kind }) => kind === 'secrets')
    assert.deepEqual(told.map(({ data }) => `${String(data['name'])} ${String(data['version'])}`).toSorted(), [
      'GIVEN 1',
      'HERS 1',
      'HERS 2',
    ])
    assert.ok(!('sealed' in (told[0]?.data ?? {})))
    const erased = await personData.erase(IDS, ENTRY)
    assert.ok(!('type' in erased))
    assert.equal(erased.records['secrets'], 3)
    assert.equal(await secrets.find('HERS', null), null)
    assert.equal(await secrets.find('GIVEN', 1), null)
    const left = (await secrets.list()).map(({ name, owner, createdBy }) => [name, owner, createdBy])
    assert.deepEqual(left, [
      ['ALL', null, 'erased'],
      ['GIVEN', BOB, 'erased'],
    ])
    await put('HERS', BOB)
    await secrets.remove('GIVEN')
    assert.equal((await secrets.find('HERS', null))?.version, 1)
  })

  withData('who was erased and comes again is somebody new', async (parts) => {
    const { personData, store, conversations } = parts
    const { message, task, events } = sample({ userId: EVE, chat: 'c' })
    await store.accept(message, task, events)
    await personData.erase(IDS, ENTRY)
    const again = sample({ userId: EVE, chat: 'c', externalId: message.externalId })
    assert.equal((await store.accept(again.message, again.task, again.events)).created, true)
    assert.equal((await conversations.findThread('http', 'c'))?.startedBy, EVE)
  })

  withData('while a task of theirs runs nothing is taken away', async (parts) => {
    const { personData, store, queue } = parts
    const task = await append(store, await acceptSample(store, { userId: EVE }), [ROUTED, QUEUED])
    const [claim] = await queue.claim({ worker: 'w' as WorkerId, limit: 1, leaseMs: 60_000, only: task.id })
    assert.ok(claim)
    assert.deepEqual(await personData.erase(IDS, ENTRY), { type: 'busy', tasks: 1 })
    const running = await append(store, task, [STARTED], { token: claim.token })
    assert.deepEqual(await personData.erase(IDS, ENTRY), { type: 'busy', tasks: 1 })
    assert.deepEqual(await store.get(task.id), running)
    const over = await append(store, running, [{ type: 'task.failed', data: { error: 'No.', result: null } }], {
      token: claim.token,
      claimable: 'never',
    })
    const erased = await personData.erase(IDS, ENTRY)
    assert.ok(!('type' in erased))
    assert.equal(erased.records['tasks'], 1)
    assert.deepEqual(await store.commit(change(over, [used(2)])), { type: 'not_found' })
  })

  withData('erasing while they write leaves no log without its task', async (parts) => {
    const { personData, store } = parts
    const tasks = await Promise.all(Array.from({ length: 12 }, () => acceptSample(store, { userId: EVE })))
    const [erased] = await Promise.all([
      personData.erase(IDS, ENTRY),
      ...tasks.map((task) => store.commit(change(task, [said('still here')]))),
    ])
    assert.ok(!('type' in erased))
    for (const { id } of tasks) {
      assert.equal(await store.get(id), null)
      assert.deepEqual(await store.events(id, 0, 10), [])
    }
  })
}

/** Eve alone with us and in a group, under two ids; Bob beside her. */
async function live(parts: PersonDataUnderTest) {
  const { store, conversations, artifacts, facts, members, standing } = parts
  const alone = await hear(conversations, { author: EVE, chat: 'alone', text: 'eve alone' })
  await conversations.say(alone.threadId, {
    externalId: 'a',
    text: 'answer to eve',
    raw: {},
    taskId: null,
    inContext: true,
    at: new Date(),
  })
  const started = await hear(conversations, { author: EVE_TOO, chat: 'group', text: 'eve in the group', direct: false })
  await hear(conversations, { author: BOB, chat: 'group', text: 'bob in the group', direct: false })
  await hear(conversations, { author: BOB, chat: 'bobs', text: 'bob alone' })
  const asked = sample({ userId: EVE_TOO, chat: 'group', text: 'eve asks', bodies: [used(6)] })
  await store.accept({ ...asked.message, direct: false }, asked.task, asked.events)
  const task = (await store.get(asked.task.id)) ?? asked.task
  await store.commit({ ...change(task, [said('about eve')]), said: 'told to eve in the group' })
  await acceptSample(store, { userId: BOB, chat: 'bobs', text: 'bob asks' })
  const file = artifact({ taskId: null, messageId: alone.id, name: 'eve.txt' })
  const both = artifact({ taskId: task.id, name: 'eve too.txt' })
  for (const one of [file, both, artifact({ name: 'bob.txt', objectKey: both.objectKey })]) await artifacts.add(one)
  const shared = fact({ scope: SHARED, from: BOB, text: 'bob said for all', decidedBy: EVE })
  const scope = chatScope({ interface: 'http', chat: 'alone' })
  for (const one of [
    shared,
    fact({ scope: SHARED, from: EVE, text: 'eve said for all' }),
    fact({ scope: personScope(EVE_TOO), from: BOB, text: 'said of eve' }),
    fact({ scope, from: BOB, text: 'said to eve' }),
    fact({ scope: personScope(BOB), from: BOB, text: 'said of bob' }),
  ])
    await facts.add(one)
  const since = new Date()
  await members.put({ userId: EVE, role: 'member', name: 'Eve', since })
  await members.put({ userId: BOB, role: 'owner', name: 'Bob', since })
  await standing.add({ userId: BOB, digest: '1', subject: 'bob always', approvedBy: BOB, since })
  await standing.add({ userId: EVE, digest: '2', subject: 'eve always', approvedBy: BOB, since })
  await standing.add({ userId: BOB, digest: '3', subject: 'by eve always', approvedBy: EVE, since })
  const hers = ['eve alone', 'answer to eve', 'eve in the group', 'eve asks', 'about eve', 'told to eve in the group']
  return {
    direct: alone.threadId,
    group: started.threadId,
    task,
    file,
    shared: shared.id,
    hers: [...hers, 'eve.txt', 'eve too.txt', 'eve said for all', 'said of eve', 'said to eve', 'eve always'],
    others: ['bob alone', 'bob in the group', 'bob asks', 'bob.txt', 'bob said for all', 'said of bob', 'bob always'],
  }
}

function hear(conversations: ConversationStore, wishes: Partial<IncomingMessage>): Promise<Message> {
  return conversations.hear({ ...sample().message, ...wishes }, new Date())
}

function fact(wishes: Partial<Fact> & { readonly scope: MemoryScope }): Fact {
  return {
    id: newId<FactId>(),
    kind: 'fact',
    text: 'x',
    rule: null,
    confidence: 1,
    quote: null,
    from: BOB,
    messageId: null,
    taskId: null,
    proposedBy: 'person',
    status: 'kept',
    decidedBy: null,
    createdAt: new Date(),
    decidedAt: null,
    ...wishes,
  }
}

async function all(records: AsyncIterable<PersonRecord>): Promise<readonly PersonRecord[]> {
  const read: PersonRecord[] = []
  for await (const record of records) read.push(record)
  return read
}
