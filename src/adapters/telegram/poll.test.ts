import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '../../core/ports/clock.ts'
import type { Inbox, InboxItem } from '../../core/ports/inbox.ts'
import type { BotId } from '../../core/vocabulary/place.ts'
import { createTelegramApi } from './api.ts'
import { poll, POLL_SETTINGS } from './poll.ts'
import type { PollObservation } from './poll.ts'
import { TransportError } from './transport.ts'

type Asked = { readonly offset?: number; readonly timeout: number; readonly allowed_updates: readonly string[] }
type Answer = object | 'lost' | 'silence'

/** Polls against answers given in their order, under a clock in which waiting takes no time. What a poll without an answer gets is 'stop'. */
async function polled(answers: readonly Answer[], add?: Inbox['add']) {
  const asked: Asked[] = []
  const pauses: number[] = []
  const stored: InboxItem[] = []
  const observed: PollObservation[] = []
  const stop = new AbortController()
  const api = createTelegramApi({
    token: '99:token',
    apiRoot: 'http://telegram.invalid',
    fetch: async (_, { body, signal }) => {
      assert.ok(typeof body === 'string')
      asked.push(JSON.parse(body) as Asked)
      const answer = answers[asked.length - 1]
      if (answer === undefined) stop.abort()
      if (answer === 'lost') throw new TransportError('the connection was reset', true, null)
      if (answer === undefined || answer === 'silence') {
        await new Promise<void>((resolve) => {
          if (signal.aborted) resolve()
          signal.addEventListener('abort', resolve)
        })
        throw new TransportError('no answer in time', true, null)
      }
      return { json: async () => answer }
    },
  })
  const clock: Clock = {
    now: () => new Date('2026-03-02T09:00:00Z'),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve()
        signal?.addEventListener('abort', () => resolve(), { once: true })
        // Either a pause, or the watch over a poll that is about to be asked.
        if (signal === stop.signal) pauses.push(ms)
        else if (answers[asked.length] !== 'silence') return
        setImmediate(resolve)
      }),
  }
  const end = await poll(
    {
      bot: '99' as BotId,
      api,
      clock,
      telemetry: { log: () => undefined, count: () => undefined, time: () => undefined },
      inbox: {
        add: async (items) => {
          await add?.(items)
          const fresh = items.filter(({ updateId }) => !stored.some((item) => item.updateId === updateId))
          stored.push(...fresh)
          return fresh
        },
        unfinished: async () => [],
        finish: async () => undefined,
        failed: async () => undefined,
        state: async () => ({ unfinished: 0, setAside: 0, lastUpdateId: null, lastReceivedAt: null }),
        prune: async () => 0,
      },
      onStored: () => undefined,
      observe: (one) => void observed.push(one),
      settings: POLL_SETTINGS,
    },
    stop.signal,
  )
  return { end, asked, pauses, observed, stored: stored.map(({ updateId }) => updateId) }
}

const updates = (...ids: number[]) => ({ ok: true, result: ids.map((id) => ({ update_id: id, poll: {} })) })
const refusal = (code: number, description: string, parameters = {}) => ({
  ok: false,
  error_code: code,
  description,
  parameters,
})

test('the offset follows what is stored, and is left out where there is nothing to confirm', async () => {
  const { asked, stored, end } = await polled([updates(5, 4), updates(6), updates(), updates(2)])
  assert.equal(end, 'stopped')
  assert.deepEqual(stored, [4, 5, 6, 2])
  assert.deepEqual(
    asked.map(({ offset }) => offset),
    [undefined, 6, 7, undefined, 3],
  )
  assert.ok(asked.every(({ allowed_updates: kinds }) => kinds.includes('stopped_message_generation')))
})

test('the first poll asks for what is there; later ones wait; after trouble it is as at first', async () => {
  const { asked } = await polled([updates(), updates(), 'lost', updates(), updates()])
  assert.deepEqual(
    asked.map(({ timeout }) => timeout),
    [0, 30, 30, 0, 30, 30],
  )
})

test('what could not be stored is asked for again', async () => {
  let fails = 2
  const { asked, stored, observed } = await polled([updates(1), updates(1), updates(1), updates()], async (items) => {
    if (fails-- > 0) throw new Error('the disk is full')
    return items
  })
  assert.deepEqual(stored, [1])
  assert.deepEqual(
    asked.map(({ offset }) => offset),
    [undefined, undefined, undefined, 2, undefined],
  )
  assert.ok(observed[0]?.type === 'failed' && observed[0].where === 'store')
})

test('a poll without an answer is cut and asked again', async () => {
  const { end, stored } = await polled(['silence', updates(1), 'silence', updates(2)])
  assert.deepEqual([end, stored], ['stopped', [1, 2]])
})

test('a wrong token ends it; words like those in other errors do not', async () => {
  assert.equal((await polled([refusal(401, 'Unauthorized')])).end, 'broken')
  assert.equal((await polled([refusal(404, 'Not Found')])).end, 'broken')
  const { end, stored } = await polled([refusal(500, 'Internal: 401 Unauthorized upstream'), updates(1)])
  assert.deepEqual([end, stored], ['stopped', [1]])
})

test('it waits as long as Telegram asks, longer with each failure, and rarely disturbs another program', async () => {
  const limited = await polled([refusal(429, 'Too Many Requests', { retry_after: 7 }), updates()])
  assert.deepEqual(limited.pauses, [7_000])
  const { pauses } = await polled(['lost', 'lost', 'lost', 'lost', 'lost', 'lost', 'lost', 'lost', updates()])
  assert.equal(pauses.length, 8)
  assert.ok((pauses[0] ?? 0) <= 500 && (pauses[5] ?? 0) > 5_000 && pauses.every((ms) => ms <= 30_000), pauses.join())
  const conflict = await polled([refusal(409, 'Conflict: terminated by other getUpdates request'), updates()])
  assert.ok((conflict.pauses[0] ?? 0) >= 5_000)
})

test('a server that holds nothing back is not asked without a pause', async () => {
  const { pauses, asked } = await polled([updates(), updates(), updates(7), updates(), updates()])
  assert.equal(asked.length, 6)
  assert.deepEqual(pauses, [1_000, 1_000, 1_000], 'the first asks for no holding back, and one brought something')
  const again = await polled([updates(1), updates(1), updates(1), updates(1)])
  assert.deepEqual(again.pauses, [1_000, 1_000, 1_000], 'one that does not hear what was confirmed')
})
