// A real HTTP server over the core with in-memory stores, for the tests of the HTTP interface.
import type { TestContext } from 'node:test'
import type { TaskEventBody } from '../../src/core/vocabulary/event.ts'
import type { TaskId, UserId, WorkerId } from '../../src/core/vocabulary/ids.ts'
import { SCOPES } from '../../src/core/vocabulary/principal.ts'
import type { Principal } from '../../src/core/vocabulary/principal.ts'
import type { Refusal } from '../../src/core/vocabulary/refusal.ts'
import type { Task } from '../../src/core/vocabulary/task.ts'
import { NO_USAGE } from '../../src/core/vocabulary/usage.ts'
import { acceptRequest } from '../../src/core/task/accept-request.ts'
import { appendFromOutside, appendUnderClaim, applyCommand } from '../../src/core/task/apply-command.ts'
import { followLog } from '../../src/core/task/read-log.ts'
import { HTTP_LIMITS } from '../../src/adapters/http/deps.ts'
import type { HttpConfig, HttpDeps } from '../../src/adapters/http/deps.ts'
import { createHttpServer } from '../../src/adapters/http/server.ts'
import { issueToken } from '../../src/adapters/http/tokens.ts'
import { createMemoryArtifactStore } from '../../src/adapters/memory/artifact-store.ts'
import { createMemoryTaskQueue } from '../../src/adapters/memory/task-queue.ts'
import { createTaskRecords } from '../../src/adapters/memory/task-records.ts'
import { createMemoryTaskSignals } from '../../src/adapters/memory/task-signals.ts'
import { createMemoryTaskStore } from '../../src/adapters/memory/task-store.ts'
import { createSystemClock } from '../../src/adapters/system/clock.ts'
import { createSystemIds } from '../../src/adapters/system/ids.ts'

export const SECRET = 'a secret that is long enough'
export const OWNER: Principal = { userId: 'owner' as UserId, role: 'owner', scopes: SCOPES }
export const ADA: Principal = {
  userId: 'ada' as UserId,
  role: 'member',
  scopes: ['tasks:read', 'tasks:write', 'tasks:approve'],
}
export const BOB: Principal = { ...ADA, userId: 'bob' as UserId }

export type World = Awaited<ReturnType<typeof openWorld>>

export async function openWorld(
  t: TestContext,
  changes: { readonly config?: Partial<HttpConfig>; readonly deps?: Partial<HttpDeps> } = {},
) {
  const clock = createSystemClock()
  const ids = createSystemIds()
  const records = createTaskRecords()
  const signals = createMemoryTaskSignals()
  const store = createMemoryTaskStore(records, clock)
  const queue = createMemoryTaskQueue(records, clock)
  const logged: string[] = []
  const log = { store, signals, clock }
  const telemetry: HttpDeps['telemetry'] = {
    log: (level, message, fields) => void logged.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`),
    count: () => undefined,
    time: () => undefined,
  }
  const accept = { ...log, ids, telemetry, limits: { inputCharacters: 32_000, approvalMs: 60_000 } }
  const deps: HttpDeps = {
    acceptRequest: (request) => acceptRequest(accept, request),
    applyCommand: (taskId, command) => applyCommand(log, taskId, command),
    appendUnderClaim: (claim, bodies) => appendUnderClaim(log, claim, bodies),
    appendFromOutside: (taskId, bodies) => appendFromOutside(log, taskId, bodies),
    followLog: (taskId, after, signal) => followLog(log, taskId, after, signal, 200),
    store,
    queue,
    signals,
    ...filesInMemory(),
    access: loginsInMemory(),
    conversations: {
      findThread: async (name, chat) =>
        [...records.threads.values()].find((it) => it.interface === name && it.chat === chat) ?? null,
      messages: async (threadId, limit) => (records.messages.get(threadId) ?? []).slice(-limit),
      add: async () => undefined,
    },
    ledger: { totals: async () => NO_USAGE },
    clock,
    ids,
    telemetry,
    webhooks: null,
    bots: async () => [],
    platform: async () => {
      const model = { provider: 'offline', model: 'offline', offline: true }
      return { version: '0.0.0', sandbox: null, models: { small: model, main: model, review: model } }
    },
    metrics: async () => '# no metrics\n',
    previewHosts: null,
    ...changes.deps,
  }
  const config: HttpConfig = {
    host: '127.0.0.1',
    port: 0,
    publicUrl: null,
    jwtSecret: SECRET,
    owners: ['owner'],
    consoleDirectory: null,
    limits: { ...HTTP_LIMITS, pollMs: 200 },
    ...changes.config,
  }
  const server = createHttpServer(deps, config)
  await server.listen()
  t.after(() => server.close())
  const url = server.url()
  const address = `http://127.0.0.1:${server.port()}`

  const tokenOf = (principal: Principal) =>
    issueToken({ secret: SECRET, principal, ttlSeconds: 3_600, now: new Date(), id: ids.next() })

  /** A request as that principal, or as nobody; an object as the body is sent as JSON. */
  async function call(
    principal: Principal | null,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const authorization = principal === null ? {} : { authorization: `Bearer ${await tokenOf(principal)}` }
    const sent =
      body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...authorization, ...headers } }
    return fetch(url + path, { method, headers: { ...authorization, ...headers }, ...sent })
  }

  async function createTask(principal: Principal, text = 'make a page'): Promise<TaskId> {
    const { id } = await jsonOf(await call(principal, 'POST', '/v1/tasks', { input_text: text }))
    return id as TaskId
  }

  /** Claims the task and appends to it as a worker would. */
  async function claimed(taskId: TaskId) {
    const worker = 'worker-1' as WorkerId
    const [claim] = await queue.claim({ worker, limit: 1, leaseMs: 60_000, only: taskId })
    if (claim === undefined) throw new Error(`${taskId} can't be claimed`)
    const append = async (...bodies: readonly TaskEventBody[]): Promise<void> => {
      const outcome: Task | Refusal = await appendUnderClaim(log, { taskId, token: claim.token }, bodies)
      if ('type' in outcome) throw new Error(`refused: ${outcome.type}`)
    }
    return { token: claim.token, append }
  }

  return { url, address, deps, config, call, createTask, claimed, tokenOf, logged, records, server }
}

export async function jsonOf(response: Response): Promise<Record<string, unknown>> {
  const value: unknown = await response.json()
  if (typeof value !== 'object' || value === null) throw new Error('not an object')
  return Object.fromEntries(Object.entries(value))
}

function filesInMemory(): Pick<HttpDeps, 'artifacts' | 'objects'> {
  const objects = new Map<string, Uint8Array>()
  return {
    artifacts: createMemoryArtifactStore(),
    objects: {
      put: async (key, bytes) => void objects.set(key, bytes),
      get: async (key) => objects.get(key) ?? null,
      delete: async (key) => void objects.delete(key),
    },
  }
}

function loginsInMemory(): HttpDeps['access'] {
  const tokens = new Map<string, { readonly userId: UserId; readonly expiresAt: Date }>()
  return {
    addLoginToken: async (hash, userId, expiresAt) => void tokens.set(hash, { userId, expiresAt }),
    takeLoginToken: async (hash, now) => {
      const found = tokens.get(hash)
      tokens.delete(hash)
      return found !== undefined && found.expiresAt > now ? found.userId : null
    },
  }
}
