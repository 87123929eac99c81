// The gateway: HTTP, WebSockets and the console over one platform.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import manifest from '#package' with { type: 'json' }
import { ensureConsole } from '../adapters/http/console-build.ts'
import { HTTP_LIMITS } from '../adapters/http/deps.ts'
import { createHttpServer } from '../adapters/http/server.ts'
import { acceptRequest } from '../core/task/accept-request.ts'
import { appendFromOutside, appendUnderClaim, applyCommand } from '../core/task/apply-command.ts'
import { followLog } from '../core/task/read-log.ts'
import { OWNER } from '../core/vocabulary/principal.ts'
import { botReports } from './bot-reports.ts'
import type { Platform } from './platform.ts'
import { jwtSecret } from './secrets.ts'
import type { Telegram } from './telegram.ts'

export type Gateway = { readonly url: string; readonly close: () => Promise<void> }

const CONSOLE = fileURLToPath(new URL('../../console', import.meta.url))

/** `telegram`: whom webhooks are handed to; null where there are no bots. */
export async function startGateway(platform: Platform, telegram: Telegram | null): Promise<Gateway> {
  const { config } = platform
  const [secret, consoleDirectory] = await Promise.all([jwtSecret(config), buildConsole(platform)])
  const server = createHttpServer(
    {
      ...platform,
      acceptRequest: (request) => acceptRequest(platform, request),
      applyCommand: (taskId, command) => applyCommand(platform, taskId, command),
      appendUnderClaim: (claim, bodies) => appendUnderClaim(platform, claim, bodies),
      appendFromOutside: (taskId, bodies) => appendFromOutside(platform, taskId, bodies),
      followLog: (taskId, after, signal) => followLog(platform, taskId, after, signal),
      platform: async () => ({
        version: manifest.version,
        sandbox: await platform.sandboxes.probe(),
        models: {
          small: platform.models.describe('small'),
          main: platform.models.describe('main'),
          review: platform.models.describe('review'),
        },
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
      jwtSecret: secret,
      owners: [OWNER],
      consoleDirectory,
      limits: HTTP_LIMITS,
    },
  )
  await server.listen()
  return { url: server.url(), close: server.close }
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
