// Whatever arrives may arrive again, and whoever works on it may break at any point: in the end everything is as if it had come once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADA, BOB, chatOf, createChatStage, EVE, GROUP, userOf } from '../../../test/simulation/chat-stage.ts'
import type { Break, ChatStage, Person } from '../../../test/simulation/chat-stage.ts'
import { asks, routed } from '../../../test/simulation/card-story.ts'
import { appendUnderClaim } from '../task/apply-command.ts'
import type { WorkerId } from '../vocabulary/ids.ts'
import type { ChatEvent } from '../vocabulary/chat-message.ts'

type Step = (stage: ChatStage) => Promise<ChatEvent | void> | ChatEvent | void
type Scenario = readonly Step[]

const HOUR_MS = 3_600_000

function says(person: Person, text: string, more: (stage: ChatStage) => Promise<object> | object = () => ({})): Step {
  return async (stage) => {
    const message = stage.said(person, text, await more(stage))
    return { type: 'message', message, receivedAt: stage.now() }
  }
}

const taps =
  (person: Person, key: string, label: string): Step =>
  (stage) =>
    stage.tapOf(person, key, label)

const works =
  (until: 'running' | 'completed'): Step =>
  async (stage) =>
    stage.work((await stage.newest()).id, until)

const replyTo = (key: string) => async (stage: ChatStage) => ({ replyTo: await stage.refOf(key) })
const inGroup = () => ({ place: GROUP })
const late = (stage: ChatStage) => ({ sentAt: new Date(stage.now().getTime() - HOUR_MS) })
const knowsBob: Step = (stage) =>
  stage.base.members.put({ userId: userOf(BOB), role: 'member', name: 'Bob', since: stage.now() })

/** What was asked for last is understood as a command. */
const needsYes: Step = async (stage) => {
  const task = await stage.newest()
  const worker = 'w' as WorkerId
  const [claim] = await stage.base.queue.claim({ worker, limit: 1, leaseMs: 60_000, only: task.id })
  assert.ok(claim !== undefined)
  const question = asks('ls', '01890000-0000-7000-8000-00000000000b')
  await appendUnderClaim(stage.base, { taskId: task.id, token: claim.token }, [routed(), question])
  await stage.draw(task.id)
  await stage.deliver()
}

