// One file in a folder that others may change too: it is read and written only where every step on the way is a folder and it is a file,
// never through a link.
import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { codeOf, NotAPlainFile } from './failure.ts'

// A link is refused where it is opened; a pipe or a device would wait for somebody. Windows has neither flag.
const LOOK = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
const READ = constants.O_RDONLY | LOOK
const APPEND = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | LOOK
/** Enough to find the last line in. */
const END_BYTES = 16_384

/** Below `root`, which may be a link itself: where the data directory lies is its owner's choice. */
export type Within = { readonly root: string; readonly path: string }

/** At most `limit` bytes; null where there is none, or where it is no file or lies behind a link. */
export async function readFileWithin({ root, path }: Within, limit: number): Promise<Uint8Array | null> {
  if (!(await areFolders(root, dirname(path)))) return null
  const file = await open(path, READ)
  try {
    return (await file.stat()).isFile() ? await readAt(file, 0, limit) : null
  } finally {
    await file.close()
  }
}

/** Names of the files in it, in order; none where it is no folder. */
export async function filesWithin({ root, path }: Within): Promise<readonly string[]> {
  if (!(await areFolders(root, path))) return []
  const entries = await readdir(path, { withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.map(({ name }) => name).toSorted()
}

/** The whole at once, and durable. */
export async function replaceWithin({ root, path }: Within, bytes: Uint8Array): Promise<void> {
  await makeFolders(root, dirname(path))
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}`)
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** A line at the end, unless it is the last already; false where the file would have more than `limit` bytes. */
export async function appendWithin({ root, path }: Within, line: string, limit: number): Promise<boolean> {
  await makeFolders(root, dirname(path))
  const file = await open(path, APPEND, 0o600)
  try {
    const found = await file.stat()
    if (!found.isFile()) throw new NotAPlainFile(path)
    const end = new TextDecoder().decode(await readAt(file, Math.max(0, found.size - END_BYTES), END_BYTES))
    if (end.trimEnd().split('\n').at(-1)?.trimEnd() === line.trimEnd()) return true
    const bytes = new TextEncoder().encode(`${end === '' || end.endsWith('\n') ? '' : '\n'}${line}\n`)
    if (found.size + bytes.length > limit) return false
    // One write: those of other processes come before it or after it.
    const { bytesWritten } = await file.write(bytes)
    if (bytesWritten < bytes.length) {
      // A disk that fills up takes a part and calls it done.
      if ((await file.stat()).size === found.size + bytesWritten) await file.truncate(found.size)
      throw Object.assign(new Error(`Only ${bytesWritten} of ${bytes.length} bytes were taken`), { code: 'ENOSPC' })
    }
    await file.datasync()
    return true
  } finally {
    await file.close()
  }
}

/** The folder with everything in it; a link in its place is left alone. */
export async function removeWithin({ root, path }: Within): Promise<void> {
  if (await areFolders(root, path)) await rm(path, { recursive: true, force: true })
}

/** Folder by folder, for the owner alone, so that none of them is made through a link. */
export async function makeFolders(root: string, path: string): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o700 })
  for (const folder of foldersBelow(root, path)) {
    await mkdir(folder, { mode: 0o700 }).catch(ignoreExisting)
    if (!(await lstat(folder)).isDirectory()) throw new NotAPlainFile(folder)
  }
}

/** A file that is not there yet; what is there stays. */
export async function writeIfMissing(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(text)
    } finally {
      await file.close()
    }
  } catch (error) {
    ignoreExisting(error)
  }
}

async function areFolders(root: string, path: string): Promise<boolean> {
  for (const folder of foldersBelow(root, path)) if (!(await lstat(folder)).isDirectory()) return false
  return true
}

/** The outermost first; the path itself is the last. */
function foldersBelow(root: string, path: string): readonly string[] {
  const folders: string[] = []
  for (let folder = path; folder.length > root.length; folder = dirname(folder)) folders.unshift(folder)
  return folders
}

async function readAt(file: FileHandle, from: number, limit: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(limit)
  let length = 0
  while (length < limit) {
    const { bytesRead } = await file.read(bytes, length, limit - length, from + length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return bytes.subarray(0, length)
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

function ignoreExisting(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error
}
