// Hostile programs that go for the network: the internet, the host's own services, cloud metadata, raw packets.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { python, sharedSandbox, shell } from './attempt.ts'
import { prepareGround } from './ground.ts'

const ground = prepareGround()
const shared = sharedSandbox(ground)

/** A server of the host that must never be reached. */
async function hostServer(t: TestContext, listenOn: net.ListenOptions | string): Promise<net.Server> {
  const server = net.createServer((socket) => socket.end('reached'))
  await new Promise<void>((resolve) => server.listen(listenOn, resolve))
  t.after(() => server.close())
  return server
}

function connecting(to: string): string {
  return `node -e "require('net').connect(${to}).on('data', (d) => console.log(String(d))).on('error', (e) => { console.log(e.code); process.exit(1) }).setTimeout(3000, () => { console.log('SILENCE'); process.exit(1) })"`
}

test('tries to reach the internet, the cloud metadata address and a name', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  for (const to of [
    `80, '192.0.2.1'`,
    `80, '169.254.169.254'`,
    `80, '2001:db8::1'`,
    `80, 'example.com'`,
    `53, '127.0.0.53'`,
  ]) {
    const { exitCode, stdout } = await shell(sandbox, connecting(to))
    assert.equal(exitCode, 1, to)
    assert.match(stdout, /^(ENETUNREACH|EHOSTUNREACH|ECONNREFUSED|EAI_AGAIN|ENOTFOUND|EADDRNOTAVAIL)\n$/, to)
  }
  const interfaces = await shell(sandbox, 'cat /proc/net/dev | tail -n +3 | cut -d : -f 1 | tr -d " "')
  assert.equal(interfaces.stdout, 'lo\n')
})

test('tries to reach a server on the loopback address of the host', async (t) => {
  const server = await hostServer(t, { host: '127.0.0.1', port: 0 })
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const sandbox = await shared(t)
  if (sandbox === null) return
  const { stdout } = await shell(sandbox, connecting(`${address.port}, '127.0.0.1'`))
  assert.equal(stdout, 'ECONNREFUSED\n')
})

test('tries to reach a unix socket of the host, by name or in the abstract namespace', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'factotum-socket-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  await hostServer(t, join(folder, 'socket'))
  await hostServer(t, `\0factotum-hostile-${process.pid}`)
  const sandbox = await shared(t)
  if (sandbox === null) return
  assert.equal((await shell(sandbox, connecting(`'${folder}/socket'`))).stdout, 'ENOENT\n')
  assert.equal((await shell(sandbox, connecting(`'\\0factotum-hostile-${process.pid}'`))).stdout, 'ECONNREFUSED\n')
})

test('tries to open raw, packet, vsock, crypto, bluetooth and other kernel sockets', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  const open = (family: number, type: number, protocol = 0): string =>
    `attempt(lambda: socket.socket(${family}, ${type}, ${protocol}) and 'opened')`
  const ip = [open(2, 3, 1), open(10, 3, 58), open(2, 3, 255), open(2, 10, 3)]
  const others = [
    open(17, 3, 3),
    open(40, 1),
    open(38, 5),
    open(31, 3),
    open(15, 3, 2),
    open(44, 3),
    open(29, 3),
    open(30, 5),
  ]
  const result = await python(t, sandbox, [...ip, ...others].join('\n'))
  if (result === null) return
  assert.deepEqual(result.stdout.trim().split('\n'), [...ip.map(() => 'EPERM'), ...others.map(() => 'EAFNOSUPPORT')])
})

test('tries to listen to the kernel by netlink', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  const result = await python(
    t,
    sandbox,
    `for protocol in (2, 9, 12, 15, 16):\n    attempt(lambda: socket.socket(16, 3, protocol) and 'opened')`,
  )
  if (result !== null)
    assert.deepEqual(
      result.stdout.trim().split('\n'),
      Array.from({ length: 5 }, () => 'EPERM'),
    )
})

test('tries to change the network that it has', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  const program = `
import fcntl
s = socket.socket()
attempt(lambda: fcntl.ioctl(s, 0x8914, struct.pack('16sh', b'lo', 0)))
attempt(lambda: s.bind(('127.0.0.1', 80)) or 'bound')
`
  const result = await python(t, sandbox, program)
  if (result !== null) assert.match(result.stdout, /^EPERM\n(EACCES|bound)\n$/)
})

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
