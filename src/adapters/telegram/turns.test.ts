import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BotId } from '../../core/vocabulary/place.ts'
import { createTurns } from './turns.ts'

test('a bot that asks for much waits for one that asks for little, and never are more at work than allowed', async () => {
  const turns = createTurns(2)
  const order: string[] = []
  let working = 0
  let most = 0
  async function work(bot: string): Promise<void> {
    const release = await turns.take(bot as BotId)
    order.push(bot)
    working += 1
    most = Math.max(most, working)
    await Promise.resolve()
    working -= 1
    release()
    release()
  }
  await Promise.all([...Array.from({ length: 8 }, () => work('busy')), work('quiet'), work('calm')])
  assert.equal(most, 2)
  assert.equal(order.length, 10)
  assert.ok(order.indexOf('quiet') <= 4 && order.indexOf('calm') <= 5, order.join(' '))
})
