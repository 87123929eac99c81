// Whatever people and workers do to a task, in whatever order: what its log promises holds.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isMidWork } from '../vocabulary/approval.ts'
import type { ApprovalPolicy } from '../vocabulary/approval.ts'
import type { EventOf, TaskEvent, TaskEventBody, TaskEventType } from '../vocabulary/event.ts'
import { mayFollowTheEnd } from '../vocabulary/event.ts'
import type { ApprovalId, ArtifactId, CommitId, PreviewId, TaskId, UserId } from '../vocabulary/ids.ts'
import { isTerminal, TASK_STATUSES } from '../vocabulary/task.ts'
import { NO_RESULT } from '../vocabulary/task.ts'
import type { Task, TaskResult } from '../vocabulary/task.ts'
import { changeOf, isRefusal, refusalOf } from './apply-command.ts'
import { decide } from './decide.ts'
import type { TaskCommand } from './decide.ts'
import { evolve, extend, ROUTE_STEP, statusAfter } from './evolve.ts'

const id = 'task-1' as TaskId
const ada = 'ada' as UserId
const bob = 'bob' as UserId
const monday = new Date('2026-03-02T09:00:00Z')
const later = (minutes: number) => new Date(monday.getTime() + minutes * 60_000)
const approvalIds = ['a1' as ApprovalId, 'a2' as ApprovalId]

const result: TaskResult = {
  ...NO_RESULT,
  summary: 'Done.',
}
const step = { step: 'plan', agent: 'planner' } as const
const usage = { input_tokens: 1, output_tokens: 1, cached_input_tokens: 0 }

/** One body of every type there is. */
const BODIES: { readonly [Type in TaskEventType]: Extract<TaskEventBody, { type: Type }> } = {
  'task.created': {
    type: 'task.created',
    data: {
      user_id: ada,
      thread_id: 'thread',
      input_text: 'a web app',
      task_type: null,
      interface: 'http',
      source: { type: 'empty' },
    },
  },
  'task.routed': {
    type: 'task.routed',
    data: {
      intent: 'command',
      task_type: 'shell_command',
      confidence: 1,
      summary: '',
      plan: '',
      needs_confirmation: true,
      command: 'ls',
      ask: null,
      source: null,
    },
  },
  'task.split': { type: 'task.split', data: { task_ids: ['task-2' as TaskId] } },
  'task.queued': { type: 'task.queued', data: { reason: 'routed' } },
  'task.started': { type: 'task.started', data: { worker: 'w1', sandbox_level: 'L1' } },
  'task.completed': { type: 'task.completed', data: { result } },
  'task.failed': { type: 'task.failed', data: { error: 'It could not be done.', result: null } },
  'task.aborting': { type: 'task.aborting', data: { by: ada, reason: 'enough' } },
  'task.aborted': { type: 'task.aborted', data: { by: ada, reason: 'enough' } },
  'approval.requested': {
    type: 'approval.requested',
    data: {
      approval_id: 'a1' as ApprovalId,
      kind: 'shell_command',
      subject: 'ls',
      digest: 'd',
      reason: '',
      expires_at: later(60).toISOString(),
    },
  },
  'approval.resolved': {
    type: 'approval.resolved',
    data: { approval_id: 'a1' as ApprovalId, status: 'approved', by: ada, comment: null },
  },
  'approval.seconded': { type: 'approval.seconded', data: { approval_id: 'a1' as ApprovalId, by: ada } },
  'policy.decided': {
    type: 'policy.decided',
    data: { verdict: 'deny', rule: 'r', why: '', tool: 'shell', subject: 'ls' },
  },
  'egress.decided': {
    type: 'egress.decided',
    data: { host: 'a.example', port: 443, verdict: 'deny', rule: 'r', connections: 1, bytes_out: 0, bytes_in: 0 },
  },
  'secret.used': { type: 'secret.used', data: { name: 'A', host: 'a.example' } },
  'secret.found': { type: 'secret.found', data: { rule: 'r', where: 'a.txt' } },
  'sandbox.escape': { type: 'sandbox.escape', data: { detail: 'ptrace' } },
  'step.started': { type: 'step.started', data: { ...step, title: 'Plan' } },
  'step.progress': { type: 'step.progress', data: { ...step, message: 'half' } },
  'step.completed': { type: 'step.completed', data: { ...step, output: 1, commit: null, duration_ms: 1 } },
  'step.failed': { type: 'step.failed', data: { ...step, error: 'no' } },
  'tool.started': { type: 'tool.started', data: { ...step, call_id: 'c', tool: 'shell', input: {} } },
  'tool.finished': {
    type: 'tool.finished',
    data: { ...step, call_id: 'c', tool: 'shell', ok: true, output: '', duration_ms: 1 },
  },
  'agent.message': { type: 'agent.message', data: { ...step, text: 'hello', offline: false } },
  'check.finished': {
    type: 'check.finished',
    data: {
      ...step,
      check: 'npm test',
      status: 'passed',
      command: 'npm test',
      exit_code: 0,
      duration_ms: 1,
      output: '',
      reason: null,
    },
  },
  'preview.ready': {
    type: 'preview.ready',
    data: { preview_id: 'p' as PreviewId, url: 'http://p', port: 3000, expires_at: later(9).toISOString() },
  },
  'preview.closed': { type: 'preview.closed', data: { preview_id: 'p' as PreviewId, reason: 'over' } },
  'artifact.added': {
    type: 'artifact.added',
    data: { artifact_id: 'f' as ArtifactId, name: 'changes.patch', media_type: 'text/x-diff', bytes: 1 },
  },
  'usage.recorded': {
    type: 'usage.recorded',
    data: { ...step, ...usage, tier: 'main', provider: 'x', model: 'y', offline: false },
  },
  'heal.finished': {
    type: 'heal.finished',
    data: {
      step: 'heal/1',
      agent: 'platform',
      round: 1,
      by: 'rule',
      checks: ['npm test'],
      causes: ['a package is missing'],
      applied: ['package.json:3: added'],
      refused: [],
      outcome: 'healed',
      failures_before: 1,
      failures_after: 0,
      from: 'a'.repeat(40) as CommitId,
      rolled_back: false,
    },
  },
  'branch.merged': {
    type: 'branch.merged',
    data: { step: 'merge/page', agent: 'platform', branch: 'page', commit: 'b'.repeat(40) as CommitId, conflicts: [] },
  },
  'budget.exhausted': { type: 'budget.exhausted', data: { limit: 'tokens a task', used: 2, allowed: 1 } },
}

