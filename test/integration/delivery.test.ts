// Finished work on its way to a repository: real git on both sides, a person's yes in between, and everything that can go wrong.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { CodeHost } from '../../src/core/ports/code-host.ts'
import { acceptDelivery } from '../../src/core/task/accept-delivery.ts'
import type { WantedDelivery } from '../../src/core/task/accept-delivery.ts'
import { applyCommand, isRefusal } from '../../src/core/task/apply-command.ts'
import type { Task, WorkspaceSource } from '../../src/core/vocabulary/task.ts'
import type { TaskId, UserId } from '../../src/core/vocabulary/ids.ts'
import type { JsonValue } from '../../src/core/vocabulary/json.ts'
import type { PullRequestWanted } from '../../src/core/vocabulary/code-host.ts'
import { ADA, FINISH } from '../simulation/workbench.ts'
import type { WorkbenchOptions } from '../simulation/workbench.ts'
import { git, gitServer, gitStage, HOST, secretFor, TOKEN } from './git-world.ts'

type Stage = NonNullable<Awaited<ReturnType<typeof gitStage>>>

const URL_ = `https://${HOST}/ada/shop`
const SOURCE: WorkspaceSource = { type: 'git', url: URL_, ref: null, paths: [] }
const PLAIN: WantedDelivery = { url: null, branch: null, base: null, title: null, pullRequest: false }
const TREE = {
  'src/a.txt': 'one\ntwo\nthree\nfour\nfive\n',
  'src/b.bin': Buffer.from([0, 1, 2, 255]),
  'old.txt': 'old\n',
}

/** Two subtasks: one changes a file and adds a binary one, the other removes one. */
const twoParts: NonNullable<WorkbenchOptions['script']> = {
  object: ({ schemaName }) => {
    if (schemaName === 'review') return { approved: true, summary: 'Fine.', findings: [] }
    const part = (id: string, title: string, depends_on: string[]) => {
      return { id, title, role: 'coder', instructions: title, acceptance: [], depends_on }
    }
    const subtasks = [part('change', 'Change the middle', []), part('tidy', 'Take the old file away', ['change'])]
    return { summary: 'Two things.', kind: 'change', template: null, subtasks }
  },
  chat: ({ messages }) => {
    const told = JSON.stringify(messages)
    const shell = (command: string): { tool: string; input: JsonValue } => ({ tool: 'shell', input: { command } })
    const [mine, does] = told.includes('Take the old file away') ? ['tidy', 'rm old.txt'] : ['change', CHANGE]
    return {
      calls: [
        told.includes(`done-${mine}`) ? FINISH : shell(`${does} && echo done-${mine.slice(0, 3)}${mine.slice(3)}`),
      ],
    }
  },
}
const CHANGE = String.raw`sed -i s/three/THREE/ src/a.txt && printf '\000\377\376' > src/new.bin`

async function done(stage: Stage, source: WorkspaceSource = SOURCE): Promise<Task> {
  const { id } = await stage.ask({ taskType: 'dev_pipeline', text: 'Make the middle louder', source })
  const task = await stage.work(id)
  assert.equal(task.status, 'completed', task.error ?? '')
  return task
}

const depsOf = ({ base }: Stage) => ({ ...base, limits: { inputCharacters: 10_000, approvalMs: 60_000 } })
let asked = 0
async function order(stage: Stage, taskId: TaskId, wanted: Partial<WantedDelivery> = {}): Promise<Task> {
  const message = { interface: 'http', chat: 'c', externalId: `deliver-${(asked += 1)}`, author: ADA, raw: {} } as const
  const accepted = await acceptDelivery(depsOf(stage), {
    ...message,
    taskId,
    whose: [ADA],
    wanted: { ...PLAIN, ...wanted },
  })
  assert.ok('created' in accepted, JSON.stringify(accepted))
  return accepted.task
}

async function approve(stage: Stage, { id, approval }: Task): Promise<void> {
  const yes = { type: 'approve', approvalId: approval?.id ?? null, by: ADA, comment: null } as const
  assert.ok(!isRefusal(await applyCommand(stage.base, id, yes)))
}

async function deliver(stage: Stage, taskId: TaskId, wanted: Partial<WantedDelivery> = {}): Promise<Task> {
  const task = await order(stage, taskId, wanted)
  await approve(stage, task)
  return stage.work(task.id)
}

async function world(t: TestContext, options: Partial<Parameters<typeof gitStage>[1]> = {}) {
  const server = gitServer(t, TOKEN)
  server.commit('ada/shop', TREE)
  const stage = await gitStage(t, { server, secrets: [secretFor([HOST])], script: twoParts, ...options })
  return stage === null ? null : { server, stage }
}

