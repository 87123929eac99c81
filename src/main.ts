// The command line: `factotum …`. The only place that ends the process.
import { Command, CommanderError } from 'commander'
import manifest from '#package' with { type: 'json' }
import { CommandError, EXIT } from './commands/command.ts'
import type { ExitCode } from './commands/command.ts'
import { doctorCommand } from './commands/doctor.ts'
import { runCommand } from './commands/run.ts'
import { taskCommand } from './commands/task.ts'
import { tokenCommand } from './commands/token.ts'
import { upCommand } from './commands/up.ts'
import { ConfigError } from './config.ts'

let exitCode: ExitCode = EXIT.ok
const exit = (code: ExitCode) => {
  exitCode = code
}

const program = new Command('factotum')
  .description('A self-hosted, autonomous software team: a message becomes running, tested software.')
  .version(manifest.version)
  .showHelpAfterError('(--help shows what there is)')
for (const command of [upCommand(exit), runCommand(exit), taskCommand(exit), doctorCommand(exit), tokenCommand()]) {
  program.addCommand(command)
}
// Subcommands inherit neither by themselves.
const everyCommand = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(everyCommand)]
for (const command of everyCommand(program)) command.exitOverride().allowExcessArguments(false)

// A reader that closed the pipe (`| head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCode)
  throw error
})

try {
  await program.parseAsync()
} catch (error) {
  exitCode = explain(error)
}
process.exit(exitCode)

function explain(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  if (error instanceof CommandError) {
    process.stderr.write(`${error.message}\n`)
    return error.code
  }
  if (error instanceof ConfigError) {
    process.stderr.write(`${error.message}\n`)
    return EXIT.usage
  }
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`factotum: ${message}\n`)
  return EXIT.failed
}
