// Plain words on their way to work: proposed, asked about, split, gone on from, remembered.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEV, QUESTION, routed } from '../../../test/simulation/routed-bench.ts'
import { ADA, FINISH } from '../../../test/simulation/workbench.ts'
import { applyCommand } from '../task/apply-command.ts'
import { forkTask } from '../task/fork.ts'
import type { TaskId } from '../vocabulary/ids.ts'
import type { JsonObject } from '../vocabulary/json.ts'
import { chatScope, personScope, SHARED } from '../vocabulary/memory.ts'

const approve = { type: 'approve', approvalId: null, by: ADA, comment: null } as const

test('work asked for in plain words waits for an OK, and what was agreed is told to those who do it', async () => {
  const { say, runOnce, task, told, base, of } = routed([
    { ...DEV, summary: 'A red page,\nwanted today.', plan: `Build ${'it '.repeat(400)}` },
  ])
  const { id } = await say('a red page please')
  assert.deepEqual(await runOnce(id), { type: 'waiting' })
  const { status, approval } = await task(id)
  assert.equal(status, 'needs_approval')
  assert.equal(approval?.kind, 'plan')
  assert.match(approval?.subject ?? '', /^Understood: A red page, wanted today\.\nWill: Build it it .*…$/)
  assert.ok((approval?.subject.length ?? 0) <= 900)
  assert.equal(approval?.estimate, null)
  assert.equal((await told(id, 'task.started')).length, 0)
  await applyCommand(base, id, approve)
  await runOnce(id)
  assert.equal((await task(id)).status, 'completed')
  for (const role of ['planner', 'coder', 'reviewer'])
    assert.match(of(role)[0] ?? '', /<proposal>\nUnderstood: A red page/)
  assert.equal(of('router').length, 1, 'nothing is understood twice')
})

test('whether work waits is the operator’s choice; an order never waits, and questions are answered at once', async () => {
  const ends = async (confirmWork: 'always' | 'when_needed' | 'never', answer: JsonObject, confirm = true) => {
    const { say, runOnce } = routed([answer], { tamper: () => ({ confirmWork }) })
    return (await runOnce((await say('words', { confirm })).id)).type
  }
  assert.equal(await ends('always', DEV), 'waiting')
  assert.equal(await ends('never', { ...DEV, needs_confirmation: true }), 'over')
  assert.equal(await ends('when_needed', DEV), 'over')
  assert.equal(await ends('when_needed', { ...DEV, needs_confirmation: true }), 'waiting')
  assert.equal(await ends('when_needed', { ...DEV, confidence: 0.6 }), 'waiting')
  assert.equal(await ends('always', DEV, false), 'over')
  assert.equal(await ends('always', QUESTION), 'over')
  assert.equal(await ends('never', { ...DEV, task_type: 'shell_command', command: 'ls' }), 'waiting')
  assert.equal(await ends('never', { ...DEV, task_type: 'shell_command', command: 'ls' }, false), 'waiting')
})

test('an estimate comes from the ledger, and a ledger that breaks costs nothing but the estimate', async () => {
  const estimate = { seconds: 30, tokens: 1_000, tasks: 5 }
  for (const [typical, expected] of [
    [async () => estimate, estimate],
    [() => Promise.reject(new Error('gone')), null],
  ] as const) {
    const { say, runOnce, task } = routed([DEV], { tamper: () => ({ ledger: { typical } }) })
    const { id } = await say('a page')
    await runOnce(id)
    assert.deepEqual((await task(id)).approval?.estimate, expected)
  }
})

test('what is not clear is asked, once: then the best guess counts and waits for its OK', async () => {
  const unsure = { ...DEV, confidence: 0.3, ask: 'Which page do you mean?' }
  const { say, runOnce, task } = routed([unsure])
  const first = await say('do the page')
  assert.equal((await runOnce(first.id)).type, 'over')
  const { status, result, routing } = await task(first.id)
  assert.deepEqual(
    [status, result?.answer, routing?.ask],
    ['completed', 'Which page do you mean?', 'Which page do you mean?'],
  )
  const second = await say('that one')
  assert.equal((await runOnce(second.id)).type, 'waiting')
  assert.equal((await task(second.id)).approval?.kind, 'plan')
  const third = await say('and something else', { chat: 'another' })
  assert.equal((await runOnce(third.id)).type, 'over')
})