test('work goes to a branch of its own as one commit for each subtask, byte for byte, and only after a yes', async (t) => {
  const here = await world(t)
  if (here === null) return
  const { server, stage } = here
  const work = await done(stage)
  const task = await order(stage, work.id)
  assert.equal(task.status, 'needs_approval')
  assert.equal(task.approval?.kind, 'delivery')
  assert.match(
    task.approval.subject,
    /^Push 2 commits to https:\/\/git\.example\/ada\/shop\nBranch: factotum\/make-the-middle-louder-\w{8}, from main\nNo pull request\nCommits:\n- Change the middle\n- Take the old file away/,
  )
  assert.equal(task.approval.binding?.tree, work.result?.commit)
  const bare = server.bare('ada/shop')
  assert.equal(git(bare, 'branch', '--list', 'factotum/*'), '')
  await approve(stage, task)
  const sent = await stage.work(task.id)
  assert.equal(sent.status, 'completed', sent.error ?? '')
  const [branch = ''] = git(bare, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/factotum').split('\n')
  assert.equal(
    git(bare, 'log', '--reverse', '--format=%s', `main..${branch}`),
    'Change the middle\nTake the old file away',
  )
  assert.match(git(bare, 'log', '-1', '--format=%B', branch), new RegExp(`Factotum-Task: ${work.id}$`))
  assert.equal(git(bare, 'diff', '--name-status', 'main', branch), 'D\told.txt\nM\tsrc/a.txt\nA\tsrc/new.bin')
  assert.equal(git(bare, 'show', `${branch}:src/a.txt`), 'one\ntwo\nTHREE\nfour\nfive')
  assert.equal(
    git(bare, 'rev-parse', `${branch}:src/new.bin`),
    git(bare, 'hash-object', '-w', ...blob(t, [0, 255, 254])),
  )
  assert.ok(!JSON.stringify(await stage.log(task.id)).includes(TOKEN))
})

function blob(t: TestContext, bytes: readonly number[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'factotum-blob-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'blob'), Buffer.from(bytes))
  return [join(folder, 'blob')]
}

test('what moved on upstream: beside the work it is built on, against it nothing is sent', async (t) => {
  const here = await world(t)
  if (here === null) return
  const { server, stage } = here
  const work = await done(stage)
  const theirs = server.commit('ada/shop', { 'other.txt': 'theirs\n' })
  const beside = await deliver(stage, work.id, { branch: 'beside' })
  assert.equal(beside.status, 'completed', beside.error ?? '')
  assert.equal(git(server.bare('ada/shop'), 'merge-base', 'main', 'beside'), theirs)
  server.commit('ada/shop', { 'src/a.txt': 'quite\nanother\ntext\n' })
  const against = await deliver(stage, work.id, { branch: 'against' })
  assert.equal(against.status, 'failed')
  assert.match(
    against.error ?? '',
    /has changed since the work began, so nothing was sent\. It does not fit: src\/a\.txt\./,
  )
  assert.equal(git(server.bare('ada/shop'), 'branch', '--list', 'against'), '')
})

test('a branch with other work in it is left as it is; the base itself only when it is named and only forward', async (t) => {
  const here = await world(t)
  if (here === null) return
  const { server, stage } = here
  const work = await done(stage)
  const taken = server.commit('ada/shop', { 'x.txt': 'x\n' }, { branch: 'taken' })
  const no = await deliver(stage, work.id, { branch: 'taken' })
  assert.match(no.error ?? '', /has a branch taken already, with other work in it/)
  assert.equal(git(server.bare('ada/shop'), 'rev-parse', 'taken'), taken)
  const before = git(server.bare('ada/shop'), 'rev-parse', 'main')
  const onto = await deliver(stage, work.id, { branch: 'main' })
  assert.equal(onto.status, 'completed', onto.error ?? '')
  assert.equal(git(server.bare('ada/shop'), 'rev-parse', 'main~2'), before)
})

test('a worker that dies after the push, or in it, comes to the same branch with the same commits', async (t) => {
  const here = await world(t)
  if (here === null) return
  const { server, stage } = here
  const work = await done(stage)
  const task = await order(stage, work.id, { branch: 'once' })
  await approve(stage, task)
  let deaths = 0
  server.onRequest(async (url) => {
    if (deaths > 1 || !url.includes('git-receive-pack') || url.includes('info/refs') !== (deaths === 0)) return
    deaths += 1
    if (deaths === 1) await stage.sandboxes.kill([task.id])
    // The push itself arrives; its answer never does.
    else setTimeout(() => void stage.sandboxes.kill([task.id]), 20)
  })
  const sent = await stage.work(task.id)
  assert.equal(sent.status, 'completed', sent.error ?? '')
  assert.equal(deaths, 2)
  assert.equal(git(server.bare('ada/shop'), 'rev-list', '--count', 'main..once'), '2')
})

test('a task that went on from another delivers both; one with nothing to send, or that is not over, delivers nothing', async (t) => {
  const here = await world(t)
  if (here === null) return
  const { server, stage } = here
  const first = await done(stage)
  const more = await stage.ask({
    taskType: 'dev_pipeline',
    text: 'And a note',
    source: { type: 'task', task_id: first.id, commit: first.result?.commit ?? null },
  })
  assert.equal((await stage.work(more.id)).status, 'completed')
  const sent = await deliver(stage, more.id, { branch: 'both' })
  assert.equal(sent.status, 'completed', sent.error ?? '')
  assert.equal(git(server.bare('ada/shop'), 'show', 'both:src/a.txt'), 'one\ntwo\nTHREE\nfour\nfive')
  const waiting = await stage.ask({ taskType: 'dev_pipeline' })
  const message = { interface: 'http', chat: 'c', externalId: 'x1', author: ADA, raw: {} } as const
  const refused = (taskId: TaskId, wanted = PLAIN, whose: readonly UserId[] | null = [ADA]) =>
    acceptDelivery(depsOf(stage), { ...message, taskId, whose, wanted })
  assert.deepEqual(await refused(waiting.id), { type: 'wrong_status', status: waiting.status, wanted: 'completed' })
  assert.deepEqual(await refused('01900000-0000-7000-8000-000000000000' as TaskId), { type: 'not_found' })
  assert.deepEqual(await refused(first.id, PLAIN, ['bob' as UserId]), { type: 'not_found' })
  for (const wrong of [
    { branch: '../x' },
    { branch: '-f' },
    { branch: 'a b' },
    { url: 'https://a:b@git.example/x/y' },
    { base: 'a..b' },
  ])
    assert.equal(((await refused(first.id, { ...PLAIN, ...wrong })) as { type: string }).type, 'invalid')
})

test('what looks like a secret is not sent', async (t) => {
  const leak = 'not-to-be-sent-4711'
  let known = false
  const here = await world(t, {
    script: {
      ...twoParts,
      chat: (_, turn) => ({
        calls: [turn === 1 ? { tool: 'write', input: { path: 'conf.txt', content: `key ${leak}\n` } } : FINISH],
      }),
    },
    tamper: () => ({
      scanner: {
        scan: async (text, path) =>
          known && path === 'conf.txt' && text.includes(leak) ? [{ rule: 'KnownSecret', start: 0, end: 3 }] : [],
      },
    }),
  })
  if (here === null) return
  const { server, stage } = here
  const work = await done(stage)
  // As of a secret that the vault learns of only later.
  known = true
  const sent = await deliver(stage, work.id, { branch: 'leak' })
  assert.match(sent.error ?? '', /looks like a secret stands in it, so nothing was sent: conf\.txt \(KnownSecret\)/)
  assert.equal(git(server.bare('ada/shop'), 'branch', '--list', 'leak'), '')
})

test('a pull request is opened by the host of the code, with the token that is for it; without one the push stands', async (t) => {
  const wanted: PullRequestWanted[] = []
  const host: CodeHost = {
    name: 'gitea',
    matches: (url) => url.includes(HOST),
    apiOf: () => ({ host: HOST, port: 443 }),
    findPullRequest: async () => null,
    openPullRequest: async (given) => {
      wanted.push(given)
      return given.branch === 'refused'
        ? { type: 'refused', reason: 'forbidden', problem: 'It may not.', again: false }
        : { type: 'opened', existed: false, request: { type: 'pull_request', url: `${URL_}/pulls/7`, number: 7 } }
    },
  }
  const here = await world(t, { codeHosts: [host] })
  if (here === null) return
  const { stage } = here
  const work = await done(stage)
  const sent = await deliver(stage, work.id, { branch: 'pr', pullRequest: true, title: 'Louder' })
  assert.match(sent.result?.summary ?? sent.error ?? '', /Pull request 7: https:\/\/git\.example\/ada\/shop\/pulls\/7/)
  assert.equal(wanted[0]?.token, TOKEN)
  assert.deepEqual([wanted[0]?.base, wanted[0]?.branch, wanted[0]?.title], ['main', 'pr', 'Louder'])
  const refused = await deliver(stage, work.id, { branch: 'refused', pullRequest: true })
  assert.equal(refused.status, 'completed')
  assert.match(refused.result?.summary ?? '', /Pushed 2 commits[^]*No pull request was opened: It may not\./)
})
