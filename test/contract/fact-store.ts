// What every FactStore promises.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { FactStore } from '../../src/core/ports/fact-store.ts'
import type { FactId, MessageId, TaskId, UserId } from '../../src/core/vocabulary/ids.ts'
import type { Fact, FactStatus } from '../../src/core/vocabulary/memory.ts'
import { FACT_STATUSES, personScope, SHARED } from '../../src/core/vocabulary/memory.ts'
import { assertSameText, times } from './sample-chat.ts'
import { ADA } from './sample-task.ts'
import { withParts } from './with-parts.ts'

export type FactsUnderTest = { readonly facts: FactStore; readonly close: () => Promise<void> }

const BEN = 'ben' as UserId
const OF_ADA = personScope(ADA)
const NOON = new Date('2026-03-01T12:00:00.123Z')
const minutesAfterNoon = (minutes: number) => new Date(NOON.getTime() + minutes * 60_000)
const kept = ['kept'] as const

export function factStoreContract(name: string, open: () => Promise<FactsUnderTest>): void {
  const withFacts = withParts(name, open)

  withFacts('what was added comes back, with where it is from', async ({ facts }) => {
    const one = fact({ rule: 'never', kind: 'constraint', quote: 'never touch prod', taskId: randomUUID() as TaskId })
    assert.deepEqual(await facts.add(one), one)
    assert.deepEqual(await facts.get(one.id), one)
    const plain = fact({
      text: 'other',
      quote: null,
      messageId: null,
      status: 'proposed',
      decidedBy: null,
      decidedAt: null,
    })
    assert.deepEqual(await facts.add(plain), plain)
    assert.equal(await facts.get(randomUUID() as FactId), null)
    assert.equal(await facts.get('no uuid' as FactId), null)
  })

  withFacts('the same id again changes nothing', async ({ facts }) => {
    const one = await facts.add(fact({}))
    const told = await Promise.all(times(10, (index) => facts.add({ ...one, text: `other ${index}`, confidence: 0 })))
    for (const there of told) assert.deepEqual(there, one)
    await facts.decide(one.id, 'dropped', BEN, minutesAfterNoon(1))
    assert.equal((await facts.add(one)).status, 'dropped')
    assert.equal((await facts.history(one.id)).length, 2)
  })

  withFacts('of one scope and text there is one, dropped ones aside', async ({ facts }) => {
    const told = await Promise.all(
      times(20, (index) => facts.add(fact({ text: index % 2 === 0 ? 'Likes Tea' : 'likes tea' }))),
    )
    const [one] = told
    assert.ok(one !== undefined)
    assert.equal(new Set(told.map(({ id }) => id)).size, 1)
    assert.notEqual((await facts.add(fact({ text: 'likes tea', scope: SHARED }))).id, one.id)
    await facts.decide(one.id, 'dropped', ADA, NOON)
    const anew = await facts.add(fact({ text: 'likes tea' }))
    assert.notEqual(anew.id, one.id)
    assert.deepEqual(
      (await facts.list({ scopes: [OF_ADA], statuses: kept, limit: 9 })).map(({ id }) => id),
      [anew.id],
    )
  })

  withFacts('only the scopes and statuses that are asked for are listed', async ({ facts }) => {
    const made = await Promise.all(
      [OF_ADA, personScope(BEN), SHARED].flatMap((scope) =>
        FACT_STATUSES.map((status) => facts.add(fact({ scope, status, text: `${scope} ${status}` }))),
      ),
    )
    const texts = async (scopes: Fact['scope'][], statuses: FactStatus[]) =>
      (await facts.list({ scopes, statuses, limit: 99 })).map(({ text }) => text).toSorted()
    assert.deepEqual(await texts([OF_ADA], ['kept']), ['person:ada kept'])
    assert.deepEqual(await texts([OF_ADA, SHARED], ['proposed']), ['person:ada proposed', 'shared proposed'])
    assert.deepEqual(await texts([], ['kept']), [])
    assert.deepEqual(await texts([SHARED], []), [])
    assert.equal(made.length, 9)
  })

  withFacts('constraints come first and are never left out, then the newest', async ({ facts }) => {
    const rule = (text: string, minute: number) =>
      fact({ text, kind: 'constraint', rule: 'never', createdAt: minutesAfterNoon(minute) })
    const plain = (text: string, minute: number) => fact({ text, createdAt: minutesAfterNoon(minute) })
    const made = [rule('rule 1', 1), plain('fact 2', 2), rule('rule 3', 3), plain('fact 4', 4), plain('fact 0', 0)]
    for (const one of made) await facts.add(one)
    const listed = async (limit: number) =>
      (await facts.list({ scopes: [OF_ADA], statuses: kept, limit })).map(({ text }) => text)
    assert.deepEqual(await listed(9), ['rule 3', 'rule 1', 'fact 4', 'fact 2', 'fact 0'])
    assert.deepEqual(await listed(3), ['rule 3', 'rule 1', 'fact 4'])
    assert.deepEqual(await listed(1), ['rule 3', 'rule 1'])
    assert.deepEqual(await listed(0), ['rule 3', 'rule 1'])
    assert.deepEqual(await listed(-1), ['rule 3', 'rule 1'])
  })

  withFacts('any status may follow any other, and every decision stays', async ({ facts }) => {
    const one = await facts.add(fact({ status: 'proposed', decidedBy: null, decidedAt: null }))
    const steps = ['kept', 'dropped', 'kept', 'proposed', 'dropped'] as const
    for (const [index, status] of steps.entries()) {
      const at = minutesAfterNoon(index)
      assert.deepEqual(await facts.decide(one.id, status, BEN, at), { ...one, status, decidedBy: BEN, decidedAt: at })
    }
    assert.deepEqual(await facts.history(one.id), [
      { status: 'proposed', by: null, at: one.createdAt },
      ...steps.map((status, index) => ({ status, by: BEN, at: minutesAfterNoon(index) })),
    ])
    assert.equal((await facts.get(one.id))?.status, 'dropped')
    assert.deepEqual(await facts.history(randomUUID() as FactId), [])
    assert.deepEqual(await facts.history('no uuid' as FactId), [])
  })

  withFacts('what it is already changes nothing, however often it is said', async ({ facts }) => {
    const one = await facts.add(fact({}))
    const told = await Promise.all(times(10, () => facts.decide(one.id, 'kept', BEN, minutesAfterNoon(5))))
    for (const there of told) assert.deepEqual(there, one)
    await Promise.all(times(10, () => facts.decide(one.id, 'dropped', BEN, minutesAfterNoon(6))))
    assert.deepEqual(
      (await facts.history(one.id)).map(({ status }) => status),
      ['kept', 'dropped'],
    )
  })

  withFacts('there is nothing to decide where there is nothing', async ({ facts }) => {
    assert.equal(await facts.decide(randomUUID() as FactId, 'kept', ADA, NOON), null)
    assert.equal(await facts.decide('no uuid' as FactId, 'kept', ADA, NOON), null)
  })

  withFacts('a dropped one that is taken up again gives way to one that says the same', async ({ facts }) => {
    const old = await facts.add(fact({ text: 'Likes tea' }))
    await facts.decide(old.id, 'dropped', ADA, NOON)
    const anew = await facts.add(fact({ text: 'likes tea', status: 'proposed', decidedBy: null, decidedAt: null }))
    const decided = await facts.decide(old.id, 'kept', BEN, minutesAfterNoon(1))
    assert.deepEqual([decided?.id, decided?.status], [anew.id, 'kept'])
    assert.equal((await facts.get(old.id))?.status, 'dropped')
    assert.equal((await facts.list({ scopes: [OF_ADA], statuses: kept, limit: 9 })).length, 1)
  })

  withFacts('of several of one text that are taken up at once one stands', async ({ facts }) => {
    const made: Fact[] = []
    for (let round = 0; round < 5; round += 1) {
      const one = await facts.add(fact({ text: 'same' }))
      await facts.decide(one.id, 'dropped', ADA, NOON)
      made.push(one)
    }
    const decided = await Promise.all(made.map(({ id }) => facts.decide(id, 'kept', BEN, NOON)))
    assert.equal(new Set(decided.map((one) => one?.id)).size, 1)
    assert.equal((await facts.list({ scopes: [OF_ADA], statuses: kept, limit: 9 })).length, 1)
  })

  withFacts('whatever was said is kept', async ({ facts }) => {
    const hostile = `'"\\ \0 \ud83d {"$1": 'x'} ü`
    const scope = personScope('u\0' as UserId)
    const one = fact({ scope, text: hostile, quote: hostile, from: 'u\0' as UserId })
    const added = await facts.add(one)
    assertSameText(added.text, hostile)
    const [listed] = await facts.list({ scopes: [scope], statuses: kept, limit: 9 })
    assertSameText(listed?.quote ?? undefined, hostile)
    assert.equal((await facts.add({ ...one, id: randomUUID() as FactId })).id, one.id)
  })
}

function fact(wishes: Partial<Fact>): Fact {
  return {
    id: randomUUID() as FactId,
    scope: OF_ADA,
    kind: 'fact',
    text: 'Likes tea',
    rule: null,
    confidence: 0.75,
    quote: 'I like tea',
    from: ADA,
    messageId: '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000' as MessageId,
    taskId: null,
    proposedBy: 'agent',
    status: 'kept',
    decidedBy: ADA,
    createdAt: NOON,
    decidedAt: NOON,
    ...wishes,
  }
}