/** The message of a step that is told of again, with another text. */
function changes(text: string, ref: string): Step {
  return (stage) => {
    const message = { ...stage.said(ADA, text), ref: ref as never, externalId: ref }
    return { type: 'edited', message, editedAt: new Date(stage.now().getTime() + 5_000) }
  }
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'a request': [says(ADA, 'Create a page')],
  'commands that look': [
    says(ADA, '/start'),
    says(ADA, 'x'),
    says(ADA, '/status'),
    says(ADA, '/task'),
    says(ADA, '/help'),
  ],
  'fresh contexts': [says(ADA, 'a'), says(ADA, '/new'), says(ADA, 'b'), says(ADA, '/reset'), says(ADA, 'c')],
  'stopping the newest, and then another': [says(ADA, 'a'), says(ADA, 'b'), says(ADA, '/abort'), says(ADA, '/abort')],
  'stopping all': [says(ADA, 'a'), works('running'), says(ADA, 'b'), says(ADA, '/abort all'), says(ADA, 'c')],
  panic: [says(ADA, 'a'), works('running'), says(ADA, 'b'), says(ADA, '/panic on'), says(ADA, '/panic off')],
  "a member's command, answered by an owner": [
    knowsBob,
    says(BOB, 'List the files'),
    needsYes,
    taps(ADA, 'approval:', 'Always…'),
    taps(ADA, 'approval:', 'Back'),
    says(ADA, 'hm', replyTo('approval:')),
    says(ADA, 'yes', replyTo('approval:')),
    says(ADA, '/approve'),
  ],
  'what is pinned': [says(ADA, 'a'), says(ADA, '/status pin'), says(ADA, '/status unpin')],
  'typed answers': [
    says(ADA, '/run one'),
    says(ADA, '/approve'),
    says(ADA, '/run two'),
    says(ADA, 'no, not that', replyTo('approval:')),
    says(ADA, '/run three'),
    says(ADA, 'ok', replyTo('task:')),
    says(ADA, '/run four'),
    says(ADA, '/deny because'),
  ],
  'a rule for good': [
    says(ADA, '/run ls'),
    taps(ADA, 'approval:', 'Always…'),
    taps(ADA, 'approval:', 'Back'),
    taps(ADA, 'approval:', 'Always…'),
    taps(ADA, 'approval:', 'Confirm'),
    says(ADA, '/run ls'),
    says(ADA, '/run ls '),
    says(ADA, '/run ls -a'),
    taps(ADA, 'approval:', 'Deny'),
  ],
  'buttons of a card': [
    says(ADA, 'Create a page'),
    works('running'),
    taps(ADA, 'task:', 'Status'),
    taps(ADA, 'task:', 'Stop'),
    says(ADA, 'Another page'),
    works('completed'),
    taps(ADA, 'task:', 'Details'),
    taps(ADA, 'task:', 'Fix'),
    says(ADA, 'Make it red', replyTo('fix:')),
  ],
  accepting: [says(ADA, 'Create a page'), works('completed'), taps(ADA, 'task:', 'Accept')],
  'files and albums': [
    says(ADA, 'Read', (stage) => ({ attachments: [stage.attachment('a'), stage.attachment('b')] })),
    says(ADA, '', (stage) => ({ attachments: [stage.attachment('c'), stage.attachment('d')], ref: 'kept' })),
    says(ADA, 'Read those', replyTo('note:11/kept/stored')),
    says(ADA, 'Album', (stage) => ({ attachments: [stage.attachment('e')], externalId: 'album:1' })),
    says(ADA, '', (stage) => ({ attachments: [stage.attachment('f')], externalId: 'album:1' })),
    says(ADA, '', (stage) => ({ attachments: [stage.attachment('g')], externalId: 'album:2' })),
    says(ADA, 'Late caption', (stage) => ({ attachments: [stage.attachment('h')], externalId: 'album:2' })),
    says(ADA, 'Gone', (stage) => ({ attachments: [stage.attachment('i', null)] })),
  ],
  pairing: [
    says(BOB, 'hi'),
    taps(ADA, 'pairing:', 'Let in'),
    says(BOB, 'Create a page'),
    says(EVE, 'hi'),
    taps(ADA, 'pairing:', 'Refuse'),
  ],
  groups: [
    knowsBob,
    says(BOB, 'work', inGroup),
    says(ADA, '/open', inGroup),
    says(BOB, 'work', inGroup),
    says(BOB, '/verbosity 2', inGroup),
    says(ADA, '/verbosity 2', inGroup),
    says(EVE, 'work', inGroup),
    (stage) => stage.tapOf(EVE, 'task:', 'Stop'),
  ],
  'edits of what waits': [
    says(ADA, 'Create a page', () => ({ ref: 'm1' })),
    changes('Create a blue page', 'm1'),
    (stage: ChatStage) => stage.pass(60_000),
    changes('Create a green page', 'm1'),
  ],
  'edits of what runs': [
    says(ADA, 'Create a page', () => ({ ref: 'm1' })),
    works('running'),
    changes('Create a blue page', 'm1'),
    taps(ADA, 'note:', 'Start again'),
  ],
  'late messages': [
    says(ADA, 'one', late),
    says(ADA, '/run two', late),
    says(ADA, 'three', (stage) => ({ ...late(stage), attachments: [stage.attachment('a')] })),
    taps(ADA, 'backlog:', 'Run them all'),
    says(ADA, 'four', late),
    taps(ADA, 'backlog:', 'Drop'),
  ],
  'topics, moves and closed doors': [
    () => ({
      type: 'topic_opened',
      place: { ...chatOf(ADA), topic: '5' },
      name: 'New chat',
      implicit: true,
      by: { userId: userOf(ADA), name: 'Ada' },
    }),
    says(ADA, 'Create a page', () => ({ place: { ...chatOf(ADA), topic: '5' } })),
    works('completed'),
    says(ADA, 'Make it red', () => ({ place: { ...chatOf(ADA), topic: '5' } })),
    works('running'),
    () => ({
      type: 'draft_stopped',
      place: { ...chatOf(ADA), topic: '5' },
      draft: '1',
      author: { userId: userOf(ADA), name: 'Ada' },
    }),
    () => ({ type: 'opened', place: GROUP, direct: false, by: { userId: userOf(ADA), name: 'Ada' } }),
    says(ADA, 'work', inGroup),
    () => ({ type: 'closed', place: GROUP, by: null }),
    says(ADA, 'more work', inGroup),
    () => ({ type: 'migrated', bot: GROUP.bot, from: GROUP.chat, to: '-200' }),
    says(ADA, '/abort', () => ({ place: { ...GROUP, chat: '-200' } })),
  ],
}

/** Line by line, so that a difference can be read. */
function assertSame(state: string, wanted: string, how: string): void {
  const [lines, others] = [state, wanted].map((text) => text.split('\n')) as [string[], string[]]
  const at = lines.findIndex((line, index) => line !== others[index])
  const around = (all: readonly string[]) => all.slice(Math.max(0, at - 8), at + 4).join('\n')
  assert.ok(at === -1 && lines.length === others.length, `${how}:\n${around(lines)}\n--- instead of\n${around(others)}`)
}

async function play(scenario: Scenario, times: number, breaks: Break | null): Promise<ChatStage> {
  const stage = createChatStage(breaks)
  for (const step of scenario) {
    const event = await step(stage)
    if (event !== undefined) await stage.give(event, times)
  }
  return stage
}

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  test(`${name}: delivered again and again, it comes to the same`, async () => {
    const once = await (await play(scenario, 1, null)).endState()
    for (const times of [2, 3]) assertSame(await (await play(scenario, times, null)).endState(), once, `${times} times`)
  })

  test(`${name}: broken at any call, before or after it took effect, it comes to the same`, async () => {
    const whole = await play(scenario, 1, null)
    const once = await whole.endState()
    const names = whole.called()
    assert.ok(names.length > 0)
    for (const when of ['before', 'after'] as const)
      for (let call = 1; call <= names.length; call += 1) {
        const stage = await play(scenario, 1, { call, when })
        assert.equal(stage.isArmed(), false)
        assertSame(await stage.endState(), once, `broken ${when} call ${call}, ${names[call - 1]}`)
      }
  })
}
