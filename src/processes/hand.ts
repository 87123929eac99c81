// Somebody to work on one foreground task: the platform that is up already, or a worker process of its own that can
// outlive the command for as long as the task's preview stays open.
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TaskId } from '../core/vocabulary/ids.ts'
import { isTerminal } from '../core/vocabulary/task.ts'
import type { Platform } from './platform.ts'
import { findRunning } from './running.ts'

export type Hand = {
  /** Called, at most once, with one sentence when the worker process died although the task is not over. */
  readonly onFailure: (listener: (reason: string) => void) => void
  /** Lets go: the process id of a worker that stays for the preview, or null when nothing of ours is left running. */
  readonly release: () => Promise<number | null>
}

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

export async function startHand(platform: Platform, taskId: TaskId): Promise<Hand> {
  if ((await findRunning(platform.config.dataDir)) !== null)
    return { onFailure: () => undefined, release: async () => null }
  const logPath = join(platform.config.dataDir, 'logs', 'worker.log')
  const log = openSync(logPath, 'a', 0o600)
  const child = spawn(process.execPath, [MAIN, 'up', '--roles', 'worker', '--only', taskId], {
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  // Where the command ends without letting go (its reader closed the pipe), nobody would ever end the worker.
  const onExit = () => child.kill('SIGTERM')
  process.once('exit', onExit)
  let failed: (reason: string) => void = () => undefined
  let released = false
  const exited = new Promise<void>((resolve) => {
    child.once('exit', (code, killedBy) => {
      resolve()
      if (released) return
      // One that was told to leave exits with 0 as well: whether the task is over decides.
      isOver(platform, taskId).then(
        (over) => over || failed(`The worker process ended early (${killedBy ?? `exit code ${code}`}); see ${logPath}`),
        () => failed(`The worker process ended and the task can't be looked up; see ${logPath}`),
      )
    })
    child.once('error', (error) => {
      failed(`The worker process could not be started: ${error.message}`)
      resolve()
    })
  })
  return {
    onFailure: (listener) => {
      failed = listener
    },
    release: async () => {
      released = true
      process.off('exit', onExit)
      const kept = platform.config.previewMs > 0 ? await platform.previewStore.all() : []
      const open = kept.some((preview) => preview.taskId === taskId)
      if (open && child.exitCode === null && child.pid !== undefined) {
        child.unref()
        return child.pid
      }
      child.kill('SIGTERM')
      await exited
      return null
    },
  }
}

async function isOver(platform: Platform, taskId: TaskId): Promise<boolean> {
  const task = await platform.store.get(taskId)
  return task === null || isTerminal(task.status)
}
