// Updates that Telegram brings to us: only from Telegram, again after each "no" of ours, once whatever is repeated, and none lost when
// the way in is changed over.
import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { webhookAddress, webhookUrl } from '../../src/adapters/telegram/webhook-address.ts'
import type { BotId } from '../../src/core/vocabulary/place.ts'
import type { UserClient } from '../../testkit/telegram/user/user-client.ts'
import { freePort } from '../support/free-port.ts'
import { withoutPostgres } from '../support/postgres.ts'
import { answerTo, openFaultStage, saidBy, saying, until } from './telegram-fault-stage.ts'
import type { Bot, FaultStage } from './telegram-fault-stage.ts'

const SECRET = 'a secret of the operator'

test('updates brought by webhook', { skip: withoutPostgres, timeout: 200_000 }, async (t) => {
  const port = await freePort()
  const publicUrl = `http://127.0.0.1:${port}`
  const settings = { HTTP_PORT: String(port), PUBLIC_URL: publicUrl, TELEGRAM_WEBHOOK_SECRET: SECRET }
  const stage = await openFaultStage(t, { environment: settings })
  const { telegram, bots, somebody, up, query } = stage
  const [bot] = bots
  const address = webhookAddress(SECRET, String(bot.id) as BotId)
  const person = await somebody('Bea')
  const tasks = async () => (await query<{ input_text: string }>('select input_text from tasks')).length
  const bring = (path: string, headers: Readonly<Record<string, string>>, body: unknown) =>
    fetch(`${publicUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const message = (id: number, text: string) => ({
    update_id: id,
    message: {
      message_id: id,
      date: Math.floor(Date.now() / 1_000),
      chat: { id: person.id, type: 'private', first_name: 'Bea' },
      from: { id: person.id, is_bot: false, first_name: 'Bea' },
      text,
    },
  })
  const secretHeader = (secret: string) => ({ 'x-telegram-bot-api-secret-token': secret })
  await up()
  await asksAndIsAnswered(stage, person, 'first')

  await t.test('nobody else can bring anything', async () => {
    const forged = message(1, 'ask: forged')
    const { pathname } = new URL(webhookUrl(publicUrl, address))
    const statuses = [
      (await bring(pathname, {}, forged)).status,
      (await bring(pathname, secretHeader('wrong'), forged)).status,
      (await bring(pathname, secretHeader(`${address.secretToken}x`), forged)).status,
      (await bring('/telegram/somewhere', secretHeader(address.secretToken), forged)).status,
    ]
    assert.deepEqual(statuses, [401, 401, 401, 404])
    await asksAndIsAnswered(stage, person, 'second')
    assert.equal(await tasks(), 2)
  })

  await t.test('the disk is full: 503, and it is brought again', async () => {
    await query(`create function full_disk() returns trigger language plpgsql as
      $$ begin raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$`)
    await query('create trigger full_disk before insert on inbox for each statement execute function full_disk()')
    const { pathname } = new URL(webhookUrl(publicUrl, address))
    const refused = await bring(pathname, secretHeader(address.secretToken), message(2, 'ask: unkept'))
    assert.equal(refused.status, 503)
    assert.ok(Number(refused.headers.get('retry-after')) > 0)
    await person.send('ask: kept', { to: bot })
    await until('Telegram was told no', async () => {
      const info = await getWebhookInfo(stage, bot)
      return info.pending_update_count === 1 && /503/.test(info.last_error_message ?? '')
    })
    assert.equal(await tasks(), 2)
    await query('drop trigger full_disk on inbox')
    await answerTo(person, bot, 'kept')
    await assertEachOnce(stage, person, ['first', 'second', 'kept'])
  })

  await t.test('each is brought twice: each is done once', async () => {
    telegram.faults.duplicateUpdates = true
    for (const name of ['twice-1', 'twice-2', 'twice-3']) await asksAndIsAnswered(stage, person, name)
    telegram.faults.duplicateUpdates = false
    await assertEachOnce(stage, person, ['first', 'second', 'kept', 'twice-1', 'twice-2', 'twice-3'])
  })

  await t.test('a webhook that cannot be set at first is set in the end', async () => {
    const other = await fetch(`${telegram.url}/bot${bot.token}/deleteWebhook`, { method: 'POST' })
    assert.equal(other.status, 200)
    const info = telegram.faults.add({ kind: 'server_error', code: 500, method: 'getWebhookInfo', times: 2 })
    const set = telegram.faults.add({ kind: 'reset_before', method: 'setWebhook', times: 2 })
    await stage.end('SIGKILL')
    await up()
    await asksAndIsAnswered(stage, person, 'late')
    assert.deepEqual([info.count, set.count], [2, 2])
  })
})

test(
  'from polls to webhooks and back, with messages all the while',
  { skip: withoutPostgres, timeout: 200_000 },
  async (t) => {
    const port = await freePort()
    const stage = await openFaultStage(t, { environment: { HTTP_PORT: String(port) } })
    const { place, up, somebody, telegram, bots } = stage
    const [bot] = bots
    const person = await somebody('Bea')
    const file = join(place.folder, '.env')
    const webhooks = `PUBLIC_URL=http://127.0.0.1:${port}\nTELEGRAM_WEBHOOK_SECRET=${SECRET}\n`
    const names: string[] = []
    const ask = async () => {
      names.push(`change-${names.length}`)
      await person.send(`ask: ${names.at(-1)}`, { to: bot })
    }
    await up()
    // Once politely and once by force in each direction.
    for (const [signal, mode] of [
      ['SIGTERM', 'webhook'],
      ['SIGTERM', 'poll'],
      ['SIGKILL', 'webhook'],
      ['SIGKILL', 'poll'],
    ] as const) {
      await ask()
      const ended = stage.end(signal)
      await ask()
      await ended
      await ask()
      await (mode === 'webhook' ? writeFile(file, webhooks) : rm(file))
      const started = up()
      await ask()
      await started
      await ask()
      await answerTo(person, bot, names.at(-1) ?? '')
      assert.equal((await getWebhookInfo(stage, bot)).url === '', mode === 'poll')
    }
    for (const name of names) await answerTo(person, bot, name)
    await assertEachOnce(stage, person, names)
    assert.equal(telegram.world.queueOf(accountOf(stage, bot)).pending() <= 1, true)
  },
)

async function asksAndIsAnswered({ bots: [bot] }: FaultStage, person: UserClient, name: string): Promise<void> {
  await person.send(`ask: ${name}`, { to: bot })
  await answerTo(person, bot, name)
}

async function assertEachOnce(stage: FaultStage, person: UserClient, names: readonly string[]): Promise<void> {
  const { query, bots } = stage
  await until('all is said', async () => {
    return (await query(`select key from outbox where state in ('waiting', 'sending')`)).length === 0
  })
  const asked = await query<{ input_text: string }>('select input_text from tasks order by created_at, id')
  assert.deepEqual(
    asked.map(({ input_text }) => input_text),
    names.map((name) => `ask: ${name}`),
  )
  for (const name of names) {
    const answers = saying(saidBy(stage, bots[0], person), new RegExp(`The answer to ${name}\\.`))
    assert.equal(answers.length, 1, `${name}\n${person.transcript(bots[0])}`)
  }
}

type WebhookInfo = {
  readonly url: string
  readonly pending_update_count: number
  readonly last_error_message?: string
}

async function getWebhookInfo({ telegram }: FaultStage, bot: Bot): Promise<WebhookInfo> {
  const answer = await fetch(`${telegram.url}/bot${bot.token}/getWebhookInfo`)
  const { result } = (await answer.json()) as { readonly result: WebhookInfo }
  return result
}

function accountOf({ telegram }: FaultStage, bot: Bot) {
  const account = telegram.world.bots.get(bot.id)
  assert.ok(account !== undefined)
  return account
}
