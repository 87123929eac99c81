// Programs in a real sandbox that has a way out: what honest ones reach through it, and what hostile ones reach beside it.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createSandboxProvider } from '../../src/adapters/sandbox/bubblewrap-provider.ts'
import type { Sandbox, SandboxSecret } from '../../src/core/ports/sandbox.ts'
import type { EgressReport, EgressTarget, EgressVerdict } from '../../src/core/vocabulary/egress.ts'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'
import { ALLOWED, listening, secureServer, worldGate } from '../integration/egress-world.ts'
import type { Internet } from '../integration/egress-world.ts'
import { python, shell } from './attempt.ts'
import { LIMITS } from './ground.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'factotum-egress-ground-'))
after(() => rmSync(dataDir, { recursive: true, force: true }))
let tasks = 0

type Options = {
  readonly internet?: Internet
  readonly secrets?: readonly SandboxSecret[]
  readonly decide?: (target: EgressTarget) => EgressVerdict
}
type Place = { readonly sandbox: Sandbox; readonly reports: EgressReport[] }

const LISTED = (target: EgressTarget): EgressVerdict =>
  target.host.endsWith('.example') ? ALLOWED : { type: 'ask', rule: 'r.unlisted', why: 'It is not on the list.' }

/** A sandbox whose internet is `internet`; null after skipping the test where this machine has none. */
async function open(
  t: TestContext,
  { internet = {}, secrets = [], decide = LISTED }: Options = {},
): Promise<Place | null> {
  const egressGate = await worldGate(internet, [])
  const provider = createSandboxProvider({ dataDir, log: () => undefined, say: () => undefined, egressGate })
  const { level, findings } = await provider.probe()
  if (level !== 'L1') {
    t.skip(findings.find(({ ok }) => !ok)?.detail ?? 'this machine has no sandbox')
    return null
  }
  tasks += 1
  const reports: EgressReport[] = []
  const egress = { decide, report: (report: EgressReport) => void reports.push(report), secrets }
  const sandbox = await provider.open(`egress-${process.pid}-${tasks}` as TaskId, LIMITS, egress)
  t.after(() => sandbox.close())
  return { sandbox, reports }
}

async function has(sandbox: Sandbox, t: TestContext, program: string): Promise<boolean> {
  if ((await shell(sandbox, `command -v ${program}`)).exitCode === 0) return true
  t.skip(`there is no ${program} in /usr`)
  return false
}

const KEY: SandboxSecret = {
  name: 'API_KEY',
  placeholder: 'factotum_placeholder_0123456789',
  hosts: ['api.example'],
  valueFor: async () => 'the-value-itself',
}

test('curl, wget and git go through it, and say why something was refused', async (t) => {
  const place = await open(t, {
    internet: {
      80: await listening(
        t,
        http.createServer((request, response) => response.end(`at ${request.headers.host}`)),
      ),
    },
  })
  if (place === null || !(await has(place.sandbox, t, 'curl'))) return
  assert.equal((await shell(place.sandbox, 'curl -sS http://a.example/')).stdout, 'at a.example')
  assert.match(
    (await shell(place.sandbox, 'curl -sS http://b.invalid/')).stdout,
    /rule r\.unlisted.*A person may allow it for this task/,
  )
  assert.match((await shell(place.sandbox, 'curl -sS https://b.invalid/')).stderr, /403/)
  assert.deepEqual(
    place.reports.map(({ host, port, verdict }) => [host, port, verdict]),
    [
      ['a.example', 80, 'allow'],
      ['b.invalid', 80, 'ask'],
      ['b.invalid', 443, 'ask'],
    ],
  )
  if ((await shell(place.sandbox, 'command -v git')).exitCode === 0) {
    await shell(place.sandbox, 'git ls-remote http://git.example/x')
    assert.equal(place.reports.at(-1)?.host, 'git.example')
  }
})

test('node and npm go through it without being told to', async (t) => {
  const server = http.createServer((request, response) => {
    const url = request.url ?? ''
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({
        name: 'tiny',
        url,
        'dist-tags': { latest: '1.2.3' },
        versions: { '1.2.3': { name: 'tiny', version: '1.2.3', dist: {} } },
      }),
    )
  })
  const place = await open(t, { internet: { 80: await listening(t, server) } })
  if (place === null) return
  const fetched = `node -e "fetch('http://a.example/f').then((r) => r.json()).then((j) => console.log(j.url))"`
  assert.equal((await shell(place.sandbox, fetched)).stdout, '/f\n')
  const got = `node -e "require('http').get('http://a.example/g', (r) => console.log(r.statusCode))"`
  assert.equal((await shell(place.sandbox, got)).stdout, '200\n')
  if (!(await has(place.sandbox, t, 'npm'))) return
  const { stdout, stderr } = await shell(place.sandbox, 'npm --registry http://registry.example/ view tiny version')
  assert.equal(stdout.trim(), '1.2.3', stderr)
})

