// What is read from the disk for the knowledge: real folders, real git, links that lead out, and files that are no text.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { readPath } from '../../src/adapters/knowledge-files/read-path.ts'
import type { PathRead, ReadPathDeps } from '../../src/adapters/knowledge-files/read-path.ts'
import type { LocalReading } from '../../src/core/ports/local-readers.ts'

const never = new AbortController().signal
const withoutGit = spawnSync('git', ['--version']).error === undefined ? false : 'git is not installed'
const reads = (reading: LocalReading): ReadPathDeps => ({ readers: { documentText: async () => reading } })
const READ = { type: 'read', text: 'Of paper.', about: {}, by: 'test', truncated: false } as const

async function folder(t: TestContext, files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'knowledge-')))
  t.after(() => rm(root, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
  return root
}

function read(result: PathRead) {
  assert.ok(result.type === 'read', JSON.stringify(result))
  const paths = typeof result.text === 'string' ? [] : result.text.map(({ path }) => path)
  return { ...result, paths, left: Object.fromEntries(result.skipped.map(({ path, reason }) => [path, reason])) }
}

test('a file is read as what it is', async (t) => {
  const root = await folder(t, {
    'notes.md': '# Hi',
    'a.ts': 'run()',
    'old.txt': Buffer.from('caf\xe9', 'latin1'),
    'wide.txt': Buffer.from('\ufeffhi', 'utf16le'),
  })
  const notes = read(await readPath(reads(READ), join(root, 'notes.md'), never))
  assert.deepEqual(
    [notes.kind, notes.title, notes.uri, notes.text],
    ['document', 'notes.md', join(root, 'notes.md'), '# Hi'],
  )
  assert.equal(read(await readPath(reads(READ), join(root, 'a.ts'), never)).kind, 'code')
  assert.equal(read(await readPath(reads(READ), join(root, 'old.txt'), never)).text, 'café')
  assert.equal(read(await readPath(reads(READ), join(root, 'wide.txt'), never)).text, 'hi')
})

test("a document is read by the reader; what that can't is said", async (t) => {
  const root = await folder(t, { 'paper.PDF': '%PDF-1.7 \0' })
  const path = join(root, 'paper.PDF')
  assert.equal(read(await readPath(reads(READ), path, never)).text, 'Of paper.')
  const cut = read(await readPath(reads({ ...READ, truncated: true }), path, never))
  assert.deepEqual(cut.left, { 'paper.PDF': 'its end, for it is too long' })
  const failed = await readPath(reads({ type: 'failed', reason: 'It wants a password.' }), path, never)
  assert.deepEqual(failed, { type: 'refused', problem: `${path} can't be added: It wants a password.` })
  assert.equal((await readPath(reads({ type: 'unsupported', hint: 'x' }), path, never)).type, 'refused')
})

test('what is not there, no file, or no text is refused in a sentence', async (t) => {
  const root = await folder(t, { 'picture.png': Buffer.from([0x89, 0x50, 0, 1, 2]) })
  for (const [path, problem] of [
    ['nothing', /it is not there/],
    ['picture.png', /no text/],
    ['pipe', /neither a file nor a folder/],
  ] as const) {
    if (path === 'pipe') execFileSync('mkfifo', [join(root, path)])
    const result = await readPath(reads(READ), join(root, path), never)
    assert.ok(result.type === 'refused')
    assert.match(result.problem, problem)
  }
})

test('a folder is walked without following links, and without what tools, secrets and binaries are', async (t) => {
  const outside = await folder(t, { 'secret.txt': 'outside' })
  const root = await folder(t, {
    'README.md': 'hello',
    'src/deep/a.ts': 'run()',
    'node_modules/x/index.js': 'x',
    '.venv/lib/y.py': 'y',
    '.env': 'KEY=1',
    '.env.example': 'KEY=',
    'tls/server.pem': 'secret',
    'package-lock.json': '{}',
    'app.min.js': 'x',
    'blank.txt': ' \n',
    'data.bin': Buffer.from([1, 0, 2]),
  })
  await symlink(join(outside, 'secret.txt'), join(root, 'link.txt'))
  await symlink(outside, join(root, 'linked'))
  execFileSync('mkfifo', [join(root, 'pipe')])
  const found = read(await readPath(reads(READ), root, never))
  assert.equal(found.kind, 'document')
  assert.deepEqual(found.paths, ['.env.example', 'README.md', 'src/deep/a.ts'])
  assert.deepEqual(found.left, {
    '.env': 'such files hold secrets',
    '.venv': 'what tools put there',
    'app.min.js': 'made by a program',
    'blank.txt': 'there is no text in it',
    'data.bin': 'no text',
    'link.txt': 'a link',
    linked: 'a link',
    node_modules: 'what tools put there',
    'package-lock.json': 'made by a program',
    pipe: 'no ordinary file',
    'tls/server.pem': 'such files hold secrets',
  })
})

test('of a repository there is what git knows or would add', { skip: withoutGit }, async (t) => {
  const outside = await folder(t, { 'secret.txt': 'outside' })
  const root = await folder(t, {
    '.gitignore': 'ignored/\n*.log\n',
    'tracked.md': 'yes',
    'new.md': 'yes',
    'ignored/a.md': 'no',
    'noise.log': 'no',
    'real/inside.txt': 'yes',
    'ümlaut "quoted"\n.md': 'yes',
  })
  const git = (...words: string[]) =>
    execFileSync('git', ['-C', root, '-c', 'user.email=a@b', '-c', 'user.name=a', ...words], { stdio: 'ignore' })
  git('init', '-q')
  git('add', '.')
  git('commit', '-qm', 'one')
  // What was a folder of the repository is a link out of it now.
  await rm(join(root, 'real'), { recursive: true })
  await symlink(outside, join(root, 'real'))
  await writeFile(join(outside, 'inside.txt'), 'outside')
  await writeFile(join(root, 'later.md'), 'yes')
  const found = read(await readPath(reads(READ), root, never))
  assert.equal(found.kind, 'repository')
  assert.deepEqual(
    found.paths.toSorted(),
    ['.gitignore', 'later.md', 'new.md', 'tracked.md', 'ümlaut "quoted"\n.md'].toSorted(),
  )
  assert.ok(!JSON.stringify(found.text).includes('outside'))
})

test('a repository that brings programs of its own has none of them run', { skip: withoutGit }, async (t) => {
  const root = await folder(t, { 'a.md': 'yes', 'evil.sh': '#!/bin/sh\ntouch "$(dirname "$0")/ran"\n' })
  await chmod(join(root, 'evil.sh'), 0o755)
  execFileSync('git', ['-C', root, 'init', '-q'])
  for (const key of ['core.fsmonitor', 'core.sshCommand', 'core.pager', 'core.editor'])
    execFileSync('git', ['-C', root, 'config', key, join(root, 'evil.sh')])
  const found = read(await readPath(reads(READ), root, never))
  assert.deepEqual(found.paths, ['a.md', 'evil.sh'])
  assert.equal(existsSync(join(root, 'ran')), false)
})

test('a folder that only looks like a repository is walked', async (t) => {
  const root = await folder(t, { '.git': 'gitdir: /nowhere', 'a.md': 'yes' })
  assert.deepEqual(read(await readPath(reads(READ), root, never)).paths, ['a.md'])
})

test('caps hold, and what is beyond them is told', async (t) => {
  const root = await folder(
    t,
    Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`${index}.md`, 'x'.repeat(100)])),
  )
  await writeFile(join(root, '0.md'), 'x'.repeat(1_000))
  const limits = { textBytes: 500, files: 6, allBytes: 350 }
  const found = read(await readPath({ ...reads(READ), limits }, root, never))
  assert.deepEqual(found.paths, ['1.md', '2.md', '3.md'])
  assert.match(found.left['0.md'] ?? '', /larger than/)
  assert.match(found.left['4.md'] ?? '', /in all/)
  assert.ok(Object.values(found.left).includes('more than 6 files'))
  assert.equal(found.skippedInAll, found.skipped.length)
  assert.equal((await readPath(reads(READ), root, AbortSignal.abort())).type, 'refused')
})
