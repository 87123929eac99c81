// Runs one of the host's own programs to its end. Only for trusted programs: nothing of a task is ever run this way.
import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

export const SEARCH_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

export type ProgramResult = { readonly ok: boolean; readonly stdout: string; readonly stderr: string }

/** Never throws: a program that can't be started is one that failed. Output is capped at 1 MB. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly timeoutMs?: number; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<ProgramResult> {
  const { cwd, timeoutMs = 30_000, env } = options
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 1_000_000, ...(cwd && { cwd }), ...(env && { env }) },
      (error, stdout, stderr) => resolve({ ok: error === null, stdout, stderr: stderr || (error?.message ?? '') }),
    )
  })
}

/** The first executable of that name, or null. */
export function findProgram(name: string, folders: readonly string[] = SEARCH_PATH): string | null {
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
