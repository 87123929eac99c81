import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApprovalId, UserId } from '../vocabulary/ids.ts'
import type { ApprovalStatus } from '../vocabulary/approval.ts'
import { proposalMarkdown, settledProposal } from './acknowledgement.ts'

const subject = 'Understood: A page that says *hello*.\nWill: Write it, and test it.'

test('it says what was understood and what will be done, and what such work usually takes', () => {
  assert.equal(
    proposalMarkdown({ subject, estimate: { seconds: 42, tokens: 12_345, tasks: 5 } }, null),
    '**Understood:** A page that says \\*hello\\*.  \n**Will:** Write it, and test it.\n\n_Usually about 42 s and 12,000 tokens._',
  )
  assert.equal(
    proposalMarkdown({ subject: 'Something else', estimate: null }, 'a _page_ please'),
    'I heard: “a \\_page\\_ please”\n\nSomething else',
  )
})

test('where the work begins stands on a line of its own', () => {
  assert.equal(
    proposalMarkdown({ subject: `${subject}\nFrom: https://git.example/ada/shop`, estimate: null }, null),
    '**Understood:** A page that says \\*hello\\*.  \n**Will:** Write it, and test it.  \n**From:** https\\://git.example/ada/shop',
  )
})

test('it is read in at most a thousand characters, whatever stands in it', () => {
  const long = `Understood: ${'a'.repeat(400)}.\nWill: ${'b'.repeat(400)}.`
  const shown = proposalMarkdown(
    { subject: long, estimate: { seconds: 7_000, tokens: 9_999_999, tasks: 5 } },
    'c'.repeat(5_000),
  )
  const read = shown.replaceAll('**', '').replaceAll(/^_|_$/gm, '')
  assert.ok(read.length <= 1_000, `${read.length}`)
  assert.match(read, /I heard: “c+…”/)
  assert.match(read, /Understood: a{400}\./)
  assert.match(read, /Will: b{400}\./)
})

test('afterwards it is one line', () => {
  const at = new Date('2026-03-02T09:05:00Z')
  const line = (status: ApprovalStatus, replaced = false) =>
    settledProposal(
      {
        id: 'a' as ApprovalId,
        kind: 'plan',
        subject,
        digest: '',
        reason: '',
        estimate: null,
        binding: null,
        policy: null,
        secondedBy: [],
        expiresAt: at,
        resolvedBy: status === 'expired' ? null : ('ada' as UserId),
        comment: status === 'rejected' ? 'not today' : null,
        askedAt: at,
        resolvedAt: at,
        status,
      },
      () => 'Ada',
      replaced,
    )
  assert.deepEqual(
    [line('approved'), line('rejected'), line('superseded', true), line('superseded'), line('expired')],
    [
      '👌 OK by Ada, 09:05 UTC: A page that says \\*hello\\*.',
      '❌ Cancelled by Ada, 09:05 UTC: A page that says \\*hello\\*. · not today',
      '➖ Replaced by a newer message: A page that says \\*hello\\*.',
      '➖ No longer asked, stopped by Ada, 09:05 UTC: A page that says \\*hello\\*.',
      '⌛ Nobody said OK in time, 09:05 UTC: A page that says \\*hello\\*.',
    ],
  )
})
