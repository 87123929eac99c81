// The composition root: opens everything that a process of Factotum needs and hands it over as one value.
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { createGuardedFetch } from '../adapters/egress/guarded-fetch.ts'
import { createEgressGate } from '../adapters/egress/egress-gate.ts'
import { createArchives } from '../adapters/archives/zip.ts'
import { createCodeHosts } from '../adapters/code-hosts/code-hosts.ts'
import { createAnchorFile } from '../adapters/audit/anchor-file.ts'
import { createDirectoryMemoryFiles } from '../adapters/memory-files/directory.ts'
import { createModels } from '../adapters/models/models.ts'
import { senseReports } from '../adapters/models/senses.ts'
import { createRecordedModels } from '../adapters/models/recorded.ts'
import { createDirectoryObjectStore } from '../adapters/objects/directory.ts'
import { createS3ObjectStore } from '../adapters/objects/s3.ts'
import { connectPostgres } from '../adapters/postgres/connect.ts'
import { lockDirectory } from '../adapters/postgres/data-directory-lock.ts'
import { serverVersion } from '../adapters/postgres/server-version.ts'
import { startEmbedded } from '../adapters/postgres/embedded/embedded.ts'
import { createPreviews } from '../adapters/preview/previews.ts'
import { createLocalReaders, findReaders } from '../adapters/readers/local-readers.ts'
import { createBashReader } from '../adapters/shell/bash-reader.ts'
import { createKeyFile } from '../adapters/secrets/key-file.ts'
import { createSandboxProvider } from '../adapters/sandbox/bubblewrap-provider.ts'
import { createPacking } from '../adapters/sandbox/recorded-files.ts'
import { createWorkspaces } from '../adapters/sandbox/workspaces.ts'
import { createSystemClock } from '../adapters/system/clock.ts'
import { isDead, newWorkerId } from '../adapters/system/worker-id.ts'
import { createSystemIds } from '../adapters/system/ids.ts'
import { createTelemetry, logDestination } from '../adapters/telemetry/telemetry.ts'
import { imageBuilder } from './image-builder.ts'
import { platformTemplates } from './templates.ts'
import { ConfigError } from '../config.ts'
import type { Config } from '../config.ts'
import { commandTerms } from '../core/approval/command-terms.ts'
import { roleAnywhere } from '../core/approval/role-anywhere.ts'
import { keepAnchor } from '../core/audit/keep-anchor.ts'
import { keepPolicyNoted } from '../core/audit/note-policy.ts'
import { createRecorder } from '../core/audit/record.ts'
import { recordedStores } from '../core/audit/recorded-stores.ts'
import type { GatherDeps } from '../core/context/gather.ts'
import { tellOwners } from '../core/conversation/tell-owners.ts'
import { createAgentSlots } from '../core/crew/agent-slots.ts'
import { cachedModels } from '../core/crew/cached-models.ts'
import type { WorkerDeps } from '../core/dispatch/worker.ts'
import { writeFirstFiles } from '../core/memory/first-files.ts'
import { lookUp } from '../core/knowledge/look-up.ts'
import { proposeFacts } from '../core/memory/propose.ts'
import { guardedConversations, guardedInbox, keepable } from '../core/secrets/guarded-intake.ts'
import { guardedModels } from '../core/secrets/guarded-models.ts'
import { acceptRequest } from '../core/task/accept-request.ts'
import type { AcceptDeps } from '../core/task/accept-request.ts'
import type { Preview } from '../core/ports/previews.ts'
import type { Telemetry } from '../core/ports/telemetry.ts'
import type { FileToRead } from '../core/reading/read-file.ts'
import { readFile } from '../core/reading/read-file.ts'
import { closePreviews } from '../core/task/close-previews.ts'
import { PLATFORM } from '../core/task/decide.ts'
import type { TaskId, UserId } from '../core/vocabulary/ids.ts'
import type { IncomingMessage } from '../core/vocabulary/message.ts'
import { OWNER } from '../core/vocabulary/principal.ts'
import { readCrew } from './crew.ts'
import { chatOwnersOf, ownersOf } from './login.ts'
import { readPolicy } from './policy-file.ts'
import { recordedTurns } from './recorded-turns.ts'
import { createStopping } from './stop.ts'
import { readingWorkspace, sweepReadings } from './sweep-readings.ts'
import { openVault } from './vault.ts'

