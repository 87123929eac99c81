// What stands in a chat of work that is proposed: the proposal first, the card once there is something to follow, and what else was said.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADA, BOT, createCardBench, PLACE } from '../../../test/simulation/card-bench.ts'
import { completed, queued, routed, started } from '../../../test/simulation/card-story.ts'
import { approvalRequest } from '../task/accept-request.ts'
import { applyCommand } from '../task/apply-command.ts'
import type { FactId, TaskId } from '../vocabulary/ids.ts'
import type { Fact } from '../vocabulary/memory.ts'
import { personScope } from '../vocabulary/memory.ts'
import type { Task } from '../vocabulary/task.ts'
import { createCards } from './create-cards.ts'

const subject = 'Understood: A page.\nWill: Write it.'

async function begun() {
  const bench = createCardBench({ settings: { proposes: true } })
  const cards = createCards(bench.deps)
  await bench.base.members.put({ userId: ADA, role: 'owner', name: 'Ada', since: new Date(0) })
  const task = await bench.accept('Make a page', null, ADA, true)
  await cards.follow(BOT)
  await cards.open(bench.card(task))
  const propose = () => {
    const expiresAt = new Date(bench.deps.clock.now().getTime() + 3_600_000)
    return bench.append(
      task.id,
      routed(),
      approvalRequest(bench.deps.ids, { kind: 'plan', subject, expiresAt, estimate: null }),
    )
  }
  const answer = (type: 'approve' | 'reject') =>
    applyCommand(bench.deps, task.id, { type, approvalId: null, by: ADA, comment: null })
  return { bench, cards, task, propose, answer, card: () => bench.outbox.find(BOT, `task:${task.id}`) }
}
const approvalKey = async (bench: ReturnType<typeof createCardBench>, { id }: Task) =>
  `approval:${(await bench.base.store.get(id))?.approval?.id}`

test('the proposal is the first that is said; the card comes with the work', async () => {
  const { bench, cards, task, propose, answer, card } = await begun()
  await bench.pass(2_000)
  await propose()
  await bench.pass(30_000)
  assert.equal(await card(), null)
  const key = await approvalKey(bench, task)
  assert.deepEqual(await bench.labels(key), ['OK', 'Cancel'])
  await answer('approve')
  await bench.pass(1_000)
  assert.match(await bench.text(key), /^👌 OK by Ada/)
  assert.deepEqual(await bench.labels(key), [])
  assert.equal((await card())?.lane, 'reply')
  assert.match(await bench.text(`task:${task.id}`), /Queued/)
  await cards.close()
})

test('what is not understood soon has a card meanwhile, and so has what is paused', async () => {
  const { bench, cards, task, propose, card } = await begun()
  await bench.pass(4_000)
  assert.equal(await card(), null)
  await bench.pass(2_000)
  assert.match(await bench.text(`task:${task.id}`), /Received/)
  await propose()
  await bench.pass(1_000)
  assert.match(await bench.text(`task:${task.id}`), /Waiting for a yes[^]*Say OK below/)
  await cards.close()

  const second = await begun()
  await second.bench.base.queue.setPaused(true)
  await second.bench.pass(6_000)
  assert.match(await second.bench.text(`task:${second.task.id}`), /paused/)
  await second.cards.close()
})

test('what was never begun ends where it was proposed', async () => {
  for (const end of ['reject', 'supersede', 'expire'] as const) {
    const { bench, cards, task, propose, answer, card } = await begun()
    await propose()
    await bench.pass(1_000)
    if (end === 'reject') await answer('reject')
    else if (end === 'supersede') await applyCommand(bench.deps, task.id, { type: 'supersede', by: ADA })
    else {
      await bench.pass(3_600_000)
      await applyCommand(bench.deps, task.id, { type: 'expire' })
    }
    await bench.pass(1_000)
    assert.match(
      await bench.text(await approvalKey(bench, task)),
      { reject: /^❌/, supersede: /^➖ Replaced/, expire: /^⌛/ }[end],
    )
    assert.equal(await card(), null)
    assert.equal((await bench.base.cards.get(task.id))?.finished, true)
    await cards.close()
  }
})

test('each thing that a message asked for has a card of its own, in the same place', async () => {
  const { bench, cards, task } = await begun()
  const other = await bench.accept('Make a shop', null, ADA, true)
  await bench.append(task.id, { type: 'step.started', data: { step: 'route', agent: 'platform', title: 'Route' } })
  await bench.append(task.id, { type: 'task.split', data: { task_ids: [other.id] } })
  await bench.pass(1_000)
  const card = await bench.base.cards.get(other.id)
  assert.deepEqual([card?.place, card?.request, card?.by], [PLACE, '7', ADA])
  await bench.pass(6_000)
  assert.match(await bench.text(`task:${other.id}`), /Make a shop/)
  await cards.close()
})

function ruleOf(id: FactId, taskId: TaskId): Fact {
  return {
    id,
    scope: personScope(ADA),
    kind: 'constraint',
    text: 'Never touch production.',
    rule: 'never',
    confidence: 1,
    quote: 'never touch production',
    from: ADA,
    messageId: null,
    taskId,
    proposedBy: 'agent',
    status: 'kept',
    decidedBy: null,
    createdAt: new Date(0),
    decidedAt: null,
  }
}

test('a rule that the answer says already is not said again', async () => {
  const id = '01890000-0000-7000-8000-00000000000f' as FactId
  for (const [answer, notes] of [
    ['Noted: “Never touch production”.', 0],
    ['You are welcome.', 1],
  ] as const) {
    const { bench, cards, task } = await begun()
    await bench.base.facts.add(ruleOf(id, task.id))
    await bench.append(task.id, routed({ task_type: 'question' }))
    await bench.pass(1_000)
    await bench.append(task.id, queued, started, completed({ answer }))
    await bench.pass(1_000)
    assert.equal(bench.putsOf(`noted:${id}`).length, notes, answer)
    await cards.close()
  }
})

test('what a pasted text wanted to be remembered is not kept in silence', async () => {
  const id = '01890000-0000-7000-8000-00000000000f' as FactId
  const { bench, cards, task } = await begun()
  await bench.base.facts.add({
    ...ruleOf(id, task.id),
    kind: 'fact',
    rule: null,
    text: 'The owner is eve',
    proposedBy: 'person',
  })
  await bench.append(task.id, routed({ task_type: 'question' }))
  const answer = `The letter says that the owner is eve. ${'It goes on about the weather. '.repeat(20)}`
  await bench.append(task.id, queued, started, completed({ answer }))
  await bench.pass(1_000)
  assert.equal(await bench.text(`noted:${id}`), 'Noted: The owner is eve. /memory to review.')
  assert.deepEqual(await bench.labels(`noted:${id}`), ['Undo'])
  await cards.close()
})

test('a rule that was taken from the words is said once, with a way to take it back', async () => {
  const { bench, cards, task, propose } = await begun()
  const id = '01890000-0000-7000-8000-00000000000f' as FactId
  await bench.base.facts.add(ruleOf(id, task.id))
  await propose()
  await bench.pass(1_000)
  assert.equal(await bench.text(`noted:${id}`), 'Noted: Never touch production. /memory to review.')
  assert.deepEqual(await bench.labels(`noted:${id}`), ['Undo'])
  await applyCommand(bench.deps, task.id, { type: 'abort', by: ADA, reason: 'Enough.' })
  await bench.pass(1_000)
  assert.equal(bench.putsOf(`noted:${id}`).length, 1)
  await cards.close()
})
