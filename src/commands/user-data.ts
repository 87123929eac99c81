// `factotum user export` and `erase`: everything that is kept of one person, handed out or taken away.
import { resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import type { UserId } from '../core/vocabulary/ids.ts'
import { OWNER } from '../core/vocabulary/principal.ts'
import { createPeople } from '../processes/people.ts'
import { callerDirectory, CommandError, createOutput, EXIT, withPlatform } from './command.ts'
import { writeLines } from './write-lines.ts'

export function exportCommand(): Command {
  return new Command('export')
    .description('everything that is kept about somebody, one JSON record {kind, data} a line')
    .argument('<id>', 'e.g. owner or telegram:4711', parseAnyUser)
    .option('--out <file>', 'into this new file, for your eyes alone')
    .action(async (userId: UserId, options: { out?: string }) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        await platform.recorder.record(OWNER, 'person.changed', userId, { change: 'export' })
        const records = createPeople(platform).records(userId)
        if (options.out === undefined) {
          let isKnown = false
          for await (const record of records) {
            isKnown = true
            output.json(record)
          }
          if (!isKnown) output.note(`Nothing is kept about ${userId}.`)
          return
        }
        const path = resolve(callerDirectory(), options.out)
        const count = await writeLines(path, records, (record) => JSON.stringify(record))
        output.line(`${count} ${count === 1 ? 'record' : 'records'} of ${userId}: ${path}`)
      })
    })
}

export function eraseCommand(): Command {
  return new Command('erase')
    .description("take away everything that is kept about somebody; it can't be taken back")
    .argument('<id>', 'e.g. owner or telegram:4711', parseAnyUser)
    .option('--yes', 'yes, for good')
    .option('--json', 'one JSON object {records}')
    .action(async (userId: UserId, options: { yes?: true; json?: true }) => {
      if (options.yes !== true)
        throw new CommandError(
          `This takes away all messages, tasks, files and memory of ${userId} for good. Look at it first with \`factotum user export ${userId}\`; then add --yes.`,
          EXIT.usage,
        )
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const erased = await createPeople(platform).erase(userId, OWNER)
        if ('type' in erased)
          throw new CommandError(
            `Nothing was taken away: ${erased.tasks === 1 ? 'a task' : `${erased.tasks} tasks`} of ${userId} still ${erased.tasks === 1 ? 'runs' : 'run'}. \`factotum task list --status running\` shows which; \`factotum task abort ID\` stops one.`,
          )
        if (options.json) return output.json({ records: erased.records })
        const counts = Object.entries(erased.records).map(([kind, count]) => `${kind} ${count}`)
        output.line(counts.length === 0 ? `Nothing is kept about ${userId}.` : `Gone: ${counts.join(', ')}.`)
      })
    })
}

function parseAnyUser(id: string): UserId {
  if (!/^[\w:.@+-]{1,200}$/.test(id)) throw new InvalidArgumentError('An id such as owner or telegram:4711.')
  return id as UserId
}
