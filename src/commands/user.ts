// `factotum user …`: who may use the bots besides those whom the configuration names.
import { Command, InvalidArgumentError, Option } from 'commander'
import { table } from '../adapters/terminal/table.ts'
import { oneLine } from '../adapters/terminal/visible.ts'
import type { UserId } from '../core/vocabulary/ids.ts'
import { CommandError, createOutput, EXIT, withPlatform } from './command.ts'

const MAY_BE_ADDED = ['member', 'owner'] as const

export function userCommand(): Command {
  const user = new Command('user').description('who may use the bots')

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
          name: '',
          since: 'by TG_OWNER_IDS',
        }))
        const people = [...configured, ...let_in.map((member) => ({ ...member, since: member.since.toISOString() }))]
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
    .option('--name <name>', 'how they are called', '')
    .addOption(new Option('--role <role>', 'what they are').choices(MAY_BE_ADDED).default('member'))
    .action(async (userId: UserId, options: { name: string; role: (typeof MAY_BE_ADDED)[number] }) => {
      const output = createOutput()
      await withPlatform(output, async ({ members, clock }) => {
        await members.put({ userId, role: options.role, name: options.name, since: clock.now() })
        output.line(`${userId} is ${options.role === 'owner' ? 'an owner' : 'a member'} now.`)
      })
    })

  user
    .command('remove')
    .description('shut somebody out; what they started goes on')
    .argument('<id>', 'e.g. telegram:4711', parseUser)
    .action(async (userId: UserId) => {
      const output = createOutput()
      await withPlatform(output, async ({ members, config }) => {
        if (config.telegramOwners.some((id) => userId === `telegram:${id}`))
          throw new CommandError(`${userId} is an owner by TG_OWNER_IDS: take the id out there.`, EXIT.usage)
        if (!(await members.remove(userId)))
          throw new CommandError(`${userId} was not let in. \`factotum user list\` shows who was.`)
        output.line(`${userId} is shut out.`)
      })
    })

  return user
}

function parseUser(id: string): UserId {
  if (!/^telegram:\d{1,16}$/.test(id)) throw new InvalidArgumentError('An id such as telegram:4711.')
  return id as UserId
}
