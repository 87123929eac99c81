// `factotum run "<text>"`: one task in the foreground.
import { mkdir, readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { acceptRequest } from '../core/task/accept-request.ts'
import { messageOf } from '../core/vocabulary/thrown.ts'
import { acceptedTask, callerDirectory, CommandError, createOutput, EXIT, withPlatform } from './command.ts'
import type { ExitCode } from './command.ts'
import { foreground } from './foreground.ts'
import { readSource } from './given-source.ts'
import type { SourceOptions } from './given-source.ts'
import { reportCommand } from './report-command.ts'
import { writtenSecrets } from './written-secrets.ts'

type RunOptions = SourceOptions & {
  readonly out?: string
  readonly shell?: true
  readonly yes?: true
  readonly json?: true
}

export function runCommand(exit: (code: ExitCode) => void): Command {
  return new Command('run')
    .description('run one task in the foreground, with live progress')
    .argument('<text...>', 'what is to be done')
    .option('--workspace <dir>', 'start from a copy of this folder')
    .option('--git <url[#ref]>', 'start from a repository: its default branch, or a branch, tag or commit')
    .option('--path <dir...>', 'of the repository only these folders')
    .option('--archive <file>', 'start from what is in a .zip, .tar, .tar.gz or .tgz')
    .option('--template <name>', 'start from a project template')
    .option('--from <task>', 'go on from the files of a task that is over')
    .option('--out <dir>', 'write the finished workspace into this folder (made if missing, must be empty)')
    .option('--shell', 'take the text as a literal shell command; it needs approval')
    .option('--yes', 'approve as the local owner')
    .option('--json', 'one JSON event a line')
    .addHelpText('after', '\nExit codes: 0 completed, 1 failed, 2 usage, 3 needs approval.')
    .action(async (words: readonly string[], options: RunOptions) => {
      const given = await readSource(options)
      const out = await emptyFolder(options.out)
      const output = createOutput()
      const code = await withPlatform(output, async (platform) => {
        const source = await given(platform)
        const request = {
          ...platform.terminalMessage(words.join(' ')),
          taskType: options.shell ? 'shell_command' : null,
          source,
        } as const
        const task = acceptedTask(await acceptRequest(platform, request), '', EXIT.usage)
        const { json = false, yes = false } = options
        const ended = await foreground(platform, task, { json, yes, output })
        const report = await reportCommand(platform, task.id)
        if (report !== null) output.note(`The report: ${report}`)
        if (out !== null && ended !== EXIT.needsApproval && (await platform.hasWorkspace(task.id))) {
          await platform.workspaces.exportTo(task.id, out)
          output.note(`The workspace was written to ${out}`)
          const careful = await writtenSecrets(platform, task.id)
          if (careful !== null) output.note(careful)
        }
        return ended
      })
      exit(code)
    })
}

async function emptyFolder(out: string | undefined): Promise<string | null> {
  if (out === undefined) return null
  const path = resolve(callerDirectory(), out)
  try {
    await mkdir(path, { recursive: true })
    if ((await readdir(path)).length === 0) return path
  } catch (error) {
    throw new CommandError(`--out: ${path} can't be used: ${messageOf(error)}`, EXIT.usage)
  }
  throw new CommandError(`--out: ${path} is not empty.`, EXIT.usage)
}
