import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { BotId } from '../../core/vocabulary/place.ts'
import { createTelegramApi } from './api.ts'
import { createTelegramChatFiles } from './chat-files.ts'
import { fileRef, parseFileRef } from './file-ref.ts'

const bot = '99' as BotId
const token = '99:verySecret'

/** Files of a Telegram that answers getFile so. What is downloaded leads nowhere. */
function filesAnswering(answer: object) {
  const api = createTelegramApi({
    token,
    apiRoot: 'http://telegram.invalid',
    fetch: async () => ({ json: async () => answer }),
  })
  return createTelegramChatFiles({
    account: (id) => (id === bot ? { api, token } : null),
    // No address of the network: it is refused before anything is sent.
    apiRoot: 'unknown-scheme://telegram.invalid',
    timeoutMs: 5_000,
    signal: new AbortController().signal,
  })
}

const found = (file: object) => filesAnswering({ ok: true, result: { file_id: 'F', file_unique_id: 'u', ...file } })

test('a file reference holds the id, and the size where it is known', () => {
  assert.deepEqual(parseFileRef(fileRef('AgAD-x_1', 12)), { fileId: 'AgAD-x_1', bytes: 12 })
  assert.deepEqual(parseFileRef(fileRef('AgAD', null)), { fileId: 'AgAD', bytes: null })
})

test('a path that leads out of the files is not followed', async () => {
  for (const path of ['../getMe', 'photos/../../x', '/etc/passwd', 'photos//x', 'a\\b', './x']) {
    await assert.rejects(found({ file_path: path }).fetch(bot, ':F'), /a path that is none/, path)
  }
})

test('too big, gone and unknown are told apart', async () => {
  assert.equal((await found({ file_size: 30_000_000, file_path: 'x' }).fetch(bot, ':F')).type, 'too_big')
  assert.equal((await found({}).fetch(bot, ':F')).type, 'gone')
  const refused = (description: string) => filesAnswering({ ok: false, error_code: 400, description }).fetch(bot, ':F')
  assert.equal((await refused('Bad Request: file is too big')).type, 'too_big')
  assert.equal((await refused('Bad Request: wrong file_id or the file is temporarily unavailable')).type, 'gone')
  await assert.rejects(found({}).fetch('1' as BotId, ':F'), /not run here/)
})

test('no error tells the token', async () => {
  const isSilent = (error: unknown) => {
    assert.ok(error instanceof Error)
    assert.ok(!`${error.message} ${error.stack} ${String(error.cause)}`.includes('verySecret'), error.message)
    return true
  }
  await assert.rejects(found({ file_path: 'photos/x.jpg' }).fetch(bot, ':F'), isSilent)
  await assert.rejects(filesAnswering({ ok: false, error_code: 500, description: 'x' }).fetch(bot, ':F'), isSilent)
})

test('downloads that hang end when the bots do, and never are more than a few held in memory', async (t) => {
  let asked = 0
  const server = createServer((request, response) => {
    asked += 1
    assert.equal(request.url, `/file/bot${token}/documents/a.txt`)
    response.writeHead(200).write('the beginning')
  }).listen(0, '127.0.0.1')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  const stopping = new AbortController()
  const answer = { ok: true, result: { file_id: 'F', file_unique_id: 'u', file_path: 'documents/a.txt' } }
  const api = createTelegramApi({
    token,
    apiRoot: 'http://telegram.invalid',
    fetch: async () => ({ json: async () => answer }),
  })
  const files = createTelegramChatFiles({
    account: () => ({ api, token }),
    apiRoot: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    timeoutMs: 60_000,
    signal: stopping.signal,
  })
  const fetched = Array.from({ length: 12 }, () => files.fetch(bot, fileRef('F', null)))
  const ended = Promise.allSettled(fetched)
  while (asked < 4) await once(server, 'request')
  stopping.abort()
  for (const result of await ended) {
    assert.ok(result.status === 'rejected' && !String(result.reason).includes('verySecret'))
  }
  assert.equal(asked, 4)
})
