// Follows one task in the terminal to its end: progress, approval, interruption, exit code.
import { createInterface } from 'node:readline/promises'
import { progressLines, seconds } from '../adapters/terminal/progress.ts'
import { applyCommand, isRefusal } from '../core/task/apply-command.ts'
import { followLog } from '../core/task/read-log.ts'
import type { Task } from '../core/vocabulary/task.ts'
import type { TaskEvent } from '../core/vocabulary/event.ts'
import { eventToWire } from '../adapters/http/wire.ts'
import { OWNER } from '../core/vocabulary/principal.ts'
import type { Platform } from '../processes/platform.ts'
import { startHand } from '../processes/hand.ts'
import { EXIT, refusalText } from './command.ts'
import type { ExitCode, Output } from './command.ts'

export type ForegroundOptions = {
  readonly json: boolean
  /** Approve as the local owner. */
  readonly yes: boolean
  readonly output: Output
}

/** Makes sure that somebody works on the task, shows it to its end, and answers with what the process should exit with. */
export async function foreground(platform: Platform, task: Task, options: ForegroundOptions): Promise<ExitCode> {
  const { output } = options
  const hand = await startHand(platform, task.id)
  const gone = new AbortController()
  hand.onFailure((reason) => {
    output.note(reason)
    gone.abort()
  })
  const onInterrupt = () => {
    output.note('Stopping…')
    const stop = { type: 'abort', by: OWNER, reason: 'Interrupted in the terminal.' } as const
    applyCommand(platform, task.id, stop).catch(() =>
      output.note(`It could not be stopped; \`factotum task abort ${task.id}\` tries again.`),
    )
  }
  process.on('SIGINT', onInterrupt)
  process.on('SIGTERM', onInterrupt)
  try {
    const outcome = await follow(platform, task, options, gone.signal)
    const kept = await hand.release()
    if (kept !== null && !options.json) {
      const minutes = platform.config.PREVIEW_MINUTES
      output.note(`The preview stays open for ${minutes} minutes; \`factotum task close ${task.id}\` ends it sooner.`)
    }
    return outcome
  } finally {
    process.off('SIGINT', onInterrupt)
    process.off('SIGTERM', onInterrupt)
  }
}

/** Shows the task until it is over, waits for an approval that nobody here can give, or `signal` aborts. */
export async function follow(
  platform: Platform,
  task: Task,
  options: ForegroundOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { output } = options
  const began = platform.clock.now().getTime()
  if (!options.json) output.line(`Task ${task.id}`)
  for await (const event of followLog(platform, task.id, 0, signal)) {
    show(event, options)
    if (event.type !== 'approval.requested') continue
    const code = await answer(platform, task, options)
    if (code !== null) return code
  }
  const ended = await platform.store.get(task.id)
  if (!options.json) output.note(`  ${seconds(platform.clock.now().getTime() - began)}`)
  return ended?.status === 'completed' ? EXIT.ok : EXIT.failed
}

function show(event: TaskEvent, { json, output }: ForegroundOptions): void {
  if (json) return output.json(eventToWire(event))
  for (const line of progressLines(event, output.paint)) output.line(line)
}

/** Null when the task may go on; an exit code when this is as far as it gets here. */
async function answer(platform: Platform, task: Task, options: ForegroundOptions): Promise<ExitCode | null> {
  const now = await platform.store.get(task.id)
  if (now?.status !== 'needs_approval') return null
  const choice = options.yes ? 'approve' : await askPerson(options)
  if (choice === null) {
    options.output.note(
      `It waits for approval: factotum task approve ${task.id} (or reject). It then runs with \`factotum up\`.`,
    )
    return EXIT.needsApproval
  }
  const approvalId = now.approval?.id ?? null
  const decided = await applyCommand(platform, task.id, { type: choice, approvalId, by: OWNER, comment: null })
  if (isRefusal(decided)) options.output.note(refusalText(decided, task.id))
  return null
}

async function askPerson({ json }: ForegroundOptions): Promise<'approve' | 'reject' | null> {
  if (json || !process.stdin.isTTY || !process.stdout.isTTY) return null
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const said = (await terminal.question('Run it? [y/N] ')).trim().toLowerCase()
    return said === 'y' || said === 'yes' ? 'approve' : 'reject'
  } finally {
    terminal.close()
  }
}
