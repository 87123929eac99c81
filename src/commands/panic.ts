// `factotum panic on|off`: stops everything at once, from the machine itself, also where neither a platform nor its database answers.
import { Argument, Command } from 'commander'
import { createSandboxProvider } from '../adapters/sandbox/bubblewrap-provider.ts'
import { createStopLatch } from '../adapters/sandbox/stop-latch.ts'
import type { Config } from '../config.ts'
import type { Stopped } from '../core/stop/panic.ts'
import { onOneLine, shorten } from '../core/vocabulary/short-text.ts'
import { OWNER } from '../core/vocabulary/principal.ts'
import { messageOf } from '../core/vocabulary/thrown.ts'
import { findRunning } from '../processes/running.ts'
import { createOutput, EXIT, ownConfig, withPlatform } from './command.ts'
import type { ExitCode, Output } from './command.ts'

type Json = { readonly json?: true }
const REQUEST_CHARACTERS = 60

export function panicCommand(exit: (code: ExitCode) => void): Command {
  return new Command('panic')
    .description('on: stop everything at once, and start nothing. off: go on with what waits')
    .addArgument(new Argument('<switch>', 'on or off').choices(['on', 'off']))
    .option('--json', 'what was stopped as JSON')
    .action(async (given: string, options: Json) => {
      const output = createOutput()
      const config = ownConfig()
      exit(given === 'on' ? await panicOn(config, output, options) : await panicOff(config, output, options))
    })
}

async function panicOn(config: Config, output: Output, options: Json): Promise<ExitCode> {
  // First what needs nobody: no process of a sandbox is left, and none opens, whatever becomes of the rest.
  const killed = await killHere(config)
  try {
    const up = (await findRunning(config.dataDir)) !== null
    const stopped = await withPlatform(output, (platform) => platform.stop.on(OWNER))
    const sandboxes = Math.max(killed, stopped.sandboxes)
    if (options.json) output.json(toJson(stopped, sandboxes))
    else tell(output, stopped, sandboxes, up)
    return stopped.problems.length === 0 ? EXIT.ok : EXIT.failed
  } catch (error) {
    const problem = `The records of the platform are out of reach (${messageOf(error)})`
    if (options.json) output.json({ paused: true, stopped: [], sandboxes_killed: killed, problems: [problem] })
    else
      output.line(
        `Everything on this machine is stopped: sandboxes ended: ${killed}; none opens until \`factotum panic off\`.`,
      )
    output.note(`${problem}: what was at work is recorded as stopped as soon as they are there again.`)
    return EXIT.failed
  }
}

async function killHere({ dataDir }: Config): Promise<number> {
  const silent = (): void => undefined
  await createStopLatch(dataDir).set({ by: OWNER, at: new Date(), recorded: false })
  return (await createSandboxProvider({ dataDir, log: silent, say: silent }).kill('all')).length
}

async function panicOff(config: Config, output: Output, options: Json): Promise<ExitCode> {
  try {
    const { waiting } = await withPlatform(output, (platform) => platform.stop.off(OWNER))
    if (options.json) output.json({ paused: false, waiting })
    else output.line(`Going on. Tasks that waited: ${waiting}. What was stopped stays stopped.`)
    return EXIT.ok
  } catch (error) {
    // Otherwise nobody could ever lift what was done while the records were out of reach.
    await createStopLatch(config.dataDir).set(null)
    output.note(
      `Sandboxes of this machine may open again, but the records of the platform are out of reach (${messageOf(error)}): say it again once they are back.`,
    )
    return EXIT.failed
  }
}

function tell(output: Output, { tasks, previews, killMs, problems }: Stopped, sandboxes: number, up: boolean): void {
  output.line('Everything is stopped. Nothing starts until `factotum panic off`; what waits goes on waiting.')
  output.line(`Sandboxes ended: ${sandboxes}, within ${(killMs / 1_000).toFixed(1)} s. Previews closed: ${previews}.`)
  for (const { id, inputText } of tasks)
    output.line(`stopped  ${id}  ${shorten(onOneLine(inputText), REQUEST_CHARACTERS)}`)
  if (!up) output.note('No platform that runs tasks is up on this data directory; nothing will start when one is.')
  for (const problem of problems) output.note(`Not done yet, and tried again: ${problem}`)
}

function toJson({ tasks, previews, killMs, problems }: Stopped, sandboxes: number): object {
  return {
    paused: true,
    stopped: tasks.map(({ id, inputText }) => ({ task_id: id, input_text: inputText })),
    previews_closed: previews,
    sandboxes_killed: sandboxes,
    kill_ms: Math.round(killMs),
    problems,
  }
}