export type Platform = Awaited<ReturnType<typeof openPlatform>>

type OpenOptions = {
  /** Told in one line what is done to the machine (installing, building). */
  readonly say: (line: string) => void
  /** A terminal belongs to the person: its logs go to a file under the data directory. */
  readonly logTo: 'file' | 'stderr'
}

const MB = 1024 * 1024
const ATTEMPTS = 5
/** A preview opens while its task still runs: checks, review and repairs follow before its own time begins. */
const WORK_AFTER_SERVING_MS = 10 * 60_000

/** Opens the data directory and the database, and migrates it. Throws an Error with one clear sentence where that fails. */
export async function openPlatform(config: Config, { say, logTo }: OpenOptions) {
  const { dataDir } = config
  await makeDataDirectory(dataDir)
  const destination = logDestination(logTo === 'stderr' ? 'stderr' : { file: join(dataDir, 'logs', 'factotum.log') })
  let hide = (line: string): string => line
  const telemetry = createTelemetry({
    level: config.LOG_LEVEL,
    secrets: config.secrets,
    hide: (line) => hide(line),
    destination,
  })
  const clock = createSystemClock()
  const ids = createSystemIds()
  const worker = newWorkerId(ids)
  const embedded =
    config.DATABASE_URL === undefined
      ? await startEmbedded({ dataDir: join(dataDir, 'postgres'), log: telemetry.log })
      : null
  try {
    const connection = embedded?.connection ?? config.DATABASE_URL ?? ''
    const stores = await connectPostgres({ connection, log: telemetry.log })
    const recorder = createRecorder({ ...stores, clock, telemetry })
    const vault = await openVault({ ...stores, config, recorder, clock, log: telemetry.log })
    const redisCache = await openRedisCache(config, telemetry)
    const promptCache = redisCache ?? stores.promptCache
    const database = {
      ...stores,
      ...recordedStores(stores, recorder),
      promptCache,
      conversations: guardedConversations(stores.conversations, vault.scanner),
      inbox: guardedInbox(stores.inbox, vault.scanner),
    }
    hide = (line) => vault.scanner.hide(line, '[secret]')
    const models = cachedModels(
      guardedModels(
        createModels(modelsConfig(config), { log: (level, message) => telemetry.log(level, message) }),
        vault.scanner,
      ),
      { cache: promptCache, ids, telemetry, keepMs: config.PROMPT_CACHE_MINUTES * 60_000 },
    )
    const egressGate = createEgressGate({ log: telemetry.log })
    const sandboxes = createSandboxProvider({ dataDir, log: telemetry.log, say, egressGate })
    const workspaces = createWorkspaces({ dataDir, limits: { diskBytes: config.SANDBOX_DISK_MB * MB }, say })
    const objects =
      config.s3 === null ? createDirectoryObjectStore(join(dataDir, 'objects')) : createS3ObjectStore(config.s3)
    let swept: Promise<number> | null = null
    const readers = createLocalReaders({
      sandboxes,
      newWorkspace: () => {
        // What a crash left is taken away when there is next something to read, and nobody waits for that.
        swept ??= sweepReadings(dataDir, workspaces, clock.now())
        return readingWorkspace(ids.next())
      },
      removeWorkspace: (workspace) => workspaces.remove(workspace),
    })
    const previews = createPreviews({
      store: database.previewStore,
      clock,
      ids,
      worker,
      keepMs: config.previewMs + WORK_AFTER_SERVING_MS,
      previewUrl: config.PREVIEW_URL ?? null,
      log: telemetry.log,
    })
    const owners = { ...database, settings: { owners: chatOwnersOf(config) } }
    const stopping = createStopping({ ...owners, recorder, clock, telemetry, sandboxes, dataDir })
    const memoryFiles = createDirectoryMemoryFiles(join(dataDir, 'memory'))
    await writeFirstFiles({ memoryFiles, telemetry })
    const gather: GatherDeps = {
      ...database,
      memoryFiles,
      telemetry,
      lookUp: (scopes, words) => lookUp({ ...database, models, clock, telemetry }, scopes, words),
    }
    const crew = () => readCrew(dataDir, (text) => ids.digest(text))
    const rules = {
      policy: () => readPolicy(dataDir),
      shell: createBashReader(),
      roleOf: (userId: UserId) => roleAnywhere({ ...database, owners: ownersOf(config) }, userId),
    }
    const termsOf: AcceptDeps['termsOf'] = (wanted) =>
      commandTerms({ ...rules, workspaces, objects, ids, telemetry, clock, tokensPerTask: config.TASK_TOKENS }, wanted)
    const limits = { inputCharacters: config.INPUT_CHARACTERS, approvalMs: config.approvalMs }
    const auditKeys = createKeyFile(join(dataDir, 'secrets', 'audit'))
    const auditAnchor = createAnchorFile({
      path: join(dataDir, 'audit', 'anchor.log'),
      keys: async () => (await auditKeys.read()).map(({ text }) => text),
    })
    const shared = {
      auditAnchor,
      ...database,
      recorder,
      ...vault,
      keepable: (given: Pick<IncomingMessage, 'text' | 'raw'>) => keepable(vault.scanner, given),
      config,
      say,
      telemetry,
      clock,
      ids,
      worker,
      models,
      sandboxes,
      workspaces,
      worktrees: workspaces,
      agents: createAgentSlots(config.AGENTS_AT_ONCE),
      templates: platformTemplates(dataDir),
      images: imageBuilder(config, workspaces),
      packing: createPacking({ dataDir, limits: { diskBytes: config.SANDBOX_DISK_MB * MB }, say }),
      objects,
      previews,
      readers,
      memoryFiles,
      gather,
      ...stopping,
      /** News that owners have to hear. See tell-owners.ts. */
      tellOwners: (key: string, markdown: string) => tellOwners(owners, key, markdown),
      ...rules,
      termsOf,
    }
    return {
      ...shared,
      limits,
      /** Who works, and what every model call begins with, as it stands in the files now. Throws CrewMistake. */
      crew,
      previewHosts: previews.hosts,
      isDead,
      /** For whoever asks what this machine can do. */
      findReaders,
      senses: senseReports(modelsConfig(config)),
      /** What a file that somebody sent says: by a model where one is set, else by this machine. */
      readFile: (file: FileToRead, signal: AbortSignal) =>
        readFile({ ...shared, modelDeadlineMs: config.MODEL_DEADLINE_SECONDS * 1_000 }, file, signal),
      /** A message as the terminal hands it in: each is a conversation of its own. */
      terminalMessage: (text: string): IncomingMessage => {
        const id = ids.next()
        return { interface: 'terminal', chat: id, externalId: id, author: OWNER, text, raw: { text } }
      },
      hasWorkspace: async (taskId: TaskId): Promise<boolean> => existsSync(join(dataDir, 'workspaces', taskId)),
      /** Closes what a task that is over left open, whichever process holds it. One that still runs would be interrupted. */
      closePreviews: async (taskId: TaskId): Promise<readonly Preview[]> => {
        const closed = await closePreviews({ ...database, clock }, taskId, 'closed on request')
        database.signals.publish({ type: 'abort', taskId })
        return closed
      },
      /** Until aborted; resolves once the end is anchored. */
      keepAudit: async (signal: AbortSignal): Promise<void> => {
        const policyDigest = async () => (await readPolicy(dataDir)).digest
        await Promise.all([
          keepAnchor({ ...shared, anchor: auditAnchor }, signal),
          keepPolicyNoted({ ...shared, policyDigest, by: PLATFORM }, signal),
        ])
      },
      databaseVersion: async () =>
        `${await serverVersion(connection)}, ${embedded === null ? 'a server of yours' : 'embedded'}`,
      /** Held until released, or until this process ends in any way; null when another gateway holds it. */
      lockDataDirectory: () => lockDirectory(connection, `${hostname()}:${dataDir}`),
      workerDeps: async (): Promise<WorkerDeps> => ({
        ...shared,
        ...(await crew()),
        recordedModels: (log) => createRecordedModels(recordedTurns(log)),
        accept: (request) => acceptRequest({ ...shared, limits }, request),
        remember: async (candidates, { thread, message, task }) => {
          await proposeFacts(shared, { thread, author: task.userId, message, taskId: task.id, candidates })
        },
        archives: createArchives(),
        codeHosts: createCodeHosts(config.CODE_HOSTS, createGuardedFetch()),
        confirmWork: config.CONFIRM_WORK,
        approvalMs: config.approvalMs,
        attempts: ATTEMPTS,
        limits: crewLimits(config),
      }),
      close: async (): Promise<void> => {
        stopping.endStopping()
        await previews.closeAll()
        redisCache?.close()
        await database.close()
        await embedded?.stop({ ifUnused: true })
      },
    }
  } catch (error) {
    await embedded?.stop({ ifUnused: true })
    throw error
  }
}