const asks = (more: Partial<EventOf<'approval.requested'>['data']>): TaskEventBody => ({
  type: 'approval.requested',
  data: { ...BODIES['approval.requested'].data, ...more },
})
const twoPeople: ApprovalPolicy = { rule: 'r', why: '', classes: [], people: 2 }

const anyBody = fc.constantFrom<TaskEventBody>(
  ...Object.values(BODIES),
  asks({ kind: 'tool' }),
  asks({ kind: 'egress' }),
  asks({ policy: twoPeople }),
  asks({ kind: 'tool', policy: twoPeople }),
  {
    type: 'step.started',
    data: { step: ROUTE_STEP, agent: 'router', title: 'Understand' },
  },
)
const anyApproval = fc.constantFrom<ApprovalId | null>(null, ...approvalIds)
const anyCommand = fc.oneof<fc.Arbitrary<TaskCommand>[]>(
  fc.record({
    type: fc.constantFrom('approve' as const, 'reject' as const),
    approvalId: anyApproval,
    by: fc.constantFrom(ada, bob),
    comment: fc.constantFrom(null, 'because'),
  }),
  fc.record({ type: fc.constant('abort' as const), by: fc.constant(ada), reason: fc.constant('enough') }),
  fc.record({ type: fc.constant('supersede' as const), by: fc.constant(ada) }),
  fc.constant<TaskCommand>({ type: 'expire' }),
)
/** Minutes pass in between, past the approval's end at 60. */
const anyAct = fc.record({
  minutes: fc.constantFrom(0, 0, 1, 40),
  act: fc.oneof(
    { weight: 2, arbitrary: anyCommand.map((command) => ({ type: 'command', command }) as const) },
    {
      weight: 5,
      arbitrary: fc
        .array(anyBody, { minLength: 1, maxLength: 4 })
        .map((bodies) => ({ type: 'append', bodies }) as const),
    },
  ),
})
/** The way that leads somewhere, so that not all random lives stay at their first status. */
const usualWay = fc.constantFrom<readonly TaskEventType[]>(
  [],
  ['task.routed', 'task.queued', 'task.started'],
  ['task.routed', 'approval.requested'],
  ['task.routed', 'task.queued', 'task.started', 'task.aborting'],
)

