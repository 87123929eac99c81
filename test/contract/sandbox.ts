// What every sandbox promises. Each adapter's test calls this with its own way to open one on an empty workspace.
import assert from 'node:assert/strict'
import http from 'node:http'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { TestContext } from 'node:test'
import { SandboxGone } from '../../src/core/ports/sandbox.ts'
import type { CommandResult, Sandbox, SandboxCommand } from '../../src/core/ports/sandbox.ts'

/** Opens a sandbox that is closed after the test, or null after skipping the test with a reason. */
export type OpenSandbox = (t: TestContext) => Promise<Sandbox | null>

const never = new AbortController().signal

export function command(text: string, more: Partial<SandboxCommand> = {}): SandboxCommand {
  return { command: text, cwd: '.', env: {}, timeoutMs: 20_000, maxOutputBytes: 100_000, ...more }
}

/** `runsCommands` is false for a fake, whose commands are only scripted. */
export function sandboxContract(name: string, open: OpenSandbox, abilities: { readonly runsCommands: boolean }): void {
  const promise = (title: string, body: (sandbox: Sandbox) => Promise<void>): void => {
    test(`${name}: ${title}`, async (t) => {
      const sandbox = await open(t)
      if (sandbox !== null) await body(sandbox)
    })
  }
  filePromises(promise)
  endPromises(promise)
  if (!abilities.runsCommands) return
  commandPromises(promise)
  servePromises(promise)
}

type Promised = (title: string, body: (sandbox: Sandbox) => Promise<void>) => void

function filePromises(promise: Promised): void {
  promise('what is written is read back, byte for byte, also when it is large', async (sandbox) => {
    const bytes = new Uint8Array(1_500_000).map((_, index) => (index * 7 + (index >> 8)) % 256)
    assert.deepEqual(await sandbox.writeFile('deep/er/data.bin', bytes), { type: 'written' })
    const read = await sandbox.readFile('deep/er/data.bin', 2_000_000)
    assert.ok(read instanceof Uint8Array)
    assert.equal(Buffer.compare(read, bytes), 0)
  })
  promise('writing replaces the whole file', async (sandbox) => {
    await sandbox.writeFile('a.txt', Buffer.from('a long first text'))
    await sandbox.writeFile('a.txt', Buffer.from('short'))
    assert.equal(await textOf(sandbox, 'a.txt'), 'short')
    await sandbox.writeFile('a.txt', new Uint8Array())
    assert.equal(await textOf(sandbox, 'a.txt'), '')
  })
  promise('a file over the limit is refused, one of exactly the limit is read', async (sandbox) => {
    await sandbox.writeFile('ten', Buffer.from('0123456789'))
    assert.deepEqual(await sandbox.readFile('ten', 9), { type: 'refused', reason: 'too_large' })
    assert.ok((await sandbox.readFile('ten', 10)) instanceof Uint8Array)
  })
  promise('what is not there and what is no file are told apart', async (sandbox) => {
    await sandbox.writeFile('folder/file', Buffer.from('x'))
    assert.deepEqual(await sandbox.readFile('nothing', 10), { type: 'refused', reason: 'not_found' })
    assert.deepEqual(await sandbox.readFile('folder', 10), { type: 'refused', reason: 'not_a_file' })
    assert.deepEqual(await sandbox.writeFile('folder', Buffer.from('x')), { type: 'refused', reason: 'not_a_file' })
    assert.deepEqual(await sandbox.list('nothing', 10), { type: 'refused', reason: 'not_found' })
  })
  promise('paths that lead out of the workspace are refused', async (sandbox) => {
    const outside = { type: 'refused', reason: 'outside_workspace' }
    for (const path of ['../x', 'a/../../x', '/etc/passwd', 'a\0b']) {
      assert.deepEqual(await sandbox.readFile(path, 10), outside, path)
      assert.deepEqual(await sandbox.writeFile(path, Buffer.from('x')), outside, path)
      assert.deepEqual(await sandbox.list(path, 10), outside, path)
    }
  })
  promise('the list is depth-first, bounded, and leaves repositories and dependencies out', async (sandbox) => {
    for (const path of ['b.txt', 'a/inner/x', 'a/y', '.git/config', 'node_modules/m/index.js', 'a/node_modules/n.js']) {
      await sandbox.writeFile(path, Buffer.from('12'))
    }
    assert.deepEqual(await sandbox.list('.', 100), [
      { path: 'a', type: 'directory', bytes: 0 },
      { path: 'a/inner', type: 'directory', bytes: 0 },
      { path: 'a/inner/x', type: 'file', bytes: 2 },
      { path: 'a/y', type: 'file', bytes: 2 },
      { path: 'b.txt', type: 'file', bytes: 2 },
    ])
    assert.deepEqual(await sandbox.list('a/inner', 100), [{ path: 'a/inner/x', type: 'file', bytes: 2 }])
    assert.equal((await listed(sandbox, '.', 2)).length, 2)
  })
}

