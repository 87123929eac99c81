import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { readInitData, readWidget } from './telegram-login.ts'

const TOKEN = '4711:a-token-of-a-bot'
const OTHER = '4712:a-token-of-another-bot'
const now = new Date('2026-03-02T09:00:00Z')
const seconds = String(now.getTime() / 1_000)
const user = JSON.stringify({ id: 99, first_name: 'Ada\u{1F680}', username: 'ada' })
const given = { query_id: 'AAH', user, auth_date: seconds, signature: 'of-a-third-party' }

function lines(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .toSorted()
    .join('\n')
}

function initData(fields: Readonly<Record<string, string>> = given, token = TOKEN): string {
  const key = createHmac('sha256', 'WebAppData').update(token).digest()
  const hash = createHmac('sha256', key).update(lines(fields)).digest('hex')
  return new URLSearchParams({ ...fields, hash }).toString()
}

function widget(fields: Readonly<Record<string, string>>, token = TOKEN) {
  const key = createHash('sha256').update(token).digest()
  return { ...fields, hash: createHmac('sha256', key).update(lines(fields)).digest('hex') }
}

test('what a Mini App of any of our bots says is believed for five minutes', () => {
  const login = readInitData(initData(), [OTHER, TOKEN], now)
  assert.equal(login?.userId, 'telegram:99')
  assert.equal(readInitData(initData(), [OTHER], now), null)
  assert.equal(readInitData(initData(), [], now), null)
  const at = (ms: number) => readInitData(initData(), [TOKEN], new Date(now.getTime() + ms))
  assert.notEqual(at(299_000), null)
  assert.equal(at(301_000), null)
  assert.equal(at(-60_000), null)
})

test('whatever is changed, added, doubled or left out is not believed', () => {
  const good = initData()
  const changed = [
    good.replace('99', '98'),
    `${good}&more=1`,
    `${good}&user=${encodeURIComponent(user)}`,
    `user=${encodeURIComponent(user.replace('99', '1'))}&${good}`,
    good.replace(/&hash=.*/, ''),
    good.replace(/hash=.{10}/, 'hash='),
    good.replace(/hash=./, 'hash=z'),
    good.replace('signature', 'sig'),
    '',
    '&&&===',
    'hash=',
    `hash=${'0'.repeat(64)}`,
  ]
  for (const data of changed) assert.equal(readInitData(data, [TOKEN], now), null, data)
  for (const bad of ['{', 'null', '[]', '{"id":"99"}', '{"id":-1}', '{"id":1e300}', '{"id":7,"is_bot":true}', '{}'])
    assert.equal(readInitData(initData({ ...given, user: bad }), [TOKEN], now), null, bad)
  for (const date of ['', 'x', '1e999', '-1', `${seconds}0`])
    assert.equal(readInitData(initData({ ...given, auth_date: date }), [TOKEN], now), null, date)
  const { auth_date: _, ...undated } = given
  assert.equal(readInitData(initData(undated), [TOKEN], now), null)
  // A line break in a value would let one signed text be read as another.
  assert.equal(readInitData(initData({ ...given, query_id: 'A\nuser={"id":1}' }), [TOKEN], now), null)
})

test('the login widget signs with another key, and neither passes for the other', () => {
  const fields = { id: '99', first_name: 'Ada', auth_date: seconds }
  assert.equal(readWidget(widget(fields), [OTHER, TOKEN], now)?.userId, 'telegram:99')
  assert.equal(readWidget({ ...widget(fields), id: 98 }, [TOKEN], now), null)
  assert.equal(readWidget(widget({ ...fields, auth_date: '1' }), [TOKEN], now), null)
  for (const id of ['', '0', '-5', '9'.repeat(17), '1e3'])
    assert.equal(readWidget(widget({ ...fields, id }), [TOKEN], now), null, id)
  assert.equal(readInitData(new URLSearchParams(widget(given)).toString(), [TOKEN], now), null)
  assert.equal(readWidget(Object.fromEntries(new URLSearchParams(initData())), [TOKEN], now), null)
})
