// `factotum user link` and `unlink`: makes the person at this machine and the person in a chat known as one.
import { Command } from 'commander'
import { oneLine } from '../adapters/terminal/visible.ts'
import { offerLink, takeLink, unlink } from '../core/memory/identities.ts'
import type { UserId } from '../core/vocabulary/ids.ts'
import { OWNER } from '../core/vocabulary/principal.ts'
import { CommandError, createOutput, withPlatform } from './command.ts'

export function linkCommand(): Command {
  return new Command('link')
    .description(
      'share your memory with another id of yours: prints a code to give there, or takes the one shown there',
    )
    .argument('[code]', 'what /link showed in a chat')
    .option('--json', 'one JSON object {code, expires_at} or {person, ids}')
    .action(async (code: string | undefined, options: { json?: true }) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        if (code === undefined) {
          const offer = await offerLink(platform, OWNER)
          if (options.json) output.json({ code: offer.code, expires_at: offer.expiresAt.toISOString() })
          else
            output.line(
              `${offer.code}\nWithin an hour, send \`/link ${offer.code}\` to the bot in a direct chat: what is remembered of you here and there is one then.`,
            )
          return
        }
        const linked = await takeLink(platform, code, OWNER)
        if (linked.type === 'unknown')
          throw new CommandError('That code is unknown, used or too old. Send /link to the bot for a new one.')
        const ids = await platform.identities.idsOf(linked.person)
        if (options.json) output.json({ person: linked.person, ids })
        else
          output.line(
            linked.type === 'same'
              ? `Nothing changes: ${names(ids)} were one person.`
              : `One person now: ${names(ids)}.`,
          )
      })
    })
}

export function unlinkCommand(): Command {
  return new Command('unlink')
    .description('make an id of yours a person of its own again')
    .argument('[id]', 'e.g. telegram:4711; without it, the one at this machine')
    .option('--json', 'one JSON object {unlinked, ids}')
    .action(async (id: string | undefined, options: { json?: true }) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const userId = (id ?? OWNER) as UserId
        const outcome = await unlink(platform, userId, OWNER)
        const ids = await platform.identities.idsOf(OWNER)
        if (outcome === 'not_yours')
          throw new CommandError(`${oneLine(userId)} is no id of yours. You are: ${names(ids)}.`)
        if (outcome === 'not_linked') throw new CommandError(`${oneLine(userId)} is linked with nobody.`)
        if (options.json) output.json({ unlinked: userId, ids })
        else output.line(`${oneLine(userId)} is a person of its own again. You are: ${names(ids)}.`)
      })
    })
}

function names(ids: readonly UserId[]): string {
  return ids.map((id) => oneLine(id)).join(', ')
}
