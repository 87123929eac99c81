import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BotId } from '../../core/vocabulary/place.ts'
import { webhookAddress, webhookUrl } from './webhook-address.ts'

test('each bot and each secret has a path and a token of its own, which stay the same', () => {
  const addresses = [
    webhookAddress('s', '1' as BotId),
    webhookAddress('s', '2' as BotId),
    webhookAddress('t', '1' as BotId),
  ]
  assert.equal(new Set(addresses.flatMap(({ opaque, secretToken }) => [opaque, secretToken])).size, 6)
  assert.deepEqual(webhookAddress('s', '1' as BotId), addresses[0])
})

test('both are made of what Telegram allows', () => {
  const address = webhookAddress('s', '1' as BotId)
  assert.match(address.secretToken, /^[\w-]{1,256}$/)
  assert.equal(webhookUrl('https://team.example.org/', address), `https://team.example.org/telegram/${address.opaque}`)
})
