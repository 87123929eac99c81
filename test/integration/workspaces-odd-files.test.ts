// Workspaces whose files try to steer git, or that git by itself would not record as they are.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { CommitId, TaskId } from '../../src/core/vocabulary/ids.ts'
import { createWorkspaces } from '../../src/adapters/sandbox/workspaces.ts'
import { LIMITS, prepareGround } from '../hostile/ground.ts'
import { giveAway, workspaceFiles } from '../hostile/workspace-files.ts'

const ground = prepareGround()
const files = workspaceFiles(ground.dataDir)

async function newWorkspace(t: TestContext): Promise<{ task: TaskId; first: CommitId; folder: string } | null> {
  if (!(await ground.isUsable(t))) return null
  const task = ground.newTask()
  const first = await ground.workspaces.prepare(task, { type: 'empty' })
  return { task, first, folder: files.folder(task) }
}

test('attributes, ignore lists, hooks and settings in the workspace change nothing', async (t) => {
  const made = await newWorkspace(t)
  if (made === null) return
  const { task, folder } = made
  files.write(task, '.gitattributes', '* text=auto eol=crlf filter=evil ident working-tree-encoding=UTF-16\n')
  files.write(task, '.gitignore', '*\n')
  files.write(task, '.gitconfig', '[core]\n\tfsmonitor = touch /workspace/ran\n')
  files.write(
    task,
    '.git/config',
    '[core]\n\thooksPath = /workspace\n[filter "evil"]\n\tclean = touch /workspace/ran\n',
  )
  files.write(task, 'post-checkout', '#!/bin/sh\ntouch /workspace/ran\n')
  chmodSync(join(folder, 'post-checkout'), 0o755)
  const text = 'dos\r\nunix\n$Id$\n'
  files.write(task, 'text.txt', text)
  const commit = await ground.workspaces.snapshot(task, 'all of it')
  files.remove(task, 'text.txt')
  await ground.workspaces.reset(task, commit)
  assert.equal(readFileSync(join(folder, 'text.txt'), 'utf8'), text)
  assert.equal(existsSync(join(folder, 'ran')), false)
})

test('a workspace that its own commands locked is opened again', async (t) => {
  const made = await newWorkspace(t)
  if (made === null) return
  const { task, first, folder } = made
  files.write(task, 'kept.txt', 'kept')
  chmodSync(folder, 0o000)
  const commit = await ground.workspaces.snapshot(task, 'locked')
  assert.notEqual(commit, first)
  chmodSync(folder, 0o000)
  await ground.workspaces.reset(task, first)
  assert.deepEqual(readdirSync(folder), [])
  chmodSync(folder, 0o000)
  const sandbox = await ground.provider.open(task, LIMITS)
  try {
    assert.deepEqual(await sandbox.writeFile('new.txt', Buffer.from('new')), { type: 'written' })
  } finally {
    await sandbox.close()
  }
})

test('folders too deep for a path to name them are not recorded, and a reset removes them', async (t) => {
  const made = await newWorkspace(t)
  if (made === null) return
  const { task, folder } = made
  files.write(task, 'kept.txt', 'kept')
  files.write(task, 'deep/near.txt', 'near')
  const levels = 'import os\nfor _ in range(60): os.mkdir("d" * 100); os.chdir("d" * 100); open("file", "w").close()'
  const sandbox = await ground.open(t, {}, task)
  const command = `mkdir -p node_modules && for at in deep node_modules; do (cd $at && python3 -c '${levels}'); done`
  const ran = await sandbox?.exec(
    { command, cwd: '.', env: {}, timeoutMs: 20_000, maxOutputBytes: 1_000 },
    new AbortController().signal,
  )
  if (ran?.exitCode !== 0) return t.skip(`there is no Python in the sandbox: ${ran?.stderr}`)
  const commit = await ground.workspaces.snapshot(task, 'deep')
  files.remove(task, 'kept.txt')
  await ground.workspaces.reset(task, commit)
  assert.equal(readFileSync(join(folder, 'kept.txt'), 'utf8'), 'kept')
  await ground.workspaces.reset(task, made.first)
  assert.deepEqual(readdirSync(folder), ['node_modules'])
})

test('names with newlines, dashes, quotes and bytes that are no text are recorded and put back', async (t) => {
  const made = await newWorkspace(t)
  if (made === null) return
  const { task, first, folder } = made
  const names = [
    '-rf',
    '--help',
    'new\nline',
    '"quoted"',
    'tab\there',
    '$(id)',
    ' ',
    'ünïcode',
    ':(glob)*',
    '.GITIGNORE',
  ]
  for (const name of names) files.write(task, name, name)
  const bytes = Buffer.concat([Buffer.from(`${folder}/bad-`), Buffer.from([0xff])])
  writeFileSync(bytes, 'bad')
  const commit = await ground.workspaces.snapshot(task, 'odd names')
  const before = readdirSync(folder, { encoding: 'buffer' }).map(String)
  await ground.workspaces.reset(task, first)
  assert.deepEqual(readdirSync(folder), [])
  await ground.workspaces.reset(task, commit)
  assert.deepEqual(readdirSync(folder, { encoding: 'buffer' }).map(String), before)
  const { files: changes } = await ground.workspaces.diff(task, first, commit, 100_000)
  assert.equal(changes.length, names.length + 1)
  assert.ok(names.every((name) => changes.some(({ path }) => path === name)))
})

