import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CommitId, UserId } from '../../core/vocabulary/ids.ts'
import { alwaysLine, subjectLines, termsLines } from './approval-lines.ts'
import type { Asked } from './approval-lines.ts'

const COMMAND: Asked = {
  kind: 'shell_command',
  subject: 'rm -rf ./b\u0430d',
  binding: { where: 'sandbox', person: 'owner' as UserId, tree: 'files:0123456789abcdef', tokens: 2_000 },
  policy: { rule: 'default.run', why: 'It was typed.', classes: ['read', 'destructive'], people: 1 },
  expiresAt: '2026-03-02T10:00:30.000Z',
}

test('look-alike letters of a command are written out, and said; the words of a plan stay as they are', () => {
  assert.deepEqual(subjectLines(COMMAND), [
    'rm -rf ./b\\u0430d',
    '(hidden or disguised characters are written as \\u… here)',
  ])
  assert.deepEqual(subjectLines({ ...COMMAND, subject: 'echo да' }), [
    'echo да',
    '(not the plain characters that they look like: д а)',
  ])
  assert.deepEqual(subjectLines({ ...COMMAND, kind: 'plan' }), ['rm -rf ./b\u0430d'])
})

test('a question says the rule, why, the classes, what a yes holds for, and until when', () => {
  assert.deepEqual(termsLines(COMMAND), [
    'It was typed. (rule default.run · read, destructive)',
    'a yes holds for exactly this: in its sandbox, once, for owner, the files as of 0123456789; asked until 2026-03-02 10:00 UTC',
  ])
  const tool: Asked = {
    ...COMMAND,
    kind: 'tool',
    binding: { where: 'host', person: 'owner' as UserId, tree: '0123456789abcdef' as CommitId, tokens: 2_000 },
    policy: { rule: 'two', why: 'Two see more.', classes: [], people: 2 },
  }
  assert.deepEqual(termsLines(tool), [
    'Two see more. (rule two)',
    'two people have to say yes',
    'a yes holds for exactly this: on the machine itself, once, for owner, the files as of 0123456789, at most 2,000 tokens in all; asked until 2026-03-02 10:00 UTC',
  ])
  assert.deepEqual(termsLines({ ...COMMAND, kind: 'plan', policy: null, expiresAt: '' }), [])
})

test('a rule says for whom and for what it would hold; there is none for plans, and none that speaks for two', () => {
  assert.equal(
    alwaysLine(COMMAND, 'telegram:7'),
    'From now on this very command runs without a question for telegram:7. Anything else, if only by one character, is still asked about.',
  )
  assert.match(
    alwaysLine({ ...COMMAND, kind: 'egress' }, 'owner') ?? '',
    /this host, and no other, .* in this conversation/,
  )
  assert.equal(alwaysLine({ ...COMMAND, kind: 'plan' }, 'owner'), null)
  assert.equal(alwaysLine({ kind: 'tool', policy: { rule: 'two', why: '', classes: [], people: 2 } }, 'owner'), null)
})
