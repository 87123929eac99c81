// `factotum task replay` and `factotum task fork`: a task once more, from its beginning or from the middle of its log.
import { Command } from 'commander'
import { forkTask, replayTask } from '../core/task/fork.ts'
import { readLog } from '../core/task/read-log.ts'
import type { JsonValue } from '../core/vocabulary/json.ts'
import type { TaskId } from '../core/vocabulary/ids.ts'
import type { Platform } from '../processes/platform.ts'
import { acceptedTask, createOutput, EXIT, parseCount, taskIdOf, withPlatform } from './command.ts'
import type { ExitCode } from './command.ts'
import { foreground } from './foreground.ts'

type Options = { readonly json?: boolean; readonly yes?: boolean }

/** A command in it is asked for anew: an approval holds for one run. */
export function replayCommand(exit: (code: ExitCode) => void): Command {
  return new Command('replay')
    .argument('<id>')
    .description('run the task again with its recorded model turns, and compare what comes out')
    .option('--yes', 'approve as the local owner')
    .option('--json', 'events as JSON lines, then the comparison')
    .action(async (id: string, { json = false, yes = false }: Options) => {
      const output = createOutput()
      const code = await withPlatform(output, async (platform) => {
        const taskId = taskIdOf(id)
        const started = acceptedTask(
          await replayTask(platform, { ...platform.terminalMessage(`replay ${id}`), taskId }),
          id,
        )
        const ended = await foreground(platform, started, { json, yes, output })
        if (ended !== EXIT.ok) return ended
        const same = (await finalPatch(platform, taskId)) === (await finalPatch(platform, started.id))
        if (json) output.json({ replay_of: id, task_id: started.id, same_changes: same })
        else
          output.line(
            same
              ? 'The replay made exactly the same changes.'
              : "The replay made other changes; compare the two tasks' diffs.",
          )
        return same ? EXIT.ok : EXIT.failed
      })
      exit(code)
    })
}

export function forkCommand(exit: (code: ExitCode) => void): Command {
  return new Command('fork')
    .argument('<id>')
    .description('go on from the middle of a task, as a new task')
    .requiredOption('--at <seq>', 'the event after which the new task goes its own way', parseCount)
    .option('--yes', 'approve as the local owner')
    .option('--json', 'events as JSON lines')
    .action(async (id: string, { at, json = false, yes = false }: Options & { readonly at: number }) => {
      const output = createOutput()
      const code = await withPlatform(output, async (platform) => {
        const message = platform.terminalMessage(`fork ${id}`)
        const started = acceptedTask(await forkTask(platform, { ...message, taskId: taskIdOf(id), seq: at }), id)
        return foreground(platform, started, { json, yes, output })
      })
      exit(code)
    })
}

/** Without the commits, which every task has of its own. */
function changesIn(output: JsonValue): string {
  return JSON.stringify(output, (key, value: JsonValue) => (key === 'from' || key === 'to' ? undefined : value))
}

async function finalPatch(platform: Platform, id: TaskId): Promise<string | null> {
  for (const event of await readLog(platform.store, id)) {
    if (event.type === 'step.completed' && event.data.step === 'diff') return changesIn(event.data.output)
  }
  return null
}
