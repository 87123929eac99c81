// An OK and a comment that race for one proposal: exactly one of them wins, in every order of their calls, and wherever a process dies.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryConversationStore } from '../../src/adapters/memory/conversation-store.ts'
import { createMemoryObjectStore } from '../../src/adapters/memory/object-store.ts'
import { createTaskRecords } from '../../src/adapters/memory/task-records.ts'
import { createMemoryTaskSignals } from '../../src/adapters/memory/task-signals.ts'
import { createMemoryTaskStore } from '../../src/adapters/memory/task-store.ts'
import { takeWords } from '../../src/core/conversation/take-words.ts'
import type { Taken, WordsDeps } from '../../src/core/conversation/take-words.ts'
import { approvalRequest } from '../../src/core/task/accept-request.ts'
import { appendFromOutside, applyCommand, isRefusal } from '../../src/core/task/apply-command.ts'
import { readLog } from '../../src/core/task/read-log.ts'
import type { UserId } from '../../src/core/vocabulary/ids.ts'
import type { Refusal } from '../../src/core/vocabulary/refusal.ts'
import type { Task } from '../../src/core/vocabulary/task.ts'
import { createCountedIds } from './ids.ts'
import { everyOrder } from './interleavings.ts'
import type { Gate } from './interleavings.ts'
import { plainIntake } from './terms.ts'

const ada = 'telegram:1' as UserId
const AT = new Date('2026-03-02T09:00:00Z')

function newWorld(): WordsDeps {
  const records = createTaskRecords()
  const clock = { now: () => AT, sleep: async () => undefined }
  return {
    store: createMemoryTaskStore(records, clock),
    conversations: createMemoryConversationStore(records),
    objects: createMemoryObjectStore(),
    signals: createMemoryTaskSignals(),
    ids: createCountedIds(),
    clock,
    telemetry: { count: () => undefined, time: () => undefined, log: () => undefined },
    ...plainIntake(),
    limits: { inputCharacters: 1_000, approvalMs: 60_000 },
  }
}

function say(deps: WordsDeps, externalId: string, text: string): Promise<Taken | Refusal> {
  return takeWords(deps, {
    interface: 'telegram',
    chat: '7/1/#0',
    externalId,
    author: ada,
    text,
    raw: { text },
    taskType: null,
    source: { type: 'empty' },
    confirm: true,
    mayAnswer: (task) => task.userId === ada,
  })
}

/** Work that was asked for and waits for an OK to what was understood. */
async function propose(deps: WordsDeps): Promise<Task> {
  const taken = await say(deps, 'first', 'build a red page')
  assert.ok(taken.type === 'task')
  const expiresAt = new Date(AT.getTime() + 60_000)
  const asked = await appendFromOutside(deps, taken.task.id, [
    {
      type: 'task.routed',
      data: {
        intent: 'command',
        task_type: 'dev_pipeline',
        confidence: 0.9,
        summary: 'A red page.',
        plan: 'Build it.',
        needs_confirmation: true,
        command: null,
        ask: null,
        source: null,
      },
    },
    approvalRequest(deps.ids, {
      kind: 'plan',
      subject: 'Understood: a red page. Will: build it.',
      expiresAt,
      estimate: null,
    }),
  ])
  assert.ok(!isRefusal(asked) && asked.status === 'needs_approval')
  return asked
}

function behind(deps: WordsDeps, { guard }: Gate): WordsDeps {
  return { ...deps, store: guard(deps.store), conversations: guard(deps.conversations), objects: guard(deps.objects) }
}

/** Only the calls that decide: those that keep a word of one's own meet nobody else's, and all orders would be too many. */
function behindStore(deps: WordsDeps, { guard }: Gate): WordsDeps {
  return { ...deps, store: guard(deps.store) }
}

/** What the log must say, whoever won: one answer, one way on, and no word lost. */
async function judge(deps: WordsDeps, first: Task, order: string): Promise<'ok' | 'comment'> {
  const log = await readLog(deps.store, first.id)
  const answers = log.filter(({ type }) => type === 'approval.resolved')
  assert.equal(answers.length, 1, order)
  const queued = log.some(({ type }) => type === 'task.queued')
  const ended = log.some(({ type }) => type === 'task.aborted')
  assert.notEqual(queued, ended, order)
  const { items } = await deps.store.list({ userId: ada, statuses: null, limit: 10, cursor: null })
  const others = items.filter(({ id }) => id !== first.id)
  assert.deepEqual(
    others.map(({ inputText, confirm, threadId }) => [inputText, confirm, threadId]),
    [['make it blue', true, first.threadId]],
    `the comment is one request of its own (${order})`,
  )
  const messages = await deps.conversations.messages(first.threadId, { limit: 30, inContext: true, before: null })
  const said = messages.filter(({ role }) => role === 'user').map(({ text }) => text)
  assert.deepEqual(said, ['build a red page', 'make it blue'], order)
  return queued ? 'ok' : 'comment'
}

for (const dies of [false, true])
  test(`an OK races with a comment${dies ? ' whose process dies and tries again' : ''}`, async () => {
    const winners = new Set<string>()
    let first: Task | null = null
    const begin = () => {
      const deps = newWorld()
      const ready = propose(deps)
      return {
        programs: [
          async (gate: Gate) => {
            await ready
            const taken = await say(behind(deps, gate), 'second', 'make it blue')
            assert.equal(taken.type, 'task')
          },
          async (gate: Gate) => {
            const task = await ready
            const approve = { type: 'approve', approvalId: task.approval?.id ?? null, by: ada, comment: null } as const
            await applyCommand(behind(deps, gate), task.id, approve)
          },
        ],
        check: async (order: string) => {
          first = await ready
          winners.add(await judge(deps, first, order))
        },
      }
    }
    const orders = await everyOrder(begin, dies ? [0] : [])
    assert.ok(orders > 10, `${orders} orders`)
    assert.deepEqual([...winners].toSorted(), ['comment', 'ok'])
  })

test('two comments at once replace one proposal once', async () => {
  const begin = () => {
    const deps = newWorld()
    const ready = propose(deps)
    const comment = (externalId: string) => async (gate: Gate) => {
      await ready
      await say(behindStore(deps, gate), externalId, `comment ${externalId}`)
    }
    return {
      programs: [comment('a'), comment('b')],
      check: async (order: string) => {
        const log = await readLog(deps.store, (await ready).id)
        assert.equal(log.filter(({ type }) => type === 'task.aborted').length, 1, order)
        const { items } = await deps.store.list({ userId: ada, statuses: ['pending'], limit: 10, cursor: null })
        assert.deepEqual(items.map(({ inputText }) => inputText).toSorted(), ['comment a', 'comment b'], order)
      },
    }
  }
  assert.ok((await everyOrder(begin)) > 10)
})

test('a yes and a no at once: the first of them counts, whatever their order', async () => {
  const begin = () => {
    const deps = newWorld()
    const ready = propose(deps)
    const taken: (Taken | Refusal)[] = []
    const answer = (externalId: string, text: string) => async (gate: Gate) => {
      await ready
      taken.push(await say(behindStore(deps, gate), externalId, text))
    }
    return {
      programs: [answer('a', 'yes'), answer('b', 'no')],
      check: async (order: string) => {
        const log = await readLog(deps.store, (await ready).id)
        assert.equal(log.filter(({ type }) => type === 'approval.resolved').length, 1, order)
        const counted = taken.filter((one) => one.type === 'answered' && one.refused === null)
        assert.equal(counted.length, 1, order)
      },
    }
  }
  assert.ok((await everyOrder(begin)) > 10)
})