test('python goes through it', async (t) => {
  const place = await open(t, {
    internet: {
      80: await listening(
        t,
        http.createServer((_, response) => response.end('fine')),
      ),
    },
  })
  if (place === null) return
  const program = `import urllib.request\nprint(urllib.request.urlopen('http://a.example/').read().decode())\ntry:\n    urllib.request.urlopen('https://b.invalid/')\nexcept OSError as error:\n    print(error)`
  const result = await python(t, place.sandbox, program)
  if (result !== null) assert.match(result.stdout, /^fine\n.*Forbidden.*b\.invalid/)
})

test('a secret is used by curl, node and python over TLS that they verify, and is nowhere to be found', async (t) => {
  const keys: (string | undefined)[] = []
  const server = await secureServer(t, (request, response) => {
    keys.push(request.headers.authorization)
    response.end(`you said ${request.headers.authorization}`)
  })
  const place = await open(t, { internet: { 443: server }, secrets: [KEY] })
  if (place === null) return
  const { sandbox } = place
  assert.equal((await shell(sandbox, 'echo $API_KEY')).stdout, `${KEY.placeholder}\n`)
  const said = `you said Bearer ${KEY.placeholder}`
  const fetched = `node -e "fetch('https://api.example/', { headers: { authorization: 'Bearer ' + process.env.API_KEY } }).then((r) => r.text()).then(console.log)"`
  const inNode = await shell(sandbox, fetched)
  assert.equal(inNode.stdout, `${said}\n`, inNode.stderr)
  if ((await shell(sandbox, 'command -v curl')).exitCode === 0) {
    const inCurl = await shell(sandbox, 'curl -sS -H "Authorization: Bearer $API_KEY" https://api.example/')
    assert.equal(inCurl.stdout, said, inCurl.stderr)
  }
  const program = `import urllib.request\nrequest = urllib.request.Request('https://api.example/', headers={'Authorization': 'Bearer ' + os.environ['API_KEY']})\nprint(urllib.request.urlopen(request).read().decode())`
  const inPython = await python(t, sandbox, program)
  if (inPython !== null) assert.equal(inPython.stdout, `${said}\n`, inPython.stderr)
  assert.ok(keys.length > 0 && keys.every((one) => one === 'Bearer the-value-itself'))
  const search =
    "grep -rl 'the-value-[i]tself' /proc/[0-9]*/environ /proc/[0-9]*/cmdline /opt/factotum/*.pem /tmp /run /workspace /etc 2>/dev/null"
  assert.equal((await shell(sandbox, search)).stdout, '')
  assert.doesNotMatch((await shell(sandbox, 'cat /opt/factotum/certificates.pem')).stdout, /PRIVATE KEY/)
  assert.notEqual((await shell(sandbox, 'echo x >> /opt/factotum/certificates.pem')).exitCode, 0)
})

test('what a command says of its own variables comes first', async (t) => {
  const place = await open(t, { secrets: [KEY] })
  if (place === null) return
  const own = {
    command: 'echo $HTTPS_PROXY $API_KEY $NODE_EXTRA_CA_CERTS',
    cwd: '.',
    timeoutMs: 5_000,
    maxOutputBytes: 1_000,
  }
  const { stdout } = await place.sandbox.exec(
    { ...own, env: { HTTPS_PROXY: 'mine', API_KEY: 'own' } },
    new AbortController().signal,
  )
  assert.equal(stdout, 'mine own /opt/factotum/certificates.pem\n')
})

test('beside the proxy there is still no network at all', async (t) => {
  const place = await open(t)
  if (place === null) return
  const { sandbox, reports } = place
  const connecting = (to: string): string =>
    `node -e "require('net').connect(${to}).on('connect', () => console.log('CONNECTED')).on('error', (e) => console.log(e.code))"`
  for (const to of [
    `80, '192.0.2.1'`,
    `443, '2001:db8::1'`,
    `80, '169.254.169.254'`,
    `80, 'a.example'`,
    `53, '127.0.0.53'`,
    `22, '127.0.0.1'`,
  ]) {
    assert.doesNotMatch((await shell(sandbox, connecting(to))).stdout, /CONNECTED/, to)
  }
  const udp = `node -e "const s = require('dgram').createSocket('udp4'); s.send('x', 53, '192.0.2.1', (e) => { console.log(e ? e.code : 'SENT'); s.close() })"`
  assert.doesNotMatch((await shell(sandbox, udp)).stdout, /SENT/)
  const dns = `node -e "require('dns').resolve4('a.example', (e) => console.log(e.code))"`
  assert.match((await shell(sandbox, dns)).stdout, /ECONNREFUSED|ENOTFOUND|ETIMEOUT|ESERVFAIL/)
  assert.equal((await shell(sandbox, 'tail -n +3 /proc/net/dev | cut -d : -f 1 | tr -d " "')).stdout, 'lo\n')
  assert.deepEqual(reports, [])
})

