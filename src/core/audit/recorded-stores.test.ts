import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryFactStore } from '../../adapters/memory/fact-store.ts'
import { createMemoryKnowledgeStore } from '../../adapters/memory/knowledge-store.ts'
import { createMemoryStandingApprovals } from '../../adapters/memory/standing-approvals.ts'
import type { FactId, SourceId, UserId } from '../vocabulary/ids.ts'
import { personScope, SHARED } from '../vocabulary/memory.ts'
import type { Fact } from '../vocabulary/memory.ts'
import { recordedStores } from './recorded-stores.ts'

const [ADA, BEN] = ['ada', 'ben'] as UserId[] as [UserId, UserId]
const at = new Date('2026-03-01T10:00:00Z')

function world() {
  const told: string[] = []
  const stores = {
    facts: createMemoryFactStore(),
    knowledge: createMemoryKnowledgeStore(),
    standing: createMemoryStandingApprovals(),
  }
  const recorded = recordedStores(stores, {
    record: async (by, action, subject, data) => void told.push(`${by} ${action} ${subject} ${JSON.stringify(data)}`),
  })
  return { ...recorded, told }
}

test('rules and facts for others are recorded, without their words, each change once', async () => {
  const { facts, told } = world()
  const rule = factOf('1', {})
  await facts.add(rule)
  await facts.add(rule)
  await facts.decide(rule.id, 'dropped', BEN, at)
  await facts.decide(rule.id, 'dropped', BEN, at)
  await facts.decide('nothing' as FactId, 'kept', BEN, at)
  assert.deepEqual(told, [
    'ada setting.changed fact 1 {"status":"kept","kind":"constraint","scope":"shared"}',
    'ben setting.changed fact 1 {"status":"dropped","kind":"constraint","scope":"shared"}',
  ])
})

test('what is only proposed, and what somebody keeps for themselves, is not recorded', async () => {
  const { facts, told } = world()
  await facts.add(factOf('1', { status: 'proposed', decidedBy: null, decidedAt: null }))
  await facts.add(factOf('2', { scope: personScope(ADA) }))
  await facts.decide('2' as FactId, 'dropped', ADA, at)
  assert.deepEqual(told, [])
})

test('knowledge for all, and what is approved for good, is recorded', async () => {
  const { knowledge, standing, told } = world()
  const source = { kind: 'document', title: 'T', uri: 'u', addedBy: ADA, updatedAt: at } as const
  await knowledge.put({ ...source, id: 's1' as SourceId, scope: SHARED }, [])
  await knowledge.put({ ...source, id: 's2' as SourceId, scope: personScope(ADA) }, [])
  const approval = { digest: 'd', subject: 'npm test', userId: ADA, approvedBy: BEN, since: at }
  await standing.add(approval)
  await standing.add(approval)
  assert.deepEqual(told, [
    'ada setting.changed knowledge s1 {"change":"put","kind":"document","scope":"shared"}',
    'ben setting.changed always: npm test {"digest":"d","user_id":"ada"}',
  ])
})

test('what can not be recorded does not change', async () => {
  const stores = {
    facts: createMemoryFactStore(),
    knowledge: createMemoryKnowledgeStore(),
    standing: createMemoryStandingApprovals(),
  }
  const { facts, standing } = recordedStores(stores, { record: () => Promise.reject(new Error('away')) })
  await assert.rejects(facts.add(factOf('1', {})))
  await assert.rejects(standing.add({ digest: 'd', subject: 's', userId: ADA, approvedBy: BEN, since: at }))
  assert.deepEqual([await stores.facts.get('1' as FactId), await stores.standing.list()], [null, []])
})

function factOf(id: string, wishes: Partial<Fact>): Fact {
  return {
    id: id as FactId,
    scope: SHARED,
    kind: 'constraint',
    text: 'Never deploy on Fridays.',
    rule: 'never',
    confidence: 1,
    quote: null,
    from: ADA,
    messageId: null,
    taskId: null,
    proposedBy: 'person',
    status: 'kept',
    decidedBy: ADA,
    createdAt: at,
    decidedAt: at,
    ...wishes,
  }
}