function endPromises(promise: Promised): void {
  promise('closing twice is closing once, and afterwards every call says that it is gone', async (sandbox) => {
    await Promise.all([sandbox.close(), sandbox.close()])
    assert.equal((await sandbox.ended).reason, 'closed')
    const gone = (error: unknown): boolean => error instanceof SandboxGone && error.end.reason === 'closed'
    await assert.rejects(sandbox.exec(command('true'), never), gone)
    await assert.rejects(sandbox.readFile('a', 1), gone)
    await assert.rejects(sandbox.writeFile('a', Buffer.from('x')), gone)
    await assert.rejects(sandbox.list('.', 1), gone)
    await assert.rejects(sandbox.openPort(8080), gone)
    await assert.rejects(
      sandbox.serve({ command: 'true', cwd: '.', env: {}, port: 8080, readyTimeoutMs: 100 }, never),
      gone,
    )
  })
  promise('a command that is aborted before it starts is not run', async (sandbox) => {
    const result = await sandbox.exec(command('touch ran'), AbortSignal.abort())
    assert.equal(result.exitCode, null)
    assert.deepEqual(await sandbox.readFile('ran', 10), { type: 'refused', reason: 'not_found' })
  })
}

function commandPromises(promise: Promised): void {
  promise('a command gives its exit code, its output and what it printed to stderr apart', async (sandbox) => {
    const result = await sandbox.exec(command('echo out; echo err >&2; exit 3'), never)
    assert.deepEqual(pick(result), { exitCode: 3, signal: null, timedOut: false, stdout: 'out\n', stderr: 'err\n' })
  })
  promise('a command that kills itself gives the signal', async (sandbox) => {
    const result = await sandbox.exec(command('kill -TERM $$'), never)
    assert.deepEqual([result.exitCode, result.signal], [null, 'SIGTERM'])
  })
  promise('a command runs in its folder, with its own variables, as nobody in particular', async (sandbox) => {
    await sandbox.writeFile('sub/x', Buffer.from(''))
    const result = await sandbox.exec(
      command('pwd; echo "$GREETING"; id -u; echo $HOME', { cwd: 'sub', env: { GREETING: 'hi there' } }),
      never,
    )
    assert.equal(result.stdout, '/workspace/sub\nhi there\n1000\n/home/user\n')
  })
  promise('a folder that is not there, or lies outside, is the failure of the command', async (sandbox) => {
    for (const cwd of ['missing', '../..', '/etc']) {
      const result = await sandbox.exec(command('true', { cwd }), never)
      assert.notEqual(result.exitCode, 0, cwd)
      assert.notEqual(result.stderr, '', cwd)
    }
  })
  promise('a command over its time is killed, with everything that it started', async (sandbox) => {
    const started = `sh -c 'setsid sleep 61 & sleep 62 & exec sleep 63'`
    const result = await sandbox.exec(command(started, { timeoutMs: 300 }), never)
    assert.deepEqual([result.exitCode, result.timedOut], [null, true])
    await assertNobodySleeps(sandbox)
  })
  promise('aborting kills the command and keeps what it printed', async (sandbox) => {
    const controller = new AbortController()
    const result = await sandbox.exec(command('echo begun; sleep 60'), controller.signal, () => controller.abort())
    assert.deepEqual([result.exitCode, result.timedOut, result.stdout], [null, false, 'begun\n'])
    await assertNobodySleeps(sandbox)
  })
  promise('output comes as it is printed, in whole characters', async (sandbox) => {
    const texts: string[] = []
    const script = `printf 'caf\\303'; sleep 0.2; printf '\\251 one\\n'; echo two >&2`
    const result = await sandbox.exec(command(script), never, (text) => texts.push(text))
    assert.equal(result.stdout, 'café one\n')
    assert.equal(texts.join(''), 'café one\ntwo\n')
    assert.ok(texts.length > 1)
  })
  promise('of too much output the ends are kept and the rest is counted', async (sandbox) => {
    let live = 0
    const count = (text: string): void => void (live += Buffer.byteLength(text))
    const result = await sandbox.exec(
      command('echo first; yes 0123456789 | head -c 3000000; echo last', { maxOutputBytes: 10_000 }),
      never,
      count,
    )
    assert.ok(Buffer.byteLength(result.stdout) <= 10_000)
    assert.match(result.stdout, /^first\n/)
    assert.match(result.stdout, /last\n$/)
    const kept = Buffer.byteLength(result.stdout.replace(/\n\[… \d+ bytes left out …\]\n/, ''))
    assert.equal(kept + result.truncatedBytes, 'first\n'.length + 3_000_000 + 'last\n'.length)
    assert.ok(live <= 10_000)
  })
  promise('many commands run side by side, each with its own output', async (sandbox) => {
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, index) => sandbox.exec(command(`sleep 0.1; echo ${index}`), never)),
    )
    assert.deepEqual(
      results.map(({ stdout }) => stdout),
      results.map((_, index) => `${index}\n`),
    )
  })
  promise('files written by one are seen by the others', async (sandbox) => {
    await sandbox.writeFile('script.sh', Buffer.from('echo from a file > made.txt'))
    await sandbox.exec(command('sh script.sh'), never)
    assert.equal(await textOf(sandbox, 'made.txt'), 'from a file\n')
  })
  promise('closing ends commands that run, which say that the sandbox is gone', async (sandbox) => {
    const running = sandbox.exec(command('sleep 60'), never)
    const failed = assert.rejects(running, SandboxGone)
    await sandbox.close()
    await failed
  })
}

