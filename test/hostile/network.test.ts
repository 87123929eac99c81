// Hostile programs that go for other sandboxes. What goes for the host and the internet is in the table of attempts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedSandbox, shell } from './attempt.ts'
import { prepareGround } from './ground.ts'

const ground = prepareGround()
const shared = sharedSandbox(ground)

function connecting(to: string): string {
  return `node -e "require('net').connect(${to}).on('data', (d) => console.log(String(d))).on('error', (e) => { console.log(e.code); process.exit(1) }).setTimeout(3000, () => { console.log('SILENCE'); process.exit(1) })"`
}

test('two sandboxes at once: tries to reach a port of the other', async (t) => {
  const [first, second] = [await ground.open(t), await shared(t)]
  if (first === null || second === null) return
  const command = `node -e "require('net').createServer((s) => s.end('reached')).listen(7001)"`
  const served = await first.serve(
    { command, cwd: '.', env: {}, port: 7001, readyTimeoutMs: 20_000 },
    new AbortController().signal,
  )
  assert.equal(served.type, 'listening')
  assert.equal((await shell(second, connecting(`7001, '127.0.0.1'`))).stdout, 'ECONNREFUSED\n')
})
