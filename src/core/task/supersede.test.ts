// A newer word and an OK that race for one proposal: the log lets one of them win, in every order of their calls.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CommitOutcome, TaskStore } from '../ports/task-store.ts'
import type { TaskEvent } from '../vocabulary/event.ts'
import type { ApprovalId, TaskId, UserId } from '../vocabulary/ids.ts'
import type { Refusal } from '../vocabulary/refusal.ts'
import type { Task } from '../vocabulary/task.ts'
import { applyCommand, isRefusal } from './apply-command.ts'
import type { TaskCommand } from './decide.ts'
import { evolve, extend } from './evolve.ts'

const ada = 'ada' as UserId
const now = new Date('2026-03-02T09:00:00Z')
const clock = { now: () => now, sleep: async () => undefined }
const signals = { publish: () => undefined, subscribe: () => () => undefined }

function waiting(): { readonly task: Task; readonly log: readonly TaskEvent[] } {
  const created: TaskEvent = {
    type: 'task.created',
    task_id: 't' as TaskId,
    seq: 1,
    at: now,
    data: {
      user_id: ada,
      thread_id: 'th',
      input_text: 'a page',
      task_type: null,
      interface: 'http',
      source: { type: 'empty' },
      confirm: true,
    },
  }
  const { events, next } = extend(
    evolve(null, created),
    [
      {
        type: 'task.routed',
        data: {
          intent: 'command',
          task_type: 'dev_pipeline',
          confidence: 1,
          summary: '',
          plan: '',
          needs_confirmation: true,
          command: null,
          ask: null,
          source: null,
        },
      },
      {
        type: 'approval.requested',
        data: {
          approval_id: 'a' as ApprovalId,
          kind: 'plan',
          subject: 'x',
          digest: 'd',
          reason: '',
          expires_at: new Date(now.getTime() + 1).toISOString(),
        },
      },
    ],
    now,
  )
  return { task: next, log: [created, ...events] }
}

/** Each call waits until the order gives its caller a turn; what is left over is done in any order. */
function stage() {
  let { task, log } = waiting()
  const turns = new Map<string, (() => void)[]>()
  const turn = (who: string) => new Promise<void>((resolve) => turns.set(who, [...(turns.get(who) ?? []), resolve]))
  const storeOf = (who: string): Pick<TaskStore, 'get' | 'commit'> => ({
    get: async () => {
      await turn(who)
      return task
    },
    commit: async (change): Promise<CommitOutcome> => {
      await turn(who)
      if (change.expectedSeq !== task.lastSeq) return { type: 'conflict', task }
      task = change.next
      log = [...log, ...change.events]
      return { type: 'committed' }
    },
  })
  return {
    run: (who: string, command: TaskCommand) => {
      const { get, commit } = storeOf(who)
      const store: TaskStore = {
        get,
        commit,
        accept: () => assert.fail('nothing is accepted'),
        list: () => assert.fail('nothing is listed'),
        events: () => assert.fail('nothing is read'),
      }
      return applyCommand({ store, clock, signals }, task.id, command)
    },
    step: async (who: string) => {
      turns.get(who)?.shift()?.()
      for (let tick = 0; tick < 10; tick += 1) await Promise.resolve()
    },
    log: () => log,
  }
}

const orders = (left: Readonly<Record<string, number>>, so: readonly string[] = []): readonly (readonly string[])[] => {
  const open = Object.entries(left).filter(([, count]) => count > 0)
  if (open.length === 0) return [so]
  return open.flatMap(([who, count]) => orders({ ...left, [who]: count - 1 }, [...so, who]))
}

const supersede: TaskCommand = { type: 'supersede', by: ada }
const answers: readonly TaskCommand[] = [
  { type: 'approve', approvalId: 'a' as ApprovalId, by: ada, comment: null },
  { type: 'reject', approvalId: null, by: ada, comment: 'no' },
  { type: 'abort', by: ada, reason: 'enough' },
  supersede,
]

for (const answer of answers)
  test(`a newer word against ${answer.type === 'supersede' ? 'another' : `"${answer.type}"`}: one wins, and the other is told`, async () => {
    const winners = new Set<string>()
    // Reading, writing and once more after a conflict: no order needs more.
    for (const order of orders({ word: 3, answer: 3 })) {
      const { run, step, log } = stage()
      const outcomes: readonly Promise<Task | Refusal>[] = [run('word', supersede), run('answer', answer)]
      for (const who of order) await step(who)
      const [word, other] = await Promise.all(outcomes)
      assert.ok(word && other)
      assert.equal([word, other].filter(isRefusal).length, 1, order.join(' '))
      const resolved = log().filter(({ type }) => type === 'approval.resolved')
      const ended = log().filter(({ type }) => type === 'task.aborted')
      const queued = log().filter(({ type }) => type === 'task.queued')
      assert.equal(resolved.length, 1, order.join(' '))
      assert.equal(ended.length + queued.length, 1, order.join(' '))
      const winner = isRefusal(word) ? 'answer' : 'word'
      assert.equal(queued.length, winner === 'answer' && answer.type === 'approve' ? 1 : 0)
      winners.add(winner)
    }
    assert.deepEqual([...winners].toSorted(), ['answer', 'word'])
  })
