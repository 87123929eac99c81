// Hostile programs that take all there is: memory, processes, disk, time, descriptors, the host's attention.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { SandboxGone } from '../../src/core/ports/sandbox.ts'
import { command } from '../contract/sandbox.ts'
import { python, sharedSandbox, shell } from './attempt.ts'
import { prepareGround } from './ground.ts'

const ground = prepareGround()
const shared = sharedSandbox(ground)
const MEGABYTE = 1024 ** 2

test('tries to fill /tmp, /dev/shm, /run and its home', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  for (const folder of ['/tmp', '/dev/shm', '/run', '/home/user']) {
    const { exitCode, stderr } = await shell(
      sandbox,
      `head -c 600M /dev/zero > ${folder}/fill; status=$?; rm ${folder}/fill; exit $status`,
    )
    assert.notEqual(exitCode, 0, folder)
    assert.match(stderr, /No space left|Killed|Cannot allocate/, folder)
  }
  assert.equal((await shell(sandbox, 'echo fine')).stdout, 'fine\n')
})

test('tries to write a file over the limit of one file', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  const { exitCode } = await shell(sandbox, 'truncate -s 2G large')
  assert.notEqual(exitCode, 0)
})

test('tries to fill the disk through the workspace, which ends the sandbox', async (t) => {
  const sandbox = await ground.open(t, { diskBytes: 20 * MEGABYTE })
  if (sandbox === null) return
  const filling = shell(
    sandbox,
    'i=0; while [ $i -lt 100 ]; do head -c 4M /dev/urandom > file-$i; i=$((i+1)); sleep 0.1; done',
  )
  await assert.rejects(filling, (error: unknown) => error instanceof SandboxGone && error.end.reason === 'disk')
  assert.equal((await sandbox.ended).reason, 'disk')
})

test('tries to fill the disk in a folder that nobody may read', async (t) => {
  const sandbox = await ground.open(t, { diskBytes: 20 * MEGABYTE })
  if (sandbox === null) return
  const hiding = shell(sandbox, 'mkdir hidden; head -c 30M /dev/urandom > hidden/file; chmod 000 hidden; sleep 20')
  await assert.rejects(hiding, SandboxGone)
  assert.equal((await sandbox.ended).reason, 'disk')
})

test('tries a memory bomb: the command dies, the sandbox lives', async (t) => {
  const sandbox = await ground.open(t, { memoryBytes: 300 * MEGABYTE })
  if (sandbox === null) return
  const bomb = `node -e "const all = []; for (;;) all.push(Buffer.alloc(${8 * MEGABYTE}, 1))"`
  const result = await shell(sandbox, bomb)
  assert.notEqual(result.exitCode, 0)
  assert.equal(result.timedOut, false)
  assert.equal((await shell(sandbox, 'echo fine')).stdout, 'fine\n')
})

test('tries a fork bomb', async (t) => {
  const sandbox = await ground.open(t, { processes: 64 })
  if (sandbox === null) return
  const result = await shell(sandbox, 'bomb() { bomb | bomb & }; bomb; sleep 30', 2_000)
  assert.ok(result.timedOut || result.exitCode !== 0)
  assert.equal((await shell(sandbox, 'echo fine')).stdout, 'fine\n')
  assert.ok(Number((await shell(sandbox, 'ls -d /proc/[0-9]* | wc -l')).stdout) < 20)
})

test('tries to run for ever, ignoring every signal that can be ignored', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  const result = await shell(sandbox, `trap '' TERM INT HUP QUIT; while :; do :; done`, 300)
  assert.deepEqual([result.exitCode, result.timedOut], [null, true])
})

test('tries to outlive its command as a daemon', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  await shell(sandbox, 'setsid sh -c "setsid sleep 71 & setsid sleep 72 & sleep 73" & sleep 60', 300)
  const left = async (): Promise<string> => (await shell(sandbox, 'pgrep -c -x sleep')).stdout
  for (let round = 0; round < 20 && (await left()) !== '0\n'; round += 1) await sleep(25)
  assert.equal(await left(), '0\n')
})

test('tries to flood the host with output', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  const before = process.memoryUsage().rss
  const { stdout, truncatedBytes, exitCode } = await sandbox.exec(
    command('yes | head -c 60000000; yes | head -c 60000000 >&2', { maxOutputBytes: 64_000 }),
    new AbortController().signal,
  )
  assert.equal(exitCode, 0)
  assert.ok(Buffer.byteLength(stdout) <= 64_000)
  assert.ok(truncatedBytes > 119_000_000)
  assert.ok(process.memoryUsage().rss - before < 100 * MEGABYTE)
})

test('tries to flood the host with the output of a served process', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  const served = await sandbox.serve(
    { command: 'yes | head -c 60000000; exit 1', cwd: '.', env: {}, port: 7100, readyTimeoutMs: 20_000 },
    new AbortController().signal,
  )
  assert.equal(served.type, 'failed')
  assert.ok(served.output.length <= 16_000)
})

test('tries to open more files than it may', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  const result = await python(
    t,
    sandbox,
    `
opened = []
try:
    while True: opened.append(os.open('/dev/null', 0))
except OSError as error:
    print(errno.errorcode[error.errno], len(opened) <= 4096)
`,
  )
  if (result !== null) assert.equal(result.stdout, 'EMFILE True\n')
})

test('tries to raise its limits and its priority', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  const result = await python(
    t,
    sandbox,
    `
import resource
for what in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
    try: resource.setrlimit(what, (10**10, 10**10)); print('raised')
    except (ValueError, OSError): print('refused')
attempt(lambda: os.nice(-10))
attempt(lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10)) or 'set')
`,
  )
  if (result !== null) assert.equal(result.stdout, 'refused\nrefused\nrefused\nrefused\nEPERM\nEPERM\n')
})

test('tries to clutter a terminal: escape sequences come out as they are, for whoever shows them to strip', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  assert.equal((await shell(sandbox, `printf '\\033]0;title\\007'`)).stdout, '\u001b]0;title\u0007')
})

test('tries names of a depth and a kind that break those who list them', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  await shell(
    sandbox,
    `mkdir names; cd names; touch -- '-rf' 'new
line' "$(printf 'bad\\377')" '"quote' '$(reboot)'; i=0; while [ $i -lt 300 ]; do mkdir deep-deep-deep-deep; cd deep-deep-deep-deep; i=$((i+1)); done`,
  )
  const entries = await sandbox.list('names', 1_000)
  assert.ok(!('type' in entries))
  assert.ok(entries.some(({ path }) => path === 'names/new\nline'))
  assert.ok(entries.length > 100)
})
