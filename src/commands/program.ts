// Every command there is, and how each of their failures is explained to a person.
import { Command, CommanderError } from 'commander'
import manifest from '#package' with { type: 'json' }
import { ConfigError } from '../config.ts'
import { CommandError, EXIT } from './command.ts'
import type { ExitCode } from './command.ts'
import { auditCommand } from './audit.ts'
import { botCommand } from './bot.ts'
import { chatCommand } from './chat.ts'
import { crewCommand } from './crew.ts'
import { doctorCommand } from './doctor.ts'
import { knowledgeCommand } from './knowledge.ts'
import { memoryCommand } from './memory.ts'
import { panicCommand } from './panic.ts'
import { policyCommand } from './policy.ts'
import { deliverCommand } from './deliver.ts'
import { runCommand } from './run.ts'
import { secretCommand } from './secret.ts'
import { taskCommand } from './task.ts'
import { templateCommand } from './template.ts'
import { threadCommand } from './thread.ts'
import { tokenCommand } from './token.ts'
import { upCommand } from './up.ts'
import { userCommand } from './user.ts'
import { messageOf } from '../core/vocabulary/thrown.ts'

/** Runs what the arguments ask for. Never rejects: what went wrong is said in one line, and is in the exit code. */
export async function runProgram(): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok
  const exit = (code: ExitCode) => {
    exitCode = code
  }
  const program = new Command('factotum')
    .description('A self-hosted, autonomous software team: a message becomes running, tested software.')
    .version(manifest.version)
    .showHelpAfterError('(--help shows what there is)')
  const commands = [
    upCommand(exit),
    runCommand(exit),
    deliverCommand(exit),
    chatCommand(exit),
    threadCommand(),
    memoryCommand(),
    knowledgeCommand(exit),
    taskCommand(exit),
    botCommand(exit),
    userCommand(),
    auditCommand(exit),
    policyCommand(exit),
    crewCommand(),
    templateCommand(),
    doctorCommand(exit),
    panicCommand(exit),
    secretCommand(exit),
    tokenCommand(),
  ]
  for (const command of commands) program.addCommand(command)
  // Subcommands inherit neither by themselves.
  const everyCommand = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(everyCommand)]
  for (const command of everyCommand(program)) command.exitOverride().allowExcessArguments(false)
  try {
    await program.parseAsync()
    return exitCode
  } catch (error) {
    return explain(error)
  }
}

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
  const message = messageOf(error)
  process.stderr.write(`factotum: ${message}\n`)
  return EXIT.failed
}
