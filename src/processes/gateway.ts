// The gateway: HTTP, WebSockets and the console over one platform.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import manifest from '#package' with { type: 'json' }
import { ensureConsole } from '../adapters/http/console-build.ts'
import { HTTP_LIMITS } from '../adapters/http/deps.ts'
import type { GivenSource, HttpDeps } from '../adapters/http/deps.ts'
import { createHttpServer } from '../adapters/http/server.ts'
import { giveToTask, readArtifacts } from '../core/conversation/read-artifacts.ts'
import { takeWords } from '../core/conversation/take-words.ts'
import { indexSource } from '../core/knowledge/index-source.ts'
import { lookUp } from '../core/knowledge/look-up.ts'
import { acceptDelivery } from '../core/task/accept-delivery.ts'
import { acceptRequest } from '../core/task/accept-request.ts'
import { giveAnswer } from '../core/approval/give-answer.ts'
import { keepRule } from '../core/approval/standing.ts'
import { appendFromOutside, appendUnderClaim } from '../core/task/apply-command.ts'
import { followLog } from '../core/task/read-log.ts'
import { botReports } from './bot-reports.ts'
import { contextOf } from './context.ts'
import { ownersOf } from './login.ts'
import { createPeople } from './people.ts'
import { crewLimits } from './platform.ts'
import type { Platform } from './platform.ts'
import { policyPath } from './policy-file.ts'
import { secretKeeper } from './secret-list.ts'
import { signingKeys } from './secrets.ts'
import type { Telegram } from './telegram.ts'

export type Gateway = { readonly url: string; readonly close: () => Promise<void> }

const VECTORS_MS = 20_000
const CONSOLE = fileURLToPath(new URL('../../console', import.meta.url))

/** `telegram`: whom webhooks are handed to; null where there are no bots. */
export async function startGateway(platform: Platform, telegram: Telegram | null): Promise<Gateway> {
  const { config } = platform
  const consoleDirectory = await buildConsole(platform)
  const readDeps = { ...platform, modelDeadlineMs: config.MODEL_DEADLINE_SECONDS * 1_000 }
  const server = createHttpServer(
    {
      ...platform,
      acceptRequest: (request) => acceptRequest(platform, request),
      acceptDelivery: (request) => acceptDelivery(platform, request),
      applyCommand: (taskId, command) => giveAnswer(platform, taskId, command),
      keepRule: (task, approvalId, by) => keepRule(platform, task, approvalId, by),
      appendUnderClaim: (claim, bodies) => appendUnderClaim(platform, claim, bodies),
      appendFromOutside: (taskId, bodies) => appendFromOutside(platform, taskId, bodies),
      followLog: (taskId, after, signal) => followLog(platform, taskId, after, signal),
      takeWords: (words, heard) => takeWords(platform, words, heard),
      readArtifacts: (messageId, files) => readArtifacts(readDeps, messageId, files),
      giveToTask: (task, artifacts) => giveToTask(platform, task, artifacts),
      contextOf: (query) => contextOf(platform, query),
      addKnowledge: (given) => addKnowledge(platform, given),
      lookUp: (scopes, words, limit) => lookUp(platform, scopes, words, limit),
      people: createPeople(platform),
      secretKeeper: secretKeeper(platform),
      policyFile: async () => (existsSync(policyPath(config.dataDir)) ? policyPath(config.dataDir) : null),
      platform: async () => ({
        version: manifest.version,
        sandbox: await platform.sandboxes.probe(),
        models: {
          small: platform.models.describe('small'),
          main: platform.models.describe('main'),
          review: platform.models.describe('review'),
        },
        limits: { ...crewLimits(config), requests: config.requests, inputCharacters: config.INPUT_CHARACTERS },
      }),
      metrics: () => platform.telemetry.metrics(),
      previewHosts: platform.previewHosts,
      webhooks: telegram,
      bots: () => botReports(platform),
    },
    {
      host: config.HTTP_HOST,
      port: config.HTTP_PORT,
      publicUrl: config.PUBLIC_URL ?? null,
      keyring: (wish) => signingKeys(config, wish),
      owners: ownersOf(config),
      telegramTokens: config.telegramTokens,
      requests: config.requests,
      requesterAbort: config.REQUESTER_ABORT,
      consoleDirectory,
      limits: HTTP_LIMITS,
    },
  )
  await server.listen()
  return { url: server.url(), close: server.close }
}

/** What takes longer than a person waits is found by its words until the vectors are made. */
async function addKnowledge(platform: Platform, { by, ...source }: GivenSource): ReturnType<HttpDeps['addKnowledge']> {
  const indexed = await indexSource(platform, { ...source, addedBy: by }, AbortSignal.timeout(VECTORS_MS))
  switch (indexed.type) {
    case 'indexed':
      return indexed.source
    case 'empty':
      return { type: 'invalid', problem: 'there is nothing in it that could be found' }
    case 'too_large':
      return { type: 'invalid', problem: `it makes ${indexed.chunks} chunks; at most ${indexed.most} are taken` }
  }
}

/** The API works without a console; a failed build is said and no reason to stay down. */
async function buildConsole({ config, say, telemetry }: Platform): Promise<string | null> {
  try {
    return await ensureConsole({ sourceDir: CONSOLE, outDir: join(config.dataDir, 'console'), say })
  } catch (error) {
    say('The web console could not be built, so there is none; everything else works. The reason is in the log.')
    telemetry.log('error', 'The console could not be built', { error: describe(error) })
    return null
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message} ${describe(error.cause)}`
}
