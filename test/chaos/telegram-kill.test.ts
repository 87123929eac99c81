// The platform killed with SIGKILL at random moments while many people write to its bot and Telegram breaks down now and then: every
// message becomes exactly one task, every answer stands in its chat once, or at most once where the log says that this can't be
// known, and nobody's messages are taken in another order. `CHAOS_KILLS=100` for a long run, `CHAOS_MESSAGES`, `CHAOS_SEED`.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { UserClient } from '../../testkit/telegram/user/user-client.ts'
import { createRandom } from '../simulation/random.ts'
import type { Random } from '../simulation/random.ts'
import { withoutPostgres } from '../support/postgres.ts'
import { openTelegramArena, storedMessages, textsOf } from './telegram-arena.ts'
import type { TelegramArena } from './telegram-arena.ts'
import { startTrouble } from './telegram-trouble.ts'

const KILLS = Number(process.env['CHAOS_KILLS'] ?? 8)
const MESSAGES = Number(process.env['CHAOS_MESSAGES'] ?? 1_000)
const SEED = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000)
const QUESTION = 'What can you do?'
/** Of every answer of the offline model to that question, and of no progress on the way to it. */
const ANSWER = /working with the offline model: no model key is set/

test(
  `polling: ${KILLS} kills during ${MESSAGES} messages`,
  { skip: withoutPostgres, timeout: 200_000 + KILLS * 20_000 },
  (t) => chaos(t, { mode: 'poll', kills: KILLS, messages: MESSAGES, people: 50 }),
)

const FEWER = { kills: Math.ceil(KILLS / 3), messages: Math.ceil(MESSAGES / 5) }
test(
  `webhook: ${FEWER.kills} kills during ${FEWER.messages} messages`,
  { skip: withoutPostgres, timeout: 200_000 + KILLS * 20_000 },
  (t) => chaos(t, { mode: 'webhook', ...FEWER, people: 20 }),
)

/** What a phone rings for when long work is over; the answer is an edit. */
const isSound = (text: string) => text.includes(', see above: ')

type Run = {
  readonly mode: 'poll' | 'webhook'
  readonly kills: number
  readonly messages: number
  readonly people: number
}

async function chaos(t: TestContext, { mode, kills, messages, people }: Run): Promise<void> {
  t.diagnostic(`seed ${SEED}`)
  const random = createRandom(SEED)
  const arena = await openTelegramArena({ mode, people })
  let left: readonly string[] = []
  try {
    const { faults } = arena.telegram
    faults.duplicateUpdates = true
    // Telegram keeps the order of a webhook's chat; what is fetched together may come in any.
    faults.reorderUpdates = mode === 'poll'
    const trouble = startTrouble(arena.telegram, random.branch(), 100)
    await arena.up()
    const writing = write(arena, messages, random.branch())
    const killedAt = await killAgainAndAgain(arena, kills, random.branch())
    const sent = await writing
    await trouble.end()
    faults.duplicateUpdates = false
    await arena.quiet(170_000)
    t.diagnostic(`${trouble.struck()} faults struck`)
    await assertOneTaskEach(arena, sent)
    await assertAnswers(t, arena, sent, killedAt)
  } finally {
    left = await arena.leave()
  }
  assert.deepEqual(left, [])
}

type Sent = ReadonlyMap<UserClient, readonly number[]>

/** Everybody writes now and then, some several messages at a time. */
async function write({ people, bot }: TelegramArena, messages: number, random: Random): Promise<Sent> {
  const sent = new Map<UserClient, number[]>(people.map((person) => [person, []]))
  const everybody = people as readonly [UserClient, ...UserClient[]]
  for (let count = 0; count < messages;) {
    const person = random.pick(everybody)
    const several = Math.min(messages - count, random.chance(0.2) ? random.between(2, 4) : 1)
    for (let one = 0; one < several; one += 1) {
      const { id } = await person.send(QUESTION, { to: bot })
      sent.get(person)?.push(id)
    }
    count += several
    await sleep(random.spread(20))
  }
  return sent
}

/** Returns when, in milliseconds of Telegram's clock. */
async function killAgainAndAgain(arena: TelegramArena, kills: number, random: Random): Promise<readonly number[]> {
  const killedAt: number[] = []
  // The one that the arena began with is the first victim.
  let victim = arena.running()
  for (let kill = 0; kill < kills; kill += 1) {
    await sleep(random.between(100, 4_000))
    victim.child.kill('SIGKILL')
    killedAt.push(arena.telegram.clock.now())
    await victim.ended
    victim = arena.begin()
    // Mostly while it works, now and then while it starts.
    if (random.chance(0.8)) await victim.said(/is listening/)
  }
  return killedAt
}

