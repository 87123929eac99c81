import assert from 'node:assert/strict'
import { test } from 'node:test'
import { extend, evolve } from '../task/evolve.ts'
import type { TaskEvent, TaskEventBody } from '../vocabulary/event.ts'
import type { ApprovalId, CommitId, PreviewId, TaskId, UserId } from '../vocabulary/ids.ts'
import type { JsonValue } from '../vocabulary/json.ts'
import { foldEvent, foldLog, workedMs } from './card-view.ts'
import type { CardView } from './card-view.ts'

const at = new Date('2026-03-02T09:00:00Z')
const ada = 'ada' as UserId
const created: TaskEvent = {
  type: 'task.created',
  data: {
    user_id: ada,
    thread_id: 't',
    input_text: 'A page',
    task_type: null,
    interface: 'telegram',
    source: { type: 'empty' },
  },
  task_id: 'task' as TaskId,
  seq: 1,
  at,
}
const started: readonly TaskEventBody[] = [
  {
    type: 'task.routed',
    data: {
      intent: 'command',
      task_type: 'dev_pipeline',
      confidence: 0.9,
      summary: 'A page.',
      plan: 'Write it.',
      needs_confirmation: false,
      command: null,
      ask: null,
      source: null,
    },
  },
  { type: 'task.queued', data: { reason: 'routed' } },
  { type: 'task.started', data: { worker: 'w', sandbox_level: 'L1' } },
]
const begins = (step: string, title = step): TaskEventBody => ({
  type: 'step.started',
  data: { step, agent: 'coder', title },
})
const ends = (step: string, output: JsonValue = null): TaskEventBody => ({
  type: 'step.completed',
  data: { step, agent: 'coder', output, commit: null, duration_ms: 1 },
})
const plan = ends('plan', {
  summary: 'Two things.',
  subtasks: ['one', 'two'].map((id) => ({
    id,
    title: id,
    role: 'coder',
    instructions: '',
    acceptance: [],
    depends_on: [],
  })),
})

function logOf(...bodies: readonly TaskEventBody[]): readonly TaskEvent[] {
  return [created, ...extend(evolve(null, created), bodies, at).events]
}
function viewOf(...bodies: readonly TaskEventBody[]): CardView {
  const view = foldLog(logOf(...started, ...bodies))
  assert.ok(view !== null)
  return view
}

test('the plan with what is done, at work and open', () => {
  const states = (view: CardView) => view.subtasks.map((one) => one.state)
  assert.deepEqual(states(viewOf(plan)), ['open', 'open'])
  assert.deepEqual(states(viewOf(plan, begins('subtask/one'))), ['at_work', 'open'])
  assert.deepEqual(states(viewOf(plan, begins('subtask/one'), ends('subtask/one'), begins('subtask/two'))), [
    'done',
    'at_work',
  ])
  const failed: TaskEventBody = { type: 'task.failed', data: { error: 'no', result: null } }
  assert.deepEqual(states(viewOf(plan, begins('subtask/one'), failed)), ['failed', 'open'])
})

test('the present step is the unit of work, and its turn', () => {
  const inTurn = [plan, begins('subtask/one', 'One'), begins('subtask/one/turn/3', 'One, turn 3')]
  assert.deepEqual(viewOf(...inTurn).step, { key: 'subtask/one', agent: 'coder', title: 'One', turn: 3 })
  assert.equal(viewOf(...inTurn, ends('subtask/one/turn/3')).step?.key, 'subtask/one')
  assert.equal(viewOf(...inTurn, ends('subtask/one/turn/3'), ends('subtask/one')).step, null)
})

test('a step that begins again without having ended was interrupted: once, however many were open', () => {
  const open = [begins('subtask/one'), begins('subtask/one/turn/1')]
  assert.equal(viewOf(...open).resumes, 0)
  assert.equal(viewOf(...open, ...open).resumes, 1)
  assert.equal(viewOf(...open, ...open, ...open).resumes, 2)
  const failed: TaskEventBody = { type: 'step.failed', data: { step: 'gate/1', agent: 'platform', error: 'no' } }
  assert.equal(viewOf(begins('gate/1'), failed, begins('gate/1')).resumes, 0)
})

test('rounds of repair count once, also when one is taken up again', () => {
  const view = viewOf(begins('repair/1'), begins('repair/1'), ends('repair/1'), begins('review-fix/1'))
  assert.equal(view.repairRound, 2)
})

test('checks are those of the newest gate', () => {
  const check = (step: string, name: string, status: 'passed' | 'failed'): TaskEventBody => ({
    type: 'check.finished',
    data: {
      step,
      agent: 'platform',
      check: name,
      status,
      command: null,
      exit_code: 0,
      duration_ms: 1,
      output: '',
      reason: null,
    },
  })
  const view = viewOf(check('gate/1', 'a', 'passed'), check('gate/1', 'b', 'failed'), check('gate/2', 'a', 'passed'))
  assert.deepEqual(
    view.checks.map(({ check: name, status }) => [name, status]),
    [['a', 'passed']],
  )
})

