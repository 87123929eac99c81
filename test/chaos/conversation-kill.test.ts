// The platform killed with SIGKILL while conversations stand at every stage of their way at once, each held there until the process is
// gone: a request becomes one task, what is understood is said once, an OK counts once, an answer stands once, and every word is kept
// once. `CHAOS_ROUNDS=10` for a long run.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { SeenMessage } from '../../testkit/telegram/user/seen.ts'
import type { UserClient } from '../../testkit/telegram/user/user-client.ts'
import type { Fault } from '../../testkit/telegram/world/faults.ts'
import { answered, openScriptedStage, PIXEL, requestIn, settled, until } from '../e2e/scripted-stage.ts'
import type { ScriptedStage } from '../e2e/scripted-stage.ts'
import { withoutPostgres } from '../support/postgres.ts'
import { openDoors, openGates } from './held.ts'
import type { Doors, Gates } from './held.ts'
import { isProposal, wrongWith } from './said-once.ts'
import type { Ending } from './said-once.ts'

const ROUNDS = Number(process.env['CHAOS_ROUNDS'] ?? 1)
const WORKERS = 3
/** Where each of them stands when the process dies, and how it has to end. */
const ENDS = {
  received: 'answered',
  fetching: 'answered',
  hearing: 'cancelled',
  pending: 'answered',
  classifying: 'cancelled',
  recorded: 'cancelled',
  sent: 'done',
  waiting: 'done',
  agreed: 'done',
  commented: 'replaced',
  answering: 'answered',
  working: 'done',
  finished: 'answered',
  // In the second death.
  unposted: 'cancelled',
  unshown: 'answered',
  tapped: 'done',
} as const satisfies Readonly<Record<string, Ending['end']>>
type Stage = keyof typeof ENDS
const STAGES = Object.keys(ENDS) as readonly Stage[]

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
  return ENDS[stage] === 'answered' ? `what is ${stage}?` : `make ${stage}`
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
  const words = wordsOf('received')
  assert.deepEqual(await rows(`select from messages where body = $1`, [words]), [], 'it was not kept yet')
  assert.deepEqual(await rows(`select from tasks where input_text = $1`, [COMMENT]), [], 'it was not taken yet')
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
  const wrong: string[] = []
  for (const whose of STAGES) {
    const words = wordsOf(whose)
    const tasks: Ending[] =
      whose === 'commented'
        ? [
            { words, end: 'replaced' },
            { words: COMMENT, end: 'cancelled' },
          ]
        : [{ words, end: ENDS[whose] }]
    wrong.push(...(await wrongWith(stage, who(whose), { sent: sent.get(whose) ?? [], tasks })))
  }
  assert.deepEqual(wrong, [])
  const artifacts = await stage.rows<{ readonly kind: string; readonly count: string }>(
    `select kind, count(*) from artifacts where message_id is not null group by kind order by kind`,
  )
  assert.deepEqual(
    artifacts.map(({ kind, count }) => `${count} ${kind}`),
    ['2 file', '1 image_json', '1 voice_transcript'],
  )
  assert.deepEqual(await stage.rows(`select key, state from outbox where state <> 'settled'`), [])
}
