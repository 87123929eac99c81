// Hostile programs that go for processes: of the host, of other tasks, the runner that watches them, and their own end.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { SandboxGone } from '../../src/core/ports/sandbox.ts'
import { sharedSandbox, shell } from './attempt.ts'
import { prepareGround } from './ground.ts'

const ground = prepareGround()
const shared = sharedSandbox(ground)

/** Processes of this machine whose command line has `mark` in it, those waiting to be buried left out. */
function survivors(mark: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(mark)
      } catch {
        return false
      }
    })
}

async function untilGone(mark: string): Promise<number[]> {
  for (let round = 0; round < 100 && survivors(mark).length > 0; round += 1) await sleep(20)
  return survivors(mark)
}

/** A number of seconds that nobody else sleeps for. */
function unique(): string {
  return `9${process.pid}.${Math.trunc(performance.now() * 1000)}`
}

test('tries to see or kill processes of the host', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  const { stdout } = await shell(sandbox, 'cat /proc/[0-9]*/cmdline | tr "\\0" " "')
  assert.equal(stdout.includes(import.meta.filename), false)
  const pids = (await shell(sandbox, 'ls /proc | grep -E "^[0-9]+$" | wc -l')).stdout
  assert.ok(Number(pids) < 20)
  await shell(sandbox, `kill -9 ${process.pid} ${process.ppid}`)
})

test('tries to read the paths of the host from a command line', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  const { stdout } = await shell(sandbox, 'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ | tr "\\0" "\\n"')
  assert.equal(stdout.includes(ground.dataDir), false)
})

test('tries to kill the runner, which ends the sandbox and everything in it', async (t) => {
  const sandbox = await ground.open(t)
  if (sandbox === null) return
  const mark = unique()
  await assert.rejects(shell(sandbox, `setsid sleep ${mark} & sleep 0.1; kill -9 2; sleep ${mark}`), SandboxGone)
  assert.equal((await sandbox.ended).reason, 'crashed')
  assert.deepEqual(await untilGone(mark), [])
})

test('tries to stop the runner: the host does not wait for it', async (t) => {
  const sandbox = await ground.open(t)
  if (sandbox === null) return
  const mark = unique()
  await assert.rejects(shell(sandbox, `kill -STOP 2; sleep ${mark}`, 500), SandboxGone)
  assert.equal((await sandbox.ended).reason, 'crashed')
  assert.deepEqual(await untilGone(mark), [])
})

test('closing leaves no process, however deep it hides', async (t) => {
  const sandbox = await ground.open(t)
  if (sandbox === null) return
  const mark = unique()
  const hiding = shell(
    sandbox,
    `trap '' TERM HUP; for i in 1 2 3; do setsid sh -c "setsid sleep ${mark} & sleep ${mark}" & done; sleep ${mark}`,
  )
  const gone = assert.rejects(hiding, SandboxGone)
  while (survivors(mark).length < 7) await sleep(10)
  await sandbox.close()
  assert.deepEqual(survivors(mark), [])
  await gone
})

test('a killed bubblewrap leaves no survivors', async (t) => {
  if (!(await ground.isUsable(t))) return
  const before = new Set(survivors('bwrap'))
  const sandbox = await ground.open(t)
  if (sandbox === null) return
  const mark = unique()
  const gone = assert.rejects(shell(sandbox, `setsid sleep ${mark} & sleep ${mark}`), SandboxGone)
  while (survivors(mark).length < 2) await sleep(10)
  // The outermost of those that started since: the parent of the others.
  const outermost = Math.min(...survivors('bwrap').filter((pid) => !before.has(pid) && parentOf(pid) === process.pid))
  process.kill(outermost, 'SIGKILL')
  await gone
  assert.deepEqual(await untilGone(mark), [])
})

test('a killed host leaves no survivors', async (t) => {
  if (!(await ground.isUsable(t))) return
  const mark = unique()
  const host = spawn(process.execPath, ['--input-type=module', '-e', hostProgram(mark)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const exited = new Promise((resolve) => host.once('exit', resolve))
  t.after(() => host.kill('SIGKILL'))
  const sleepers = (): number[] => survivors(mark).filter((pid) => pid !== host.pid)
  while (sleepers().length < 3 && host.exitCode === null) await sleep(10)
  host.kill('SIGKILL')
  await exited
  assert.deepEqual(await untilGone(mark), [])
})

function hostProgram(mark: string): string {
  const provider = new URL('../../src/adapters/sandbox/bubblewrap-provider.ts', import.meta.url).href
  return `
const { createSandboxProvider } = await import(${JSON.stringify(provider)})
const silent = () => undefined
const provider = createSandboxProvider({ dataDir: ${JSON.stringify(ground.dataDir)}, log: silent, say: silent })
const sandbox = await provider.open('killed-host', { memoryBytes: ${512 * 1024 ** 2}, processes: 64, diskBytes: ${1024 ** 3} })
const script = 'setsid sleep ${mark} & sleep ${mark} & sleep ${mark}'
await sandbox.exec({ command: script, cwd: '.', env: {}, timeoutMs: 60000, maxOutputBytes: 1000 }, new AbortController().signal)
`
}

function parentOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[1])
  } catch {
    return 0
  }
}

test('a server that tries to get out long after it began to listen ends the sandbox as well', async (t) => {
  const sandbox = await ground.open(t)
  if (sandbox === null) return
  if ((await shell(sandbox, 'command -v python3')).exitCode !== 0) return t.skip('there is no python3 in /usr')
  // kexec_load, which nothing well-meant calls.
  const program = `
import ctypes, os, platform, socket, time
server = socket.create_server(('127.0.0.1', 7100))
while not os.path.exists('go'): time.sleep(0.02)
ctypes.CDLL(None).syscall(246 if platform.machine() == 'x86_64' else 104, 0, 0, 0, 0)
`
  await sandbox.writeFile('server.py', Buffer.from(program))
  const command = { command: 'python3 server.py', cwd: '.', env: {}, port: 7100, readyTimeoutMs: 20_000 }
  assert.equal((await sandbox.serve(command, new AbortController().signal)).type, 'listening')
  await sandbox.writeFile('go', Buffer.from(''))
  assert.equal((await sandbox.ended).reason, 'escape')
  return undefined
})
