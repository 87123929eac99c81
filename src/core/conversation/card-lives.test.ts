// Whatever happens to a task, in whatever order, however often whoever follows it is cut off: its card can be read, and ends alike.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import type { Nodes } from 'mdast'
import { ADA, BOT, createCardBench, PLACE } from '../../../test/simulation/card-bench.ts'
import {
  aborted,
  aborting,
  answers,
  asks,
  begins,
  calls,
  check,
  checked,
  completed,
  ends,
  failed,
  patched,
  planned,
  preview,
  previewClosed,
  queued,
  routed,
  RUNNING,
  says,
  started,
  used,
} from '../../../test/simulation/card-story.ts'
import { refusalOf } from '../task/apply-command.ts'
import { readLog } from '../task/read-log.ts'
import type { TaskEventBody } from '../vocabulary/event.ts'
import type { ArtifactId, TaskId, UserId } from '../vocabulary/ids.ts'
import { isTerminal } from '../vocabulary/task.ts'
import type { Content, Posting } from '../vocabulary/post.ts'
import type { Verbosity } from '../ports/chat-store.ts'
import { cardContent } from './card-content.ts'
import { foldLog, isOver } from './card-view.ts'
import { createCards } from './create-cards.ts'
import { agentOnlyContent, finalContent } from './final-content.ts'
import { statusKey } from './pinned-status.ts'
import { oneLine } from './visible.ts'

const nasty = '**`x`** [a](tg://x) <b>\n```\n# | \u202e'
const anyBody = fc.constantFrom<TaskEventBody>(
  routed(),
  routed({ task_type: 'question', summary: nasty, command: nasty }),
  routed({ task_type: 'shell_command', confidence: 1, command: 'ls' }),
  queued,
  started,
  ...['route', 'plan', 'subtask/1', 'subtask/1/turn/2', 'gate/1', 'repair/1', 'review/1'].flatMap((key) => [
    begins(key, `${key} ${nasty}`),
    ends(key),
    { type: 'step.failed', data: { step: key, agent: 'coder', error: nasty } } as const,
  ]),
  planned('One', nasty),
  calls('shell', nasty),
  says(nasty, true),
  checked(check('passed', nasty)),
  checked(check('failed', 'tsc', nasty)),
  used(1_000),
  preview('https://p.example/'),
  preview('http://localhost:1/'),
  previewClosed,
  patched('patch' as ArtifactId, 5),
  asks(nasty),
  asks('ls', 'a2'),
  answers('approved', ADA),
  answers('superseded', ADA),
  { type: 'step.progress', data: { step: 's', agent: 'coder', message: nasty } },
  { type: 'budget.exhausted', data: { limit: 'tokens', used: 2, allowed: 1 } },
  aborting(ADA, nasty),
)
const anyEnd = fc.constantFrom<TaskEventBody>(
  completed({ summary: nasty, checks: [check('passed')], changed_files: [nasty, 'b'] }),
  completed({ answer: nasty.repeat(900) }),
  completed({ output: nasty.repeat(400), exit_code: 0 }),
  failed(nasty),
  failed('No.', { checks: [check('failed', 'tsc', nasty.repeat(500))] }),
  aborted(ADA, nasty),
)
const anyLife = fc.tuple(
  fc.constantFrom<readonly TaskEventBody[]>([], RUNNING, RUNNING, [routed(), asks('ls')]),
  fc.array(anyBody, { maxLength: 25 }),
  fc.array(anyEnd, { minLength: 1, maxLength: 4 }),
  fc.constantFrom<readonly TaskEventBody[]>([], [previewClosed], [used(3), patched('late' as ArtifactId, 1)]),
)

type Bench = ReturnType<typeof createCardBench>

/** Appends where it can follow. */
async function appendIfPossible(bench: Bench, taskId: TaskId, body: TaskEventBody): Promise<void> {
  const task = await bench.base.store.get(taskId)
  const again = (await readLog(bench.base.store, taskId)).some((event) => isSameQuestion(event, body))
  if (task !== null && !again && refusalOf(task, [body]) === null) await bench.append(taskId, body)
}

function isSameQuestion(one: TaskEventBody, other: TaskEventBody): boolean {
  if (one.type !== 'approval.requested' || other.type !== 'approval.requested') return false
  return one.data.approval_id === other.data.approval_id
}

function kindsIn(node: Nodes): readonly string[] {
  return [node.type, ...('children' in node ? node.children.flatMap(kindsIn) : [])]
}

