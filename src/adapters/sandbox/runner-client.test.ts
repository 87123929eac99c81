import assert from 'node:assert/strict'
import { duplexPair } from 'node:stream'
import { test } from 'node:test'
import { createRunnerClient } from './runner-client.ts'

/** A client whose runner says whatever the test writes. */
function world() {
  const [host, runner] = duplexPair()
  const garbage: string[] = []
  const disk: number[] = []
  const client = createRunnerClient(
    host,
    (problem) => garbage.push(problem),
    (bytes) => disk.push(bytes),
    () => garbage.push('filtered'),
  )
  const say = async (text: string | Buffer): Promise<void> => {
    runner.write(text)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { client, runner, garbage, disk, say }
}

const list = { op: 'list', path: '.', limit: 10 } as const

test('an answer reaches who asked, in however many pieces it comes', async () => {
  const { client, say, garbage } = world()
  const asked = client.ask(list, (reply) => (reply.type === 'done' ? 'done' : undefined))
  await say('{"type":"entries","id":1,"en')
  await say('tries":[]}\n{"type":"do')
  await say('ne","id":1}\n')
  assert.equal(await asked, 'done')
  assert.deepEqual(garbage, [])
})

const FORGED = {
  'no JSON': 'hello\n',
  'an empty line': '\n',
  'an answer that nobody waits for': '{"type":"done","id":99}\n',
  'an unknown type': '{"type":"approve","id":1}\n',
  'a field too many': '{"type":"done","id":1,"also":true}\n',
  'an id that is no number': '{"type":"done","id":"1"}\n',
  'a negative size': '{"type":"disk","bytes":-1}\n',
  'an entry of a kind there is not': '{"type":"entries","id":1,"entries":[{"path":"x","type":"device","bytes":0}]}\n',
  'the answer to another question':
    '{"type":"exit","id":1,"exitCode":0,"signal":null,"timedOut":false,"stdoutBytes":0,"stderrBytes":0,"durationMs":1}\n',
  'a prototype': '{"__proto__":{"type":"done"},"id":1}\n',
}

for (const [what, line] of Object.entries(FORGED)) {
  test(`a forged message is garbage: ${what}`, async () => {
    const { client, say, garbage } = world()
    const asked = client.ask(list, (reply) => {
      if (reply.type === 'done' || reply.type === 'entries') return reply.type
      throw new TypeError(reply.type)
    })
    asked.catch(() => undefined)
    await say(line)
    assert.equal(garbage.length, 1)
  })
}

test('a line without an end is garbage before it fills the memory', async () => {
  const { say, garbage } = world()
  const piece = Buffer.alloc(64 * 1024, 'x')
  for (let sent = 0; sent < 20 && garbage.length === 0; sent += 1) await say(piece)
  assert.deepEqual(garbage, ['the runner sent a line that is too long'])
})

test('the size of the workspace comes unasked', async () => {
  const { say, disk } = world()
  await say('{"type":"disk","bytes":4096}\n')
  assert.deepEqual(disk, [4096])
})

test('a failure reaches everybody who waits and everybody who asks later', async () => {
  const { client } = world()
  const waiting = client.ask(list, () => undefined)
  client.fail(new Error('gone'))
  await assert.rejects(waiting, /gone/)
  await assert.rejects(
    client.ask(list, () => undefined),
    /gone/,
  )
  await assert.rejects(client.ready, /gone/)
})