test('a repository within the workspace is recorded as plain files', async (t) => {
  const made = await newWorkspace(t)
  if (made === null) return
  const { task, first, folder } = made
  mkdirSync(join(folder, 'inner'))
  execFileSync('git', ['init', '-q'], { cwd: join(folder, 'inner') })
  files.write(task, 'inner/a.txt', 'a\n')
  execFileSync(
    'git',
    ['-c', 'safe.directory=*', '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '--allow-empty', '-m', 'x'],
    {
      cwd: join(folder, 'inner'),
      env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_DIR: join(folder, 'inner', '.git') },
    },
  )
  execFileSync('chown', ['-R', `--reference=${folder}`, join(folder, 'inner')])
  const commit = await ground.workspaces.snapshot(task, 'with a repository')
  const { files: changes } = await ground.workspaces.diff(task, first, commit, 10_000)
  assert.deepEqual(
    changes.map(({ path }) => path),
    ['inner/a.txt'],
  )
})

test('links, executable files and files nobody may read come back as they were', async (t) => {
  const made = await newWorkspace(t)
  if (made === null) return
  const { task, first, folder } = made
  symlinkSync('/etc/passwd', join(folder, 'link'))
  symlinkSync('missing', join(folder, 'dangling'))
  files.write(task, 'run.sh', '#!/bin/sh\n')
  chmodSync(join(folder, 'run.sh'), 0o755)
  files.write(task, 'locked/file', 'locked\n')
  chmodSync(join(folder, 'locked', 'file'), 0)
  chmodSync(join(folder, 'locked'), 0)
  const commit = await ground.workspaces.snapshot(task, 'kinds')
  await ground.workspaces.reset(task, first)
  assert.deepEqual(readdirSync(folder), [])
  await ground.workspaces.reset(task, commit)
  assert.deepEqual(readdirSync(folder).toSorted(), ['dangling', 'link', 'locked', 'run.sh'])
  assert.equal(statSync(join(folder, 'run.sh')).mode & 0o111, 0o111)
  assert.equal(readFileSync(join(folder, 'locked', 'file'), 'utf8'), 'locked\n')
})

test('what an operation that was cut off left behind does not stop the next', async (t) => {
  const made = await newWorkspace(t)
  if (made === null) return
  const { task, folder } = made
  files.write(task, 'a.txt', 'a\n')
  const history = join(folder, '..', 'history.git')
  for (const name of ['index.lock', 'last.new']) writeFileSync(join(history, name), 'half')
  for (const name of ['index.lock', 'last.new']) giveAway(history, join(history, name))
  const commit = await ground.workspaces.snapshot(task, 'after a crash')
  writeFileSync(join(history, 'index'), 'not an index')
  giveAway(history, join(history, 'index'))
  await ground.workspaces.reset(task, commit)
  writeFileSync(join(history, 'index'), 'not an index')
  assert.equal(await ground.workspaces.snapshot(task, 'nothing happened'), commit)
})

test('a folder that holds the data directory is copied without it', async (t) => {
  if (!(await ground.isUsable(t))) return
  const folder = mkdtempSync(join(tmpdir(), 'factotum-project-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  chmodSync(folder, 0o755)
  writeFileSync(join(folder, 'a.txt'), 'a\n')
  const silent = (): void => undefined
  const dataDir = join(folder, '.factotum')
  const workspaces = createWorkspaces({ dataDir, limits: LIMITS, say: silent })
  const task = ground.newTask()
  await workspaces.prepare(task, { type: 'directory', path: folder })
  assert.deepEqual(workspaceFiles(dataDir).read(task), { 'a.txt': 'a\n' })
  assert.deepEqual(readdirSync(join(dataDir, 'workspaces', task, 'files')), ['a.txt'])
})

test('a folder that is too large, and the data directory itself, are no places to start from', async (t) => {
  if (!(await ground.isUsable(t))) return
  const folder = mkdtempSync(join(tmpdir(), 'factotum-large-'))
  t.after(() => rmSync(folder, { recursive: true }))
  chmodSync(folder, 0o755)
  execFileSync('fallocate', ['-l', '600M', join(folder, 'large')])
  await assert.rejects(ground.workspaces.prepare(ground.newTask(), { type: 'directory', path: folder }), /at most/)
  await assert.rejects(
    ground.workspaces.prepare(ground.newTask(), { type: 'directory', path: ground.dataDir }),
    /data directory/,
  )
})

test('an export goes to an empty folder only', async (t) => {
  const made = await newWorkspace(t)
  if (made === null) return
  const target = mkdtempSync(join(tmpdir(), 'factotum-out-'))
  t.after(() => rmSync(target, { recursive: true }))
  writeFileSync(join(target, 'mine'), 'mine')
  await assert.rejects(ground.workspaces.exportTo(made.task, target), /not empty/)
  await assert.rejects(ground.workspaces.exportTo(made.task, join(target, 'missing')), /no folder/)
  assert.deepEqual(readdirSync(target), ['mine'])
})

test('an id that is a path is refused', async () => {
  for (const id of ['../x', '', '/etc', 'a/b', '.', 'a\0']) {
    await assert.rejects(ground.workspaces.snapshot(id as TaskId, 'x'), /not the id of a task/)
  }
})
