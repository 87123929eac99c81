import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TaskEvent, TaskEventBody } from '../../core/vocabulary/event.ts'
import type { TaskId } from '../../core/vocabulary/ids.ts'
import type { TaskResult } from '../../core/vocabulary/task.ts'
import { NO_USAGE } from '../../core/vocabulary/usage.ts'
import { chatLines, estimateWords } from './chat-lines.ts'

const plain = {
  bold: (text: string) => text,
  dim: (text: string) => text,
  green: (text: string) => text,
  red: (text: string) => text,
}
const lines = (body: TaskEventBody): readonly string[] =>
  chatLines({ ...body, task_id: 't' as TaskId, seq: 1, at: new Date(0) } satisfies TaskEvent, plain)

const RESULT: TaskResult = {
  summary: 'A page.',
  answer: null,
  exit_code: null,
  output: null,
  preview_url: null,
  commit: null,
  changed_files: ['index.html'],
  checks: [],
  usage: NO_USAGE,
  sources: [],
  offline: false,
}

test('an answer is the answer, with where it comes from, and nothing hidden in it', () => {
  const sources = [
    { mark: 1, title: 'Rates', uri: 'docs/rates.md' },
    { mark: 2, title: 'note', uri: 'note' },
  ]
  const result = { ...RESULT, answer: 'Seventeen percent [1].\u202e', sources }
  assert.deepEqual(lines({ type: 'task.completed', data: { result } }), [
    'Seventeen percent [1].\\u202e',
    '',
    '[1] Rates (docs/rates.md)',
    '[2] note',
  ])
  assert.deepEqual(lines({ type: 'task.completed', data: { result: { ...RESULT, answer: 'Hi.', offline: true } } }), [
    'Hi.',
    '(by the offline model)',
  ])
})

test('a proposal is shown as it is approved, with what it usually takes', () => {
  const asked = (estimate: { seconds: number; tokens: number; tasks: number } | null): TaskEventBody => ({
    type: 'approval.requested',
    data: {
      approval_id: 'x' as never,
      kind: 'plan',
      subject: 'Understood: a page.\nWill: make \u001b[2Jone.',
      digest: '',
      reason: '',
      expires_at: '',
      estimate,
    },
  })
  assert.deepEqual(lines(asked(null)), ['Understood: a page.', 'Will: make \\u001b[2Jone.'])
  assert.deepEqual(
    lines(asked({ seconds: 130, tokens: 12_345, tasks: 4 })).at(-1),
    '(usually about 2 minutes and 12,000 tokens)',
  )
})

test('an estimate promises no more digits than are known', () => {
  const words = (seconds: number, tokens: number) => estimateWords({ seconds, tokens, tasks: 3 })
  assert.equal(words(0.4, 7), 'usually about 1 second and 7 tokens')
  assert.equal(words(89, 987), 'usually about 89 seconds and 990 tokens')
  assert.equal(words(91, 1_234_567), 'usually about 2 minutes and 1,200,000 tokens')
  assert.equal(words(7_200, 0), 'usually about 2 hours and 0 tokens')
})

test('work ends with what came of it, once', () => {
  assert.deepEqual(lines({ type: 'task.completed', data: { result: RESULT } }).slice(-1), ['A page.'])
  const printed = lines({ type: 'task.completed', data: { result: { ...RESULT, output: 'a.txt\n' } } })
  assert.equal(printed.filter((line) => line.includes('a.txt')).length, 1)
  assert.ok(!printed.includes('A page.'))
})
