// The platform killed with SIGKILL while conversations stand at every stage of their way at once, each held there until the process is
// gone: a request becomes one task, what is understood is said once, an OK counts once, an answer stands once, and every word is kept
// once. `CHAOS_ROUNDS=10` for a long run.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { contentText } from '../../testkit/telegram/user/look.ts'
import type { SeenMessage } from '../../testkit/telegram/user/seen.ts'
import type { UserClient } from '../../testkit/telegram/user/user-client.ts'
import type { Fault } from '../../testkit/telegram/world/faults.ts'
import type { StoredMessage } from '../../testkit/telegram/world/model.ts'
import { answered, openScriptedStage, PIXEL, requestIn, settled, until } from '../e2e/scripted-stage.ts'
import type { ScriptedStage } from '../e2e/scripted-stage.ts'
import { withoutPostgres } from '../support/postgres.ts'
import { openDoors, openGates } from './held.ts'
import type { Doors, Gates } from './held.ts'

const ROUNDS = Number(process.env['CHAOS_ROUNDS'] ?? 1)
const WORKERS = 3
/** Where each of them stands when the process dies. */
const STAGES = [
  'received',
  'fetching',
  'hearing',
  'pending',
  'classifying',
  'recorded',
  'sent',
  'waiting',
  'agreed',
  'commented',
  'answering',
  'working',
  'finished',
  // In the second death.
  'unposted',
  'unshown',
  'tapped',
] as const
type Stage = (typeof STAGES)[number]

for (let round = 1; round <= ROUNDS; round += 1)
  test(`killed at every stage of the conversation, ${round}`, { skip: withoutPostgres, timeout: 180_000 }, killed)

async function killed(t: TestContext): Promise<void> {
  const doors = openDoors()
  t.after(() => doors.open())
  const stage = await openScriptedStage(t, {
    people: STAGES,
    environment: { WORKER_CONCURRENCY: String(WORKERS), WORKER_LEASE_SECONDS: '5' },
    respond: async (asked, request) => {
      const words = requestIn(request)
      await doors.pass(`${asked} ${words}`)
      return asked === 'hear' ? { text: wordsOf('hearing') } : answered(asked, request)
    },
  })
  const gates = await openGates(stage)
  const crowd = crowdOf(stage)
  await stage.up()
  await firstDeath(stage, crowd, doors, gates)
  await secondDeath(stage, crowd, gates)
  await endOfAll(stage, crowd)
}

type Crowd = {
  readonly who: (stage: Stage) => UserClient
  readonly sent: Map<Stage, number[]>
  readonly say: (stage: Stage, words?: string) => Promise<SeenMessage>
  /** Says it, and gives what was understood. */
  readonly propose: (stage: Stage) => Promise<SeenMessage>
  readonly proposal: (stage: Stage, words?: string) => Promise<SeenMessage>
}

function wordsOf(stage: Stage): string {
  const asks = ['received', 'fetching', 'pending', 'answering', 'finished', 'unshown']
  return asks.includes(stage) ? `what is ${stage}?` : `make ${stage}`
}
const COMMENT = 'make commented again'

function crowdOf({ people, bot }: ScriptedStage): Crowd {
  const sent = new Map<Stage, number[]>(STAGES.map((stage) => [stage, []]))
  const who = (stage: Stage): UserClient => {
    const person = people[STAGES.indexOf(stage)]
    if (person === undefined) throw new Error(`Nobody stands at ${stage}.`)
    return person
  }
  const say = async (stage: Stage, words = wordsOf(stage)) => {
    const message = await who(stage).send(words, { to: bot })
    sent.get(stage)?.push(message.id)
    return message
  }
  const proposal = (stage: Stage, words = wordsOf(stage)) =>
    who(stage).expectReply({ to: bot, where: ({ text }) => isProposal(text, words), within: 40_000 })
  return { who, sent, say, proposal, propose: async (stage) => (await say(stage), proposal(stage)) }
}

function isProposal(text: string, words: string): boolean {
  return text.includes('Understood: ') && text.includes(`(${words})`)
}

