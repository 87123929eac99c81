// The program as it is run: starts, says that it is well, stops when it is told to, and refuses to start without a token.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readConfig } from '../src/config.ts'
import { startFakeTelegram, TOKEN } from './fake-telegram.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

test('it runs until it is told to stop', async (t) => {
  const telegram = await startFakeTelegram()
  t.after(() => telegram.close())
  const PORT = String(await freePort())
  const settings = { TELEGRAM_BOT_TOKEN: TOKEN, TELEGRAM_API_ROOT: telegram.apiRoot, DATABASE_FILE: ':memory:', PORT }
  const bot = spawn(process.execPath, [MAIN], { env: { ...process.env, ...settings } })
  t.after(() => bot.kill('SIGKILL'))
  let output = ''
  for (const stream of [bot.stdout, bot.stderr]) stream.on('data', (part) => (output += String(part)))
  while (!output.includes('Listening as @test_bot')) {
    assert.equal(bot.exitCode, null, output)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const reply = telegram.next('sendMessage')
  telegram.write(7, '/start')
  assert.match(String((await reply)['text']), /\/add/)
  const health = await fetch(`http://127.0.0.1:${PORT}/healthz`)
  assert.equal(health.status, 200)
  bot.kill('SIGTERM')
  const [code] = await once(bot, 'exit')
  assert.equal(code, 0, output)
})

test('what is missing or wrong is said without showing it', () => {
  assert.throws(() => readConfig({}), /BotFather/)
  assert.throws(
    () => readConfig({ TELEGRAM_BOT_TOKEN: 'my secret' }),
    (error: Error) => !/my secret/.test(error.message),
  )
  assert.throws(() => readConfig({ TELEGRAM_BOT_TOKEN: TOKEN, PORT: 'x' }), /PORT/)
  assert.equal(readConfig({ TELEGRAM_BOT_TOKEN: TOKEN, TELEGRAM_API_ROOT: '' }).apiRoot, null)
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
