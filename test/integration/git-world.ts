// Repositories on a make-believe internet: git's own server behind http and https on loopback, with a worker whose sandboxes reach nothing else.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after } from 'node:test'
import type { TestContext } from 'node:test'
import { createSandboxProvider } from '../../src/adapters/sandbox/bubblewrap-provider.ts'
import { createWorkspaces } from '../../src/adapters/sandbox/workspaces.ts'
import { policyOf } from '../../src/core/policy/default-policy.ts'
import type { OperatorPolicy } from '../../src/core/policy/default-policy.ts'
import type { UsableSecret } from '../../src/core/secrets/vault.ts'
import type { CodeHost } from '../../src/core/ports/code-host.ts'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'
import type { Task } from '../../src/core/vocabulary/task.ts'
import { isTerminal } from '../../src/core/vocabulary/task.ts'
import { createWorkbench } from '../simulation/workbench.ts'
import type { WorkbenchOptions } from '../simulation/workbench.ts'
import { listening, PUBLIC, secureServer, worldGate } from './egress-world.ts'

export const HOST = 'git.example'
export const TOKEN = 'a-token-that-nobody-sees-7391'

export type Content =
  | string
  | Buffer
  | { readonly link: string }
  | { readonly program: string }
  | { readonly submodule: string }
export type Files = Readonly<Record<string, Content>>

export function git(folder: string, ...words: readonly string[]): string {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.org',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.org',
  }
  const { status, stdout, stderr } = spawnSync('git', words, { cwd: folder, env, maxBuffer: 100_000_000 })
  assert.equal(status, 0, `git ${words.join(' ')}: ${stderr.toString()}`)
  return stdout.toString().trim()
}

export type GitServer = {
  /** By `owner/name`: makes it, or adds a commit to it. Returns the commit. */
  readonly commit: (
    name: string,
    files: Files,
    options?: { readonly branch?: string; readonly message?: string },
  ) => string
  readonly bare: (name: string) => string
  /** Of the requests, oldest first. */
  readonly requests: { readonly method: string; readonly url: string; readonly authorization: string | null }[]
  /** Called before each is answered; what it gives back is awaited. */
  readonly onRequest: (listener: (url: string) => void | Promise<void>) => void
  readonly answer: http.RequestListener
}

