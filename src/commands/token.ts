// `factotum token …`: credentials for the HTTP API and the console.
import { Command, InvalidArgumentError, Option } from 'commander'
import { issueProblem, roleNow } from '../core/access/scopes.ts'
import type { Role } from '../core/access/scopes.ts'
import type { CredentialId, UserId } from '../core/vocabulary/ids.ts'
import { OWNER, SCOPES } from '../core/vocabulary/principal.ts'
import type { Scope } from '../core/vocabulary/principal.ts'
import { credentialToWire } from '../adapters/http/credential-operations.ts'
import { issueCredential, revokeCredential, revokeCredentialsOf } from '../adapters/http/issue-credential.ts'
import { table } from '../adapters/terminal/table.ts'
import { oneLine } from '../adapters/terminal/visible.ts'
import { createLoginUrl, ownersOf } from '../processes/login.ts'
import { readRunning } from '../processes/running.ts'
import { signingKeys } from '../processes/secrets.ts'
import { CommandError, createOutput, EXIT, withPlatform } from './command.ts'

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }
const DAY_SECONDS = 86_400
const LONGEST_SECONDS = 366 * DAY_SECONDS
const ROLES = ['owner', 'member', 'guest'] as const

type IssueOptions = {
  readonly user: UserId
  readonly role?: Role
  readonly scope?: readonly Scope[]
  readonly ttl?: number
  readonly label: string
  readonly json?: true
}

export function tokenCommand(): Command {
  const token = new Command('token').description('credentials for the HTTP API and the console')

  token
    .command('issue')
    .description('print a bearer token for the HTTP API')
    .option('--user <id>', 'whose token', parseUser, OWNER)
    .addOption(new Option('--role <role>', 'what it acts as; what the user is unless said').choices(ROLES))
    .option('--scope <list>', `comma-separated, of: ${SCOPES.join(', ')}`, parseScopes)
    .option('--ttl <time>', 'how long it holds, e.g. 30m or 7d; 24h unless said', parseTtl)
    .option('--label <text>', 'what it is for', '')
    .option('--json', 'one JSON object {token, id, expires_at}')
    .action(async (options: IssueOptions) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const { config } = platform
        const known = await roleNow(platform, ownersOf(config), options.user)
        const role = options.role ?? known ?? 'member'
        const principal = { userId: options.user, role, scopes: options.scope ?? usualScopes(role) }
        const refused = issueProblem(principal, known)
        if (refused !== null) throw new CommandError(refused, EXIT.usage)
        const { credential, token: issued } = await issueCredential(platform, {
          key: (await signingKeys(config)).current,
          kind: 'token',
          principal,
          label: options.label,
          issuedBy: OWNER,
          ttlSeconds: options.ttl ?? DAY_SECONDS,
        })
        if (options.json)
          output.json({ token: issued, id: credential.id, expires_at: credential.expiresAt.toISOString() })
        else output.line(issued)
      })
    })

  token
    .command('list')
    .description('tokens and sessions, newest first; what ended a month ago is left out')
    .option('--user <id>', 'only theirs', parseUser)
    .option('--json', 'one JSON array')
    .action(async (options: { user?: UserId; json?: true }) => {
      const output = createOutput()
      await withPlatform(output, async ({ credentials, clock }) => {
        const found = await credentials.list(options.user ?? null)
        if (options.json) return output.json(found.map((it) => credentialToWire(it, null)))
        const now = clock.now()
        const rows = found.map((it) => [
          it.id,
          it.kind,
          oneLine(it.userId),
          it.role,
          it.scopes.join(','),
          it.revokedAt !== null
            ? `revoked ${it.revokedAt.toISOString()}`
            : `${it.expiresAt > now ? 'until' : 'ended'} ${it.expiresAt.toISOString()}`,
          oneLine(it.label),
        ])
        output.line(rows.length === 0 ? 'There are none.' : table(rows))
      })
    })

  token
    .command('revoke')
    .description('make a token or a session worthless at once; with --user all that a person has')
    .argument('[id]', 'as `token list` shows it')
    .option('--user <id>', 'all of theirs', parseUser)
    .option('--json', 'one JSON object {revoked}: how many')
    .action(async (id: string | undefined, options: { user?: UserId; json?: true }) => {
      if ((id === undefined) === (options.user === undefined))
        throw new CommandError('Name one: the id of a credential, or --user with the id of a person.', EXIT.usage)
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const revoked =
          options.user !== undefined
            ? await revokeCredentialsOf(platform, options.user, OWNER)
            : Number(await revokeCredential(platform, (id ?? '') as CredentialId, OWNER))
        if (revoked === 0 && options.user === undefined)
          throw new CommandError(
            `There is no credential ${oneLine(id ?? '')} that still holds. \`factotum token list\` shows what there is.`,
          )
        if (options.json) output.json({ revoked })
        else output.line(revoked === 1 ? 'Revoked.' : `${revoked} are revoked.`)
      })
    })

  token
    .command('login')
    .description('print a one-time link that signs a browser in to the console')
    .option('--user <id>', 'as whom', parseUser, OWNER)
    .option('--json', 'one JSON object {url}')
    .action(async (options: { user: UserId; json?: true }) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const { config } = platform
        const { user: userId } = options
        if (userId.startsWith('telegram:') && (await roleNow(platform, ownersOf(config), userId)) === null)
          throw new CommandError(`${userId} was not let in: \`factotum user add ${userId}\` does that.`)
        const running = await readRunning(config.dataDir)
        const base = config.PUBLIC_URL ?? running?.url ?? `http://${config.HTTP_HOST}:${config.HTTP_PORT}`
        const url = await createLoginUrl(platform, base, { userId })
        if (options.json) output.json({ url })
        else output.line(url)
      })
    })

  return token
}

function usualScopes(role: Role): readonly Scope[] {
  if (role === 'owner') return SCOPES
  return role === 'member' ? ['tasks:read', 'tasks:write'] : ['tasks:read']
}

function parseUser(id: string): UserId {
  if (!/^[\w:.@+-]{1,200}$/.test(id)) throw new InvalidArgumentError('An id such as telegram:4711, or a name.')
  return id as UserId
}

function parseScopes(list: string): readonly Scope[] {
  const scopes = list.split(',').map((name) => {
    const scope = SCOPES.find((known) => known === name.trim())
    if (scope === undefined) throw new InvalidArgumentError(`"${name}" is none of: ${SCOPES.join(', ')}.`)
    return scope
  })
  return [...new Set(scopes)]
}

function parseTtl(value: string): number {
  const match = /^(\d{1,9})([smhd])?$/.exec(value)
  const seconds = match === null ? 0 : Number(match[1]) * (UNITS[match[2] ?? 's'] ?? 0)
  if (seconds < 1 || seconds > LONGEST_SECONDS)
    throw new InvalidArgumentError('A time such as 30m, 24h or 7d, at most 366d.')
  return seconds
}
