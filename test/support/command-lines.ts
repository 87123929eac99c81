// Runs many command lines in one process, for tests of what each of them says: starting a process takes longer than all of that. What
// ends each of them is what ends the process otherwise; that the process passes it on is shown where one is started for each.
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Ended, Place } from './factotum.ts'

const RUNNER = fileURLToPath(new URL('command-lines-process.ts', import.meta.url))
const ENDED = z.array(z.object({ code: z.number(), stdout: z.string(), stderr: z.string() }))

/** One after the other, in the place's folder and environment. How each ended, in the order given. */
export async function runCommandLines(
  { folder, env }: Pick<Place, 'folder' | 'env'>,
  lines: readonly (readonly string[])[],
): Promise<readonly Ended[]> {
  const cache = process.env['NODE_COMPILE_CACHE']
  const child = spawn(process.execPath, [RUNNER], {
    cwd: folder,
    env: { ...env, ...(cache !== undefined && { NODE_COMPILE_CACHE: cache }) },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(JSON.stringify(lines))
  const ended = ENDED.parse(JSON.parse(await text(child.stdout)))
  if (ended.length !== lines.length) throw new Error(`${ended.length} of ${lines.length} command lines ended.`)
  return ended
}
