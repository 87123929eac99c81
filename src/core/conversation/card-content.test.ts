import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCardBench, ADA } from '../../../test/simulation/card-bench.ts'
import {
  aborting,
  asks,
  begins,
  calls,
  check,
  checked,
  ends,
  planned,
  preview,
  queued,
  routed,
  RUNNING,
  says,
  used,
} from '../../../test/simulation/card-story.ts'
import type { TaskEventBody } from '../vocabulary/event.ts'
import type { Content } from '../vocabulary/post.ts'
import { readLog } from '../task/read-log.ts'
import { cardContent } from './card-content.ts'
import type { CardSetting } from './card-content.ts'
import { foldLog } from './card-view.ts'

type Setting = Partial<Omit<CardSetting, 'now'>> & { readonly afterMs?: number }

async function contentOf(bodies: readonly TaskEventBody[], setting: Setting = {}): Promise<Content> {
  const bench = createCardBench()
  const task = await bench.accept('Make a page\nthat says hello')
  if (bodies.length > 0) await bench.append(task.id, ...bodies)
  const view = foldLog(await readLog(bench.deps.store, task.id))
  assert.ok(view !== null)
  const { afterMs = 0, ...given } = setting
  const now = new Date(view.createdAt.getTime() + afterMs)
  return cardContent(view, { verbosity: 1, direct: true, paused: false, ...given, now }, [])
}
const textOf = async (bodies: readonly TaskEventBody[], setting: Setting = {}) =>
  (await contentOf(bodies, setting)).markdown

test('accepted: what was asked for, in its first line, and how to name it', async () => {
  assert.equal(await textOf([]), '**🕓 Received · Make a page**\n\n_`000001`_')
})

test('understanding, and what was understood while there is no plan', async () => {
  assert.equal(
    await textOf([begins('route')], { afterMs: 7_000 }),
    '**🔎 Understanding · Make a page**\n\n_5 s · `000001`_',
  )
  assert.equal(await textOf([routed(), queued]), '**🕓 Queued · Make a page**\n\nA page that says hello.\n\n_`000001`_')
})

test('waiting for a yes says until when; time does not count', async () => {
  assert.equal(
    await textOf([routed({ command: 'ls' }), asks('ls')], { afterMs: 90_000 }),
    [
      '**✋ Waiting for a yes · Make a page**',
      'An owner is asked, until 10:00 UTC.',
      'A page that says hello.',
      '_`000001`_',
    ].join('\n\n'),
  )
})

test('working: the plan with marks, who is at it, checks, repair, what it took, and that it is offline', async () => {
  const bodies = [
    ...RUNNING,
    planned('Set up', 'Write *it*', 'Test'),
    begins('subtask/1'),
    ends('subtask/1'),
    begins('subtask/2', 'Write *it*'),
    begins('subtask/2/turn/3'),
    calls('shell', 'npm run\nbuild'),
    checked(check('passed')),
    checked(check('failed', 'tsc')),
    used(12_340, true),
  ]
  assert.equal(
    await textOf(bodies, { afterMs: 48_000 }),
    [
      '**⚙️ Working · Make a page**',
      '- ✅ Set up\n- ⚙️ Write \\*it\\*\n- ▫️ Test',
      '*coder* · turn 3 · `shell npm run build`  \nChecks: 1 passed · 1 failed',
      '_45 s · 12.3k tokens · offline model · `000001`_',
    ].join('\n\n'),
  )
})

test('a step that is not in the plan is named; repairs and interruptions are told', async () => {
  const bodies = [
    ...RUNNING,
    planned('Do it'),
    begins('repair/1', 'Repair the failed checks'),
    begins('repair/1', 'Repair the failed checks'),
  ]
  assert.equal(
    await textOf(bodies),
    [
      '**⚙️ Working · Make a page**',
      '- ▫️ Do it',
      '*coder* · Repair the failed checks  \n🔧 Repair, round 1  \n↻ Taken up again after an interruption',
      '_`000001`_',
    ].join('\n\n'),
  )
})

test('verbosity 0 is one line, whatever the time', async () => {
  const content = await contentOf([...RUNNING, planned('a', 'b')], { verbosity: 0, afterMs: 60_000 })
  assert.deepEqual(content, { markdown: '**⚙️ Working · Make a page**', folds: [], buttons: [] })
})

test('verbosity 2 adds what is said, the last tools, and what programs print', async () => {
  const printed: TaskEventBody = { type: 'step.progress', data: { step: 's', agent: 'coder', message: 'ok 1' } }
  const content = await contentOf([...RUNNING, calls('shell', 'npm test'), printed, says('I *try*\nthat.')], {
    verbosity: 2,
  })
  assert.match(content.markdown, /\n\n> I \\\*try\\\* that\.\n\n/)
  assert.deepEqual(content.folds, [
    { title: 'Last steps', text: '… coder: shell npm test' },
    { title: 'Output', text: 'ok 1' },
  ])
})

test('a long plan shows what lies around the present', async () => {
  const titles = Array.from({ length: 30 }, (_, index) => `Part ${index + 1}`)
  const done = titles.slice(0, 20).flatMap((_, index) => [begins(`subtask/${index + 1}`), ends(`subtask/${index + 1}`)])
  const lines = (await textOf([...RUNNING, planned(...titles), ...done]))
    .split('\n')
    .filter((line) => line.startsWith('- '))
  assert.deepEqual(
    [lines[0], lines[1], lines.at(-2), lines.at(-1)],
    ['- 16 steps before', '- ✅ Part 17', '- ▫️ Part 28', '- 2 more steps'],
  )
})

test('a preview can be opened while the work goes on; stopping and pausing are told', async () => {
  const content = await contentOf([...RUNNING, preview('https://x.example')])
  assert.deepEqual(content.buttons, [
    [{ label: 'Open', style: 'good', does: { type: 'open', url: 'https://x.example' } }],
  ])
  assert.match(
    await textOf([...RUNNING, aborting(ADA, 'x')]),
    /^\*\*🛑 Stopping · Make a page\*\*\n\nWhat runs is being stopped\.\n\n/,
  )
  assert.match(
    await textOf([routed(), queued], { paused: true }),
    /All work is paused\. It starts once an owner says `\/panic off`\./,
  )
})