async function firstDeath(stage: ScriptedStage, crowd: Crowd, doors: Doors, gates: Gates): Promise<void> {
  const { telegram, bot, rows, kill } = stage
  const { who, sent, say, propose } = crowd
  const refused = (whose: Stage): readonly Fault[] =>
    ['sendRichMessage', 'sendMessage', 'editMessageText'].map((method) =>
      telegram.faults.add({ kind: 'rate_limit', retryAfter: 1, method, chat: who(whose).id }),
    )

  // What has to come to rest first: understood, or over.
  await Promise.all([propose('waiting'), propose('commented')])
  const [agreed, working] = await Promise.all([propose('agreed'), propose('working')])
  const lost = telegram.faults.add({ kind: 'hang', accepted: true, method: 'sendRichMessage', chat: who('sent').id })
  const refusals = [...refused('recorded'), ...refused('finished')]
  await Promise.all([say('sent'), say('recorded'), say('finished')])
  await statusOf(stage, 'recorded', 'needs_approval')
  await statusOf(stage, 'finished', 'completed')
  await until('a proposal hangs on its way', () => lost.count > 0)

  // Each of these keeps a worker, which are all there are.
  const plan = doors.hold(/^plan .*make working/)
  const answer = doors.hold(/^answer .*what is answering/)
  const route = doors.hold(/^route .*make classifying/)
  await who('working').tap(working, 'OK')
  await Promise.all([say('answering'), say('classifying')])
  await Promise.all([plan, answer, route])
  assert.equal((await who('agreed').tap(agreed, 'OK')).type, 'answered')
  await statusOf(stage, 'agreed', 'queued')
  await say('pending')
  await statusOf(stage, 'pending', 'pending')

  // What never got as far as a task.
  const heard = doors.hold(/^hear/)
  const fetched = telegram.faults.add({ kind: 'hang', method: 'getFile', times: 1 })
  const photo = await who('fetching').sendPhoto({ bytes: PIXEL, caption: wordsOf('fetching') }, { to: bot })
  sent.get('fetching')?.push(photo.id)
  await until('a file hangs', () => fetched.count > 0)
  const voice = { bytes: new TextEncoder().encode('OggS a voice'), seconds: 2 }
  sent.get('hearing')?.push((await who('hearing').sendVoice(voice, { to: bot })).id)
  await heard
  await gates.shut('tasks', `new.input_text = '${COMMENT}'`)
  await say('commented', COMMENT)
  await gates.reached(1)
  await statusOf(stage, 'commented', 'aborted')
  await gates.shut('messages', `new.body = '${wordsOf('received')}'`)
  await say('received')
  await gates.reached(2)
  await until('nothing else is on its way', async () => {
    const [count] = await rows<{ readonly sending: string }>(
      `select count(*) as sending from outbox where state = 'sending'`,
    )
    return count?.sending === '1'
  })
  const [queued] = await rows<{ readonly worker: string | null; readonly last_seq: number }>(
    `select worker, last_seq from tasks where input_text = $1`,
    [wordsOf('pending')],
  )
  assert.deepEqual(queued, { worker: null, last_seq: 1 }, 'no worker was free for it')
  await statusOf(stage, 'agreed', 'queued')

  await kill()
  for (const fault of [lost, fetched, ...refusals]) fault.remove()
  doors.open()
  await gates.lift()
  await stage.up()

  await Promise.all([
    who('waiting').tap(await standing(stage, crowd, 'waiting'), 'OK'),
    who('sent').tap(await standing(stage, crowd, 'sent'), 'OK'),
    ...(['hearing', 'classifying', 'recorded'] as const).map(async (whose) => {
      await who(whose).tap(await crowd.proposal(whose), 'Cancel')
    }),
    (async () => who('commented').tap(await crowd.proposal('commented', COMMENT), 'Cancel'))(),
  ])
  await settled(stage)
}

async function secondDeath(stage: ScriptedStage, crowd: Crowd, gates: Gates): Promise<void> {
  const { kill } = stage
  const { who, say, propose } = crowd
  const tapped = await propose('tapped')
  await settled(stage)
  await gates.shut('actions', `new.state = 'used' and new.chat = '${who('tapped').id}'`)
  await gates.shut('outbox', `new.key like 'approval:%' and new.chat = '${who('unposted').id}'`)
  await gates.shut('outbox', `new.key like 'task:%' and new.chat = '${who('unshown').id}'`)
  const outcome = who('tapped').tap(tapped, 'OK', { within: 60_000 })
  await gates.reached(1)
  await Promise.all([say('unposted'), say('unshown')])
  await statusOf(stage, 'unposted', 'needs_approval')
  await statusOf(stage, 'unshown', 'completed')
  await gates.reached(2)
  await kill()
  await gates.lift()
  await stage.up()
  assert.deepEqual(await outcome, { type: 'answered', text: 'OK, I start.', alert: false })
  await who('unposted').tap(await crowd.proposal('unposted'), 'Cancel')
  await settled(stage)
}

/** What still stands there from before. */
async function standing(stage: ScriptedStage, { who }: Crowd, whose: Stage): Promise<SeenMessage> {
  const chat = who(whose).chat(stage.bot)
  const found = chat.messages.filter(({ text }) => isProposal(text, wordsOf(whose)))
  assert.equal(found.length, 1, `${whose}: what was understood stands there once`)
  assert.ok(found[0] !== undefined)
  return found[0]
}

function statusOf({ rows }: ScriptedStage, whose: Stage, status: string): Promise<void> {
  return until(`${whose} is ${status}`, async () => {
    const found = await rows<{ readonly status: string }>(`select status from tasks where input_text = $1`, [
      wordsOf(whose),
    ])
    return found.length === 1 && found[0]?.status === status
  })
}

