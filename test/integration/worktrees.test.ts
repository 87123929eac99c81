// Branches in git and their fake, against what every one promises; and what only real files have: lines, permissions, links, renames, and
// folders that somebody locked.
import assert from 'node:assert/strict'
import { chmodSync, lstatSync, mkdirSync, readlinkSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createMemoryWorkspaces } from '../../src/adapters/memory/workspaces.ts'
import type { MemoryFiles } from '../../src/adapters/memory/workspaces.ts'
import { createWorkspaces } from '../../src/adapters/sandbox/workspaces.ts'
import type { CommitId, TaskId, WorktreeId } from '../../src/core/vocabulary/ids.ts'
import { worktreesContract } from '../contract/worktrees.ts'
import type { WorktreeBench } from '../contract/worktrees.ts'
import { prepareGround } from '../hostile/ground.ts'
import { giveAway, workspaceFiles } from '../hostile/workspace-files.ts'

const SMALL_BYTES = 4 * 1024 ** 2
const ground = prepareGround()
const files = workspaceFiles(ground.dataDir)
const { workspaces } = ground
const small = createWorkspaces({ dataDir: ground.dataDir, limits: { diskBytes: SMALL_BYTES }, say: () => undefined })
const git: WorktreeBench = { ...files, workspaces, newTask: ground.newTask }

worktreesContract(
  'git',
  async (t) => ((await ground.isUsable(t)) ? git : null),
  async (t) => ((await ground.isUsable(t)) ? { ...git, workspaces: small } : null),
)
worktreesContract(
  'memory',
  async () => memoryBench(Infinity),
  async () => memoryBench(SMALL_BYTES),
)

function memoryBench(diskBytes: number): WorktreeBench {
  const all: MemoryFiles = new Map()
  return {
    workspaces: createMemoryWorkspaces({ files: all, diskBytes }),
    newTask: ground.newTask,
    write: (worktree, path, text) => void all.get(worktree)?.set(path, Buffer.from(text)),
    remove: (worktree, path) => void all.get(worktree)?.delete(path),
    read: (worktree) =>
      Object.fromEntries([...(all.get(worktree) ?? [])].map(([path, bytes]) => [path, Buffer.from(bytes).toString()])),
  }
}

type Sides = { readonly task: TaskId; readonly branch: WorktreeId; readonly begin: CommitId }

async function sidesOf(given: Readonly<Record<string, string>>): Promise<Sides> {
  const task = ground.newTask()
  await workspaces.prepare(task, { type: 'empty' })
  for (const [path, text] of Object.entries(given)) files.write(task, path, text)
  const begin = await workspaces.snapshot(task, 'the beginning')
  const branch = await workspaces.branch(task, 'side', begin)
  assert.ok(typeof branch === 'string')
  return { task, branch, begin }
}

async function mergeSides({ task, branch }: Sides) {
  const theirs = await workspaces.snapshot(branch, 'theirs')
  const ours = await workspaces.snapshot(task, 'ours')
  return workspaces.merge(task, { ours, theirs, branch: 'side', message: 'merge' })
}

const LINES = Array.from({ length: 20 }, (_, index) => `line ${index}\n`).join('')

test('lines of one file, a rename, permissions and links of both sides come together', async (t) => {
  if (!(await ground.isUsable(t))) return
  const sides = await sidesOf({ 'many.txt': LINES, 'old.txt': LINES.toUpperCase(), 'run.sh': '#!/bin/sh\n' })
  const { task, branch } = sides
  files.write(branch, 'many.txt', LINES.replace('line 2\n', 'their line\n'))
  files.write(branch, 'new.txt', LINES.toUpperCase())
  files.remove(branch, 'old.txt')
  chmodSync(join(files.folder(branch), 'run.sh'), 0o755)
  symlinkSync('/etc/passwd', join(files.folder(branch), 'link'))
  files.write(task, 'many.txt', LINES.replace('line 18\n', 'our line\n'))
  files.write(task, 'old.txt', LINES.toUpperCase().replace('LINE 9\n', 'our change\n'))
  assert.equal((await mergeSides(sides)).type, 'merged')
  const folder = files.folder(task)
  assert.equal(
    readFileSync(join(folder, 'many.txt'), 'utf8'),
    LINES.replace('line 2\n', 'their line\n').replace('line 18\n', 'our line\n'),
  )
  assert.equal(readFileSync(join(folder, 'new.txt'), 'utf8'), LINES.toUpperCase().replace('LINE 9\n', 'our change\n'))
  assert.equal(lstatSync(join(folder, 'old.txt'), { throwIfNoEntry: false }), undefined)
  assert.equal(statSync(join(folder, 'run.sh')).mode & 0o111, 0o111)
  assert.equal(readlinkSync(join(folder, 'link')), '/etc/passwd')
})

