// What every TaskStore promises. Each adapter's test calls this with its own way to make an empty store.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { ConversationStore } from '../../src/core/ports/conversation-store.ts'
import type { TaskStore } from '../../src/core/ports/task-store.ts'
import { evolve } from '../../src/core/task/evolve.ts'
import type { TaskEvent } from '../../src/core/vocabulary/event.ts'
import type { TaskId, UserId } from '../../src/core/vocabulary/ids.ts'
import type { Task } from '../../src/core/vocabulary/task.ts'
import {
  acceptSample,
  ADA,
  append,
  change,
  everything,
  FAILED,
  newId,
  QUEUED,
  ROUTED,
  said,
  sample,
  STARTED,
  stepDone,
  used,
} from './sample-task.ts'
import { withParts } from './with-parts.ts'

export type TaskStoreUnderTest = {
  readonly store: TaskStore
  readonly conversations: ConversationStore
  readonly close: () => Promise<void>
}

export function taskStoreContract(name: string, open: () => Promise<TaskStoreUnderTest>): void {
  const withStore = withParts(name, open)

  withStore('an accepted request is there whole: task, log, thread, message', async ({ store, conversations }) => {
    const { message, task, events } = sample({ text: 'Make a page.', bodies: [ROUTED, QUEUED] })
    assert.deepEqual(await store.accept(message, task, events), { task, created: true })
    assert.deepEqual(await store.get(task.id), task)
    assert.deepEqual(await store.events(task.id, 0, 100), events)
    const thread = await conversations.findThread('http', message.chat)
    assert.equal(thread?.id, task.threadId)
    const messages = await conversations.messages(task.threadId, everything(10))
    assert.deepEqual(
      messages.map(({ role, author, text, taskId }) => ({ role, author, text, taskId })),
      [{ role: 'user', author: ADA, text: 'Make a page.', taskId: task.id }],
    )
  })

  withStore('of twenty deliveries of one message at once, one makes a task', async ({ store, conversations }) => {
    const given = { chat: 'c', externalId: '42' }
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => {
        const { message, task, events } = sample(given)
        return store.accept(message, task, events)
      }),
    )
    assert.equal(answers.filter(({ created }) => created).length, 1)
    assert.equal(new Set(answers.map(({ task }) => task.id)).size, 1)
    assert.equal((await store.list({ userId: null, statuses: null, limit: 100, cursor: null })).items.length, 1)
    const [first] = answers
    assert.equal((await conversations.messages(first?.task.threadId ?? newId(), everything(100))).length, 1)
  })

  withStore('a message delivered again later returns the task as it is by then', async ({ store }) => {
    const { message, task, events } = sample()
    await store.accept(message, task, events)
    const now = await append(store, task, [ROUTED])
    const again = sample({ chat: message.chat, externalId: message.externalId })
    assert.deepEqual(await store.accept(again.message, again.task, again.events), { task: now, created: false })
    assert.equal(await store.get(again.task.id), null)
    assert.deepEqual(await store.events(again.task.id, 0, 10), [])
  })

  withStore('the same external id in another chat is another message', async ({ store }) => {
    const one = await acceptSample(store, { chat: 'a', externalId: '1' })
    const other = await acceptSample(store, { chat: 'b', externalId: '1' })
    assert.notEqual(one.id, other.id)
    assert.notEqual(one.threadId, other.threadId)
  })

  withStore('messages of one chat share its thread, also when they come at once', async ({ store }) => {
    const tasks = await Promise.all(Array.from({ length: 20 }, () => acceptSample(store, { chat: 'busy' })))
    const threads = new Set(tasks.map(({ threadId }) => threadId))
    assert.equal(threads.size, 1)
    for (const task of tasks) {
      const [created] = await store.events(task.id, 0, 1)
      assert.ok(created?.type === 'task.created')
      assert.equal(created.data.thread_id, task.threadId)
      assert.equal(created.data.input_text, 'Make a page.')
      assert.deepEqual(await store.get(task.id), task)
    }
  })

  withStore('of twenty commits on one version, one is committed and the others learn what it is now', async (parts) => {
    const { store } = parts
    const task = await acceptSample(store)
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.commit(change(task, [said(`number ${index}`)]))),
    )
    assert.equal(outcomes.filter(({ type }) => type === 'committed').length, 1)
    for (const outcome of outcomes) {
      if (outcome.type === 'committed') continue
      assert.ok(outcome.type === 'conflict')
      assert.equal(outcome.task.lastSeq, 2)
    }
    assert.equal((await store.events(task.id, 0, 100)).length, 2)
  })

  withStore('commits to many tasks at once are each their own', async ({ store }) => {
    const tasks = await Promise.all(Array.from({ length: 60 }, () => acceptSample(store)))
    const stale = new Set(tasks.filter((_, index) => index % 3 === 0).map(({ id }) => id))
    for (const task of tasks) if (stale.has(task.id)) await append(store, task, [said('somebody was faster')])
    const outcomes = await Promise.all(tasks.map((task) => store.commit(change(task, [said('mine'), said('too')]))))
    for (const [index, outcome] of outcomes.entries()) {
      const task = tasks[index]
      assert.ok(task)
      assert.equal(outcome.type, stale.has(task.id) ? 'conflict' : 'committed')
      const log = await store.events(task.id, 0, 100)
      assert.deepEqual(
        log.map(({ seq }) => seq),
        stale.has(task.id) ? [1, 2] : [1, 2, 3],
      )
    }
  })

  withStore('what a change says stands in the thread with the change, or not at all', async (parts) => {
    const { store, conversations } = parts
    const tasks = await Promise.all(Array.from({ length: 12 }, () => acceptSample(store, { chat: 'c' })))
    const slow = new Set(tasks.filter((_, index) => index % 4 === 0).map(({ id }) => id))
    for (const task of tasks) if (slow.has(task.id)) await append(store, task, [said('somebody was faster')])
    await Promise.all(
      tasks.map((task, index) => {
        const bodies = index % 3 === 0 ? [said('x'), used(2)] : [said('x')]
        const says = index % 2 === 0 ? `said by ${index} Ünïcode 🧑🏽‍🚀 \ud800` : null
        return store.commit(change(task, bodies, { said: says }))
      }),
    )
    const messages = await conversations.messages(tasks[0]?.threadId ?? newId(), everything(99))
    const answers = messages.filter(({ role }) => role === 'assistant')
    assert.deepEqual(new Set(answers.map(({ text }) => Number(text.split(' ')[2]))), new Set([2, 6, 10]))
    assert.equal(answers.length, 3)
    for (const answer of answers) {
      assert.equal(answer.taskId, tasks[Number(answer.text.split(' ')[2])]?.id)
      assert.deepEqual([answer.inContext, answer.author, answer.authorName], [true, null, null])
    }
  })

  withStore('what a task says is the last word of its thread', async ({ store, conversations }) => {
    const other = await acceptSample(store, { chat: 'other' })
    const task = await acceptSample(store, { chat: 'c', confirm: true })
    assert.equal((await store.get(task.id))?.confirm, true)
    assert.equal((await store.get(other.id))?.confirm, false)
    const later = new Date(Date.now() + 60_000)
    const told = { ...change(other, [said('x')]), said: 'It is done.' }
    await store.commit({ ...told, next: { ...told.next, updatedAt: later } })
    const { items } = await conversations.threads({ startedBy: null, limit: 9, cursor: null })
    assert.deepEqual(
      items.map(({ chat, lastMessage }) => [chat, lastMessage?.text]),
      [
        ['other', 'It is done.'],
        ['c', 'Make a page.'],
      ],
    )
    assert.deepEqual(items[0]?.lastMessage?.createdAt, later)
  })

  withStore('a commit to a task that is not there says so', async ({ store }) => {
    const { task } = sample()
    assert.deepEqual(await store.commit(change(task, [ROUTED])), { type: 'not_found' })
  })

  withStore('a commit that is refused leaves no trace', async ({ store }) => {
    const task = await acceptSample(store)
    const now = await append(store, task, [ROUTED, QUEUED])
    const outcome = await store.commit(change(task, [ROUTED, FAILED]))
    assert.deepEqual(outcome, { type: 'conflict', task: now })
    assert.deepEqual(await store.get(task.id), now)
    assert.equal((await store.events(task.id, 0, 100)).length, 3)
  })

  withStore('a task is the fold over its log, however it grew', async ({ store }) => {
    const steps = fc.array(
      fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 40 }).map(said),
        fc.string({ unit: 'binary', maxLength: 40 }).map(stepDone),
      ),
      { minLength: 1, maxLength: 4 },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 6 }), async (commits) => {
        let task = await append(store, await acceptSample(store), [ROUTED, QUEUED, STARTED])
        for (const bodies of commits) task = await append(store, task, bodies, { progressed: true })
        const log = await store.events(task.id, 0, 1_000)
        assert.deepEqual(
          log.map(({ seq }) => seq),
          log.map((_, index) => index + 1),
        )
        const fold = log.reduce<Task | null>((folded, event) => evolve(folded, event), null)
        assert.deepEqual(await store.get(task.id), fold)
        assert.equal(fold?.lastSeq, task.lastSeq)
      }),
      { numRuns: 25 },
    )
  })

  withStore('a reader that pages while writers write sees every event once and in order', async ({ store }) => {
    let task = await acceptSample(store)
    const { id } = task
    const writing = (async () => {
      for (let round = 0; round < 40; round += 1) task = await append(store, task, [said(`${round}`), said('and')])
    })()
    const seen: TaskEvent[] = []
    while (seen.length < 81) {
      const page = await store.events(id, seen.at(-1)?.seq ?? 0, 7)
      assert.ok(page.length <= 7)
      seen.push(...page)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await writing
    assert.deepEqual(
      seen.map(({ seq }) => seq),
      seen.map((_, index) => index + 1),
    )
  })

  withStore('nothing comes after a number that no log reaches', async ({ store }) => {
    const { id } = await acceptSample(store)
    for (const after of [2 ** 31, Number.MAX_SAFE_INTEGER]) assert.deepEqual(await store.events(id, after, 10), [])
  })

  withStore('texts of every kind come back as they were', async ({ store }) => {
    const texts = [
      '',
      ' ',
      '"quoted" \\ back\\u0041slash \\\\u0000',
      '日本語 🧑🏽‍🚀 é',
      '\n\r\t\u001b[31m',
      '{"a":[1,2}',
      '\\N',
    ]
    for (const text of texts) {
      const task = await acceptSample(store, { text: `x${text}` })
      await append(store, task, [said(text), stepDone(text)])
      const log = await store.events(task.id, 0, 10)
      assert.equal((await store.get(task.id))?.inputText, `x${text}`)
      assert.deepEqual(
        log.map((event) => textOf(event)),
        [`x${text}`, text, text],
      )
    }
  })

  withStore('a huge text is kept whole', async ({ store }) => {
    const text = `${'Ünïcode '.repeat(125_000)}end`
    const task = await acceptSample(store, { text })
    await append(store, task, [said(text)])
    assert.equal((await store.get(task.id))?.inputText, text)
    assert.equal(textOf((await store.events(task.id, 1, 1))[0]), text)
  })

  withStore('U+0000 and halves of surrogate pairs break nothing: they stay, or become U+FFFD', async ({ store }) => {
    const text = 'a\0b\ud800c\udc00d\\u0000e'
    const kept = [text, 'a\ufffdb\ufffdc\ufffdd\\u0000e']
    const { message, task, events } = sample({ text, chat: text, externalId: text })
    await store.accept(message, task, events)
    assert.equal((await store.accept(message, task, events)).created, false)
    await append(store, task, [said(text), { type: 'task.failed', data: { error: text, result: null } }])
    const stored = await store.get(task.id)
    const log = await store.events(task.id, 0, 10)
    assert.ok(kept.includes(stored?.inputText ?? ''))
    assert.ok(kept.includes(stored?.error ?? ''))
    assert.ok(kept.includes(textOf(log[0]) ?? ''))
    assert.ok(kept.includes(textOf(log[1]) ?? ''))
    assert.equal(textOf(log[0]), stored?.inputText)
  })

  withStore('one change that can not be stored takes no other down with it', async ({ store }) => {
    const tasks = await Promise.all(Array.from({ length: 5 }, () => acceptSample(store)))
    const bad = await acceptSample(store)
    const outcomes = await Promise.allSettled([
      ...tasks.map((task) => store.commit(change(task, [said('good')]))),
      store.commit({ ...change(bad, [said('bad')]), expectedSeq: 2 ** 40 }),
    ])
    const last = outcomes.pop()
    for (const outcome of outcomes) {
      assert.deepEqual(outcome, { status: 'fulfilled', value: { type: 'committed' } })
    }
    assert.ok(last?.status === 'rejected' || last?.value.type === 'conflict')
    assert.equal((await store.get(bad.id))?.lastSeq, 1)
  })

  withStore('pages hold every task once, newest first, whatever is accepted in between', async ({ store }) => {
    const ids: TaskId[] = []
    for (let index = 0; index < 11; index += 1) ids.push((await acceptSample(store)).id)
    const seen: TaskId[] = []
    let cursor: string | null = null
    do {
      const page = await store.list({ userId: null, statuses: null, limit: 4, cursor })
      assert.ok(page.items.length <= 4)
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
      if (cursor !== null) await acceptSample(store)
    } while (cursor !== null)
    assert.deepEqual(seen, ids.toReversed())
  })

  withStore('a page that holds the last task has no next', async ({ store }) => {
    for (let index = 0; index < 4; index += 1) await acceptSample(store)
    assert.equal((await store.list({ userId: null, statuses: null, limit: 4, cursor: null })).nextCursor, null)
    assert.deepEqual(await store.list({ userId: ADA, statuses: [], limit: 4, cursor: null }), {
      items: [],
      nextCursor: null,
    })
  })

  withStore('a list holds what was asked for', async ({ store }) => {
    const bob = 'bob' as UserId
    const mine = await acceptSample(store)
    const failed = await append(store, await acceptSample(store), [FAILED])
    const his = await acceptSample(store, { userId: bob })
    const ids = async (userId: UserId | null, statuses: readonly Task['status'][] | null) =>
      (await store.list({ userId, statuses, limit: 10, cursor: null })).items.map(({ id }) => id)
    assert.deepEqual(await ids(bob, null), [his.id])
    assert.deepEqual(await ids(ADA, ['failed']), [failed.id])
    assert.deepEqual(await ids(ADA, ['failed', 'pending']), [failed.id, mine.id])
    assert.deepEqual(await ids(null, ['pending']), [his.id, mine.id])
    assert.deepEqual(await ids('nobody\0' as UserId, null), [])
  })

  withStore('an unknown or malformed cursor is the first page', async ({ store }) => {
    const task = await acceptSample(store)
    for (const cursor of ['', 'x', '\0', newId<TaskId>(), '../..', '9'.repeat(400), '-1']) {
      const page = await store.list({ userId: null, statuses: null, limit: 5, cursor })
      assert.deepEqual(
        page.items.map(({ id }) => id),
        [task.id],
        `cursor ${cursor}`,
      )
    }
  })

  withStore('what is no id of a task names none', async ({ store }) => {
    for (const id of ['', 'x', '\0', newId<TaskId>(), "' or 1=1 --"] as TaskId[]) {
      assert.equal(await store.get(id), null)
      assert.deepEqual(await store.events(id, 0, 10), [])
      assert.deepEqual(await store.commit({ ...change(sample().task, [ROUTED]), taskId: id }), { type: 'not_found' })
    }
  })
}

function textOf(event: TaskEvent | undefined): string | null {
  switch (event?.type) {
    case 'task.created':
      return event.data.input_text
    case 'agent.message':
      return event.data.text
    case 'step.completed': {
      const { output } = event.data
      return output !== null && typeof output === 'object' && 'text' in output ? String(output['text']) : null
    }
    default:
      return null
  }
}
