// What every Workspaces promises. Each adapter's test calls this with its own way to change a task's files.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Workspaces } from '../../src/core/ports/workspaces.ts'
import type { CommitId, TaskId, WorktreeId } from '../../src/core/vocabulary/ids.ts'

export type WorkspaceBench = {
  readonly workspaces: Workspaces
  readonly newTask: () => TaskId
  readonly write: (worktree: WorktreeId, path: string, text: string) => void
  readonly remove: (worktree: WorktreeId, path: string) => void
  /** Every file by its path, `.git` and dependency folders included. */
  readonly read: (worktree: WorktreeId) => Readonly<Record<string, string>>
  /** A folder of the host with these files, to start from. */
  readonly directoryWith: (files: Readonly<Record<string, string>>) => string
  /** An empty folder to export to, and what is in it afterwards. */
  readonly exportTarget: () => { readonly path: string; readonly read: () => Readonly<Record<string, string>> }
}

/** `bench` gives null after skipping the test. */
export function workspacesContract(name: string, bench: (t: TestContext) => Promise<WorkspaceBench | null>): void {
  const promise = (title: string, body: (bench: WorkspaceBench) => Promise<void>): void => {
    test(`${name}: ${title}`, async (t) => {
      const prepared = await bench(t)
      if (prepared !== null) await body(prepared)
    })
  }

  promise('an empty workspace has a first commit', async ({ workspaces, newTask, read }) => {
    const task = newTask()
    assert.match(await workspaces.prepare(task, { type: 'empty' }), /^[0-9a-f]{40}$/)
    assert.deepEqual(read(task), {})
  })
  promise('the same files give the same commit, others another', async ({ workspaces, newTask, write }) => {
    const task = newTask()
    const first = await workspaces.prepare(task, { type: 'empty' })
    assert.equal(await workspaces.snapshot(task, 'nothing happened'), first)
    write(task, 'a.txt', 'one\n')
    const second = await workspaces.snapshot(task, 'one')
    assert.notEqual(second, first)
    assert.equal(await workspaces.snapshot(task, 'still one'), second)
  })
  promise('a reset removes, restores and adds until the files are the recorded ones', async (bench) => {
    const { workspaces, newTask, write, remove, read } = bench
    const task = newTask()
    await workspaces.prepare(task, { type: 'empty' })
    write(task, 'kept.txt', 'kept\n')
    write(task, 'folder/changed.txt', 'before\n')
    write(task, 'gone.txt', 'gone\n')
    const commit = await workspaces.snapshot(task, 'as it should be')
    const recorded = read(task)
    write(task, 'folder/changed.txt', 'after\n')
    write(task, 'new/deep/er.txt', 'new\n')
    remove(task, 'gone.txt')
    await workspaces.snapshot(task, 'as it should not be')
    write(task, 'unrecorded.txt', 'x\n')
    await workspaces.reset(task, commit)
    assert.deepEqual(read(task), recorded)
    assert.equal(await workspaces.snapshot(task, 'nothing happened'), commit)
  })
  promise('a folder is named by its files, and the copy of it by the same name', async (bench) => {
    const { workspaces, newTask, write, directoryWith } = bench
    const files = { 'a.txt': 'one\n', 'folder/b.txt': 'two\n', 'node_modules/c/index.js': 'three\n', '.env': 'KEY=1\n' }
    const [path, same] = [directoryWith(files), directoryWith(files)]
    const named = await workspaces.fingerprint({ type: 'directory', path })
    assert.ok(named !== null && named.length > 20)
    assert.equal(await workspaces.fingerprint({ type: 'directory', path: same }), named)
    const task = newTask()
    await workspaces.prepare(task, { type: 'directory', path })
    assert.equal(await workspaces.filesDigest(task), named)
    for (const other of ['a.txt', 'node_modules/c/index.js', 'new.txt']) {
      const changed = directoryWith({ ...files, [other]: 'else\n' })
      assert.notEqual(await workspaces.fingerprint({ type: 'directory', path: changed }), named, other)
    }
    write(task, 'a.txt', 'else\n')
    assert.notEqual(await workspaces.filesDigest(task), named)
    await assert.rejects(workspaces.fingerprint({ type: 'directory', path: `${path}-gone` }))
  })
  promise('the files of a task are named by their commit, an empty workspace by nothing', async (bench) => {
    const { workspaces, newTask, write } = bench
    const task = newTask()
    const first = await workspaces.prepare(task, { type: 'empty' })
    write(task, 'a.txt', 'one\n')
    const second = await workspaces.snapshot(task, 'one')
    assert.equal(await workspaces.fingerprint({ type: 'task', task_id: task, commit: first }), first)
    assert.equal(await workspaces.fingerprint({ type: 'task', task_id: task, commit: null }), second)
    assert.equal(await workspaces.fingerprint({ type: 'empty' }), null)
    await assert.rejects(workspaces.fingerprint({ type: 'task', task_id: newTask(), commit: null }))
  })
  promise('a file may become a folder and a folder a file, both ways', async (bench) => {
    const { workspaces, newTask, write, remove, read } = bench
    const task = newTask()
    await workspaces.prepare(task, { type: 'empty' })
    write(task, 'a', 'file\n')
    write(task, 'b/inner', 'in a folder\n')
    const first = await workspaces.snapshot(task, 'a file, b folder')
    remove(task, 'a')
    remove(task, 'b')
    write(task, 'a/inner', 'in a folder\n')
    write(task, 'b', 'file\n')
    const second = await workspaces.snapshot(task, 'a folder, b file')
    await workspaces.reset(task, first)
    assert.deepEqual(read(task), { a: 'file\n', 'b/inner': 'in a folder\n' })
    await workspaces.reset(task, second)
    assert.deepEqual(read(task), { 'a/inner': 'in a folder\n', b: 'file\n' })
  })
  promise('repositories and dependencies are neither recorded nor removed', async (bench) => {
    const { workspaces, newTask, write, read } = bench
    const task = newTask()
    const first = await workspaces.prepare(task, { type: 'empty' })
    const left = {
      'node_modules/m/index.js': 'm\n',
      '.git/config': 'c\n',
      'py/.venv/bin': 'v\n',
      'py/__pycache__/x': 'p\n',
    }
    for (const [path, text] of Object.entries(left)) write(task, path, text)
    assert.equal(await workspaces.snapshot(task, 'installed'), first)
    write(task, 'index.js', 'x\n')
    await workspaces.reset(task, first)
    assert.deepEqual(read(task), left)
  })
  promise('the diff names each change with its lines, and is cut where it gets too long', async (bench) => {
    const { workspaces, newTask, write, remove } = bench
    const task = newTask()
    await workspaces.prepare(task, { type: 'empty' })
    write(task, 'old.txt', 'one\ntwo\n')
    write(task, 'same.txt', 'same\n')
    const from = await workspaces.snapshot(task, 'before')
    remove(task, 'old.txt')
    write(task, 'new file.txt', 'one\ntwo\nthree\n')
    const to = await workspaces.snapshot(task, 'after')
    const whole = await workspaces.diff(task, from, to, 100_000)
    assert.deepEqual(
      whole.files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
      [
        { path: 'new file.txt', change: 'added', additions: 3, deletions: 0 },
        { path: 'old.txt', change: 'deleted', additions: 0, deletions: 2 },
      ],
    )
    assert.match(whole.patch, /^\+three$/m)
    assert.equal(whole.truncated, false)
    const cut = await workspaces.diff(task, from, to, 40)
    assert.deepEqual([cut.files.length, cut.truncated, Buffer.byteLength(cut.patch) <= 40], [2, true, true])
    assert.deepEqual(await workspaces.diff(task, to, to, 100), { files: [], patch: '', truncated: false })
  })
  promise('what files held and hold is read of both snapshots, unless it is too large', async (bench) => {
    const { workspaces, newTask, write, remove } = bench
    const task = newTask()
    await workspaces.prepare(task, { type: 'empty' })
    write(task, 'gone.txt', 'gone\n')
    write(task, 'same.txt', 'same\n')
    write(task, 'odd name\n: x.txt', 'one\n')
    const from = await workspaces.snapshot(task, 'before')
    remove(task, 'gone.txt')
    write(task, 'new/empty.txt', '')
    write(task, 'long.txt', 'x'.repeat(5_000))
    write(task, 'odd name\n: x.txt', 'two\n')
    const to = await workspaces.snapshot(task, 'after')
    const shown = (content: Uint8Array | 'too_large' | null) =>
      content instanceof Uint8Array ? new TextDecoder().decode(content) : content
    const read = async (fileBytes: number, totalBytes: number) =>
      (await workspaces.changed(task, from, to, { fileBytes, totalBytes }))
        .map(({ path, before, after }) => [path, shown(before), shown(after)])
        .toSorted(([one], [other]) => String(one).localeCompare(String(other)))
    const short = [
      ['gone.txt', 'gone\n', null],
      ['long.txt', null, 'too_large'],
      ['new/empty.txt', null, ''],
      ['odd name\n: x.txt', 'one\n', 'two\n'],
    ]
    assert.deepEqual(await read(4_000, 100_000), short)
    assert.equal((await read(10_000, 100_000))[1]?.[2]?.length, 5_000)
    assert.deepEqual(await workspaces.changed(task, to, to, { fileBytes: 1, totalBytes: 1 }), [])
  })
  promise('a workspace may start from a folder, which is not changed', async (bench) => {
    const { workspaces, newTask, read, directoryWith } = bench
    const task = newTask()
    const path = directoryWith({ 'a.txt': 'a\n', 'src/b.txt': 'b\n' })
    await workspaces.prepare(task, { type: 'directory', path })
    assert.deepEqual(read(task), { 'a.txt': 'a\n', 'src/b.txt': 'b\n' })
    await assert.rejects(workspaces.prepare(newTask(), { type: 'directory', path: `${path}-missing` }), /no.*folder/)
  })
  promise('files that by custom hold secrets stay behind in the folder', async (bench) => {
    const { workspaces, newTask, read, directoryWith } = bench
    const task = newTask()
    const secret = 'KEY=1\n'
    const path = directoryWith({
      '.env': secret,
      '.env.secrets': secret,
      'app/.env.local': secret,
      '.netrc': secret,
      '.env.example': 'KEY=\n',
      '.environment': 'kept\n',
    })
    await workspaces.prepare(task, { type: 'directory', path })
    assert.deepEqual(read(task), { '.env.example': 'KEY=\n', '.environment': 'kept\n' })
  })
  promise('a workspace may start from another task, at a commit or at its newest', async (bench) => {
    const { workspaces, newTask, write, read } = bench
    const origin = newTask()
    await workspaces.prepare(origin, { type: 'empty' })
    write(origin, 'a.txt', 'one\n')
    const early = await workspaces.snapshot(origin, 'one')
    write(origin, 'a.txt', 'two\n')
    const late = await workspaces.snapshot(origin, 'two')
    const [first, second] = [newTask(), newTask()]
    assert.equal(await workspaces.prepare(first, { type: 'task', task_id: origin, commit: early }), early)
    assert.equal(await workspaces.prepare(second, { type: 'task', task_id: origin, commit: null }), late)
    assert.deepEqual([read(first), read(second)], [{ 'a.txt': 'one\n' }, { 'a.txt': 'two\n' }])
    await workspaces.remove(origin)
    write(first, 'b.txt', 'b\n')
    const own = await workspaces.snapshot(first, 'its own')
    assert.equal((await workspaces.diff(first, early, own, 1_000)).files.length, 1)
  })
  promise('preparing again starts over', async ({ workspaces, newTask, write, read }) => {
    const task = newTask()
    await workspaces.prepare(task, { type: 'empty' })
    write(task, 'left-over.txt', 'x\n')
    await workspaces.prepare(task, { type: 'empty' })
    assert.deepEqual(read(task), {})
  })
  promise('the files are exported as they are', async ({ workspaces, newTask, write, exportTarget }) => {
    const task = newTask()
    await workspaces.prepare(task, { type: 'empty' })
    write(task, 'a.txt', 'a\n')
    write(task, 'src/b.txt', 'b\n')
    const target = exportTarget()
    await workspaces.exportTo(task, target.path)
    assert.deepEqual(target.read(), { 'a.txt': 'a\n', 'src/b.txt': 'b\n' })
  })
  promise('what is removed is gone, and removing nothing is fine', async ({ workspaces, newTask }) => {
    const task = newTask()
    const commit = await workspaces.prepare(task, { type: 'empty' })
    await workspaces.remove(task)
    await workspaces.remove(task)
    await assert.rejects(workspaces.snapshot(task, 'of nothing'))
    await assert.rejects(workspaces.reset(task, commit))
  })
  promise('an unknown commit is an error', async ({ workspaces, newTask }) => {
    const task = newTask()
    const known = await workspaces.prepare(task, { type: 'empty' })
    const unknown = 'f'.repeat(40) as CommitId
    await assert.rejects(workspaces.reset(task, unknown))
    await assert.rejects(workspaces.diff(task, known, unknown, 100))
    await assert.rejects(workspaces.prepare(newTask(), { type: 'task', task_id: task, commit: unknown }))
  })
}
