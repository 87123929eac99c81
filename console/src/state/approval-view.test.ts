import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CommitId, UserId } from '../../../src/core/vocabulary/ids.ts'
import { alwaysRule, boundFacts, questionOf, votesOf } from './approval-view.ts'
import type { WireApproval } from './wire.ts'

const approval: WireApproval = {
  id: 'a',
  status: 'pending',
  kind: 'tool',
  subject: 'npm publish',
  digest: 'd',
  reason: 'It leaves this machine.',
  binding: { where: 'sandbox', person: 'ada' as UserId, tree: '4f2a90c1d3b7e8a6' as CommitId, tokens: 200_000 },
  policy: { rule: 'sends', why: 'It leaves this machine.', classes: ['network'], people: 2 },
  seconded_by: ['bob'],
  expires_at: '2026-03-02T09:00:00Z',
}

test('a question names what each answer does, also one of a kind that is not known', () => {
  assert.equal(questionOf('tool').yes, 'Approve once')
  assert.equal(questionOf('egress').yes, 'Allow for this task')
  assert.equal(questionOf('plan').isProse, true)
  assert.equal(questionOf('something new' as WireApproval['kind']).isProse, false)
})

test('what a yes is bound to: rule, place, person, files, cost', () => {
  assert.deepEqual(
    boundFacts(approval, 'bob').map(({ label, value }) => `${label}: ${value}`),
    [
      'Rule: sends',
      'Where: in its sandbox',
      'For: ada',
      'Files: 4f2a90c1d3b7',
      'May cost: at most 200,000 tokens in all',
    ],
  )
  assert.equal(
    boundFacts(approval, 'ada').some(({ label }) => label === 'For'),
    false,
  )
  const { binding: _, policy: __, ...older } = approval
  assert.deepEqual(boundFacts(older, null), [])
})

test('where two have to say yes, it says who did, and whether it was you', () => {
  assert.deepEqual(votesOf(approval, 'eve'), { needed: 2, given: 1, mine: false, text: '1 of 2 said yes: bob.' })
  assert.equal(votesOf(approval, 'bob')?.mine, true)
  assert.equal(votesOf({ ...approval, policy: null }, 'bob'), null)
})

test('an owner may make a rule, which says for whom and for what it holds; nobody makes one for two, or for a plan', () => {
  const owner = { user_id: 'owner', role: 'owner' }
  const one = { ...approval, policy: { rule: 'sends', why: '', classes: [], people: 1 } } as const
  assert.match(
    alwaysRule(one, owner) ?? '',
    /very thing without a question in work that ada asks for in this conversation/,
  )
  assert.match(
    alwaysRule({ ...one, kind: 'shell_command' }, { ...owner, user_id: 'ada' }) ?? '',
    /whenever you ask for it/,
  )
  assert.match(alwaysRule({ ...one, kind: 'egress' }, owner) ?? '', /reaches this host, and no other/)
  assert.match(alwaysRule({ ...one, kind: 'secret' }, owner) ?? '', /at this host, and at no other/)
  assert.equal(alwaysRule({ ...one, kind: 'plan' }, owner), null)
  assert.equal(alwaysRule(approval, owner), null)
  assert.equal(alwaysRule(one, { user_id: 'ada', role: 'member' }), null)
  assert.equal(alwaysRule(one, null), null)
})
