import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TaskEventBody } from '../../../src/core/vocabulary/event.ts'
import type { ApprovalId, PreviewId, UserId } from '../../../src/core/vocabulary/ids.ts'
import { applyEvents, EMPTY_VIEW, latestChecks, openPreview } from './task-view.ts'
import type { WireEvent } from './wire.ts'

const AT = '2026-03-02T09:00:00.000Z'

function numbered(bodies: readonly TaskEventBody[], after = 0): readonly WireEvent[] {
  return bodies.map((body, index) => ({ ...body, task_id: 't', seq: after + index + 1, at: AT }))
}

const step = (key: string) => ({ step: key, agent: 'coder' }) as const
const started = (key: string): TaskEventBody => ({
  type: 'step.started',
  data: { ...step(key), title: `Doing ${key}` },
})
const completed = (key: string, output: unknown = null): TaskEventBody => ({
  type: 'step.completed',
  data: { ...step(key), output: JSON.parse(JSON.stringify(output)), commit: null, duration_ms: 5 },
})
const said = (key: string, text: string): TaskEventBody => ({
  type: 'agent.message',
  data: { ...step(key), text, offline: false },
})
const toolStarted = (key: string): TaskEventBody => ({
  type: 'tool.started',
  data: { ...step(key), call_id: '1', tool: 'shell', input: { command: 'ls' } },
})
const toolFinished = (key: string, output: string): TaskEventBody => ({
  type: 'tool.finished',
  data: { ...step(key), call_id: '1', tool: 'shell', ok: true, output, duration_ms: 3 },
})
const progress = (key: string, message: string): TaskEventBody => ({
  type: 'step.progress',
  data: { ...step(key), message },
})
const check = (round: number, status: 'passed' | 'failed'): TaskEventBody => ({
  type: 'check.finished',
  data: {
    step: `gate/${round}`,
    agent: 'platform',
    check: 'node --test',
    status,
    command: 'node --test',
    exit_code: 0,
    duration_ms: 1,
    output: '',
    reason: null,
  },
})

test('the same events in any batches, some twice, come to the same view', () => {
  const events = numbered([started('subtask/a'), said('subtask/a/turn/1', 'one'), said('subtask/a/turn/2', 'two')])
  const atOnce = applyEvents(EMPTY_VIEW, events)
  let piecewise = EMPTY_VIEW
  for (const event of events) piecewise = applyEvents(applyEvents(piecewise, [event]), events.slice(0, event.seq))
  assert.deepEqual(piecewise, atOnce)
  assert.equal(applyEvents(atOnce, events), atOnce)
})

test('nothing after a gap is taken in', () => {
  const events = numbered([started('plan'), started('subtask/a'), said('subtask/a', 'late')])
  const view = applyEvents(EMPTY_VIEW, [events[0]!, events[2]!])
  assert.equal(view.lastSeq, 1)
  assert.equal(view.sections.length, 1)
})

test('what is done in parts stands in one section each, which is at work only while one of its parts is', () => {
  const states = (events: readonly WireEvent[]) =>
    applyEvents(EMPTY_VIEW, events).sections.map(({ key, title, state, durationMs }) => [key, title, state, durationMs])
  const side = [
    started('stage/1'),
    completed('stage/1'),
    started('subtask/a'),
    started('branch/a'),
    completed('branch/a'),
  ]
  const merge = [completed('subtask/a'), started('merge/a'), completed('merge/a'), started('merge/a/decide/1')]
  const decided = [
    started('merge/a/decide/1/turn/1'),
    completed('merge/a/decide/1/turn/1'),
    completed('merge/a/decide/1'),
    started('merge/a/look/1'),
    completed('merge/a/look/1'),
  ]
  const done = [
    ['stage/1', 'Doing stage/1', 'done', 5],
    ['subtask/a', 'Doing subtask/a', 'done', 5],
  ]
  assert.deepEqual(states(numbered([...side, ...merge])), [...done, ['merge/a', 'Doing merge/a', 'running', 5]])
  assert.deepEqual(states(numbered([...side, ...merge, ...decided])), [
    ...done,
    ['merge/a', 'Doing merge/a', 'done', 15],
  ])
})

test('turns and tools of a subtask stand in its section, untouched sections stay the same objects', () => {
  const first = applyEvents(EMPTY_VIEW, numbered([started('subtask/a'), completed('subtask/a'), started('subtask/b')]))
  const later = numbered([toolStarted('subtask/b/turn/1/tools'), toolFinished('subtask/b/turn/1/tools', 'ok')], 3)
  const view = applyEvents(first, later)
  assert.deepEqual(
    view.sections.map((section) => [section.key, section.state, section.entries.length]),
    [
      ['subtask/a', 'done', 0],
      ['subtask/b', 'running', 1],
    ],
  )
  assert.equal(view.sections[0], first.sections[0])
  assert.notEqual(view.sections[1], first.sections[1])
  assert.equal(first.sections[1]?.entries.length, 0)
})

