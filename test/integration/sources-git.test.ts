// Tasks that start from a repository: fetched by git itself, from a server of git's own, into a real sandbox.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Task, WorkspaceSource } from '../../src/core/vocabulary/task.ts'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'
import { FINISH } from '../simulation/workbench.ts'
import { gitServer, gitStage, HOST, secretFor, TOKEN } from './git-world.ts'

type Stage = NonNullable<Awaited<ReturnType<typeof gitStage>>>

function from(url: string, more: Partial<Extract<WorkspaceSource, { type: 'git' }>> = {}): WorkspaceSource {
  return { type: 'git', url, ref: null, paths: [], ...more }
}

async function start(stage: Stage, source: WorkspaceSource): Promise<Task> {
  const { id } = await stage.ask({ taskType: 'dev_pipeline', source })
  return stage.work(id)
}

const fileOf = (stage: Stage, id: TaskId, path: string): string =>
  readFileSync(join(stage.dataDir, 'workspaces', id, 'files', path), 'utf8')

async function laidOf(
  stage: Stage,
  id: TaskId,
): Promise<{ repository: { head: string; branch: string | null }; notes: string[] }> {
  const step = (await stage.told(id, 'step.completed')).find((one) => one.step === 'workspace/source')
  return step?.output as never
}

async function stageWith(
  t: TestContext,
  options: Omit<Parameters<typeof gitStage>[1], 'server'> & { token?: string | null } = {},
) {
  const server = gitServer(t, options.token ?? null)
  const stage = await gitStage(t, { ...options, server })
  return stage === null ? null : { server, stage }
}

test('a repository is what the work starts with, and what it changes is told apart from it', async (t) => {
  const world = await stageWith(t, {
    script: {
      chat: (_, turn) => ({
        calls: turn === 1 ? [{ tool: 'write', input: { path: 'new.txt', content: 'new\n' } }] : [FINISH],
      }),
    },
  })
  if (world === null) return
  const { server, stage } = world
  server.commit('ada/shop', { 'index.txt': 'one\n', 'crlf.txt': 'a\r\nb\r\n', '.gitattributes': '* text eol=crlf\n' })
  const head = server.commit('ada/shop', { 'index.txt': 'two\n' })
  const task = await start(stage, from(`http://${HOST}/ada/shop`))
  assert.equal(task.status, 'completed', task.error ?? '')
  assert.deepEqual(task.result?.changed_files, ['new.txt'])
  const packed = (await stage.told(task.id, 'artifact.added')).map(({ name }) => name)
  assert.ok(packed.includes('series.patch') && packed.includes('changes.bundle'), packed.join())
  assert.equal(fileOf(stage, task.id, 'index.txt'), 'two\n')
  assert.equal((await laidOf(stage, task.id)).repository.head, head)
  assert.equal((await laidOf(stage, task.id)).repository.branch, 'main')
  assert.equal(new Set(stage.dialed).size, 1)
})

test('a branch, a tag, a commit; what there is not', async (t) => {
  const world = await stageWith(t)
  if (world === null) return
  const { server, stage } = world
  const first = server.commit('ada/shop', { 'a.txt': 'first\n' })
  server.commit('ada/shop', { 'a.txt': 'second\n' })
  server.commit('ada/shop', { 'a.txt': 'branched\n' }, { branch: 'feature/login' })
  const url = `http://${HOST}/ada/shop.git`
  const [branch, commit, missing, gone, nowhere] = await Promise.all([
    start(stage, from(url, { ref: 'feature/login' })),
    start(stage, from(url, { ref: first })),
    start(stage, from(url, { ref: 'no-such-branch' })),
    start(stage, from(url, { ref: 'f'.repeat(40) })),
    start(stage, from(`http://${HOST}/ada/nothing`)),
  ])
  assert.equal(fileOf(stage, branch.id, 'a.txt'), 'branched\n')
  assert.equal((await laidOf(stage, branch.id)).repository.branch, 'feature/login')
  assert.equal(fileOf(stage, commit.id, 'a.txt'), 'first\n')
  assert.equal((await laidOf(stage, commit.id)).repository.branch, null)
  assert.match(missing.error ?? '', /has no branch, tag or commit no-such-branch/)
  assert.match(gone.error ?? '', /has no branch, tag or commit ffff/)
  assert.match(
    nowhere.error ?? '',
    /There is no repository http:\/\/git\.example\/ada\/nothing, or it is a private one/,
  )
})

test('with folders named, only those are fetched, and the rest is not taken for deleted', async (t) => {
  const world = await stageWith(t)
  if (world === null) return
  const { server, stage } = world
  server.commit('ada/mono', {
    'README.md': 'top\n',
    'apps/shop/main.txt': 'shop\n',
    'apps/blog/main.txt': 'blog\n',
    'big/file.bin': Buffer.alloc(300_000, 7),
  })
  const task = await start(stage, from(`http://${HOST}/ada/mono`, { paths: ['apps/shop'] }))
  assert.equal(task.status, 'completed', task.error ?? '')
  assert.equal(fileOf(stage, task.id, 'apps/shop/main.txt'), 'shop\n')
  assert.equal(existsSync(join(stage.dataDir, 'workspaces', task.id, 'files', 'big')), false)
  assert.deepEqual(task.result?.changed_files, [])
  assert.match((await laidOf(stage, task.id)).notes.join(), /Only apps\/shop/)
  const no = await start(stage, from(`http://${HOST}/ada/mono`, { paths: ['apps/none'] }))
  assert.match(no.error ?? '', /has no such folder: apps\/none/)
})