/** `token`: what everything takes as a password; null where nobody has to sign in. */
export function gitServer(t: { readonly after: (fn: () => void) => void }, token: string | null): GitServer {
  const root = mkdtempSync(join(tmpdir(), 'factotum-git-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const requests: GitServer['requests'] = []
  let listener: (url: string) => void | Promise<void> = () => undefined
  const bare = (name: string): string => join(root, 'served', `${name}.git`)

  function commit(name: string, files: Files, { branch = 'main', message = 'Work of theirs' } = {}): string {
    const work = join(root, 'work', name)
    if (!existsSync(bare(name))) {
      mkdirSync(bare(name), { recursive: true })
      git(bare(name), 'init', '-q', '--bare', '-b', 'main')
      for (const key of ['http.receivepack', 'uploadpack.allowFilter', 'uploadpack.allowAnySHA1InWant'])
        git(bare(name), 'config', key, 'true')
      mkdirSync(work, { recursive: true })
      git(work, 'init', '-q', '-b', 'main')
      git(work, 'remote', 'add', 'origin', bare(name))
    }
    git(work, 'checkout', '-q', '-B', branch)
    const submodules: string[] = []
    for (const [path, content] of Object.entries(files)) {
      const file = join(work, path)
      mkdirSync(dirname(file), { recursive: true })
      rmSync(file, { force: true })
      if (typeof content === 'string' || Buffer.isBuffer(content)) writeFileSync(file, content)
      else if ('link' in content) symlinkSync(content.link, file)
      else if ('submodule' in content) submodules.push(`160000,${content.submodule},${path}`)
      else {
        writeFileSync(file, content.program)
        chmodSync(file, 0o755)
      }
    }
    git(work, 'add', '-A', '-f')
    for (const entry of submodules) git(work, 'update-index', '--add', '--cacheinfo', entry)
    git(work, 'commit', '-q', '--allow-empty', '-m', message)
    git(work, 'push', '-q', 'origin', branch)
    return git(work, 'rev-parse', 'HEAD')
  }

  return {
    commit,
    bare,
    requests,
    onRequest: (given) => void (listener = given),
    answer: (request, response) => {
      const url = request.url ?? '/'
      const { authorization = null } = request.headers
      requests.push({ method: request.method ?? '', url, authorization })
      void (async () => {
        await listener(url)
        // Gone meanwhile: nothing that is started for it would ever end.
        if (response.destroyed || request.destroyed) return
        const password = Buffer.from((authorization ?? '').replace(/^basic /i, ''), 'base64')
          .toString()
          .split(':')[1]
        if (token !== null && password !== token) {
          response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('Sign in.')
          return
        }
        backend(join(root, 'served'), request, response)
      })().catch(() => response.destroy())
    },
  }
}

/** git http-backend speaks CGI (RFC 3875). */
function backend(root: string, request: http.IncomingMessage, response: http.ServerResponse): void {
  const [path = '', query = ''] = (request.url ?? '').split('?')
  // Repositories are known by their names without an ending, too.
  const known = path.replace(/^(\/[^/]+\/[^/]+?)(?:\.git)?(\/(?:info\/refs|git-[\w-]+|HEAD|objects\/.*))$/, '$1.git$2')
  const child = spawn('git', ['http-backend'], {
    detached: true,
    env: {
      PATH: process.env['PATH'] ?? '',
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: known,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method ?? '',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_ADDR: '127.0.0.1',
      REMOTE_USER: 'ada',
    },
  })
  child.stdin.on('error', () => undefined)
  request.pipe(child.stdin)
  // With what it started: a client that went away leaves it waiting.
  response.once('close', () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It had ended.
    }
    child.stdout.destroy()
  })
  let head = Buffer.alloc(0)
  let begun = false
  child.stdout.on('data', (piece: Buffer) => {
    if (begun) return void response.write(piece)
    head = Buffer.concat([head, piece])
    const end = head.indexOf('\r\n\r\n')
    if (end === -1) return
    begun = true
    const lines = head.subarray(0, end).toString().split('\r\n')
    const headers = lines.map(
      (line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const,
    )
    const status = headers.find(([name]) => name.toLowerCase() === 'status')?.[1] ?? '200'
    response.writeHead(
      Number.parseInt(status, 10),
      Object.fromEntries(headers.filter(([name]) => name.toLowerCase() !== 'status')),
    )
    response.write(head.subarray(end + 4))
  })
  child.once('close', () => response.end())
}

export function secretFor(hosts: readonly string[], value = TOKEN, name = 'GIT_TOKEN'): UsableSecret {
  return { name, hosts, use: { type: 'allow' }, value: async () => value }
}

const dataDir = mkdtempSync(join(tmpdir(), 'factotum-git-data-'))
after(() => rmSync(dataDir, { recursive: true, force: true }))

type StageOptions = WorkbenchOptions & {
  readonly policy?: OperatorPolicy
  readonly server?: GitServer
  readonly codeHosts?: readonly CodeHost[]
  readonly resolve?: (host: string) => Promise<readonly string[]>
}

export const TRUSTING: OperatorPolicy = {
  rules: [{ id: 'test.secrets', verdict: 'allow', why: 'A test.', when: { tool: ['secret'] } }],
}

/** A worker whose sandboxes and workspaces are real, and whose internet is the server. Null after skipping the test. */
export async function gitStage(t: TestContext, options: StageOptions) {
  const { server } = options
  const internet =
    server === undefined
      ? {}
      : { 80: await listening(t, http.createServer(server.answer)), 443: await secureServer(t, server.answer) }
  const dialed: string[] = []
  const resolve = options.resolve ?? (async () => [PUBLIC])
  const egressGate = await worldGate(internet, dialed, { resolve })
  const quiet = { log: () => undefined, say: () => undefined }
  const sandboxes = createSandboxProvider({ dataDir, egressGate, ...quiet })
  const { level, findings } = await sandboxes.probe()
  if (level !== 'L1') {
    t.skip(findings.find(({ ok }) => !ok)?.detail ?? 'this machine has no sandbox')
    return null
  }
  const workspaces = createWorkspaces({ dataDir, limits: { diskBytes: 500_000_000 }, say: () => undefined })
  const bench = createWorkbench({
    ...options,
    terms: { workspaces },
    limits: {
      commandMs: 60_000,
      sandbox: { memoryBytes: 2e9, processes: 200, diskBytes: 500_000_000 },
      ...options.limits,
    },
    tamper: (deps) => ({
      sandboxes,
      workspaces,
      policy: async () => policyOf(options.policy ?? TRUSTING, 'test'),
      codeHosts: options.codeHosts ?? [],
      ...options.tamper?.(deps),
    }),
  })
  t.after(() => sandboxes.kill('all'))

  /** Until it is over or asks. */
  async function work(id: TaskId): Promise<Task> {
    for (let run = 0; run < 6; run += 1) {
      const { status } = await bench.task(id)
      if (isTerminal(status) || status === 'needs_approval') break
      const end = await bench.runOnce(id)
      if (end.type === 'over') await end.workshop?.close('the test is over')
    }
    return bench.task(id)
  }
  return { ...bench, bench, work, workspaces, dialed, sandboxes, dataDir, internet }
}
