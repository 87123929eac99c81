// What every command shares: how it ends, how it prints, and how it refuses.
import { InvalidArgumentError } from 'commander'
import { createPaint } from '../adapters/terminal/paint.ts'
import type { Paint } from '../adapters/terminal/paint.ts'
import type { Refusal } from '../core/vocabulary/refusal.ts'
import type { TaskId } from '../core/vocabulary/ids.ts'
import type { Task } from '../core/vocabulary/task.ts'
import { readConfig } from '../config.ts'
import type { Config } from '../config.ts'
import { openPlatform } from '../processes/platform.ts'
import type { Platform } from '../processes/platform.ts'
import { settingsFolder } from '../settings-folder.ts'

export const EXIT = { ok: 0, failed: 1, usage: 2, needsApproval: 3 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Ends the command with one line for the person and this exit code. */
export class CommandError extends Error {
  readonly code: ExitCode
  constructor(message: string, code: ExitCode = EXIT.failed) {
    super(message)
    this.name = 'CommandError'
    this.code = code
  }
}

export type Output = {
  readonly paint: Paint
  /** To stdout. A reader that went away (a closed pipe) is no error. */
  readonly line: (text: string) => void
  readonly json: (value: object) => void
  /** To stderr: notes that are no part of the result. */
  readonly note: (text: string) => void
}

export function createOutput(): Output {
  return {
    paint: createPaint(process.stdout),
    line: (text) => void process.stdout.write(`${text}\n`),
    json: (value) => void process.stdout.write(`${JSON.stringify(value)}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
  }
}

/** As it is for whoever stands here. Throws ConfigError. */
export function ownConfig(): Config {
  return readConfig(settingsFolder(process.cwd()))
}

/** Opens the platform for as long as `use` runs. Logs go to a file under the data directory: the terminal is the person's. */
export async function withPlatform<T>(output: Output, use: (platform: Platform) => Promise<T>): Promise<T> {
  const platform = await openPlatform(ownConfig(), { say: output.note, logTo: 'file' })
  try {
    return await use(platform)
  } finally {
    await platform.close()
  }
}

export function refusalText(refusal: Refusal, taskId: string): string {
  switch (refusal.type) {
    case 'not_found':
      return `There is no task ${taskId}. \`factotum task list\` shows what there is.`
    case 'wrong_status':
      return `Task ${taskId} is ${refusal.status}; that needs ${refusal.wanted}.`
    case 'wrong_approval':
      return `Task ${taskId} does not wait for that approval.`
    case 'approval_expired':
      return `The approval of task ${taskId} has expired; send the request again.`
    case 'already_over':
      return `Task ${taskId} is over already (${refusal.status}).`
    case 'lost_lease':
      return `Task ${taskId} is held by another worker.`
    case 'denied':
      return `The policy refuses this: ${refusal.why} (rule ${refusal.rule})`
    case 'not_a_workers':
      return `Task ${taskId}: ${refusal.event} is a person's to cause, not a worker's.`
    case 'invalid':
      return refusal.problem
  }
}

/** The task that a request became; ends the command where the request was refused. */
export function acceptedTask(
  result: { readonly task: Task } | Refusal,
  taskId: string,
  code: ExitCode = EXIT.failed,
): Task {
  if ('type' in result) throw new CommandError(refusalText(result, taskId), code)
  return result.task
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export function taskIdOf(text: string): TaskId {
  if (!UUID.test(text))
    throw new CommandError(`"${text}" is no task id. \`factotum task list\` shows what there is.`, EXIT.usage)
  return text.toLowerCase() as TaskId
}

/** Where the person stands: npm changes into the package's folder and remembers the caller's. */
export function callerDirectory(): string {
  return ownConfig().INIT_CWD ?? process.cwd()
}

/** For options that take a number. */
export function parseCount(value: string): number {
  const count = Number(value)
  if (!Number.isInteger(count) || count < 0 || count > 1_000_000_000)
    throw new InvalidArgumentError('A whole number, 0 or more.')
  return count
}
