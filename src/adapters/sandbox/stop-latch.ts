// The latch of a panic as a file in the data directory: read by whoever opens a sandbox, also where no database answers.
import { readFileSync } from 'node:fs'
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Latched, StopLatch } from '../../core/ports/stop-latch.ts'
import type { UserId } from '../../core/vocabulary/ids.ts'

const FILE = 'panic.json'
const SCHEMA = z.object({ by: z.string(), at: z.coerce.date(), recorded: z.boolean() })
const NOBODY_KNOWN = 'platform' as UserId

export function createStopLatch(dataDir: string): StopLatch {
  return {
    get: async () => readLatch(dataDir),
    set: async (latched) => {
      const path = join(dataDir, FILE)
      if (latched === null) return rm(path, { force: true })
      await mkdir(dataDir, { recursive: true, mode: 0o700 })
      const draft = `${path}.${process.pid}-${Math.trunc(performance.now() * 1_000)}`
      try {
        await writeFile(draft, JSON.stringify(latched), { mode: 0o600 })
      } catch (error) {
        // On a full disk a name fits where no words do, and a latch that can't be read is one. What was there before says more.
        if (await isThere(path)) await rm(draft, { force: true })
        else await rename(draft, path).catch(() => undefined)
        if (readLatch(dataDir) === null) throw error
        return
      }
      await rename(draft, path)
    },
  }
}

/** In one step, so that nothing can come between the look and what follows from it. */
export function readLatch(dataDir: string): Latched | null {
  let text: string
  try {
    text = readFileSync(join(dataDir, FILE), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null
    return unreadable()
  }
  try {
    const { by, at, recorded } = SCHEMA.parse(JSON.parse(text))
    return { by: by as UserId, at, recorded }
  } catch {
    return unreadable()
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function unreadable(): Latched {
  return { by: NOBODY_KNOWN, at: new Date(0), recorded: false }
}
