// `factotum up`: the platform, all in one process or the roles that are asked for; with a request behind it, that too.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { acceptRequest } from '../core/task/accept-request.ts'
import type { TaskId } from '../core/vocabulary/ids.ts'
import { openPlatform } from '../processes/platform.ts'
import { ROLES, startRoles } from '../processes/roles.ts'
import type { RoleOfProcess } from '../processes/roles.ts'
import { acceptedTask, CommandError, createOutput, EXIT, ownConfig, taskIdOf } from './command.ts'
import type { ExitCode } from './command.ts'
import { follow } from './foreground.ts'

/** How long a stop may take before the process ends itself. */
const STOP_MS = 15_000
const LOOK_MS = 5_000
const MADE_AT_START = ['logs', 'secrets']

type UpOptions = {
  /** All of them unless said otherwise. */
  readonly roles?: readonly RoleOfProcess[]
  readonly only?: string
}

export function upCommand(exit: (code: ExitCode) => void): Command {
  return new Command('up')
    .description('start the platform and stay up')
    .argument('[request...]', 'a request to run at once')
    .option('--roles <list>', `which parts this process plays, all unless said: ${ROLES.join(', ')}`, parseRoles)
    .option('--only <task>', 'work on this task alone, and leave when it is over and its preview closed')
    .action(async (words: readonly string[], options: UpOptions) => {
      const output = createOutput()
      const config = ownConfig()
      const only: TaskId | null = options.only === undefined ? null : taskIdOf(options.only)
      const { signal: stopped, stop } = stopSignal()
      const platform = await openPlatform(config, { say: output.note, logTo: process.stdout.isTTY ? 'file' : 'stderr' })
      watchFolder(config.dataDir, () => {
        output.note(`${config.dataDir} was taken away: stopping.`)
        stop()
      })
      try {
        const running = await startRoles(platform, { roles: options.roles ?? ROLES, only })
        if (running.type === 'taken') {
          const where = running.by === null ? '' : ` at ${running.by.url} (process ${running.by.pid})`
          throw new CommandError(
            `Factotum is up already on ${config.dataDir}${where}. Use that one, or set another DATA_DIR.`,
          )
        }
        try {
          if (running.loginUrl !== null) output.line(`Factotum is up: ${running.loginUrl}`)
          if (words.length > 0) {
            const request = {
              ...platform.terminalMessage(words.join(' ')),
              taskType: null,
              source: { type: 'empty' },
            } as const
            const task = acceptedTask(await acceptRequest(platform, request), '', EXIT.usage)
            await follow(platform, task, { json: false, yes: false, output }, stopped)
            if (!stopped.aborted && only === null) output.note('Still up. Ctrl-C stops it.')
          }
          await Promise.race([aborted(stopped), ...(only === null ? [] : [running.idle()])])
        } finally {
          await running.stop()
        }
      } finally {
        await platform.close()
      }
      exit(EXIT.ok)
    })
}

function parseRoles(list: string): readonly RoleOfProcess[] {
  return list.split(',').map((name) => {
    const role = ROLES.find((known) => known === name.trim())
    if (role === undefined) throw new InvalidArgumentError(`"${name}" is none of: ${ROLES.join(', ')}.`)
    return role
  })
}

/**
 * Aborts at the first SIGINT, SIGTERM or SIGHUP, or with `stop`. A second Ctrl-C ends the process at once, as people expect; a
 * supervisor's second SIGTERM does not. Whatever hangs, the process is gone after a while, and its sandboxes with it.
 */
function stopSignal(): { readonly signal: AbortSignal; readonly stop: () => void } {
  const controller = new AbortController()
  const stop = () => {
    if (controller.signal.aborted) return
    controller.abort()
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), STOP_MS).unref()
  }
  process.on('SIGTERM', stop)
  process.on('SIGHUP', stop)
  process.on('SIGINT', () => {
    if (controller.signal.aborted) process.kill(process.pid, 'SIGKILL')
    stop()
  })
  return { signal: controller.signal, stop }
}

/**
 * Tells once when the data directory is taken away: what is left of a platform without its data can only do harm. The folder itself says
 * little, because whatever is written into it next makes it anew; what only a start makes does.
 */
function watchFolder(dataDir: string, gone: () => void): void {
  const watch = setInterval(() => {
    if (MADE_AT_START.some((name) => existsSync(join(dataDir, name)))) return
    clearInterval(watch)
    gone()
  }, LOOK_MS)
  watch.unref()
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
