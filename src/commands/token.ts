// `factotum token …`: credentials for the HTTP API and the console.
import { randomUUID } from 'node:crypto'
import { Command, InvalidArgumentError } from 'commander'
import { SCOPES } from '../core/vocabulary/principal.ts'
import type { Scope } from '../core/vocabulary/principal.ts'
import type { UserId } from '../core/vocabulary/ids.ts'
import { issueToken } from '../adapters/http/tokens.ts'
import { createLoginUrl } from '../processes/login.ts'
import { OWNER } from '../core/vocabulary/principal.ts'
import { readRunning } from '../processes/running.ts'
import { jwtSecret } from '../processes/secrets.ts'
import { createOutput, ownConfig, withPlatform } from './command.ts'

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }
const DAY_SECONDS = 86_400
const LONGEST_SECONDS = 366 * DAY_SECONDS

export function tokenCommand(): Command {
  const token = new Command('token').description('credentials for the HTTP API and the console')

  token
    .command('issue')
    .description('print a bearer token for the HTTP API')
    .option('--user <id>', 'whose token', OWNER)
    .option('--scope <list>', `comma-separated, of: ${SCOPES.join(', ')}`, parseScopes)
    .option('--ttl <time>', 'how long it holds, e.g. 30m or 7d; 24h unless said', parseTtl)
    .option('--json', 'one JSON object {token}')
    .action(async (options: { user: string; scope?: readonly Scope[]; ttl?: number; json?: true }) => {
      const config = ownConfig()
      const owner = options.user === OWNER
      const token = await issueToken({
        secret: await jwtSecret(config),
        principal: {
          userId: options.user as UserId,
          role: owner ? 'owner' : 'member',
          scopes: options.scope ?? (owner ? SCOPES : ['tasks:read', 'tasks:write']),
        },
        ttlSeconds: options.ttl ?? DAY_SECONDS,
        now: new Date(),
        id: randomUUID(),
      })
      const output = createOutput()
      if (options.json) output.json({ token })
      else output.line(token)
    })

  token
    .command('login')
    .description('print a one-time link that signs a browser in to the console')
    .option('--json', 'one JSON object {url}')
    .action(async (options: { json?: true }) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const running = await readRunning(platform.config.dataDir)
        const base =
          platform.config.PUBLIC_URL ??
          running?.url ??
          `http://${platform.config.HTTP_HOST}:${platform.config.HTTP_PORT}`
        const url = await createLoginUrl(platform, base)
        if (options.json) output.json({ url })
        else output.line(url)
      })
    })

  return token
}

function parseScopes(list: string): readonly Scope[] {
  return list.split(',').map((name) => {
    const scope = SCOPES.find((known) => known === name.trim())
    if (scope === undefined) throw new InvalidArgumentError(`"${name}" is none of: ${SCOPES.join(', ')}.`)
    return scope
  })
}

function parseTtl(value: string): number {
  const match = /^(\d{1,9})([smhd])?$/.exec(value)
  const seconds = match === null ? 0 : Number(match[1]) * (UNITS[match[2] ?? 's'] ?? 0)
  if (seconds < 1 || seconds > LONGEST_SECONDS)
    throw new InvalidArgumentError('A time such as 30m, 24h or 7d, at most 366d.')
  return seconds
}