test('a private repository is had with the secret for its host, which no file and no program of the sandbox ever holds', async (t) => {
  const world = await stageWith(t, { token: TOKEN, secrets: [secretFor([HOST])] })
  if (world === null) return
  const { server, stage } = world
  server.commit('ada/private', { 'a.txt': 'private\n' })
  const task = await start(stage, from(`https://${HOST}/ada/private`))
  assert.equal(task.status, 'completed', task.error ?? '')
  assert.equal(fileOf(stage, task.id, 'a.txt'), 'private\n')
  const config = fileOf(stage, task.id, '.git/config')
  assert.ok(!config.includes('secret-GIT_TOKEN') && !config.includes(TOKEN), config)
  // Asked without it first: only a host that wants a token gets one.
  assert.equal(server.requests[0]?.authorization, null)
  assert.ok(!JSON.stringify(await stage.log(task.id)).includes(TOKEN))
  assert.deepEqual(
    (await stage.told(task.id, 'secret.used')).map(({ name }) => name),
    ['GIT_TOKEN'],
  )
})

test('without a token, with a wrong one, or where a person has to say yes first', async (t) => {
  const server = gitServer(t, TOKEN)
  server.commit('ada/private', { 'a.txt': 'private\n' })
  const without = await gitStage(t, { server })
  if (without === null) return
  const none = await start(without, from(`https://${HOST}/ada/private`))
  assert.match(none.error ?? '', /certificate|needs a token/)
  const clear = await start(without, from(`http://${HOST}/ada/private`))
  assert.match(clear.error ?? '', /tokens are never sent without TLS: use https/)
  const wrong = await gitStage(t, { server, secrets: [secretFor([HOST], 'another-token-4711')] })
  assert.ok(wrong)
  assert.match(
    (await start(wrong, from(`https://${HOST}/ada/private`))).error ?? '',
    /does not take the token GIT_TOKEN/,
  )
  const asking = await gitStage(t, { server, secrets: [secretFor([HOST])], policy: {} })
  assert.ok(asking)
  const asked = await start(asking, from(`https://${HOST}/ada/private`))
  assert.equal(asked.status, 'needs_approval')
  assert.equal(asked.approval?.subject, `GIT_TOKEN for ${HOST}`)
})

test('what the policy denies, and what lies in a private network, is not fetched', async (t) => {
  const server = gitServer(t, null)
  server.commit('ada/shop', { 'a.txt': 'a\n' })
  const denied = await gitStage(t, {
    server,
    policy: { rules: [{ id: 'no.git', verdict: 'deny', why: 'Not that host.', when: { host: [HOST] } }] },
  })
  if (denied === null) return
  assert.match((await start(denied, from(`http://${HOST}/ada/shop`))).error ?? '', /may not be reached: Not that host/)
  const inside = await gitStage(t, { server, resolve: async () => ['10.1.2.3'] })
  assert.ok(inside)
  assert.match(
    (await start(inside, from(`http://${HOST}/ada/shop`))).error ?? '',
    /10\.1\.2\.3 is not reached|refuses this/,
  )
  assert.deepEqual(inside.dialed, [])
  const listed = await gitStage(t, {
    server,
    resolve: async () => ['10.1.2.3'],
    policy: { egress: [{ host: HOST, ports: [80], private: true }] },
  })
  assert.ok(listed)
  assert.equal((await start(listed, from(`http://${HOST}/ada/shop`))).status, 'completed')
  const metadata = await start(listed, from('http://169.254.169.254/latest/meta'))
  assert.match(metadata.error ?? '', /may not be reached/)
})

test('a hostile repository does nothing: links, filters, hooks, submodules, names', async (t) => {
  const world = await stageWith(t)
  if (world === null) return
  const { server, stage } = world
  server.commit('eve/trap', {
    passwd: { link: '/etc/passwd' },
    up: { link: '../../../../../../etc' },
    '.gitattributes': '*.txt filter=evil\n*.bin filter=lfs\n',
    '.githooks/post-checkout': { program: '#!/bin/sh\ntouch /workspace/pwned\n' },
    'a.txt': 'plain\n',
    'b.bin': 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n',
    '-rf': 'a name like an option\n',
    'näme\twith\ttabs': 'x\n',
  })
  const task = await start(stage, from(`http://${HOST}/eve/trap`))
  assert.equal(task.status, 'completed', task.error ?? '')
  assert.deepEqual(task.result?.changed_files, [])
  assert.equal(fileOf(stage, task.id, 'a.txt'), 'plain\n')
  assert.equal(existsSync(join(stage.dataDir, 'workspaces', task.id, 'files', 'pwned')), false)
  assert.match((await laidOf(stage, task.id)).notes.join(), /Git LFS/)
  for (const url of [`http://ada:pw@${HOST}/ada/shop`, 'ssh://git@host/ada/shop', 'file:///etc', `http://${HOST}/a?b`])
    assert.equal((await start(stage, from(url))).status, 'failed')
})

test('a clone that was cut off by the death of its worker is begun anew, and comes to the same', async (t) => {
  const world = await stageWith(t)
  if (world === null) return
  const { server, stage } = world
  const head = server.commit('ada/shop', { 'a.txt': 'a\n' })
  const { id } = await stage.ask({ taskType: 'dev_pipeline', source: from(`http://${HOST}/ada/shop`) })
  let killed = false
  server.onRequest(async (url) => {
    if (killed || !url.includes('git-upload-pack') || url.includes('info/refs')) return
    killed = true
    // As a worker that is gone leaves it: the sandbox dies with it, nothing is recorded.
    await stage.sandboxes.kill([id])
  })
  await stage.runOnce(id)
  assert.ok(killed)
  const task = await stage.work(id)
  assert.equal(task.status, 'completed', task.error ?? '')
  assert.equal((await laidOf(stage, id)).repository.head, head)
  assert.equal(fileOf(stage, id, 'a.txt'), 'a\n')
})
