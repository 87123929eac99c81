// `factotum user …`: who may use the bots besides those whom the configuration names.
import { Command, InvalidArgumentError, Option } from 'commander'
import { revokeCredentialsOf } from '../adapters/http/issue-credential.ts'
import { table } from '../adapters/terminal/table.ts'
import { oneLine } from '../adapters/terminal/visible.ts'
import { settleRequestOf } from '../core/conversation/admission.ts'
import type { AuditRecorder } from '../core/ports/audit-log.ts'
import type { StandingApprovals } from '../core/ports/standing-approvals.ts'
import type { UserId } from '../core/vocabulary/ids.ts'
import { OWNER } from '../core/vocabulary/principal.ts'
import { chatOwnersOf } from '../processes/login.ts'
import { CommandError, createOutput, EXIT, withPlatform } from './command.ts'
import { eraseCommand, exportCommand } from './user-data.ts'
import { linkCommand, unlinkCommand } from './user-link.ts'

const MAY_BE_ADDED = ['member', 'owner'] as const

export function userCommand(): Command {
  const user = new Command('user').description('who may use the bots, and what is kept about whom')

  user
    .command('list')
    .description('owners, members, and who asks to be let in')
    .option('--json', 'one JSON object {members, requests}')
    .action(async (options: { json?: true }) => {
      const output = createOutput()
      await withPlatform(output, async ({ members, clock, config }) => {
        const [let_in, requests] = await Promise.all([members.list(), members.requests(clock.now())])
        const configured = config.telegramOwners.map((id) => ({
          userId: `telegram:${id}`,
          role: 'owner',
          name: let_in.find(({ userId }) => userId === `telegram:${id}`)?.name ?? '',
          since: 'by TG_OWNER_IDS',
        }))
        // A guest's record keeps a name and gives nothing; what the configuration says comes before what is recorded.
        const recorded = let_in.filter(({ userId, role }) => role !== 'guest' && !isConfigured(config, userId))
        const people = [...configured, ...recorded.map((member) => ({ ...member, since: member.since.toISOString() }))]
        if (options.json) {
          output.json({
            members: people.map(({ userId, role, name, since }) => ({ user_id: userId, role, name, since })),
            requests: requests.map(({ userId, name, code, expiresAt }) => ({
              user_id: userId,
              name,
              code,
              expires_at: expiresAt.toISOString(),
            })),
          })
          return
        }
        const rows = [
          ...people.map(({ userId, role, name, since }) => [userId, role, oneLine(name), since]),
          ...requests.map(({ userId, name, code }) => [userId, 'asks', oneLine(name), `with the code ${code}`]),
        ]
        output.line(rows.length === 0 ? 'Nobody is known yet.' : table(rows))
      })
    })

  user
    .command('add')
    .description('let somebody in, or change what they are')
    .argument('<id>', 'e.g. telegram:4711', parseUser)
    .option('--name <name>', 'how they are called; without it, as they are known')
    .addOption(new Option('--role <role>', 'what they are').choices(MAY_BE_ADDED).default('member'))
    .action(async (userId: UserId, options: { name?: string; role: (typeof MAY_BE_ADDED)[number] }) => {
      const output = createOutput()
      await withPlatform(output, async ({ members, outbox, standing, recorder, clock, config }) => {
        const now = clock.now()
        const asks = (await members.requests(now)).find((request) => request.userId === userId)
        const name = options.name ?? (await members.find(userId))?.name ?? asks?.name ?? ''
        await recorder.record(OWNER, 'person.changed', userId, { role: options.role })
        await members.put({ userId, role: options.role, name, since: now })
        const settings = { owners: chatOwnersOf(config) }
        const hears = await settleRequestOf({ members, outbox, clock, settings }, userId)
        const isOwner = options.role === 'owner' || isConfigured(config, userId)
        const rules = isOwner ? 0 : await dropRules(standing, recorder, userId)
        output.line(
          `${userId} is ${options.role === 'owner' ? 'an owner' : 'a member'} now.${hears ? ' They hear of it.' : ''}${droppedWords(rules)}`,
        )
      })
    })

  user
    .command('remove')
    .description('shut somebody out; what they started goes on')
    .argument('<id>', 'e.g. telegram:4711', parseUser)
    .action(async (userId: UserId) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const { members, standing, recorder, config } = platform
        if (isConfigured(config, userId))
          throw new CommandError(`${userId} is an owner by TG_OWNER_IDS: take the id out there.`, EXIT.usage)
        await recorder.record(OWNER, 'person.changed', userId, { role: null })
        const removed = await members.remove(userId)
        // Also where it was cut off in between the last time.
        const credentials = await revokeCredentialsOf(platform, userId, OWNER)
        // After that, so that they make no new ones; and again where it was cut off in between.
        const rules = await dropRules(standing, recorder, userId)
        if (!removed && rules === 0 && credentials === 0)
          throw new CommandError(`${userId} was not let in. \`factotum user list\` shows who was.`)
        output.line(`${userId} is shut out.${revokedWords(credentials)}${droppedWords(rules)}`)
      })
    })

  user.addCommand(linkCommand()).addCommand(unlinkCommand())
  user.addCommand(exportCommand()).addCommand(eraseCommand())

  return user
}

/** What they approved for good is asked about again. Returns how many rules that were. */
async function dropRules(standing: StandingApprovals, recorder: AuditRecorder, userId: UserId): Promise<number> {
  const theirs = (await standing.list()).filter((rule) => rule.approvedBy === userId)
  for (const { userId: whose, digest, subject } of theirs) {
    await recorder.record(OWNER, 'setting.changed', `no longer always: ${subject}`, { digest, user_id: whose })
    await standing.remove(whose, digest)
  }
  return theirs.length
}

function droppedWords(rules: number): string {
  if (rules === 0) return ''
  return ` ${rules === 1 ? 'The command' : `The ${rules} commands`} that they approved for good will be asked about again.`
}

function revokedWords(credentials: number): string {
  if (credentials === 0) return ''
  return ` ${credentials === 1 ? 'A token or session' : `${credentials} tokens and sessions`} of theirs open nothing any more.`
}

function isConfigured({ telegramOwners }: { readonly telegramOwners: readonly string[] }, userId: UserId): boolean {
  return telegramOwners.some((id) => userId === `telegram:${id}`)
}

function parseUser(id: string): UserId {
  if (!/^telegram:\d{1,16}$/.test(id)) throw new InvalidArgumentError('An id such as telegram:4711.')
  return id as UserId
}
