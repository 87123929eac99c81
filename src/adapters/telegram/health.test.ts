import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge } from './health.ts'
import type { BotSight } from './health.ts'

const now = new Date('2026-03-02T09:00:00Z')
const ago = (ms: number) => new Date(now.getTime() - ms)
const polling: BotSight = {
  mode: 'poll',
  phase: 'holding',
  holder: null,
  since: ago(3_600_000),
  answeredAt: ago(20_000),
  trouble: null,
  pollTimeoutMs: 30_000,
  webhook: null,
  lastUpdateAt: null,
}
const webhook = { at: ago(1_000), pending: 0, pendingBefore: 0, betweenMs: 60_000, lastErrorAt: null, lastError: '' }
const brought: BotSight = { ...polling, mode: 'webhook', webhook }

const stateOf = (sight: BotSight) => judge(sight, now).state

test('polls that return in time are hearing, though nobody has written for an hour', () => {
  assert.deepEqual(judge(polling, now), { state: 'connected', detail: '' })
})

test('no poll back for twice its time is deaf, though nothing failed', () => {
  assert.equal(stateOf({ ...polling, answeredAt: ago(60_000) }), 'connected')
  assert.equal(stateOf({ ...polling, answeredAt: ago(60_001) }), 'deaf')
  assert.equal(stateOf({ ...polling, answeredAt: null, since: ago(10_000) }), 'starting')
  assert.equal(stateOf({ ...polling, answeredAt: null, since: ago(70_000) }), 'deaf')
})

test('trouble is told apart, each with what to do', () => {
  const trouble = (type: 'conflict' | 'broken' | 'refused' | 'unreachable') =>
    judge({ ...polling, trouble: { where: 'telegram', failure: { type, reason: 'why' } } }, now)
  assert.deepEqual(
    (['conflict', 'broken', 'refused', 'unreachable'] as const).map((type) => trouble(type).state),
    ['conflict', 'broken', 'deaf', 'unreachable'],
  )
  assert.match(trouble('conflict').detail, /Another program .*why/)
  assert.match(trouble('broken').detail, /BotFather/)
  const limited = { where: 'telegram', failure: { type: 'slow_down', retryAfterMs: 4_200, reason: '' } } as const
  assert.equal(judge({ ...polling, trouble: limited }, now).detail, 'Telegram asks to wait for 5 s.')
  const store = { where: 'store', failure: { type: 'unreachable', reason: 'refused' } } as const
  assert.match(judge({ ...polling, trouble: store }, now).detail, /database/)
})

test('stopped, broken and elsewhere come before everything else', () => {
  const broken = { where: 'telegram', failure: { type: 'broken', reason: 'Unauthorized' } } as const
  assert.equal(stateOf({ ...polling, phase: 'stopped', trouble: broken }), 'stopped')
  assert.equal(stateOf({ ...polling, phase: 'starting', trouble: broken }), 'broken')
  const elsewhere = judge({ ...polling, phase: 'elsewhere', holder: 'host-1', answeredAt: null }, now)
  assert.deepEqual([elsewhere.state, elsewhere.detail.includes('host-1')], ['elsewhere', true])
})

test('a webhook with nothing left to bring hears, also after an error that is over', () => {
  assert.equal(stateOf(brought), 'connected')
  assert.equal(stateOf({ ...brought, webhook: { ...webhook, lastErrorAt: ago(5_000), lastError: 'x' } }), 'connected')
  assert.equal(stateOf({ ...brought, webhook: null }), 'starting')
})

test('a webhook is deaf when Telegram fails to bring what waits, or when ever more waits and nothing comes', () => {
  const failing = { ...webhook, pending: 3, lastErrorAt: ago(5_000), lastError: 'Connection refused' }
  assert.match(judge({ ...brought, webhook: failing }, now).detail, /3 updates \(Connection refused\)/)
  assert.equal(stateOf({ ...brought, webhook: failing, lastUpdateAt: ago(1_000) }), 'connected')
  const growing = { ...webhook, pending: 9, pendingBefore: 2 }
  assert.equal(stateOf({ ...brought, webhook: growing, lastUpdateAt: ago(120_000) }), 'deaf')
  assert.equal(stateOf({ ...brought, webhook: growing, lastUpdateAt: ago(30_000) }), 'connected')
})
