// One sandbox for a task on a machine: whoever opens one first ends what a stopped or lost worker left running over the
// same files.
import { readFileSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'

const FILE = 'sandbox.json'
const SCHEMA = z.object({ pid: z.number().int().positive(), started: z.string(), boot: z.string() })
type Init = z.infer<typeof SCHEMA>

const PATIENCE_MS = 3_000
const LOOK_MS = 5

/** Notes the sandbox's first process, with which everything in it ends, in a folder that no sandbox sees. */
export async function noteSandbox(folder: string, pid: number): Promise<void> {
  const started = startOf(pid)
  if (started === null) return
  const init: Init = { pid, started, boot: bootOf() }
  const draft = join(folder, `${FILE}.${process.pid}`)
  await writeFile(draft, JSON.stringify(init), { mode: 0o600 })
  await rename(draft, join(folder, FILE))
}

/** Resolves when no process of the noted sandbox is left. Throws when it can't be ended. True where there was one. */
export async function endPredecessor(folder: string): Promise<boolean> {
  const init = await readNote(folder)
  // A number alone says nothing: the process may have ended, and another have got its number.
  if (init === null || init.boot !== bootOf() || startOf(init.pid) !== init.started) return false
  kill(init.pid)
  for (let waited = 0; startOf(init.pid) === init.started; waited += LOOK_MS) {
    if (waited > PATIENCE_MS) throw new Error(`The former sandbox of this task (process ${init.pid}) does not end`)
    await sleep(LOOK_MS)
  }
  return true
}

async function readNote(folder: string): Promise<Init | null> {
  try {
    const parsed = SCHEMA.safeParse(JSON.parse(await readFile(join(folder, FILE), 'utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    // None was noted, or a crash cut the note off: then nothing was started after it.
    return null
  }
}

/** When the process was started, in the kernel's ticks (proc_pid_stat(5), field 22); null when it is gone or a zombie. */
function startOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, in parentheses, may hold anything; what follows is plain.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}

function bootOf(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