function servePromises(promise: Promised): void {
  promise(
    'a served process is reached through its socket, many times at once and to the last byte',
    async (sandbox) => {
      await sandbox.writeFile('server.js', Buffer.from(SERVER))
      const served = await sandbox.serve(serving('node server.js first', 4_000), never)
      assert.equal(served.type, 'listening')
      const socket = await sandbox.openPort(4_000)
      assert.equal(await sandbox.openPort(4_000), socket)
      const answers = await Promise.all(Array.from({ length: 25 }, (_, index) => post(socket, `hello ${index}`)))
      assert.deepEqual(
        answers,
        answers.map((_, index) => `first: hello ${index}`),
      )
      const large = 'x'.repeat(3_000_000)
      assert.equal(await post(socket, large), `first: ${large}`)
    },
  )
  promise('serving a port again replaces the process behind it', async (sandbox) => {
    await sandbox.writeFile('server.js', Buffer.from(SERVER))
    await sandbox.serve(serving('node server.js first', 4_100), never)
    const socket = await sandbox.openPort(4_100)
    const served = await sandbox.serve(serving('node server.js second', 4_100), never)
    assert.equal(served.type, 'listening')
    assert.equal(await post(socket, 'hi'), 'second: hi')
  })
  promise('a process that ends before it listens fails with its exit code and output', async (sandbox) => {
    const served = await sandbox.serve(serving('echo no luck; exit 4', 4_200), never)
    assert.ok(served.type === 'failed')
    assert.deepEqual([served.exitCode, served.output], [4, 'no luck\n'])
    assert.match(served.reason, /4200/)
  })
  promise('a process that never listens fails when its time is up, and is gone', async (sandbox) => {
    const served = await sandbox.serve({ ...serving('echo waiting; sleep 60', 4_300), readyTimeoutMs: 400 }, never)
    assert.ok(served.type === 'failed')
    assert.equal(served.output, 'waiting\n')
    await assertNobodySleeps(sandbox)
  })
  promise('waiting for a process to listen can be aborted', async (sandbox) => {
    const served = await sandbox.serve(serving('sleep 60', 4_400), AbortSignal.timeout(200))
    assert.equal(served.type, 'failed')
  })
  promise('a socket to a port that nobody listens on closes', async (sandbox) => {
    const socket = await sandbox.openPort(4_500)
    await assert.rejects(post(socket, 'anyone?'))
  })
}

const SERVER = `
require('node:http').createServer((request, response) => {
  response.write(process.argv[2] + ': ')
  request.pipe(response)
}).listen(Number(process.env.PORT))
`

function serving(text: string, port: number) {
  return { command: text, cwd: '.', env: { PORT: String(port) }, port, readyTimeoutMs: 20_000 }
}

/** Sends `body` through a unix socket and resolves with the answer. */
export function post(socketPath: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.request({ socketPath, method: 'POST', path: '/', agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (more: string) => (text += more))
      response.on('end', () => resolve(text))
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}

async function textOf(sandbox: Sandbox, path: string): Promise<string> {
  const read = await sandbox.readFile(path, 1_000_000)
  assert.ok(read instanceof Uint8Array, JSON.stringify(read))
  return Buffer.from(read).toString('utf8')
}

async function listed(sandbox: Sandbox, path: string, limit: number) {
  const entries = await sandbox.list(path, limit)
  assert.ok(!('type' in entries))
  return entries
}

/** A killed process may take a moment to be buried, never longer. */
async function assertNobodySleeps(sandbox: Sandbox): Promise<void> {
  const count = async (): Promise<string> => (await sandbox.exec(command('pgrep -c -x sleep'), never)).stdout
  for (let round = 0; round < 20 && (await count()) !== '0\n'; round += 1) await setTimeout(25)
  assert.equal(await count(), '0\n')
}

function pick({ exitCode, signal, timedOut, stdout, stderr }: CommandResult) {
  return { exitCode, signal, timedOut, stdout, stderr }
}
