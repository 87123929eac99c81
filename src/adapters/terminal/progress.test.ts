import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TaskEvent, TaskEventBody } from '../../core/vocabulary/event.ts'
import type { CommitId, TaskId } from '../../core/vocabulary/ids.ts'
import { createProgress, progressLines } from './progress.ts'

const plain = {
  bold: (text: string) => text,
  dim: (text: string) => text,
  green: (text: string) => text,
  red: (text: string) => text,
}
const event = (body: TaskEventBody): TaskEvent => ({ ...body, task_id: 't' as TaskId, seq: 1, at: new Date(0) })

test('a plan is shown with its subtasks in order', () => {
  const output = {
    summary: 'Two things',
    subtasks: [
      { id: 'a', title: 'Write it', role: 'coder', instructions: '', acceptance: [], depends_on: [] },
      { id: 'b', title: 'Test it', role: 'tester', instructions: '', acceptance: [], depends_on: ['a'] },
    ],
  }
  const lines = progressLines(
    event({ type: 'step.completed', data: { step: 'plan', agent: 'planner', output, commit: null, duration_ms: 1 } }),
    plain,
  )
  assert.deepEqual(
    lines.map((line) => line.trim().replace(/\s+/g, ' ')),
    ['planner Two things', '1. Write it (coder)', '2. Test it (tester)'],
  )
})

test('what is to be approved is shown whole, with nothing hidden in it', () => {
  const subject = 'echo safe\n\u202erm -rf /'
  const lines = progressLines(
    event({
      type: 'approval.requested',
      data: { approval_id: 'x' as never, kind: 'shell_command', subject, digest: '', reason: '', expires_at: '' },
    }),
    plain,
  )
  assert.match(lines.join('\n'), /echo safe\n\s+\\u202erm -rf \//)
})

test('a failed check names itself, its time and its reason', () => {
  const lines = progressLines(
    event({
      type: 'check.finished',
      data: {
        step: 'gate/1',
        agent: 'platform',
        check: 'npm test',
        status: 'failed',
        command: 'node --run test',
        exit_code: 1,
        duration_ms: 1234,
        output: '',
        reason: 'It ended with exit code 1.',
      },
    }),
    plain,
  )
  assert.match(lines[0] ?? '', /✗ npm test 1\.2 s It ended with exit code 1\./)
})

test('what happens side by side, is merged and is mended can be told apart', () => {
  const progress = createProgress()
  const platform = { agent: 'platform', commit: null, duration_ms: 1 } as const
  const stages = [
    { type: 'own', id: 'base', knows: [] },
    { type: 'side_by_side', branches: [{ id: 'page' }, { id: 'docs' }] },
  ]
  const commit = 'c' as CommitId
  const merged = { agent: 'platform', branch: 'docs', commit } as const
  const about = { step: 'heal/1', agent: 'platform', round: 1, by: 'analysis', from: commit } as const
  const came = { outcome: 'worse', failures_before: 1, failures_after: 3, rolled_back: true } as const
  const round = { ...about, ...came, checks: ['npm test'], causes: [], refused: [], applied: ['a.js:1: why'] }
  const said = (step: string, text: string) =>
    event({ type: 'agent.message', data: { step, agent: 'coder', text, offline: false } })
  const events = [
    event({ type: 'step.completed', data: { ...platform, step: 'schedule', output: { stages } } }),
    said('subtask/base/turn/1', 'First.'),
    said('subtask/docs/turn/1', 'Words.'),
    event({ type: 'branch.merged', data: { ...merged, step: 'merge/docs', conflicts: ['a.js', 'b.js'] } }),
    event({ type: 'branch.merged', data: { ...merged, step: 'merge/docs/look/1', conflicts: [] } }),
    event({ type: 'heal.finished', data: round }),
  ]
  assert.deepEqual(
    events.flatMap((each) => progress(each, plain)).map((text) => text.trim().replace(/\s+/g, ' ')),
    [
      'planner side by side: page, docs',
      'coder First.',
      'coder Words. (docs)',
      'merge ✗ docs changed the same as others: a.js, b.js; a coder decides',
      'merge ✓ docs, with both sides in it',
      'heal ✗ round 1 on npm test by an analysis: worse, put back failures 1 → 3, a.js:1: why',
    ],
  )
})
