import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TaskEvent, TaskEventBody } from '../../core/vocabulary/event.ts'
import type { TaskId } from '../../core/vocabulary/ids.ts'
import { progressLines } from './progress.ts'

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
