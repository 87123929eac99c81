// `factotum deliver TASK`: finished work goes to its repository, after a yes to exactly what and where.
import { Command } from 'commander'
import { acceptDelivery } from '../core/task/accept-delivery.ts'
import { acceptedTask, createOutput, taskIdOf, withPlatform } from './command.ts'
import type { ExitCode } from './command.ts'
import { foreground } from './foreground.ts'

type Options = {
  readonly url?: string
  readonly branch?: string
  readonly base?: string
  readonly title?: string
  readonly pr?: true
  readonly yes?: true
  readonly json?: true
}

export function deliverCommand(exit: (code: ExitCode) => void): Command {
  return new Command('deliver')
    .description('push the work of a completed task to a repository, perhaps with a pull request')
    .argument('<task>')
    .option('--url <url>', 'the repository; where the work began unless given')
    .option('--branch <name>', 'the branch that is made; one of its own unless given')
    .option('--base <name>', 'the branch that the work goes on from, and is to come into')
    .option('--pr', 'open a pull request')
    .option('--title <text>', 'of the pull request')
    .option('--yes', 'approve as the local owner')
    .option('--json', 'one JSON event a line')
    .addHelpText('after', '\nExit codes: 0 delivered, 1 failed, 2 usage, 3 needs approval.')
    .action(async (id: string, options: Options) => {
      const output = createOutput()
      const { url = null, branch = null, base = null, title = null, pr = false, yes = false, json = false } = options
      const code = await withPlatform(output, async (platform) => {
        const { text: _, ...message } = platform.terminalMessage(`deliver ${id}`)
        const wanted = { url, branch, base, title, pullRequest: pr }
        const task = acceptedTask(
          await acceptDelivery(platform, { ...message, taskId: taskIdOf(id), whose: null, wanted }),
          id,
        )
        return foreground(platform, task, { json, yes, output })
      })
      exit(code)
    })
}