function assertReadable(content: Content): void {
  const tree = fromMarkdown(content.markdown, {
    extensions: [gfm(), { disable: { null: ['htmlFlow', 'htmlText'] } }],
    mdastExtensions: [gfmFromMarkdown()],
  })
  assert.ok(tree.children.length > 0 && !kindsIn(tree).includes('html'), content.markdown)
  assert.ok(content.markdown.trim() !== '')
  assert.ok(content.markdown.length < 30_000)
  for (const { title, text } of content.folds) assert.ok(title !== '' && text.trim() !== '' && text.length < 16_000)
  assert.ok(content.buttons.every((row) => row.length > 0))
  assert.doesNotMatch(content.markdown, /\u202e|undefined|\[object/)
}

test('any life: at every moment, at every verbosity, the card can be read', async () => {
  await fc.assert(
    fc.asyncProperty(anyLife, fc.constantFrom<Verbosity>(0, 1, 2), async ([way, middle, ending, after], verbosity) => {
      const bench = createCardBench()
      const task = await bench.accept(nasty)
      for (const body of [...way, ...middle, ...ending, ...after]) await appendIfPossible(bench, task.id, body)
      const log = await readLog(bench.base.store, task.id)
      for (let length = 1; length <= log.length; length += 1) {
        const view = foldLog(log.slice(0, length))
        assert.ok(view !== null)
        const now = bench.deps.clock.now()
        if (!isOver(view)) assertReadable(cardContent(view, { verbosity, direct: true, paused: true, now }, []))
        else {
          assertReadable(
            finalContent(view, { verbosity, nameOf: () => oneLine(nasty), closing: null, heard: null }, []),
          )
          assertReadable(agentOnlyContent(view))
        }
      }
      const ended = await bench.base.store.get(task.id)
      const view = foldLog(log)
      assert.equal(view?.status, ended?.status)
    }),
    { numRuns: 80 },
  )
})

/** Names of buttons differ from life to life; what they say does not. */
function comparable(posting: Posting): unknown {
  if (posting.type !== 'message') return posting
  const buttons = posting.content.buttons.map((row) => row.map(({ label, does }) => [label, does.type]))
  return { ...posting, content: { ...posting.content, buttons } }
}

test('any life: cut off at any points and taken up again, its final posts are the same, and every question is answered', async () => {
  await fc.assert(
    fc.asyncProperty(anyLife, fc.boolean(), fc.infiniteStream(fc.nat(5)), async (life, byMember, chance) => {
      const calm = await liveThrough(life, byMember, () => false)
      const cut = await liveThrough(life, byMember, () => chance.next().value === 0)
      assert.deepEqual(cut.finals, calm.finals)
      for (const { questions } of [calm, cut])
        for (const { markdown, buttons } of questions) {
          assert.doesNotMatch(markdown, /May this command run/)
          assert.deepEqual(buttons, [])
        }
      assert.deepEqual(cut.said, calm.said)
    }),
    { numRuns: 60 },
  )
})

async function liveThrough(
  [way, middle, ending, after]: typeof anyLife extends fc.Arbitrary<infer Life> ? Life : never,
  byMember: boolean,
  isCut: () => boolean,
) {
  let healthy = true
  const breaks =
    <Arguments extends readonly unknown[], T>(work: (...args: Arguments) => Promise<T>) =>
    async (...args: Arguments): Promise<T> => {
      if (!healthy) return work(...args)
      // Cut off before it, or after it: nobody will know.
      if (isCut()) throw new Error('cut off')
      const done = await work(...args)
      if (isCut()) throw new Error('cut off')
      return done
    }
  const bench = createCardBench({
    tamper: ({ outbox, cards, actions, objects }) => ({
      objects: { ...objects, put: breaks(objects.put) },
      outbox: { ...outbox, put: breaks(outbox.put) },
      cards: { ...cards, finish: breaks(cards.finish) },
      actions: { ...actions, offer: breaks(actions.offer), withdraw: breaks(actions.withdraw) },
    }),
  })
  const id = 'patch' as ArtifactId
  for (const [userId, role] of Object.entries({ 'telegram:2': 'member', 'telegram:3': 'owner' } as const))
    await bench.base.members.put({ userId: userId as UserId, role, name: userId, since: new Date(0) })
  const task = await bench.accept('Make it', null, byMember ? ('telegram:2' as UserId) : ADA)
  const card = byMember ? bench.card(task, { by: task.userId, place: { ...PLACE, chat: '2' } }) : bench.card(task)
  const file = {
    id,
    name: 'changes.patch',
    mediaType: 'text/x-diff',
    bytes: 5,
    objectKey: 'o',
    messageId: null,
    content: null,
  }
  await bench.base.artifacts.add({ ...file, taskId: task.id, kind: 'file', createdAt: new Date(0) })
  let cards = createCards(bench.deps)
  await cards.open(card).catch(() => undefined)
  await bench.base.cards.open(card)
  while ((await bench.outbox.find(BOT, statusKey(card.place)))?.posting.type !== 'message')
    await cards.pin(card.place, true).catch(() => undefined)
  for (const body of [...way, ...middle, ...ending]) {
    await appendIfPossible(bench, task.id, body)
    await bench.pass(700)
    if (!isCut()) continue
    await cards.close()
    cards = createCards(bench.deps)
    await cards.follow(BOT).catch(() => undefined)
  }
  healthy = false
  await cards.close()
  cards = createCards(bench.deps)
  await cards.follow(BOT)
  await bench.pass(7_000)
  for (const body of after) await appendIfPossible(bench, task.id, body)
  await bench.pass(2_000)
  await cards.close()
  const now = await bench.base.store.get(task.id)
  const over = now !== null && isTerminal(now.status)
  assert.equal((await bench.base.cards.get(task.id))?.finished, over)
  const entries = await bench.outbox.list(BOT, ['waiting', 'settled'], 100)
  const finals = entries
    .filter(({ key }) => !key.startsWith('approval:'))
    .map(({ key, posting }) => [key, comparable(posting)])
  const questions = entries.flatMap(({ key, posting }) =>
    over && key.startsWith('approval:') && posting.type === 'message' ? [posting.content] : [],
  )
  const said = await bench.base.conversations.messages(task.threadId, { limit: 10, inContext: true, before: null })
  return { finals: Object.fromEntries(finals), questions, said: said.map(({ role, text }) => [role, text]) }
}
