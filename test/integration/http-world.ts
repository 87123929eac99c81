// A real HTTP server over the core with in-memory stores, for the tests of the HTTP interface.
import type { TestContext } from 'node:test'
import type { TaskEventBody } from '../../src/core/vocabulary/event.ts'
import type { TaskId, UserId, WorkerId } from '../../src/core/vocabulary/ids.ts'
import { SCOPES } from '../../src/core/vocabulary/principal.ts'
import type { Principal } from '../../src/core/vocabulary/principal.ts'
import type { Refusal } from '../../src/core/vocabulary/refusal.ts'
import type { Task } from '../../src/core/vocabulary/task.ts'
import { NO_USAGE } from '../../src/core/vocabulary/usage.ts'
import { buildContextPack } from '../../src/core/context/context-pack.ts'
import { gatherContext } from '../../src/core/context/gather.ts'
import { NO_REQUEST_LIMITS } from '../../src/core/access/requests.ts'
import { createBashReader } from '../../src/adapters/shell/bash-reader.ts'
import { createRecorder } from '../../src/core/audit/record.ts'
import { giveToTask, readArtifacts } from '../../src/core/conversation/read-artifacts.ts'
import { takeWords } from '../../src/core/conversation/take-words.ts'
import { indexSource } from '../../src/core/knowledge/index-source.ts'
import { lookUp } from '../../src/core/knowledge/look-up.ts'
import type { LocalFile, LocalReading } from '../../src/core/ports/local-readers.ts'
import { ModelError } from '../../src/core/ports/models.ts'
import type { MemoryScope } from '../../src/core/vocabulary/memory.ts'
import { acceptDelivery } from '../../src/core/task/accept-delivery.ts'
import { acceptRequest } from '../../src/core/task/accept-request.ts'
import { keepRule } from '../../src/core/approval/standing.ts'
import { createMemoryStandingApprovals } from '../../src/adapters/memory/standing-approvals.ts'
import { appendFromOutside, appendUnderClaim, applyCommand } from '../../src/core/task/apply-command.ts'
import { followLog } from '../../src/core/task/read-log.ts'
import { HTTP_LIMITS } from '../../src/adapters/http/deps.ts'
import type { HttpConfig, HttpDeps } from '../../src/adapters/http/deps.ts'
import { createHttpServer } from '../../src/adapters/http/server.ts'
import { issueCredential } from '../../src/adapters/http/issue-credential.ts'
import { createMemoryAccessStore } from '../../src/adapters/memory/access-store.ts'
import { createMemoryArtifactStore } from '../../src/adapters/memory/artifact-store.ts'
import { createMemoryConversationStore } from '../../src/adapters/memory/conversation-store.ts'
import { defaultPolicy } from '../../src/core/policy/default-policy.ts'
import { createMemoryAuditLog } from '../../src/adapters/memory/audit-log.ts'
import { createMemoryCredentialStore } from '../../src/adapters/memory/credential-store.ts'
import { createMemoryMemberStore } from '../../src/adapters/memory/member-store.ts'
import { createMemoryRateLimits } from '../../src/adapters/memory/rate-limits.ts'
import { createMemoryFactStore } from '../../src/adapters/memory/fact-store.ts'
import { createMemoryIdentityStore } from '../../src/adapters/memory/identity-store.ts'
import { createMemoryKnowledgeStore } from '../../src/adapters/memory/knowledge-store.ts'
import { createScriptedReaders } from '../../src/adapters/memory/local-readers.ts'
import { createMemoryMemoryFiles } from '../../src/adapters/memory/memory-files.ts'
import { createMemoryObjectStore } from '../../src/adapters/memory/object-store.ts'
import { createMemoryTaskQueue } from '../../src/adapters/memory/task-queue.ts'
import { createTaskRecords } from '../../src/adapters/memory/task-records.ts'
import type { TaskRecords } from '../../src/adapters/memory/task-records.ts'
import { createMemoryTaskSignals } from '../../src/adapters/memory/task-signals.ts'
import { createMemoryTemplates } from '../../src/adapters/memory/templates.ts'
import { createMemoryTaskStore } from '../../src/adapters/memory/task-store.ts'
import { createSystemClock } from '../../src/adapters/system/clock.ts'
import { createSystemIds } from '../../src/adapters/system/ids.ts'
import { plainIntake } from '../simulation/terms.ts'
import { createMemoryVault } from '../support/memory-vault.ts'
import { memoryStop } from '../simulation/memory-stop.ts'

