import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTelegramAnswer, telegramSignInUrl } from './telegram-login.ts'

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

test('what a Mini App is given is passed on exactly as it was signed', () => {
  const initData = 'user=%7B%22id%22%3A1%7D&auth_date=1&hash=ab'
  const hash = `#tgWebAppData=${encodeURIComponent(initData)}&tgWebAppVersion=8.0&tgWebAppPlatform=ios`
  assert.deepEqual(readTelegramAnswer(hash), { type: 'proof', proof: { init_data: initData } })
})

test('the answer of the sign-in page, with names in any alphabet', () => {
  const widget = { id: 1, first_name: 'Žofie ✓??>', auth_date: 1, hash: 'ab' }
  assert.deepEqual(readTelegramAnswer(`#tgAuthResult=${encode(widget)}`), { type: 'proof', proof: { widget } })
  const padded = Buffer.from(JSON.stringify(widget)).toString('base64')
  assert.deepEqual(readTelegramAnswer(`#tgAuthResult=${padded}`), { type: 'proof', proof: { widget } })
})

test('a no, and what is no answer of Telegram’s', () => {
  for (const hash of [`#tgAuthResult=${encode(false)}`, '#tgAuthResult=', '#tgAuthResult=%%%', '#tgAuthResult=bnVsbA'])
    assert.deepEqual(readTelegramAnswer(hash), { type: 'declined' })
  for (const hash of ['', '#/', '#/task/tgAuthResult', '#tgWebAppData=', '#/control/audit'])
    assert.equal(readTelegramAnswer(hash), null)
})

test('the way there names the bot and the way back', () => {
  const url = new URL(telegramSignInUrl('4711', 'https://factotum.example'))
  assert.equal(url.origin, 'https://oauth.telegram.org')
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    bot_id: '4711',
    origin: 'https://factotum.example',
    embed: '0',
    request_access: 'write',
    return_to: 'https://factotum.example/',
  })
})
