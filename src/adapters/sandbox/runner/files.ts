// File operations on the workspace, done in here so that a link can lead nowhere but into the sandbox itself; what leads
// out of the workspace is refused all the same.
import { constants, promises as fs } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { pieces } from './output.ts'
import { WORKSPACE } from './processes.ts'
import type { RefusalReason, RunnerEntry, RunnerRequest } from './protocol.ts'
import type { Wire } from './wire.ts'

type Request<Op extends string> = Extract<RunnerRequest, { op: Op }>
type Found = { readonly path: string } | { readonly refused: RefusalReason }

const READ_BYTES = 192_000
const ENTRIES_PER_REPLY = 200
const CHARACTERS_PER_REPLY = 50_000
const SKIPPED = new Set(['.git', 'node_modules'])

export type Files = {
  readonly read: (request: Request<'read'>) => Promise<void>
  readonly write: (request: Request<'write'>) => Promise<void>
  readonly list: (request: Request<'list'>) => Promise<void>
}

export function createFiles(wire: Wire): Files {
  const writing = new Map<
    number,
    { readonly handle: fs.FileHandle; readonly temporary: string; readonly target: string }
  >()
  const refused = new Set<number>()

  async function read({ id, path, maxBytes }: Request<'read'>): Promise<void> {
    const found = await locate(path)
    if ('refused' in found) return refuse(id, found.refused)
    // Not to hang on a pipe, and not to follow a link that was put there a moment ago.
    const handle = await fs.open(found.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const stat = await handle.stat()
      if (!stat.isFile()) return refuse(id, 'not_a_file')
      if (stat.size > maxBytes) return refuse(id, 'too_large')
      const buffer = Buffer.allocUnsafe(READ_BYTES)
      for (let total = 0; ;) {
        const { bytesRead } = await handle.read(buffer, 0, READ_BYTES)
        if (bytesRead === 0) break
        total += bytesRead
        if (total > maxBytes) return refuse(id, 'too_large')
        for (const data of pieces(buffer.subarray(0, bytesRead))) wire.send({ type: 'data', id, data })
        await wire.drained()
      }
      wire.send({ type: 'done', id })
    } finally {
      await handle.close()
    }
  }

  async function write({ id, path, data, last }: Request<'write'>): Promise<void> {
    if (refused.has(id)) {
      if (last) refused.delete(id)
      return
    }
    try {
      const file = writing.get(id) ?? (await begin(id, path))
      if (file === null) {
        if (!last) refused.add(id)
        return
      }
      await file.handle.appendFile(Buffer.from(data, 'base64'))
      if (!last) return
      await file.handle.close()
      await fs.rename(file.temporary, file.target)
      writing.delete(id)
      wire.send({ type: 'done', id })
    } catch (error) {
      if (!last) refused.add(id)
      const file = writing.get(id)
      writing.delete(id)
      await file?.handle.close().catch(() => undefined)
      if (file !== undefined) await fs.rm(file.temporary, { force: true }).catch(() => undefined)
      throw error
    }
  }

  async function begin(id: number, path: string) {
    const target = await locateForWriting(path)
    if ('refused' in target) {
      refuse(id, target.refused)
      return null
    }
    const former = await fs.lstat(target.path).catch(() => null)
    if (former !== null && !former.isFile()) {
      refuse(id, 'not_a_file')
      return null
    }
    const temporary = join(dirname(target.path), `.${basename(target.path).slice(0, 100)}.${process.pid}-${id}.part`)
    const mode = former === null ? 0o644 : former.mode & 0o777
    const handle = await fs.open(
      temporary,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    )
    await handle.chmod(mode)
    const file = { handle, temporary, target: target.path }
    writing.set(id, file)
    return file
  }

  async function list({ id, path, limit }: Request<'list'>): Promise<void> {
    const found = await locate(path)
    if ('refused' in found) return refuse(id, found.refused)
    const entries: RunnerEntry[] = []
    await walk(found.path, limit, entries)
    let batch: RunnerEntry[] = []
    let characters = 0
    for (const entry of entries) {
      batch.push(entry)
      characters += entry.path.length
      if (batch.length < ENTRIES_PER_REPLY && characters < CHARACTERS_PER_REPLY) continue
      wire.send({ type: 'entries', id, entries: batch })
      await wire.drained()
      batch = []
      characters = 0
    }
    wire.send({ type: 'entries', id, entries: batch })
    wire.send({ type: 'done', id })
  }

  function refuse(id: number, reason: RefusalReason): void {
    wire.send({ type: 'refused', id, reason })
  }

  return { read, write, list }
}

/** The refusal behind an error of the file system, or null when it is a breakdown. */
export function errorToRefusal(error: unknown): RefusalReason | null {
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'not_found'
  if (code === 'EISDIR' || code === 'ENXIO' || code === 'ENODEV') return 'not_a_file'
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') return 'no_space'
  if (code === 'ELOOP') return 'outside_workspace'
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENAMETOOLONG') return 'denied'
  return null
}

async function walk(folder: string, limit: number, into: RunnerEntry[]): Promise<void> {
  const names = (await fs.readdir(folder)).filter((name) => !SKIPPED.has(name)).toSorted()
  for (const name of names) {
    if (into.length >= limit) return
    const path = join(folder, name)
    const stat = await fs.lstat(path).catch(() => null)
    if (stat === null) continue
    const type = stat.isSymbolicLink() ? 'link' : stat.isDirectory() ? 'directory' : stat.isFile() ? 'file' : null
    if (type === null) continue
    into.push({ path: path.slice(WORKSPACE.length + 1), type, bytes: type === 'directory' ? 0 : stat.size })
    if (type === 'directory') await walk(path, limit, into).catch(() => undefined)
  }
}

/** The real path of something that exists in the workspace. */
async function locate(path: string): Promise<Found> {
  const named = lexical(path)
  if (named === null) return { refused: 'outside_workspace' }
  const real = await fs.realpath(named)
  return isWithin(real) ? { path: real } : { refused: 'outside_workspace' }
}

/** Where a write to `path` goes, missing folders made: never through a link that leads out. */
async function locateForWriting(path: string): Promise<Found> {
  const named = lexical(path)
  if (named === null) return { refused: 'outside_workspace' }
  if (named === WORKSPACE) return { refused: 'not_a_file' }
  const existing = await fs.lstat(named).catch(() => null)
  if (existing?.isSymbolicLink() === true) {
    const real = await fs.realpath(named).catch(() => null)
    return real !== null && isWithin(real) ? { path: real } : { refused: 'outside_workspace' }
  }
  let anchor = dirname(named)
  while ((await fs.lstat(anchor).catch(() => null)) === null) anchor = dirname(anchor)
  const real = await fs.realpath(anchor).catch(() => null)
  if (real === null || !isWithin(real)) return { refused: 'outside_workspace' }
  const folder = join(real, dirname(named).slice(anchor.length))
  await fs.mkdir(folder, { recursive: true })
  return { path: join(folder, basename(named)) }
}

function lexical(path: string): string | null {
  if (path.includes('\0') || path.startsWith('/')) return null
  const named = resolve(WORKSPACE, path)
  return isWithin(named) ? named : null
}

function isWithin(path: string): boolean {
  return path === WORKSPACE || path.startsWith(`${WORKSPACE}/`)
}