export const SECRET = 'a secret that is long enough'
const CURRENT = { id: 'key-1', secret: SECRET }
export const KEYS = { current: CURRENT, accepted: [CURRENT] }
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
  const accept = {
    ...log,
    ids,
    telemetry,
    ...plainIntake(),
    limits: { inputCharacters: 32_000, approvalMs: 60_000 },
  }
  const conversations = createMemoryConversationStore(records)
  const files = { artifacts: createMemoryArtifactStore(records), objects: createMemoryObjectStore() }
  const memory = {
    facts: createMemoryFactStore(),
    memoryFiles: createMemoryMemoryFiles(),
    identities: createMemoryIdentityStore(),
    knowledge: createMemoryKnowledgeStore(),
  }
  const noVectors = { embeddingModel: () => null, embed: () => Promise.reject(new Error('No model embeds here')) }
  const knowledge = { knowledge: memory.knowledge, models: noVectors, clock, telemetry }
  const gather = {
    ...memory,
    conversations,
    store,
    telemetry,
    lookUp: (scopes: readonly MemoryScope[], words: string) => lookUp(knowledge, scopes, words),
  }
  const audit = createMemoryAuditLog()
  const standing = createMemoryStandingApprovals()
  const deps: HttpDeps = {
    acceptRequest: (request) => acceptRequest(accept, request),
    acceptDelivery: (request) => acceptDelivery(accept, request),
    applyCommand: (taskId, command) => applyCommand(log, taskId, command),
    keepRule: (task, approvalId, by) => keepRule({ standing, ids, clock }, task, approvalId, by),
    appendUnderClaim: (claim, bodies) => appendUnderClaim(log, claim, bodies),
    appendFromOutside: (taskId, bodies) => appendFromOutside(log, taskId, bodies),
    followLog: (taskId, after, signal) => followLog(log, taskId, after, signal, 200),
    store,
    queue,
    stop: memoryStop({ store, signals, clock, queue, telemetry }),
    signals,
    ...files,
    access: createMemoryAccessStore(),
    credentials: createMemoryCredentialStore(clock),
    members: createMemoryMemberStore(),
    rates: createMemoryRateLimits(clock),
    recorder: createRecorder({ audit, clock, telemetry }),
    audit,
    auditAnchor: { append: async () => undefined, read: async function* () {} },
    conversations,
    takeWords: (words, heard) => takeWords({ ...accept, conversations, objects: files.objects }, words, heard),
    readArtifacts: (messageId, given) =>
      readArtifacts({ ...files, clock, ids, telemetry, models: NO_SENSES, readers: READERS }, messageId, given),
    giveToTask: (task, artifacts) => giveToTask({ ...log, ...files, ids }, task, artifacts),
    contextOf: async (query) => buildContextPack(await gatherContext(gather, query), 6_000),
    limits: accept.limits,
    ...memory,
    addKnowledge: async ({ by, ...source }) => {
      const indexed = await indexSource({ ...knowledge, ids }, { ...source, addedBy: by })
      if (indexed.type === 'indexed') return indexed.source
      return { type: 'invalid', problem: indexed.type === 'empty' ? 'There is nothing in it.' : 'It is too large.' }
    },
    lookUp: (scopes, words, limit) => lookUp(knowledge, scopes, words, limit),
    people: peopleInMemory(records),
    secretKeeper: createMemoryVault(clock).keeper,
    policy: async () => defaultPolicy(),
    policyFile: async () => null,
    shell: createBashReader(),
    templates: createMemoryTemplates([]),
    ledger: { totals: async () => NO_USAGE, typical: async () => null },
    clock,
    ids,
    telemetry,
    webhooks: null,
    bots: async () => [],
    platform: async () => {
      const model = { provider: 'offline', model: 'offline', offline: true }
      const models = { small: model, main: model, review: model }
      const sandbox = { memoryBytes: 2_000_000_000, processes: 512, diskBytes: 1_000_000_000 }
      const limits = {
        requests: { ...NO_REQUEST_LIMITS, perMinute: 10 },
        inputCharacters: 32_000,
        commandMs: 300_000,
        sandbox,
      }
      return { version: '0.0.0', sandbox: null, models, limits }
    },
    metrics: async () => '# no metrics\n',
    previewHosts: null,
    ...changes.deps,
  }
  const config: HttpConfig = {
    host: '127.0.0.1',
    port: 0,
    publicUrl: null,
    keyring: async () => KEYS,
    owners: ['owner'],
    telegramTokens: [],
    requests: NO_REQUEST_LIMITS,
    requesterAbort: true,
    consoleDirectory: null,
    limits: { ...HTTP_LIMITS, pollMs: 200 },
    ...changes.config,
  }
  const server = createHttpServer(deps, config)
  await server.listen()
  t.after(() => server.close())
  const url = server.url()
  const address = `http://127.0.0.1:${server.port()}`

  /** On record and signed, whatever the principal claims. */
  async function credentialOf(
    principal: Principal,
    { kind = 'token', ttlSeconds = 3_600 }: { readonly kind?: 'token' | 'session'; readonly ttlSeconds?: number } = {},
  ) {
    const { key, issuedBy, label } = { key: CURRENT, issuedBy: OWNER.userId, label: 'a test' }
    return issueCredential(deps, { key, kind, principal, label, issuedBy, ttlSeconds })
  }

  const issued = new Map<Principal, Promise<string>>()
  /** The same one each time. */
  function tokenOf(principal: Principal): Promise<string> {
    const token = issued.get(principal) ?? credentialOf(principal).then((it) => it.token)
    issued.set(principal, token)
    return token
  }

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

  return {
    url,
    address,
    deps,
    /** For tokens that sign somebody in. */
    login: { ...deps, keyring: config.keyring },
    config,
    call,
    createTask,
    claimed,
    tokenOf,
    credentialOf,
    logged,
    records,
    server,
    audit,
    standing,
  }
}

