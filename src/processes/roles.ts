// Starts the parts that one process plays: the gateway, a worker, the bots.
import type { TaskId } from '../core/vocabulary/ids.ts'
import { createWorker } from '../core/dispatch/worker.ts'
import { takeCare } from '../core/dispatch/caretaker.ts'
import { followLog } from '../core/task/read-log.ts'
import { keepSecrets } from './keep-secrets.ts'
import { keepVectors } from './keep-vectors.ts'
import { startGateway } from './gateway.ts'
import { createLoginUrl } from './login.ts'
import type { Platform } from './platform.ts'
import { forgetRunning, noteRunning, readRunning } from './running.ts'
import type { Running } from './running.ts'
import type { Telegram } from './telegram.ts'

export const ROLES = ['gateway', 'worker', 'telegram'] as const
export type RoleOfProcess = (typeof ROLES)[number]

export type RolesRequest = {
  readonly roles: readonly RoleOfProcess[]
  readonly only: TaskId | null
}

export type RunningRoles =
  | {
      readonly type: 'running'
      /** One-time; null when this process has no gateway. */
      readonly loginUrl: string | null
      /** Resolves when the only task is over and its preview closed. */
      readonly idle: () => Promise<void>
      readonly stop: () => Promise<void>
    }
  /** Another platform is up on this data directory. */
  | { readonly type: 'taken'; readonly by: Running | null }

/** How many completed tasks keep their sandbox for a preview. */
const RESIDENTS = 8
const POLL_MS = 1_000

export async function startRoles(platform: Platform, request: RolesRequest): Promise<RunningRoles> {
  const { config } = platform
  const isGateway = request.roles.includes('gateway')
  const isWorker = request.roles.includes('worker')
  const isTelegram = request.roles.includes('telegram')
  const lock = isGateway ? await platform.lockDataDirectory() : null
  if (isGateway && lock === null) return { type: 'taken', by: await readRunning(config.dataDir) }
  const closing = new AbortController()
  const over = new AbortController()
  const worker = isWorker
    ? createWorker(await platform.workerDeps(), {
        id: platform.worker,
        concurrency: config.WORKER_CONCURRENCY,
        leaseMs: config.WORKER_LEASE_SECONDS * 1_000,
        pollMs: POLL_MS,
        previewMs: config.previewMs,
        residents: RESIDENTS,
        only: request.only,
      })
    : null
  // A gateway takes in what Telegram brings, also where another process works it off.
  const telegram = isGateway || isTelegram ? await openTelegram(platform) : null
  try {
    const gateway = isGateway ? await startGateway(platform, telegram) : null
    worker?.start()
    if (isTelegram) telegram?.start()
    const cares = isWorker && request.only === null
    const anchoring = isWorker || isGateway ? platform.keepAudit(over.signal) : Promise.resolve()
    const care = cares ? takeCare(platform, closing.signal) : Promise.resolve()
    const vectors = cares ? keepVectors(platform, closing.signal) : Promise.resolve()
    const secrets = cares ? keepSecrets(platform, closing.signal) : Promise.resolve()
    if (gateway !== null) await noteRunning(config.dataDir, { pid: process.pid, url: gateway.url, works: isWorker })
    return {
      type: 'running',
      loginUrl: gateway === null ? null : await createLoginUrl(platform, config.PUBLIC_URL ?? gateway.url),
      idle: async () => {
        if (request.only !== null) await untilOver(platform, request.only)
        await worker?.idle()
      },
      stop: async () => {
        closing.abort()
        // The tasks' processes first: whatever else fails, none of them is left. The lock last.
        const ends = await Promise.allSettled([
          worker?.stop(),
          gateway?.close(),
          telegram?.stop(),
          gateway === null ? null : forgetRunning(config.dataDir),
          care,
          vectors,
          secrets,
        ])
        // After all that could still be recorded.
        over.abort()
        await anchoring
        await lock?.release()
        for (const end of ends) if (end.status === 'rejected') throw end.reason
      },
    }
  } catch (error) {
    closing.abort()
    over.abort()
    await worker?.stop()
    await telegram?.stop()
    await lock?.release()
    throw error
  }
}

/** Null where there is no bot to be: then nothing of Telegram is even loaded. */
async function openTelegram(platform: Platform): Promise<Telegram | null> {
  if (platform.config.telegramTokens.length === 0) return null
  return (await import('./telegram.ts')).createTelegram(platform)
}

/** Resolves once the task is over, or is gone. */
async function untilOver(platform: Platform, taskId: TaskId): Promise<void> {
  for await (const _ of followLog(platform, taskId, 0, new AbortController().signal)) {
    // Only the end of the log matters here.
  }
}
