// Notes where the platform of a data directory can be reached while it is up, and finds it again.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const SCHEMA = z.object({ pid: z.number().int().positive(), url: z.string(), works: z.boolean() })
export type Running = z.infer<typeof SCHEMA>

const FILE = 'up.json'

export async function noteRunning(dataDir: string, running: Running): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await writeFile(join(dataDir, FILE), JSON.stringify(running), { mode: 0o600 })
}

export async function forgetRunning(dataDir: string): Promise<void> {
  await rm(join(dataDir, FILE), { force: true })
}

/** The platform that is up on this directory and runs tasks itself; null when there is none, or it does not answer. */
export async function findRunning(dataDir: string): Promise<Running | null> {
  const running = await readRunning(dataDir)
  if (running === null || !running.works) return null
  try {
    const answer = await fetch(`${running.url}/readyz`, { signal: AbortSignal.timeout(1_000) })
    await answer.body?.cancel()
    return answer.status === 200 ? running : null
  } catch {
    return null
  }
}

/** What the file says, whether it is still true or not. */
export async function readRunning(dataDir: string): Promise<Running | null> {
  try {
    const parsed = SCHEMA.safeParse(JSON.parse(await readFile(join(dataDir, FILE), 'utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
