// `factotum doctor --escape`: tries to get out of the sandboxes of this very machine, and says of each way whether it was stopped.
import { randomUUID } from 'node:crypto'
import { ATTEMPTS, tryAttempts } from '../adapters/sandbox/escape/try-attempts.ts'
import type { Outcome } from '../adapters/sandbox/escape/try-attempts.ts'
import { table } from '../adapters/terminal/table.ts'
import type { TaskId } from '../core/vocabulary/ids.ts'
import type { Platform } from '../processes/platform.ts'
import { CommandError, EXIT, withPlatform } from './command.ts'
import type { ExitCode, Output } from './command.ts'

const SHARES =
  "These sandboxes share the host's kernel: what stops a program in them is the kernel itself, so a hole in it would be a way out. Keep it up to date; a virtual machine around all of this is stronger."

/** Leaves nothing running and no files. Fails where anything got through. */
export async function tryToEscape(output: Output, json: boolean): Promise<ExitCode> {
  const { level, backend, outcomes, seconds } = await withPlatform(output, (platform) => examine(platform, json))
  const through = outcomes.filter(({ verdict }) => verdict === 'NOT stopped')
  const untried = outcomes.filter(({ verdict }) => verdict === 'not tried')
  const stopped = outcomes.length - through.length - untried.length
  if (json) output.json({ level, backend, stopped: through.length === 0, attempts: outcomes })
  else {
    output.line(`Sandboxes of this machine: level ${level}, ${backend}.`)
    output.line(table(outcomes.map((one) => [one.verdict, one.layer, `tries to ${one.what}`, one.detail])))
    output.line(
      `${outcomes.length} attempts in ${seconds} s: ${stopped} stopped, ${through.length} NOT stopped, ${untried.length} not tried.`,
    )
    if (level === 'L1') output.line(SHARES)
  }
  return through.length === 0 ? EXIT.ok : EXIT.failed
}

async function examine(platform: Platform, json: boolean) {
  const { sandboxes, workspaces } = platform
  const { level, backend, findings } = await sandboxes.probe()
  if (level === 'L0') {
    const why = findings.filter(({ ok }) => !ok).map(({ detail }) => detail)
    throw new CommandError(
      `There is no sandbox on this machine to get out of, so nothing untrusted runs. ${why.join(' ')}`,
    )
  }
  if ((await platform.stop.since()) !== null)
    throw new CommandError('Everything is stopped, so no sandbox opens: `factotum panic off` first.')
  const run = randomUUID().slice(0, 8)
  const tasks: TaskId[] = []
  const began = performance.now()
  let tried = 0
  const onOutcome = (): void => {
    tried += 1
    if (!json && process.stderr.isTTY) process.stderr.write(`\r${tried} of ${ATTEMPTS.length} tried`)
  }
  try {
    const newTask = (): TaskId => {
      const task = `escape-${run}-${tasks.length}` as TaskId
      tasks.push(task)
      return task
    }
    const outcomes: readonly Outcome[] = await tryAttempts({ sandboxes, newTask, onOutcome })
    return { level, backend, outcomes, seconds: Math.round((performance.now() - began) / 1_000) }
  } finally {
    if (!json && process.stderr.isTTY) process.stderr.write('\r\u001b[K')
    await Promise.all(tasks.map((task) => workspaces.remove(task)))
  }
}
