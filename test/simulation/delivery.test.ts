// What is promised of what people are told, over many simulated lives: an end arrives exactly once unless the service itself left it in
// doubt, and nothing stands twice.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveDelivery } from './delivery.ts'
import type { DeliveryLife } from './delivery.ts'

const LIVES = 150

test('an end is said exactly once, whatever crashes, unless its own answer was lost, and then the log says so', async () => {
  const seen = { settled: 0, ambiguous: 0 }
  for (let seed = 1; seed <= LIVES; seed += 1) {
    const life = await liveDelivery(seed)
    assert.ok(life.finished, `seed ${seed}: it did not come to its end`)
    assert.deepEqual(life.groundless, [], `seed ${seed}: given up, though nothing of it ever left`)
    for (const entry of life.entries) {
      const end = `${entry.key}: the end`
      const showing = showingText(life, end)
      const where = `seed ${seed}, ${entry.key}, ${entry.state}`
      if (entry.state === 'ambiguous') {
        const doubted = life.chats.doubts.has(end) || life.interrupted.has(`${entry.key}@${entry.version}`)
        assert.ok(doubted, `${where}: in doubt, though its answer came`)
        assert.ok(showing <= 1, `${where}: shown ${showing} times`)
        seen.ambiguous += 1
      } else {
        assert.equal(entry.state, 'settled', where)
        // Who deletes an end before we know that it arrived is told it once more.
        const deleted = life.chats.messages.filter((it) => it.deleted && it.texts.includes(end)).length
        assert.ok(showing >= 1 && showing - deleted <= 1, `${where}: shown ${showing} times, ${deleted} deleted`)
        seen.settled += 1
      }
    }
  }
  assert.ok(seen.settled > 0 && seen.ambiguous > 0, `both ways happen: ${JSON.stringify(seen)}`)
})

test('nothing stands twice but where a first sending was in doubt', async () => {
  for (let seed = 1; seed <= LIVES; seed += 1) {
    const life = await liveDelivery(seed)
    for (const { key } of life.entries) {
      const own = life.chats.messages.filter((message) => message.texts[0]?.startsWith(`${key}:`))
      const standing = own.filter((message) => !message.deleted)
      const doubted = own.some((message) => life.chats.doubts.has(message.texts[0] ?? ''))
      const cut = [...life.interrupted].some((it) => it.startsWith(`${key}@`))
      const allowed = doubted || cut ? 2 : 1
      assert.ok(standing.length <= allowed, `seed ${seed}: ${key} stands ${standing.length} times`)
    }
  }
})

/** How many messages ever said it. */
function showingText(life: DeliveryLife, text: string): number {
  return life.chats.messages.filter((message) => message.texts.includes(text)).length
}