async function assertOneTaskEach(arena: TelegramArena, sent: Sent): Promise<void> {
  type Row = { readonly chat: string; readonly external_id: string; readonly tasks: string }
  const rows = await arena.rows<Row>(`
    select m.chat, m.external_id, count(t.id) as tasks
    from messages m left join tasks t on t.id = m.task_id
    where m.role = 'user' group by m.chat, m.external_id order by min(m.created_at), min(m.id::text)`)
  assert.deepEqual(
    rows.filter(({ tasks }) => tasks !== '1'),
    [],
    'each message has one task',
  )
  const [total] = await arena.rows<{ readonly all: string; readonly completed: string }>(
    `select count(*) as all, count(*) filter (where status = 'completed') as completed from tasks`,
  )
  const asked = [...sent.values()].flat().length
  assert.deepEqual(total, { all: String(asked), completed: String(asked) })
  for (const [person, ids] of sent) {
    const taken = rows.filter(({ chat }) => chat === `${arena.bot.id}/${person.id}/#0`)
    assert.deepEqual(
      taken.map(({ external_id }) => Number(external_id)),
      ids,
      `the messages of ${person.firstName} became tasks in their order`,
    )
  }
}

/** How long before its death a process may have asked for something whose answer it did not record. */
const UNRECORDED_MS = 5_000

async function assertAnswers(
  t: TestContext,
  arena: TelegramArena,
  sent: Sent,
  killedAt: readonly number[],
): Promise<void> {
  type Row = { readonly key: string; readonly chat: string; readonly request: string; readonly state: string }
  const cards = await arena.rows<Row>(`
    select o.key, c.chat, c.request, o.state from cards c
    join outbox o on o.bot = c.bot and o.key = 'task:' || c.task_id`)
  const entries = new Map(cards.map((card) => [`${card.chat}/${card.request}`, card]))
  const doubted = arena.doubted()
  const wrong: string[] = []
  const seen = { once: 0, doubtful: 0, lost: 0, strays: 0 }
  for (const [person, ids] of sent) {
    const stored = storedMessages(arena, person)
    for (const id of ids) {
      const entry = entries.get(`${person.id}/${id}`)
      const replies = stored.filter((message) => message.replyToId === id && !textsOf(message).some(isSound))
      const answers = replies.filter((message) => textsOf(message).some((text) => ANSWER.test(text)))
      const name = `${person.firstName} #${id} (${entry?.key ?? 'no card'}, ${entry?.state ?? '-'})`
      for (const message of answers) {
        if (message.deletedAt !== undefined) wrong.push(`${name}: its answer was deleted`)
        if (!ANSWER.test(textsOf(message).at(-1) ?? '')) wrong.push(`${name}: something was written over its answer`)
      }
      if (entry?.state === 'ambiguous') {
        seen.doubtful += 1
        if (answers.length === 0) seen.lost += 1
        if (answers.length > 1) wrong.push(`${name}: answered ${answers.length} times`)
        if (!doubted.has(entry.key)) wrong.push(`${name}: nobody was told of the doubt`)
      } else if (entry?.state !== 'settled' || answers.length !== 1) {
        wrong.push(`${name}: answered ${answers.length} times`)
      } else seen.once += 1
      // Where the first word of a card is in doubt, or its process died before it knew of it, its end comes as a new message
      // and the first stays behind.
      const strays = replies.filter((message) => !answers.includes(message))
      seen.strays += strays.length
      for (const { versions } of strays) {
        const at = versions[0]?.at ?? 0
        const orphaned = killedAt.some((death) => at <= death && at > death - UNRECORDED_MS)
        if (!orphaned && !(entry !== undefined && doubted.has(entry.key))) wrong.push(`${name}: a stray reply`)
      }
    }
  }
  t.diagnostic(JSON.stringify(seen))
  assert.deepEqual(wrong, [])
  // A reaction is given up after some tries: by then it is worth nothing.
  const other = await arena.rows<{ key: string; state: string; error: string }>(
    `select key, state, error from outbox where state not in ('settled', 'ambiguous') and key not like 'seen:%'`,
  )
  assert.deepEqual(other, [])
}
