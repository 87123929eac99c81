// `factotum bot …`: how the bots are doing, and what did not reach its chat.
import { Command } from 'commander'
import { table } from '../adapters/terminal/table.ts'
import { oneLine } from '../adapters/terminal/visible.ts'
import type { OutboxEntry } from '../core/ports/outbox.ts'
import { botReports } from '../processes/bot-reports.ts'
import { createOutput, EXIT, parseCount, withPlatform } from './command.ts'
import type { ExitCode } from './command.ts'

const MOST = 50
const WELL: ReadonlySet<string> = new Set(['connected', 'starting'])

export function botCommand(exit: (code: ExitCode) => void): Command {
  const bot = new Command('bot').description('how the bots are doing, and what did not reach its chat')

  bot
    .command('list')
    .description('each bot with its health; ends with 1 when one does not hear its people')
    .option('--json', 'one JSON array')
    .action(async (options: { json?: true }) => {
      const output = createOutput()
      const { reports, tokens } = await withPlatform(output, async (platform) => ({
        reports: await botReports(platform),
        tokens: platform.config.telegramTokens.length,
      }))
      if (options.json) output.json(reports)
      else if (reports.length === 0)
        output.line(
          tokens === 0
            ? 'No bot is up. Set TELEGRAM_BOT_TOKEN and start.'
            : 'No bot is up: `factotum up` starts what TELEGRAM_BOT_TOKEN names.',
        )
      else
        output.line(
          table(
            reports.map(({ bot: id, username, mode, state, inbox, outbox, set_aside, ambiguous, detail }) => [
              username === null ? id : `@${username}`,
              mode,
              state,
              `${inbox} to work off, ${set_aside} set aside, ${outbox} to send, ${ambiguous} in doubt`,
              oneLine(detail),
            ]),
          ),
        )
      // Those that should be there and are not don't hear their people either.
      const isWell = reports.length > 0 ? reports.every(({ state }) => WELL.has(state)) : tokens === 0
      exit(isWell ? EXIT.ok : EXIT.failed)
    })

  bot
    .command('undelivered')
    .description('messages that may not have arrived, that were refused, or that wait for a closed chat; newest first')
    .option('--limit <count>', 'at most this many', parseCount, MOST)
    .option('--json', 'one JSON object a line')
    .action(async (options: { limit: number; json?: true }) => {
      const output = createOutput()
      await withPlatform(output, async ({ outbox }) => {
        const entries = await outbox.list(null, ['ambiguous', 'failed', 'held'], options.limit)
        if (options.json) for (const entry of entries) output.json(entryToWire(entry))
        else if (entries.length === 0) output.line('Everything has reached its chat.')
        else output.line(table(entries.map(entryToRow)))
      })
    })

  return bot
}

function entryToWire({ key, place, lane, state, error, updatedAt }: OutboxEntry) {
  const { bot, chat, topic } = place
  return { key, bot, chat, topic, lane, state, reason: error, at: updatedAt.toISOString() }
}

function entryToRow({ key, place, state, error, updatedAt }: OutboxEntry): readonly string[] {
  return [updatedAt.toISOString(), state, `chat ${place.chat}`, oneLine(key, 60), oneLine(error ?? '', 80)]
}