test('what a running command prints gathers in its call, elsewhere in lines of progress', () => {
  const view = applyEvents(
    EMPTY_VIEW,
    numbered([
      started('gate/1'),
      progress('gate/1', 'tsc: passed'),
      progress('gate/1', 'npm test: passed'),
      toolStarted('subtask/a/turn/1/tools'),
      progress('subtask/a/turn/1/tools', 'ab'),
      progress('subtask/a/turn/1/tools', 'c\n'),
    ]),
  )
  const [gate, subtask] = view.sections
  assert.equal(gate?.entries[0]?.type === 'progress' && gate.entries[0].text, 'tsc: passed\nnpm test: passed')
  assert.equal(subtask?.entries[0]?.type === 'tool' && subtask.entries[0].output, 'abc\n')
  assert.equal(view.now?.message, 'c')
})

test('a step that begins again cuts the calls of its first life, and the end cuts the rest', () => {
  const key = 'subtask/a/turn/1/tools'
  const resumed = applyEvents(EMPTY_VIEW, numbered([started(key), toolStarted(key), started(key), toolStarted(key)]))
  const states = (view: typeof resumed) =>
    view.sections.flatMap((section) => section.entries).flatMap((entry) => (entry.type === 'tool' ? [entry.state] : []))
  assert.deepEqual(states(resumed), ['cut', 'running'])
  const over = applyEvents(
    resumed,
    numbered([{ type: 'task.aborted', data: { by: 'owner' as UserId, reason: 'enough' } }], 4),
  )
  assert.deepEqual(states(over), ['cut', 'cut'])
  assert.equal(over.status, 'aborted')
  assert.equal(over.now, null)
})

test('the plan, its progress and the rounds of checks', () => {
  const plan = {
    summary: 'Two things',
    subtasks: [
      { id: 'a', title: 'A', role: 'coder', instructions: '', acceptance: ['works'], depends_on: [] },
      { id: 'b', title: 'B', role: 'tester', instructions: '', acceptance: [], depends_on: ['a'] },
    ],
  }
  const view = applyEvents(
    EMPTY_VIEW,
    numbered([
      completed('plan', plan),
      started('subtask/a'),
      completed('subtask/a/turn/1'),
      completed('subtask/a'),
      started('subtask/b'),
      check(1, 'failed'),
      check(2, 'passed'),
    ]),
  )
  assert.deepEqual(view.plan, plan)
  assert.deepEqual(view.subtasks, { a: 'done', b: 'running' })
  assert.equal(view.rounds.length, 2)
  assert.equal(latestChecks(view)[0]?.status, 'passed')
})

test('a closed preview can no longer be opened', () => {
  const ready: TaskEventBody = {
    type: 'preview.ready',
    data: { preview_id: 'abc' as PreviewId, url: 'http://127.0.0.1:1/abc/', port: 3000, expires_at: AT },
  }
  const closed: TaskEventBody = {
    type: 'preview.closed',
    data: { preview_id: 'abc' as PreviewId, reason: 'Time is up.' },
  }
  const open = applyEvents(EMPTY_VIEW, numbered([ready]))
  assert.equal(openPreview(open)?.port, 3000)
  assert.equal(openPreview(applyEvents(open, numbered([closed], 1))), null)
})

test('twenty thousand events are folded in batches without being copied again and again', () => {
  const many = numbered(Array.from({ length: 20_000 }, (_, index) => said('subtask/a/turn/1', `message ${index}`)))
  let view = EMPTY_VIEW
  for (let at = 0; at < many.length; at += 500) view = applyEvents(view, many.slice(at, at + 500))
  assert.equal(view.lastSeq, 20_000)
  assert.equal(view.sections[0]?.entries.length, 20_000)
})

test('connections to one place are one line, until something else happens', () => {
  const egress = (host: string, verdict: 'allow' | 'deny'): TaskEventBody => ({
    type: 'egress.decided',
    data: { host, port: 443, verdict, rule: 'r', connections: 2, bytes_out: 10, bytes_in: 100 },
  })
  const events = numbered([egress('a.example', 'allow'), egress('a.example', 'allow'), egress('b.example', 'deny')])
  const atOnce = applyEvents(EMPTY_VIEW, events)
  let piecewise = EMPTY_VIEW
  for (const event of events) piecewise = applyEvents(piecewise, [event])
  assert.deepEqual(piecewise, atOnce)
  const lines = atOnce.sections[0]?.entries.flatMap((entry) =>
    entry.type === 'egress' ? [[entry.place, entry.connections, entry.bytesIn]] : [],
  )
  assert.deepEqual(lines, [
    ['a.example', 4, 200],
    ['b.example', 2, 100],
  ])
})

test('a question in the middle of work keeps what it is bound to, and who said yes so far', () => {
  const approvalId = 'a' as ApprovalId
  const view = applyEvents(
    EMPTY_VIEW,
    numbered([
      {
        type: 'approval.requested',
        data: {
          approval_id: approvalId,
          kind: 'egress',
          subject: 'b.example',
          digest: 'd',
          reason: 'r',
          expires_at: AT,
          policy: { rule: 'closed', why: 'r', classes: [], people: 2 },
        },
      },
      { type: 'approval.seconded', data: { approval_id: approvalId, by: 'bob' as UserId } },
      { type: 'approval.seconded', data: { approval_id: 'another' as ApprovalId, by: 'eve' as UserId } },
    ]),
  )
  assert.equal(view.approval?.policy?.people, 2)
  assert.deepEqual(view.approval?.seconded_by, ['bob'])
  const notes = view.sections.flatMap(({ entries }) =>
    entries.flatMap((each) => (each.type === 'note' ? [each.exact] : [])),
  )
  assert.deepEqual(notes, ['b.example', null, null])
})