test('tries to take the proxy away, to put itself in its place, or to reach that of another sandbox', async (t) => {
  const server = await listening(
    t,
    http.createServer((_, response) => response.end('fine')),
  )
  const [one, two] = [await open(t, { internet: { 80: server } }), await open(t, { internet: { 80: server } })]
  if (one === null || two === null) return
  for (const attempt of [
    'rm -f /opt/factotum/egress',
    'mv /opt/factotum/egress /tmp/',
    'ln -sf /tmp/x /opt/factotum/egress',
    'chmod 777 /opt/factotum/egress',
    'touch /opt/factotum/new',
  ]) {
    assert.notEqual((await shell(one.sandbox, attempt)).exitCode, 0, attempt)
  }
  const bind = `node -e "require('net').createServer().on('error', (e) => console.log(e.code)).listen(3128, '127.0.0.1', () => console.log('LISTENS'))"`
  assert.equal((await shell(one.sandbox, bind)).stdout, 'EADDRINUSE\n')
  const served = await one.sandbox.serve(
    { command: 'sleep 9', cwd: '.', env: {}, port: 3128, readyTimeoutMs: 500 },
    new AbortController().signal,
  )
  assert.ok(served.type === 'failed')
  await assert.rejects(one.sandbox.openPort(3128), /3128/)
  // Directly over the socket it is the same proxy, and every sandbox has its own.
  const directly = `node -e "require('http').get({ socketPath: '/opt/factotum/egress', path: 'http://a.example/', headers: { host: 'a.example' } }, (r) => r.pipe(process.stdout))"`
  assert.equal((await shell(two.sandbox, directly)).stdout, 'fine')
  assert.deepEqual([one.reports.length, two.reports.length], [0, 1])
  const found = await shell(
    one.sandbox,
    'find / -xdev -type s 2>/dev/null; grep -c factotum-ports /proc/self/mountinfo /proc/net/unix',
  )
  assert.doesNotMatch(found.stdout, /egress-\d|ports-\d+-\w+\/\w/)
})

test('without a way out there is no proxy, no variable and no socket', async (t) => {
  const provider = createSandboxProvider({ dataDir, log: () => undefined, say: () => undefined })
  if ((await provider.probe()).level !== 'L1') return t.skip('this machine has no sandbox')
  tasks += 1
  const sandbox = await provider.open(`egress-${process.pid}-${tasks}` as TaskId, LIMITS)
  t.after(() => sandbox.close())
  assert.equal((await shell(sandbox, 'env | grep -i -c proxy')).stdout, '0\n')
  assert.equal((await shell(sandbox, 'ls /opt/factotum')).stdout, 'node\nrunner\n')
  const knock = `node -e "require('net').connect(3128, '127.0.0.1').on('error', (e) => console.log(e.code))"`
  assert.equal((await shell(sandbox, knock)).stdout, 'ECONNREFUSED\n')
})

test('when the sandbox ends its connections end, and its socket is gone', async (t) => {
  const sockets = new Set<net.Socket>()
  const server = await listening(
    t,
    net.createServer((socket) => void sockets.add(socket)),
  )
  const place = await open(t, { internet: { 22: server } })
  if (place === null) return
  const before = egressSockets()
  const stuck = `node -e "require('http').request({ host: '127.0.0.1', port: 3128, method: 'CONNECT', path: 'a.example:22' }).on('connect', () => setInterval(() => 0, 1000)).end()"`
  const running = assert.rejects(shell(place.sandbox, stuck), /gone/)
  while (sockets.size === 0) await sleep(5)
  await place.sandbox.close()
  await running
  for (const socket of sockets)
    if (!socket.destroyed) await new Promise((resolve) => socket.resume().once('close', resolve))
  assert.deepEqual(
    place.reports.map(({ host, verdict }) => [host, verdict]),
    [['a.example', 'allow']],
  )
  assert.ok(egressSockets() < before)
})

test('two hundred megabytes go through without being held in memory', async (t) => {
  const piece = Buffer.alloc(1024 * 1024, 'x')
  const server = http.createServer((_, response) => {
    let left = 200
    const more = (): void => {
      while (left > 0) {
        left -= 1
        if (!response.write(piece)) return void response.once('drain', more)
      }
      response.end()
    }
    more()
  })
  const place = await open(t, { internet: { 80: await listening(t, server) } })
  if (place === null || !(await has(place.sandbox, t, 'curl'))) return
  const before = process.memoryUsage.rss()
  const { stdout } = await shell(place.sandbox, 'curl -sS http://a.example/ | wc -c')
  assert.equal(stdout.trim(), String(200 * 1024 * 1024))
  assert.ok(process.memoryUsage.rss() - before < 150 * 1024 * 1024)
})

function egressSockets(): number {
  const folders = readdirSync(tmpdir()).filter((name) => name.startsWith(`factotum-ports-${process.pid}-`))
  return folders.filter((name) => existsSync(join(tmpdir(), name, 'egress'))).length
}
