import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADA, createCardBench, PLACE } from '../../../test/simulation/card-bench.ts'
import {
  begins,
  calls,
  check,
  completed,
  ends,
  planned,
  preview,
  RUNNING,
  used,
} from '../../../test/simulation/card-story.ts'
import { applyCommand } from '../task/apply-command.ts'
import { OWNER } from '../vocabulary/principal.ts'
import type { MessageRef } from '../vocabulary/place.ts'
import { detailsPosts } from './details.ts'

test('everything there is to tell, and the same place for it when the same message asks again', async () => {
  const bench = createCardBench()
  await bench.base.members.put({ userId: ADA, role: 'owner', name: 'Ada *L*', since: new Date(0) })
  const task = await bench.accept('Make a page\nthat says <hello>')
  await bench.pass(5_000)
  await bench.append(
    task.id,
    ...RUNNING,
    planned('Write'),
    begins('subtask/1'),
    calls('shell', 'npm test'),
    used(2_000, true),
  )
  const checks = [
    check('passed', 'npm test', 'ok 1'),
    { ...check('skipped', 'tsc'), reason: 'There is no _TypeScript_.' },
  ]
  await bench.append(
    task.id,
    ends('subtask/1'),
    preview('http://x.localhost/'),
    completed({ checks, changed_files: ['a.ts'] }),
  )
  const [post, ...others] = await detailsPosts(bench.deps, task, PLACE, '9' as MessageRef)
  assert.ok(post?.posting.type === 'message')
  assert.equal(others.length, 0)
  const { markdown, folds } = post.posting.content
  assert.equal(
    markdown,
    [
      '**✅ Done · Make a page**',
      'A page.',
      '- ✅ Write',
      '- ✅ `npm test` 0 s\n- ➖ `tsc` 0 s: There is no \\_TypeScript\\_.',
      '1 file changed: `a.ts`',
      [
        '- Asked for by Ada \\*L\\*, 09:00 UTC; took 5 s',
        '- Understood as software',
        '- Worker `w1`, sandbox L2',
        '- 1 model call, 2k tokens in, 0 out, by the offline model',
        '- Preview: <http://x.localhost/>',
        `- Task \`${task.id}\``,
      ].join('\n'),
    ].join('\n\n'),
  )
  assert.deepEqual(folds, [
    { title: 'Request', text: 'Make a page\nthat says <hello>' },
    { title: 'Last steps', text: '… coder: shell npm test' },
    { title: 'npm test', text: 'ok 1' },
  ])
  const again = await detailsPosts(bench.deps, task, PLACE, '9' as MessageRef)
  assert.equal(again[0]?.key, post.key)
  const elsewhere = await detailsPosts(bench.deps, task, PLACE, '10' as MessageRef)
  assert.notEqual(elsewhere[0]?.key, post.key)
})

test('a command, who answered, and who stopped it', async () => {
  const bench = createCardBench()
  const task = await bench.accept('ls', 'shell_command')
  const first = await detailsPosts(bench.deps, task, PLACE, null)
  assert.ok(first[0]?.posting.type === 'message')
  assert.match(first[0].posting.content.markdown, /- Command: `ls`\n- Approval of `ls`: waits for an answer\n/)
  await applyCommand(bench.deps, task.id, { type: 'abort', by: OWNER, reason: 'not *now*' })
  const [stopped] = await detailsPosts(bench.deps, task, PLACE, null)
  assert.ok(stopped?.posting.type === 'message')
  assert.match(
    stopped.posting.content.markdown,
    /- Approval of `ls`: no longer asked by the console, 09:00 UTC\n- Stopped by the console: not \\\*now\\\*\n/,
  )
})
