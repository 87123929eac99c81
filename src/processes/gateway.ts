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
import type { Platform } from './platform.ts'
import { jwtSecret } from './secrets.ts'

export type Gateway = { readonly url: string; readonly close: () => Promise<void> }

const CONSOLE = fileURLToPath(new URL('../../console', import.meta.url))

export async function startGateway(platform: Platform): Promise<Gateway> {
  const { config } = platform
  const [secret, consoleDirectory] = await Promise.all([
    jwtSecret(config),
    ensureConsole({ sourceDir: CONSOLE, outDir: join(config.dataDir, 'console'), say: platform.say }),
  ])
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