test('several requests become a task each, once, and the first leaves the others alone', async () => {
  const others = ['a blue page', 'tell me the time']
  let cut = true
  const bench = routed([{ ...DEV, others }], {
    // It dies between making the tasks and writing that it did.
    tamper: ({ accept }) => ({
      accept: async (request) => {
        const accepted = await accept(request)
        if (cut && request.text === others[1]) {
          cut = false
          throw new Error('the power went')
        }
        return accepted
      },
    }),
  })
  const { id, threadId } = await bench.say('a red page, a blue page, and tell me the time', { authorName: 'Ada' })
  assert.equal((await bench.runOnce(id)).type, 'released')
  assert.equal((await bench.runOnce(id)).type, 'waiting')
  const [split] = await bench.told(id, 'task.split')
  const parts = await Promise.all((split?.task_ids ?? []).map((part) => bench.task(part)))
  assert.deepEqual(
    parts.map(({ inputText, confirm, threadId: thread, userId }) => ({ inputText, confirm, thread, userId })),
    others.map((inputText) => ({ inputText, confirm: true, thread: threadId, userId: ADA })),
  )
  assert.equal((await bench.base.store.list({ userId: null, statuses: null, limit: 10, cursor: null })).items.length, 3)
  const said = await bench.memories.conversations.messages(threadId, { limit: 10, inContext: true, before: null })
  assert.deepEqual(
    said.map(({ text }) => text.split('\n')[0]),
    ['a red page, a blue page, and tell me the time', 'Understood: A page.'],
  )
  await applyCommand(bench.base, id, approve)
  await bench.runOnce(id)
  assert.match(bench.of('planner')[0] ?? '', /<elsewhere>\n- a blue page\n- tell me the time\n<\/elsewhere>/)
  // What was split off is not split again, however often a model says so.
  await bench.runOnce(parts[0]?.id as TaskId)
  assert.equal((await bench.told(parts[0]?.id as TaskId, 'task.split')).length, 0)
  assert.match(
    bench.of('router').at(-1) ?? '',
    /a red page, a blue page, and tell me the time[\s\S]*<request>\na blue page\n<\/request>$/,
  )
})

test('an order is one thing, however many parts it has; and a refusal does not take the other parts along', async () => {
  const order = routed([{ ...DEV, others: ['more'] }])
  const { id } = await order.say('this and more', { confirm: false })
  await order.runOnce(id)
  assert.equal((await order.told(id, 'task.split')).length, 0)
  const refused = routed([{ ...DEV, others: ['more'], refusal: 'It breaks a rule.' }])
  const words = await refused.say('this and more')
  await refused.runOnce(words.id)
  assert.equal((await refused.task(words.id)).error, 'It breaks a rule.')
  assert.equal((await refused.told(words.id, 'task.split'))[0]?.task_ids.length, 1)
})

test('"now make it blue" starts from the newest finished work of the conversation, unless the sender said from what', async () => {
  const write = { tool: 'write', input: { path: 'page.html', content: 'red' } }
  const bench = routed([DEV, { ...DEV, continues: true }], {
    tamper: () => ({ confirmWork: 'never' }),
    script: {
      chat: (request, turn) => ({
        calls: turn === 1 && request.purpose.subject === 'work' ? [write, FINISH] : [FINISH],
      }),
    },
  })
  const first = await bench.say('a red page')
  await bench.runOnce(first.id)
  const commit = (await bench.task(first.id)).result?.commit ?? null
  const second = await bench.say('now make it blue')
  await bench.runOnce(second.id)
  const after = await bench.task(second.id)
  assert.deepEqual(after.routing?.source, { type: 'task', task_id: first.id, commit })
  assert.equal(after.status, 'completed')
  assert.ok(bench.files.get(second.id)?.has('page.html'))
  assert.match(bench.of('router')[1] ?? '', /<work>\n[^\n]*a red page\n[\s\S]*<conversation>\n[^\n]* ada: a red page\n/)
  const told = await bench.say('and this one?', { source: { type: 'task', task_id: second.id, commit: null } })
  await bench.runOnce(told.id)
  assert.equal((await bench.task(told.id)).routing?.source, null)
  const elsewhere = await bench.say('now make it green', { chat: 'another' })
  await bench.runOnce(elsewhere.id)
  assert.equal((await bench.task(elsewhere.id)).routing?.source, null)
})

test('facts are proposed with their message; a memory that breaks fails nothing', async () => {
  const facts = [
    {
      kind: 'constraint',
      text: 'Never touch production',
      rule: 'never',
      quote: 'never touch production',
      confidence: 1,
    },
  ]
  const bench = routed([{ ...QUESTION, facts }])
  const { id } = await bench.say('what is up? and never touch production')
  await bench.runOnce(id)
  const scopes = [chatScope({ interface: 'http', chat: 'c' }), personScope(ADA), SHARED]
  const kept = await bench.memories.facts.list({ scopes, statuses: ['kept', 'proposed'], limit: 10 })
  assert.deepEqual(
    kept.map(({ text, taskId }) => [text, taskId]),
    [['Never touch production', id]],
  )
  const broken = routed([{ ...QUESTION, facts }], {
    tamper: () => ({ remember: () => Promise.reject(new Error('full')) }),
  })
  const words = await broken.say('never touch production')
  await broken.runOnce(words.id)
  assert.equal((await broken.task(words.id)).status, 'completed')
  assert.ok(broken.logged.some((line) => line.includes('Facts could not be proposed')))
})

test('a fork of work that waits is an order: it waits for no answer to its original', async () => {
  const bench = routed([DEV])
  const { id } = await bench.say('a page')
  await bench.runOnce(id)
  const { lastSeq } = await bench.task(id)
  const forked = await forkTask(
    { ...bench.base, limits: { inputCharacters: 1_000, approvalMs: 1_000 } },
    { interface: 'http', chat: 'f', externalId: 'f', author: ADA, raw: {}, taskId: id, seq: lastSeq },
  )
  assert.ok('task' in forked)
  await bench.runOnce(forked.task.id)
  assert.equal((await bench.task(forked.task.id)).status, 'completed')
  assert.equal((await bench.task(id)).status, 'needs_approval')
})
