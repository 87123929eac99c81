// What every Worktrees promises, beside its Workspaces. Each adapter's test calls this with its own way to change a worktree's files.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Workspaces } from '../../src/core/ports/workspaces.ts'
import type { Worktrees } from '../../src/core/ports/worktrees.ts'
import type { CommitId, TaskId, WorktreeId } from '../../src/core/vocabulary/ids.ts'
import type { WorkspaceBench } from './workspaces.ts'

export type WorktreeBench = Pick<WorkspaceBench, 'newTask' | 'write' | 'remove' | 'read'> & {
  readonly workspaces: Workspaces & Worktrees
}

/** `bench` gives null after skipping the test. The largest workspace of `small` is one of 4 MB. */
export function worktreesContract(
  name: string,
  bench: (t: TestContext) => Promise<WorktreeBench | null>,
  small: (t: TestContext) => Promise<WorktreeBench | null>,
): void {
  const promise = (title: string, body: (bench: WorktreeBench) => Promise<void>, its = bench): void => {
    test(`${name}: ${title}`, async (t) => {
      const prepared = await its(t)
      if (prepared !== null) await body(prepared)
    })
  }

  promise('branches are worked on side by side and become part of the files, one after the other', async (its) => {
    const { workspaces, write, read } = its
    const { task, begin } = await taskWith(its, { 'shared.txt': 'shared\n', 'gone.txt': 'gone\n' })
    assert.equal(await workspaces.problem(), null)
    const branches = await Promise.all(['a', 'b'].map((name) => branchOff(its, task, name, begin)))
    const tips = await Promise.all(
      branches.map(async (branch, index) => {
        assert.deepEqual(read(branch), { 'shared.txt': 'shared\n', 'gone.txt': 'gone\n' })
        write(branch, `of/${index}.txt`, `${index}\n`)
        if (index === 1) its.remove(branch, 'gone.txt')
        return workspaces.snapshot(branch, `branch ${index}`)
      }),
    )
    assert.deepEqual(read(task), { 'shared.txt': 'shared\n', 'gone.txt': 'gone\n' })
    let ours = begin
    for (const [index, theirs] of tips.entries()) {
      const branch = ['a', 'b'][index] ?? ''
      const outcome = await workspaces.merge(task, { ours, theirs, branch, message: `merge ${branch}` })
      assert.equal(outcome.type, 'merged')
      if (outcome.type === 'merged') ours = outcome.commit
    }
    assert.deepEqual(read(task), { 'shared.txt': 'shared\n', 'of/0.txt': '0\n', 'of/1.txt': '1\n' })
    assert.equal(await workspaces.snapshot(task, 'nothing happened'), ours)
    const listed = await workspaces.commits(task, begin, ours)
    assert.deepEqual(listed.map(({ message }) => message).toSorted(), ['branch 0', 'branch 1', 'merge a', 'merge b'])
    assert.deepEqual(listed.at(-1), { commit: ours, message: 'merge b', files: [] })
    assert.deepEqual(listed.find(({ message }) => message === 'branch 1')?.files, ['gone.txt', 'of/1.txt'])
    const changed = await workspaces.diff(task, begin, ours, 10_000)
    assert.deepEqual(changed.files.map(({ path }) => path).toSorted(), ['gone.txt', 'of/0.txt', 'of/1.txt'])
    const text = await workspaces.readAt(task, tips[0] ?? begin, 'of/0.txt', 100)
    assert.equal(Buffer.from(text ?? []).toString(), '0\n')
    assert.equal(await workspaces.readAt(task, begin, 'of/0.txt', 100), null)
    assert.equal(await workspaces.readAt(task, begin, 'shared.txt', 3), null)
  })

  promise('a branch goes on from the newest of another, and what both bring is merged once', async (its) => {
    const { workspaces, write, read } = its
    const { task, begin } = await taskWith(its, {})
    const first = await branchOff(its, task, 'first', begin)
    write(first, 'first.txt', 'first\n')
    const tip = await workspaces.snapshot(first, 'first')
    const second = await branchOff(its, task, 'second', tip)
    assert.deepEqual(read(second), { 'first.txt': 'first\n' })
    write(second, 'first.txt', 'changed\n')
    const newer = await workspaces.snapshot(second, 'second')
    const one = await workspaces.merge(task, { ours: begin, theirs: tip, branch: 'first', message: 'one' })
    assert.ok(one.type === 'merged')
    const two = await workspaces.merge(task, { ours: one.commit, theirs: newer, branch: 'second', message: 'two' })
    assert.equal(two.type, 'merged')
    assert.deepEqual(read(task), { 'first.txt': 'changed\n' })
  })

  promise('a conflict leaves both sides in the file, and nothing else undone', async (its) => {
    const { workspaces, write, read } = its
    const { task, begin } = await taskWith(its, { 'a.txt': 'before\n', 'b.txt': 'before\n', 'c.bin': '\0before' })
    const branch = await branchOff(its, task, 'b', begin)
    write(branch, 'a.txt', 'their way\n')
    write(branch, 'c.bin', '\0theirs')
    write(branch, 'new.txt', 'new\n')
    its.remove(branch, 'b.txt')
    const theirs = await workspaces.snapshot(branch, 'theirs')
    write(task, 'a.txt', 'our way\n')
    write(task, 'b.txt', 'our way\n')
    write(task, 'c.bin', '\0ours')
    const ours = await workspaces.snapshot(task, 'ours')
    const merge = { ours, theirs, branch: 'b', message: 'merge b' }
    const outcome = await workspaces.merge(task, merge)
    assert.ok(outcome.type === 'conflicts')
    assert.deepEqual(outcome.files, ['a.txt', 'b.txt', 'c.bin'])
    const files = read(task)
    assert.equal(files['a.txt'], '<<<<<<< ours\nour way\n=======\ntheir way\n>>>>>>> theirs\n')
    assert.deepEqual([files['b.txt'], files['c.bin'], files['new.txt']], ['our way\n', '\0ours', 'new\n'])
    // Cut off anywhere and done again it comes to the same.
    write(task, 'a.txt', 'half of it\n')
    assert.equal((await workspaces.merge(task, merge)).type, 'conflicts')
    assert.deepEqual(read(task), files)
    write(task, 'a.txt', 'both ways\n')
    const decided = await workspaces.snapshot(task, 'decided')
    await workspaces.reset(task, ours)
    await workspaces.reset(task, decided)
    assert.equal(read(task)['a.txt'], 'both ways\n')
    // What was merged is not merged again.
    assert.deepEqual(await workspaces.merge(task, { ...merge, ours: decided }), { type: 'merged', commit: decided })
  })

  promise(
    'dependency folders come along, and come back where they are missing or were changed on purpose',
    async (its) => {
      const { workspaces, write, read } = its
      const { task, begin } = await taskWith(its, { 'package.json': '{}\n', 'api/package.json': '{}\n' })
      write(task, 'node_modules/old/index.js', 'old\n')
      const [more, plain] = [await branchOff(its, task, 'more', begin), await branchOff(its, task, 'plain', begin)]
      assert.equal(read(more)['node_modules/old/index.js'], 'old\n')
      write(more, 'package.json', '{"dependencies":{"new":"1"}}\n')
      write(more, 'node_modules/new/index.js', 'new\n')
      write(more, 'api/node_modules/x/index.js', 'x\n')
      write(plain, 'node_modules/stray/index.js', 'stray\n')
      const tips = [await workspaces.snapshot(more, 'more'), await workspaces.snapshot(plain, 'plain')]
      const next = await branchOff(its, task, 'next', tips[0] ?? begin)
      assert.equal(read(next)['node_modules/new/index.js'], 'new\n')
      const one = await workspaces.merge(task, {
        ours: begin,
        theirs: tips[0] ?? begin,
        branch: 'more',
        message: 'one',
      })
      assert.ok(one.type === 'merged')
      assert.deepEqual(await workspaces.takeDependencies(task, 'more'), ['api/node_modules', 'node_modules'])
      assert.deepEqual(await workspaces.takeDependencies(task, 'plain'), [])
      const files = read(task)
      assert.deepEqual(
        Object.keys(files)
          .filter((path) => path.includes('node_modules'))
          .toSorted(),
        ['api/node_modules/x/index.js', 'node_modules/new/index.js', 'node_modules/old/index.js'],
      )
      assert.deepEqual(await workspaces.takeDependencies(task, 'more'), ['node_modules'])
      assert.deepEqual(read(task), files)
    },
  )

  promise('beginning a branch again starts over, and branches go with their task', async (its) => {
    const { workspaces, write, read } = its
    const { task, begin } = await taskWith(its, { 'a.txt': 'a\n' })
    const branch = await branchOff(its, task, 'b', begin)
    write(branch, 'a.txt', 'changed\n')
    write(branch, 'node_modules/x/y.js', 'y\n')
    await workspaces.snapshot(branch, 'changed')
    assert.equal(await branchOff(its, task, 'b', begin), branch)
    assert.deepEqual(read(branch), { 'a.txt': 'a\n' })
    write(branch, 'a.txt', 'changed\n')
    await workspaces.reset(branch, begin)
    assert.deepEqual(read(branch), { 'a.txt': 'a\n' })
    await workspaces.remove(task)
    await assert.rejects(workspaces.snapshot(branch, 'gone'), /no workspace/)
    await assert.rejects(workspaces.branch(task, 'b', begin), /no workspace/)
  })

  promise('what does not exist is an error', async (its) => {
    const { task, begin } = await taskWith(its, { 'a.txt': 'a\n' })
    const nothing = '0123456789012345678901234567890123456789' as CommitId
    await assert.rejects(its.workspaces.branch(task, 'b', nothing), /no such commit/)
    await branchOff(its, task, 'b', begin)
    await assert.rejects(
      its.workspaces.merge(task, { ours: begin, theirs: nothing, branch: 'b', message: '' }),
      /no such commit/,
    )
  })

  promise(
    'a branch, a merge and its dependencies stay within the limit of a workspace, or say that they would not',
    async (its) => {
      const { workspaces, write } = its
      const { task, begin } = await taskWith(its, { 'a.txt': 'a'.repeat(1_500_000) })
      const branch = await branchOff(its, task, 'b', begin)
      write(branch, 'b.txt', 'b'.repeat(1_500_000))
      const theirs = await workspaces.snapshot(branch, 'b')
      write(task, 'c.txt', 'c'.repeat(1_500_000))
      const ours = await workspaces.snapshot(task, 'c')
      const outcome = await workspaces.merge(task, { ours, theirs, branch: 'b', message: 'b' })
      assert.ok(outcome.type === 'too_large' && outcome.bytes > outcome.limit && outcome.limit <= 4_194_304)
      await workspaces.reset(task, begin)
      write(task, 'node_modules/x.js', 'x'.repeat(3_000_000))
      const along = await workspaces.branch(task, 'c', begin)
      assert.ok(typeof along !== 'string' && along.type === 'too_large')
    },
    small,
  )
}

async function taskWith(
  { workspaces, newTask, write }: WorktreeBench,
  files: Readonly<Record<string, string>>,
): Promise<{ readonly task: TaskId; readonly begin: CommitId }> {
  const task = newTask()
  await workspaces.prepare(task, { type: 'empty' })
  for (const [path, text] of Object.entries(files)) write(task, path, text)
  return { task, begin: await workspaces.snapshot(task, 'the beginning') }
}

async function branchOff(
  { workspaces }: WorktreeBench,
  task: TaskId,
  name: string,
  from: CommitId,
): Promise<WorktreeId> {
  const branch = await workspaces.branch(task, name, from)
  assert.ok(typeof branch === 'string')
  return branch
}
