// Reads what a person adds to the knowledge from their disk: a file, a folder, a repository. Follows no links, and says what it left out.
import { constants } from 'node:fs'
import { lstat, open, realpath } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { LocalReaders } from '../../core/ports/local-readers.ts'
import type { SourceKind } from '../../core/vocabulary/knowledge.ts'
import { listFiles } from './list-files.ts'
import { decodeText, isCode, isDocument, reasonToSkip } from './what-to-skip.ts'

export type FileRead = { readonly path: string; readonly text: string }
export type Skipped = { readonly path: string; readonly reason: string }

export type PathRead =
  | {
      readonly type: 'read'
      readonly kind: SourceKind
      readonly title: string
      /** The path as it really is, without links. */
      readonly uri: string
      /** Of a file its text; of a folder its files, by path. */
      readonly text: string | readonly FileRead[]
      /** At most 1,000 of them. */
      readonly skipped: readonly Skipped[]
      readonly skippedInAll: number
    }
  /** One sentence for a person. */
  | { readonly type: 'refused'; readonly problem: string }

export type FileLimits = {
  /** Of a file of text. */
  readonly textBytes: number
  /** Of a file that has to be read first, e.g. PDF. */
  readonly documentBytes: number
  readonly files: number
  /** Of all texts together. */
  readonly allBytes: number
}

const FILE_LIMITS: FileLimits = {
  textBytes: 1024 * 1024,
  documentBytes: 25 * 1024 * 1024,
  files: 10_000,
  allBytes: 20 * 1024 * 1024,
}
const TOLD = 1_000
const CUT = 'its end, for it is too long'

export type ReadPathDeps = {
  readonly readers: Pick<LocalReaders, 'documentText'>
  readonly limits?: Partial<FileLimits>
}

type Reading = { readonly text: string; readonly cut?: true } | { readonly reason: string }

/** Never throws for what is on the disk. `onFile` hears of each file that is looked at. */
export async function readPath(
  deps: ReadPathDeps,
  path: string,
  signal: AbortSignal,
  onFile: (path: string) => void = () => undefined,
): Promise<PathRead> {
  const limits = { ...FILE_LIMITS, ...deps.limits }
  try {
    const root = await realpath(path)
    const entry = await lstat(root)
    if (entry.isDirectory()) return await readFolder(deps, root, limits, signal, onFile)
    if (!entry.isFile()) return { type: 'refused', problem: `${path} is neither a file nor a folder.` }
    const reading = await readOne(deps, root, limits, signal)
    if ('reason' in reading) return { type: 'refused', problem: `${path} can't be added: ${reading.reason}.` }
    const kind = isCode(root) ? 'code' : 'document'
    const skipped = reading.cut ? [{ path: basename(root), reason: CUT }] : []
    const about = { kind, title: basename(root), uri: root } as const
    return { type: 'read', ...about, text: reading.text, skipped, skippedInAll: skipped.length }
  } catch (error) {
    return { type: 'refused', problem: `${path} can't be read: ${reasonOf(error)}.` }
  }
}

async function readFolder(
  deps: ReadPathDeps,
  root: string,
  limits: FileLimits,
  signal: AbortSignal,
  onFile: (path: string) => void,
): Promise<PathRead> {
  const listed = await listFiles(root, limits.files)
  const files: FileRead[] = []
  const skipped: Skipped[] = []
  let [bytes, skippedInAll] = [0, 0]
  const skip = (path: string, reason: string) => {
    skippedInAll += 1
    if (skipped.length < TOLD) skipped.push({ path, reason })
  }
  for (const { path, reason } of listed.skipped) skip(path, reason)
  for (const path of listed.paths) {
    if (signal.aborted) return { type: 'refused', problem: 'It was interrupted.' }
    onFile(path)
    const why = reasonToSkip(path)
    const reading = why === null ? await readInside(deps, root, path, limits, signal) : { reason: why }
    if ('reason' in reading) skip(path, reading.reason)
    else if (reading.text.trim() === '') skip(path, 'there is no text in it')
    else if (bytes + reading.text.length > limits.allBytes) skip(path, `more than ${megabytes(limits.allBytes)} in all`)
    else {
      bytes += reading.text.length
      files.push({ path, text: reading.text })
      if (reading.cut) skip(path, CUT)
    }
  }
  const kind = listed.repository ? 'repository' : 'document'
  return { type: 'read', kind, title: basename(root), uri: root, text: files, skipped, skippedInAll }
}

/** A path that leads out of the folder by a link, at its end or on its way, is not read. */
async function readInside(
  deps: ReadPathDeps,
  root: string,
  path: string,
  limits: FileLimits,
  signal: AbortSignal,
): Promise<Reading> {
  const whole = join(root, path)
  try {
    if ((await realpath(whole)) !== whole) return { reason: 'a link' }
    return await readOne(deps, whole, limits, signal)
  } catch (error) {
    return { reason: reasonOf(error) }
  }
}

async function readOne(
  { readers }: ReadPathDeps,
  path: string,
  limits: FileLimits,
  signal: AbortSignal,
): Promise<Reading> {
  // Without waiting: a pipe that nobody writes to would hold us forever.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const about = await file.stat()
    if (!about.isFile()) return { reason: 'no ordinary file' }
    const limit = isDocument(path) ? limits.documentBytes : limits.textBytes
    if (about.size > limit) return { reason: `larger than ${megabytes(limit)}` }
    const bytes = await file.readFile()
    const text = isDocument(path) ? null : decodeText(bytes)
    if (text !== null) return { text }
    if (!isDocument(path)) return { reason: 'no text' }
    const reading = await readers.documentText({ bytes, name: basename(path), mediaType: '' }, signal)
    if (reading.type === 'read') return reading.truncated ? { text: reading.text, cut: true } : { text: reading.text }
    return { reason: reading.type === 'failed' ? reading.reason.replace(/\.$/, '') : 'nothing here reads such files' }
  } finally {
    await file.close()
  }
}

function megabytes(bytes: number): string {
  return `${Math.round((bytes / 1024 / 1024) * 10) / 10} MB`
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
  ELOOP: 'a link',
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return REASONS[code] ?? (code === '' ? String(error) : code)
}