test('a branch can neither steer the merge nor hide a conflict by what it writes into its files', async (t) => {
  if (!(await ground.isUsable(t))) return
  const sides = await sidesOf({ 'a.txt': 'before\n' })
  const { task, branch } = sides
  files.write(branch, '.gitattributes', '* merge=union conflict-marker-size=40 -diff\n* merge=evil\n')
  files.write(branch, '.git/config', '[merge "evil"]\n\tdriver = touch /workspace/pwned\n')
  files.write(branch, 'a.txt', 'theirs\n')
  files.write(task, 'a.txt', 'ours\n')
  const outcome = await mergeSides(sides)
  assert.ok(outcome.type === 'conflicts')
  assert.deepEqual(outcome.files, ['a.txt'])
  assert.match(files.read(task)['a.txt'] ?? '', /^<<<<<<< ours\nours\n=======\ntheirs\n>>>>>>> theirs\n$/)
  assert.equal(files.read(task)['pwned'], undefined)
})

test('a name that is a folder here and a file there, and odd names, are told as they are', async (t) => {
  if (!(await ground.isUsable(t))) return
  const sides = await sidesOf({ 'a.txt': 'before\n' })
  const { task, branch } = sides
  files.write(branch, 'thing', 'a file\n')
  files.write(branch, '-n "odd"\n name', 'theirs\n')
  files.write(task, 'thing/inside.txt', 'a folder\n')
  files.write(task, '-n "odd"\n name', 'ours\n')
  const outcome = await mergeSides(sides)
  assert.ok(outcome.type === 'conflicts')
  assert.ok(outcome.files.includes('-n "odd"\n name'))
  const read = files.read(task)
  assert.equal(read['thing/inside.txt'], 'a folder\n')
  assert.ok(Object.entries(read).some(([path, text]) => path.startsWith('thing~') && text === 'a file\n'))
})

test('worktrees of one task are users apart, none of whom reaches the other', async (t) => {
  if (!(await ground.isUsable(t))) return
  const { task, branch } = await sidesOf({ 'own.txt': 'own\n' })
  files.write(branch, 'secret.txt', 'of the branch\n')
  const [here, there] = [await ground.open(t, {}, task), await ground.open(t, {}, branch)]
  assert.ok(here !== null && there !== null)
  const command = { cwd: '.', env: {}, timeoutMs: 10_000, maxOutputBytes: 10_000 }
  const never = new AbortController().signal
  const look =
    'ls -a /workspace; find / -path /usr -prune -o -name secret.txt -print -o -name own.txt -print -o -name branches -print 2>/dev/null'
  const [inTask, inBranch] = await Promise.all([
    here.exec({ ...command, command: look }, never),
    there.exec({ ...command, command: look }, never),
  ])
  assert.doesNotMatch(inTask.stdout, /secret|branches/)
  assert.match(inBranch.stdout, /secret\.txt/)
  assert.doesNotMatch(inBranch.stdout, /branches/)
  if (process.getuid?.() === 0) assert.notEqual(statSync(files.folder(task)).uid, statSync(files.folder(branch)).uid)
  // A link or a lock in one is no way into the other, and no way to stop the platform either.
  await there.exec(
    {
      ...command,
      command: 'mkdir -p node_modules/x && ln -s /workspace/../.. node_modules/up && chmod 000 node_modules/x .',
    },
    never,
  )
  assert.deepEqual(await workspaces.takeDependencies(task, 'side'), ['node_modules'])
  assert.equal(readlinkSync(join(files.folder(task), 'node_modules/up')), '/workspace/../..')
})

test('ending a task ends what runs over its branches; ending a branch ends that alone', async (t) => {
  if (!(await ground.isUsable(t))) return
  const { task, branch } = await sidesOf({})
  const [here, there] = [await ground.open(t, {}, task), await ground.open(t, {}, branch)]
  assert.ok(here !== null && there !== null)
  const again = await ground.open(t, {}, branch)
  assert.equal((await there.ended).reason, 'closed')
  assert.deepEqual(await ground.provider.kill([task]), [task])
  assert.equal((await here.ended).reason, 'closed')
  assert.equal((await again?.ended)?.reason, 'closed')
  const last = await ground.open(t, {}, branch)
  await ground.open(t, {}, task)
  assert.equal((await last?.ended)?.reason, 'closed')
})

test('no dependency folder brings a way up, a device or somebody else’s program along', async (t) => {
  if (!(await ground.isUsable(t))) return
  const { task, branch, begin } = await sidesOf({ 'package.json': '{}\n' })
  files.write(branch, 'node_modules/tool', '#!/bin/sh\n')
  chmodSync(join(files.folder(branch), 'node_modules/tool'), 0o6755)
  mkdirSync(join(files.folder(task), 'elsewhere'))
  symlinkSync('elsewhere', join(files.folder(task), 'node_modules'))
  giveAway(files.folder(task), join(files.folder(task), 'elsewhere'))
  assert.deepEqual(await workspaces.takeDependencies(task, 'side'), ['node_modules'])
  assert.ok(lstatSync(join(files.folder(task), 'node_modules')).isDirectory())
  assert.equal(statSync(join(files.folder(task), 'node_modules/tool')).mode & 0o6000, 0)
  assert.equal(statSync(join(files.folder(task), 'node_modules/tool')).uid, statSync(files.folder(task)).uid)
  const next = await workspaces.branch(task, 'next', begin)
  assert.ok(typeof next === 'string')
  assert.equal(statSync(join(files.folder(next), 'node_modules/tool')).uid, statSync(files.folder(next)).uid)
})
