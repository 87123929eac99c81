// The platform killed with SIGKILL between two writes that belong together: a task without its card, a request of which a part is not
// taken yet, a comment or a yes that is decided on and not carried out, an answer in the chat of which there is no record. What it
// finds again it finishes, once; over HTTP too, where the caller asks again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import type { SeenMessage } from '../../testkit/telegram/user/seen.ts'
import type { UserClient } from '../../testkit/telegram/user/user-client.ts'
import { answered, openScriptedStage, requestIn, routed, settled, until } from '../e2e/scripted-stage.ts'
import type { ScriptedStage } from '../e2e/scripted-stage.ts'
import { freePort } from '../support/free-port.ts'
import { withoutPostgres } from '../support/postgres.ts'
import { openGates } from './held.ts'
import type { Gates } from './held.ts'
import { isProposal, wrongWith } from './said-once.ts'
import type { Ending } from './said-once.ts'

const PEOPLE = ['unrecorded', 'uncarded', 'splitting', 'deciding', 'typing', 'tapping'] as const
type Name = (typeof PEOPLE)[number]
const PATIENT = { within: 40_000 } as const
const PART = 'make what was split off'
const COMMENT = 'make decided again'
const OVER_HTTP = 'make over http'

test('killed between writes that belong together', { skip: withoutPostgres, timeout: 180_000 }, async (t) => {
  const port = await freePort()
  const stage = await openScriptedStage(t, {
    people: PEOPLE,
    environment: { WORKER_LEASE_SECONDS: '5', HTTP_PORT: String(port) },
    respond: (asked, request) => {
      const words = requestIn(request)
      if (asked !== 'route') return answered(asked, request)
      const { object } = routed(words) as { readonly object: object }
      return { object: { ...object, others: words === wordsOf('splitting') ? [PART] : [] } }
    },
  })
  const gates = await openGates(stage)
  const crowd = crowdOf(stage)
  await stage.up()
  await betweenTakingAndShowing(stage, crowd, gates, `http://127.0.0.1:${port}`)
  await betweenDecidingAndDoing(stage, crowd, gates)

  const wanted: Readonly<Record<Name, readonly Ending[]>> = {
    unrecorded: [],
    uncarded: [{ words: wordsOf('uncarded'), end: 'cancelled' }],
    splitting: [
      { words: wordsOf('splitting'), end: 'cancelled' },
      { words: PART, end: 'cancelled' },
    ],
    deciding: [
      { words: wordsOf('deciding'), end: 'replaced' },
      { words: COMMENT, end: 'cancelled' },
    ],
    typing: [{ words: wordsOf('typing'), end: 'done' }],
    tapping: [{ words: wordsOf('tapping'), end: 'done' }],
  }
  const wrong = await Promise.all(
    PEOPLE.map((name) => wrongWith(stage, crowd.who(name), { sent: crowd.sent(name), tasks: wanted[name] })),
  )
  assert.deepEqual(wrong.flat(), [])
  assert.deepEqual(await stage.rows(`select key, state from outbox where state <> 'settled'`), [])
})

function wordsOf(name: Name): string {
  return `make ${name}`
}

type Crowd = {
  readonly who: (name: Name) => UserClient
  readonly sent: (name: Name) => readonly number[]
  readonly say: (name: Name, words?: string) => Promise<SeenMessage>
  readonly proposal: (name: Name, words?: string) => Promise<SeenMessage>
}

function crowdOf({ people, bot }: ScriptedStage): Crowd {
  const sent = new Map<Name, number[]>(PEOPLE.map((name) => [name, []]))
  const who = (name: Name): UserClient => {
    const person = people[PEOPLE.indexOf(name)]
    if (person === undefined) throw new Error(`There is no ${name}.`)
    return person
  }
  return {
    who,
    sent: (name) => sent.get(name) ?? [],
    say: async (name, words = wordsOf(name)) => {
      const message = await who(name).send(words, { to: bot })
      sent.get(name)?.push(message.id)
      return message
    },
    proposal: (name, words = wordsOf(name)) =>
      who(name).expectReply({ to: bot, where: ({ text }) => isProposal(text, words), ...PATIENT }),
  }
}

