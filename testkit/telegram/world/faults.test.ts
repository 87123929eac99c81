import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFaults } from './faults.ts'
import { createRateLimits } from './rate-limit.ts'

const call = { bot: 1, method: 'sendMessage', chat: '7' }

test('a fault strikes matching calls only, after the ones it lets through, and then no more', () => {
  const faults = createFaults(() => undefined)
  const fault = faults.add({ kind: 'hang', method: 'SENDMESSAGE', chat: 7, bot: 1, after: 1, times: 2 })
  assert.equal(faults.strike({ ...call, chat: '8' }), undefined)
  assert.equal(faults.strike({ ...call, method: 'editMessageText' }), undefined)
  assert.equal(faults.strike({ ...call, bot: 2 }), undefined)
  const struck = [1, 2, 3, 4].map(() => faults.strike(call)?.kind)
  assert.deepEqual(struck, [undefined, 'hang', 'hang', undefined])
  assert.equal(fault.count, 2)
})

test('a fault without a method spares the polls, which can be named', () => {
  const faults = createFaults(() => undefined)
  const everywhere = faults.add({ kind: 'server_error' })
  assert.equal(faults.strike({ bot: 1, method: 'getUpdates' }), undefined)
  everywhere.remove()
  faults.add({ kind: 'unauthorized', method: 'getUpdates' })
  assert.equal(faults.strike({ bot: 1, method: 'getUpdates' })?.kind, 'unauthorized')
})

test('flood control: a burst per chat, then one a second; twenty a minute in a group; thirty a second in all', () => {
  let now = 0
  const limits = createRateLimits(() => now)
  assert.deepEqual(
    [1, 2, 3, 4].map(() => limits.take(call)),
    [0, 0, 0, 1],
  )
  now += 1000
  assert.deepEqual([limits.take(call), limits.take(call)], [0, 1])
  assert.equal(limits.take({ ...call, method: 'sendChatAction' }), 0)

  const group = { ...call, chat: '-5' }
  let sent = 0
  for (let second = 0; second < 30; second += 1) {
    now += 1000
    if (limits.take(group) === 0) sent += 1
  }
  assert.ok(sent >= 20 && sent < 30, `${sent} in half a minute`)

  now += 60_000
  const many = Array.from({ length: 31 }, (_, index) => limits.take({ ...call, chat: `${100 + index}` }))
  assert.deepEqual([many.filter((wait) => wait === 0).length, many.at(-1)], [30, 1])
})
