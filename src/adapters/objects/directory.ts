// Objects as files in a folder of one machine, each written whole or not at all.
import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ObjectStore } from '../../core/ports/object-store.ts'
import { partsOf } from './object-key.ts'

/** Throws for a key it can't name a file after. The folder is made when the first object is written, for its owner alone. */
export function createDirectoryObjectStore(folder: string): ObjectStore {
  return {
    put: async (key, bytes) => {
      const path = pathOf(folder, key)
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const draft = `${path}.${randomUUID()}`
      try {
        await writeDurably(draft, bytes)
        await rename(draft, path)
      } catch (error) {
        await rm(draft, { force: true })
        throw new Error(`The object ${key} could not be stored`, { cause: error })
      }
      await syncFolder(dirname(path))
    },
    get: async (key) => {
      const path = pathOf(folder, key)
      try {
        return new Uint8Array(await readFile(path))
      } catch (error) {
        if (isMissing(error)) return null
        throw new Error(`The object ${key} could not be read`, { cause: error })
      }
    },
    delete: async (key) => {
      await rm(pathOf(folder, key), { force: true })
    },
  }
}

/** A file's name begins with `=`, which no part of a key does: so `a` and `a/b` are a file and a folder side by side. */
function pathOf(folder: string, key: string): string {
  const parts = partsOf(key)
  return join(folder, ...parts.slice(0, -1), `=${parts.at(-1) ?? ''}`)
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function syncFolder(path: string): Promise<void> {
  // Folders can't be opened on Windows, where the rename is durable by itself.
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