async function betweenTakingAndShowing(
  stage: ScriptedStage,
  { who, say, proposal }: Crowd,
  gates: Gates,
  url: string,
): Promise<void> {
  const { bot, rows, place } = stage
  const headers = {
    authorization: `Bearer ${(await place.run('token', 'issue')).stdout.trim()}`,
    'content-type': 'application/json',
  }
  const post = async (path: string, body: object): Promise<unknown> => {
    const answer = await fetch(new URL(path, url), { method: 'POST', headers, body: JSON.stringify(body) })
    assert.ok(answer.ok, `${answer.status}`)
    return answer.json()
  }
  const { id } = z.object({ id: z.string() }).parse(await post('/v1/threads', {}))
  const say1 = () => post(`/v1/threads/${id}/messages`, { text: OVER_HTTP, external_id: 'the-first' })

  await gates.shut('messages', `new.role = 'assistant' and new.external_id like 'note:${who('unrecorded').id}/%'`)
  await gates.shut('cards', `new.chat = '${who('uncarded').id}'`)
  await gates.shut('tasks', `new.input_text in ('${PART}', '${OVER_HTTP}')`)
  await say('unrecorded', '/help')
  await who('unrecorded').expectReply({ to: bot, ...PATIENT })
  await gates.reached(1)
  await say('uncarded')
  await gates.reached(2)
  await say('splitting')
  await gates.reached(3)
  const asked = say1().then(
    () => 'answered',
    () => 'broken off',
  )
  await until('it is heard', async () => (await rows(`select from messages where body = $1`, [OVER_HTTP])).length === 1)
  await until('the update with the command is handled', async () => {
    const open = await rows(`select from inbox where state = 'open' and raw::text like '%/help%'`)
    return open.length === 0
  })
  await stage.kill()
  await gates.lift()
  assert.equal(await asked, 'broken off')
  assert.deepEqual(await rows(`select from tasks where input_text in ($1, $2)`, [PART, OVER_HTTP]), [])
  await stage.up()

  const again = await Promise.all([say1(), say1()])
  const [first, second] = again.map((one) => z.object({ task: z.object({ id: z.string() }) }).parse(one).task.id)
  assert.equal(first, second)
  await until('it asks', async () => {
    const found = await rows<{ readonly status: string }>(`select status from tasks where id = $1`, [first])
    return found[0]?.status === 'needs_approval'
  })
  await post(`/v1/threads/${id}/messages`, { text: 'no', external_id: 'the-second' })
  const ended = await rows<{ readonly status: string; readonly count: string }>(
    `select status, count(*) over () from tasks where input_text = $1`,
    [OVER_HTTP],
  )
  assert.deepEqual(ended, [{ status: 'aborted', count: '1' }])
  const told = await rows<{ readonly body: string }>(
    `select body from messages where thread_id = $1 order by created_at, id`,
    [id],
  )
  assert.deepEqual(
    told.map(({ body }) => body.split('\n')[0]),
    [
      '/new',
      OVER_HTTP,
      `Understood: A file is wanted (${OVER_HTTP}).`,
      'no',
      'It was stopped: The approval was rejected.',
    ],
  )

  await who('uncarded').tap(await proposal('uncarded'), 'Cancel')
  await who('splitting').tap(await proposal('splitting'), 'Cancel')
  await who('splitting').tap(await proposal('splitting', PART), 'Cancel')
  await settled(stage)
}

async function betweenDecidingAndDoing(stage: ScriptedStage, crowd: Crowd, gates: Gates): Promise<void> {
  const { rows } = stage
  const { who, say, proposal } = crowd
  const said = ['deciding', 'typing', 'tapping'] as const
  await Promise.all(said.map((name) => say(name)))
  const [, , tapped] = await Promise.all(said.map((name) => proposal(name)))
  assert.ok(tapped !== undefined)
  await settled(stage)

  await gates.shut('outbox', `new.key like 'tap:%' and new.chat = '${who('tapping').id}'`)
  const outcome = who('tapping').tap(tapped, 'OK', { within: 60_000 })
  await gates.reached(1)
  await until('it counts', async () => {
    const found = await rows<{ readonly status: string }>(
      `select approval ->> 'status' as status from tasks where input_text = $1`,
      [wordsOf('tapping')],
    )
    return found[0]?.status === 'approved'
  })
  await gates.shut('task_events', `new.type = 'approval.resolved'`)
  await Promise.all([say('deciding', COMMENT), say('typing', 'yes')])
  await until('both are heard', async () => {
    const heard = await rows(`select from messages where body in ($1, 'yes') and role = 'user'`, [COMMENT])
    return heard.length === 2
  })
  await gates.reached(2)
  await stage.kill()
  await gates.lift()
  const open = await rows<{ readonly status: string }>(
    `select status from tasks where input_text in ($1, $2) order by input_text`,
    [wordsOf('deciding'), wordsOf('typing')],
  )
  assert.deepEqual(
    open.map(({ status }) => status),
    ['needs_approval', 'needs_approval'],
  )
  await stage.up()
  assert.deepEqual(await outcome, { type: 'answered', text: 'OK, I start.', alert: false })
  await who('deciding').tap(await proposal('deciding', COMMENT), 'Cancel')
  await settled(stage)
}
