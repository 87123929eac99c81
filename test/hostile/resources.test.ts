// Hostile programs that take all there is: memory, processes, disk, time, descriptors, the host's attention.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { sharedSandbox, shell } from './attempt.ts'
import { prepareGround } from './ground.ts'

const ground = prepareGround()
const shared = sharedSandbox(ground)
const MEGABYTE = 1024 ** 2

test('tries a memory bomb: the command dies, the sandbox lives', async (t) => {
  const sandbox = await ground.open(t, { memoryBytes: 300 * MEGABYTE })
  if (sandbox === null) return
  const bomb = `node -e "const all = []; for (;;) all.push(Buffer.alloc(${8 * MEGABYTE}, 1))"`
  const result = await shell(sandbox, bomb)
  assert.notEqual(result.exitCode, 0)
  assert.equal(result.timedOut, false)
  assert.equal((await shell(sandbox, 'echo fine')).stdout, 'fine\n')
})

test('tries to outlive its command as a daemon', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  await shell(sandbox, 'setsid sh -c "setsid sleep 71 & setsid sleep 72 & sleep 73" & sleep 60', 300)
  const left = async (): Promise<string> => (await shell(sandbox, 'pgrep -c -x sleep')).stdout
  for (let round = 0; round < 20 && (await left()) !== '0\n'; round += 1) await sleep(25)
  assert.equal(await left(), '0\n')
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
