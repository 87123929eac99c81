// Hostile programs that go for files: of the host, of the system, of other tasks, by way of the workspace.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { sharedSandbox, shell } from './attempt.ts'
import { prepareGround } from './ground.ts'
import { workspaceFiles } from './workspace-files.ts'

const ground = prepareGround()
const shared = sharedSandbox(ground)
const files = workspaceFiles(ground.dataDir)

test('tries to read files of the host', async (t) => {
  const secret = join(mkdtempSync(join(tmpdir(), 'factotum-secret-')), 'secret')
  t.after(() => rmSync(join(secret, '..'), { recursive: true }))
  writeFileSync(secret, 'the secret')
  const sandbox = await shared(t)
  if (sandbox === null) return
  const paths = [secret, '/etc/shadow', '/root', '/var/log', '/home/*/.ssh', '/proc/1/root/etc/shadow', process.cwd()]
  for (const path of [...paths, ground.dataDir, '/sys/kernel', '/boot', '/proc/2/root/etc/hostname']) {
    const { exitCode, stdout } = await shell(sandbox, `ls -d ${path} && cat ${path}`)
    assert.notEqual(exitCode, 0, path)
    assert.equal(stdout, '', path)
  }
  const users = (await shell(sandbox, 'cat /etc/passwd')).stdout
  assert.deepEqual(
    users
      .trim()
      .split('\n')
      .map((line) => line.split(':')[0]),
    ['root', 'user', 'nobody'],
  )
})

test('tries to find secrets in the environment', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  const { stdout } = await shell(sandbox, 'cat /proc/[0-9]*/environ | tr "\\0" "\\n" | cut -d = -f 1 | sort -u')
  const known = ['FACTOTUM_COMMAND', 'HOME', 'LANG', 'LOGNAME', 'PATH', 'PWD', 'SHELL', 'TMPDIR', 'USER', 'OLDPWD', '_']
  assert.deepEqual(
    stdout
      .trim()
      .split('\n')
      .filter((name) => !known.includes(name)),
    [],
  )
})

test('tries to have the host follow a link when it reads, writes or lists', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  await shell(
    sandbox,
    'mkdir -p links; ln -s /etc/passwd links/file; ln -s /etc links/folder; ln -s /proc/self/environ links/own; ln -s ../../../../etc links/up; ln -s loop links/loop',
  )
  const outside = { type: 'refused', reason: 'outside_workspace' }
  for (const path of ['links/file', 'links/folder/passwd', 'links/own', 'links/up/passwd', 'links/loop']) {
    assert.deepEqual(await sandbox.readFile(path, 1_000_000), outside, path)
    assert.deepEqual(await sandbox.writeFile(path, Buffer.from('x')), outside, path)
  }
  assert.deepEqual(await sandbox.list('links/folder', 100), outside)
  const entries = await sandbox.list('links', 100)
  assert.ok(!('type' in entries))
  assert.ok(entries.every(({ type }) => type === 'link'))
  assert.match((await shell(sandbox, 'cat /etc/passwd')).stdout, /^root:/)
})

test('tries to have the host hang on a pipe or a socket that poses as a file', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  await shell(
    sandbox,
    "mkfifo pipe; node -e \"require('net').createServer().listen('/workspace/socket', () => process.kill(process.pid, 9))\"",
  )
  for (const path of ['pipe', 'socket']) {
    assert.deepEqual(await sandbox.readFile(path, 100), { type: 'refused', reason: 'not_a_file' }, path)
    assert.deepEqual(await sandbox.writeFile(path, Buffer.from('x')), { type: 'refused', reason: 'not_a_file' }, path)
  }
})

test('tries to swap a file for a link while the host reads it', async (t) => {
  const sandbox = await shared(t)
  if (sandbox === null) return
  await shell(sandbox, 'mkdir race; echo fine > race/good; ln -s /etc/passwd race/bad')
  const swapping = shell(
    sandbox,
    'i=0; while [ $i -lt 400 ]; do ln -sf good race/x; ln -sf /etc/passwd race/x; i=$((i+1)); done',
  )
  for (let round = 0; round < 200; round += 1) {
    const read: unknown = await sandbox.readFile('race/x', 1_000)
    if (read instanceof Uint8Array) assert.equal(Buffer.from(read).toString(), 'fine\n')
  }
  await swapping
})

test('tries to leave a program behind that runs as its owner', async (t) => {
  if (!(await ground.isUsable(t))) return
  const task = ground.newTask()
  await ground.workspaces.prepare(task, { type: 'empty' })
  const sandbox = await ground.open(t, {}, task)
  if (sandbox === null) return
  await shell(sandbox, 'cp /usr/bin/id planted; chmod 6777 planted')
  const planted = statSync(join(files.folder(task), 'planted'))
  if (process.getuid?.() === 0) {
    assert.notEqual(planted.uid, 0)
    assert.equal(statSync(join(ground.dataDir, 'workspaces', task)).mode & 0o077, 0)
  }
  await ground.workspaces.snapshot(task, 'planted')
  const target = mkdtempSync(join(tmpdir(), 'factotum-out-'))
  t.after(() => rmSync(target, { recursive: true }))
  await ground.workspaces.exportTo(task, target)
  assert.equal(statSync(join(target, 'planted')).mode & 0o7000, 0)
  assert.equal(statSync(join(target, 'planted')).uid, process.getuid?.())
})

test('tries to have snapshot, reset and export follow links out of the workspace', async (t) => {
  if (!(await ground.isUsable(t))) return
  const outside = mkdtempSync(join(tmpdir(), 'factotum-outside-'))
  const target = mkdtempSync(join(tmpdir(), 'factotum-out-'))
  t.after(() => [outside, target].forEach((path) => rmSync(path, { recursive: true, force: true })))
  writeFileSync(join(outside, 'secret'), 'the secret')
  chmodSync(outside, 0o777)
  const task = ground.newTask()
  await ground.workspaces.prepare(task, { type: 'empty' })
  files.write(task, 'folder/file', 'recorded\n')
  const commit = await ground.workspaces.snapshot(task, 'a folder')
  const sandbox = await ground.open(t, {}, task)
  if (sandbox === null) return
  await shell(sandbox, `rm -r folder; ln -s ${outside} folder; ln -s ${outside}/secret leak; mkfifo pipe`)
  const linked = await ground.workspaces.snapshot(task, 'links')
  const { patch } = await ground.workspaces.diff(task, commit, linked, 100_000)
  assert.equal(patch.includes('the secret'), false)
  await ground.workspaces.exportTo(task, target)
  assert.equal(readlinkSync(join(target, 'folder')), outside)
  assert.equal(existsSync(join(target, 'pipe')), false)
  await ground.workspaces.reset(task, commit)
  assert.equal(lstatSync(join(files.folder(task), 'folder')).isDirectory(), true)
  assert.equal(existsSync(join(outside, 'file')), false)
  assert.equal(readFileSync(join(outside, 'secret'), 'utf8'), 'the secret')
  assert.equal(execFileSync('ls', [outside], { encoding: 'utf8' }), 'secret\n')
})