/** Loaded where it is used alone: whoever has no Redis pays nothing for it. */
async function openRedisCache({ REDIS_URL: url }: Config, { log }: Pick<Telemetry, 'log'>) {
  if (url === undefined) return null
  const { createRedisPromptCache } = await import('../adapters/redis/prompt-cache.ts')
  return createRedisPromptCache({ url, log })
}

async function makeDataDirectory(dataDir: string): Promise<void> {
  try {
    await mkdir(join(dataDir, 'logs'), { recursive: true, mode: 0o700 })
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new ConfigError(`DATA_DIR ${dataDir} can't be used (${reason}): it must be a folder that you may write to.`, {
      cause: error,
    })
  }
}

function modelsConfig(config: Config) {
  const key = (apiKey: string | undefined, baseUrl: string | undefined) =>
    apiKey === undefined ? null : { apiKey, baseUrl: baseUrl ?? null }
  const compatible = config.OPENAI_COMPATIBLE_BASE_URL
  return {
    keys: {
      anthropic: key(config.ANTHROPIC_API_KEY, config.ANTHROPIC_BASE_URL),
      openai: key(config.OPENAI_API_KEY, config.OPENAI_BASE_URL),
      google: key(config.GEMINI_API_KEY, config.GEMINI_BASE_URL),
      compatible:
        compatible === undefined ? null : { apiKey: config.OPENAI_COMPATIBLE_API_KEY ?? '', baseUrl: compatible },
    },
    tiers: { small: config.MODEL_SMALL ?? null, main: config.MODEL_MAIN ?? null, review: config.MODEL_REVIEW ?? null },
    senses: {
      transcribe: config.MODEL_TRANSCRIBE ?? null,
      vision: config.MODEL_VISION ?? null,
      embed: config.MODEL_EMBED ?? null,
    },
  }
}

export function crewLimits(config: Config): WorkerDeps['limits'] {
  return {
    turnsPerAgent: config.AGENT_TURNS,
    agentsAtOnce: config.AGENTS_AT_ONCE,
    repairRounds: config.REPAIR_ROUNDS,
    healMs: config.HEAL_MINUTES * 60_000,
    healTokens: config.HEAL_TOKENS,
    reviewRounds: 2,
    modelCallsPerTask: config.TASK_MODEL_CALLS,
    tokensPerTask: config.TASK_TOKENS,
    modelDeadlineMs: config.MODEL_DEADLINE_SECONDS * 1_000,
    maxOutputTokens: 16_000,
    commandMs: config.COMMAND_SECONDS * 1_000,
    contextTokens: config.CONTEXT_TOKENS,
    sandbox: {
      memoryBytes: config.SANDBOX_MEMORY_MB * MB,
      processes: config.SANDBOX_PROCESSES,
      diskBytes: config.SANDBOX_DISK_MB * MB,
    },
  }
}