export async function jsonOf(response: Response): Promise<Record<string, unknown>> {
  const value: unknown = await response.json()
  if (typeof value !== 'object' || value === null) throw new Error('not an object')
  return Object.fromEntries(Object.entries(value))
}

const textOf = ({ bytes }: LocalFile): LocalReading =>
  ({ type: 'read', text: new TextDecoder().decode(bytes), about: {}, by: 'the test', truncated: false }) as const
/** Recordings and documents say what their bytes say; of pictures nothing can be read. */
const READERS = createScriptedReaders({
  speechText: (file) => textOf({ ...file, bytes: file.bytes.subarray('OggS'.length) }),
  documentText: textOf,
})
const deaf = () => Promise.reject(new ModelError('unsupported', 'No model hears or sees here.'))
const NO_SENSES = { transcribe: deaf, describeImage: deaf }

/** Messages alone are enough to tell whose records are given out. */
function peopleInMemory(records: TaskRecords): HttpDeps['people'] {
  const busy = (userId: UserId) =>
    [...records.tasks.values()].filter(({ task }) => task.userId === userId && task.status === 'running').length
  return {
    records: async function* (userId) {
      for (const said of records.messages.values())
        for (const { id, author, text } of said)
          if (author === userId) yield { kind: 'messages', data: { id, author, body: text } }
    },
    erase: async (userId) => {
      if (busy(userId) > 0) return { type: 'busy', tasks: busy(userId) }
      let gone = 0
      for (const [thread, said] of records.messages) {
        const left = said.filter(({ author }) => author !== userId)
        gone += said.length - left.length
        records.messages.set(thread, left)
      }
      return { records: { messages: gone }, objectKeys: [] }
    },
  }
}