async function endOfAll(stage: ScriptedStage, { who, sent }: Crowd): Promise<void> {
  const { bot, rows } = stage
  const wrong: string[] = []
  for (const whose of STAGES) {
    const person = who(whose)
    const check = (what: string, is: unknown, wanted: unknown) => {
      if (JSON.stringify(is) !== JSON.stringify(wanted))
        wrong.push(`${whose}: ${what} ${JSON.stringify(is)}, and not ${JSON.stringify(wanted)}`)
    }
    const wanted = whose === 'commented' ? [wordsOf(whose), COMMENT] : [wordsOf(whose)]
    const chat = `${bot.id}/${person.id}/#0`
    const kept = await rows<{ readonly id: string }>(
      `select external_id as id from messages where chat = $1 and role = 'user' and external_id not like 'tap:%' order by created_at, id`,
      [chat],
    )
    check(
      'messages that are kept:',
      kept.map(({ id }) => Number(id)),
      sent.get(whose),
    )
    const tasks = await rows<TaskRow>(TASKS, [`telegram:${person.id}`])
    check(
      'tasks:',
      tasks.map(({ input_text }) => input_text),
      wanted,
    )
    const said = stage.stored(person).filter(({ fromId }) => fromId === bot.id)
    for (const task of tasks) for (const problem of wrongIn(task, said)) wrong.push(`${whose}: ${problem}`)
    check(
      'what still asks:',
      person.chat(bot).messages.filter(({ buttons }) => buttons.flat().some(({ text }) => text === 'OK')).length,
      0,
    )
  }
  const artifacts = await rows<{ readonly kind: string; readonly count: string }>(
    `select kind, count(*) from artifacts where message_id is not null and kind in ('file', 'image_json', 'voice_transcript')
     group by kind order by kind`,
  )
  assert.deepEqual(wrong, [])
  assert.deepEqual(
    artifacts.map(({ kind, count }) => `${count} ${kind}`),
    ['2 file', '1 image_json', '1 voice_transcript'],
  )
  // What Telegram took and could not confirm is the only thing that nobody can know of.
  const doubts = await rows<{ readonly chat: string }>(`select chat from outbox where state = 'ambiguous'`)
  assert.deepEqual(
    doubts.map(({ chat }) => Number(chat)),
    [],
  )
}

type TaskRow = {
  readonly input_text: string
  readonly status: string
  readonly asked: string
  readonly resolved: string
  readonly ends: string
  readonly twice: readonly string[] | null
  readonly told: readonly string[] | null
}

const TASKS = `
select t.input_text, t.status,
  (select count(*) from task_events e where e.task_id = t.id and e.type = 'approval.requested') as asked,
  (select count(*) from task_events e where e.task_id = t.id and e.type = 'approval.resolved') as resolved,
  (select count(*) from task_events e
   where e.task_id = t.id and e.type in ('task.completed', 'task.failed', 'task.aborted')) as ends,
  (select array_agg(step) from (
     select e.data ->> 'step' as step from task_events e where e.task_id = t.id and e.type = 'step.completed'
     group by 1 having count(*) > 1) twice) as twice,
  (select array_agg(m.body order by m.created_at, m.id) from messages m
   where m.task_id = t.id and m.role = 'assistant' and m.in_context) as told
from tasks t where t.user_id = $1 order by t.created_at, t.id`

function wrongIn(task: TaskRow, said: readonly StoredMessage[]): readonly string[] {
  const { input_text: words, status } = task
  const isWork = words.startsWith('make ')
  const isReplaced = words === wordsOf('commented')
  const isDone = !isWork || ['working', 'agreed', 'waiting', 'sent', 'tapped'].some((one) => words === `make ${one}`)
  const ever = (is: (text: string) => boolean) =>
    said.filter(({ versions }) => versions.some(({ content }) => is(contentText(content)))).length
  const facts: readonly (readonly [string, unknown, unknown])[] = [
    ['ended as', status, isDone ? 'completed' : 'aborted'],
    ['ends', task.ends, '1'],
    ['asked for an OK', task.asked, isWork ? '1' : '0'],
    ['resolved', task.resolved, isWork ? '1' : '0'],
    ['steps done twice', task.twice, null],
    ['words of it in the conversation', task.told?.length ?? 0, isWork && !isReplaced ? 2 : 1],
    ['acknowledged', ever((text) => isProposal(text, words)), isWork ? 1 : 0],
    ['answered', ever((text) => text.includes(`This is the answer to: ${words}`)), isWork ? 0 : 1],
    ['done', ever((text) => text.startsWith(`✅ Done · ${words}\n`)), isWork && isDone ? 1 : 0],
  ]
  return facts.flatMap(([what, is, wanted]) =>
    JSON.stringify(is) === JSON.stringify(wanted)
      ? []
      : [`“${words}” ${what}: ${JSON.stringify(is)}, and not ${JSON.stringify(wanted)}`],
  )
}