function born(): { readonly task: Task; readonly log: TaskEvent[] } {
  const created: TaskEvent = { ...BODIES['task.created'], task_id: id, seq: 1, at: monday }
  return { task: evolve(null, created), log: [created] }
}

function live(acts: readonly { minutes: number; act: ActOf }[], way: readonly TaskEventType[]) {
  let { task, log } = born()
  let minute = 0
  const steps = [
    ...way.map((type) => ({ minutes: 0, act: { type: 'append', bodies: [BODIES[type]] } as ActOf })),
    ...acts,
  ]
  const told: { before: Task; act: ActOf; bodies: readonly TaskEventBody[]; at: Date }[] = []
  for (const { minutes, act } of steps) {
    minute += minutes
    const at = later(minute)
    const bodies = act.type === 'command' ? decide(task, act.command, at) : (refusalOf(task, act.bodies) ?? act.bodies)
    if (isRefusal(bodies)) continue
    told.push({ before: task, act, bodies, at })
    if (bodies.length === 0) continue
    const change = changeOf(task, bodies, null, at)
    log = [...log, ...change.events]
    task = change.next
  }
  return { task, log, told }
}
type ActOf = { type: 'command'; command: TaskCommand } | { type: 'append'; bodies: readonly TaskEventBody[] }

test('any life: one end at most, numbers without gaps, the task is the fold of its log, little follows the end', () => {
  fc.assert(
    fc.property(fc.array(anyAct, { maxLength: 30 }), usualWay, (acts, way) => {
      const { task, log } = live(acts, way)
      assert.deepEqual(
        log.map((event) => event.seq),
        log.map((_, index) => index + 1),
      )
      assert.deepEqual(
        log.reduce<Task | null>((so, event) => evolve(so, event), null),
        task,
      )
      const ends = log.filter((event) => ['task.completed', 'task.failed', 'task.aborted'].includes(event.type))
      assert.equal(ends.length, isTerminal(task.status) ? 1 : 0)
      const [end] = ends
      if (end !== undefined) {
        assert.equal(`task.${task.status}`, end.type)
        for (const event of log.slice(end.seq)) assert.ok(mayFollowTheEnd(event.type), event.type)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('any life: what is once aborting can only end as aborted', () => {
  fc.assert(
    fc.property(fc.array(anyAct, { maxLength: 30 }), usualWay, (acts, way) => {
      const { task, log } = live(acts, way)
      const asked = log.findIndex((event) => event.type === 'task.aborting')
      if (asked === -1) return
      assert.ok(task.status === 'aborting' || task.status === 'aborted')
      assert.ok(!log.some((event) => event.type === 'task.completed' || event.type === 'task.failed'))
    }),
    { numRuns: 2_000 },
  )
})

test('any life: people get events or a reason; repeating an abort changes nothing; only the pending approval counts', () => {
  fc.assert(
    fc.property(fc.array(anyAct, { maxLength: 30 }), usualWay, (acts, way) => {
      for (const { before, act, bodies, at } of live(acts, way).told) {
        if (act.type !== 'command') continue
        const { command } = act
        assert.ok(!isTerminal(before.status), 'nobody commands a task that is over')
        if (command.type === 'abort') assert.equal(bodies.length === 0, before.status === 'aborting')
        if (command.type !== 'approve') continue
        assert.equal(before.status, 'needs_approval')
        assert.equal(before.approval?.status, 'pending')
        assert.ok(before.approval !== null && at < before.approval.expiresAt)
        assert.ok(command.approvalId === null || command.approvalId === before.approval.id)
        const { secondedBy, policy } = before.approval
        const types = bodies.map((body) => body.type)
        if (policy?.people !== 2) assert.deepEqual(types, ['approval.resolved', 'task.queued'])
        else if (secondedBy.length === 0) assert.deepEqual(types, ['approval.seconded'])
        else if (secondedBy.includes(command.by)) assert.deepEqual(types, [])
        else assert.deepEqual(types, ['approval.resolved', 'task.queued'])
      }
    }),
    { numRuns: 2_000 },
  )
})

test('any life: whatever is said to work that has begun, it goes on; what had not begun ends with a no, and nobody is two people', () => {
  fc.assert(
    fc.property(fc.array(anyAct, { maxLength: 30 }), usualWay, (acts, way) => {
      for (const { before, act, bodies } of live(acts, way).told) {
        if (act.type !== 'command' || before.approval === null || before.status !== 'needs_approval') continue
        if (act.command.type === 'abort' || bodies.length === 0) continue
        const ends = bodies.some(({ type }) => type === 'task.aborted')
        const isNo = act.command.type !== 'approve'
        if (before.approval.status === 'pending') assert.equal(ends, isNo && !isMidWork(before.approval.kind))
        const yes = bodies.find((body) => body.type === 'approval.resolved' && body.data.status === 'approved')
        if (yes === undefined || before.approval.policy?.people !== 2) continue
        assert.ok(yes.type === 'approval.resolved' && !before.approval.secondedBy.includes(yes.data.by))
        assert.equal(before.approval.secondedBy.length, 1)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('what is decided can be recorded: every command, on every task, folds', () => {
  fc.assert(
    fc.property(fc.array(anyAct, { maxLength: 20 }), usualWay, anyCommand, (acts, way, command) => {
      const { task } = live(acts, way)
      const bodies = decide(task, command, later(30))
      if (!isRefusal(bodies)) extend(task, bodies, later(30))
    }),
    { numRuns: 1_000 },
  )
})

test('a task waits for no worker while it waits for a person or is over, and is given out once it is queued by a person', () => {
  fc.assert(
    fc.property(fc.array(anyAct, { maxLength: 30 }), usualWay, (acts, way) => {
      for (const { before, bodies, at } of live(acts, way).told) {
        if (bodies.length === 0) continue
        const outside = changeOf(before, bodies, null, at)
        const inside = changeOf(before, bodies, 1n, at)
        const waits = outside.next.status === 'needs_approval' || isTerminal(outside.next.status)
        assert.equal(outside.claimable === 'never', waits)
        assert.equal(inside.claimable === 'never', waits)
        assert.notEqual(inside.claimable, 'now', 'the worker that queues it goes on with it')
        assert.equal(
          outside.progressed,
          bodies.some((body) => body.type === 'step.completed'),
        )
      }
    }),
    { numRuns: 1_000 },
  )
})

test('the whole table: which status follows which event', () => {
  const table = Object.fromEntries(
    TASK_STATUSES.map((status) => [
      status,
      Object.fromEntries(
        Object.values(BODIES)
          .map((body) => [body.type, statusAfter(status, body)] as const)
          .filter(([type, next]) => next !== status && (next !== null || type === 'usage.recorded')),
      ),
    ]),
  )
  assert.deepEqual(table, {
    pending: { 'task.routed': 'routing', 'task.failed': 'failed', 'task.aborted': 'aborted' },
    routing: {
      'approval.requested': 'needs_approval',
      'task.queued': 'queued',
      'task.failed': 'failed',
      'task.aborted': 'aborted',
    },
    needs_approval: { 'task.queued': 'queued', 'task.aborted': 'aborted' },
    queued: { 'task.started': 'running', 'task.failed': 'failed', 'task.aborted': 'aborted' },
    running: {
      'approval.requested': 'needs_approval',
      'task.completed': 'completed',
      'task.failed': 'failed',
      'task.aborting': 'aborting',
    },
    aborting: { 'task.aborted': 'aborted' },
    completed: {},
    failed: {},
    aborted: {},
  })
})

test('starting to route makes a pending task routing, and nothing else', () => {
  const body: TaskEventBody = { type: 'step.started', data: { step: ROUTE_STEP, agent: 'router', title: 'Understand' } }
  assert.deepEqual(
    TASK_STATUSES.map((status) => statusAfter(status, body)),
    ['routing', 'routing', 'needs_approval', 'queued', 'running', 'aborting', null, null, null],
  )
})

test('an event out of its turn, of another task or before the first is a bug and throws', () => {
  const { task } = born()
  const at = monday
  assert.throws(() => evolve(null, { ...BODIES['task.queued'], task_id: id, seq: 1, at }), /begins with task.created/)
  assert.throws(() => evolve(null, { ...BODIES['task.created'], task_id: id, seq: 2, at }), /begins with task.created/)
  assert.throws(() => evolve(task, { ...BODIES['task.routed'], task_id: id, seq: 3, at }), /can't follow/)
  assert.throws(() => evolve(task, { ...BODIES['task.routed'], task_id: 'b' as TaskId, seq: 2, at }), /can't follow/)
  assert.throws(() => evolve(task, { ...BODIES['task.completed'], task_id: id, seq: 2, at }), /can't happen/)
})
