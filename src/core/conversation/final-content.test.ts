import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADA, createCardBench } from '../../../test/simulation/card-bench.ts'
import {
  aborted,
  begins,
  check,
  completed,
  failed,
  planned,
  preview,
  previewClosed,
  queued,
  routed,
  RUNNING,
  started,
} from '../../../test/simulation/card-story.ts'
import type { TaskEventBody } from '../vocabulary/event.ts'
import { readLog } from '../task/read-log.ts'
import { foldLog } from './card-view.ts'
import type { CardView } from './card-view.ts'
import { agentOnlyContent, answerShown, ANSWER_CHARACTERS, finalContent, finalText } from './final-content.ts'

async function viewOf(...bodies: readonly TaskEventBody[]): Promise<CardView> {
  const bench = createCardBench()
  const task = await bench.accept('Make a page')
  await bench.pass(72_000)
  await bench.append(task.id, ...bodies)
  const view = foldLog(await readLog(bench.deps.store, task.id))
  assert.ok(view !== null)
  return view
}
const setting = { verbosity: 1, nameOf: () => 'Ada_1', closing: null, heard: null } as const
const contentOf = async (...bodies: readonly TaskEventBody[]) => finalContent(await viewOf(...bodies), setting, [])
const FOOTER = '_1 min 12 s · 12.3k tokens · `000001`_'
const command = [routed({ task_type: 'shell_command', command: 'ls' }), queued, started]

test('completed: the summary, the checks, what changed, and the preview as a button, with its address where it is local', async () => {
  const result = {
    changed_files: ['a.ts', 'b`.ts', 'c', 'd', 'e', 'f', 'g'],
    checks: [check('passed'), check('skipped', 'tsc')],
  }
  const content = await contentOf(...RUNNING, preview('http://abc.localhost:7071/'), completed(result))
  assert.equal(
    content.markdown,
    [
      '**✅ Done · Make a page**',
      'A page that says hello.',
      'Preview: <http://abc.localhost:7071/>',
      '✅ `npm test` · ➖ `tsc`',
      '7 files changed: `a.ts`, ``b`.ts``, `c`, `d`, `e` and 2 more',
      FOOTER,
    ].join('\n\n'),
  )
  assert.deepEqual(content.buttons[0]?.[0]?.does, { type: 'open', url: 'http://abc.localhost:7071/' })
  const remote = await contentOf(...RUNNING, preview('https://p.example/'), completed())
  assert.doesNotMatch(remote.markdown, /Preview/)
})

test('a preview that was closed after the end is not offered any more', async () => {
  const content = await contentOf(...RUNNING, preview('https://p.example/'), completed(), previewClosed)
  assert.deepEqual(content.buttons, [])
})

test('a question: the answer as it was written, and nothing around it but the footer', async () => {
  const answer = '**Forty-two.** See ![x](https://i.example/x) <b>.'
  const asked = [routed({ task_type: 'question' }), queued, started]
  const content = await contentOf(...asked, completed({ answer, offline: true }))
  assert.equal(
    content.markdown,
    '**Forty-two.** See ![x](https://i.example/x) <b>.\n\n_1 min 12 s · 12.3k tokens · offline model · `000001`_',
  )
})

test('a question that was spoken is answered with what was heard', async () => {
  const view = await viewOf(routed({ task_type: 'question' }), queued, started, completed({ answer: 'Yes.' }))
  const { markdown } = finalContent(view, { ...setting, heard: 'is it *done*?' }, [])
  assert.equal(markdown, `I heard: “is it \\*done\\*?”\n\nYes.\n\n${FOOTER}`)
})

test('what an answer took from the knowledge stands below it; where files lie on the machine does not', async () => {
  const sources = [
    { mark: 1, title: 'docs › a_b.md', uri: '/srv/docs' },
    { mark: 3, title: 'Manual', uri: 'https://docs.example/manual' },
  ]
  const asked = [routed({ task_type: 'question' }), queued, started]
  const view = await viewOf(...asked, completed({ answer: 'On 8441 [1], or not [3].', sources }))
  const listed = '- \\[1\\] docs › a\\_b.md\n- \\[3\\] Manual <https://docs.example/manual>'
  assert.equal(finalContent(view, setting, []).markdown, `On 8441 [1], or not [3].\n\n${listed}\n\n${FOOTER}`)
  assert.equal(agentOnlyContent(view).markdown, `On 8441 [1], or not [3].\n\n${listed}`)
})

test('a long answer shows its first part, cut between paragraphs', async () => {
  const answer = `${'word '.repeat(1_800)}\n\n${'more '.repeat(1_800)}`
  const shown = answerShown(answer)
  assert.ok(shown.length < ANSWER_CHARACTERS && shown.startsWith('word') && !shown.includes('more'))
  const asked = [routed({ task_type: 'question' }), queued, started]
  assert.match(
    (await contentOf(...asked, completed({ answer }))).markdown,
    /\n\n\*The whole answer is in the file\.\*\n\n/,
  )
})

