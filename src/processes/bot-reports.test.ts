import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Lease } from '../core/ports/leases.ts'
import type { WorkerId } from '../core/vocabulary/ids.ts'
import { botReports } from './bot-reports.ts'

const note = (state: string) => ({ username: 'our_bot', mode: 'poll', state, detail: '', last_update_at: null })
const lease = (name: string, holder: string, state: string, expired = false): Lease => ({
  name,
  holder: holder as WorkerId,
  expired,
  note: note(state),
})

async function statesOf(...leases: readonly Lease[]): Promise<readonly string[]> {
  const reports = await botReports({
    leases: { list: async (prefix) => leases.filter(({ name }) => name.startsWith(prefix)) },
    inbox: { state: async () => ({ unfinished: 0, setAside: 0, lastUpdateId: null, lastReceivedAt: null }) },
    outbox: { state: async () => ({ waiting: 0, ambiguous: 0, failed: 0, held: 0, oldestWaiting: null }) },
    isDead: (process) => process === 'gone',
  })
  return reports.map(({ bot, state }) => `${bot} ${state}`)
}

test('what a process said of its bot holds as long as its lease, and no longer than the process lives', async () => {
  assert.deepEqual(
    await statesOf(
      lease('telegram:1', 'here', 'connected'),
      lease('telegram:2', 'gone', 'connected'),
      lease('telegram:3', 'here', 'connected', true),
    ),
    ['1 connected', '2 unattended', '3 unattended'],
  )
})

test('trouble is told of a bot that nobody runs, while whoever has it is there', async () => {
  assert.deepEqual(await statesOf(lease('telegram-trouble:1', 'here', 'broken')), ['1 broken'])
  assert.deepEqual(await statesOf(lease('telegram-trouble:1', 'gone', 'broken')), [])
  const gone = lease('telegram:1', 'gone', 'connected')
  assert.deepEqual(await statesOf(gone, lease('telegram-trouble:1', 'here', 'broken')), ['1 broken'])
  const running = lease('telegram:1', 'here', 'connected')
  assert.deepEqual(await statesOf(running, lease('telegram-trouble:1', 'here', 'broken')), ['1 connected'])
})