test('tools, output and usage add up; only the newest are kept', () => {
  const tool = (call: string): readonly TaskEventBody[] => [
    {
      type: 'tool.started',
      data: { step: 's', agent: 'coder', call_id: call, tool: 'shell', input: { command: `run ${call}` } },
    },
    {
      type: 'tool.finished',
      data: { step: 's', agent: 'coder', call_id: call, tool: 'shell', ok: true, output: '', duration_ms: 1 },
    },
  ]
  const usage: TaskEventBody = {
    type: 'usage.recorded',
    data: {
      step: 's',
      agent: 'coder',
      input_tokens: 10,
      output_tokens: 5,
      cached_input_tokens: 2,
      tier: 'main',
      provider: 'p',
      model: 'm',
      offline: true,
    },
  }
  const many = Array.from({ length: 30 }, (_, index) => tool(String(index))).flat()
  const view = viewOf(...many, usage, usage)
  assert.equal(view.tools.length, 10)
  assert.deepEqual(view.tools.at(-1), { callId: '29', agent: 'coder', tool: 'shell', subject: 'run 29', ok: true })
  assert.deepEqual(view.usage, { input_tokens: 20, output_tokens: 10, cached_input_tokens: 4, model_calls: 2 })
  assert.equal(view.offline, true)
  const print: TaskEventBody = {
    type: 'step.progress',
    data: { step: 's', agent: 'coder', message: 'x'.repeat(1_000) },
  }
  assert.equal(viewOf(print, print).printed.length, 1_500)
})

test('a preview is open until that one is closed', () => {
  const preview = (id: string): TaskEventBody => ({
    type: 'preview.ready',
    data: { preview_id: id as PreviewId, url: `http://${id}`, port: 1, expires_at: at.toISOString() },
  })
  const closed = (id: string): TaskEventBody => ({
    type: 'preview.closed',
    data: { preview_id: id as PreviewId, reason: '' },
  })
  assert.equal(viewOf(preview('a'), preview('b'), closed('a')).preview?.url, 'http://b')
  assert.equal(viewOf(preview('a'), closed('a')).preview, null)
})

test('folding piece by piece is folding at once; what was folded before changes nothing; a gap is refused', () => {
  const log = logOf(...started, plan, begins('subtask/one'), ends('subtask/one'))
  const whole = foldLog(log)
  for (let cut = 1; cut <= log.length; cut += 1) {
    const half = foldLog(log.slice(0, cut))
    assert.deepEqual(foldLog(log.slice(cut), half), whole)
    assert.deepEqual(foldLog(log, half), whole)
  }
  const [first, , third] = log
  assert.ok(first !== undefined && third !== undefined)
  assert.throws(() => foldEvent(foldEvent(null, first), third), /can't follow/)
  assert.throws(() => foldEvent(null, third), /begins with/)
})

test('files that two parts changed are told of until they are brought together, and rounds of healing are counted', () => {
  const about = { step: 'merge/page', agent: 'platform', branch: 'page', commit: 'c'.repeat(40) as CommitId } as const
  const open: TaskEventBody = { type: 'branch.merged', data: { ...about, conflicts: ['a.js', 'b.js'] } }
  const decided: TaskEventBody = { type: 'branch.merged', data: { ...about, conflicts: [] } }
  assert.equal(viewOf(open).conflicts, 2)
  assert.equal(viewOf(open, decided).conflicts, 0)
  const healed: TaskEventBody = {
    type: 'heal.finished',
    data: {
      step: 'heal/2',
      agent: 'platform',
      round: 2,
      by: 'rule',
      checks: ['npm test'],
      causes: [],
      applied: [],
      refused: [],
      outcome: 'worse',
      failures_before: 1,
      failures_after: 2,
      from: about.commit,
      rolled_back: true,
    },
  }
  assert.equal(viewOf(healed).repairRound, 2)
})

test('the time for which a task only waited for an answer is no time that it took', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second))
  const approval = { id: 'a' as ApprovalId, kind: 'shell_command', subject: 'ls', digest: 'd', reason: '' } as const
  const asked = {
    ...approval,
    estimate: null,
    binding: null,
    policy: null,
    secondedBy: [],
    resolvedBy: null,
    comment: null,
    expiresAt: at(999),
    askedAt: at(2),
  } as const
  const view = { ...viewOf(), createdAt: at(0), endedAt: null }
  assert.equal(workedMs(view, at(5)), 5_000)
  const waiting = { ...view, approvals: [{ ...asked, status: 'pending' as const, resolvedAt: null }] }
  assert.equal(workedMs(waiting, at(50)), 2_000)
  const answered = { ...view, approvals: [{ ...asked, status: 'approved' as const, resolvedAt: at(42) }] }
  assert.equal(workedMs(answered, at(50)), 10_000)
  assert.equal(workedMs({ ...answered, endedAt: at(45) }, at(99)), 5_000)
})