test('a command: short output as a block, long output in a fold from its end', async () => {
  const short = await contentOf(...command, completed({ output: 'a\n```\nb\n', exit_code: 0 }))
  assert.equal(short.markdown, `**✅ Done · Make a page**\n\n\`ls\`\n\n\`\`\`\`\na\n\`\`\`\nb\n\`\`\`\`\n\n${FOOTER}`)
  assert.deepEqual(short.folds, [])
  const long = await contentOf(...command, completed({ output: `first${'x'.repeat(9_000)}last`, exit_code: 0 }))
  assert.equal(long.markdown, `**✅ Done · Make a page**\n\n\`ls\`\n\n${FOOTER}`)
  assert.match(long.folds[0]?.text ?? '', /^…x+last$/)
  const silent = await contentOf(...command, completed({ output: '', exit_code: 0 }))
  assert.match(silent.markdown, /It printed nothing\./)
})

test('failed: why, how far it got, and the end of what failed in a fold', async () => {
  const content = await contentOf(
    ...RUNNING,
    planned('Write', 'Test'),
    begins('subtask/1'),
    failed('After 1 round of repair these checks still fail: npm test.', {
      checks: [check('failed', 'npm test', 'not ok 1')],
    }),
  )
  assert.equal(
    content.markdown,
    [
      '**❌ Failed · Make a page**',
      'After 1 round of repair these checks still fail: npm test.',
      '- ❌ Write\n- ▫️ Test',
      '❌ `npm test`',
      FOOTER,
    ].join('\n\n'),
  )
  assert.deepEqual(content.folds, [{ title: 'npm test · exit code 1', text: 'not ok 1' }])
  const command_ = await contentOf(
    ...command,
    failed('The command ended with exit code 2.', { output: 'no such file', exit_code: 2 }),
  )
  assert.deepEqual(command_.folds, [{ title: 'Output', text: 'no such file' }])
})

test('stopped: by whom, when, why', async () => {
  const content = await contentOf(aborted(ADA, 'not *needed*'))
  assert.equal(
    content.markdown,
    '**🛑 Stopped · Make a page**\n\nBy Ada\\_1, 09:01 UTC: not \\*needed\\*\n\n_1 min 12 s · `000001`_',
  )
})

test('who accepted it stands below', async () => {
  const view = await viewOf(...RUNNING, completed())
  assert.match(
    finalContent(view, { ...setting, closing: '👍 Accepted by Ada' }, []).markdown,
    /`_\n\n👍 Accepted by Ada$/,
  )
})

test('nothing but what agents say: no heading, no footer, no buttons but Open', async () => {
  const page = agentOnlyContent(await viewOf(...RUNNING, preview('https://p.example/'), completed()))
  assert.equal(page.markdown, 'A page that says hello.\n\n<https://p.example/>')
  assert.deepEqual(
    page.buttons.flat().map((button) => button.label),
    ['Open'],
  )
  const asked = [routed({ task_type: 'question' }), queued, started]
  assert.equal(agentOnlyContent(await viewOf(...asked, completed({ answer: 'Yes.' }))).markdown, 'Yes.')
  assert.equal(agentOnlyContent(await viewOf(...command, completed({ output: 'x' }))).markdown, '```\nx\n```')
  assert.equal(agentOnlyContent(await viewOf(...RUNNING, failed('No *way*.'))).markdown, 'It failed: No \\*way\\*.')
  assert.equal(
    agentOnlyContent(await viewOf(...command, failed('Exit code 2.', { output: 'no *such* file' }))).markdown,
    'It failed: Exit code 2.\n\n```\nno *such* file\n```',
  )
  assert.equal(agentOnlyContent(await viewOf(aborted(ADA, 'enough'))).markdown, 'It was stopped: enough')
})

test('what the conversation remembers', async () => {
  const done = await viewOf(...RUNNING, completed({ preview_url: 'https://p.example/' }))
  assert.equal(finalText(done), 'A page that says hello.\n\nhttps://p.example/')
  assert.equal(finalText(await viewOf(...RUNNING, failed('No.'))), 'It failed: No.')
})

test('agents that say nothing are still heard of; of long output the end is remembered', async () => {
  assert.equal(agentOnlyContent(await viewOf(...RUNNING, completed({ summary: ' ' }))).markdown, 'Done.')
  const long = await viewOf(...command, completed({ summary: 'It ran.', output: `${'x'.repeat(9_000)}end` }))
  assert.ok(finalText(long).length < 4_100 && finalText(long).endsWith('end'))
})
